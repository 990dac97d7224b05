"""What goes when a resource group is deleted, and what keeps it? Raw requests: their SDK is no dependency here."""

from collections.abc import Mapping

import pytest

from tests.conformance.arm_fixtures import SUBSCRIPTION, Azure, authority, azure
from tests.harness.world import Json

__all__ = ["authority", "azure"]

VERSION = "api-version=2021-04-01"


def path_of(group: str) -> str:
    return f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}?{VERSION}"


async def deleted(azure: Azure, group: str) -> tuple[int, Json, Mapping[str, str]]:
    """The answer of the operation at its end."""
    status, _, headers = await azure.raw("DELETE", path_of(group))
    assert status == 202
    poll = headers["Location"].removeprefix(azure.door.url)
    running = await azure.raw("GET", poll)
    assert running[0] == 202
    await azure.clock.advance(61)
    return await azure.raw("GET", poll)


async def test_a_group_goes_with_all_that_is_in_it(azure: Azure) -> None:
    path = azure.private_account()
    azure.seed.deployment(path.account, "chat")
    record = f"{path.zone.id}/A/aoai"

    ended = await deleted(azure, "rg-ai")
    listed = [a.name async for a in azure.robin.cognitive.deleted_accounts.list()]

    assert ended[:2] == (200, {})
    assert azure.world.get(path.account.id) is None
    assert azure.world.get(path.endpoint.id) is None
    assert azure.world.get(path.group.id) is None
    assert azure.world.get(record) is None
    assert azure.world.get(path.zone.id) is not None
    assert azure.physics.addresses.used(azure.subnet_id) == set()
    assert listed == ["aoai"]
    assert (await azure.raw("GET", path_of("rg-ai")))[0] == 404


async def test_a_group_of_zones_goes_with_links_and_records(azure: Azure) -> None:
    path = azure.private_account()

    await deleted(azure, "rg-dns")

    assert azure.world.get(path.zone.id) is None
    assert azure.world.get(path.link.id) is None
    assert azure.world.get(path.endpoint.id) is not None


async def test_a_network_in_use_from_elsewhere_keeps_its_group(azure: Azure) -> None:
    azure.private_account()
    guard = azure.seed.network_security_group("nsg", "rg-net")

    ended = await deleted(azure, "rg-net")

    assert ended[0] == 409
    assert ended[1]["error"]["code"] == "ResourceGroupDeletionBlocked"
    assert "Microsoft.Network/virtualNetworks/vnet" in ended[1]["error"]["message"]
    assert "InUseSubnetCannotBeDeleted" in ended[1]["error"]["details"][0]["message"]
    assert azure.world.get(azure.network.id) is not None
    assert azure.world.get(guard.id) is None
    group = await azure.raw("GET", path_of("rg-net"))
    assert group[1]["properties"] == {"provisioningState": "Succeeded"}


async def test_a_locked_resource_keeps_its_group(azure: Azure) -> None:
    path = azure.private_account()
    azure.seed.lock(path.account)

    answer = await azure.raw("DELETE", path_of("rg-ai"))

    assert (answer[0], answer[1]["error"]["code"]) == (409, "ScopeLocked")
    assert f"are locked: '{path.account.id}'" in answer[1]["error"]["message"]


@pytest.mark.parametrize(
    ("announces", "expected"),
    [
        pytest.param(False, ["Microsoft.Resources/subscriptions/resourceGroups/delete"], id="no"),
        pytest.param(
            True,
            [
                "Microsoft.CognitiveServices/accounts/delete",
                "Microsoft.CognitiveServices/accounts/privateEndpointConnections/delete",
                "Microsoft.Network/networkInterfaces/delete",
                "Microsoft.Network/privateEndpoints/delete",
                "Microsoft.Network/privateEndpoints/privateDnsZoneGroups/delete",
                "Microsoft.Resources/subscriptions/resourceGroups/delete",
            ],
            id="one for each",
        ),
    ],
)
async def test_whether_what_goes_with_a_group_is_announced_is_a_switch(
    azure: Azure, *, announces: bool, expected: list[str]
) -> None:
    azure.private_account()
    azure.world.switches.group_delete_announces = announces

    await deleted(azure, "rg-ai")

    assert sorted(change.operation for change in azure.changes) == expected
    assert {change.outcome for change in azure.changes} == {"Success"}


async def test_a_group_that_is_not_there_is_not_deleted(azure: Azure) -> None:
    answer = await azure.raw("DELETE", path_of("rg-gone"))

    assert (answer[0], answer[1]["error"]["code"]) == (404, "ResourceGroupNotFound")
