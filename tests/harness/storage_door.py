"""What does storage answer on a bad day? A door before Azurite, under the lab's weather, for whoever has its address.

It carries every request to the genuine Azurite and back, byte for byte; the weather may strike before or after that.
A rule names the service as its door (`queue` or `table`), and may name the path without the account as its id, and as
its type whose business the request is: whoever opens the door says how to tell that from a path and a body.
"""

from collections.abc import Callable
from typing import Literal

import aiohttp
from aiohttp import web
from yarl import URL

from tests.harness.azurite import ACCOUNT
from tests.harness.certificates import Authority
from tests.harness.clock import LabClock
from tests.harness.serving import Served, serve
from tests.harness.tokens import TokenError, Tokens
from tests.harness.weather import Rule, Sighting, Weather

AUDIENCE = "https://storage.azure.com"
# Nobody looks for messages all the time: what appears within so many seconds of the lab's time is waited for at once.
LOOK_SECONDS = 5.0
_CREATED = 201
type Service = Literal["queue", "table"]
type Subject = Callable[[str], str]

# Source: RFC 9110 7.6.1: these belong to one connection; what the client library writes anew is left to it.
_OF_THE_CONNECTION = frozenset(
    {"connection", "content-length", "date", "host", "keep-alive", "server", "transfer-encoding"}
)
# Source: learn.microsoft.com, rest/api/storageservices/common-rest-api-error-codes and table-service-error-codes.
_CODES = {
    400: "InvalidInput",
    401: "NoAuthenticationInformation",
    403: "AuthorizationFailure",
    404: "ResourceNotFound",
    409: "AccountBeingCreated",
    412: "UpdateConditionNotSatisfied",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServerBusy",
}


class StorageDoor:
    """One service of the storage account, at an address of its own."""

    def __init__(
        self,
        service: Service,
        upstream: str,
        clock: LabClock,
        tokens: Tokens,
        weather: Weather,
        authority: Authority,
        subject: Subject,
    ) -> None:
        """`upstream` is the service's address at Azurite, with the account."""
        self._service = service
        self._upstream = upstream.removesuffix(f"/{ACCOUNT}")
        self._clock = clock
        self._tokens = tokens
        self._weather = weather
        self._authority = authority
        self._subject = subject
        self._served: Served | None = None
        self._session: aiohttp.ClientSession | None = None
        self._inside = 0
        # Messages that it put for somebody, until the moment at which they appear.
        self.hidden = 0

    @property
    def url(self) -> str:
        if self._served is None:
            raise RuntimeError("the storage door is not open")
        return f"{self._served.url}/{ACCOUNT}"

    def in_flight(self) -> int:
        """Requests that are not answered yet."""
        return self._inside

    async def start(self) -> None:
        connector = aiohttp.TCPConnector(ssl=self._authority.client(), limit=0)
        self._session = aiohttp.ClientSession(connector=connector, auto_decompress=False)
        app = web.Application(client_max_size=8 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._enter)
        self._served = await serve(app, self._authority.context("127.0.0.1", "localhost"))

    async def close(self) -> None:
        if self._served is not None:
            await self._served.close()
            self._served = None
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _enter(self, request: web.Request) -> web.Response:
        self._inside += 1
        try:
            return await self._visit(request)
        finally:
            self._inside -= 1

    async def _visit(self, request: web.Request) -> web.Response:
        body = await request.read()
        path = request.path.removeprefix(f"/{ACCOUNT}")
        caller = self._principal(request.headers.get("Authorization", ""))
        about = self._subject(f"{path}\n{body.decode('utf-8', 'replace')}")
        rule = self._weather.strike(Sighting(self._service, request.method, about, path, caller))
        if rule is None:
            return await self._carried(request, body)
        await self._clock.sleep(rule.delay)
        served = await self._carried(request, body) if rule.after_write else None
        struck = self._struck(request, rule) or served
        return await self._carried(request, body) if struck is None else struck

    def _principal(self, header: str) -> str:
        """Nobody's name when the token is none; Azurite refuses it."""
        try:
            return self._tokens.read(header.partition(" ")[2], AUDIENCE).name
        except TokenError:
            return ""

    async def _carried(self, request: web.Request, body: bytes) -> web.Response:
        if self._session is None:
            raise RuntimeError("the storage door is not open")
        url = URL(f"{self._upstream}{request.raw_path}", encoded=True)
        sent = {n: v for n, v in request.headers.items() if n.casefold() not in _OF_THE_CONNECTION}
        async with self._session.request(
            request.method, url, data=body, headers=sent, allow_redirects=False
        ) as answer:
            told = [
                (n, v) for n, v in answer.headers.items() if n.casefold() not in _OF_THE_CONNECTION
            ]
            response = web.Response(status=answer.status, body=await answer.read())
        self._hides(request, answer.status)
        for name, value in told:
            response.headers[name] = value
        return response

    def _hides(self, request: web.Request, status: int) -> None:
        """A message that was put for later: the lab's clock knows the moment."""
        seconds = float(request.query.get("visibilitytimeout", 0))
        if self._service == "queue" and request.method == "POST" and status == _CREATED and seconds:
            self.hidden += 1
            late = -(self._clock.time() + seconds) % LOOK_SECONDS
            self._clock.call_later(seconds + late, self._appears)

    def _appears(self) -> None:
        self.hidden -= 1

    def _struck(self, request: web.Request, rule: Rule) -> web.Response | None:
        """The scripted answer, or None when the rule only delays."""
        if rule.reset:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=503)
        if rule.malformed:
            return web.Response(text='{"odata', content_type="application/json")
        if rule.status is None:
            return None
        code = rule.code or _CODES.get(rule.status, "InternalError")
        headers = {} if rule.retry_after is None else {"Retry-After": str(rule.retry_after)}
        return self._refusal(rule.status, code, headers)

    def _refusal(self, status: int, code: str, headers: dict[str, str]) -> web.Response:
        """Tables answer in JSON, queues in XML, and both tell the code in a header too."""
        told = "Scripted by the lab's weather."
        headers = {"x-ms-error-code": code, **headers}
        if self._service == "table":
            error = {"odata.error": {"code": code, "message": {"lang": "en-US", "value": told}}}
            return web.json_response(error, status=status, headers=headers)
        text = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{told}</Message></Error>'
        return web.Response(
            text=text, status=status, headers=headers, content_type="application/xml"
        )
