"""Which ground may a story start on? Groups, networks, who answers names in them, and what stands beside them."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypedDict, Unpack

from tests.harness.ids import ArmId
from tests.harness.physics import Physics
from tests.harness.physics.errors import ArmError, ImpossibleError
from tests.harness.physics.interfaces import bare, configuration
from tests.harness.physics.marks import guid
from tests.harness.physics.operations import Effect
from tests.harness.physics.types import (
    GROUP,
    INBOUND_ENDPOINT,
    INTERFACE,
    NETWORK,
    NETWORK_SECURITY_GROUP,
    ROUTE_TABLE,
    SECURITY_GROUP,
)
from tests.harness.world import Json, Resource


class NetworkOptions(TypedDict, total=False):
    """What most networks of a story leave as it is. `services` maps subnets to their service endpoints."""

    location: str
    prefix: str
    dns_servers: Sequence[str]
    services: Mapping[str, Sequence[str]]


class NetworkSeeding:
    """Builds in one subscription. Nothing is announced, nothing is left running."""

    def __init__(self, physics: Physics, subscription: str) -> None:
        self._physics = physics
        self._world = physics.world
        self._subscription = subscription
        if subscription not in self._world.subscriptions:
            self._world.subscriptions.append(subscription)

    def id(self, group: str, type_: str, name: str) -> str:
        """The id of a top-level resource in this subscription."""
        return (
            f"/subscriptions/{self._subscription}/resourceGroups/{group}/providers/{type_}/{name}"
        )

    def resource_group(self, name: str, location: str = "eastus") -> Resource:
        group_id = f"/subscriptions/{self._subscription}/resourceGroups/{name}"
        self._refuse_present(group_id)
        return self._physics.groups.put(group_id, location)

    def virtual_network(
        self,
        name: str,
        group: str,
        *,
        subnets: Mapping[str, str],
        **options: Unpack[NetworkOptions],
    ) -> Resource:
        """`subnets` maps names to prefixes."""
        services = options.get("services", {})
        body = {
            "location": options.get("location", "eastus"),
            "properties": {
                "addressSpace": {"addressPrefixes": [options.get("prefix", "10.0.0.0/16")]},
                "dhcpOptions": {"dnsServers": list(options.get("dns_servers", ()))},
                "subnets": [
                    _subnet(subnet, prefix, services.get(subnet, ()))
                    for subnet, prefix in subnets.items()
                ],
            },
        }
        network_id = self._place(group, NETWORK, name)
        return self._done(lambda: self._physics.networks.put(network_id, body))

    def security_group(self, name: str, group: str, *, location: str = "eastus") -> Resource:
        return self._traffic_rules(SECURITY_GROUP, name, group, {"location": location})

    def network_security_group(
        self, name: str, group: str, *, location: str = "eastus", rules: Sequence[Json] = ()
    ) -> Resource:
        """`rules` are ARM's."""
        body = {"location": location, "properties": {"securityRules": list(rules)}}
        return self._traffic_rules(NETWORK_SECURITY_GROUP, name, group, body)

    def route_table(
        self, name: str, group: str, *, location: str = "eastus", routes: Sequence[Json] = ()
    ) -> Resource:
        """`routes` are ARM's."""
        body = {"location": location, "properties": {"routes": list(routes)}}
        return self._traffic_rules(ROUTE_TABLE, name, group, body)

    def dns_server(
        self, name: str, group: str, *, subnet_id: str, address: str, forwards: bool = True
    ) -> Resource:
        """A machine that answers names. What it forwards, it asks Azure's resolver of its own network."""
        self._check_address(subnet_id, address)
        server = bare(self._place(group, INTERFACE, name), self._location_of(subnet_id), {})
        configuration(server, subnet_id, address, dynamic=False)
        server.hidden["forwards"] = forwards
        self._world.put(server)
        return server

    def dns_resolver(self, name: str, group: str, *, subnet_id: str, address: str) -> Resource:
        """The inbound endpoint of a DNS Private Resolver."""
        self._check_address(subnet_id, address)
        self._refuse_absent(ArmId.parse(self.id(group, INTERFACE, name)).parent, GROUP)
        own_id = f"{self.id(group, 'Microsoft.Network/dnsResolvers', name)}/inboundEndpoints/in"
        address_of: Json = {"privateIpAddress": address, "subnet": {"id": subnet_id}}
        body = {
            "id": own_id,
            "name": "in",
            "type": INBOUND_ENDPOINT,
            "etag": guid(),
            "location": self._location_of(subnet_id),
            "properties": {
                "provisioningState": "Succeeded",
                "ipConfigurations": [address_of | {"privateIpAllocationMethod": "Static"}],
            },
        }
        inbound = Resource(own_id, INBOUND_ENDPOINT, body)
        self._world.put(inbound)
        return inbound

    def _check_address(self, subnet_id: str, address: str) -> None:
        self._checked(lambda: self._physics.addresses.check_static(subnet_id, [address]))

    def _location_of(self, subnet_id: str) -> str:
        network = self._physics.networks.network_of(subnet_id)
        if network is None:
            raise ImpossibleError(f"no such subnet: {subnet_id}")
        location: str = network.body["location"]
        return location

    def _traffic_rules(self, type_: str, name: str, group: str, body: Json) -> Resource:
        own_id = self._place(group, type_, name)
        return self._done(lambda: self._physics.traffic_rules.put(own_id, type_, body))

    def _place(self, group: str, type_: str, name: str) -> str:
        resource_id = self.id(group, type_, name)
        self._refuse_absent(ArmId.parse(resource_id).parent, GROUP)
        self._refuse_present(resource_id)
        return resource_id

    def _refuse_present(self, resource_id: str) -> None:
        if self._world.get(resource_id) is not None:
            raise ImpossibleError(f"already there: {resource_id}")

    def _refuse_absent(self, resource_id: str, type_: str) -> None:
        found = self._world.get(resource_id)
        if found is None or found.type != type_:
            raise ImpossibleError(f"no such {type_}: {resource_id}")

    def _done(self, write: Callable[[], Effect]) -> Resource:
        effect = self._checked(write)
        operation = effect.operation
        if operation is not None:
            self._physics.operations.complete(operation)
            if operation.error is not None:
                raise ImpossibleError(f"Azure would fail at this: {operation.error}")
        return effect.resource

    @staticmethod
    def _checked[T](write: Callable[[], T]) -> T:
        try:
            return write()
        except ArmError as error:
            raise ImpossibleError(f"Azure would refuse this: {error}") from error


def _subnet(name: str, prefix: str, services: Sequence[str]) -> Json:
    endpoints = [{"service": service, "locations": ["*"]} for service in services]
    return {"name": name, "properties": {"addressPrefix": prefix, "serviceEndpoints": endpoints}}
