"""A genuine management client gets an answer off the wire: which of our errors leaves it?"""

import asyncio
from collections.abc import AsyncIterator
from json import dumps

import aiohttp
import pytest
from aiohttp import web
from azure.core.pipeline.transport import AioHttpTransport
from azure.data.tables.aio import TableServiceClient
from azure.mgmt.cognitiveservices.aio import CognitiveServicesManagementClient

from remediation.adapters.faults import or_none, translated
from remediation.adapters.patience import BRIEF
from remediation.errors import (
    Busy,
    Forbidden,
    Misconfigured,
    Refused,
    RemediationError,
    Retryable,
    Throttled,
    Unavailable,
)
from tests.contract.storage import LATCH
from tests.harness.certificates import Authority
from tests.harness.clock import LabClock
from tests.harness.credentials import LabCredential
from tests.harness.serving import serve
from tests.harness.tokens import Tokens

NO_CONNECTION = 0


class Door:
    """Gives every request the same answer, or cuts the connection."""

    def __init__(self) -> None:
        self.status = NO_CONNECTION
        self.body = ""
        self.headers: dict[str, str] = {}
        self.asked = 0

    def answers(self, status: int, body: str = "", **headers: str) -> None:
        self.status, self.body = status, body
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        if self.status == NO_CONNECTION and request.transport is not None:
            request.transport.abort()
        content_type = "application/json" if self.body.startswith("{") else "text/html"
        return web.Response(
            status=self.status or 500,
            text=self.body,
            headers=self.headers,
            content_type=content_type,
        )


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
async def url(door: Door, authority: Authority) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", door.answer)
    served = await serve(app, authority.context("127.0.0.1"))
    yield served.url
    await served.close()


@pytest.fixture
async def client(
    url: str, authority: Authority
) -> AsyncIterator[CognitiveServicesManagementClient]:
    async with CognitiveServicesManagementClient(
        LabCredential(Tokens(LabClock()), LATCH),
        "11111111-1111-4111-8111-111111111111",
        base_url=url,
        credential_scopes=["https://management.azure.com/.default"],
        transport=transport(authority),
        retry_total=0,
    ) as client:
        yield client


@pytest.fixture
async def tables(url: str, authority: Authority) -> AsyncIterator[TableServiceClient]:
    """As the app has it."""
    async with TableServiceClient(
        url,
        credential=LabCredential(Tokens(LabClock()), LATCH),
        transport=transport(authority),
        **BRIEF,
    ) as client:
        yield client


def transport(authority: Authority) -> AioHttpTransport:
    connector = aiohttp.TCPConnector(ssl=authority.client())
    return AioHttpTransport(session=aiohttp.ClientSession(connector=connector))


def error(code: str) -> str:
    return dumps({"error": {"code": code, "message": "it went wrong"}})


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        pytest.param(409, error("RequestConflict"), Busy, id="another write runs"),
        pytest.param(400, error("AccountProvisioningStateInvalid"), Busy, id="still Accepted"),
        pytest.param(412, '{"code":"PreconditionFailed","message":"m"}', Busy, id="unwrapped"),
        pytest.param(409, error("ScopeLocked"), Refused, id="a lock"),
        pytest.param(403, error("AuthorizationFailed"), Forbidden, id="a missing right"),
        pytest.param(401, error("InvalidAuthenticationToken"), Forbidden, id="a stale token"),
        pytest.param(404, error("SubscriptionNotFound"), Misconfigured, id="a hidden subscription"),
        pytest.param(404, "<html>", Unavailable, id="a proxy's 404"),
        pytest.param(404, '{"error":', Unavailable, id="a broken 404"),
        pytest.param(502, "<html>", Unavailable, id="a bad gateway"),
        pytest.param(200, '{"id":', Unavailable, id="broken JSON"),
        pytest.param(NO_CONNECTION, "", Unavailable, id="a connection that breaks"),
    ],
)
async def test_each_answer_becomes_one_of_our_errors(
    door: Door,
    client: CognitiveServicesManagementClient,
    status: int,
    body: str,
    expected: type[RemediationError],
) -> None:
    door.answers(status, body)
    with pytest.raises(RemediationError) as caught, translated("read it"):
        await or_none(client.accounts.get("rg", "account"))

    assert type(caught.value) is expected


async def test_the_wait_that_azure_asks_for_is_not_slept_but_told(
    door: Door, client: CognitiveServicesManagementClient
) -> None:
    door.answers(429, error("TooManyRequests"), Retry_After="372")
    with pytest.raises(Throttled) as caught, translated("read it"):
        await client.accounts.get("rg", "account")

    assert isinstance(caught.value, Retryable)
    assert caught.value.retry_after == 372
    assert door.asked == 1


async def test_the_wait_that_tables_ask_for_is_not_slept_but_told(
    door: Door, tables: TableServiceClient
) -> None:
    door.answers(429, error("TooManyRequests"), Retry_After="600")
    async with asyncio.timeout(10):
        with pytest.raises(Throttled) as caught, translated("read it"):
            await tables.get_table_client("Some").get_entity("partition", "row")

    assert caught.value.retry_after == 600
    assert door.asked == 3


@pytest.mark.parametrize("code", ["ResourceNotFound", "ResourceGroupNotFound"])
async def test_an_account_that_is_not_there_is_none(
    door: Door, client: CognitiveServicesManagementClient, code: str
) -> None:
    door.answers(404, error(code))
    with translated("read it"):
        assert await or_none(client.accounts.get("rg", "account")) is None
