"""Which addresses of a subnet are free, and which may a new interface have?"""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, ip_address

from tests.harness.ids import same
from tests.harness.physics import errors
from tests.harness.physics.errors import ImpossibleError
from tests.harness.physics.networks import Networks
from tests.harness.physics.types import INTERFACE
from tests.harness.world import World


class Addresses:
    """What is in use is read from the interfaces."""

    def __init__(self, world: World, networks: Networks) -> None:
        self._world = world
        self.networks = networks

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
        prefix = self._prefix(subnet_id)
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
        prefix = self._prefix(subnet_id)
        for offset in range(4, prefix.num_addresses - 1):
            yield str(prefix.network_address + offset)

    def _prefix(self, subnet_id: str) -> IPv4Network:
        subnet = self.networks.subnet(subnet_id)
        if subnet is None:
            raise ImpossibleError(f"no such subnet: {subnet_id}")
        return IPv4Network(subnet["properties"]["addressPrefix"])
