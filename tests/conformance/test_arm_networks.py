"""Can networks, subnets and what stands beside them be written as Microsoft's own client does it?"""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from tests.conformance.arm_fixtures import SUBSCRIPTION, Azure, authority, azure
from tests.harness.world import Caller, Json

__all__ = ["authority", "azure"]

GROUP = "rg-net"
KIM = Caller("Kim Example", "55555555-5555-4555-8555-555555555555", "kim", "user")
DENY: Json = {
    "name": "deny-all",
    "properties": {
        "protocol": "*",
        "access": "Deny",
        "direction": "Inbound",
        "priority": 100,
        "sourceAddressPrefix": "*",
        "sourcePortRange": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRange": "443",
    },
}
ROUTE: Json = {
    "name": "away",
    "properties": {
        "addressPrefix": "10.0.0.4/32",
        "nextHopType": "VirtualAppliance",
        "nextHopIpAddress": "10.9.9.9",
    },
}


def network_of(*subnets: Json, **properties: Any) -> Json:
    return {
        "location": "Japan East",
        "properties": {
            "addressSpace": {"addressPrefixes": ["10.7.0.0/16"]},
            "subnets": list(subnets),
            **properties,
        },
    }


def subnet_of(name: str, prefix: str, **properties: Any) -> Json:
    return {"name": name, "properties": {"addressPrefix": prefix, **properties}}


def code_of(error: pytest.ExceptionInfo[HttpResponseError]) -> str | None:
    assert error.value.error is not None
    return error.value.error.code


def guards(azure: Azure) -> Any:
    return azure.robin.network.network_security_groups


def routes(azure: Azure) -> Any:
    return azure.robin.network.route_tables


async def test_a_network_is_made_with_its_subnets_and_settles_after_some_seconds(
    azure: Azure,
) -> None:
    body = network_of(subnet_of("one", "10.7.0.0/24"), subnet_of("two", "10.7.1.0/24"))
    poller = await azure.robin.networks.begin_create_or_update(GROUP, "new", body, polling=False)
    accepted = await poller.result()
    await azure.clock.advance(4)
    made = await azure.robin.networks.get(GROUP, "new")

    assert accepted.properties.provisioning_state == "Updating"
    assert made.properties.provisioning_state == "Succeeded"
    assert made.location == "japaneast"
    assert [s.name for s in made.properties.subnets] == ["one", "two"]
    assert made.properties.subnets[0].properties.private_endpoint_network_policies == "Disabled"
    assert [change.operation for change in azure.changes] == [
        "Microsoft.Network/virtualNetworks/write"
    ]


async def test_a_network_that_was_read_can_be_sent_back_with_other_dns_servers(
    azure: Azure,
) -> None:
    azure.private_account()
    network = await azure.robin.networks.get(GROUP, "vnet")
    network.properties.dhcp_options.dns_servers = ["10.0.0.53"]

    changed = await azure.finish(
        azure.robin.networks.begin_create_or_update(GROUP, "vnet", network)
    )

    assert changed.properties.dhcp_options.dns_servers == ["10.0.0.53"]
    assert [s.name for s in changed.properties.subnets] == ["snet-pe"]
    assert changed.properties.resource_guid == network.properties.resource_guid


async def test_a_subnet_that_a_put_leaves_out_is_deleted_unless_it_is_in_use(azure: Azure) -> None:
    body = network_of(subnet_of("one", "10.7.0.0/24"), subnet_of("two", "10.7.1.0/24"))
    await azure.finish(azure.robin.networks.begin_create_or_update(GROUP, "new", body))
    azure.private_account()
    vnet = network_of(addressSpace={"addressPrefixes": ["10.0.0.0/16"]})

    left = await azure.finish(
        azure.robin.networks.begin_create_or_update(
            GROUP, "new", network_of(subnet_of("two", "10.7.1.0/24"))
        )
    )
    with pytest.raises(HttpResponseError) as refused:
        await azure.robin.networks.begin_create_or_update(GROUP, "vnet", vnet)

    assert [s.name for s in left.properties.subnets] == ["two"]
    assert code_of(refused) == "InUseSubnetCannotBeDeleted"


