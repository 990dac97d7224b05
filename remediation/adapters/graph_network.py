"""Private endpoints, their addresses and networks, as Resource Graph shows them. Zone groups are not in it."""

from collections.abc import Iterable, Mapping, Sequence

from remediation.adapters.wire import word
from remediation.ids import ResourceId
from remediation.observed import Address, Endpoint, Subnet, Vnet
from remediation.report import Json

ENDPOINTS = """
resources
| where type =~ 'microsoft.network/privateendpoints'
| where tostring(properties.privateLinkServiceConnections) contains '/microsoft.cognitiveservices/accounts/'
    or tostring(properties.manualPrivateLinkServiceConnections) contains '/microsoft.cognitiveservices/accounts/'
| project id, location, tags,
    subnet = tostring(properties.subnet.id),
    guid = tostring(properties.resourceGuid),
    state = tostring(properties.provisioningState),
    connections = properties.privateLinkServiceConnections,
    manual = properties.manualPrivateLinkServiceConnections,
    interfaces = properties.networkInterfaces,
    fixed = properties.ipConfigurations,
    securityGroups = properties.applicationSecurityGroups,
    interfaceName = tostring(properties.customNetworkInterfaceName),
    names = properties.customDnsConfigs
| order by id asc
"""

INTERFACES = """
resources
| where type =~ 'microsoft.network/networkinterfaces'
| where isnotempty(properties.privateEndpoint.id)
| project id, configurations = properties.ipConfigurations
| order by id asc
"""


def vnets_query(vnets: Sequence[ResourceId]) -> str:
    """Only those that the policy names: a tenant may have thousands. The text of an id holds no quotes."""
    ids = ", ".join(f"'{vnet.key.replace("'", '')}'" for vnet in vnets)
    return f"""
resources
| where type =~ 'microsoft.network/virtualnetworks'
| where id in~ ({ids})
| project id, location, servers = properties.dhcpOptions.dnsServers, subnets = properties.subnets
| order by id asc
"""


def interfaces_of(row: Json) -> tuple[str, ...]:
    """The keys of the interfaces that an endpoint names."""
    return tuple(each["id"].casefold() for each in row.get("interfaces") or () if each.get("id"))


def is_unregistered(row: Json) -> bool:
    """Source: cloud-adoption-framework#1020: an endpoint lists its names while it has no zone group."""
    return bool(row.get("names"))


def endpoint(row: Json, addresses: Mapping[str, tuple[Address, ...]]) -> Endpoint:
    """`addresses` are those of each interface, by its key."""
    links = [*(row.get("connections") or ()), *(row.get("manual") or ())]
    connection: Json = next((link["properties"] for link in links if link.get("properties")), {})
    state: Json = connection.get("privateLinkServiceConnectionState") or {}
    target = connection.get("privateLinkServiceId")
    return Endpoint(
        id=ResourceId.parse(row["id"]),
        location=row.get("location") or "",
        subnet=ResourceId.parse(row["subnet"]),
        guid=(row.get("guid") or "").casefold(),
        target=ResourceId.parse(target) if target else None,
        status=word(state.get("status"), "Unknown"),
        state=word(row.get("state"), "Succeeded"),
        addresses=tuple(
            address for key in interfaces_of(row) for address in addresses.get(key, ())
        ),
        static_ips=tuple(map(_fixed, row.get("fixed") or ())),
        security_groups=tuple(
            ResourceId.parse(each["id"]) for each in row.get("securityGroups") or ()
        ),
        tags=tuple(sorted((row.get("tags") or {}).items())),
        nic_name=row.get("interfaceName") or None,
        connection_name=next((link["name"] for link in links if link.get("name")), ""),
    )


def _fixed(configuration: Json) -> tuple[str, str]:
    properties: Json = configuration.get("properties") or {}
    return properties.get("memberName") or "", properties.get("privateIPAddress") or ""


def addresses(row: Json) -> tuple[Address, ...]:
    return tuple(_addresses(row.get("configurations") or ()))


def _addresses(configurations: Iterable[Json]) -> Iterable[Address]:
    for each in configurations:
        properties: Json = each.get("properties") or {}
        link: Json | None = properties.get("privateLinkConnectionProperties")
        ip = properties.get("privateIPAddress")
        if ip and link:
            yield Address(ip, link.get("requiredMemberName") or "", tuple(link.get("fqdns") or ()))


def vnet(row: Json) -> Vnet:
    subnets = (each for each in row.get("subnets") or () if each.get("id"))
    return Vnet(
        ResourceId.parse(row["id"]),
        row.get("location") or "",
        tuple(row.get("servers") or ()),
        tuple(map(_subnet, subnets)),
    )


def _subnet(found: Json) -> Subnet:
    properties: Json = found.get("properties") or {}
    return Subnet(
        ResourceId.parse(found["id"]),
        word(properties.get("privateEndpointNetworkPolicies"), "Disabled"),
        _reference(properties.get("networkSecurityGroup")),
        _reference(properties.get("routeTable")),
    )


def _reference(found: Json | None) -> ResourceId | None:
    return ResourceId.parse(found["id"]) if found and found.get("id") else None
