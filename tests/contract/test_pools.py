"""How many connections does a busy client open?"""

import asyncio

import pytest
from aiohttp import web
from azure.core import AsyncPipelineClient
from azure.core.rest import AsyncHttpResponse, HttpRequest

from remediation.adapters.pools import Pool

AT_ONCE = 40
CONNECTIONS = 16


class Door:
    """Answers nobody before as many have come as may come at once."""

    def __init__(self) -> None:
        self.connections: set[object] = set()
        self._full = asyncio.Event()

    async def answer(self, request: web.BaseRequest) -> web.Response:
        self.connections.add(request.transport)
        if len(self.connections) >= CONNECTIONS:
            self._full.set()
        await self._full.wait()
        return web.Response(text="{}")


async def test_a_pool_opens_a_few_connections_and_serves_everybody() -> None:
    door = Door()
    server = web.Server(door.answer)
    listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
    url = "http://127.0.0.1:{1}/".format(*listening.sockets[0].getsockname())
    async with AsyncPipelineClient[HttpRequest, AsyncHttpResponse](url, transport=Pool()) as client:
        asked = [client.send_request(HttpRequest("GET", url)) for _ in range(AT_ONCE)]
        answers = await asyncio.gather(*asked)
    listening.close()
    await server.shutdown()

    assert {200} == {answer.status_code for answer in answers}
    assert len(answers) == AT_ONCE
    assert len(door.connections) == CONNECTIONS


async def test_a_pool_that_was_closed_stays_closed() -> None:
    pool = Pool()
    await pool.open()
    await pool.close()

    with pytest.raises(ValueError, match="already been closed"):
        await pool.open()
