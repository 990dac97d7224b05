"""Installations of the shipped templates, each in an Azure of its own; the plain one is shared."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from tests.conformance.arm_fixtures import SUBSCRIPTION, Azure
from tests.conformance.platform_fixtures import Dana
from tests.harness.bicep import Deployment, Order, last_first
from tests.harness.certificates import Authority
from tests.harness.deployment import TEMPLATES, Installation, Wishes, install

OTHER = "22222222-2222-4222-8222-222222222222"


@dataclass(frozen=True, slots=True)
class Site:
    """An Azure, somebody who may deploy, and what was deployed."""

    azure: Azure
    dana: Dana

    async def install(
        self, wishes: Wishes | None = None, order: Order = last_first, templates: Path = TEMPLATES
    ) -> tuple[Installation, Deployment]:
        return await install(
            self.azure.world,
            self.dana.manager,
            SUBSCRIPTION,
            wishes or Wishes((SUBSCRIPTION,)),
            order=order,
            templates=templates,
        )


type Sites = Callable[[], Awaitable[Site]]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


async def opened(stack: AsyncExitStack, authority: Authority, *roles: str) -> Site:
    azure = Azure(authority)
    await azure.start()
    stack.push_async_callback(azure.close)
    azure.world.subscriptions.append(OTHER)
    connector = aiohttp.TCPConnector(ssl=authority.client())
    http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
    return Site(azure, Dana(azure, http, *roles))


@pytest.fixture
async def site(authority: Authority) -> AsyncIterator[Site]:
    """An Azure with nothing of Latch in it; its deployer owns both subscriptions."""
    async with AsyncExitStack() as stack:
        site = await opened(stack, authority, "Owner")
        site.azure.roles.assign(
            "55555555-5555-4555-8555-555555555555", "Owner", f"/subscriptions/{OTHER}"
        )
        yield site


@pytest.fixture(scope="session")
async def installed(authority: Authority) -> AsyncIterator[tuple[Site, Installation, Deployment]]:
    """Latch as main.bicep makes it by default. Tests only look at it."""
    async with AsyncExitStack() as stack:
        site = await opened(stack, authority, "Owner")
        yield (site, *await site.install())
