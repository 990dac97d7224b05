"""A wire that can be cut: a proxy before Azurite that carries a request out and may lose its answer."""

from collections.abc import Awaitable, Callable
from typing import Self

import aiohttp
from aiohttp import web

from tests.harness.certificates import Authority
from tests.harness.serving import Served, serve

type Meanwhile = Callable[[], Awaitable[None]]

_HOP = frozenset({"host", "connection", "transfer-encoding", "content-length", "content-encoding"})


class Wire:
    """Forwards to `target`.

    While `cut` is set, the next POST takes effect and its caller never hears of it. What names `broken` in its path
    is answered with a 503 and goes nowhere. What others do `meanwhile` is done before the next POST goes out.
    """

    def __init__(self, target: str, authority: Authority) -> None:
        self.cut = False
        self.broken = ""
        self.meanwhile: Meanwhile | None = None
        self._target = target
        self._authority = authority
        self._session: aiohttp.ClientSession | None = None
        self._served: Served | None = None

    @property
    def url(self) -> str:
        if self._served is None:
            raise RuntimeError("the wire is not up")
        return f"{self._served.url}/{self._target.rsplit('/', 1)[1]}"

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(ssl=self._authority.client())
        self._session = aiohttp.ClientSession(connector=connector, auto_decompress=True)
        app = web.Application(client_max_size=8 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._carry)
        self._served = await serve(app, self._authority.context("127.0.0.1"))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
        if self._served is not None:
            await self._served.close()

    async def _carry(self, request: web.Request) -> web.StreamResponse:
        if self._session is None:
            raise RuntimeError("the wire is not up")
        if self.broken and self.broken in request.path:
            return web.Response(status=503, headers={"x-ms-error-code": "ServerBusy"})
        if self.meanwhile is not None and request.method == "POST":
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        origin = self._target.rsplit("/", 1)[0]
        headers = {name: text for name, text in request.headers.items() if name.lower() not in _HOP}
        async with self._session.request(
            request.method,
            f"{origin}{request.raw_path}",
            headers=headers,
            data=await request.read(),
            skip_auto_headers=("Content-Type",),
        ) as answer:
            body = await answer.read()
        if self.cut and request.method == "POST" and request.transport is not None:
            self.cut = False
            request.transport.abort()
        kept = {name: text for name, text in answer.headers.items() if name.lower() not in _HOP}
        return web.Response(status=answer.status, body=body, headers=kept)
