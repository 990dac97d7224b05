"""Which records does a private endpoint's zone group write, and which does it take away?"""

from collections.abc import Iterable

from tests.harness.ids import ArmId, same
from tests.harness.physics import errors
from tests.harness.physics.interfaces import Interfaces
from tests.harness.physics.marks import network_etag
from tests.harness.physics.operations import Effect, Operation, Operations
from tests.harness.physics.records import Records
from tests.harness.physics.types import ZONE, ZONE_GROUP
from tests.harness.world import Json, Resource, World

MAXIMUM_ZONES = 5


class ZoneGroups:
    """One group per endpoint. The last writer of a record wins, and whoever goes takes the record along."""

    def __init__(
        self, world: World, operations: Operations, records: Records, interfaces: Interfaces
    ) -> None:
        self._world = world
        self._operations = operations
        self._records = records
        self._interfaces = interfaces
        records.on_heal(self._heal)

    def of(self, endpoint: Resource) -> Resource | None:
        return next(self._world.children(endpoint.id, ZONE_GROUP), None)

    def put(self, endpoint: Resource, group_id: str, configs: list[Json]) -> Effect:
        existing = self._world.get(group_id)
        other = self.of(endpoint)
        if other is not None and not same(other.id, group_id):
            raise errors.second_zone_group()
        self._check(group_id, configs)
        before = list(existing.properties["privateDnsZoneConfigs"]) if existing else []
        group = existing or self._new(group_id)
        unchanged = existing is not None and _wanted(before) == _wanted(configs)
        if not unchanged:
            group.properties["privateDnsZoneConfigs"] = [_config(c) for c in configs]
        group.body["etag"] = network_etag()
        group.properties["provisioningState"] = "Updating"
        self._world.touch()

        def settle() -> None:
            group.properties["provisioningState"] = "Succeeded"
            if not unchanged or self._world.switches.zone_group_put_restores:
                self._erase_configs(c for c in before if not _kept(c, configs))
                self.write(endpoint)
            self.refresh_custom_dns(endpoint)

        seconds = self._world.switches.zone_group_seconds
        operation = self._operations.start(group_id, seconds, settle)
        return Effect(group, existing is None, operation)

    def _check(self, group_id: str, configs: list[Json]) -> None:
        if len(configs) > MAXIMUM_ZONES:
            raise errors.too_many_zones()
        seen: set[str] = set()
        for config in configs:
            name = config.get("name")
            if not name:
                raise errors.unnamed_config()
            if name.casefold() in seen:
                raise errors.duplicate_config(name)
            seen.add(name.casefold())
            zone_id = config["properties"]["privateDnsZoneId"]
            zone = self._world.get(zone_id)
            if zone is None or zone.type != ZONE:
                raise errors.missing_reference(zone_id, group_id)

    def _new(self, group_id: str) -> Resource:
        body: Json = {
            "id": group_id,
            "name": ArmId.parse(group_id).name,
            "properties": {"privateDnsZoneConfigs": []},
        }
        group = Resource(group_id, ZONE_GROUP, body)
        self._world.put(group)
        return group

    def delete(self, endpoint: Resource, group: Resource) -> Operation:
        group.properties["provisioningState"] = "Deleting"

        def vanish() -> None:
            self.erase(endpoint)
            self._world.remove(group.id)
            self.refresh_custom_dns(endpoint)

        seconds = self._world.switches.zone_group_seconds
        return self._operations.start(group.id, seconds, vanish)

    def write(self, endpoint: Resource) -> None:
        """Writes the records of an approved endpoint into every zone that fits one of its names."""
        group = self.of(endpoint)
        if group is None:
            return
        for config in group.properties["privateDnsZoneConfigs"]:
            properties = config["properties"]
            properties["recordSets"] = self._record_sets(endpoint, properties["privateDnsZoneId"])
            for record_set in properties["recordSets"]:
                self._records.write(
                    properties["privateDnsZoneId"],
                    record_set["recordSetName"],
                    record_set["ipAddresses"],
                    # Source: AzureTRE#3767.
                    f"created by private endpoint {endpoint.name} with resource guid "
                    f"{endpoint.properties['resourceGuid']}",
                )
        self._world.touch()

    def _record_sets(self, endpoint: Resource, zone_id: str) -> list[Json]:
        """Recorded (azure-cli private_dns_zone_group.yaml): a zone that fits no name gets no record, and no error."""
        zone = self._world.get(zone_id)
        if zone is None or not endpoint.hidden.get("approved"):
            return []
        return [
            {
                "recordType": "A",
                "recordSetName": record_name,
                "fqdn": f"{record_name}.{zone.name}",
                "provisioningState": "Succeeded",
                "ttl": 10,
                "ipAddresses": [lead.address],
            }
            for lead in self._interfaces.leads(endpoint)
            if (record_name := _record_name(lead.fqdn, zone.name))
        ]

    def erase(self, endpoint: Resource) -> None:
        """Takes the group's records away, even one that meanwhile belongs to another endpoint: azure-docs#58044."""
        group = self.of(endpoint)
        if group is not None:
            self._erase_configs(group.properties["privateDnsZoneConfigs"])

    def _erase_configs(self, configs: Iterable[Json]) -> None:
        for config in configs:
            properties = config["properties"]
            for record_set in properties["recordSets"]:
                self._records.remove(properties["privateDnsZoneId"], record_set["recordSetName"])
            properties["recordSets"] = []

    def refresh_custom_dns(self, endpoint: Resource) -> None:
        """Source: MicrosoftDocs/cloud-adoption-framework#1020: empty while a zone group exists."""
        configs: list[Json] = []
        if self.of(endpoint) is None:
            configs = [
                {"fqdn": lead.fqdn, "ipAddresses": [lead.address]}
                for lead in self._interfaces.leads(endpoint)
            ]
        endpoint.properties["customDnsConfigs"] = configs
        self._world.touch()

    def _heal(self, zone_id: str) -> None:
        for group in self._world.of_type(ZONE_GROUP):
            configs = group.properties["privateDnsZoneConfigs"]
            if any(same(c["properties"]["privateDnsZoneId"], zone_id) for c in configs):
                endpoint = self._world.get(ArmId.parse(group.id).parent)
                if endpoint is not None:
                    self.write(endpoint)


def _record_name(fqdn: str, zone: str) -> str:
    """The part of a public name that stands before the zone's domain; empty when the zone is another's."""
    domain = "." + zone.casefold().removeprefix("privatelink.")
    return fqdn.removesuffix(domain) if fqdn.casefold().endswith(domain) else ""


def _config(config: Json) -> Json:
    return {
        "name": config["name"],
        "properties": {
            "privateDnsZoneId": config["properties"]["privateDnsZoneId"],
            "recordSets": [],
        },
    }


def _wanted(configs: list[Json]) -> list[tuple[str, str]]:
    return [(c["name"].casefold(), c["properties"]["privateDnsZoneId"].casefold()) for c in configs]


def _kept(config: Json, configs: list[Json]) -> bool:
    zone_id = config["properties"]["privateDnsZoneId"]
    return any(same(zone_id, other["properties"]["privateDnsZoneId"]) for other in configs)
