"""Which private link members, names and abilities has each kind of account?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """One address of a private endpoint and the public domain whose names lead to it."""

    name: str
    domain: str

    @property
    def zone(self) -> str:
        return f"privatelink.{self.domain}"


@dataclass(frozen=True, slots=True)
class Kind:
    """What Azure knows about a kind of account."""

    name: str
    members: tuple[Member, ...]
    endpoint_domain: str
    private_link: bool = True
    group: str = "account"


COGNITIVE = "cognitiveservices.azure.com"
OPENAI = "openai.azure.com"
FOUNDRY = "services.ai.azure.com"

# Source: private-endpoint-dns.md names the zone; one member for OpenAI is inferred.
_OPENAI = Kind("OpenAI", (Member("default", OPENAI),), OPENAI)
# Source: bicep-registry-modules avm/res/cognitive-services/account tests/e2e/max: three members in this order.
_FOUNDRY = Kind(
    "AIServices",
    (Member("default", COGNITIVE), Member("secondary", OPENAI), Member("third", FOUNDRY)),
    COGNITIVE,
)
# Recorded for FormRecognizer, inferred for the others.
_PLAIN = (
    "CognitiveServices",
    "ComputerVision",
    "ContentSafety",
    "ConversationalLanguageUnderstanding",
    "CustomVision.Prediction",
    "CustomVision.Training",
    "Face",
    "FormRecognizer",
    "ImmersiveReader",
    "Personalizer",
    "SpeechServices",
    "TextAnalytics",
    "TextTranslation",
)
# That Bing lacks the capability VirtualNetworks is not verified.
_PUBLIC_ONLY = ("Bing.Search.v7", "Bing.CustomSearch")

KINDS = {
    kind.name.casefold(): kind
    for kind in (
        _OPENAI,
        _FOUNDRY,
        *(Kind(name, (Member("default", COGNITIVE),), COGNITIVE) for name in _PLAIN),
        *(Kind(name, (), COGNITIVE, private_link=False) for name in _PUBLIC_ONLY),
    )
}


def kind_of(name: str) -> Kind | None:
    return KINDS.get(name.casefold())


# Source: upgrade-azure-openai.md; for multi-service accounts a third party's report.
_BECOME = {("openai", "aiservices"), ("cognitiveservices", "aiservices")}


def may_become(present: str, wanted: str) -> bool:
    """Whether an account of one kind can be upgraded to the other."""
    return (present.casefold(), wanted.casefold()) in _BECOME
