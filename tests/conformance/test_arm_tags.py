"""Are tags written, on the resource and apart from it, as ARM does it?"""

import pytest

from tests.conformance.arm_fixtures import SUBSCRIPTION, Azure, authority, azure
from tests.harness.world import Json

__all__ = ["authority", "azure"]

TAGS = "providers/Microsoft.Resources/tags"
VERSION = "api-version=2021-04-01"


async def test_a_patch_of_the_account_replaces_its_tags(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai", tags={"env": "prod", "latch": "on"})

    account = await azure.finish(
        azure.robin.accounts.begin_update("rg-ai", "aoai", {"tags": {"env": "prod"}})
    )

    assert account.tags == {"env": "prod"}
    assert [change.operation for change in azure.changes] == [
        "Microsoft.CognitiveServices/accounts/write"
    ]


@pytest.mark.parametrize(
    ("operation", "given", "expected"),
    [
        pytest.param("Merge", {"b": "2"}, {"a": "1", "b": "2"}, id="merge"),
        pytest.param("Replace", {"b": "2"}, {"b": "2"}, id="replace"),
        pytest.param("Delete", {"a": "1"}, {}, id="delete by name and value"),
        pytest.param("Delete", {"a": "9"}, {"a": "1"}, id="another value stays"),
    ],
)
async def test_tags_are_patched_apart_from_their_resource(
    azure: Azure, operation: str, given: Json, expected: Json
) -> None:
    account = azure.seed.account("aoai", "rg-ai", tags={"a": "1"})
    path = f"{account.id}/{TAGS}/default?{VERSION}"
    body = {"operation": operation, "properties": {"tags": given}}

    answer = await azure.raw("PATCH", path, json=body)
    shown = await azure.robin.accounts.get("rg-ai", "aoai")

    assert answer[:2] == (
        200,
        {
            "id": f"{account.id}/{TAGS}/default",
            "name": "default",
            "type": "Microsoft.Resources/tags",
            "properties": {"tags": expected},
        },
    )
    assert shown.tags == expected
    assert shown.properties.provisioning_state == "Succeeded"
    (change,) = azure.changes
    assert (change.operation, change.kind) == ("Microsoft.Resources/tags/write", "Write")
    assert change.resource_id == f"{account.id}/{TAGS}/default"


async def test_tags_are_put_read_and_deleted_as_a_whole(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai", tags={"a": "1"})
    path = f"{account.id}/{TAGS}/default?{VERSION}"

    await azure.raw("PUT", path, json={"properties": {"tags": {"b": "2"}}})
    read = await azure.raw("GET", path)
    await azure.raw("DELETE", path)

    assert read[1]["properties"] == {"tags": {"b": "2"}}
    assert (await azure.robin.accounts.get("rg-ai", "aoai")).tags == {}


async def test_a_group_has_tags_and_a_subscription_is_not_emulated(azure: Azure) -> None:
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-ai"
    body = {"properties": {"tags": {"a": "1"}}}

    on_group = await azure.raw("PUT", f"{group}/{TAGS}/default?{VERSION}", json=body)
    on_all = await azure.raw("GET", f"/subscriptions/{SUBSCRIPTION}/{TAGS}/default?{VERSION}")
    patched = await azure.raw("PATCH", f"{group}?{VERSION}", json={"tags": {"c": "3"}})

    assert on_group[0] == 200
    assert (on_all[0], on_all[1]["error"]["code"]) == (501, "NotEmulated")
    assert patched[1]["tags"] == {"c": "3"}
