"""Do private endpoints, seen through Microsoft's own client, live as the recordings show?"""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError

from tests.conformance.arm_fixtures import SUBSCRIPTION, Azure, authority, azure
from tests.harness.world import Json, Resource

__all__ = ["authority", "azure"]


def endpoint_of(account: Resource, subnet_id: str, **properties: Any) -> Json:
    link = {"privateLinkServiceId": account.id, "groupIds": ["account"]}
    return {
        "location": "japaneast",
        "properties": {
            "subnet": {"id": subnet_id},
            "privateLinkServiceConnections": [{"name": "conn", "properties": link}],
            **properties,
        },
    }


def static(**members: str) -> list[Json]:
    return [
        {
            "name": f"ip-{member}",
            "properties": {
                "groupId": "account",
                "memberName": member,
                "privateIPAddress": address,
            },
        }
        for member, address in members.items()
    ]


def code_of(error: pytest.ExceptionInfo[HttpResponseError]) -> str | None:
    assert error.value.error is not None
    return error.value.error.code


async def test_an_endpoint_takes_20_seconds_and_then_has_all_it_needs(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    body = endpoint_of(account, azure.subnet_id)
    before = account.body["etag"]

    poller = await azure.robin.endpoints.begin_create_or_update("rg-ai", "pe", body, polling=False)
    accepted = await poller.result()
    await azure.clock.advance(21)
    made = await azure.robin.endpoints.get("rg-ai", "pe")

    assert accepted.properties.provisioning_state == "Updating"
    assert accepted.properties.network_interfaces == []
    assert made.properties.provisioning_state == "Succeeded"
    assert made.properties.custom_dns_configs[0].fqdn == "aoai.openai.azure.com"
    assert made.properties.custom_dns_configs[0].ip_addresses == ["10.0.0.4"]
    assert made.properties.network_interfaces[0].id.rpartition("/")[2].startswith("pe.nic.")
    state = made.properties.private_link_service_connections[0].properties
    assert state.private_link_service_connection_state.status == "Approved"
    assert account.body["etag"] != before


async def test_the_poller_of_a_put_ends_with_the_endpoint(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    body = endpoint_of(account, azure.subnet_id, customNetworkInterfaceName="nic-pe")

    made = await azure.finish(azure.robin.endpoints.begin_create_or_update("rg-ai", "pe", body))
    interface = await azure.robin.interfaces.get("rg-ai", "nic-pe")

    assert made.properties.provisioning_state == "Succeeded"
    lead = interface.properties.ip_configurations[0].properties
    assert lead.private_ip_address == "10.0.0.4"
    assert lead.private_link_connection_properties.fqdns == ["aoai.openai.azure.com"]


async def test_the_interface_comes_along_when_asked_for(azure: Azure) -> None:
    azure.private_account()

    endpoint = await azure.robin.endpoints.get("rg-ai", "pe-aoai", expand="networkInterfaces")

    configuration = endpoint.properties.network_interfaces[0].properties.ip_configurations[0]
    assert configuration.properties.private_ip_address == "10.0.0.4"


async def test_a_foundry_account_takes_three_addresses_for_three_names(azure: Azure) -> None:
    account = azure.seed.account("hub", "rg-ai", kind="AIServices")
    azure.seed.private_endpoint("pe", "rg-ai", account=account, subnet_id=azure.subnet_id)

    endpoint = await azure.robin.endpoints.get("rg-ai", "pe")

    assert [(c.fqdn, c.ip_addresses) for c in endpoint.properties.custom_dns_configs] == [
        ("hub.cognitiveservices.azure.com", ["10.0.0.4"]),
        ("hub.openai.azure.com", ["10.0.0.5"]),
        ("hub.services.ai.azure.com", ["10.0.0.6"]),
    ]


async def test_static_addresses_are_given_per_member(azure: Azure) -> None:
    account = azure.seed.account("hub", "rg-ai", kind="AIServices")
    asg = azure.seed.security_group("asg", "rg-net", location="japaneast")
    addresses = static(default="10.0.0.10", secondary="10.0.0.11", third="10.0.0.12")
    body = endpoint_of(
        account,
        azure.subnet_id,
        ipConfigurations=addresses,
        applicationSecurityGroups=[{"id": asg.id}],
    )

    made = await azure.finish(azure.robin.endpoints.begin_create_or_update("rg-ai", "pe", body))

    found = [config.ip_addresses for config in made.properties.custom_dns_configs]
    assert found == [["10.0.0.10"], ["10.0.0.11"], ["10.0.0.12"]]
    assert made.properties.application_security_groups[0].id == asg.id


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        pytest.param(
            static(default="10.0.0.10"),
            "PrivateEndpointIpConfigurationMissingMemberNamesRequiredByFps",
            id="a member without an address",
        ),
        pytest.param(
            static(default="10.0.0.10", secondary="10.0.0.4", third="10.0.0.12"),
            "PrivateIPAddressInUse",
            id="an address that is taken",
        ),
        pytest.param(
            static(default="10.0.0.10", secondary="10.9.0.4", third="10.0.0.12"),
            "PrivateIPAddressNotInSubnet",
            id="an address of another network",
        ),
        pytest.param(
            static(default="10.0.0.2", secondary="10.0.0.11", third="10.0.0.12"),
            "PrivateIPAddressNotInSubnet",
            id="an address that Azure keeps for itself",
        ),
    ],
)
async def test_which_static_addresses_are_refused(
    azure: Azure, addresses: list[Json], expected: str
) -> None:
    azure.private_account("other")
    account = azure.seed.account("hub", "rg-ai", kind="AIServices")
    body = endpoint_of(account, azure.subnet_id, ipConfigurations=addresses)

    with pytest.raises(HttpResponseError) as refused:
        await azure.robin.endpoints.begin_create_or_update("rg-ai", "pe", body)

    assert code_of(refused) == expected


