"""Which addresses does a private endpoint hold, and which name must lead to which?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.harness.ids import ArmId
from tests.harness.physics.kinds import Kind
from tests.harness.physics.marks import guid, network_etag
from tests.harness.physics.networks import Networks
from tests.harness.physics.types import INTERFACE
from tests.harness.world import Json, Resource, World


@dataclass(frozen=True, slots=True)
class Lead:
    """A public name and the private address behind it."""

    fqdn: str
    address: str


class Interfaces:
    """The network interfaces of private endpoints: they live and die with them."""

    def __init__(self, world: World, networks: Networks) -> None:
        self._world = world
        self._networks = networks

    def create(self, endpoint: Resource, kind: Kind, subdomain: str) -> Resource:
        """Gives the endpoint one address per member: the next free ones, or those it asked for."""
        subnet_id: str = endpoint.properties["subnet"]["id"]
        static = static_addresses(endpoint.properties)
        if static:
            self._networks.check_static(subnet_id, list(static.values()))
            addresses: Mapping[str, str] = static
        else:
            names = [member.name for member in kind.members]
            taken = self._networks.take(subnet_id, len(names))
            addresses = dict(zip(names, taken, strict=True))
        interface = self._new(endpoint, kind, subdomain, addresses)
        self._world.put(interface)
        endpoint.properties["networkInterfaces"] = [{"id": interface.id}]
        return interface

    def _new(
        self, endpoint: Resource, kind: Kind, subdomain: str, addresses: Mapping[str, str]
    ) -> Resource:
        parsed = ArmId.parse(endpoint.id)
        # Recorded: the name of an interface that nobody named.
        name = endpoint.properties["customNetworkInterfaceName"] or f"{endpoint.name}.nic.{guid()}"
        own_id = (
            f"/subscriptions/{parsed.subscription}/resourceGroups/{parsed.group}"
            f"/providers/{INTERFACE}/{name}"
        )
        body: Json = {
            "id": own_id,
            "name": name,
            "type": INTERFACE,
            "etag": network_etag(),
            "location": endpoint.body["location"],
            "properties": {
                "provisioningState": "Succeeded",
                "resourceGuid": guid(),
                "ipConfigurations": [],
                "dnsSettings": {"dnsServers": [], "appliedDnsServers": []},
                "macAddress": "",
                "enableAcceleratedNetworking": False,
                "enableIPForwarding": False,
                "privateEndpoint": {"id": endpoint.id},
                "tapConfigurations": [],
                "nicType": "Standard",
            },
        }
        dynamic = not endpoint.properties["ipConfigurations"]
        for number, member in enumerate(kind.members):
            configuration = {
                "name": f"privateEndpointIpConfig.{guid()}",
                "type": f"{INTERFACE}/ipConfigurations",
                "etag": network_etag(),
                "properties": {
                    "provisioningState": "Succeeded",
                    "privateIPAddress": addresses[member.name],
                    "privateIPAllocationMethod": "Dynamic" if dynamic else "Static",
                    "subnet": {"id": endpoint.properties["subnet"]["id"]},
                    "primary": number == 0,
                    "privateIPAddressVersion": "IPv4",
                    "privateLinkConnectionProperties": {
                        "groupId": "account",
                        "requiredMemberName": member.name,
                        "fqdns": [f"{subdomain}.{member.domain}"],
                    },
                },
            }
            configuration["id"] = f"{own_id}/ipConfigurations/{configuration['name']}"
            body["properties"]["ipConfigurations"].append(configuration)
        return Resource(own_id, INTERFACE, body)

    def of(self, endpoint: Resource) -> Resource | None:
        for reference in endpoint.properties["networkInterfaces"]:
            return self._world.get(reference["id"])
        return None

    def leads(self, endpoint: Resource) -> Iterator[Lead]:
        """Which public name this endpoint stands for at which address."""
        interface = self.of(endpoint)
        if interface is None:
            return
        for configuration in interface.properties["ipConfigurations"]:
            properties = configuration["properties"]
            for fqdn in properties["privateLinkConnectionProperties"]["fqdns"]:
                yield Lead(fqdn, properties["privateIPAddress"])

    def delete(self, endpoint: Resource) -> None:
        for reference in endpoint.properties["networkInterfaces"]:
            self._world.remove(reference["id"])


def static_addresses(properties: Json) -> dict[str, str]:
    """Member name to address, as the endpoint's `ipConfigurations` ask for it."""
    return {
        configuration["properties"]["memberName"]: configuration["properties"]["privateIPAddress"]
        for configuration in properties["ipConfigurations"]
    }