@pytest.mark.parametrize(
    ("keeps", "expected"),
    [
        pytest.param(True, ["one"], id="it keeps them"),
        pytest.param(False, [], id="it deletes them"),
    ],
)
async def test_what_a_put_without_subnets_does_is_a_switch(
    azure: Azure, *, keeps: bool, expected: list[str]
) -> None:
    azure.world.switches.network_put_keeps_subnets = keeps
    body = network_of(subnet_of("one", "10.7.0.0/24"))
    await azure.finish(azure.robin.networks.begin_create_or_update(GROUP, "new", body))
    del body["properties"]["subnets"]

    network = await azure.finish(azure.robin.networks.begin_create_or_update(GROUP, "new", body))

    assert [s.name for s in network.properties.subnets or []] == expected


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(
            network_of(subnet_of("one", "10.8.0.0/24")), "NetcfgInvalidSubnet", id="outside"
        ),
        pytest.param(
            network_of(subnet_of("one", "10.7.0.0/24"), subnet_of("two", "10.7.0.128/25")),
            "NetcfgSubnetRangesOverlap",
            id="overlapping",
        ),
        pytest.param(
            network_of(subnet_of("one", "ten")), "InvalidRequestContent", id="no range at all"
        ),
        pytest.param(
            network_of(dhcpOptions={"dnsServers": ["dns.contoso.example"]}),
            "InvalidRequestContent",
            id="a server without an address",
        ),
        pytest.param(
            network_of(flowTimeoutInMinutes=4), "InvalidRequestContent", id="an unknown property"
        ),
    ],
)
async def test_which_networks_are_refused(azure: Azure, body: Json, code: str) -> None:
    with pytest.raises(HttpResponseError) as refused:
        await azure.robin.networks.begin_create_or_update(GROUP, "new", body)

    assert code_of(refused) == code


async def test_a_subnet_is_written_with_guard_route_policies_and_delegation(azure: Azure) -> None:
    azure.private_account()
    guard = azure.seed.network_security_group("nsg", GROUP, location="japaneast", rules=[DENY])
    table = azure.seed.route_table("rt", GROUP, location="japaneast", routes=[ROUTE])
    wanted = {
        "properties": {
            "addressPrefix": "10.0.0.0/24",
            "networkSecurityGroup": {"id": guard.id},
            "routeTable": {"id": table.id},
            "privateEndpointNetworkPolicies": "Enabled",
            "delegations": [
                {"name": "d", "properties": {"serviceName": "Microsoft.App/environments"}}
            ],
        }
    }

    await azure.finish(azure.robin.subnets.begin_create_or_update(GROUP, "vnet", "snet-pe", wanted))
    subnet = await azure.robin.subnets.get(GROUP, "vnet", "snet-pe")

    assert subnet.properties.private_endpoint_network_policies == "Enabled"
    assert subnet.properties.network_security_group.id == guard.id
    assert subnet.properties.route_table.id == table.id
    assert subnet.properties.delegations[0].properties.service_name == "Microsoft.App/environments"
    (change,) = azure.changes
    assert change.operation == "Microsoft.Network/virtualNetworks/subnets/write"
    assert change.resource_id.endswith("/virtualNetworks/vnet/subnets/snet-pe")


async def test_a_subnet_comes_and_goes(azure: Azure) -> None:
    await azure.finish(
        azure.robin.subnets.begin_create_or_update(
            GROUP, "vnet", "more", {"properties": {"addressPrefixes": ["10.0.9.0/24"]}}
        )
    )
    there = [s.name async for s in azure.robin.subnets.list(GROUP, "vnet")]
    await azure.finish(azure.robin.subnets.begin_delete(GROUP, "vnet", "more"))
    await azure.finish(azure.robin.subnets.begin_delete(GROUP, "vnet", "more"))
    left = [s.name async for s in azure.robin.subnets.list(GROUP, "vnet")]

    assert there == ["snet-pe", "more"]
    assert left == ["snet-pe"]
    assert [change.operation for change in azure.changes] == [
        "Microsoft.Network/virtualNetworks/subnets/write",
        "Microsoft.Network/virtualNetworks/subnets/delete",
    ]


async def test_a_subnet_in_use_is_not_deleted_and_does_not_move(azure: Azure) -> None:
    path = azure.private_account()
    moved = {"properties": {"addressPrefix": "10.0.5.0/24"}}

    with pytest.raises(HttpResponseError) as kept:
        await azure.robin.subnets.begin_delete(GROUP, "vnet", "snet-pe")
    with pytest.raises(HttpResponseError) as fixed:
        await azure.robin.subnets.begin_create_or_update(GROUP, "vnet", "snet-pe", moved)
    with pytest.raises(HttpResponseError) as needed:
        await azure.robin.networks.begin_delete(GROUP, "vnet")

    assert {code_of(kept), code_of(fixed), code_of(needed)} == {"InUseSubnetCannotBeDeleted"}
    assert f"{path.endpoint.name}.nic." in kept.value.message


async def test_a_network_without_interfaces_is_deleted_and_its_links_stay(azure: Azure) -> None:
    zone = azure.seed.zone("privatelink.openai.azure.com", "rg-dns")
    link = azure.seed.link(zone, azure.network)

    await azure.finish(azure.robin.networks.begin_delete(GROUP, "vnet"))

    assert azure.world.get(azure.network.id) is None
    assert azure.world.get(link.id) is not None


