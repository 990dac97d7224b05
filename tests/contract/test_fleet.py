"""The index shows what Resource Manager shows, without a call for each account."""

from dataclasses import replace
from datetime import timedelta

import pytest

from remediation.adapters.graph_accounts import ACCOUNTS
from remediation.desired import Desired, DnsSpec, ZoneSpec
from remediation.errors import Forbidden, Refused, Throttled, Unavailable
from remediation.ids import ResourceId
from remediation.sweep_ports import Events
from tests.conformance.arm_fixtures import SUBSCRIPTION, ZONE
from tests.contract.fleet_fixtures import LATCH, Fleet, fleet
from tests.harness.physics.seeding import EndpointOptions
from tests.harness.physics.types import ENDPOINT
from tests.harness.resource_graph.topics import (
    event_subscription,
    into_function,
    into_queue,
    system_topic,
)
from tests.harness.world import Json
from tests.harness.worlds import HUB

__all__ = ["fleet"]

EVERYWHERE = (SUBSCRIPTION, HUB)
RULES: Json = {
    "networkAcls": {
        "defaultAction": "Deny",
        "bypass": "AzureServices",
        "ipRules": [{"value": "198.51.100.10"}],
        "virtualNetworkRules": [],
    },
    "disableLocalAuth": True,
    "restrictOutboundNetworkAccess": True,
    "allowedFqdnList": ["contoso.example"],
}


def _questions(fleet: Fleet) -> int:
    return sum(entry.method == "POST" for entry in fleet.azure.requests())


# The same values ---------------------------------------------------------------------------------------------------


async def test_an_account_is_the_same_in_the_index_and_in_resource_manager(fleet: Fleet) -> None:
    seed = fleet.azure.seed
    fleet.azure.private_account("aoai-private", tags={"team": "a", "Cost": "1"})
    seed.account("aoai-open", "rg-ai", public=True)
    seed.account("aoai-bare", "rg-ai", subdomain=None, public=True)
    seed.account("ai-rules", "rg-ai", kind="AIServices", public=True, properties=RULES)
    seed.account("aoai-agent", "rg-ai", properties={"networkInjections": [_injection(fleet)]})

    shown = await fleet.accounts()
    read = [await fleet.cloud.account(account.id) for account in shown]

    assert len(shown) == 5
    assert [replace(a, created=None) for a in shown] == [
        replace(a, created=None) for a in read if a
    ]
    for one, other in zip(shown, read, strict=True):
        assert other is not None
        assert one.created is not None
        assert other.created is not None
        assert abs(one.created - other.created) < timedelta(seconds=1)


def _injection(fleet: Fleet) -> Json:
    return {"scenario": "agent", "subnetArmId": fleet.azure.subnet_id}


async def test_an_endpoint_is_the_same_but_for_its_zone_group(fleet: Fleet) -> None:
    seed = fleet.azure.seed
    group = seed.security_group("asg", "rg-net", location="japaneast")
    options = [
        EndpointOptions(static={"default": "10.0.0.77"}, tags={"b": "2", "a": "1"}),
        EndpointOptions(interface_name="nic-mine", security_groups=[group]),
        EndpointOptions(manual=True, approved=False),
    ]
    for number, each in enumerate(options):
        made = seed.account(f"aoai-{number}", "rg-ai")
        seed.private_endpoint(
            f"pe-{number}", "rg-ai", account=made, subnet_id=fleet.azure.subnet_id, **each
        )

    around = await fleet.index.surroundings(EVERYWHERE, ())

    for account in await fleet.accounts():
        network = await fleet.cloud.network(account, Desired("any"))
        assert len(network.endpoints) == 1
        assert network.endpoints == around.network(account, Desired("any")).endpoints


async def test_zones_links_and_records_are_the_same_but_for_the_etag(fleet: Fleet) -> None:
    path = fleet.azure.private_account()
    zone = ResourceId.parse(path.zone.id)
    desired = Desired("any", dns=DnsSpec((ZoneSpec(zone),)))
    [account] = await fleet.accounts()
    around = await fleet.index.surroundings(EVERYWHERE, ())

    [shown] = around.network(account, desired).zones
    [read] = (await fleet.cloud.network(account, desired)).zones

    assert read.record is not None
    assert shown == replace(read, record=replace(read.record, etag=""))


async def test_a_network_that_the_policy_names_is_the_same(fleet: Fleet) -> None:
    fleet.azure.private_account()
    vnet = ResourceId.parse(fleet.azure.network.id)
    [account] = await fleet.accounts()

    around = await fleet.index.surroundings(EVERYWHERE, (vnet,))

    assert set(around.vnets) == {vnet}
    network = await fleet.cloud.network(account, Desired("any"))
    assert network.vnet == around.network(account, Desired("any")).vnet


async def test_no_network_is_asked_for_where_the_policy_names_none(fleet: Fleet) -> None:
    assert (await fleet.index.surroundings(EVERYWHERE, ())).vnets == {}


