"""Which network rules, outbound settings and kinds does an account take, and what becomes of them?"""

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.cognitiveservices.models import Account, AccountProperties, Sku

from tests.conformance.arm_fixtures import SUBSCRIPTION, Azure, authority, azure
from tests.harness.world import Caller, Json, Resource

__all__ = ["authority", "azure"]

KIM = Caller("Kim Example", "55555555-5555-4555-8555-555555555555", "kim", "user")
ABROAD = "99999999-0000-4000-8000-000000000000"
SERVICE = "Microsoft.CognitiveServices"


def ruled(*rules: Json) -> Json:
    acls = {"defaultAction": "Deny", "ipRules": [], "virtualNetworkRules": list(rules)}
    return {"properties": {"networkAcls": acls}}


def addressed(*values: str) -> Json:
    acls = {"defaultAction": "Deny", "ipRules": [{"value": value} for value in values]}
    return {"properties": {"networkAcls": acls}}


def code_of(error: pytest.ExceptionInfo[HttpResponseError]) -> str | None:
    assert error.value.error is not None
    return error.value.error.code


def serving(azure: Azure) -> Resource:
    return azure.seed.virtual_network(
        "apps",
        "rg-net",
        prefix="10.5.0.0/16",
        subnets={"snet-apps": "10.5.0.0/24"},
        services={"snet-apps": [SERVICE]},
    )


