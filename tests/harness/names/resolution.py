"""Where does a name lead, seen from one place? Derived from the world at the moment of the question.

A place is a virtual network (its id) or, as None, the internet.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tests.harness.ids import ArmId, same
from tests.harness.names import public, resolvers
from tests.harness.names.public import Record
from tests.harness.physics.types import LINK, NETWORK, RECORD_A, RECORD_SOA, ZONE
from tests.harness.world import Json, Resource, World

type View = str | None


class Rcode(StrEnum):
    """How a question ended."""

    NOERROR = "NOERROR"
    NXDOMAIN = "NXDOMAIN"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Authority:
    """The SOA of the zone that said no: how long, and in whose name."""

    zone: str
    ttl: int
    data: Json


@dataclass(frozen=True, slots=True)
class Answer:
    """A chain of records, and how it ended."""

    rcode: Rcode
    records: tuple[Record, ...] = ()
    authority: Authority | None = None

    @property
    def chain(self) -> tuple[str, ...]:
        """The names passed, from the one asked for to the one that has addresses."""
        names = [record.name for record in self.records]
        names += [record.value for record in self.records if record.type == "CNAME"]
        return tuple(dict.fromkeys(names))

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(record.value for record in self.records if record.type == "A")


def resolve(world: World, name: str, view: View) -> Answer:
    """Follows aliases until there is an address, or none."""
    found: list[Record] = []
    current = name.rstrip(".").casefold()
    while True:
        step = _step(world, current, view)
        found += step.records
        aliases = [record.value for record in step.records if record.type == "CNAME"]
        if not aliases:
            return Answer(step.rcode, tuple(found), step.authority)
        current = aliases[-1]


def _step(world: World, name: str, view: View) -> Answer:
    zones = {} if view is None else _linked_zones(world, view)
    closest = max((zone for zone in zones if name.endswith(f".{zone}")), key=len, default=None)
    if closest is not None:
        zone, link = zones[closest]
        private = _ask_zone(world, zone, name.removesuffix(f".{closest}"))
        # Source: private-dns-fallback.md: only then is an NXDOMAIN of a private zone asked for publicly.
        redirected = link.properties.get("resolutionPolicy") == "NxDomainRedirect"
        if private.rcode is Rcode.NOERROR or not redirected:
            return private
    return _ask_internet(world, name)


def _linked_zones(world: World, network_id: str) -> dict[str, tuple[Resource, Resource]]:
    """Zone name to zone and link, for what the resolver of this network asks."""
    network = world.get(network_id)
    if network is None or network.type.casefold() != NETWORK.casefold():
        raise LookupError(f"no such virtual network: {network_id}")
    asked = resolvers.asked_network(world, network)
    if asked is None:
        return {}
    return {zone.name.casefold(): (zone, link) for zone, link in _links(world, asked)}


def _links(world: World, network_id: str) -> Iterator[tuple[Resource, Resource]]:
    for link in world.of_type(LINK):
        zone = world.get(ArmId.parse(link.id).parent)
        done = link.properties.get("virtualNetworkLinkState") == "Completed"
        if zone is None or not done or zone.type.casefold() != ZONE.casefold():
            continue
        if same(link.properties["virtualNetwork"]["id"], network_id):
            yield zone, link


def _ask_zone(world: World, zone: Resource, label: str) -> Answer:
    name = f"{label}.{zone.name}".casefold()
    for record in world.children(zone.id, RECORD_A):
        if record.name.casefold() == label:
            # Recorded: properties ttl and aRecords[].ipv4Address, azure-cli privatedns recordings.
            ttl = int(record.properties["ttl"])
            entries = record.properties.get("aRecords", [])
            found = tuple(Record(name, ttl, "A", entry["ipv4Address"]) for entry in entries)
            return Answer(Rcode.NOERROR, found)
    return Answer(Rcode.NXDOMAIN, authority=_authority(world, zone))


def _authority(world: World, zone: Resource) -> Authority | None:
    for record in world.children(zone.id, RECORD_SOA):
        data = record.properties["soaRecord"]
        # Source: RFC 2308: a negative answer lives as long as the smaller of the SOA's ttl and minimum.
        ttl = min(int(record.properties["ttl"]), int(data["minimumTtl"]))
        return Authority(zone.name, ttl, data)
    return None


def _ask_internet(world: World, name: str) -> Answer:
    records = public.records_of(world, name)
    if records:
        return Answer(Rcode.NOERROR, records)
    return Answer(Rcode.NXDOMAIN if public.is_known(name) else Rcode.REFUSED)
