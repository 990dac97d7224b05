"""Several passes, and several events at once: what must be done is done once."""

import asyncio

from tests.harness.lab import LATCH, Lab
from tests.harness.people import Person
from tests.scenarios import events
from tests.scenarios.story import Story, recheck


async def test_two_passes_at_once_write_once(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-two-passes")
    lab.weather.add({"principal": LATCH.name, "method": "GET", "id": story.id, "delay": 0.3})

    await robin.delete(story.endpoint_id)
    asked = {"account": story.id, "mode": "enforce"}
    settling = asyncio.create_task(lab.settled())
    answers = await asyncio.gather(*(recheck(lab, asked) for _ in range(3)))
    await settling
    lab.weather.clear()
    await lab.settled()

    assert {status for status, _ in answers} <= {200, 202}
    assert ["PUT privateDnsZoneGroups", "PUT privateEndpoints"] == sorted(story.writes)
    assert ["Restored"] == story.told
    assert await story.is_private()


async def test_two_passes_that_close_at_once_leave_one_closed_account(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-closed-twice")

    await robin.opens(story.id)
    asked = {"account": story.id, "mode": "enforce"}
    await asyncio.gather(lab.settled(), *(recheck(lab, asked) for _ in range(3)))
    await lab.settled()

    assert {"PATCH accounts"} == {call for call in story.writes if ":" not in call}
    assert await story.is_private()


async def test_a_burst_of_events_on_one_account_is_a_pass_or_two(lab: Lab) -> None:
    """The events come while the first pass looks already, so that a second one must answer for the last of them."""
    story = Story.private(lab, "aoai-burst")
    written = [events.written(story.id, id=f"event-{number}") for number in range(12)]

    lab.grid.deliver_raw(written)
    await lab.settled()

    looks = [call for call in story.calls if call == "GET privateEndpoints"]
    assert 1 <= len(looks) <= 2
    assert [] == story.writes
