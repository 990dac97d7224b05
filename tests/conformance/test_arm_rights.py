"""Does ARM let callers do what their roles allow, and nothing else?"""

from pathlib import Path

import pytest
from azure.core.exceptions import HttpResponseError

from tests.conformance.arm_fixtures import ROBIN, SUBSCRIPTION, ZONE, Azure, authority, azure
from tests.harness.arm import Roles
from tests.harness.arm.rbac import RoleError
from tests.harness.world import Caller

__all__ = ["authority", "azure"]

INFRA = Path(__file__).parents[2] / "infra" / "shared"
LATCH = Caller("latch", "88888888-8888-4888-8888-888888888888", "latch-app", "app")


async def test_without_a_role_everything_is_forbidden(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    stranger = azure.as_(LATCH)

    with pytest.raises(HttpResponseError) as refused:
        await stranger.accounts.get("rg-ai", "aoai")

    assert refused.value.status_code == 403
    assert refused.value.error is not None
    assert refused.value.error.code == "AuthorizationFailed"
    expected = (
        f"perform action 'Microsoft.CognitiveServices/accounts/read' over scope '{account.id}'"
    )
    assert expected in refused.value.message


async def test_a_role_covers_what_lies_below_its_scope_and_nothing_else(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")
    azure.seed.account("other", "rg-net")
    scope = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-ai"
    azure.roles.assign(LATCH.object_id, "Reader", scope)
    latch = azure.as_(LATCH)

    await latch.accounts.get("RG-AI", "aoai")
    with pytest.raises(HttpResponseError, match="AuthorizationFailed"):
        await latch.accounts.get("rg-net", "other")
    with pytest.raises(HttpResponseError, match="AuthorizationFailed"):
        await latch.accounts.begin_update("rg-ai", "aoai", {"tags": {}})
    azure.roles.remove(LATCH.object_id, "Reader", scope)
    with pytest.raises(HttpResponseError, match="AuthorizationFailed"):
        await latch.accounts.get("rg-ai", "aoai")


async def test_a_zone_group_needs_the_right_to_join_the_zone(azure: Azure) -> None:
    azure.private_account()
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-ai"
    azure.roles.assign(LATCH.object_id, "Network Contributor", group)
    latch = azure.as_(LATCH)
    zone = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-dns/providers/Microsoft.Network/privateDnsZones/{ZONE}"
    body = {
        "properties": {
            "privateDnsZoneConfigs": [{"name": "a", "properties": {"privateDnsZoneId": zone}}]
        }
    }

    with pytest.raises(HttpResponseError) as refused:
        await latch.zone_groups.begin_create_or_update("rg-ai", "pe-aoai", "default", body)

    assert refused.value.error is not None
    assert refused.value.error.code == "LinkedAuthorizationFailed"
    assert (
        "has permission to perform action 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups/write'"
        in (refused.value.message)
    )
    assert f"'Microsoft.Network/privateDnsZones/join/action' on the linked scope(s) '{zone}'" in (
        refused.value.message
    )


async def test_an_endpoint_needs_the_right_to_join_its_subnet_and_a_link_its_network(
    azure: Azure,
) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    azure.seed.zone(ZONE, "rg-dns")
    for group in ("rg-ai", "rg-dns"):
        scope = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}"
        azure.roles.assign(LATCH.object_id, "Contributor", scope)
    latch = azure.as_(LATCH)
    link = {"privateLinkServiceId": account.id, "groupIds": ["account"]}
    endpoint = {
        "location": "japaneast",
        "properties": {
            "subnet": {"id": azure.subnet_id},
            "privateLinkServiceConnections": [{"name": "conn", "properties": link}],
        },
    }
    to_network = {"location": "global", "properties": {"virtualNetwork": {"id": azure.network.id}}}

    with pytest.raises(HttpResponseError, match="virtualNetworks/subnets/join/action"):
        await latch.endpoints.begin_create_or_update("rg-ai", "pe", endpoint)
    with pytest.raises(HttpResponseError, match="virtualNetworks/join/action"):
        await latch.links.begin_create_or_update("rg-dns", ZONE, "link", to_network)


def test_the_shipped_roles_can_read_and_write_but_never_delete() -> None:
    files = (INFRA / "lockdown-role.json", INFRA / "network-role.json")
    roles = Roles.load(*files)
    scope = f"/subscriptions/{SUBSCRIPTION}"
    for role in ("Latch lockdown", "Latch network"):
        roles.assign(LATCH.object_id, role, scope)

    allowed = [
        action
        for action in (
            "Microsoft.CognitiveServices/accounts/write",
            "Microsoft.Network/privateEndpoints/write",
            "Microsoft.Network/privateDnsZones/A/write",
            "Microsoft.CognitiveServices/accounts/delete",
            "Microsoft.CognitiveServices/accounts/listKeys/action",
            "Microsoft.Network/privateDnsZones/delete",
        )
        if roles.allowed(LATCH, action, f"{scope}/resourceGroups/rg")
    ]

    assert allowed == [
        "Microsoft.CognitiveServices/accounts/write",
        "Microsoft.Network/privateEndpoints/write",
        "Microsoft.Network/privateDnsZones/A/write",
    ]


def test_an_unknown_role_cannot_be_assigned() -> None:
    with pytest.raises(RoleError, match="unknown role: Emperor"):
        Roles().assign("somebody", "Emperor", "/")


def test_a_contributor_writes_no_roles() -> None:
    roles = Roles()
    roles.assign(ROBIN.object_id, "Contributor", "/")

    assert roles.allowed(ROBIN, "Microsoft.Network/privateEndpoints/delete", "/subscriptions/s")
    assert not roles.allowed(
        ROBIN, "Microsoft.Authorization/roleAssignments/write", "/subscriptions/s"
    )
