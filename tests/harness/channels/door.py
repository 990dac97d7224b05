"""One door over TLS for all vendors: each has a path, as its own host would have one."""

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.harness.certificates import Authority
from tests.harness.channels import pagerduty, slack, teams, webhook
from tests.harness.channels.checks import RefusedPayloadError
from tests.harness.clock import LabClock
from tests.harness.serving import Served, serve
from tests.harness.weather import Rule, Sighting, Weather
from tests.harness.world import Json

_LARGEST = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """What a channel took, word for word."""

    channel: str
    body: Any
    headers: dict[str, str]


class ChannelsDoor:
    """Each vendor takes only what it would take in earnest; `refused` says why it did not.

    The weather's door is `channel`, and its `principal` the vendor.
    """

    def __init__(self, clock: LabClock, authority: Authority, weather: Weather) -> None:
        self.received: list[Received] = []
        self.refused: list[str] = []
        self.attempts = 0
        self.incidents = pagerduty.Incidents()
        self.routing_key = secrets.token_hex(16)
        self.webhook_secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        self._signature = secrets.token_urlsafe(32)
        self._clock = clock
        self.authority = authority
        self._weather = weather
        self._served: Served | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=_LARGEST)
        app.router.add_route("*", "/{vendor}/{path:.*}", self._answer)
        self._served = await serve(app, self.authority.context("127.0.0.1", "localhost"))

    async def close(self) -> None:
        if self._served is not None:
            await self._served.close()

    @property
    def settings(self) -> dict[str, str]:
        """The app settings of an operator who has all of these channels."""
        return {
            "LATCH_CHANNEL_TEAMS": self.url("teams"),
            "LATCH_CHANNEL_SLACK": self.url("slack"),
            "LATCH_CHANNEL_PAGERDUTY_KEY": self.routing_key,
            "LATCH_CHANNEL_WEBHOOK": self.url("webhook"),
            "LATCH_CHANNEL_WEBHOOK_KEY": self.webhook_secret,
        }

    def url(self, vendor: str) -> str:
        """As secret as the vendor's own: whoever knows it may post."""
        if self._served is None:
            raise RuntimeError("the channels are not started")
        base = f"https://localhost:{self._served.port}/{vendor}"
        path = {
            "teams": f"workflows/1/triggers/manual/paths/invoke?sig={self._signature}",
            "slack": f"services/T0/B0/{self._signature}",
            "pagerduty": "v2/enqueue",
            "webhook": f"hooks/{self._signature}",
            "plain": f"{self._signature}",
        }
        return f"{base}/{path[vendor]}"

    def of(self, vendor: str) -> list[Any]:
        """The bodies that a vendor took, in order."""
        return [each.body for each in self.received if each.channel == vendor]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.attempts += 1
        vendor = request.match_info["vendor"]
        rule = self._weather.strike(Sighting("channel", request.method, principal=vendor))
        if rule is not None and not rule.after_write:
            struck = await self._suffer(rule, request)
            if struck is not None:
                return struck
        taken = await self._take(vendor, request)
        return (rule and rule.after_write and await self._suffer(rule, request)) or taken

    async def _suffer(self, rule: Rule, request: web.Request) -> web.StreamResponse | None:
        if rule.delay:
            await self._clock.sleep(rule.delay)
        if rule.reset and request.transport is not None:
            request.transport.abort()
            return web.Response(status=500)
        if rule.status is None:
            return None
        headers = {} if rule.retry_after is None else {"Retry-After": str(rule.retry_after)}
        if rule.status // 100 == 3:
            headers["Location"] = self.url("plain")
        # The code stands for what a vendor says; some repeat the address that was called.
        said = rule.code or "Scripted by the lab's weather."
        return web.Response(status=rule.status, text=said, headers=headers)

    async def _take(self, vendor: str, request: web.Request) -> web.Response:
        body = await request.read()
        if str(request.rel_url) != self.url(vendor).partition(f":{request.url.port}")[2]:
            return web.Response(status=404, text="no_service")
        if request.method != "POST":
            return web.Response(status=405)
        try:
            parsed = json.loads(body)
            answer = self._vendors()[vendor](request, body, parsed)
        except (RefusedPayloadError, ValueError) as error:
            self.refused.append(f"{vendor}: {error}")
            return _refusal(vendor, str(error))
        self.received.append(Received(vendor, parsed, dict(request.headers)))
        return answer

    def _vendors(self) -> dict[str, Callable[[web.Request, bytes, Any], web.Response]]:
        return {
            "teams": self._teams,
            "slack": self._slack,
            "pagerduty": self._pagerduty,
            "webhook": self._webhook,
            "plain": lambda *_: web.Response(status=200),
        }

    def _teams(self, request: web.Request, body: bytes, message: Json) -> web.Response:
        teams.check(body, message)
        # Not verified: that Workflows answers 202 before its flow runs, with the headers of a long-running operation.
        headers = {"Location": str(request.url), "Retry-After": "1"}
        return web.Response(status=202, headers=headers)

    def _slack(self, _: web.Request, __: bytes, message: Json) -> web.Response:
        slack.check(message)
        return web.Response(text="ok")

    def _pagerduty(self, _: web.Request, body: bytes, event: Json) -> web.Response:
        known = pagerduty.check(body, event)
        if known["routing_key"] != self.routing_key:
            raise RefusedPayloadError("Invalid routing_key")
        key = self.incidents.take(known)
        done = {"status": "success", "message": "Event processed", "dedup_key": key}
        return web.json_response(done, status=202)

    def _webhook(self, request: web.Request, body: bytes, event: Json) -> web.Response:
        webhook.check(self.webhook_secret, request.headers, body, self._clock.time())
        webhook.check_event(request.content_type, event)
        return web.Response(status=204)


def _refusal(vendor: str, why: str) -> web.Response:
    match vendor:
        case "slack":
            # Source: docs.slack.dev, incoming webhooks: a word in plain text.
            return web.Response(status=400, text="invalid_blocks")
        case "pagerduty":
            body = {
                "status": "invalid event",
                "message": "Event object is invalid",
                "errors": [why],
            }
            return web.json_response(body, status=400)
        case _:
            return web.Response(status=400, text=why)
