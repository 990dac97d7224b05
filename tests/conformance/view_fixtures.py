"""A world without ARM for one test: two networks, a zone, and the views from inside and outside."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.harness.certificates import Authority
from tests.harness.clock import LabClock
from tests.harness.data_plane import DataPlane, Service, api_key
from tests.harness.names import Names, View
from tests.harness.physics import Physics
from tests.harness.physics.seeding import Seeding
from tests.harness.tokens import Tokens
from tests.harness.witness import Testimony, Witness
from tests.harness.world import Resource, World

ZONE = "privatelink.openai.azure.com"
HOST = "aoai.openai.azure.com"
PRIVATE = "aoai.privatelink.openai.azure.com"


class Views:
    """The article's set-up, step by step, and a witness to look at it."""

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self.clock = LabClock()
        self.world = World(self.clock)
        self.physics = Physics(self.world)
        self.tokens = Tokens(self.clock)
        self.seed = Seeding(self.physics, "5b1f0a3e-0000-4000-8000-00000000a001")
        self.seed.resource_group("rg")
        self.network = self._network("hub")
        self.other = self._network("spoke")
        self.zone = self.seed.zone(ZONE, "rg")
        self.service = Service(self.world, self.clock, self.tokens)
        self.names = Names(self.world)
        self.plane = DataPlane(self.service, authority)
        self.witness = Witness(self.names, self.plane, authority)

    @property
    def inside(self) -> View:
        return self.network.id

    def account(self, name: str = "aoai", **options: Any) -> Resource:
        return self.seed.account(name, "rg", **options)

    def endpoint(self, account: Resource, **options: Any) -> Resource:
        """An endpoint in the hub, without any names."""
        return self.seed.private_endpoint(
            f"pe-{account.name}",
            "rg",
            account=account,
            subnet_id=f"{self.network.id}/subnets/endpoints",
            **options,
        )

    def private_path(self, account: Resource) -> Resource:
        """Endpoint, record and link, as they should be."""
        endpoint = self.endpoint(account)
        self.seed.zone_group(endpoint, [self.zone])
        self.seed.link(self.zone, self.network)
        return endpoint

    def connection(self, account: Resource) -> Resource:
        (connection,) = self.physics.connections.of(account)
        return connection

    async def ask(self, account: Resource, view: View, host: str = HOST) -> Testimony:
        return await self.witness.ask(host, view, api_key(account))

    async def close(self) -> None:
        await self.plane.close()
        await self.names.close()
        self.clock.close()

    def _network(self, name: str) -> Resource:
        return self.seed.virtual_network(name, "rg", subnets={"endpoints": "10.0.0.0/24"})


@pytest.fixture(scope="session")
def view_authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("views"))


@pytest.fixture
async def views(view_authority: Authority) -> AsyncIterator[Views]:
    views = Views(view_authority)
    yield views
    await views.close()
