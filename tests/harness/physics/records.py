"""What stands in a private DNS zone, who wrote it, and what comes back by itself?"""

from collections.abc import Callable, Iterable

from tests.harness.ids import ArmId
from tests.harness.physics.marks import guid
from tests.harness.physics.types import LINK, RECORD_A, RECORD_SOA, ZONE
from tests.harness.world import Json, Resource, World

type Healer = Callable[[str], None]


class Records:
    """Record sets of private zones. Writes are immediate, as Azure's are."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._healers: list[Healer] = []
        self._healing = 0

    def find(self, zone_id: str, name: str) -> Resource | None:
        return self._world.get(f"{zone_id}/A/{name}")

    def put(self, record_id: str, properties: Json) -> Resource:
        """Writes the whole record set; the last writer wins."""
        parsed = ArmId.parse(record_id)
        zone, name = parsed.names
        existing = self._world.get(record_id)
        own_id = existing.id if existing else f"{self._zone_id(parsed)}/A/{name}"
        body = {
            "id": own_id,
            "name": name,
            "type": RECORD_A,
            "etag": guid(),
            "properties": {
                **properties,
                "fqdn": f"{name}.{zone}.",
                "isAutoRegistered": False,
            },
        }
        record = Resource(own_id, RECORD_A, body)
        self._world.put(record)
        self.recount(parsed.parent)
        return record

    def write(self, zone_id: str, name: str, addresses: Iterable[str], creator: str) -> Resource:
        """Writes a record as the platform does for a zone group."""
        # Source: AzureTRE#3767 (activity log): metadata creator, ttl 10.
        properties = {
            "metadata": {"creator": creator},
            "ttl": 10,
            "aRecords": [{"ipv4Address": address} for address in addresses],
        }
        return self.put(f"{zone_id}/A/{name}", properties)

    def remove(self, zone_id: str, name: str) -> bool:
        removed = self._world.remove(f"{zone_id}/A/{name}")
        self.recount(zone_id)
        return removed is not None

    def delete(self, zone_id: str, name: str) -> bool:
        """Deletes a record for a person. Whether it comes back is a switch."""
        removed = self.remove(zone_id, name)
        if removed and self._world.switches.records_heal:
            self._healing += 1
            self._world.clock.call_later(
                self._world.switches.heal_seconds, lambda: self._heal(zone_id)
            )
        return removed

    def on_heal(self, healer: Healer) -> None:
        """Calls `healer` with the id of a zone that lost a record."""
        self._healers.append(healer)

    def healing(self) -> int:
        return self._healing

    def _heal(self, zone_id: str) -> None:
        self._healing -= 1
        for healer in self._healers:
            healer(zone_id)

    def start_of_authority(self, zone_id: str, zone: str) -> Resource:
        # Source: an exported template of a privatelink zone: minimumTtl 10, ttl 3600.
        body = {
            "id": f"{zone_id}/SOA/@",
            "name": "@",
            "type": RECORD_SOA,
            "etag": guid(),
            "properties": {
                "ttl": 3600,
                "fqdn": f"{zone}.",
                "isAutoRegistered": False,
                "soaRecord": {
                    "host": "azureprivatedns.net",
                    "email": "azureprivatedns-host.microsoft.com",
                    "serialNumber": 1,
                    "refreshTime": 3600,
                    "retryTime": 300,
                    "expireTime": 2419200,
                    "minimumTtl": 10,
                },
            },
        }
        record = Resource(f"{zone_id}/SOA/@", RECORD_SOA, body)
        self._world.put(record)
        return record

    def recount(self, zone_id: str) -> None:
        """Keeps the zone's own counters true."""
        zone = self._world.get(zone_id)
        if zone is None:
            return
        links = list(self._world.children(zone.id, LINK))
        registering = [link for link in links if link.properties.get("registrationEnabled")]
        records = sum(1 for t in (RECORD_A, RECORD_SOA) for _ in self._world.children(zone.id, t))
        zone.properties["numberOfRecordSets"] = records
        zone.properties["numberOfVirtualNetworkLinks"] = len(links)
        zone.properties["numberOfVirtualNetworkLinksWithRegistration"] = len(registering)
        self._world.touch()

    def _zone_id(self, record: ArmId) -> str:
        zone = self._world.get(record.parent)
        return zone.id if zone and zone.type == ZONE else record.parent