async def test_addresses_that_clash_while_both_are_made_fail_the_second(azure: Azure) -> None:
    bodies = [
        endpoint_of(
            azure.seed.account(name, "rg-ai"),
            azure.subnet_id,
            ipConfigurations=static(default="10.0.0.10"),
        )
        for name in ("one", "two")
    ]

    await azure.robin.endpoints.begin_create_or_update("rg-ai", "pe-1", bodies[0], polling=False)
    with pytest.raises(HttpResponseError) as failed:
        await azure.finish(azure.robin.endpoints.begin_create_or_update("rg-ai", "pe-2", bodies[1]))
    second = await azure.robin.endpoints.get("rg-ai", "pe-2")

    assert code_of(failed) == "PrivateIPAddressInUse"
    assert second.properties.provisioning_state == "Failed"


async def test_a_failed_endpoint_is_made_by_the_same_put_again(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai", public=True)
    azure.world.switches.busy_account_fails_endpoint = "operation"
    await azure.robin.accounts.begin_update("rg-ai", "aoai", {"tags": {}}, polling=False)
    body = endpoint_of(account, azure.subnet_id)
    await azure.robin.endpoints.begin_create_or_update("rg-ai", "pe", body, polling=False)
    await azure.clock.advance(60)

    made = await azure.finish(azure.robin.endpoints.begin_create_or_update("rg-ai", "pe", body))

    assert made.properties.provisioning_state == "Succeeded"


async def test_an_account_that_is_accepted_refuses_endpoints_in_the_answer(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai", public=True)
    await azure.robin.accounts.begin_update("rg-ai", "aoai", {"tags": {}}, polling=False)

    with pytest.raises(HttpResponseError) as refused:
        await azure.robin.endpoints.begin_create_or_update(
            "rg-ai", "pe", endpoint_of(account, azure.subnet_id)
        )

    assert refused.value.status_code == 400
    assert code_of(refused) == "AccountProvisioningStateInvalid"
    assert f"Account {account.id} in state Accepted" in refused.value.message
    assert azure.world.get(f"{account.id.rsplit('/', 2)[0]}/privateEndpoints/pe") is None


async def test_an_account_that_is_accepted_fails_the_operation_when_switched(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai", public=True)
    azure.world.switches.busy_account_fails_endpoint = "operation"
    await azure.robin.accounts.begin_update("rg-ai", "aoai", {"tags": {}}, polling=False)

    with pytest.raises(HttpResponseError) as failed:
        await azure.finish(
            azure.robin.endpoints.begin_create_or_update(
                "rg-ai", "pe", endpoint_of(account, azure.subnet_id)
            )
        )
    endpoint = await azure.robin.endpoints.get("rg-ai", "pe")

    assert failed.value.status_code == 200
    assert code_of(failed) == "AccountProvisioningStateInvalid"
    assert endpoint.properties.provisioning_state == "Failed"
    assert endpoint.properties.network_interfaces == []


async def test_the_network_side_sees_accepted_a_little_longer_than_get(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai", public=True)
    azure.world.switches.account_lag_seconds = 60
    await azure.finish(azure.robin.accounts.begin_update("rg-ai", "aoai", {"tags": {}}))
    shown = await azure.robin.accounts.get("rg-ai", "aoai")
    body = endpoint_of(account, azure.subnet_id)

    with pytest.raises(HttpResponseError) as refused:
        await azure.robin.endpoints.begin_create_or_update("rg-ai", "pe", body)
    await azure.clock.advance(61)
    made = await azure.finish(azure.robin.endpoints.begin_create_or_update("rg-ai", "pe", body))

    assert shown.properties.provisioning_state == "Succeeded"
    assert code_of(refused) == "AccountProvisioningStateInvalid"
    assert made.properties.provisioning_state == "Succeeded"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            {"privateLinkServiceConnections": "renamed"},
            "CannotChangePrivateLinkConnectionOnPrivateEndpoint",
            id="another connection name",
        ),
        pytest.param(
            {"ipConfigurations": static(default="10.0.0.20")},
            "PrivateEndpointPropertyCannotBeChanged",
            id="another address",
        ),
        pytest.param(
            {"customNetworkInterfaceName": "nic-new"},
            "PrivateEndpointPropertyCannotBeChanged",
            id="another interface name",
        ),
    ],
)
async def test_what_cannot_change_once_an_endpoint_is_made(
    azure: Azure, change: Json, expected: str
) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    body = endpoint_of(account, azure.subnet_id)
    await azure.finish(azure.robin.endpoints.begin_create_or_update("rg-ai", "pe", body))
    body["properties"] |= {k: v for k, v in change.items() if v != "renamed"}
    if "privateLinkServiceConnections" in change:
        body["properties"]["privateLinkServiceConnections"][0]["name"] = "renamed"

    with pytest.raises(HttpResponseError) as refused:
        await azure.robin.endpoints.begin_create_or_update("rg-ai", "pe", body)

    assert code_of(refused) == expected


async def test_tags_and_security_groups_can_change(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    asg = azure.seed.security_group("asg", "rg-net", location="japaneast")
    body = endpoint_of(account, azure.subnet_id)
    first = await azure.finish(azure.robin.endpoints.begin_create_or_update("rg-ai", "pe", body))
    body["tags"] = {"owner": "latch"}
    body["properties"]["applicationSecurityGroups"] = [{"id": asg.id}]

    second = await azure.finish(azure.robin.endpoints.begin_create_or_update("rg-ai", "pe", body))

    assert second.tags == {"owner": "latch"}
    assert second.properties["resourceGuid"] == first.properties["resourceGuid"]
    assert second.properties.application_security_groups[0].id == asg.id


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        pytest.param(
            {"location": "eastus"}, "InvalidResourceReference", id="not the VNet's region"
        ),
        pytest.param({"subnet": "gone"}, "InvalidResourceReference", id="no such subnet"),
        pytest.param({"target": "gone"}, "InvalidResourceReference", id="no such account"),
        pytest.param({"groups": ["vault"]}, "PrivateLinkResourceNotSupported", id="another group"),
    ],
)
async def test_which_endpoints_are_refused(azure: Azure, wrong: Json, expected: str) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    body = endpoint_of(account, azure.subnet_id + wrong.get("subnet", ""))
    body["location"] = wrong.get("location", "japaneast")
    link = body["properties"]["privateLinkServiceConnections"][0]["properties"]
    link["privateLinkServiceId"] += wrong.get("target", "")
    link["groupIds"] = wrong.get("groups", ["account"])

    with pytest.raises(HttpResponseError) as refused:
        await azure.robin.endpoints.begin_create_or_update("rg-ai", "pe", body)

    assert code_of(refused) == expected


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"subdomain": None, "public": True}, id="no subdomain"),
        pytest.param({"kind": "Bing.Search.v7", "public": True}, id="a kind without private link"),
    ],
)
async def test_which_accounts_take_no_endpoint(azure: Azure, options: Any) -> None:
    account = azure.seed.account("aoai", "rg-ai", **options)

    with pytest.raises(HttpResponseError) as refused:
        await azure.robin.endpoints.begin_create_or_update(
            "rg-ai", "pe", endpoint_of(account, azure.subnet_id)
        )

    assert refused.value.status_code == 400


