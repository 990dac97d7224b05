"""A link of a zone is changed, or gives way to a zone of the same name that is somebody else's.

What a link says is mended where the policy says so; a rival zone is told, and never touched.
"""

from collections.abc import AsyncIterator

import pytest

from tests.harness.lab import Lab, Plan
from tests.harness.people import Person
from tests.harness.physics.seeding import Seeding
from tests.harness.physics.types import LINK
from tests.harness.witness import Outcome
from tests.harness.world import Json
from tests.harness.worlds import HUB
from tests.scenarios import policies
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import COGNITIVE_ZONE, OPENAI_ZONE, Story


@pytest.fixture(scope="module")
async def lab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    """Links are shared by all accounts: each story ends with every link as it was."""
    policy = policies.written(tmp_path_factory.mktemp("policy"), profiles=policies.PATH_PROFILES)
    async with Lab(Plan(policy=policy, settings=NEVER)) as lab:
        yield lab


def link_id(lab: Lab, zone: str) -> str:
    [link] = lab.world.children(Story(lab, "any").zone_id(zone), LINK)
    return link.id


def said_by(lab: Lab, link: str) -> tuple[bool, str]:
    properties = lab.world.everything()[link]["properties"]
    return properties["registrationEnabled"], properties["resolutionPolicy"]


async def link(robin: Person, lab: Lab, zone_id: str, name: str) -> str:
    """Links a zone to the network of all stories; the link's id."""
    network: Json = {"id": lab.places.network.id}
    made = f"{zone_id}/virtualNetworkLinks/{name}"
    await robin.put(made, {"location": "global", "properties": {"virtualNetwork": network}})
    await lab.clock.advance(lab.world.switches.zone_seconds)
    return made


# What a link says -----------------------------------------------------------------------------------------------------

CHANGES = [
    pytest.param("registering", {"registrationEnabled": True}, id="machines register themselves"),
    pytest.param(
        "redirecting", {"resolutionPolicy": "NxDomainRedirect"}, id="missing names lead out"
    ),
]


@pytest.mark.parametrize(("name", "change"), CHANGES)
async def test_a_link_that_was_changed_is_mended_where_the_policy_says_so(
    lab: Lab, robin: Person, name: str, change: Json
) -> None:
    story = Story.private(lab, f"aoai-{name}-mending")
    await story.rechecked()
    changed = link_id(lab, OPENAI_ZONE)

    await robin.patch(changed, {"properties": change})
    await lab.settled()

    assert (False, "Default") == said_by(lab, changed)
    assert [changed] == [each.id for each in lab.world.children(story.zone_id(), LINK)]
    assert ["Restored"] == story.told
    assert {"link-settings"} == story.rules
    assert {"Robin Example"} == story.actors
    assert [] == story.strays(changed)
    assert await story.is_private()


@pytest.mark.parametrize(("name", "change"), CHANGES)
async def test_elsewhere_a_changed_link_is_told_and_stays(
    lab: Lab, robin: Person, name: str, change: Json
) -> None:
    """Who changed it may have meant it for another of the many accounts that share the zone."""
    story = Story.private(lab, f"form-{name}-plain", "FormRecognizer")
    await story.rechecked()
    changed = link_id(lab, COGNITIVE_ZONE)

    await robin.patch(changed, {"properties": change})
    await lab.settled()

    assert (False, "Default") != said_by(lab, changed)
    assert ["Held"] == story.told
    assert {"link-settings"} == story.rules
    assert {"Robin Example"} == story.actors
    assert [] == story.strays()

    as_it_was = {"registrationEnabled": False, "resolutionPolicy": "Default"}
    await robin.patch(changed, {"properties": as_it_was})
    await lab.settled()


# A rival of the same name ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"), [("aoai-rivaled-plain", "OpenAI"), ("ais-rivaled-plain", "AIServices")]
)
async def test_a_zone_of_the_same_name_that_took_the_network_is_named_and_left_alone(
    lab: Lab, robin: Person, name: str, kind: str
) -> None:
    story = Story.private(lab, name, kind)
    await story.rechecked()
    group = f"rg-dns-of-{name}"
    lab.seeding.resource_group(group)
    rival = lab.seeding.zone(OPENAI_ZONE, group)

    lab.grid.trouble.drop = 1
    await robin.delete(link_id(lab, OPENAI_ZONE))
    await lab.clock.advance(lab.world.switches.zone_seconds)
    theirs = await link(robin, lab, rival.id, "link-of-others")
    before = dict(lab.world.everything()[theirs])
    assert Outcome.NAME_NOT_FOUND in {each.outcome for each in await story.inside()}
    await lab.swept()

    assert ["Stalled"] == story.told
    assert {"zone-link"} == story.rules
    assert f"the network is linked to {rival.id} instead" in story.evidence
    assert before == lab.world.everything()[theirs]
    assert [] == story.strays()

    await robin.delete(theirs)
    await lab.settled()
    await lab.swept()

    assert ["Restored", "Stalled"] == story.told
    assert [] == story.strays(f"{story.zone_id()}/virtualNetworkLinks")
    assert await story.is_private()


async def test_a_rival_that_latch_may_not_see_is_told_by_azures_own_words(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-hidden-rival-plain")
    await story.rechecked()
    hidden = Seeding(lab.physics, HUB)
    hidden.resource_group("rg-strangers")
    rival = hidden.zone(OPENAI_ZONE, "rg-strangers")
    kim = lab.person("Kim Example")

    lab.grid.trouble.drop = 1
    await robin.delete(link_id(lab, OPENAI_ZONE))
    await lab.clock.advance(lab.world.switches.zone_seconds)
    theirs = await link(kim, lab, rival.id, "link-of-strangers")
    await lab.swept()

    assert ["PUT virtualNetworkLinks: BadRequest"] == refused(story)
    assert "Stalled" in story.told
    assert "overlapping" in str(story.alerts)
    assert "Completed" == lab.world.everything()[theirs]["properties"]["virtualNetworkLinkState"]
    assert [] == story.strays(f"{story.zone_id()}/virtualNetworkLinks")

    await kim.delete(theirs)
    await lab.clock.advance(lab.world.switches.zone_seconds)
    await lab.swept()
    assert await story.is_private()


def refused(story: Story) -> list[str]:
    """What Latch was refused about links, each once."""
    attempts = story.strays()
    return sorted({each.partition(" at ")[0] for each in attempts if "Links: " in each})
