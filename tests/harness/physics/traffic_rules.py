"""Which rules stand beside networks? Security groups, route tables and application security groups, as stored."""

from tests.harness.ids import ArmId, same
from tests.harness.physics import errors
from tests.harness.physics.marks import guid, network_etag, region
from tests.harness.physics.operations import Effect, Operation, Operations
from tests.harness.physics.types import (
    ENDPOINT,
    NETWORK,
    NETWORK_SECURITY_GROUP,
    ROUTE_TABLE,
    SECURITY_GROUP,
)
from tests.harness.world import Json, Resource, World

# What a caller lists inside, and the words for what is still in use.
_LISTS = {NETWORK_SECURITY_GROUP: "securityRules", ROUTE_TABLE: "routes"}
_IN_USE = {
    NETWORK_SECURITY_GROUP: (
        "Network security group",
        "InUseNetworkSecurityGroupCannotBeDeleted",
    ),
    ROUTE_TABLE: ("Route table", "InUseRouteTableCannotBeDeleted"),
    SECURITY_GROUP: (
        "Application security group",
        "ApplicationSecurityGroupInUseByIpConfigurations",
    ),
}


class TrafficRules:
    """Kept and shown. The lab's traffic does not look at them."""

    def __init__(self, world: World, operations: Operations) -> None:
        self._world = world
        self._operations = operations

    def put(self, own_id: str, type_: str, body: Json) -> Effect:
        present = self._world.get(own_id)
        own_guid = present.properties["resourceGuid"] if present else guid()
        resource = present or Resource(own_id, type_, {"id": own_id})
        given = dict(body.get("properties") or {})
        listed = _LISTS.get(type_)
        if listed is not None:
            items = given.get(listed) or []
            given[listed] = [_item(f"{own_id}/{listed}", f"{type_}/{listed}", i) for i in items]
        resource.body |= {
            "name": ArmId.parse(own_id).name,
            "type": type_,
            "etag": network_etag(),
            "location": region(body["location"]),
            "tags": body.get("tags") or {},
            "properties": given | {"provisioningState": "Updating", "resourceGuid": own_guid},
        }
        self._world.put(resource)

        def settle() -> None:
            resource.properties["provisioningState"] = "Succeeded"
            resource.body["etag"] = network_etag()
            self._world.touch()

        seconds = self._world.switches.network_seconds
        operation = self._operations.start(own_id, seconds, settle)
        return Effect(resource, present is None, operation)

    def delete(self, resource: Resource) -> Operation:
        users = self._users(resource)
        if users:
            noun, code = _IN_USE[resource.type]
            raise errors.rules_in_use(noun, code, resource.id, users)
        seconds = self._world.switches.network_seconds
        return self._operations.start(resource.id, seconds, lambda: self._remove(resource))

    def _remove(self, resource: Resource) -> None:
        self._world.remove(resource.id)

    def _users(self, resource: Resource) -> list[str]:
        """What points at it: subnets, or endpoints."""
        if resource.type == SECURITY_GROUP:
            return [
                endpoint.id
                for endpoint in self._world.of_type(ENDPOINT)
                for group in endpoint.properties["applicationSecurityGroups"]
                if same(group["id"], resource.id)
            ]
        name = "networkSecurityGroup" if resource.type == NETWORK_SECURITY_GROUP else "routeTable"
        return [
            subnet["id"]
            for network in self._world.of_type(NETWORK)
            for subnet in network.properties["subnets"]
            if same(subnet["properties"].get(name, {}).get("id", ""), resource.id)
        ]


def _item(below: str, type_: str, given: Json) -> Json:
    properties = {**given["properties"], "provisioningState": "Succeeded"}
    return {
        "id": f"{below}/{given['name']}",
        "name": given["name"],
        "type": type_,
        "etag": network_etag(),
        "properties": properties,
    }
