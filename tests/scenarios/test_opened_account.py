"""Somebody opens an account to the internet: it is closed before anything else happens, and people are told."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness.lab import Lab, Plan
from tests.harness.people import Person
from tests.harness.world import Json, Switches
from tests.harness.worlds import ACCOUNTS
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import Story

PARTNER = {"value": "198.51.100.0/24"}


@pytest.fixture(scope="module", params=[True, False], ids=["acls merge", "acls are replaced"])
async def lab(request: pytest.FixtureRequest, policy: Path) -> AsyncIterator[Lab]:
    """Nobody has verified what Azure does with a PATCH of a part of `networkAcls`."""
    switches = Switches(acls_merge=request.param)
    async with Lab(Plan(policy=policy, switches=switches, settings=NEVER)) as lab:
        yield lab


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


async def test_people_are_told_who_opened_it_and_that_it_is_closed(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-told")

    await robin.opens(story.id)
    await lab.settled()

    assert ["Closed"] == story.told
    [alert] = story.alerts
    assert "Robin Example" == alert["data"]["actor"]["name"]
    assert alert["data"]["exposedSeconds"] >= 0
    assert {"public-access", "network-acls"} == {d["rule"] for d in alert["data"]["drifts"]}


async def test_what_the_network_rules_hold_is_kept(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-kept")
    subnet = {"id": lab.places.subnet_id, "ignoreMissingVnetServiceEndpoint": True}
    opened: Json = {
        "defaultAction": "Allow",
        "bypass": "AzureServices",
        "ipRules": [PARTNER],
        "virtualNetworkRules": [subnet],
    }

    await robin.patch(
        story.id, {"properties": {"publicNetworkAccess": "Enabled", "networkAcls": opened}}
    )
    await lab.settled()

    assert {**opened, "defaultAction": "Deny"} == story.account["networkAcls"]
    assert await story.is_private()


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