async def test_one_operation_at_a_time(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    body = endpoint_of(account, azure.subnet_id)
    await azure.robin.endpoints.begin_create_or_update("rg-ai", "pe", body, polling=False)

    with pytest.raises(ResourceExistsError) as refused:
        await azure.robin.endpoints.begin_create_or_update("rg-ai", "pe", body)

    assert code_of(refused) == "AnotherOperationInProgress"


async def test_deleting_takes_interface_records_and_connection_along(azure: Azure) -> None:
    path = azure.private_account()

    await azure.finish(azure.robin.endpoints.begin_delete("rg-ai", "pe-aoai"))

    with pytest.raises(ResourceNotFoundError):
        await azure.robin.endpoints.get("rg-ai", "pe-aoai")
    with pytest.raises(ResourceNotFoundError):
        await azure.robin.records.get("rg-dns", path.zone.name, "A", "aoai")
    account = await azure.robin.accounts.get("rg-ai", "aoai")
    assert account.properties.private_endpoint_connections == []
    interfaces = [nic async for nic in azure.robin.interfaces.list("rg-ai")]
    assert interfaces == []


async def test_an_address_is_free_again_once_its_endpoint_is_gone(azure: Azure) -> None:
    path = azure.private_account()
    await azure.finish(azure.robin.endpoints.begin_delete("rg-ai", "pe-aoai"))

    again = await azure.finish(
        azure.robin.endpoints.begin_create_or_update(
            "rg-ai", "pe-aoai", endpoint_of(path.account, azure.subnet_id)
        )
    )

    assert again.properties.custom_dns_configs[0].ip_addresses == ["10.0.0.4"]


async def test_endpoints_are_listed_by_subscription_and_by_group(azure: Azure) -> None:
    azure.private_account()

    everywhere = [e.name async for e in azure.robin.endpoints.list_by_subscription()]
    elsewhere = [e.name async for e in azure.robin.endpoints.list("rg-net")]

    assert (everywhere, elsewhere) == (["pe-aoai"], [])


async def test_the_network_is_seen_with_its_subnets(azure: Azure) -> None:
    network = await azure.robin.networks.get("rg-net", "vnet")
    subnet = await azure.robin.subnets.get("rg-net", "vnet", "snet-pe")

    assert network.location == "japaneast"
    assert network.properties.subnets[0].id == subnet.id == azure.subnet_id
    assert subnet.properties.address_prefix == "10.0.0.0/24"
    assert network.id.startswith(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-net/")