async def test_a_hundred_addresses_are_the_most(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")
    many = [f"203.0.113.{n}" for n in range(100)]

    await azure.robin.accounts.begin_update("rg-ai", "aoai", addressed(*many), polling=False)
    await azure.clock.advance(32)
    with pytest.raises(HttpResponseError, match="at most 100 rules"):
        await azure.robin.accounts.begin_update("rg-ai", "aoai", addressed(*many, "203.0.113.200"))


@pytest.mark.parametrize(
    "value", ["203.0.113.0/31", "203.0.113.8/32", "172.16.0.0/12", "192.168.1.4"]
)
async def test_small_ranges_and_private_ones_are_refused(azure: Azure, value: str) -> None:
    azure.seed.account("aoai", "rg-ai")

    with pytest.raises(HttpResponseError) as refused:
        await azure.robin.accounts.begin_update("rg-ai", "aoai", addressed(value))

    assert code_of(refused) == "InvalidRequestContent"


@pytest.mark.parametrize("accepted", [True, False], ids=["accepted", "refused"])
async def test_whether_a_rule_for_everybody_is_accepted_is_a_switch(
    azure: Azure, *, accepted: bool
) -> None:
    azure.seed.account("aoai", "rg-ai")
    azure.world.switches.everywhere_rule_accepted = accepted

    taken = True
    try:
        await azure.robin.accounts.begin_update(
            "rg-ai", "aoai", addressed("0.0.0.0/0"), polling=False
        )
    except HttpResponseError:
        taken = False

    assert taken is accepted


async def test_a_subnet_needs_the_service_endpoint_unless_that_is_ignored(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")
    network = serving(azure)
    update = azure.robin.accounts.begin_update

    with pytest.raises(HttpResponseError) as missing:
        await update("rg-ai", "aoai", ruled({"id": azure.subnet_id}))
    with pytest.raises(HttpResponseError) as absent:
        await update("rg-ai", "aoai", ruled({"id": f"{azure.subnet_id}-gone"}))
    account = await azure.finish(
        update(
            "rg-ai",
            "aoai",
            ruled(
                {"id": azure.subnet_id, "ignoreMissingVnetServiceEndpoint": True},
                {"id": f"{network.id}/subnets/snet-apps"},
                {
                    "id": f"/subscriptions/{ABROAD}/resourceGroups/rg/providers/Microsoft.Network"
                    "/virtualNetworks/theirs/subnets/theirs"
                },
            ),
        )
    )

    assert code_of(missing) == "SubnetsHaveNoServiceEndpointsConfigured"
    assert code_of(absent) == "InvalidRequestContent"
    assert len(account.properties.network_acls.virtual_network_rules) == 3


async def test_a_new_subnet_rule_takes_its_time_and_a_known_one_does_not(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")
    rule = {"id": f"{serving(azure).id}/subnets/snet-apps"}
    started = azure.clock.time()

    await azure.until_done(
        azure.robin.accounts.begin_update("rg-ai", "aoai", ruled(rule), polling=False)
    )
    first = azure.clock.time() - started
    await azure.clock.advance(32)
    again = azure.clock.time()
    await azure.robin.accounts.begin_update("rg-ai", "aoai", ruled(rule), polling=False)

    assert first >= 11.6
    assert azure.clock.time() - again < 5


async def test_whether_a_subnet_rule_needs_a_right_on_the_subnet_is_a_switch(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")
    network = serving(azure)
    scope = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-ai"
    azure.roles.assign(KIM.object_id, "Contributor", scope)
    azure.world.switches.vnet_rules_need_join = True

    with pytest.raises(HttpResponseError) as refused:
        await azure.as_(KIM).accounts.begin_update(
            "rg-ai", "aoai", ruled({"id": f"{network.id}/subnets/snet-apps"})
        )

    assert code_of(refused) == "LinkedAuthorizationFailed"
    assert "subnets/joinViaServiceEndpoint/action" in refused.value.message


async def test_outbound_settings_are_kept_by_a_patch_and_dropped_by_a_put(azure: Azure) -> None:
    injection = {"scenario": "agent", "subnetArmId": azure.subnet_id}
    outbound: Json = {
        "restrictOutboundNetworkAccess": True,
        "allowedFqdnList": ["contoso.example"],
        "networkInjections": [injection],
        "allowProjectManagement": True,
    }
    azure.seed.account("foundry", "rg-ai", kind="AIServices", properties=outbound)

    patched = await azure.finish(
        azure.robin.accounts.begin_update("rg-ai", "foundry", {"tags": {"a": "b"}})
    )
    put = await azure.finish(
        azure.robin.accounts.begin_create(
            "rg-ai",
            "foundry",
            Account(
                kind="AIServices",
                location="eastus",
                sku=Sku(name="S0"),
                properties=AccountProperties(custom_sub_domain_name="foundry"),
            ),
        )
    )

    before, after = patched.properties, put.properties
    assert before.restrict_outbound_network_access is True
    assert before.allowed_fqdn_list == ["contoso.example"]
    assert before.network_injections[0].subnet_arm_id == azure.subnet_id
    assert before.allow_project_management is True
    assert after.restrict_outbound_network_access is None
    assert after.allowed_fqdn_list is None
    assert after.network_injections is None
    assert after.allow_project_management is None


async def test_a_kind_without_networks_says_so_and_takes_no_endpoint(azure: Azure) -> None:
    bing = azure.seed.account("bing", "rg-ai", kind="Bing.Search.v7", public=True, subdomain=None)
    plain = azure.seed.account("form", "rg-ai", kind="FormRecognizer")
    link = {"privateLinkServiceId": bing.id, "groupIds": ["account"]}
    endpoint = {
        "location": "japaneast",
        "properties": {
            "subnet": {"id": azure.subnet_id},
            "privateLinkServiceConnections": [{"name": "conn", "properties": link}],
        },
    }

    shown = await azure.robin.accounts.get("rg-ai", "bing")
    other = await azure.robin.accounts.get("rg-ai", plain.name)
    with pytest.raises(HttpResponseError, match="no private link"):
        await azure.robin.endpoints.begin_create_or_update("rg-ai", "pe", endpoint)

    assert "VirtualNetworks" not in [c.name for c in shown.properties.capabilities]
    assert "VirtualNetworks" in [c.name for c in other.properties.capabilities]
    assert (await azure.robin.link_resources.list("rg-ai", "bing")).value == []
