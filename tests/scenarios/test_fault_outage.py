"""Event Grid is away for a day: the sweep alone finds everything, and the backlog that comes later is no storm."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness.lab import Lab, Plan
from tests.harness.people import Person
from tests.scenarios.conftest import IMPATIENT, NEVER
from tests.scenarios.story import Story

_DAY = 86_400
# What a subscription gives back is on its way again within this long: the longest pause of the first hours.
_HOURS = 6 * 3600
_CHANGES = 3
# FULL passes that a changed account may cost in a storm.
_PASSES = 1.2
# A write of an account has ended by then, and the next one is not refused.
_MINUTE = 60


@pytest.fixture(scope="module")
async def lab(policy: Path) -> AsyncIterator[Lab]:
    async with Lab(Plan(policy=policy, settings=NEVER | IMPATIENT)) as lab:
        yield lab


def full_passes(lab: Lab, since: int) -> list[str]:
    """The account of each FULL pass that the worker told of since then."""
    told = (line.partition("pass ended: ") for line in lab.worker_log[since:].splitlines())
    passes = [json.loads(text) for _, said, text in told if said]
    return [each["account"] for each in passes if each["lane"] == "full"]


async def test_after_a_day_without_events_the_sweep_alone_puts_everything_right(
    lab: Lab, robin: Person
) -> None:
    stories = [Story.private(lab, f"aoai-unheard-{number}") for number in range(4)]
    lab.grid.trouble.outage = True
    for story in stories:
        await robin.opens(story.id)
        await robin.delete(story.endpoint_id)
    await lab.grid.let_pass(_DAY)
    assert [] == [story.name for story in stories if story.told]

    await lab.swept()

    lab.grid.trouble.outage = False
    assert [] == [story.name for story in stories if not await story.is_private()]
    assert [] == [story.name for story in stories if "Restored" not in story.told]


async def test_a_backlog_of_events_is_worked_off_without_a_storm(lab: Lab, robin: Person) -> None:
    """Each account was changed several times, to nobody's harm. Deliveries come back one by one, hours apart: the first
    look at an account answers the rest, since each finds the account as that look left it.
    """
    stories = await given_up_on(lab, robin, "aoai-changed")
    logged = len(lab.worker_log)

    await delivered_at_last(lab)

    passes = full_passes(lab, logged)
    assert {story.id for story in stories} <= set(passes)
    assert len(passes) <= _PASSES * len(stories)
    assert [] == [story.name for story in stories if story.writes]


async def test_a_backlog_of_drifts_is_put_right_and_told(lab: Lab, robin: Person) -> None:
    stories = await given_up_on(lab, robin, "aoai-backlog")
    for story in stories:
        await robin.opens(story.id)

    await delivered_at_last(lab)

    assert [] == [story.name for story in stories if not await story.is_private()]
    assert [] == [story.name for story in stories if not story.told]
    assert {"Robin Example"} == {name for story in stories for name in story.actors}


async def given_up_on(lab: Lab, robin: Person, name: str) -> list[Story]:
    """Accounts that are known, and were changed while nothing could be delivered."""
    stories = [Story.private(lab, f"{name}-{number}") for number in range(4)]
    for story in stories:
        await story.rechecked()
    lab.weather.add({"door": "delivery", "status": 503})
    for number in range(_CHANGES):
        for story in stories:
            await robin.patch(story.id, {"tags": {"note": str(number)}})
        await lab.grid.let_pass(_MINUTE)
    return stories


async def delivered_at_last(lab: Lab) -> None:
    """The destinations are away for half a day, and there again."""
    await lab.grid.let_pass(_HOURS)
    lab.weather.clear()
    await lab.grid.let_pass(_HOURS)
    await lab.settled(300)
