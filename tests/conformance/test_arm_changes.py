"""What does the world hear of a write, when, and of whom?"""

from typing import Any, Literal

import pytest
from azure.core.exceptions import HttpResponseError

from tests.conformance.arm_fixtures import ROBIN, ZONE, Azure, authority, azure

__all__ = ["authority", "azure"]

CLOSE: Any = {"properties": {"publicNetworkAccess": "Disabled"}}


async def test_a_change_says_who_did_what_to_which_resource(azure: Azure) -> None:
    account = azure.seed.account("Aoai", "rg-ai", public=True)

    await azure.finish(azure.robin.accounts.begin_update("rg-ai", "aoai", CLOSE))

    (change,) = azure.changes
    assert (change.kind, change.outcome) == ("Write", "Success")
    assert change.resource_id == account.id
    assert change.operation == "Microsoft.CognitiveServices/accounts/write"
    assert change.caller == ROBIN
    assert change.method == "PATCH"
    assert change.url.startswith("https://management.azure.com/subscriptions/")


@pytest.mark.parametrize(
    ("publish", "at_once", "later"),
    [
        pytest.param("succeeded", 0, 1, id="when the operation ends"),
        pytest.param("accepted", 1, 1, id="when it is accepted"),
    ],
)
async def test_when_a_long_write_is_published_is_a_switch(
    azure: Azure, publish: Literal["succeeded", "accepted"], at_once: int, later: int
) -> None:
    azure.seed.account("aoai", "rg-ai", public=True)
    azure.world.switches.publish = publish

    await azure.robin.accounts.begin_update("rg-ai", "aoai", CLOSE, polling=False)
    counts = [len(azure.changes)]
    await azure.clock.advance(32)
    counts.append(len(azure.changes))

    assert counts == [at_once, later]


async def test_operations_are_spelled_as_azure_spells_its_rights(azure: Azure) -> None:
    path = azure.private_account()
    base = path.zone.id.replace("privateDnsZones", "PRIVATEDNSZONES")
    record = {"properties": {"ttl": 10, "aRecords": [{"ipv4Address": "10.0.0.9"}]}}

    await azure.raw("PUT", f"{base}/a/aoai?api-version=2024-06-01", json=record)
    await azure.robin.records.delete("rg-dns", ZONE, "A", "aoai")
    await azure.finish(azure.robin.links.begin_delete("rg-dns", ZONE, path.link.name))
    await azure.finish(azure.robin.zone_groups.begin_delete("rg-ai", "pe-aoai", "default"))
    await azure.finish(azure.robin.endpoints.begin_delete("rg-ai", "pe-aoai"))

    assert [change.operation for change in azure.changes] == [
        "Microsoft.Network/privateDnsZones/A/write",
        "Microsoft.Network/privateDnsZones/A/delete",
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks/delete",
        "Microsoft.Network/privateEndpoints/privateDnsZoneGroups/delete",
        "Microsoft.Network/privateEndpoints/delete",
    ]
    assert azure.changes[0].resource_id == f"{path.zone.id}/A/aoai"


async def test_what_the_platform_does_by_itself_is_not_announced(azure: Azure) -> None:
    path = azure.private_account()
    body = path.group.body

    await azure.finish(
        azure.robin.zone_groups.begin_create_or_update("rg-ai", "pe-aoai", "default", body)
    )

    assert [change.resource_id for change in azure.changes] == [path.group.id]


async def test_a_failed_operation_is_announced_as_a_failure(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai", public=True)
    azure.world.switches.busy_account_fails_endpoint = "operation"
    await azure.robin.accounts.begin_update("rg-ai", "aoai", {"tags": {}}, polling=False)
    link = {"privateLinkServiceId": account.id, "groupIds": ["account"]}
    body = {
        "location": "japaneast",
        "properties": {
            "subnet": {"id": azure.subnet_id},
            "privateLinkServiceConnections": [{"name": "conn", "properties": link}],
        },
    }

    with pytest.raises(HttpResponseError):
        await azure.finish(azure.robin.endpoints.begin_create_or_update("rg-ai", "pe", body))

    failed = [change for change in azure.changes if change.outcome == "Failure"]
    assert [change.operation for change in failed] == ["Microsoft.Network/privateEndpoints/write"]


async def test_reading_and_deleting_nothing_is_not_announced(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")

    await azure.robin.accounts.get("rg-ai", "aoai")
    await azure.finish(azure.robin.accounts.begin_delete("rg-ai", "nobody"))
    await azure.robin.cognitive.check_domain_availability(
        "x-y", "Microsoft.CognitiveServices/accounts"
    )

    assert azure.changes == []


async def test_a_refused_caller_is_in_the_journal_and_nowhere_else(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    azure.roles.remove(ROBIN.object_id, "Owner", account.id.partition("/resourceGroups")[0])

    await azure.raw("DELETE", f"{account.id}?api-version=2025-09-01")

    (entry,) = azure.requests()
    assert (entry.principal, entry.method, entry.id) == ("Robin Example", "DELETE", account.id)
    assert (entry.status, entry.code) == (403, "AuthorizationFailed")
    assert azure.changes == []


async def test_a_list_is_journaled_under_its_collection(azure: Azure) -> None:
    _ = [account async for account in azure.robin.accounts.list_by_resource_group("rg-ai")]

    (entry,) = azure.requests()
    assert entry.id.endswith("/resourceGroups/rg-ai/providers/Microsoft.CognitiveServices/accounts")
    assert entry.to_json()["status"] == 200
