"""Is an account, seen through Microsoft's own client, what Azure's recordings show?"""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.mgmt.cognitiveservices.models import (
    Account,
    AccountProperties,
    Identity,
    NetworkRuleSet,
    Sku,
)

from tests.conformance.arm_fixtures import Azure, authority, azure

__all__ = ["authority", "azure"]

CLOSE = Account(
    properties=AccountProperties(
        public_network_access="Disabled",
        network_acls=NetworkRuleSet(
            default_action="Deny", bypass="None", ip_rules=[], virtual_network_rules=[]
        ),
    )
)


def new_account(**properties: Any) -> Account:
    return Account(
        kind="OpenAI",
        location="East US",
        sku=Sku(name="S0"),
        tags={"env": "dev"},
        identity=Identity(type="SystemAssigned"),
        properties=AccountProperties(**properties),
    )


async def test_a_patch_shows_the_new_values_at_once_in_state_accepted(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai", public=True)

    poller = await azure.robin.accounts.begin_update("rg-ai", "aoai", CLOSE, polling=False)
    account = await poller.result()

    assert account.properties.provisioning_state == "Accepted"
    assert account.properties.public_network_access == "Disabled"
    assert account.properties.network_acls.default_action == "Deny"
    assert azure.physics.in_flight() == 1


async def test_a_patch_settles_after_31_seconds_and_moves_the_etag_twice(azure: Azure) -> None:
    before = azure.seed.account("aoai", "rg-ai", public=True).body["etag"]

    await azure.robin.accounts.begin_update("rg-ai", "aoai", CLOSE, polling=False)
    accepted = await azure.robin.accounts.get("rg-ai", "aoai")
    await azure.clock.advance(30)
    still = await azure.robin.accounts.get("rg-ai", "aoai")
    await azure.clock.advance(2)
    settled = await azure.robin.accounts.get("rg-ai", "aoai")

    assert still.properties.provisioning_state == "Accepted"
    assert settled.properties.provisioning_state == "Succeeded"
    assert len({before, accepted.etag, settled.etag}) == 3


async def test_the_poller_follows_the_operation_to_its_end(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai", public=True)

    account = await azure.finish(azure.robin.accounts.begin_update("rg-ai", "aoai", CLOSE))

    assert account.properties.provisioning_state == "Succeeded"
    polled = [entry.id for entry in azure.requests() if "operationResults" in entry.id]
    assert "/locations/EASTUS/operationResults/" in polled[0]


async def test_a_patch_carries_no_retry_after(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai", public=True)
    seen: list[Any] = []

    await azure.robin.accounts.begin_update(
        "rg-ai", "aoai", CLOSE, polling=False, raw_response_hook=seen.append
    )

    response = seen[0].http_response
    assert response.status_code == 202
    assert "Retry-After" not in response.headers
    assert "operationResultResponseType=Location" in response.headers["Location"]
    assert response.headers["Azure-AsyncOperation"].startswith(azure.door.url)


async def test_an_account_made_without_the_property_is_open_and_has_no_acls(azure: Azure) -> None:
    account = await azure.finish(
        azure.robin.accounts.begin_create(
            "rg-ai", "fresh", new_account(custom_sub_domain_name="fresh")
        )
    )

    assert account.properties.public_network_access == "Enabled"
    assert account.properties.network_acls is None
    assert account.properties.endpoint == "https://fresh.openai.azure.com/"
    assert account.location == "eastus"
    assert account.identity.principal_id
    assert account.system_data.created_by == "Robin Example"


async def test_an_account_without_a_subdomain_is_reached_under_its_region(azure: Azure) -> None:
    azure.seed.account("plain", "rg-ai", public=True, subdomain=None)

    account = await azure.robin.accounts.get("rg-ai", "plain")

    assert account.properties.endpoint == "https://eastus.api.cognitive.microsoft.com/"
    assert account.properties.custom_sub_domain_name is None


async def test_a_put_drops_what_it_leaves_out(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai", properties={"disableLocalAuth": True})

    account = await azure.finish(
        azure.robin.accounts.begin_create(
            "rg-ai", "aoai", new_account(custom_sub_domain_name="aoai")
        )
    )

    assert account.properties.public_network_access == "Enabled"
    assert account.properties.network_acls is None
    assert account.properties.disable_local_auth is None


async def test_a_put_without_the_subdomain_is_refused(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")

    with pytest.raises(HttpResponseError) as refused:
        await azure.robin.accounts.begin_create("rg-ai", "aoai", new_account())

    assert refused.value.error is not None
    assert refused.value.error.code == "UpdatingCustomDomainNotAllowed"


@pytest.mark.parametrize(
    ("merges", "expected"),
    [
        pytest.param(False, [], id="an omitted part of networkAcls is reset"),
        pytest.param(True, ["203.0.113.7"], id="an omitted part of networkAcls is kept"),
    ],
)
async def test_what_a_partial_patch_of_the_acls_does_is_a_switch(
    azure: Azure, *, merges: bool, expected: list[str]
) -> None:
    acls = {"defaultAction": "Deny", "ipRules": [{"value": "203.0.113.7"}]}
    azure.seed.account("aoai", "rg-ai", public=True, properties={"networkAcls": acls})
    azure.world.switches.acls_merge = merges

    patch = Account(
        properties=AccountProperties(network_acls=NetworkRuleSet(default_action="Deny"))
    )
    await azure.robin.accounts.begin_update("rg-ai", "aoai", patch, polling=False)
    account = await azure.robin.accounts.get("rg-ai", "aoai")

    assert [rule.value for rule in account.properties.network_acls.ip_rules] == expected


async def test_null_can_be_stored_and_is_shown(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai", properties={"publicNetworkAccess": None})

    account = await azure.robin.accounts.get("rg-ai", "aoai")

    assert account.properties.public_network_access is None


async def test_a_busy_account_refuses_a_second_write(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai", public=True)
    await azure.robin.accounts.begin_update("rg-ai", "aoai", CLOSE, polling=False)

    with pytest.raises(ResourceExistsError) as refused:
        await azure.robin.accounts.begin_update("rg-ai", "aoai", CLOSE, polling=False)

    assert refused.value.error is not None
    assert refused.value.error.code == "RequestConflict"


async def test_a_busy_account_takes_a_second_write_when_switched(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai", public=True)
    azure.world.switches.busy_account_conflicts = False
    await azure.robin.accounts.begin_update("rg-ai", "aoai", CLOSE, polling=False)

    await azure.robin.accounts.begin_update("rg-ai", "aoai", CLOSE, polling=False)

    assert [entry.status for entry in azure.requests()] == [202, 202]


async def test_two_writes_settle_with_the_later_one(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai", public=True)
    azure.world.switches.busy_account_conflicts = False
    await azure.robin.accounts.begin_update("rg-ai", "aoai", CLOSE, polling=False)
    await azure.clock.advance(20)
    await azure.robin.accounts.begin_update("rg-ai", "aoai", CLOSE, polling=False)

    await azure.clock.advance(12)
    states = [(await azure.robin.accounts.get("rg-ai", "aoai")).properties.provisioning_state]
    await azure.clock.advance(20)
    states.append((await azure.robin.accounts.get("rg-ai", "aoai")).properties.provisioning_state)

    assert states == ["Accepted", "Succeeded"]


@pytest.mark.parametrize(
    ("rule", "accepted"),
    [
        pytest.param("203.0.113.0/24", True, id="a public range"),
        pytest.param("203.0.113.9", True, id="a public address"),
        pytest.param("10.1.0.0/16", False, id="a private range"),
        pytest.param("203.0.113.9/32", False, id="a range of one"),
        pytest.param("2001:db8::/32", False, id="IPv6"),
        pytest.param("somewhere", False, id="no range at all"),
    ],
)
async def test_which_ip_rules_are_accepted(azure: Azure, rule: str, *, accepted: bool) -> None:
    azure.seed.account("aoai", "rg-ai")
    patch = {"properties": {"networkAcls": {"ipRules": [{"value": rule}]}}}

    taken = True
    try:
        await azure.robin.accounts.begin_update("rg-ai", "aoai", patch, polling=False)
    except HttpResponseError:
        taken = False

    assert taken is accepted


async def test_acls_need_a_subdomain(azure: Azure) -> None:
    azure.seed.account("plain", "rg-ai", public=True, subdomain=None)

    with pytest.raises(HttpResponseError, match="needs a custom subdomain"):
        await azure.robin.accounts.begin_update("rg-ai", "plain", CLOSE, polling=False)


@pytest.mark.parametrize(
    ("kind", "members", "zones"),
    [
        pytest.param("OpenAI", ["default"], ["privatelink.openai.azure.com"], id="OpenAI"),
        pytest.param(
            "AIServices",
            ["default", "secondary", "third"],
            [
                "privatelink.cognitiveservices.azure.com",
                "privatelink.openai.azure.com",
                "privatelink.services.ai.azure.com",
            ],
            id="AIServices",
        ),
        pytest.param(
            "FormRecognizer",
            ["default"],
            ["privatelink.cognitiveservices.azure.com"],
            id="FormRecognizer, as recorded",
        ),
    ],
)
async def test_private_link_resources_say_members_and_zones(
    azure: Azure, kind: str, members: list[str], zones: list[str]
) -> None:
    azure.seed.account("acc", "rg-ai", kind=kind)

    listed = await azure.robin.link_resources.list("rg-ai", "acc")

    properties = listed.value[0].properties
    assert properties.group_id == "account"
    assert properties.required_members == members
    assert properties.required_zone_names == zones


async def test_accounts_are_listed_by_subscription_and_by_group(azure: Azure) -> None:
    azure.seed.account("one", "rg-ai")
    azure.seed.account("two", "rg-net")

    everywhere = [account.name async for account in azure.robin.accounts.list()]
    here = [account.name async for account in azure.robin.accounts.list_by_resource_group("rg-ai")]

    assert everywhere == ["one", "two"]
    assert here == ["one"]


async def test_a_name_is_found_in_any_case_and_shown_as_it_was_given(azure: Azure) -> None:
    azure.seed.account("Aoai-Prod", "rg-ai")

    account = await azure.robin.accounts.get("RG-AI", "aoai-prod")

    assert account.id.endswith(
        "/resourceGroups/rg-ai/providers/Microsoft.CognitiveServices/accounts/Aoai-Prod"
    )


async def test_an_absent_account_is_not_found_in_arms_words(azure: Azure) -> None:
    with pytest.raises(ResourceNotFoundError) as absent:
        await azure.robin.accounts.get("rg-ai", "nobody")

    assert absent.value.error is not None
    assert absent.value.error.code == "ResourceNotFound"
    assert "'Microsoft.CognitiveServices/accounts/nobody'" in absent.value.message


async def test_a_deleted_account_keeps_its_name_for_48_hours(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")
    await azure.finish(azure.robin.accounts.begin_delete("rg-ai", "aoai"))

    with pytest.raises(ResourceExistsError) as must_restore:
        await azure.robin.accounts.begin_create("rg-ai", "aoai", new_account())
    with pytest.raises(ResourceExistsError) as taken:
        await azure.robin.accounts.begin_create(
            "rg-net", "aoai", new_account(custom_sub_domain_name="aoai")
        )
    deleted = [account.name async for account in azure.robin.cognitive.deleted_accounts.list()]
    await azure.clock.advance(48 * 3600 + 1)
    later = [account.name async for account in azure.robin.cognitive.deleted_accounts.list()]

    assert must_restore.value.error is not None
    assert must_restore.value.error.code == "FlagMustBeSetForRestore"
    assert taken.value.error is not None
    assert taken.value.error.code == "CustomDomainInUse"
    assert (deleted, later) == (["aoai"], [])


async def test_a_deleted_account_can_be_restored(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")
    await azure.finish(azure.robin.accounts.begin_delete("rg-ai", "aoai"))

    restored = await azure.finish(
        azure.robin.accounts.begin_create("rg-ai", "aoai", new_account(restore=True))
    )

    assert restored.properties.custom_sub_domain_name == "aoai"
    assert restored.properties.public_network_access == "Disabled"
    assert restored.properties.private_endpoint_connections == []


async def test_a_purged_account_frees_its_name(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")
    await azure.finish(azure.robin.accounts.begin_delete("rg-ai", "aoai"))
    taken = await azure.robin.cognitive.check_domain_availability(
        "aoai", "Microsoft.CognitiveServices/accounts", kind="OpenAI"
    )

    await azure.finish(
        azure.robin.cognitive.deleted_accounts.begin_purge("eastus", "rg-ai", "aoai")
    )
    free = await azure.robin.cognitive.check_domain_availability(
        "aoai", "Microsoft.CognitiveServices/accounts", kind="OpenAI"
    )

    assert (taken.is_subdomain_available, free.is_subdomain_available) == (False, True)


async def test_deleting_what_is_absent_succeeds(azure: Azure) -> None:
    await azure.finish(azure.robin.accounts.begin_delete("rg-ai", "nobody"))

    assert [entry.status for entry in azure.requests()] == [204]
