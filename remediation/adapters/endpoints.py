"""Private endpoints, their network interfaces and zone groups.

api-version: the default of azure-mgmt-network 33.1.0, 2026-03-01. This module is imported with the FULL lane only.
"""

import asyncio

from azure.mgmt.network import models

from remediation.adapters.clients import Clients
from remediation.adapters.faults import or_none, translated
from remediation.adapters.wire import word
from remediation.ids import ResourceId
from remediation.observed import Address, Endpoint, Subnet, Vnet, ZoneConfig, ZoneGroup
from remediation.plan import AttachZones, CreateEndpoint, RemoveBrokenEndpoint
from remediation.report import Outcome

# The only sub-resource of an account (private-endpoint-dns.md).
GROUP_ID = "account"


class Endpoints:
    """Reads, creates and registers private endpoints."""

    def __init__(self, clients: Clients) -> None:
        """Takes the clients of all subscriptions."""
        self._clients = clients

    async def get(self, endpoint: ResourceId) -> Endpoint | None:
        """Endpoint and zone group at once, then the network interface that the endpoint names."""
        found, group = await asyncio.gather(self._endpoint(endpoint), self._zone_group(endpoint))
        if found is None:
            return None
        properties = found.properties or models.PrivateEndpointProperties()
        ids = [ResourceId.parse(nic.id) for nic in properties.network_interfaces or () if nic.id]
        interfaces = await asyncio.gather(*map(self._addresses, ids))
        return _endpoint(found, tuple(each for nic in interfaces for each in nic), group)

    async def targets(self, endpoint: ResourceId) -> tuple[ResourceId, ...] | None:
        """What an endpoint leads to, None when it is gone."""
        found = await self._endpoint(endpoint)
        if found is None:
            return None
        ids = [
            each.properties.private_link_service_id
            for each in _connections(found)
            if each.properties
        ]
        return tuple(ResourceId.parse(text) for text in ids if text)

    async def vnet(self, vnet: ResourceId) -> Vnet | None:
        """A network, whose region is where its endpoints must be (private-endpoint-overview.md)."""
        client = self._clients.network(vnet.subscription)
        with translated(f"read network {vnet.name}"):
            found = await or_none(client.virtual_networks.get(vnet.group_text, vnet.name))
        return None if found is None else _vnet(vnet, found)

    async def create(self, action: CreateEndpoint) -> Outcome:
        """PUT, without waiting. Static addresses, members and the interface's name count at creation only."""
        spec = action.spec
        client = self._clients.network(spec.id.subscription)
        with translated(f"create private endpoint {spec.id.name}"):
            await client.private_endpoints.begin_create_or_update(
                spec.id.group_text, spec.id.name, _body(action), polling=False
            )
        return Outcome.STARTED

    async def remove(self, action: RemoveBrokenEndpoint) -> Outcome:
        """DELETE, without waiting; its zone group's records go with it (private-endpoint-dns-integration.md)."""
        client = self._clients.network(action.endpoint.subscription)
        with translated(f"delete private endpoint {action.endpoint.name}"):
            await client.private_endpoints.begin_delete(
                action.endpoint.group_text, action.endpoint.name, polling=False
            )
        return Outcome.STARTED

    async def attach(self, action: AttachZones) -> Outcome:
        """PUT of the zone group, without waiting: the list replaces what was there."""
        configs = [
            models.PrivateDnsZoneConfig(
                name=name,
                properties=models.PrivateDnsZonePropertiesFormat(private_dns_zone_id=zone.text),
            )
            for name, zone in action.zones
        ]
        group = models.PrivateDnsZoneGroup(
            properties=models.PrivateDnsZoneGroupPropertiesFormat(private_dns_zone_configs=configs)
        )
        client = self._clients.network(action.endpoint.subscription)
        with translated(f"write the zone group of {action.endpoint.name}"):
            await client.private_dns_zone_groups.begin_create_or_update(
                action.endpoint.group_text,
                action.endpoint.name,
                action.group,
                group,
                polling=False,
            )
        return Outcome.STARTED

    async def _endpoint(self, endpoint: ResourceId) -> models.PrivateEndpoint | None:
        client = self._clients.network(endpoint.subscription)
        with translated(f"read private endpoint {endpoint.name}"):
            return await or_none(client.private_endpoints.get(endpoint.group_text, endpoint.name))

    async def _zone_group(self, endpoint: ResourceId) -> ZoneGroup | None:
        client = self._clients.network(endpoint.subscription)
        with translated(f"read the zone group of {endpoint.name}"):
            # The endpoint's name comes first here, unlike everywhere else in this client.
            groups = client.private_dns_zone_groups.list(endpoint.name, endpoint.group_text)
            found = await or_none(anext(groups, None))
        return None if found is None else _zone_group(found)

    async def _addresses(self, interface: ResourceId) -> tuple[Address, ...]:
        client = self._clients.network(interface.subscription)
        with translated(f"read network interface {interface.name}"):
            found = await or_none(
                client.network_interfaces.get(interface.group_text, interface.name)
            )
        configurations = (
            () if found is None or found.properties is None else found.properties.ip_configurations
        )
        return tuple(
            Address(
                each.properties.private_ip_address,
                link.required_member_name or "",
                tuple(link.fqdns or ()),
            )
            for each in configurations or ()
            if each.properties and each.properties.private_ip_address
            if (link := each.properties.private_link_connection_properties)
        )


