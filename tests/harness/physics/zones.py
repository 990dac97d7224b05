"""How do private DNS zones and their links to networks come and go?"""

from tests.harness.ids import ArmId, same
from tests.harness.physics import errors
from tests.harness.physics.marks import guid
from tests.harness.physics.operations import Effect, Operation, Operations
from tests.harness.physics.records import Records
from tests.harness.physics.types import LINK, NETWORK, RECORD_A, RECORD_SOA, ZONE
from tests.harness.world import Json, Resource, World

# What a caller writes of a link; the rest is Azure's.
_OWN = ("virtualNetwork", "registrationEnabled", "resolutionPolicy")


class Zones:
    """Zones and links. A write is accepted at once and done after `zone_seconds`."""

    def __init__(self, world: World, operations: Operations, records: Records) -> None:
        self._world = world
        self._operations = operations
        self._records = records

    def put(self, zone_id: str, tags: Json | None) -> Effect:
        zone = self._world.get(zone_id)
        created = zone is None
        if zone is None:
            zone = self._new(zone_id)
        zone.body["etag"] = guid()
        zone.properties["provisioningState"] = "Creating" if created else "Updating"
        if tags is not None or not created:
            zone.body["tags"] = tags or {}
        self._records.recount(zone.id)
        return Effect(zone, created, self._start(zone))

    def _new(self, zone_id: str) -> Resource:
        name = ArmId.parse(zone_id).name
        # Recorded limits: azure-cli privatedns recordings.
        body: Json = {
            "id": zone_id,
            "name": name,
            "type": ZONE,
            "location": "global",
            "properties": {
                "maxNumberOfRecordSets": 25000,
                "maxNumberOfVirtualNetworkLinks": 1000,
                "maxNumberOfVirtualNetworkLinksWithRegistration": 100,
            },
        }
        zone = Resource(zone_id, ZONE, body)
        self._world.put(zone)
        self._records.start_of_authority(zone_id, name)
        return zone

    def delete(self, zone: Resource) -> Operation:
        """Deletes a zone with its records. Links must be gone before: azure-cli#15010."""
        links = list(self._world.children(zone.id, LINK))
        if links:
            nested = [f"{ZONE}/{zone.name}/virtualNetworkLinks/{link.name}" for link in links]
            raise errors.nested_resources(nested)
        zone.properties["provisioningState"] = "Deleting"
        seconds = self._world.switches.zone_seconds
        return self._operations.start(zone.id, seconds, lambda: self.vanish(zone))

    def vanish(self, zone: Resource) -> None:
        """The zone is gone, with all that stands in it."""
        for type_ in (LINK, RECORD_A, RECORD_SOA):
            for child in self._world.children(zone.id, type_):
                self._world.remove(child.id)
        self._world.remove(zone.id)

    def patch(self, zone: Resource, tags: Json | None) -> Effect:
        """Source: privatedns.json 2024-06-01: of a zone only the tags can change."""
        return self.put(zone.id, tags)

    def patch_link(self, link: Resource, body: Json) -> Effect:
        """What is left out stays; the network of a link never changes."""
        given: Json = body.get("properties") or {}
        kept = {name: link.properties[name] for name in _OWN if name in link.properties}
        return self.put_link(link.id, kept | given, body.get("tags", link.body.get("tags")))

    def put_link(self, link_id: str, properties: Json, tags: Json | None) -> Effect:
        network_id: str = properties["virtualNetwork"]["id"]
        link = self._world.get(link_id)
        self._check_link(link_id, network_id, link)
        created = link is None
        if link is None:
            link = Resource(link_id, LINK, {"id": link_id, "name": ArmId.parse(link_id).name})
            self._world.put(link)
        link.body |= {
            "type": LINK,
            "etag": guid(),
            "location": "global",
            "tags": tags or {},
            "properties": {
                "registrationEnabled": False,
                "resolutionPolicy": "Default",
                **properties,
                "virtualNetworkLinkState": "InProgress" if created else "Completed",
                "provisioningState": "Creating" if created else "Updating",
            },
        }
        self._records.recount(ArmId.parse(link_id).parent)
        return Effect(link, created, self._start(link))

    def _check_link(self, link_id: str, network_id: str, link: Resource | None) -> None:
        network = self._world.get(network_id)
        if network is None or network.type != NETWORK:
            raise errors.missing_reference(network_id, link_id)
        if link is not None and not same(link.properties["virtualNetwork"]["id"], network_id):
            raise errors.link_target_fixed(link_id)
        zone = ArmId.parse(link_id).names[0]
        for other in self._world.of_type(LINK):
            if same(other.id, link_id):
                continue
            other_zone = ArmId.parse(other.id).names[0]
            linked = same(other.properties["virtualNetwork"]["id"], network_id)
            if linked and zone.casefold() == other_zone.casefold():
                raise errors.overlapping_zones(zone, other_zone)

    def delete_link(self, link: Resource) -> Operation:
        link.properties["provisioningState"] = "Deleting"

        def vanish() -> None:
            self._world.remove(link.id)
            self._records.recount(ArmId.parse(link.id).parent)

        return self._operations.start(link.id, self._world.switches.zone_seconds, vanish)

    def _start(self, resource: Resource) -> Operation:
        def settle() -> None:
            resource.properties["provisioningState"] = "Succeeded"
            if resource.type == LINK:
                resource.properties["virtualNetworkLinkState"] = "Completed"
            self._world.touch()

        seconds = self._world.switches.zone_seconds
        return self._operations.start(resource.id, seconds, settle)
