"""Somebody else's endpoint is connected to an account: people are told, and nothing of other people's is touched."""

from collections.abc import AsyncIterator

import pytest

from tests.harness.lab import Lab, Plan
from tests.harness.people import Person
from tests.harness.physics.seeding import Seeding
from tests.harness.physics.types import ENDPOINT, NETWORK
from tests.harness.world import Json, Switches
from tests.harness.worlds import HUB, strangers
from tests.scenarios import connections, policies
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import Story

GROUP = "rg-strangers"
KINDS = [("aoai", "OpenAI"), ("ais", "AIServices")]


@pytest.fixture(scope="module")
async def lab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    policy = policies.written(tmp_path_factory.mktemp("policy"), profiles=policies.PATH_PROFILES)
    # Who approves or rejects a connection waits for the answer; that wait is the story of no test here.
    switches = Switches(connection_reject_seconds=0)
    async with Lab(Plan(policy=policy, switches=switches, settings=NEVER)) as lab:
        yield lab


@pytest.fixture(scope="module")
async def others(lab: Lab) -> Seeding:
    """Another team's subscription, where Latch has no rights."""
    seeding = Seeding(lab.physics, HUB)
    strangers(seeding)
    return seeding


@pytest.fixture
def kim(lab: Lab, others: Seeding) -> Person:
    """Somebody of that team, once there is one."""
    del others
    return lab.person("Kim Example")


async def connects(kim: Person, others: Seeding, story: Story) -> str:
    """Asks for a connection, as who has no rights on the account must; the endpoint's id."""
    endpoint_id = others.id(GROUP, ENDPOINT, f"pe-of-others-{story.name}")
    link = {"privateLinkServiceId": story.id, "groupIds": ["account"]}
    properties: Json = {
        "subnet": {"id": f"{others.id(GROUP, NETWORK, 'vnet-strangers')}/subnets/snet-endpoints"},
        "manualPrivateLinkServiceConnections": [{"name": "asked-for", "properties": link}],
    }
    await kim.put(endpoint_id, {"location": "japaneast", "properties": properties})
    await story.lab.clock.advance(story.lab.world.switches.endpoint_seconds)
    return endpoint_id


@pytest.mark.parametrize(("prefix", "kind"), KINDS)
async def test_an_approved_endpoint_of_others_is_told_and_stays(
    lab: Lab, robin: Person, kim: Person, others: Seeding, prefix: str, kind: str
) -> None:
    story = Story.private(lab, f"{prefix}-shared-with-others-plain", kind)
    foreign = await connects(kim, others, story)

    await connections.answer(robin, connections.of(story, foreign), "Approved")
    await lab.settled()

    assert "Approved" == connections.status(story, foreign)
    assert ["Stalled"] == story.told
    assert {"unknown-connection"} == story.rules
    assert foreign in story.evidence
    assert {"Robin Example"} == story.actors
    assert [] == story.writes
    assert [] == story.strays()
    assert await story.is_private()


async def test_an_endpoint_of_others_that_waits_is_told_and_never_approved(
    lab: Lab, robin: Person, kim: Person, others: Seeding
) -> None:
    story = Story.private(lab, "aoai-asked-by-others-plain")
    foreign = await connects(kim, others, story)

    await robin.patch(story.id, {"tags": {"team": "search"}})
    await lab.settled()

    assert "Pending" == connections.status(story, foreign)
    assert ["Stalled"] == story.told
    assert "and it is Pending" in story.evidence
    assert [] == story.writes
    assert [] == story.strays()


@pytest.mark.parametrize(("prefix", "kind"), KINDS)
async def test_an_endpoint_that_the_policy_admits_is_nobodys_business(
    lab: Lab, robin: Person, kim: Person, others: Seeding, prefix: str, kind: str
) -> None:
    story = Story.private(lab, f"{prefix}-admitting", kind)
    foreign = await connects(kim, others, story)

    await connections.answer(robin, connections.of(story, foreign), "Approved")
    await lab.settled()

    assert [] == story.told
    assert [] == story.writes
    assert [] == story.strays()


async def test_an_endpoint_of_others_that_was_rejected_is_over(
    lab: Lab, robin: Person, kim: Person, others: Seeding
) -> None:
    """It carries nothing any more: who said no need not be told so."""
    story = Story.private(lab, "aoai-refused-others-plain")
    foreign = await connects(kim, others, story)

    await connections.answer(robin, connections.of(story, foreign), "Rejected")
    await lab.settled()

    assert [] == story.told
    assert [] == story.strays()


async def test_the_own_endpoint_is_rebuilt_beside_that_of_others(
    lab: Lab, robin: Person, kim: Person, others: Seeding
) -> None:
    """The others' endpoint, addresses, zone and link are as before."""
    story = Story.private(lab, "aoai-rebuilt-beside-others-plain")
    foreign = await connects(kim, others, story)
    await connections.answer(robin, connections.of(story, foreign), "Approved")
    await lab.settled()
    before = theirs(lab)
    story.begins()

    await robin.delete(story.endpoint_id)
    await lab.settled()

    assert ["PUT privateEndpoints", "PUT privateDnsZoneGroups"] == story.writes
    assert [] == story.strays()
    assert before == theirs(lab)
    assert await story.is_private()
    [told] = [each for each in story.alerts if each["type"].endswith("Stalled")]
    assert "Done besides: Create private endpoint" in told["data"]["headline"]


def theirs(lab: Lab) -> dict[str, Json]:
    """All that stands in the others' subscription."""
    return {id_: dict(body) for id_, body in lab.world.everything().items() if HUB in id_}
