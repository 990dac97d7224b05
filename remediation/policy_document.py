"""What may a policy say? Profiles, exemptions and the whole. Pure: no clock, no network, no logging."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator

from remediation import catalog
from remediation.catalog import RULES, Default, Rule
from remediation.desired import RecordsBy, Recreate, RuleGroup
from remediation.policy_alerts import AlertsSection
from remediation.policy_brakes import LimitsSection
from remediation.policy_sections import (
    FILLED,
    AccessSection,
    DnsSection,
    EndpointSection,
    Mode,
    Modes,
    OutboundSection,
    Scope,
    Section,
    Selector,
    for_every_group,
    word_or_mapping,
)
from remediation.policy_words import AccountPattern, Moment, RuleName, Text, refuse
from remediation.watch import Topic


def _topics(value: object) -> object:
    """`all` and `none` in one word: an empty list could mean either."""
    if value == "all":
        return tuple(Topic)
    if value == "none":
        return ()
    if value == []:
        raise ValueError("must not be empty; write none")
    return value


Topics = Annotated[
    tuple[Topic, ...],
    BeforeValidator(_topics, json_schema_input_type=Literal["all", "none"] | tuple[Topic, ...]),
]


def _unique(name: str, info: ValidationInfo) -> str:
    """`info.context` holds the names of the profiles above."""
    seen: set[str] = info.context if info.context is not None else set()
    if name in seen:
        raise ValueError(f"{name!r} names a profile above already")
    seen.add(name)
    return name


class Profile(Section):
    """What is wanted of the accounts that it matches. The first profile that matches an account is the one."""

    name: Annotated[Text, AfterValidator(_unique)]
    """Name of the profile, as reports and alerts show it; unique."""

    match: Selector = Selector()
    """Which accounts of the scope. Default: all."""

    mode: Annotated[Modes, BeforeValidator(for_every_group, json_schema_input_type=Mode | Modes)]
    """`enforce` remedies what is found, `audit` only reports it; one word for all, or one for each group of rules."""

    rules: Annotated[dict[RuleName, Mode], FILLED] = Field(default={})
    """Modes of single rules, which win over `mode`."""

    public_access: Annotated[
        AccessSection | None,
        word_or_mapping({"disabled": None}, Literal["disabled"] | AccessSection),
    ] = None
    """Who may reach the account from outside its private endpoints: nobody (`disabled`), or `selected` networks."""

    trusted_services: Literal["keep", "none"] = "keep"
    """Whether Azure's trusted services may pass by the network rules: `keep` leaves that as it is, `none` ends it.
    Retrieval through Azure AI Search may need them."""

    local_auth: Literal["keep", "disabled"] = "keep"
    """Whether keys open the account: `keep` leaves that as it is, `disabled` turns them off. Who uses a key is cut
    off."""

    outbound: Annotated[
        OutboundSection | None,
        word_or_mapping(
            {"keep": None, "restricted": OutboundSection.model_construct(allow=())},
            Literal["keep", "restricted"] | OutboundSection,
        ),
    ] = None
    """What the account itself may reach: `keep` leaves that as it is, `restricted` allows nothing, `allow` these
    hosts."""

    kinds: Annotated[tuple[Text, ...], FILLED] = ()
    """Kinds of account that are allowed; others are reported. Default: all."""

    endpoint: EndpointSection | None = None
    """The private endpoint. Left out: the one that the account had when all was well."""

    dns: DnsSection | None = None
    """The names. Left out: the zones and links that there were when all was well."""

    limits: LimitsSection = LimitsSection()
    """How far Latch may go."""

    watch: Topics = tuple(Topic)
    """Changes beside the private path that people are told of, and nothing else: `all`, `none` or a list. Default:
    all."""

    @property
    def audited(self) -> frozenset[str]:
        """The rules whose findings are only reported."""
        named = {str(name): mode for name, mode in self.rules.items()}
        modes = {name: named.get(name, self._usual(rule)) for name, rule in RULES.items()}
        return frozenset(name for name, mode in modes.items() if mode is Mode.AUDIT)

    def _usual(self, rule: Rule) -> Mode:
        return Mode.AUDIT if rule.waits_for_a_word else self.mode.of(rule.group)

    @model_validator(mode="after")
    def _can_enforce(self) -> Self:
        enforced = [RULES[name] for name, mode in self.rules.items() if mode is Mode.ENFORCE]
        idle = {rule.name: self._idle(rule) for rule in enforced}
        refuse({("rules", name): reason for name, reason in idle.items() if reason})
        return self

    def _idle(self, rule: Rule) -> str:
        """Why enforcing the rule would do nothing; empty when it would do something."""
        if rule.default is Default.NEVER:
            return "it has no remedy and is only ever reported"
        if rule.asks and rule.asks not in self._stated():
            return f"it has nothing to enforce without {rule.asks}"
        if rule.group is RuleGroup.DNS and self.dns and self.dns.records is RecordsBy.EXTERNAL:
            return "nothing is written where records are external"
        return ""

    def _stated(self) -> Iterator[str]:
        if self.public_access is not None:
            yield catalog.SELECTED
        if self.trusted_services == "none":
            yield catalog.NO_BYPASS
        if self.local_auth == "disabled":
            yield catalog.NO_KEYS
        if self.outbound is not None:
            yield catalog.OUTBOUND
        if self.endpoint is not None and self.endpoint.recreate is Recreate.BROKEN:
            yield catalog.REBUILD


class ExemptionSection(Section):
    """A dated exception; it shows in every report, and lapses by itself."""

    accounts: Annotated[tuple[AccountPattern, ...], FILLED]
    """Ids of accounts, or patterns for their names."""

    rules: Annotated[tuple[RuleName, ...], FILLED] = ()
    """The rules whose findings are left alone. Default: all."""

    until: Moment
    """The last day, or the moment, in UTC."""

    reason: Text
    """Why."""

    owner: Text
    """Who answers for it."""


def _version(text: object) -> object:
    return 1 if text == "1" else text


class Policy(Section):
    """What Latch enforces, on which accounts."""

    version: Annotated[Literal[1], BeforeValidator(_version, json_schema_input_type=Literal[1])]
    """Version of the format."""

    scope: Scope
    """Which accounts the policy speaks of; all others are left alone."""

    profiles: Annotated[tuple[Profile, ...], FILLED]
    """What is wanted. An account takes the first profile that matches it."""

    exemptions: tuple[ExemptionSection, ...] = ()
    """Exceptions, each with an end."""

    alerts: AlertsSection | None = None
    """Who is told, of what, and how. Left out: the topic of `LATCH_ALERT_TOPIC` gets every alert, or the log."""