async def test_a_subnet_needs_the_guard_to_be_there_and_the_right_to_join_it(azure: Azure) -> None:
    guard = azure.seed.network_security_group("nsg", "rg-ai", location="japaneast")
    scope = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"
    azure.roles.assign(KIM.object_id, "Network Contributor", scope)
    body = {
        "properties": {"addressPrefix": "10.0.3.0/24", "networkSecurityGroup": {"id": guard.id}}
    }
    gone = {
        "properties": {
            "addressPrefix": "10.0.3.0/24",
            "networkSecurityGroup": {"id": f"{guard.id}-gone"},
        }
    }

    with pytest.raises(HttpResponseError) as forbidden:
        await azure.as_(KIM).subnets.begin_create_or_update(GROUP, "vnet", "more", body)
    with pytest.raises(HttpResponseError) as absent:
        await azure.robin.subnets.begin_create_or_update(GROUP, "vnet", "more", gone)

    assert code_of(forbidden) == "LinkedAuthorizationFailed"
    assert code_of(absent) == "InvalidResourceReference"


async def test_a_guard_keeps_its_rules_and_is_not_deleted_while_a_subnet_uses_it(
    azure: Azure,
) -> None:
    body = {"location": "japaneast", "properties": {"securityRules": [DENY]}}
    made = await azure.finish(guards(azure).begin_create_or_update(GROUP, "nsg", body))
    subnet = {
        "properties": {"addressPrefix": "10.0.3.0/24", "networkSecurityGroup": {"id": made.id}}
    }
    await azure.finish(azure.robin.subnets.begin_create_or_update(GROUP, "vnet", "more", subnet))

    with pytest.raises(HttpResponseError) as used:
        await guards(azure).begin_delete(GROUP, "nsg")
    await azure.finish(azure.robin.subnets.begin_delete(GROUP, "vnet", "more"))
    await azure.finish(guards(azure).begin_delete(GROUP, "nsg"))

    assert made.properties.security_rules[0].properties.access == "Deny"
    assert code_of(used) == "InUseNetworkSecurityGroupCannotBeDeleted"
    assert [g.name async for g in guards(azure).list(GROUP)] == []
    operations = [change.operation for change in azure.changes]
    assert operations[0] == "Microsoft.Network/networkSecurityGroups/write"
    assert operations[-1] == "Microsoft.Network/networkSecurityGroups/delete"


async def test_a_route_table_keeps_its_routes_and_its_tags_can_change(azure: Azure) -> None:
    body = {"location": "japaneast", "properties": {"routes": [ROUTE]}}
    await azure.finish(routes(azure).begin_create_or_update(GROUP, "rt", body))

    tagged = await routes(azure).update_tags(GROUP, "rt", {"tags": {"team": "net"}})

    assert tagged.tags == {"team": "net"}
    assert tagged.properties.routes[0].properties.next_hop_type == "VirtualAppliance"
    assert [change.operation for change in azure.changes] == [
        "Microsoft.Network/routeTables/write",
        "Microsoft.Network/routeTables/write",
    ]


async def test_an_application_security_group_in_use_stays(azure: Azure) -> None:
    groups: Any = azure.robin.network.application_security_groups
    made = await azure.finish(
        groups.begin_create_or_update(GROUP, "asg", {"location": "japaneast"})
    )
    account = azure.seed.account("aoai", "rg-ai")
    group = azure.world.get(made.id)
    assert group is not None
    azure.seed.private_endpoint(
        "pe", "rg-ai", account=account, subnet_id=azure.subnet_id, security_groups=[group]
    )

    with pytest.raises(HttpResponseError) as used:
        await groups.begin_delete(GROUP, "asg")

    assert code_of(used) == "ApplicationSecurityGroupInUseByIpConfigurations"


async def test_a_zone_and_a_link_are_patched(azure: Azure) -> None:
    zone = azure.seed.zone("privatelink.openai.azure.com", "rg-dns")
    link = azure.seed.link(zone, azure.network)

    tagged = await azure.finish(
        azure.robin.zones.begin_update("rg-dns", zone.name, {"tags": {"a": "b"}})
    )
    redirecting = await azure.finish(
        azure.robin.links.begin_update(
            "rg-dns", zone.name, link.name, {"properties": {"resolutionPolicy": "NxDomainRedirect"}}
        )
    )

    assert tagged.tags == {"a": "b"}
    assert redirecting.properties.resolution_policy == "NxDomainRedirect"
    assert redirecting.properties.registration_enabled is False
    assert redirecting.properties.virtual_network.id == azure.network.id
    assert [change.operation for change in azure.changes] == [
        "Microsoft.Network/privateDnsZones/write",
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks/write",
    ]
