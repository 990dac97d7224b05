"""The worlds that a lab can start with.

`article` is the set-up of the article that Latch grew from: an Azure OpenAI account in East US, closed to the
internet, reached through a private endpoint in a network in Japan East and a private DNS zone that leads to it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.harness.physics.seeding import Seeding
from tests.harness.world import Resource

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
# Another team's: where others keep what is theirs, or the hub that many subscriptions share.
HUB = "22222222-2222-2222-2222-222222222222"
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


@dataclass(frozen=True, slots=True)
class Hub:
    """A network in a subscription of its own, those around it, and the zones that all of them share."""

    network: Resource
    spokes: tuple[Resource, ...]
    zones: dict[str, Resource]


def hub_and_spokes(hub: Seeding, spokes: Seeding) -> Hub:
    """The zones are linked to every network; nobody's accounts are there yet."""
    for seeding, groups in ((hub, ("rg-hub", "rg-dns-hub")), (spokes, ("rg-spokes",))):
        for group in groups:
            seeding.resource_group(group, "japaneast")
    network = _network(hub, "vnet-hub", "rg-hub", "10.30")
    around = tuple(
        _network(spokes, f"vnet-spoke-{name}", "rg-spokes", prefix)
        for name, prefix in (("east", "10.31"), ("west", "10.32"))
    )
    zones = {name: hub.zone(name, "rg-dns-hub") for name in ZONES}
    for zone in zones.values():
        for each in (network, *around):
            hub.link(zone, each)
    return Hub(network, around, zones)


def strangers(seeding: Seeding) -> Resource:
    """A team that nobody here knows: its network, with a zone of a well-known name. Returns the network."""
    seeding.resource_group("rg-strangers", "japaneast")
    network = _network(seeding, "vnet-strangers", "rg-strangers", "10.77")
    seeding.link(seeding.zone(ZONES[1], "rg-strangers"), network)
    return network


def _network(seeding: Seeding, name: str, group: str, prefix: str) -> Resource:
    return seeding.virtual_network(
        name,
        group,
        location="japaneast",
        prefix=f"{prefix}.0.0/16",
        subnets={"snet-endpoints": f"{prefix}.0.0/17", "snet-apps": f"{prefix}.128.0/24"},
    )


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
