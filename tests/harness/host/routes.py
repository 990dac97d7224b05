"""Which HTTP function answers a request, with which parameters, and how request and answer are translated."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web
from multidict import CIMultiDict

from tests.harness.host.bindings import Function
from tests.harness.host.config import ConfigError
from tests.harness.host.protos import RpcHttp, TypedData

type Json = dict[str, Any]

_SEGMENT = re.compile(r"\{(\*?)(\w+)(?::(\w+))?(\??)\}")
_CONSTRAINTS = {"int": r"-?\d+", None: r"[^/]+"}


@dataclass(frozen=True, slots=True)
class Route:
    """One template: `{name}`, `{name:int}`, `{name?}` and `{*rest}` stand for whole segments."""

    function: Function
    pattern: re.Pattern[str]
    methods: frozenset[str]
    level: str
    rank: tuple[int, ...]

    @classmethod
    def of(cls, function: Function) -> Self:
        values = function.trigger.values
        template = (values.get("route") or function.name).strip("/")
        segments = template.split("/")
        return cls(
            function,
            re.compile("".join(_pattern(s) for s in segments), re.IGNORECASE),
            frozenset(m.upper() for m in values.get("methods") or ()),
            values.get("authLevel") or "FUNCTION",
            tuple(_rank(s) for s in segments),
        )

    def parameters(self, path: str) -> dict[str, str] | None:
        found = self.pattern.fullmatch(path)
        return {k: v for k, v in found.groupdict().items() if v} if found else None


class Routes:
    """All routes of the app; literal segments win over parameters, and those over a rest."""

    def __init__(self, functions: Iterable[Function]) -> None:
        found = (Route.of(f) for f in functions if f.trigger.type == "httpTrigger")
        self._routes = sorted(found, key=lambda route: route.rank)

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """None for a known path with a wrong method, too. Source: azure-functions-host#10098."""
        for route in self._routes:
            parameters = route.parameters("/" + path)
            if parameters is not None and (not route.methods or method in route.methods):
                return route, parameters
        return None


def _pattern(segment: str) -> str:
    found = _SEGMENT.fullmatch(segment)
    if not found:
        if "{" in segment:
            raise ConfigError(f"route segment {segment}: extend tests/harness/host/routes.py")
        return "/" + re.escape(segment)
    rest, name, constraint, optional = found.groups()
    if constraint not in _CONSTRAINTS:
        raise ConfigError(f"route constraint {constraint}: extend tests/harness/host/routes.py")
    if rest:
        return f"(?:/(?P<{name}>.*))?"
    return f"(?:/(?P<{name}>{_CONSTRAINTS[constraint]})){optional}"


def _rank(segment: str) -> int:
    if segment.startswith("{*"):
        return 3
    return (1 if ":" in segment else 2) if segment.startswith("{") else 0


async def to_function(request: web.Request, parameters: dict[str, str]) -> TypedData:
    """Source: azure-functions-host GrpcMessageConversionExtensions.cs, ToRpcHttp."""
    body = await request.read()
    http = RpcHttp(
        method=request.method,
        url=f"{request.scheme}://{request.host}{request.rel_url}",
        headers=_joined(request.headers.items()),
        params=parameters,
        query={name: value for name, value in _joined(request.query.items()).items() if value},
        body=TypedData(bytes=body) if body else TypedData(),
    )
    return TypedData(http=http)


def from_function(value: TypedData | None) -> web.Response:
    """What the function returned, as an answer; nothing returned is 204 (not verified on Azure)."""
    if value is None or value.kind is None:
        return web.Response(status=204)
    if value.kind != "http":
        return web.Response(text=str(value.value))
    http = value.value
    headers = CIMultiDict(http.headers or {})
    body = http.body.value
    content = body.encode() if isinstance(body, str) else body
    response = web.Response(status=int(http.status_code), headers=headers, body=content)
    for cookie in http.cookies or ():
        _set_cookie(response, cookie)
    return response


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        key = name.lower()
        joined[key] = f"{joined[key]},{value}" if key in joined else value
    return joined


def _set_cookie(response: web.Response, cookie: Json) -> None:
    unknown = cookie.keys() - {"name", "value", "path", "domain", "secure", "http_only"}
    if unknown - {"same_site", "max_age", "expires"} or cookie.get("expires"):
        raise ConfigError(f"cookie {sorted(unknown)}: extend tests/harness/host/routes.py")
    response.set_cookie(
        cookie["name"],
        cookie["value"],
        path=cookie.get("path") or "/",
        domain=cookie.get("domain"),
        secure=cookie.get("secure"),
        httponly=cookie.get("http_only"),
        max_age=int(cookie["max_age"]) if "max_age" in cookie else None,
        samesite={1: "Lax", 2: "Strict", 3: "None"}.get(cookie.get("same_site", 0)),
    )
