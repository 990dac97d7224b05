"""A policy that names no endpoint: what an account had when all was well is what comes back."""

from tests.harness.lab import Lab
from tests.harness.people import Person
from tests.scenarios.story import OPENAI_ZONE, Story


async def test_the_endpoint_comes_back_as_it_was(lab: Lab, robin: Person) -> None:
    story = Story.with_endpoint(
        lab,
        "aoai-well-remembered",
        "group-of-old",
        static={"default": "10.20.100.40"},
        tags={"owner": "search"},
        interface_name="nic-of-old",
    )
    await story.rechecked()

    await robin.delete(story.endpoint_id)
    await lab.settled()

    assert ["10.20.100.40"] == story.addresses == story.record()
    assert {"owner": "search"} == story.endpoint.body["tags"]
    assert "nic-of-old" == story.interface.name
    assert [[OPENAI_ZONE]] == list(story.zone_groups.values())
    assert await story.is_private()


async def test_what_latch_has_not_seen_in_good_order_is_not_invented(
    lab: Lab, robin: Person
) -> None:
    story = Story(lab, "aoai-never-remembered")

    await robin.creates_public_account(story.id)
    await lab.settled()

    assert "Disabled" == story.account["publicNetworkAccess"]
    assert ["PATCH accounts"] == story.writes
    assert ["Closed", "Stalled"] == story.told


async def test_a_broken_state_is_not_remembered(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-twice-remembered")
    await story.rechecked()
    was = story.addresses

    await robin.points(story.zone_id(), story.name, "10.99.0.4")
    await lab.settled()
    await robin.delete(f"{story.endpoint_id}/privateDnsZoneGroups/default")
    await lab.settled()

    assert was == story.addresses == story.record()
    assert await story.is_private()
