"""Where on loopback does an address of the world answer? One TLS listener per address and view."""

import asyncio
from typing import Self

from aiohttp import web

from tests.harness.certificates import Authority
from tests.harness.data_plane.refusals import Reply
from tests.harness.data_plane.service import Call, Service
from tests.harness.names import View
from tests.harness.names.public import DOMAINS, REGIONAL
from tests.harness.serving import Served, serve


class DataPlane:
    """Listeners are opened when they are first looked for; what they answer is the world's matter."""

    def __init__(self, service: Service, authority: Authority) -> None:
        self._service = service
        # A privatelink name is one label too long for these, so asking it is a certificate error, as at Azure.
        self._tls = authority.context(*(f"*.{domain}" for domain in (*DOMAINS, REGIONAL)))
        self._listeners: dict[tuple[str, View], Served] = {}
        self._opening = asyncio.Lock()

    async def locate(self, address: str, view: View = None) -> tuple[str, int] | None:
        """Where a caller in `view` finds this address of the world; None: the connection is refused."""
        if not self._service.listens(address, view):
            return None
        key = (address, None if view is None else view.casefold())
        async with self._opening:
            if key not in self._listeners:
                self._listeners[key] = await serve(self._app(address, view), self._tls)
        return "127.0.0.1", self._listeners[key].port

    async def close(self) -> None:
        for listener in self._listeners.values():
            await listener.close()
        self._listeners.clear()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _app(self, address: str, view: View) -> web.Application:
        async def answer(request: web.Request) -> web.StreamResponse:
            call = await call_of(request, request.host.partition(":")[0], request.path)
            return response_to(request, self._service.reply(call, address, view))

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        return app


async def call_of(request: web.Request, host: str, path: str) -> Call:
    headers = {name.casefold(): value for name, value in request.headers.items()}
    return Call(request.method, host, path, dict(request.query), headers, await request.read())


def response_to(request: web.Request, reply: Reply | None) -> web.StreamResponse:
    """Puts the answer on the wire; without one the connection is dropped."""
    if reply is None:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
    return web.json_response(reply.body, status=reply.status, headers=reply.headers)
