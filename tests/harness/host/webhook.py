"""What the Event Grid extension answers to whom: handshake, deliveries, and every refusal.

Source: azure-sdk-for-net WebJobs.Extensions.EventGrid HttpRequestProcessor.cs, azure-functions-host HostController.cs.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.harness.host.bindings import Function
from tests.harness.host.invoking import Invoker
from tests.harness.host.keys import Keys, given_key
from tests.harness.host.protos import TypedData

EXTENSION = "eventgrid"
_METHODS = frozenset({"GET", "PUT", "POST", "DELETE", "OPTIONS"})


class EventGridWebhook:
    """`/runtime/webhooks/eventgrid?functionName=...`."""

    def __init__(self, functions: Mapping[str, Function], invoker: Invoker, keys: Keys) -> None:
        self._functions = {
            name: f for name, f in functions.items() if f.trigger.type == "eventGridTrigger"
        }
        self._invoker = invoker
        self._keys = keys

    async def answer(self, request: web.Request, extension: str) -> web.Response:
        """Authorization comes first, before anything is looked for."""
        if refusal := self._refusal(given_key(request), extension):
            return web.Response(status=refusal)
        if extension != EXTENSION or request.method not in _METHODS:
            return web.Response(status=404)
        name = request.query.get("functionName", "")
        if name not in self._functions:
            return web.Response(status=404, text=f"cannot find function: '{name}'")
        if request.method == "OPTIONS":
            origin = request.headers.get("WebHook-Request-Origin", "")
            return web.Response(headers={"Webhook-Allowed-Origin": origin})
        return await self._event(request, self._functions[name])

    def _refusal(self, given: str, extension: str) -> int:
        if given == self._keys.master:
            return 0
        if given not in {self._keys.system, self._keys.foreign_system}:
            return 401
        return 0 if given == self._keys.system and extension == EXTENSION else 403

    async def _event(self, request: web.Request, function: Function) -> web.Response:
        match request.headers.get("aeg-event-type", "").casefold():
            case "subscriptionvalidation":
                return _handshake(await request.json())
            case "notification":
                return await self._notification(function, await request.text())
            case "unsubscribe":
                return web.Response(status=202)
            case _:
                return web.Response(status=400)

    async def _notification(self, function: Function, body: str) -> web.Response:
        """Every event is an invocation, all in parallel; one that fails has the whole delivery sent again."""
        try:
            events = _events(json.loads(body))
        except ValueError as error:
            return web.Response(status=500, text=str(error))
        outcomes = await asyncio.gather(
            *(self._invoker.run(function, TypedData(json=json.dumps(event))) for event in events)
        )
        failures = [outcome.error for outcome in outcomes if not outcome.ok]
        if failures:
            return web.Response(status=500, text=failures[0])
        return web.Response(status=202)


def _handshake(body: Any) -> web.Response:
    """An array in Event Grid's schema; in CloudEvents an object whose data is JSON in a string."""
    code = (
        body[0]["data"]["validationCode"]
        if isinstance(body, list)
        else json.loads(body["data"])["validationCode"]
    )
    return web.json_response({"validationResponse": code})


def _events(body: Any) -> list[Any]:
    if isinstance(body, list):
        return body
    if isinstance(body, dict):
        return [body]
    raise ValueError("Specified argument was out of the range of valid values.")