def _vnet(id_: ResourceId, found: models.VirtualNetwork) -> Vnet:
    properties = found.properties or models.VirtualNetworkPropertiesFormat()
    options = properties.dhcp_options
    subnets = [each for each in properties.subnets or () if each.id and each.properties]
    return Vnet(
        id_,
        found.location or "",
        tuple((options.dns_servers if options else None) or ()),
        tuple(
            _subnet(ResourceId.parse(each.id or ""), each.properties)
            for each in subnets
            if each.properties
        ),
    )


def _subnet(id_: ResourceId, properties: models.SubnetPropertiesFormat) -> Subnet:
    group = properties.network_security_group and properties.network_security_group.id
    table = properties.route_table and properties.route_table.id
    return Subnet(
        id_,
        word(properties.private_endpoint_network_policies, "Disabled"),
        ResourceId.parse(group) if group else None,
        ResourceId.parse(table) if table else None,
    )


def _connections(found: models.PrivateEndpoint) -> tuple[models.PrivateLinkServiceConnection, ...]:
    properties = found.properties or models.PrivateEndpointProperties()
    return (
        *(properties.private_link_service_connections or ()),
        *(properties.manual_private_link_service_connections or ()),
    )


def _endpoint(
    found: models.PrivateEndpoint, addresses: tuple[Address, ...], group: ZoneGroup | None
) -> Endpoint:
    properties = found.properties or models.PrivateEndpointProperties()
    connection = next((each.properties for each in _connections(found) if each.properties), None)
    state = connection.private_link_service_connection_state if connection else None
    target = connection.private_link_service_id if connection else None
    return Endpoint(
        id=ResourceId.parse(found.id or ""),
        location=found.location or "",
        subnet=ResourceId.parse((properties.subnet and properties.subnet.id) or ""),
        # No typed attribute, but the model keeps what it does not know.
        guid=str(properties.get("resourceGuid") or "").casefold(),
        target=ResourceId.parse(target) if target else None,
        status=word(state.status if state else None, "Unknown"),
        state=word(properties.provisioning_state, "Succeeded"),
        addresses=addresses,
        zone_group=group,
        static_ips=tuple(
            (each.properties.member_name or "", each.properties.private_ip_address or "")
            for each in properties.ip_configurations or ()
            if each.properties
        ),
        security_groups=tuple(
            ResourceId.parse(each.id)
            for each in properties.application_security_groups or ()
            if each.id
        ),
        tags=tuple(sorted((found.tags or {}).items())),
        nic_name=properties.custom_network_interface_name or None,
        connection_name=next((each.name for each in _connections(found) if each.name), ""),
    )


def _zone_group(found: models.PrivateDnsZoneGroup) -> ZoneGroup:
    properties = found.properties or models.PrivateDnsZoneGroupPropertiesFormat()
    configs = tuple(
        ZoneConfig(
            each.name or "",
            ResourceId.parse(each.properties.private_dns_zone_id),
            tuple(
                ip
                for records in each.properties.record_sets or ()
                for ip in records.ip_addresses or ()
            ),
        )
        for each in properties.private_dns_zone_configs or ()
        if each.properties and each.properties.private_dns_zone_id
    )
    return ZoneGroup(found.name or "", configs, word(properties.provisioning_state, "Succeeded"))


def _body(action: CreateEndpoint) -> models.PrivateEndpoint:
    spec = action.spec
    connection = models.PrivateLinkServiceConnection(
        name=action.connection or spec.id.name,
        properties=models.PrivateLinkServiceConnectionProperties(
            private_link_service_id=action.account.text, group_ids=[GROUP_ID]
        ),
    )
    properties = models.PrivateEndpointProperties(
        subnet=models.Subnet(id=spec.subnet.text),
        private_link_service_connections=[connection],
        ip_configurations=[
            models.PrivateEndpointIPConfiguration(
                name=f"static-{member}",
                properties=models.PrivateEndpointIPConfigurationProperties(
                    group_id=GROUP_ID, member_name=member, private_ip_address=ip
                ),
            )
            for member, ip in spec.static_ips
        ],
        application_security_groups=[
            models.ApplicationSecurityGroup(id=group.text) for group in spec.security_groups
        ],
    )
    if spec.nic_name:
        properties.custom_network_interface_name = spec.nic_name
    return models.PrivateEndpoint(
        location=action.location, tags=dict(spec.tags), properties=properties
    )
