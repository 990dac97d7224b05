"""The host's front door: who is let in, and whether a request is for the admin API, a webhook or a function."""

import asyncio
import json
from collections.abc import Mapping

from aiohttp import web

from tests.harness.host.bindings import Function
from tests.harness.host.invoking import Invoker
from tests.harness.host.keys import Keys, given_key
from tests.harness.host.protos import TypedData
from tests.harness.host.routes import Routes, from_function, to_function
from tests.harness.host.timers import TimerListener
from tests.harness.host.webhook import EventGridWebhook

# Source: HOST, the default of FUNCTIONS_REQUEST_BODY_SIZE_LIMIT.
MAXIMUM_BODY = 100 * 1024**2


class Front:
    """Answers 503 until it is opened, and after it was shut."""

    def __init__(self, keys: Keys, prefix: str) -> None:
        self._keys = keys
        self._prefix = f"{prefix}/" if prefix else ""
        self._desk: Desk | None = None

    def application(self) -> web.Application:
        app = web.Application(client_max_size=MAXIMUM_BODY)
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    def open(
        self,
        functions: Mapping[str, Function],
        invoker: Invoker,
        timers: Mapping[str, TimerListener],
    ) -> None:
        self._desk = Desk(functions, invoker, timers, self._keys)

    def shut(self) -> None:
        self._desk = None

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if self._desk is None:
            # Source: azure-functions-host HostAvailabilityCheckMiddleware.
            return web.Response(status=503, text="Function host is not running.")
        path = request.match_info["path"]
        match [segment.lower() for segment in path.split("/")]:
            case ["admin", "functions", _] if request.method == "POST":
                return await self._desk.admin(request, path.split("/")[2])
            case ["admin", *_]:
                text = f"{request.method} {path} is not modeled: extend tests/harness/host/front.py"
                return web.Response(status=501, text=text)
            case ["runtime", "webhooks", extension, *_]:
                return await self._desk.webhook.answer(request, extension)
            case _:
                return await self._function(self._desk, request, path)

    async def _function(self, desk: "Desk", request: web.Request, path: str) -> web.Response:
        if not path.lower().startswith(self._prefix.lower()):
            return web.Response(status=404)
        return await desk.function(request, path[len(self._prefix) :])


class Desk:
    """Serves the requests of one indexed app."""

    def __init__(
        self,
        functions: Mapping[str, Function],
        invoker: Invoker,
        timers: Mapping[str, TimerListener],
        keys: Keys,
    ) -> None:
        self.webhook = EventGridWebhook(functions, invoker, keys)
        self._functions = functions
        self._routes = Routes(functions.values())
        self._invoker = invoker
        self._timers = timers
        self._keys = keys
        self._runs: set[asyncio.Task[object]] = set()

    async def function(self, request: web.Request, path: str) -> web.Response:
        found = self._routes.find(request.method, path)
        if found is None:
            return web.Response(status=404)
        route, parameters = found
        if not self._keys.opens(route.level, route.function.name, given_key(request)):
            return web.Response(status=401)
        data = await to_function(request, parameters)
        outcome = await self._invoker.run(route.function, data)
        if not outcome.ok:
            return web.Response(status=500)
        return from_function(outcome.outputs.get("$return"))

    async def admin(self, request: web.Request, name: str) -> web.Response:
        """A manual run, in the background. Source: azure-docs functions-manually-run-non-http.md."""
        if given_key(request) != self._keys.master:
            return web.Response(status=401)
        if name not in self._functions:
            return web.Response(status=404)
        body = json.loads(await request.text() or "{}")
        if (run := self._manual(self._functions[name], body.get("input"))) is None:
            text = "a manual run of this trigger is not modeled: extend tests/harness/host/front.py"
            return web.Response(status=501, text=text)
        self._runs.add(run)
        run.add_done_callback(self._runs.discard)
        return web.Response(status=202)

    def _manual(self, function: Function, given: object) -> asyncio.Task[object] | None:
        text = given if isinstance(given, str) else json.dumps(given)
        match function.trigger.type:
            case "timerTrigger":
                return asyncio.create_task(self._timers[function.name].run())
            case "queueTrigger":
                return asyncio.create_task(self._invoker.run(function, TypedData(string=text)))
            case "eventGridTrigger":
                return asyncio.create_task(self._invoker.run(function, TypedData(json=text)))
            case _:
                return None
