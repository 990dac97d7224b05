"""The worlds that a lab can start with.

`article` is the set-up of the article that Latch grew from: an Azure OpenAI account in East US, closed to the
internet, reached through a private endpoint in a network in Japan East and a private DNS zone that leads to it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.harness.physics.seeding import Seeding
from tests.harness.world import Resource

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
ACCOUNTS = "rg-ai-prod"
NETWORK = "rg-network"
DNS = "rg-dns"
ZONES = (
    "privatelink.cognitiveservices.azure.com",
    "privatelink.openai.azure.com",
    "privatelink.services.ai.azure.com",
)
MAIN = "aoai-contoso-prod"


@dataclass(frozen=True, slots=True)
class Places:
    """What every world has: a network and the zones that are linked to it."""

    network: Resource
    zones: dict[str, Resource]

    @property
    def subnet_id(self) -> str:
        return f"{self.network.id}/subnets/snet-endpoints"


def empty(seeding: Seeding) -> Places:
    """Network and zones, no account."""
    for group, location in ((ACCOUNTS, "eastus"), (NETWORK, "japaneast"), (DNS, "japaneast")):
        seeding.resource_group(group, location)
    network = seeding.virtual_network(
        "vnet-japaneast",
        NETWORK,
        location="japaneast",
        prefix="10.20.0.0/16",
        subnets={"snet-endpoints": "10.20.0.0/17", "snet-apps": "10.20.128.0/24"},
    )
    zones = {name: seeding.zone(name, DNS) for name in ZONES}
    for zone in zones.values():
        seeding.link(zone, network)
    return Places(network, zones)


def private_account(seeding: Seeding, places: Places, name: str, kind: str = "OpenAI") -> Resource:
    """An account with its whole private path."""
    account = seeding.account(name, ACCOUNTS, kind=kind)
    endpoint = seeding.private_endpoint(
        f"pe-{name}", NETWORK, account=account, subnet_id=places.subnet_id
    )
    seeding.zone_group(endpoint, [places.zones[zone] for zone in zones_of(kind)])
    return account


def zones_of(kind: str) -> tuple[str, ...]:
    """Source: private-endpoint-dns.md, and the AVM module for AIServices."""
    return {"OpenAI": ZONES[1:2], "AIServices": ZONES}.get(kind, ZONES[:1])


def article(seeding: Seeding) -> Places:
    places = empty(seeding)
    private_account(seeding, places, MAIN)
    return places


def fleet(size: int) -> Callable[[Seeding], Places]:
    """A world of `size` private accounts."""

    def build(seeding: Seeding) -> Places:
        places = empty(seeding)
        for number in range(size):
            private_account(seeding, places, f"aoai-{number:05}")
        return places

    return build


def named(name: str) -> Callable[[Seeding], Places]:
    """`empty`, `article` or `fleet:N`. Raises ValueError."""
    if name == "empty":
        return empty
    if name == "article":
        return article
    if name.startswith("fleet:") and name.removeprefix("fleet:").isdigit():
        return fleet(int(name.removeprefix("fleet:")))
    raise ValueError(f"unknown world {name!r}: known are empty, article and fleet:N")
