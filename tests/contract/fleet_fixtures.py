"""Resource Graph in front of a small world, and the product's adapters in front of it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from azure.core.pipeline.transport import AioHttpTransport

from remediation.adapters.clients import Clients
from remediation.adapters.cloud import ArmCloud
from remediation.adapters.fleet import GraphFleet
from remediation.adapters.graph_client import GraphClient
from remediation.observed import Account
from tests.conformance.arm_fixtures import SCOPE, SUBSCRIPTION, Azure, LabCredential
from tests.harness.certificates import Authority
from tests.harness.physics.seeding import Seeding
from tests.harness.world import Caller
from tests.harness.worlds import HUB

LATCH = Caller("latch", "33333333-3333-4333-8333-333333333333", "func-latch", "app")


class Fleet:
    """A world, and both ways to look at it. Who waits, moves the lab's clock."""

    def __init__(self, azure: Azure) -> None:
        self.azure = azure
        self.waited: list[float] = []
        self.hub = Seeding(azure.physics, HUB)
        self.hub.resource_group("rg-hub")
        for subscription in (SUBSCRIPTION, HUB):
            azure.roles.assign(LATCH.object_id, "Reader", f"/subscriptions/{subscription}")
        credential = LabCredential(azure.tokens, LATCH)
        self.client = GraphClient(
            credential, azure.door.url, SCOPE, wait=self._wait, transport=self._transport()
        )
        self.index = GraphFleet(self.client)
        clients = Clients(credential, azure.door.url, SCOPE)
        clients._options["transport"] = self._transport()
        self.cloud = ArmCloud(clients)

    async def accounts(self, *subscriptions: str) -> list[Account]:
        named = subscriptions or (SUBSCRIPTION, HUB)
        return [account async for page in self.index.accounts(named) for account in page]

    async def later(self, seconds: float = 60) -> None:
        """The index has caught up."""
        await self.azure.clock.advance(seconds)

    async def _wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        await self.azure.clock.advance(seconds)

    def _transport(self) -> AioHttpTransport:
        connector = aiohttp.TCPConnector(ssl=self.azure.authority.client())
        session = aiohttp.ClientSession(connector=connector)
        self.azure._stack.push_async_callback(session.close)
        return AioHttpTransport(session=session, session_owner=False)


@pytest.fixture
async def fleet(authority: Authority) -> AsyncIterator[Fleet]:
    azure = Azure(authority)
    await azure.start()
    yield Fleet(azure)
    await azure.close()