async def test_an_endpoint_without_a_zone_group_shows_it(fleet: Fleet) -> None:
    registered = fleet.azure.private_account().endpoint.id
    account = fleet.azure.seed.account("aoai-bare", "rg-ai")
    bare = fleet.azure.seed.private_endpoint(
        "pe-bare", "rg-ai", account=account, subnet_id=fleet.azure.subnet_id
    )

    around = await fleet.index.surroundings(EVERYWHERE, ())

    assert around.unregistered == {ResourceId.parse(bare.id)}
    assert ResourceId.parse(registered) in around.endpoints


async def test_endpoints_of_other_services_are_left_out(fleet: Fleet) -> None:
    path = fleet.azure.private_account()
    [link] = path.endpoint.properties["privateLinkServiceConnections"]
    link["properties"]["privateLinkServiceId"] = f"{path.zone.id}/not/an/account"

    assert (await fleet.index.surroundings(EVERYWHERE, ())).endpoints == {}


@pytest.mark.parametrize(("knows", "record"), [(True, {"aoai"}), (False, None)])
async def test_records_are_known_or_known_to_be_unknown(
    fleet: Fleet, *, knows: bool, record: set[str] | None
) -> None:
    fleet.azure.world.switches.graph_knows_records = knows
    zone = ResourceId.parse(fleet.azure.private_account().zone.id)

    records = (await fleet.index.surroundings(EVERYWHERE, ())).zones[zone].records

    assert record == (None if records is None else set(records))


@pytest.mark.parametrize("knows", [True, False])
async def test_of_an_empty_zone_it_is_known_that_it_has_no_records(
    fleet: Fleet, *, knows: bool
) -> None:
    fleet.azure.world.switches.graph_knows_records = knows
    zone = fleet.azure.seed.zone(ZONE, "rg-dns")

    assert (await fleet.index.surroundings(EVERYWHERE, ())).zones[
        ResourceId.parse(zone.id)
    ].records == {}


async def test_every_subscription_with_a_right_is_seen(fleet: Fleet) -> None:
    assert {SUBSCRIPTION, HUB} == {each.id for each in await fleet.index.subscriptions()}


async def test_a_subscription_without_a_right_is_not_seen(fleet: Fleet) -> None:
    fleet.azure.roles.remove(LATCH.object_id, "Reader", f"/subscriptions/{HUB}")

    assert [each.id for each in await fleet.index.subscriptions()] == [SUBSCRIPTION]


# Pages and patience ------------------------------------------------------------------------------------------------


async def test_one_question_for_all_subscriptions_and_one_for_each_page(fleet: Fleet) -> None:
    for number in range(5):
        fleet.azure.seed.account(f"aoai-{number}", "rg-ai")
    fleet.hub.account("aoai-hub", "rg-hub")

    shown = await fleet.accounts()

    assert [a.id.name for a in shown] == [*(f"aoai-{n}" for n in range(5)), "aoai-hub"]
    assert _questions(fleet) == 1


async def test_more_than_a_thousand_subscriptions_are_asked_about_in_two_questions(
    fleet: Fleet,
) -> None:
    fleet.azure.seed.account("aoai", "rg-ai")
    others = [f"{number:08}-0000-4000-8000-000000000000" for number in range(1500)]

    [shown] = await fleet.accounts(*others, SUBSCRIPTION)

    assert shown.id.name == "aoai"
    assert _questions(fleet) == 2


async def test_an_answer_that_is_too_large_is_asked_for_in_smaller_pages(fleet: Fleet) -> None:
    for number in range(60):
        fleet.azure.seed.account(f"aoai-{number:02}", "rg-ai")
    fleet.azure.door.graph.largest_answer = 60_000

    shown = await fleet.accounts()

    assert [a.id.name for a in shown] == [f"aoai-{number:02}" for number in range(60)]


async def test_an_answer_that_is_too_large_in_any_size_is_refused(fleet: Fleet) -> None:
    fleet.azure.seed.account("aoai", "rg-ai")
    fleet.azure.door.graph.largest_answer = 10

    with pytest.raises(Refused, match="larger than"):
        await fleet.accounts()


async def test_an_answer_that_is_cut_is_no_answer(fleet: Fleet) -> None:
    for number in range(3):
        fleet.azure.seed.account(f"aoai-{number}", "rg-ai")
    fleet.azure.door.graph.cuts_at = 2

    with pytest.raises(Refused, match="cut") as caught:
        await fleet.accounts()

    assert caught.value.code == "ResultTruncated"


async def test_when_the_quota_is_used_up_it_waits_as_it_is_told_before_it_asks(
    fleet: Fleet,
) -> None:
    fleet.azure.door.graph.quota.questions = 2
    for _ in range(3):
        await fleet.accounts()

    assert fleet.waited == [5.0]
    assert [entry.status for entry in fleet.azure.requests()] == [200, 200, 200]


async def test_when_somebody_else_used_it_up_it_waits_as_the_refusal_says(fleet: Fleet) -> None:
    fleet.azure.weather.add({"method": "POST", "status": 429, "retry_after": 7, "count": 1})

    await fleet.accounts()

    assert fleet.waited == [7.0]


