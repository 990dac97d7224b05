"""Does the topic take these events? A custom topic over TLS, as a publisher of CloudEvents calls it."""

import hmac
import json
import secrets
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.harness.certificates import Authority
from tests.harness.clock import LabClock
from tests.harness.serving import Served, serve
from tests.harness.sinks import AlertSink
from tests.harness.weather import Rule, Sighting, Weather
from tests.harness.world import Caller, Json

# Source: azure-eventgrid 4.22.1, _constants.py.
API_VERSION = "2018-01-01"
AUDIENCE = "https://eventgrid.azure.net"
# Source: post-to-custom-topic.md: an array and an event are at most 1 MB each.
LARGEST = 1024 * 1024
_CONTENT_TYPE = "application/cloudevents-batch+json"
# Source: CloudEvents 1.0, required attributes.
_REQUIRED = ("id", "source", "type", "specversion")

type Authorize = Callable[[str], Caller]


class RefusedError(Exception):
    """An answer other than 200. `authorize` raises it for a token that may not send."""

    def __init__(
        self, status: int, code: str, message: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def response(self) -> web.Response:
        # Source: post-to-custom-topic.md, "Response".
        detail = {"code": self.code, "message": self.message}
        body = {"error": {**detail, "details": [detail]}}
        return web.json_response(body, status=self.status, headers=self.headers)


class CustomTopic:
    """The topic to which alerts go. Accepted events end in the sink."""

    def __init__(
        self,
        clock: LabClock,
        sink: AlertSink,
        authorize: Authorize,
        authority: Authority,
        weather: Weather | None = None,
    ) -> None:
        self.key = secrets.token_urlsafe(32)
        self.received = 0
        self._clock = clock
        self._sink = sink
        self._authorize = authorize
        self._authority = authority
        self._weather = weather or Weather()
        self._served: Served | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=4 * LARGEST)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._served = await serve(app, self._authority.context("127.0.0.1", "localhost"))

    async def close(self) -> None:
        if self._served is not None:
            await self._served.close()

    @property
    def endpoint(self) -> str:
        """The URL that publishers are given."""
        if self._served is None:
            raise RuntimeError("the topic is not started")
        return f"{self._served.url}/api/events"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.received += 1
        rule = self._weather.strike(Sighting("topic", request.method))
        try:
            if rule is not None and not rule.after_write:
                await self._suffer(rule, request)
            accepted = await self._accept(request)
            if rule is not None and rule.after_write:
                await self._suffer(rule, request)
        except RefusedError as error:
            return error.response()
        return accepted

    async def _suffer(self, rule: Rule, request: web.Request) -> None:
        if rule.delay:
            await self._clock.sleep(rule.delay)
        if rule.reset and request.transport is not None:
            request.transport.abort()
            raise RefusedError(500, "Weather", "Nobody hears this: the connection is gone.")
        if rule.malformed:
            raise web.HTTPOk(text='{"error":', content_type="application/json")
        if rule.status is not None:
            code = rule.code or "Weather"
            wait = {} if rule.retry_after is None else {"Retry-After": str(rule.retry_after)}
            raise RefusedError(rule.status, code, "Scripted by the lab's weather.", wait)

    async def _accept(self, request: web.Request) -> web.Response:
        if request.path != "/api/events" or request.method != "POST":
            raise RefusedError(404, "NotFound", f"No such endpoint: {request.path}")
        if request.query.get("api-version") != API_VERSION:
            raise RefusedError(
                400, "BadRequest", "Unknown api-version: extend event_grid/custom_topic.py"
            )
        self._check_caller(request)
        for event in _events(request, await request.read()):
            self._sink.accept(event, self._clock.now())
        return web.Response(status=200)

    def _check_caller(self, request: web.Request) -> None:
        if "aeg-sas-token" in request.headers:
            raise RefusedError(401, "Unauthorized", "SAS tokens: extend event_grid/custom_topic.py")
        key = request.headers.get("aeg-sas-key")
        if key is not None:
            if not hmac.compare_digest(key.encode(), self.key.encode()):
                raise RefusedError(401, "Unauthorized", "The request's key does not match.")
            return
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            raise RefusedError(401, "Unauthorized", "The request has neither token nor key.")
        self._authorize(token)


def _events(request: web.Request, body: bytes) -> list[Json]:
    if len(body) > LARGEST:
        raise RefusedError(413, "PayloadTooLarge", f"The limit is {LARGEST} bytes.")
    if request.content_type != _CONTENT_TYPE:
        raise RefusedError(
            400, "BadRequest", f"This topic takes {_CONTENT_TYPE}, not {request.content_type}."
        )
    events = _parse(body)
    if not isinstance(events, list):
        raise RefusedError(400, "BadRequest", "A batch is an array.")
    for event in events:
        _check(event)
    return events


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise RefusedError(400, "BadRequest", "The body is no JSON.") from None


def _check(event: Any) -> None:
    if not isinstance(event, dict):
        raise RefusedError(400, "BadRequest", "An event is an object.")
    for name in _REQUIRED:
        if not isinstance(event.get(name), str) or not event[name]:
            raise RefusedError(400, "BadRequest", f"An event lacks {name!r}.")
    if event["specversion"] != "1.0":
        raise RefusedError(400, "BadRequest", "Only CloudEvents 1.0 is taken.")
