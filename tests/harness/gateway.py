"""How does a program get from here to an address of the world? An HTTP CONNECT proxy, one per view.

It stands for a proxy that an operator has inside a network, or on the internet. What it carries it does not read.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, Self

from tests.harness.names import View

type Locate = Callable[[str, View], Awaitable[tuple[str, int] | None]]

_HOST = "127.0.0.1"
# Source: RFC 9110 9.3.6: the target of CONNECT is host and port. The world's addresses are IPv4, its services HTTPS.
_CONNECT = re.compile(rb"CONNECT ([0-9.]+):443 HTTP/1\.1\r\n")
_LONGEST_HEAD = 16 * 1024
_PIECE = 64 * 1024


class Gateway:
    """A caller in `view`, for whoever connects.

    `locate` says where on loopback an address answers, as the data plane does. `asked` are the addresses asked for.
    """

    def __init__(self, locate: Locate, view: View) -> None:
        self.asked: list[str] = []
        self._locate = locate
        self._view = view
        self._server: asyncio.Server | None = None
        self._carrying: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        if self._server is None:
            raise RuntimeError("the gateway is not open")
        return f"http://{_HOST}:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, _HOST, 0, limit=_LONGEST_HEAD)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is None:
            return
        self._server.close()
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with _closing(writer):
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                return
            target = _CONNECT.match(head)
            if target is None:
                await _say(writer, 400, "only CONNECT address:443: extend tests/harness/gateway.py")
                return
            await self._carry(target.group(1).decode(), reader, writer)

    async def _carry(
        self, address: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.asked.append(address)
        place = await self._locate(address, self._view)
        if place is None:
            await _say(writer, 502, f"Nobody listens at {address} port 443.")
            return
        far_reader, far_writer = await asyncio.open_connection(*place)
        async with _closing(far_writer):
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await _splice(_pump(reader, far_writer), _pump(far_reader, writer))


async def _say(writer: asyncio.StreamWriter, status: int, text: str) -> None:
    head = f"HTTP/1.1 {status} {text}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    writer.write(head.encode())
    await writer.drain()


@contextlib.asynccontextmanager
async def _closing(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    """Whatever the two ends do to the connection, it is theirs to do."""
    try:
        with contextlib.suppress(ConnectionError):
            yield
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def _splice(*directions: Coroutine[Any, Any, None]) -> None:
    """Until either end is done: TLS has no use for half a connection."""
    tasks = [asyncio.create_task(each) for each in directions]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(_PIECE):
        writer.write(piece)
        await writer.drain()
