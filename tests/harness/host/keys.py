"""Who may call what: the keys of a function app."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web


def _key() -> str:
    return secrets.token_urlsafe(40)


@dataclass(frozen=True, slots=True)
class Keys:
    """`system` is the key `eventgrid_extension`; `foreign_system` that of another extension."""

    master: str = field(default_factory=_key)
    host: str = field(default_factory=_key)
    system: str = field(default_factory=_key)
    foreign_system: str = field(default_factory=_key)
    functions: Mapping[str, str] = field(default_factory=dict)

    def opens(self, level: str, function: str, given: str) -> bool:
        """Does `given` open a function of this level? Source: azure-functions-host SamplesEndToEndTests_CSharp.cs."""
        match level.upper():
            case "ANONYMOUS":
                return True
            case "FUNCTION":
                own = self.functions.get(function)
                return given != "" and given in {self.master, self.host, own}
            case "ADMIN":
                return given == self.master
            case _:
                raise ValueError(f"auth level {level}: extend tests/harness/host/keys.py")


def given_key(request: web.Request) -> str:
    """The header wins over the query."""
    return request.headers.get("x-functions-key") or request.query.get("code", "")
