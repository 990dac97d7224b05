"""Does a story start from a world that Azure could be in, and from no other?"""

import pytest

from tests.conformance.arm_fixtures import SUBSCRIPTION, ZONE, Azure, authority, azure
from tests.harness.physics.errors import ImpossibleError
from tests.harness.world import Resource

__all__ = ["authority", "azure"]


async def test_what_is_seeded_is_settled_and_unannounced(azure: Azure) -> None:
    path = azure.private_account()

    states = {
        resource.properties["provisioningState"]
        for resource in (path.account, path.endpoint, path.zone, path.group, path.link)
    }

    assert states == {"Succeeded"}
    assert path.link.properties["virtualNetworkLinkState"] == "Completed"
    assert azure.physics.in_flight() == 0
    assert azure.changes == []


async def test_a_seeded_account_takes_an_endpoint_at_once(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai")

    azure.physics.accounts.check_open_to_endpoints(account)


async def test_an_account_in_a_group_that_is_not_there_is_impossible(azure: Azure) -> None:
    with pytest.raises(ImpossibleError, match=r"no such Microsoft\.Resources/resourceGroups"):
        azure.seed.account("aoai", "rg-gone")


async def test_a_resource_cannot_be_there_twice(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")

    with pytest.raises(ImpossibleError, match="already there"):
        azure.seed.account("AOAI", "rg-ai", subdomain="other")


async def test_two_accounts_cannot_share_a_subdomain(azure: Azure) -> None:
    azure.seed.account("one", "rg-ai", subdomain="shared")

    with pytest.raises(ImpossibleError, match="CustomDomainInUse"):
        azure.seed.account("two", "rg-ai", subdomain="shared")


async def test_an_endpoint_needs_a_subnet_that_is_there(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai")

    with pytest.raises(ImpossibleError, match="InvalidResourceReference"):
        azure.seed.private_endpoint(
            "pe", "rg-ai", account=account, subnet_id=f"{azure.subnet_id}-gone"
        )
    with pytest.raises(ImpossibleError, match="no such subnet"):
        azure.seed.private_endpoint("pe", "rg-ai", account=account, subnet_id="/nowhere/at/all")


async def test_a_network_has_no_two_zones_of_one_name(azure: Azure) -> None:
    azure.seed.link(azure.seed.zone(ZONE, "rg-dns"), azure.network)
    second = azure.seed.zone(ZONE, "rg-net")

    with pytest.raises(ImpossibleError, match="overlapping namespaces"):
        azure.seed.link(second, azure.network)


async def test_a_record_needs_its_zone(azure: Azure) -> None:
    gone = Resource(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-dns/x", "x", {})

    with pytest.raises(ImpossibleError, match=r"no such Microsoft\.Network/privateDnsZones"):
        azure.seed.record(gone, "aoai", ["10.0.0.4"])


async def test_a_subnet_lies_inside_its_network(azure: Azure) -> None:
    with pytest.raises(ImpossibleError, match="is not inside"):
        azure.seed.virtual_network("odd", "rg-net", subnets={"snet": "192.168.0.0/24"})


async def test_a_subnet_can_be_full(azure: Azure) -> None:
    network = azure.seed.virtual_network("tiny", "rg-net", subnets={"snet": "10.0.0.0/29"})
    accounts = [azure.seed.account(f"acc-{n}", "rg-ai") for n in range(4)]
    for account in accounts[:3]:
        azure.seed.private_endpoint(
            f"pe-{account.name}", "rg-ai", account=account, subnet_id=f"{network.id}/subnets/snet"
        )

    with pytest.raises(ImpossibleError, match="SubnetIsFull"):
        azure.seed.private_endpoint(
            "pe-more", "rg-ai", account=accounts[3], subnet_id=f"{network.id}/subnets/snet"
        )


async def test_two_subscriptions_live_in_one_world(azure: Azure) -> None:
    hub = type(azure.seed)(azure.physics, "22222222-2222-2222-2222-222222222222")
    hub.resource_group("rg-hub")
    zone = hub.zone(ZONE, "rg-hub")
    account = azure.seed.account("aoai", "rg-ai")
    endpoint = azure.seed.private_endpoint(
        "pe", "rg-ai", account=account, subnet_id=azure.subnet_id
    )

    azure.seed.zone_group(endpoint, [zone])

    assert azure.physics.records.find(zone.id, "aoai") is not None
