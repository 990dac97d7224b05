"""Which addresses does a private endpoint hold, and which name must lead to which?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.harness.ids import ArmId
from tests.harness.physics.addresses import Addresses
from tests.harness.physics.kinds import Kind, Member
from tests.harness.physics.marks import guid, network_etag
from tests.harness.physics.types import INTERFACE
from tests.harness.world import Json, Resource, World


@dataclass(frozen=True, slots=True)
class Lead:
    """A public name and the private address behind it."""

    fqdn: str
    address: str


class Interfaces:
    """The network interfaces of private endpoints: they live and die with them."""

    def __init__(self, world: World, addresses: Addresses) -> None:
        self._world = world
        self._addresses = addresses

    def create(self, endpoint: Resource, kind: Kind, subdomain: str) -> Resource:
        """Gives the endpoint one address per member: the next free ones, or those it asked for."""
        subnet_id: str = endpoint.properties["subnet"]["id"]
        static = static_addresses(endpoint.properties)
        if static:
            self._addresses.check_static(subnet_id, list(static.values()))
            chosen: Mapping[str, str] = static
        else:
            names = [member.name for member in kind.members]
            taken = self._addresses.take(subnet_id, len(names))
            chosen = dict(zip(names, taken, strict=True))
        interface = self._new(endpoint)
        for member in kind.members:
            added = _add(interface, endpoint, member, subdomain, chosen[member.name])
            _link_of(added)["groupId"] = kind.group
        self._world.put(interface)
        endpoint.properties["networkInterfaces"] = [{"id": interface.id}]
        return interface

    def grow(self, endpoint: Resource, kind: Kind, subdomain: str) -> None:
        """Adds the members that the endpoint lacks, at the next free addresses."""
        interface = self.of(endpoint)
        if interface is None:
            return
        subnet_id: str = endpoint.properties["subnet"]["id"]
        configured: list[Json] = interface.properties["ipConfigurations"]
        have = {_link_of(each)["requiredMemberName"] for each in configured}
        lacking = [member for member in kind.members if member.name not in have]
        taken = self._addresses.take(subnet_id, len(lacking))
        for member, address in zip(lacking, taken, strict=True):
            _add(interface, endpoint, member, subdomain, address)
        domains = {member.name: member.domain for member in kind.members}
        for each in configured:
            domain = domains.get(_link_of(each)["requiredMemberName"])
            _link_of(each)["fqdns"] = [f"{subdomain}.{domain}"] if domain else []
        self._world.touch()

    @staticmethod
    def _new(endpoint: Resource) -> Resource:
        parsed = ArmId.parse(endpoint.id)
        # Recorded: the name of an interface that nobody named.
        name = endpoint.properties["customNetworkInterfaceName"] or f"{endpoint.name}.nic.{guid()}"
        own_id = (
            f"/subscriptions/{parsed.subscription}/resourceGroups/{parsed.group}"
            f"/providers/{INTERFACE}/{name}"
        )
        return bare(own_id, endpoint.body["location"], {"privateEndpoint": {"id": endpoint.id}})

    def of(self, endpoint: Resource) -> Resource | None:
        for reference in endpoint.properties["networkInterfaces"]:
            return self._world.get(reference["id"])
        return None

    def leads(self, endpoint: Resource) -> Iterator[Lead]:
        """Which public name this endpoint stands for at which address."""
        interface = self.of(endpoint)
        if interface is None:
            return
        for configured in interface.properties["ipConfigurations"]:
            for fqdn in _link_of(configured)["fqdns"]:
                yield Lead(fqdn, configured["properties"]["privateIPAddress"])

    def delete(self, endpoint: Resource) -> None:
        for reference in endpoint.properties["networkInterfaces"]:
            self._world.remove(reference["id"])


def static_addresses(properties: Json) -> dict[str, str]:
    """Member name to address, as the endpoint's `ipConfigurations` ask for it."""
    return {
        configuration["properties"]["memberName"]: configuration["properties"]["privateIPAddress"]
        for configuration in properties["ipConfigurations"]
    }


def bare(own_id: str, location: str, properties: Json) -> Resource:
    """An interface without addresses."""
    body: Json = {
        "id": own_id,
        "name": ArmId.parse(own_id).name,
        "type": INTERFACE,
        "etag": network_etag(),
        "location": location,
        "properties": {
            "provisioningState": "Succeeded",
            "resourceGuid": guid(),
            "ipConfigurations": [],
            "dnsSettings": {"dnsServers": [], "appliedDnsServers": []},
            "macAddress": "",
            "enableAcceleratedNetworking": False,
            "enableIPForwarding": False,
            "tapConfigurations": [],
            "nicType": "Standard",
            **properties,
        },
    }
    return Resource(own_id, INTERFACE, body)


def configuration(interface: Resource, subnet_id: str, address: str, *, dynamic: bool) -> Json:
    """One more address of an interface."""
    configurations: list[Json] = interface.properties["ipConfigurations"]
    name = f"privateEndpointIpConfig.{guid()}"
    added: Json = {
        "name": name,
        "id": f"{interface.id}/ipConfigurations/{name}",
        "type": f"{INTERFACE}/ipConfigurations",
        "etag": network_etag(),
        "properties": {
            "provisioningState": "Succeeded",
            "privateIPAddress": address,
            "privateIPAllocationMethod": "Dynamic" if dynamic else "Static",
            "subnet": {"id": subnet_id},
            "primary": not configurations,
            "privateIPAddressVersion": "IPv4",
        },
    }
    configurations.append(added)
    return added


def _add(
    interface: Resource, endpoint: Resource, member: Member, subdomain: str, address: str
) -> Json:
    dynamic = not endpoint.properties["ipConfigurations"]
    added = configuration(interface, endpoint.properties["subnet"]["id"], address, dynamic=dynamic)
    added["properties"]["privateLinkConnectionProperties"] = {
        "groupId": "account",
        "requiredMemberName": member.name,
        "fqdns": [f"{subdomain}.{member.domain}"],
    }
    return added


def _link_of(configured: Json) -> Json:
    link: Json = configured["properties"]["privateLinkConnectionProperties"]
    return link
