"""The way to the world's addresses, as genuine clients with an HTTP proxy go it."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import httpx2
import pytest

from tests.conformance.view_fixtures import HOST, Views, view_authority, views
from tests.harness.gateway import Gateway
from tests.harness.names import View, address_of

__all__ = ["view_authority", "views"]

ENDPOINT = "10.0.0.4"
GATEWAY = address_of("eastus")


async def get(views: Views, gateway: Gateway, address: str, host: str = HOST) -> int:
    connector = aiohttp.TCPConnector(ssl=views.authority.client(), force_close=True)
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.get(
            f"https://{address}/openai/v1/models",
            headers={"Host": host},
            server_hostname=host,
            proxy=gateway.url,
        ) as answer,
    ):
        await answer.read()
        return answer.status


async def spoken(gateway: Gateway, head: bytes) -> bytes:
    """What is answered to raw bytes, until the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(gateway.url.rpartition(":")[2]))
    writer.write(head)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


@pytest.fixture
async def inside(views: Views) -> AsyncIterator[Gateway]:
    views.private_path(views.account())
    async with Gateway(views.plane.locate, views.inside) as gateway:
        yield gateway


@pytest.fixture
async def outside(views: Views) -> AsyncIterator[Gateway]:
    views.private_path(views.account())
    async with Gateway(views.plane.locate, None) as gateway:
        yield gateway


async def test_an_endpoint_is_reached_from_inside(views: Views, inside: Gateway) -> None:
    assert await get(views, inside, ENDPOINT) == 401
    assert inside.asked == [ENDPOINT]


async def test_the_public_side_is_reached_from_everywhere(views: Views, inside: Gateway) -> None:
    async with Gateway(views.plane.locate, None) as outside:
        assert await get(views, inside, GATEWAY) == 403
        assert await get(views, outside, GATEWAY) == 403


async def test_an_endpoint_is_not_reached_from_outside(views: Views, outside: Gateway) -> None:
    with pytest.raises(aiohttp.ClientHttpProxyError) as refused:
        await get(views, outside, ENDPOINT)

    assert refused.value.status == 502
    assert refused.value.message == f"Nobody listens at {ENDPOINT} port 443."


@pytest.mark.parametrize("view", [None, "inside"])
async def test_nobody_listens_at_an_address_that_is_nobodys(views: Views, view: View) -> None:
    async with Gateway(views.plane.locate, views.inside if view else None) as gateway:
        with pytest.raises(aiohttp.ClientHttpProxyError, match="502"):
            await get(views, gateway, "10.0.0.77")


async def test_another_client_goes_the_same_way(views: Views, inside: Gateway) -> None:
    """By the name in the URL it is the proxy that would resolve, so this client, too, asks for the address."""
    async with httpx2.AsyncClient(proxy=inside.url, verify=views.authority.client()) as client:
        answer = await client.get(
            f"https://{ENDPOINT}/openai/v1/models",
            headers={"Host": HOST},
            extensions={"sni_hostname": HOST},
        )

    assert answer.status_code == 401


async def test_many_are_carried_at_once(views: Views, inside: Gateway) -> None:
    answers = await asyncio.gather(*(get(views, inside, ENDPOINT) for _ in range(20)))

    assert answers == [401] * 20


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"GET http://10.0.0.4/ HTTP/1.1\r\n\r\n", id="no tunnel"),
        pytest.param(b"CONNECT 10.0.0.4:80 HTTP/1.1\r\n\r\n", id="another port"),
        pytest.param(b"CONNECT aoai.openai.azure.com:443 HTTP/1.1\r\n\r\n", id="a name"),
    ],
)
async def test_what_is_not_emulated_names_the_file_to_extend(inside: Gateway, head: bytes) -> None:
    answer = await spoken(inside, head)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"extend tests/harness/gateway.py" in answer
    assert inside.asked == []


@pytest.mark.parametrize("head", [b"", b"CONNECT 10.0.0.4:443", b"x" * 20_000])
async def test_half_a_question_has_no_answer(inside: Gateway, head: bytes) -> None:
    assert await spoken(inside, head) == b""


async def test_a_tunnel_in_use_is_cut_when_the_gateway_closes(views: Views) -> None:
    views.private_path(views.account())
    async with Gateway(views.plane.locate, views.inside) as gateway:
        port = int(gateway.url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"CONNECT {ENDPOINT}:443 HTTP/1.1\r\n\r\n".encode())
        established = await reader.readuntil(b"\r\n\r\n")
    rest = await reader.read()
    writer.close()

    assert established == b"HTTP/1.1 200 Connection established\r\n\r\n"
    assert rest == b""


async def test_a_gateway_that_is_not_open_has_no_address(views: Views) -> None:
    with pytest.raises(RuntimeError, match="not open"):
        _ = Gateway(views.plane.locate, None).url
