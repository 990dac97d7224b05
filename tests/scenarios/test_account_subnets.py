"""Subnets are let in by their service endpoints: those of the profile stay, all others go.

Whether who writes such a rule needs a right on its subnet is not verified, so the stories are told in both ways.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness.lab import LATCH, Lab, Plan
from tests.harness.people import Person
from tests.harness.witness import Outcome
from tests.harness.world import Json, Resource, Switches
from tests.scenarios.conftest import NEVER
from tests.scenarios.neighbors import OtherTeam, network, seen_from
from tests.scenarios.story import Story

ELSEWHERE = (
    "/subscriptions/99999999-9999-4999-8999-999999999999/resourceGroups/rg-fabrikam"
    "/providers/Microsoft.Network/virtualNetworks/vnet-fabrikam/subnets/snet-fabrikam"
)


@pytest.fixture(
    scope="module", params=[False, True], ids=["rules need no join", "rules need a join"]
)
async def lab(request: pytest.FixtureRequest, policy: Path) -> AsyncIterator[Lab]:
    # A person's wait for such an answer is real here: nobody moves the clock meanwhile.
    switches = Switches(vnet_rules_need_join=request.param, vnet_rule_answer_seconds=0)
    async with Lab(Plan(policy=policy, switches=switches, settings=NEVER)) as lab:
        yield lab


@pytest.fixture
async def partner(lab: Lab) -> Resource:
    """A network that no profile names."""
    return network(lab, "partner", "10.30.0.0/24")


@pytest.fixture
async def office(lab: Lab) -> Resource:
    """The network whose subnet the profile names; who runs Latch gave it the right to join that."""
    there = network(lab, "office", "10.40.0.0/24")
    lab.roles.assign(LATCH.object_id, "Network Contributor", there.id)
    return there


async def lets_in(person: Person, story: Story, *subnets: str, action: str = "Deny") -> None:
    """Selects networks in the portal."""
    rules: Json = {"defaultAction": action, "virtualNetworkRules": [{"id": s} for s in subnets]}
    await person.patch(
        story.id, {"properties": {"publicNetworkAccess": "Enabled", "networkAcls": rules}}
    )


def subnet_of(network: Resource) -> str:
    return f"{network.id}/subnets/{network.name.replace('vnet', 'snet')}"


def rules(story: Story) -> list[str]:
    return [rule["id"] for rule in story.account["networkAcls"]["virtualNetworkRules"]]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        pytest.param("aoai-subnets-offices", "OpenAI", id="OpenAI"),
        pytest.param("ais-subnets-offices", "AIServices", id="AIServices"),
    ],
)
async def test_subnets_that_nobody_allowed_are_removed_and_the_allowed_one_stays(
    lab: Lab, robin: Person, office: Resource, partner: Resource, name: str, kind: str
) -> None:
    story = Story.private(lab, name, kind)
    others = OtherTeam.beside(story)

    await lets_in(robin, story, subnet_of(office), subnet_of(partner))
    assert {Outcome.ANSWERED} == await seen_from(story, partner)
    await lab.settled()

    assert [subnet_of(office)] == rules(story)
    assert {Outcome.FORBIDDEN} == await seen_from(story, partner)
    assert {Outcome.ANSWERED} == await seen_from(story, office)
    assert {True} == {each.ok for each in await story.inside()}
    assert ["PATCH accounts"] == story.writes
    assert others.is_untouched

    [alert] = story.alerts
    assert "Robin Example" == alert["data"]["actor"]["name"]
    assert ["subnet-rules"] == [drift["rule"] for drift in alert["data"]["drifts"]]


async def test_an_account_with_subnet_rules_is_closed(
    lab: Lab, robin: Person, partner: Resource
) -> None:
    story = Story.private(lab, "aoai-with-subnets")

    await lets_in(robin, story, subnet_of(partner), action="Allow")
    assert [True] == [each.ok for each in await story.outside()]
    await lab.settled()

    assert "Disabled" == story.account["publicNetworkAccess"]
    assert [subnet_of(partner)] == rules(story)
    assert await story.is_private()
    assert "Closed" == story.told[0]
    assert "Robin Example" == story.alerts[0]["data"]["actor"]["name"]


async def test_an_account_opened_to_a_partner_is_closed(
    lab: Lab, robin: Person, partner: Resource
) -> None:
    story = Story.private(lab, "ais-for-partner", "AIServices")

    await lets_in(robin, story, subnet_of(partner))
    assert {Outcome.ANSWERED} == await seen_from(story, partner)
    await lab.settled()

    assert "Disabled" == story.account["publicNetworkAccess"]
    assert {Outcome.FORBIDDEN} == await seen_from(story, partner)
    assert await story.is_private()
    assert ["Closed"] == story.told


async def test_an_account_open_to_all_is_closed_though_its_subnets_are_only_audited(
    lab: Lab, robin: Person, partner: Resource
) -> None:
    story = Story.private(lab, "aoai-subnets-offices-told")
    stranger = network(lab, "stranger", "10.50.0.0/24")

    await lets_in(robin, story, subnet_of(partner), action="Allow")
    assert {Outcome.ANSWERED} == await seen_from(story, stranger)
    await lab.settled()

    assert {Outcome.FORBIDDEN} == await seen_from(story, stranger)
    assert [subnet_of(partner)] == rules(story)
    assert "Closed" in story.told


@pytest.mark.parametrize("lab", [True], ids=["rules need a join"], indirect=True)
async def test_a_person_is_told_which_right_the_rules_need_and_closing_does_not_wait_for_it(
    lab: Lab, robin: Person, partner: Resource
) -> None:
    story = Story.private(lab, "aoai-without-right")

    await lets_in(robin, story, subnet_of(partner), action="Allow")
    await lab.settled()

    assert await story.is_private()
    assert ["PATCH accounts: LinkedAuthorizationFailed", "PATCH accounts"] == story.writes[:2]
    assert {"PATCH accounts: LinkedAuthorizationFailed"} == set(story.writes[2:])
    assert ["Closed", "Stalled"] == story.told
    [headline] = (a["data"]["headline"] for a in story.alerts if a["type"].endswith("Stalled"))
    assert "subnets/joinViaServiceEndpoint/action" in headline
    assert "subnets/snet-partner" in headline
