"""In which words does the service refuse? Every body of an error, in one file."""

from dataclasses import dataclass, field

from tests.harness.data_plane.admission import Admission, Origin
from tests.harness.world import Json, Resource


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the data plane."""

    status: int
    body: Json
    headers: dict[str, str] = field(default_factory=dict)


def refusal(account: Resource, admission: Admission, origin: Origin) -> Reply:
    """The 403 of the network switches."""
    if admission is Admission.DISABLED:
        # Source: azure-search-openai-demo#2324 and others: the text under public access Disabled.
        return _error(403, "403", "Public access is disabled. Please configure private endpoint.")
    text = "Access denied due to Virtual Network/Firewall rules."
    if str(account.body["kind"]).casefold() == "texttranslation":
        # Source: jpaiblog (2022), Translator alone.
        return _error(403, "AccessDenied", f"{text} Your IP address is {origin.address}.")
    # Source: azure-sql-db-chatbot#3 for text and headers.
    headers = {
        "apim-request-id": "00000000-0000-4000-8000-000000000403",
        "policy-id": "ThrowExceptionDueToTrafficDenied",
    }
    return _error(403, "403", text, headers)


def wrong_host() -> Reply:
    # Source: continue#12547: a restricted account asked at its region's endpoint. There is no envelope.
    message = (
        "A Virtual Network is configured for this resource. Please use the correct endpoint for making requests. "
        "Check https://aka.ms/cogsvc-vnet for more details."
    )
    return Reply(403, {"code": "403", "message": message})


def wrong_key() -> Reply:
    # Not in our sources: the widely quoted text; not verified.
    return _error(
        401,
        "401",
        "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an "
        "active subscription and use a correct regional API endpoint for your resource.",
    )


def key_not_allowed() -> Reply:
    # Status and text for a key when local auth is off are not verified.
    return _error(
        403,
        "AuthenticationTypeDisabled",
        "Key based authentication is disabled for this resource.",
    )


def not_found() -> Reply:
    return _error(404, "404", "Resource not found")


def bad_request(message: str) -> Reply:
    return _error(400, "BadRequest", message)


def _error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Reply:
    return Reply(status, {"error": {"code": code, "message": message}}, headers or {})
