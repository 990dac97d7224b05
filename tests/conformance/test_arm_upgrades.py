"""What becomes of an account that is upgraded to AIServices, and of one that is deleted and restored?"""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError

from tests.conformance.arm_fixtures import Azure, Path, authority, azure
from tests.harness.physics.interfaces import Lead
from tests.harness.world import Json

__all__ = ["authority", "azure"]

UPGRADE: Json = {"kind": "AIServices", "properties": {"allowProjectManagement": True}}
RESTORE: Json = {"location": "eastus", "properties": {"restore": True}}


def code_of(error: pytest.ExceptionInfo[HttpResponseError]) -> str | None:
    assert error.value.error is not None
    return error.value.error.code


def leads(azure: Azure, path: Path) -> list[Lead]:
    return list(azure.physics.interfaces.leads(path.endpoint))


async def upgrade(azure: Azure) -> Any:
    return await azure.finish(azure.robin.accounts.begin_update("rg-ai", "aoai", UPGRADE))


async def test_an_upgrade_brings_members_and_zones_and_keeps_the_rest(azure: Azure) -> None:
    azure.private_account()

    account = await upgrade(azure)
    resources = await azure.robin.link_resources.list("rg-ai", "aoai")

    assert account.kind == "AIServices"
    assert account.properties.public_network_access == "Disabled"
    assert len(account.properties.private_endpoint_connections) == 1
    assert account.properties.endpoint == "https://aoai.cognitiveservices.azure.com/"
    assert resources.value[0].properties.required_members == ["default", "secondary", "third"]
    assert len(resources.value[0].properties.required_zone_names) == 3


@pytest.mark.parametrize(
    ("grows", "expected"),
    [
        pytest.param(False, ["aoai.openai.azure.com"], id="it keeps its member"),
        pytest.param(
            True,
            [
                "aoai.cognitiveservices.azure.com",
                "aoai.openai.azure.com",
                "aoai.services.ai.azure.com",
            ],
            id="it gains two",
        ),
    ],
)
async def test_whether_an_endpoint_grows_with_its_account_is_a_switch(
    azure: Azure, *, grows: bool, expected: list[str]
) -> None:
    path = azure.private_account()
    azure.world.switches.upgrade_grows_endpoints = grows

    await upgrade(azure)

    assert [lead.fqdn for lead in leads(azure, path)] == expected


async def test_a_grown_endpoint_leads_the_old_name_to_its_new_address(azure: Azure) -> None:
    path = azure.private_account()
    azure.world.switches.upgrade_grows_endpoints = True

    await upgrade(azure)

    record = await azure.robin.records.get("rg-dns", path.zone.name, "A", "aoai")
    (lead,) = [lead for lead in leads(azure, path) if lead.fqdn == "aoai.openai.azure.com"]
    assert [r.ipv4_address for r in record.properties.a_records] == [lead.address]


async def test_an_upgrade_can_be_rolled_back_and_nothing_else_changes_its_kind(
    azure: Azure,
) -> None:
    azure.private_account()
    azure.seed.account("form", "rg-ai", kind="FormRecognizer")
    azure.seed.account("born", "rg-ai", kind="AIServices")
    await upgrade(azure)

    back = await azure.finish(
        azure.robin.accounts.begin_update("rg-ai", "aoai", {"kind": "OpenAI"})
    )
    with pytest.raises(HttpResponseError) as other:
        await azure.robin.accounts.begin_update("rg-ai", "form", {"kind": "AIServices"})
    with pytest.raises(HttpResponseError) as born:
        await azure.robin.accounts.begin_update("rg-ai", "born", {"kind": "OpenAI"})
    with pytest.raises(HttpResponseError) as unknown:
        await azure.robin.accounts.begin_update("rg-ai", "form", {"kind": "Skynet"})

    assert back.kind == "OpenAI"
    assert code_of(other) == code_of(born) == "AccountKindCannotBeChanged"
    assert code_of(unknown) == "InvalidApiSetId"


@pytest.mark.parametrize(
    ("keeps", "access", "acls"),
    [
        pytest.param(True, "Disabled", "Deny", id="as it was"),
        pytest.param(False, "Enabled", None, id="as a new one"),
    ],
)
async def test_what_a_restored_account_keeps_of_its_network_is_a_switch(
    azure: Azure, *, keeps: bool, access: str, acls: str | None
) -> None:
    azure.private_account()
    azure.world.switches.restore_keeps_network = keeps
    await azure.finish(azure.robin.accounts.begin_delete("rg-ai", "aoai"))

    restored = await azure.finish(azure.robin.accounts.begin_create("rg-ai", "aoai", RESTORE))
    endpoint = await azure.robin.endpoints.get("rg-ai", "pe-aoai")

    rules = restored.properties.network_acls
    assert restored.kind == "OpenAI"
    assert restored.properties.public_network_access == access
    assert (rules and rules.default_action) == acls
    assert restored.properties.private_endpoint_connections == []
    (link,) = endpoint.properties.private_link_service_connections
    assert link.properties.private_link_service_connection_state.status == "Disconnected"


async def test_a_restored_account_keeps_its_keys(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")
    keys = await azure.robin.accounts.regenerate_key("rg-ai", "aoai", key_name="Key1")
    await azure.finish(azure.robin.accounts.begin_delete("rg-ai", "aoai"))

    await azure.finish(azure.robin.accounts.begin_create("rg-ai", "aoai", RESTORE))

    assert (await azure.robin.accounts.list_keys("rg-ai", "aoai")).key1 == keys.key1


async def test_what_was_never_deleted_or_is_purged_cannot_be_restored(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")
    await azure.finish(azure.robin.accounts.begin_delete("rg-ai", "aoai"))
    with pytest.raises(ResourceExistsError) as flagged:
        await azure.robin.accounts.begin_create(
            "rg-ai", "aoai", {"location": "eastus", "kind": "OpenAI", "sku": {"name": "S0"}}
        )
    await azure.finish(
        azure.robin.cognitive.deleted_accounts.begin_purge("eastus", "rg-ai", "aoai")
    )

    with pytest.raises(HttpResponseError) as nothing:
        await azure.robin.accounts.begin_create("rg-ai", "aoai", RESTORE)

    assert code_of(flagged) == "FlagMustBeSetForRestore"
    assert code_of(nothing) == "CanNotRestoreANonExistingResource"
