"""Whose private zones does a network's DNS server ask? Its own, a hub's, or nobody's."""

from collections.abc import Iterator

from tests.harness.ids import ArmId
from tests.harness.physics.types import INBOUND_ENDPOINT, INTERFACE
from tests.harness.world import Json, Resource, World

# Source: what-is-ip-address-168-63-129-16.md: Azure's own resolver, which alone asks linked zones.
AZURE_RESOLVER = "168.63.129.16"


def asked_network(world: World, network: Resource) -> str | None:
    """The network whose links count; None when only the internet is asked.

    Source: private-endpoint-dns-integration.md: a network with DNS servers of its own does not ask linked zones; a
    server or inbound endpoint that forwards to Azure's resolver asks those of the network that it stands in.
    """
    servers = network.properties.get("dhcpOptions", {}).get("dnsServers") or [AZURE_RESOLVER]
    # A client asks the first server that answers; an address that the world does not know answers for the internet.
    first = servers[0]
    if first == AZURE_RESOLVER:
        return network.id
    return next((place for place in _forwarding_at(world, first)), None)


def _forwarding_at(world: World, address: str) -> Iterator[str]:
    for interface in world.of_type(INTERFACE):
        for configuration in interface.properties["ipConfigurations"]:
            held: Json = configuration["properties"]
            if held["privateIPAddress"] == address and interface.hidden.get("forwards"):
                yield ArmId.parse(held["subnet"]["id"]).parent
    # Source: dns-private-resolver-overview.md: an inbound endpoint resolves as its own network does.
    for inbound in world.of_type(INBOUND_ENDPOINT):
        for held in inbound.properties["ipConfigurations"]:
            if held["privateIpAddress"] == address:
                yield ArmId.parse(held["subnet"]["id"]).parent
