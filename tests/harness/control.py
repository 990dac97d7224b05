"""The lab's control API: anything that speaks HTTP can drive it. Plain HTTP on loopback, JSON in and out."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.harness.event_grid.trouble import Trouble
from tests.harness.lab import Lab
from tests.harness.serving import Served, serve
from tests.harness.settling import UnsettledError
from tests.harness.world import Json

type Handler = Callable[[Any], Awaitable[Any]]


class Control:
    """One method a route; a mistake in the request is a 400 that says what is wrong."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._served: Served | None = None

    async def start(self) -> str:
        """Says where it listens."""
        app = web.Application()
        posts: dict[str, Handler] = {
            "/token": self._token,
            "/settle": self._settle,
            "/clock": self._clock,
            "/weather": self._weather,
            "/events": self._events,
            "/event-grid": self._event_grid,
            "/functions/kill": self._kill,
        }
        gets: dict[str, Handler] = {
            "/world": self._world,
            "/journal": self._journal,
            "/alerts": self._alerts,
            "/stats": self._stats,
        }
        for path, handler in posts.items():
            app.router.add_post(path, _answering(handler))
        for path, handler in gets.items():
            app.router.add_get(path, _answering(handler))
        self._served = await serve(app)
        return self._served.url

    async def close(self) -> None:
        if self._served is not None:
            await self._served.close()

    async def _token(self, asked: Json) -> Json:
        _only(asked, "principal", "roles")
        person = self._lab.person(str(asked["principal"]), *asked.get("roles", ()))
        return {
            "token": person.token,
            "tokenType": "Bearer",
            "objectId": person.caller.object_id,
            "clientId": person.caller.client_id,
        }

    async def _settle(self, asked: Json) -> Json:
        _only(asked, "timeout")
        moved = await self._lab.settled(float(asked.get("timeout", 60)))
        return {"settled": True, "moved": moved}

    async def _clock(self, asked: Json) -> Json:
        _only(asked, "advance")
        seconds = float(asked["advance"])
        if seconds < 0:
            raise ValueError("the clock only goes forward")
        await self._lab.grid.let_pass(seconds)
        return {"now": self._lab.clock.now().isoformat(), "offset": self._lab.clock.offset}

    async def _weather(self, asked: Json) -> Json:
        """One rule, or {"rules": [...]}, or {"clear": true}."""
        if asked.pop("clear", False):
            self._lab.weather.clear()
        for rule in asked.pop("rules", [asked] if asked else []):
            self._lab.weather.add({name.replace("-", "_"): value for name, value in rule.items()})
        return {"rules": len(self._lab.weather.rules)}

    async def _events(self, asked: Any) -> Json:
        """A list of raw events, or {"events": [...], "filtered": bool}; delivered in the order given."""
        body: Json = {"events": asked} if isinstance(asked, list) else asked
        if "events" not in body:
            body = {"events": [body]}
        _only(body, "events", "filtered")
        delivered = self._lab.grid.deliver_raw(body["events"], filtered=body.get("filtered", False))
        return {"deliveries": delivered}

    async def _event_grid(self, asked: Json) -> Json:
        self._lab.grid.trouble = Trouble.from_json(asked)
        return {
            "drop": asked.get("drop", 0),
            "duplicate": asked.get("duplicate", 0),
            "delay": asked.get("delay", 0),
            **asked,
        }

    async def _kill(self, asked: Json) -> Json:
        _only(asked)
        if self._lab.host is None:
            raise ValueError("the lab runs without functions")
        pid = self._lab.host.worker_pid
        self._lab.host.kill_worker()
        return {"killed": pid}

    async def _world(self, _: Any) -> Json:
        return self._lab.world.everything()

    async def _journal(self, _: Any) -> list[Json]:
        return [entry.to_json() for entry in self._lab.world.journal]

    async def _alerts(self, _: Any) -> list[Json]:
        return [
            {**alert.event, "receivedAt": alert.time.isoformat(), "copies": alert.copies}
            for alert in self._lab.sink.alerts()
        ]

    async def _stats(self, _: Any) -> Json:
        return self._lab.stats()


def _only(asked: Json, *known: str) -> None:
    unknown = sorted(set(asked) - set(known))
    if unknown:
        raise ValueError(f"unknown: {', '.join(unknown)} (known: {', '.join(known) or 'nothing'})")


def _answering(handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        try:
            text = await request.text()
            return web.json_response(await handler(json.loads(text) if text else {}))
        except UnsettledError as error:
            return web.json_response({"error": str(error)}, status=504)
        except KeyError as error:
            return web.json_response({"error": f"missing: {error}"}, status=400)
        except (ValueError, TypeError, AttributeError) as error:
            return web.json_response({"error": f"{error}"}, status=400)

    return answer
