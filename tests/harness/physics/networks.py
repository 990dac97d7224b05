"""Which networks and subnets exist, and how are they written and deleted?"""

from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError

from tests.harness.ids import ArmId, same
from tests.harness.physics import errors
from tests.harness.physics.marks import guid, network_etag, region
from tests.harness.physics.operations import Effect, Operation, Operations
from tests.harness.physics.types import (
    INTERFACE,
    NETWORK,
    NETWORK_SECURITY_GROUP,
    ROUTE_TABLE,
    SUBNET,
)
from tests.harness.world import Json, Resource, World


class Networks:
    """Networks with their subnets inside. A write shows at once, in state Updating."""

    def __init__(self, world: World, operations: Operations) -> None:
        self._world = world
        self._operations = operations

    # --- reading

    def network_of(self, subnet_id: str) -> Resource | None:
        try:
            parsed = ArmId.parse(subnet_id)
        except ValueError:
            return None
        if parsed.type.casefold() != SUBNET.casefold():
            return None
        return self._world.get(parsed.parent)

    def subnet(self, subnet_id: str) -> Json | None:
        network = self.network_of(subnet_id)
        if network is None:
            return None
        return _find(network.properties["subnets"], subnet_id)

    # --- writing

    def put(self, network_id: str, body: Json) -> Effect:
        """Creates or replaces; a subnet that a given list leaves out is deleted (bicep#13267)."""
        present = self._world.get(network_id)
        given: Json = body["properties"]
        prefixes: list[str] = given["addressSpace"]["addressPrefixes"]
        subnets = self._wanted_subnets(network_id, present, given)
        self._check(prefixes, subnets)
        servers = (given.get("dhcpOptions") or {}).get("dnsServers") or []
        _check_servers(servers)
        own_guid = present.properties["resourceGuid"] if present else guid()
        network = present or Resource(network_id, NETWORK, {"id": network_id})
        network.body |= {
            "name": ArmId.parse(network_id).name,
            "type": NETWORK,
            "etag": network_etag(),
            "location": region(body["location"]),
            "tags": body.get("tags") or {},
            "properties": {
                "virtualNetworkPeerings": [],
                "enableDdosProtection": False,
                **given,
                "provisioningState": "Updating",
                "resourceGuid": own_guid,
                "addressSpace": {"addressPrefixes": list(prefixes)},
                "dhcpOptions": {"dnsServers": list(servers)},
                "subnets": subnets,
            },
        }
        self._world.put(network)
        return Effect(network, present is None, self._settle_later(network))

    def put_subnet(self, network: Resource, subnet_id: str, body: Json) -> Effect:
        """Creates or replaces one subnet; the effect speaks of the network that holds it."""
        subnets: list[Json] = network.properties["subnets"]
        present = _find(subnets, subnet_id)
        wanted = self._subnet(network.id, {"name": ArmId.parse(subnet_id).name, **body}, present)
        others = [s for s in subnets if s is not present]
        prefixes = network.properties["addressSpace"]["addressPrefixes"]
        self._check(prefixes, [*others, wanted])
        if present is None:
            subnets.append(wanted)
        else:
            subnets[subnets.index(present)] = wanted
        wanted["properties"]["provisioningState"] = "Updating"
        network.body["etag"] = network_etag()
        self._world.touch()
        return Effect(network, present is None, self._settle_later(network))

    def delete(self, network: Resource) -> Operation:
        for subnet in network.properties["subnets"]:
            self._check_unused(subnet)
        network.properties["provisioningState"] = "Deleting"
        return self._operations.start(
            network.id,
            self._world.switches.network_seconds,
            # Source: private-dns-privatednszone FAQ: links to the network stay behind.
            lambda: self._remove(network),
        )

    def delete_subnet(self, network: Resource, subnet_id: str) -> Operation:
        subnets: list[Json] = network.properties["subnets"]
        subnet = _find(subnets, subnet_id)
        if subnet is not None:
            self._check_unused(subnet)

        def vanish() -> None:
            subnets[:] = [s for s in subnets if not same(s["id"], subnet_id)]
            self._world.touch()

        return self._operations.start(subnet_id, self._world.switches.network_seconds, vanish)

    def blocked(self, network: Resource, leaving: str) -> Resource | None:
        """An interface of another group than `leaving` that keeps the network from being deleted."""
        for subnet in network.properties["subnets"]:
            for user in self._users(subnet):
                if ArmId.parse(user.id).group.casefold() != leaving.casefold():
                    return user
        return None

    # --- how

    def _remove(self, network: Resource) -> None:
        self._world.remove(network.id)

    def _wanted_subnets(self, network_id: str, present: Resource | None, given: Json) -> list[Json]:
        before: list[Json] = present.properties["subnets"] if present else []
        asked = given.get("subnets")
        if asked is None and self._world.switches.network_put_keeps_subnets:
            return before
        wanted = [
            self._subnet(network_id, s, _find(before, f"{network_id}/subnets/{s['name']}"))
            for s in asked or []
        ]
        for subnet in before:
            if _find(wanted, subnet["id"]) is None:
                self._check_unused(subnet)
        return wanted

    def _subnet(self, network_id: str, given: Json, present: Json | None) -> Json:
        own_id = f"{network_id}/subnets/{given['name']}"
        properties: Json = {
            "serviceEndpoints": [],
            "delegations": [],
            # Source: disable-private-endpoint-network-policy.md: off by default.
            "privateEndpointNetworkPolicies": "Disabled",
            "privateLinkServiceNetworkPolicies": "Enabled",
            **given.get("properties", {}),
            "provisioningState": "Succeeded",
        }
        # Network writes one prefix under either name; the lab's subnets have one.
        several = properties.pop("addressPrefixes", None)
        properties.setdefault("addressPrefix", (several or [""])[0])
        for name, type_ in (
            ("networkSecurityGroup", NETWORK_SECURITY_GROUP),
            ("routeTable", ROUTE_TABLE),
        ):
            if name in properties:
                self._check_reference(properties[name]["id"], type_, own_id)
        moved = present and present["properties"]["addressPrefix"] != properties["addressPrefix"]
        if present and moved:
            self._check_unused(present)
        return {
            "id": present["id"] if present else own_id,
            "name": given["name"],
            "type": SUBNET,
            "etag": network_etag(),
            "properties": properties,
        }

    def _check_reference(self, resource_id: str, type_: str, own_id: str) -> None:
        found = self._world.get(resource_id)
        if found is None or found.type != type_:
            raise errors.missing_reference(resource_id, own_id)

    @staticmethod
    def _check(prefixes: list[str], subnets: list[Json]) -> None:
        spaces = [_range(prefix) for prefix in prefixes]
        seen: list[IPv4Network] = []
        for subnet in subnets:
            prefix = _range(subnet["properties"]["addressPrefix"])
            if not any(prefix.subnet_of(space) for space in spaces):
                raise errors.subnet_outside(subnet["name"], str(prefix), prefixes)
            if any(prefix.overlaps(other) for other in seen):
                raise errors.subnet_overlaps(subnet["name"], str(prefix))
            seen.append(prefix)

    def _users(self, subnet: Json) -> list[Resource]:
        return [
            interface
            for interface in self._world.of_type(INTERFACE)
            for configuration in interface.properties["ipConfigurations"]
            if same(configuration["properties"]["subnet"]["id"], subnet["id"])
        ]

    def _check_unused(self, subnet: Json) -> None:
        users = self._users(subnet)
        if users:
            raise errors.subnet_in_use(subnet["name"], users[0].id)

    def _settle_later(self, network: Resource) -> Operation:
        def settle() -> None:
            network.properties["provisioningState"] = "Succeeded"
            for subnet in network.properties["subnets"]:
                subnet["properties"]["provisioningState"] = "Succeeded"
            network.body["etag"] = network_etag()
            self._world.touch()

        return self._operations.start(network.id, self._world.switches.network_seconds, settle)


def _find(subnets: list[Json], subnet_id: str) -> Json | None:
    return next((s for s in subnets if same(s["id"], subnet_id)), None)


def _range(prefix: str) -> IPv4Network:
    try:
        return IPv4Network(prefix)
    except (AddressValueError, NetmaskValueError, ValueError):
        raise errors.invalid_property("addressPrefix", f"'{prefix}' is no IPv4 range.") from None


def _check_servers(servers: list[str]) -> None:
    for server in servers:
        try:
            IPv4Address(server)
        except AddressValueError:
            raise errors.invalid_property("dnsServers", f"'{server}' is no address.") from None
