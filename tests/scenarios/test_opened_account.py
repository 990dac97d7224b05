"""Somebody opens an account to the internet: it is closed before anything else happens, and people are told."""

from tests.harness.lab import Lab
from tests.harness.people import Person
from tests.harness.worlds import ACCOUNTS
from tests.scenarios.story import Story

PARTNER = {"value": "198.51.100.0/24"}


async def test_an_account_opened_in_the_portal_is_closed_within_one_event(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-opened")

    await robin.opens(story.id)
    assert [each.ok for each in await story.outside()] == [True]
    await lab.settled()

    assert ["GET accounts", "PATCH accounts"] == story.calls[:2]
    assert ["PATCH accounts"] == story.writes
    assert "Disabled" == story.account["publicNetworkAccess"]
    assert "Deny" == story.account["networkAcls"]["defaultAction"]
    assert await story.is_private()

    assert ["Closed"] == story.told
    [alert] = story.alerts
    assert "Robin Example" == alert["data"]["actor"]["name"]
    assert alert["data"]["exposedSeconds"] >= 0
    assert {"public-access", "network-acls"} == {d["rule"] for d in alert["data"]["drifts"]}


async def test_the_default_action_alone_is_turned_back(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-allowing")

    await robin.patch(story.id, {"properties": {"networkAcls": {"defaultAction": "Allow"}}})
    await lab.settled()

    assert ["PATCH accounts"] == story.writes
    assert "Deny" == story.account["networkAcls"]["defaultAction"]
    assert ["Closed"] == story.told


async def test_an_account_opened_to_selected_networks_is_closed(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-selected")
    rules = {"defaultAction": "Deny", "ipRules": [PARTNER]}

    await robin.patch(
        story.id, {"properties": {"publicNetworkAccess": "Enabled", "networkAcls": rules}}
    )
    assert [each.ok for each in await story.outside()] == [True]
    await lab.settled()

    assert "Disabled" == story.account["publicNetworkAccess"]
    assert [PARTNER] == story.account["networkAcls"]["ipRules"]
    assert await story.is_private()


async def test_an_account_that_does_not_say_whether_it_is_public_counts_as_public(
    lab: Lab, robin: Person
) -> None:
    open_for_long = {"publicNetworkAccess": None}
    account = lab.seeding.account("aoai-silent", ACCOUNTS, properties=open_for_long)
    story = Story(lab, account.name)

    await robin.patch(account.id, {"tags": {"team": "search"}})
    await lab.settled()

    assert ["GET accounts", "PATCH accounts"] == story.calls[:2]
    assert "Disabled" == story.account["publicNetworkAccess"]
    assert await story.is_private()


async def test_a_harmless_change_costs_one_look_and_no_write(lab: Lab, robin: Person) -> None:
    """One GET by the FAST lane, and the seven of a FULL pass."""
    story = Story.private(lab, "aoai-harmless")

    await robin.patch(story.id, {"tags": {"team": "search"}})
    await lab.settled()

    assert [] == story.writes
    assert [] == story.told
    assert 2 == story.calls.count("GET accounts")
