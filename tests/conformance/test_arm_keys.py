"""Are the keys of an account listed, made anew and refused as Azure does it, and do they open the account?"""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from tests.conformance.arm_fixtures import ROBIN, SUBSCRIPTION, Azure, authority, azure
from tests.harness.data_plane import api_key
from tests.harness.world import Caller

__all__ = ["authority", "azure"]

KIM = Caller("Kim Example", "55555555-5555-4555-8555-555555555555", "kim", "user")


def accounts(azure: Azure) -> Any:
    return azure.robin.accounts


async def test_the_keys_are_those_that_open_the_account(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai")

    keys = await accounts(azure).list_keys("rg-ai", "aoai")

    assert keys.key1 == api_key(account)
    assert keys.key1 != keys.key2


async def test_one_key_is_made_anew_and_the_other_stays(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")
    before = await accounts(azure).list_keys("rg-ai", "aoai")

    made = await accounts(azure).regenerate_key("rg-ai", "aoai", key_name="Key1")
    after = await accounts(azure).list_keys("rg-ai", "aoai")

    assert made.key1 != before.key1
    assert (after.key1, after.key2) == (made.key1, before.key2)


async def test_listing_keys_is_an_action_on_the_account_in_the_events(azure: Azure) -> None:
    account = azure.seed.account("Aoai", "rg-ai")

    await accounts(azure).list_keys("rg-ai", "aoai")
    await accounts(azure).regenerate_key("rg-ai", "aoai", key_name="Key2")

    listed, made = azure.changes
    assert (listed.kind, listed.outcome, listed.method) == ("Action", "Success", "POST")
    assert listed.operation == "Microsoft.CognitiveServices/accounts/listKeys/action"
    assert made.operation == "Microsoft.CognitiveServices/accounts/regenerateKey/action"
    assert {listed.resource_id, made.resource_id} == {account.id}
    assert listed.caller == ROBIN


async def test_without_local_authentication_there_are_no_keys_to_list(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai", properties={"disableLocalAuth": True})

    with pytest.raises(HttpResponseError) as refused:
        await accounts(azure).list_keys("rg-ai", "aoai")
    with pytest.raises(HttpResponseError, match="disableLocalAuth is set to be true"):
        await accounts(azure).regenerate_key("rg-ai", "aoai", key_name="Key1")

    assert refused.value.status_code == 400
    assert "Failed to list key. disableLocalAuth is set to be true" in refused.value.message
    assert {change.outcome for change in azure.changes} == {"Failure"}


async def test_who_may_only_read_lists_no_keys(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")
    azure.roles.assign(KIM.object_id, "Reader", f"/subscriptions/{SUBSCRIPTION}")

    with pytest.raises(HttpResponseError, match="accounts/listKeys/action"):
        await azure.as_(KIM).accounts.list_keys("rg-ai", "aoai")