async def test_who_is_throttled_for_longer_than_a_minute_gives_up(fleet: Fleet) -> None:
    fleet.azure.weather.add({"method": "POST", "status": 429, "retry_after": 25})

    with pytest.raises(Throttled) as caught:
        await fleet.accounts()

    assert fleet.waited == [25.0, 25.0]
    assert caught.value.retry_after == 25


async def test_an_answer_that_does_not_come_is_asked_for_again(fleet: Fleet) -> None:
    fleet.azure.weather.add({"method": "POST", "status": 503, "count": 1})
    fleet.azure.weather.add({"method": "POST", "malformed": True, "count": 1})

    await fleet.accounts()

    assert len(fleet.waited) == 2


async def test_three_answers_that_do_not_come_are_enough(fleet: Fleet) -> None:
    fleet.azure.weather.add({"method": "POST", "status": 503})

    with pytest.raises(Unavailable):
        await fleet.accounts()


async def test_a_refusal_is_not_asked_for_again(fleet: Fleet) -> None:
    fleet.azure.weather.add({"method": "POST", "status": 403})

    with pytest.raises(Forbidden):
        await fleet.client.rows(ACCOUNTS, EVERYWHERE)

    assert fleet.waited == []


# What the index leaves out -----------------------------------------------------------------------------------------


async def test_a_subscription_can_be_listed_beside_the_index(fleet: Fleet) -> None:
    for number in range(3):
        fleet.azure.seed.account(f"aoai-{number}", "rg-ai")
    fleet.azure.door.page_size = 2

    listed = await fleet.index.listed(SUBSCRIPTION)

    assert [account.name for account in listed] == ["aoai-0", "aoai-1", "aoai-2"]


async def test_what_the_index_leaves_out_without_a_word_a_list_refuses(fleet: Fleet) -> None:
    fleet.azure.roles.remove(LATCH.object_id, "Reader", f"/subscriptions/{HUB}")

    with pytest.raises(Forbidden, match=r"no right to .*accounts/read"):
        await fleet.index.listed(HUB)


@pytest.mark.parametrize(
    ("destination", "expected"),
    [
        (into_queue("latch-events"), Events.SENT),
        (into_function("on_event"), Events.SENT),
        (into_queue("latch-watch"), Events.NOT_SENT),
        (into_queue("somebody-else"), Events.NOT_SENT),
        (into_function("other"), Events.NOT_SENT),
        (None, Events.NOT_SENT),
    ],
)
async def test_changes_are_sent_where_an_event_subscription_leads_to_latch(
    fleet: Fleet, destination: Json | None, expected: Events
) -> None:
    topic = system_topic(fleet.azure.world, SUBSCRIPTION, "rg-ai")
    if destination is not None:
        event_subscription(fleet.azure.world, topic, destination)

    found = await fleet.index.events(EVERYWHERE)

    assert found == {SUBSCRIPTION: expected, HUB: Events.NOT_SENT}


async def test_an_event_subscription_that_failed_sends_nothing(fleet: Fleet) -> None:
    topic = system_topic(fleet.azure.world, SUBSCRIPTION, "rg-ai")
    made = event_subscription(fleet.azure.world, topic, into_queue("latch-events"))
    made.properties["provisioningState"] = "Failed"

    assert (await fleet.index.events([SUBSCRIPTION]))[SUBSCRIPTION] is Events.NOT_SENT


@pytest.mark.parametrize(("status", "expected"), [(403, Events.FORBIDDEN), (503, Events.UNSURE)])
async def test_what_may_not_be_listed_is_said_to_be_unknown(
    fleet: Fleet, status: int, expected: Events
) -> None:
    system_topic(fleet.azure.world, SUBSCRIPTION, "rg-ai")
    type_ = "Microsoft.EventGrid/systemTopics/eventSubscriptions"
    fleet.azure.weather.add({"type": type_, "status": status})

    assert (await fleet.index.events([SUBSCRIPTION]))[SUBSCRIPTION] is expected


async def test_the_index_is_some_seconds_old(fleet: Fleet) -> None:
    await fleet.accounts()
    fleet.azure.seed.account("aoai", "rg-ai")
    early = await fleet.accounts()
    await fleet.later()

    names = [account.id.name for account in await fleet.accounts()]

    assert (early, names) == ([], ["aoai"])


async def test_no_account_costs_a_call(fleet: Fleet) -> None:
    for number in range(20):
        account = fleet.azure.seed.account(f"aoai-{number}", "rg-ai")
        fleet.azure.seed.private_endpoint(
            f"pe-{number}", "rg-ai", account=account, subnet_id=fleet.azure.subnet_id
        )

    around = await fleet.index.surroundings(EVERYWHERE, ())
    shown = await fleet.accounts()

    assert (len(shown), len(around.endpoints)) == (20, 20)
    assert len(list(fleet.azure.world.of_type(ENDPOINT))) == 20
    assert {entry.method for entry in fleet.azure.requests()} == {"POST"}
    assert _questions(fleet) == 6
