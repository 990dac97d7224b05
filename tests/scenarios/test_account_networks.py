"""Where a profile lets some networks in, those stay and all others go: whoever added them, and however wide."""

import pytest

from tests.harness.lab import Lab
from tests.harness.people import Person
from tests.harness.witness import Outcome
from tests.harness.world import Json, Resource
from tests.scenarios.neighbors import OtherTeam, network, seen_from
from tests.scenarios.story import Story

ALLOWED = {"value": "198.51.100.10"}
NAMED = [ALLOWED, {"value": "192.0.2.0/24"}]
KINDS = [
    pytest.param("aoai", "OpenAI", id="OpenAI"),
    pytest.param("ais", "AIServices", id="AIServices"),
]


@pytest.fixture
async def partner(lab: Lab) -> Resource:
    """A network that no profile names."""
    return network(lab, "partner", "10.30.0.0/24")


async def lets_in(person: Person, story: Story, *ranges: str, action: str = "Deny") -> None:
    """Selects networks in the portal."""
    rules: Json = {"defaultAction": action, "ipRules": [{"value": each} for each in ranges]}
    await person.patch(
        story.id, {"properties": {"publicNetworkAccess": "Enabled", "networkAcls": rules}}
    )


def rules(story: Story) -> list[str]:
    return [rule["value"] for rule in story.account["networkAcls"]["ipRules"]]


@pytest.mark.parametrize(("prefix", "kind"), KINDS)
async def test_ranges_that_nobody_allowed_are_removed_and_the_allowed_ones_stay(
    lab: Lab, robin: Person, partner: Resource, prefix: str, kind: str
) -> None:
    story = Story.private(lab, f"{prefix}-added-offices", kind)
    others = OtherTeam.beside(story)

    wide = ("198.51.100.0/24", "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "203.0.113.9")
    await lets_in(robin, story, "198.51.100.10", *wide, "192.0.2.64/26")
    assert {Outcome.ANSWERED} == await seen_from(story, partner)
    await lab.settled()

    assert ["198.51.100.10", "192.0.2.64/26"] == rules(story)
    assert {Outcome.FORBIDDEN} == await seen_from(story, partner)
    assert {True} == {each.ok for each in (*await story.outside(), *await story.inside())}
    assert ["PATCH accounts"] == story.writes
    assert others.is_untouched

    [alert] = story.alerts
    assert "Robin Example" == alert["data"]["actor"]["name"]
    assert ["ip-rules"] == [drift["rule"] for drift in alert["data"]["drifts"]]
    assert all(each in alert["data"]["drifts"][0]["actual"] for each in wide)


@pytest.mark.parametrize(("prefix", "kind"), KINDS)
async def test_an_account_opened_to_all_is_open_to_the_allowed_ranges_again(
    lab: Lab, robin: Person, partner: Resource, prefix: str, kind: str
) -> None:
    """A single address is written as such: the service refuses /32."""
    story = Story.private(lab, f"{prefix}-opened-offices", kind)

    await robin.opens(story.id)
    assert {Outcome.ANSWERED} == await seen_from(story, partner)
    await lab.settled()

    assert "Enabled" == story.account["publicNetworkAccess"]
    assert "Deny" == story.account["networkAcls"]["defaultAction"]
    assert NAMED == story.account["networkAcls"]["ipRules"]
    assert {Outcome.FORBIDDEN} == await seen_from(story, partner)
    assert {True} == {each.ok for each in (*await story.outside(), *await story.inside())}
    assert ["PATCH accounts"] == story.writes
    assert ["Closed"] == story.told
    assert "Robin Example" == story.alerts[0]["data"]["actor"]["name"]


async def test_an_account_that_is_closed_altogether_is_not_opened_to_the_allowed_ranges(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-shut-offices")

    await robin.patch(story.id, {"properties": {"networkAcls": {"defaultAction": "Allow"}}})
    await lab.settled()

    assert "Disabled" == story.account["publicNetworkAccess"]
    assert [] == rules(story)
    assert await story.is_private()


async def test_a_hundred_foreign_rules_make_room_for_the_allowed_ones(
    lab: Lab, robin: Person, partner: Resource
) -> None:
    """The service takes a hundred rules."""
    story = Story.private(lab, "aoai-full-offices")

    await lets_in(robin, story, *(f"203.0.113.{n}" for n in range(100)), action="Allow")
    await lab.settled()

    assert NAMED == story.account["networkAcls"]["ipRules"]
    assert {Outcome.FORBIDDEN} == await seen_from(story, partner)
    assert ["PATCH accounts"] == story.writes


async def test_a_hundred_rules_within_the_allowed_ranges_become_those_ranges(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-splinters-offices")

    await lets_in(robin, story, *(f"192.0.2.{n}" for n in range(100)), action="Allow")
    await lab.settled()

    assert NAMED == story.account["networkAcls"]["ipRules"]


async def test_an_account_is_closed_though_its_rules_are_only_audited_and_leave_no_room(
    lab: Lab, robin: Person, partner: Resource
) -> None:
    """With the allowed ranges they are more than the service takes: it is closed altogether, and they stay as told."""
    story = Story.private(lab, "aoai-full-offices-told")
    foreign = [f"203.0.113.{n}" for n in range(100)]

    await lets_in(robin, story, *foreign, action="Allow")
    await lab.settled()

    assert "Disabled" == story.account["publicNetworkAccess"]
    assert "Deny" == story.account["networkAcls"]["defaultAction"]
    assert foreign == rules(story)
    assert {Outcome.FORBIDDEN} == await seen_from(story, partner)
    assert {"Closed", "Held"} == set(story.told)


async def test_a_range_that_is_only_audited_is_told_and_stays(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-added-offices-told")

    await lets_in(robin, story, "198.51.100.10", "203.0.113.0/24")
    await lab.settled()

    assert [] == story.writes
    assert ["Held"] == story.told
    [drift] = story.alerts[0]["data"]["drifts"]
    assert ("ip-rules", "AUDIT") == (drift["rule"], drift["withheld"])
    assert "Robin Example" == story.alerts[0]["data"]["actor"]["name"]


async def test_an_aiservices_account_opened_to_a_partner_is_closed_where_nobody_is_let_in(
    lab: Lab, robin: Person, partner: Resource
) -> None:
    story = Story.private(lab, "ais-partner", "AIServices")
    others = OtherTeam.beside(story)

    await lets_in(robin, story, "198.51.100.0/24")
    assert {Outcome.ANSWERED} == await seen_from(story, partner)
    await lab.settled()

    assert "Disabled" == story.account["publicNetworkAccess"]
    assert ["198.51.100.0/24"] == rules(story)
    assert await story.is_private()
    assert ["PATCH accounts"] == story.writes
    assert ["Closed"] == story.told
    assert others.is_untouched
