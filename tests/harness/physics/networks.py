"""Which networks and subnets exist, and which of their addresses are free?"""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, ip_address, ip_network

from tests.harness.ids import ArmId, same
from tests.harness.physics import errors
from tests.harness.physics.errors import ImpossibleError
from tests.harness.physics.marks import guid, network_etag, region
from tests.harness.physics.types import INTERFACE, NETWORK, SECURITY_GROUP, SUBNET
from tests.harness.world import Json, Resource, World


class Networks:
    """Networks with their subnets inside; the addresses in use are read from the interfaces."""

    def __init__(self, world: World) -> None:
        self._world = world

    def put(
        self,
        network_id: str,
        location: str,
        prefixes: Sequence[str],
        subnets: Mapping[str, str],
        dns_servers: Sequence[str] = (),
    ) -> Resource:
        """Writes a network; `subnets` maps names to prefixes."""
        spaces = [_network(prefix) for prefix in prefixes]
        for name, prefix in subnets.items():
            if not any(_network(prefix).subnet_of(space) for space in spaces):
                raise ImpossibleError(f"subnet {name} ({prefix}) is not inside {list(prefixes)}")
        body = {
            "id": network_id,
            "name": ArmId.parse(network_id).name,
            "type": NETWORK,
            "etag": network_etag(),
            "location": region(location),
            "properties": {
                "provisioningState": "Succeeded",
                "resourceGuid": guid(),
                "addressSpace": {"addressPrefixes": list(prefixes)},
                "dhcpOptions": {"dnsServers": list(dns_servers)},
                "subnets": [_subnet(network_id, *item) for item in subnets.items()],
                "virtualNetworkPeerings": [],
                "enableDdosProtection": False,
            },
        }
        network = Resource(network_id, NETWORK, body)
        self._world.put(network)
        return network

    def put_security_group(self, group_id: str, location: str) -> Resource:
        body = {
            "id": group_id,
            "name": ArmId.parse(group_id).name,
            "type": SECURITY_GROUP,
            "etag": network_etag(),
            "location": region(location),
            "properties": {"provisioningState": "Succeeded", "resourceGuid": guid()},
        }
        group = Resource(group_id, SECURITY_GROUP, body)
        self._world.put(group)
        return group

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
        subnets: list[Json] = network.properties["subnets"]
        return next((s for s in subnets if same(s["id"], subnet_id)), None)

    def used(self, subnet_id: str) -> set[str]:
        """Every address that an interface holds in this subnet."""
        return {
            configuration["properties"]["privateIPAddress"]
            for interface in self._world.of_type(INTERFACE)
            for configuration in interface.properties["ipConfigurations"]
            if same(configuration["properties"]["subnet"]["id"], subnet_id)
        }

    def take(self, subnet_id: str, count: int) -> list[str]:
        """The next free addresses, in order."""
        taken = self.used(subnet_id)
        free = (address for address in self._usable(subnet_id) if address not in taken)
        chosen = [address for address, _ in zip(free, range(count), strict=False)]
        if len(chosen) < count:
            raise errors.subnet_full(subnet_id)
        return chosen

    def check_static(self, subnet_id: str, addresses: Sequence[str]) -> None:
        """Raises when an address cannot be given to a new interface."""
        taken = self.used(subnet_id)
        for address in addresses:
            if address in taken or addresses.count(address) > 1:
                raise errors.address_taken(address, subnet_id)
            if not self._holds(subnet_id, address):
                raise errors.address_outside(address, subnet_id)

    def _holds(self, subnet_id: str, address: str) -> bool:
        prefix = _network(self._prefix(subnet_id))
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        if not isinstance(parsed, IPv4Address):
            return False
        # Source: virtual-networks-faq: Azure keeps the first four addresses and the last of each subnet.
        first, last = prefix.network_address + 4, prefix.broadcast_address - 1
        return first <= parsed <= last

    def _usable(self, subnet_id: str) -> Iterator[str]:
        prefix = _network(self._prefix(subnet_id))
        for offset in range(4, prefix.num_addresses - 1):
            yield str(prefix.network_address + offset)

    def _prefix(self, subnet_id: str) -> str:
        subnet = self.subnet(subnet_id)
        if subnet is None:
            raise ImpossibleError(f"no such subnet: {subnet_id}")
        prefix: str = subnet["properties"]["addressPrefix"]
        return prefix


def _network(prefix: str) -> IPv4Network:
    parsed = ip_network(prefix)
    if not isinstance(parsed, IPv4Network):
        raise ImpossibleError(f"the lab has IPv4 subnets only: {prefix}")
    return parsed


def _subnet(network_id: str, name: str, prefix: str) -> Json:
    return {
        "id": f"{network_id}/subnets/{name}",
        "name": name,
        "type": SUBNET,
        "etag": network_etag(),
        "properties": {
            "provisioningState": "Succeeded",
            "addressPrefix": prefix,
            "serviceEndpoints": [],
            "delegations": [],
            # Source: disable-private-endpoint-network-policy.md: off by default.
            "privateEndpointNetworkPolicies": "Disabled",
            "privateLinkServiceNetworkPolicies": "Enabled",
        },
    }
