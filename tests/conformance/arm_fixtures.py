"""A small Azure for one test: an ARM door, a world behind it, and Microsoft's own clients in front of it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import AsyncExitStack
from typing import Any, Self

import aiohttp
import pytest
from azure.core.credentials import AccessToken
from azure.mgmt.cognitiveservices.aio import CognitiveServicesManagementClient
from azure.mgmt.network.aio import NetworkManagementClient
from azure.mgmt.privatedns.aio import PrivateDnsManagementClient

from tests.harness.arm import ArmDoor, Roles
from tests.harness.certificates import Authority
from tests.harness.clock import LabClock
from tests.harness.physics import Physics
from tests.harness.physics.seeding import Seeding
from tests.harness.tokens import Tokens
from tests.harness.weather import Weather
from tests.harness.world import Caller, Change, JournalEntry, Json, Resource, World

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
SCOPE = "https://management.azure.com/.default"
YEAR = 365 * 86400
ROBIN = Caller("Robin Example", "44444444-4444-4444-8444-444444444444", "portal", "user")
ZONE = "privatelink.openai.azure.com"


class LabCredential:
    """A credential as azure-identity's are, for one caller."""

    def __init__(self, tokens: Tokens, caller: Caller) -> None:
        self._tokens = tokens
        self._caller = caller

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        audience = scopes[0].removesuffix("/.default")
        # The client keeps its token by the wall clock, which the lab's clock leaves behind.
        token = self._tokens.issue(self._caller, audience, seconds=YEAR)
        return AccessToken(token, int(self._tokens.clock.time()) + YEAR)

    async def close(self) -> None:
        """Nothing is held."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class Clients:
    """Microsoft's management clients, for one caller.

    The operation groups are Any: their models are full of None that a conformance test asserts away anyhow.
    """

    def __init__(self, azure: "Azure", caller: Caller, **options: Any) -> None:
        credential = options.pop("credential", LabCredential(azure.tokens, caller))
        common: Json = {
            "base_url": azure.door.url,
            "credential_scopes": [SCOPE],
            "connection_verify": str(azure.authority.ca_file),
            "polling_interval": 0.01,
            "retry_total": 0,
        } | options
        self.cognitive = CognitiveServicesManagementClient(credential, SUBSCRIPTION, **common)
        self.network = NetworkManagementClient(credential, SUBSCRIPTION, **common)
        self.dns = PrivateDnsManagementClient(credential, SUBSCRIPTION, **common)

    @property
    def accounts(self) -> Any:
        return self.cognitive.accounts

    @property
    def link_resources(self) -> Any:
        return self.cognitive.private_link_resources

    @property
    def networks(self) -> Any:
        return self.network.virtual_networks

    @property
    def subnets(self) -> Any:
        return self.network.subnets

    @property
    def interfaces(self) -> Any:
        return self.network.network_interfaces

    @property
    def connections(self) -> Any:
        return self.cognitive.private_endpoint_connections

    @property
    def endpoints(self) -> Any:
        return self.network.private_endpoints

    @property
    def zone_groups(self) -> Any:
        return self.network.private_dns_zone_groups

    @property
    def zones(self) -> Any:
        return self.dns.private_zones

    @property
    def links(self) -> Any:
        return self.dns.virtual_network_links

    @property
    def records(self) -> Any:
        return self.dns.record_sets

    async def close(self) -> None:
        for client in (self.cognitive, self.network, self.dns):
            await client.close()


class Azure:
    """World, physics and door of one test, with the article's set-up a call away."""

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self.clock = LabClock()
        self.world = World(self.clock)
        self.physics = Physics(self.world)
        self.tokens = Tokens(self.clock)
        self.roles = Roles()
        self.weather = Weather()
        self.door = ArmDoor(
            self.world, self.physics, self.tokens, self.roles, self.weather, authority
        )
        self.seed = Seeding(self.physics, SUBSCRIPTION)
        self.changes: list[Change] = []
        self.world.watch(self.changes.append)
        self._stack = AsyncExitStack()

    async def start(self) -> None:
        for group in ("rg-ai", "rg-net", "rg-dns"):
            self.seed.resource_group(group)
        self.network = self.seed.virtual_network(
            "vnet", "rg-net", location="japaneast", subnets={"snet-pe": "10.0.0.0/24"}
        )
        self.subnet_id = f"{self.network.id}/subnets/snet-pe"
        await self.door.start()
        self._stack.push_async_callback(self.door.close)
        self.robin = self.as_(ROBIN, "Owner")

    async def close(self) -> None:
        await self._stack.aclose()
        self.clock.close()

    def as_(self, caller: Caller, *roles: str, **options: Any) -> Clients:
        """Clients of `caller`, who is in the directory and holds `roles` in the subscription."""
        self.world.principals[caller.object_id] = "User"
        for role in roles:
            self.roles.assign(caller.object_id, role, f"/subscriptions/{SUBSCRIPTION}")
        clients = Clients(self, caller, **options)
        self._stack.push_async_callback(clients.close)
        return clients

    def private_account(self, name: str = "aoai", **options: Any) -> "Path":
        """An account that is reachable through its endpoint alone, as the article builds it."""
        account = self.seed.account(name, "rg-ai", **options)
        endpoint = self.seed.private_endpoint(
            f"pe-{name}", "rg-ai", account=account, subnet_id=self.subnet_id
        )
        zone = self.seed.zone(ZONE, "rg-dns")
        group = self.seed.zone_group(endpoint, [zone])
        link = self.seed.link(zone, self.network)
        return Path(account, endpoint, zone, group, link)

    async def until_done[T](self, work: Awaitable[T]) -> T:
        """Waits for `work` and lets time pass for as long as it takes."""
        task = asyncio.ensure_future(work)
        async with asyncio.timeout(20):
            while not task.done():
                due = self.clock.next_due()
                if due is not None:
                    await self.clock.advance(max(due - self.clock.time(), 0))
                await asyncio.wait({task}, timeout=0.02)
        return task.result()

    async def finish(self, start: Awaitable[Any]) -> Any:
        """The result of a long operation, by the SDK's own poller."""
        poller = await start
        return await self.until_done(poller.result())

    def requests(self) -> list[JournalEntry]:
        return self.world.journal

    async def raw(
        self, method: str, path: str, *, token: str | None = None, **options: Any
    ) -> tuple[int, Json, Mapping[str, str]]:
        """One request without an SDK: status, body and headers."""
        bearer = token or self.tokens.issue(ROBIN, "https://management.azure.com/")
        headers = {"Authorization": f"Bearer {bearer}"} | options.pop("headers", {})
        url = f"{self.door.url}{path}"
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                method, url, headers=headers, ssl=self.authority.client(), **options
            ) as response,
        ):
            text = await response.text()
            return response.status, json.loads(text) if text else {}, response.headers


class Path:
    """The resources of one private path."""

    def __init__(
        self,
        account: Resource,
        endpoint: Resource,
        zone: Resource,
        group: Resource,
        link: Resource,
    ) -> None:
        self.account = account
        self.endpoint = endpoint
        self.zone = zone
        self.group = group
        self.link = link


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
async def azure(authority: Authority) -> AsyncIterator[Azure]:
    azure = Azure(authority)
    await azure.start()
    yield azure
    await azure.close()
