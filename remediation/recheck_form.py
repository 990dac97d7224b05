"""What does a person ask to be looked at again? From the body and the headers of a request, or the reason why not.

| member         | values                          | default                                     |
|----------------|---------------------------------|---------------------------------------------|
| `account`      | the id of one account           | one of these three must be there, and no    |
| `subscription` | the id of a subscription        | other                                       |
| `all`          | `true`: all that the policy has |                                             |
| `mode`         | `audit`, `enforce`              | `audit`: nothing is changed                 |
| `wait`         | seconds, 0 to 120               | 0: what takes longer is answered with 202   |
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediation import intake
from remediation.ids import ResourceId
from remediation.report import Actor, ActorKind
from remediation.texts import GUID

LONGEST_BODY = 4096
LONGEST_WAIT = 120
LONGEST_KEY = 128

_TARGETS = ("account", "subscription", "all")
_KNOWN = (*_TARGETS, "mode", "wait")


@dataclass(frozen=True, slots=True)
class Form:
    """One asked-for look. Of `account` and `subscription` one at most is set; without any it is the whole fleet."""

    account: ResourceId | None
    subscription: str
    enforce: bool
    wait: float
    key: str
    by: Actor

    @property
    def scope(self) -> str:
        """What is looked at, in a word."""
        return str(self.account or self.subscription or "all")


def read(body: bytes, headers: Mapping[str, str]) -> Form:
    """Raises ValueError with the reason."""
    asked = _members(body)
    targets = [name for name in _TARGETS if name in asked]
    if len(targets) != 1:
        raise ValueError("one of account, subscription and all must be there, and no other of them")
    if asked.get("mode", "audit") not in ("audit", "enforce"):
        raise ValueError('"mode" must be "audit" or "enforce"')
    return Form(
        _account(asked["account"]) if "account" in asked else None,
        _subscription(asked["subscription"]) if "subscription" in asked else "",
        asked.get("mode") == "enforce",
        _wait(asked.get("wait", 0)),
        _key(headers),
        _caller(headers),
    )


def _members(body: bytes) -> dict[str, Any]:
    if len(body) > LONGEST_BODY:
        raise ValueError(f"the body is longer than {LONGEST_BODY} bytes")
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the body is not JSON: {error}") from error
    if not isinstance(asked, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004 - bad data is one kind of error here
    unknown = sorted(set(asked) - set(_KNOWN))
    if unknown:
        raise ValueError(f"unknown: {', '.join(unknown)}; known are {', '.join(_KNOWN)}")
    if "all" in asked and asked["all"] is not True:
        raise ValueError('"all" must be true')
    return asked


def _account(value: object) -> ResourceId:
    if not isinstance(value, str):
        raise ValueError('"account" must be the id of an account')  # noqa: TRY004 - as above
    account = ResourceId.parse(value)
    if intake.account_of(account) != account:
        raise ValueError(f"not the id of a Cognitive Services account: {account}")
    return account


def _subscription(value: object) -> str:
    if not isinstance(value, str) or not GUID.fullmatch(value):
        raise ValueError('"subscription" must be the id of a subscription')
    return value.casefold()


def _wait(value: object) -> float:
    match value:
        case int() | float() if not isinstance(value, bool) and 0 <= value <= LONGEST_WAIT:
            return float(value)
        case _:
            raise ValueError(f'"wait" must be a number of seconds from 0 to {LONGEST_WAIT}')


def _key(headers: Mapping[str, str]) -> str:
    key = headers.get("idempotency-key", "").strip()
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise ValueError(f"Idempotency-Key must be printable, {LONGEST_KEY} characters at most")
    return key


def _caller(headers: Mapping[str, str]) -> Actor:
    """Who asks, as far as the headers say: a function key names nobody.

    With App Service authentication the platform sets them (configure-authentication-user-identities.md); without it
    they are what whoever holds the key says, so they are recorded and decide nothing.
    """
    name = headers.get("x-ms-client-principal-name", "")[:256]
    object_id = headers.get("x-ms-client-principal-id", "")[:64]
    ip = headers.get("x-forwarded-for", "").split(",")[0].strip()[:64]
    kind = ActorKind.USER if name or object_id else ActorKind.UNKNOWN
    return Actor(kind, name, object_id, ip=ip)
