"""Somebody removes what many accounts share, a zone or its link: every account's names lead home again.

What the platform restores by itself is not verified, so each story is told both ways.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness.lab import Lab, Plan
from tests.harness.people import Person
from tests.harness.physics.types import LINK
from tests.harness.world import Switches
from tests.harness.worlds import NETWORK
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import FOUNDRY_ZONE, OPENAI_ZONE, Story, writes_in


@pytest.fixture(scope="module", params=[True, False], ids=["platform heals", "platform does not"])
async def lab(request: pytest.FixtureRequest, policy: Path) -> AsyncIterator[Lab]:
    heals = request.param
    switches = Switches(records_heal=heals, zone_group_put_restores=heals)
    async with Lab(Plan(policy=policy, switches=switches, settings=NEVER)) as lab:
        yield lab


@pytest.fixture
async def stories(lab: Lab) -> tuple[Story, Story]:
    """The article's account and a second one, both of them known to Latch."""
    second = "aoai-second"
    story = (
        Story(lab, second) if lab.world.get(Story(lab, second).id) else Story.private(lab, second)
    )
    found = Story(lab, "aoai-contoso-prod"), story
    for each in found:
        await each.rechecked()
    return found


def link_of(lab: Lab, zone: str = OPENAI_ZONE) -> str:
    zone_id = Story(lab, "any").zone_id(zone)
    [link] = lab.world.children(zone_id, LINK)
    return link.id


async def test_a_removed_link_comes_back(
    lab: Lab, robin: Person, stories: tuple[Story, Story]
) -> None:
    written = len(writes_in(lab))

    await robin.delete(link_of(lab))
    await lab.settled()

    link = lab.world.everything()[link_of(lab)]
    assert "Completed" == link["properties"]["virtualNetworkLinkState"]
    assert [True, True] == [await story.is_private() for story in stories]
    assert {"PUT virtualNetworkLinks"} == set(writes_in(lab)[written:])


async def test_a_deleted_zone_comes_back_with_link_and_records(
    lab: Lab, robin: Person, stories: tuple[Story, Story]
) -> None:
    """Azure deletes no zone that has links, so they go first; the events come when all is gone."""
    lab.grid.trouble.delay = 5
    await robin.delete(link_of(lab))
    await lab.clock.advance(lab.world.switches.zone_seconds)
    await robin.delete(stories[0].zone_id())

    await lab.settled()
    lab.grid.trouble.delay = 0

    assert [story.addresses for story in stories] == [story.record() for story in stories]
    assert [True, True] == [await story.is_private() for story in stories]


async def test_a_deleted_record_comes_back(
    lab: Lab, robin: Person, stories: tuple[Story, Story]
) -> None:
    first, second = stories

    await robin.delete(first.record_id())
    await lab.settled()

    assert first.addresses == first.record()
    assert ["PUT A"] == first.writes
    assert [] == second.writes


async def test_a_deleted_zone_group_comes_back_with_its_record(
    lab: Lab, robin: Person, stories: tuple[Story, Story]
) -> None:
    first, _ = stories

    await robin.delete(f"{first.endpoint_id}/privateDnsZoneGroups/default")
    await lab.settled()

    assert {"default": [OPENAI_ZONE]} == first.zone_groups
    assert await first.is_private()


async def test_a_link_that_was_made_to_another_network_stays(lab: Lab, robin: Person) -> None:
    network = lab.seeding.virtual_network(
        "vnet-of-others", NETWORK, prefix="10.77.0.0/16", subnets={}
    )
    link = f"{Story(lab, 'any').zone_id(FOUNDRY_ZONE)}/virtualNetworkLinks/link-of-others"
    written = len(writes_in(lab))

    await robin.put(
        link,
        {
            "location": "global",
            "properties": {"virtualNetwork": {"id": network.id}, "registrationEnabled": False},
        },
    )
    await lab.settled()

    assert lab.world.get(link) is not None
    assert written == len(writes_in(lab))
