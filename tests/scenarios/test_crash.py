"""The worker process dies in the middle of things: another one finishes them, and people are told all the same."""

import asyncio

import pytest

from tests.harness.lab import LATCH, Lab
from tests.harness.people import Person
from tests.scenarios.story import Story, spent

MOMENTS = pytest.mark.parametrize("after_write", [False, True], ids=["before", "after"])


async def settled_with_a_death(
    lab: Lab, method: str, resource_id: str, *, after_write: bool
) -> None:
    """The worker ends while ARM works on this request of Latch: before the write counts, or after it."""
    assert lab.host is not None
    struck = {"method": method, "id": resource_id, "delay": 20.0, "count": 1, "reset": True}
    lab.weather.add({"principal": LATCH.name, "after_write": after_write, **struck})
    [rule] = lab.weather.rules
    settling = asyncio.create_task(lab.settled())
    await spent(rule)
    lab.host.kill_worker()
    await settling
    lab.weather.clear()


@MOMENTS
async def test_a_death_while_an_account_is_closed(
    lab: Lab, robin: Person, *, after_write: bool
) -> None:
    story = Story.private(lab, f"aoai-dies-closing-{after_write}")

    await robin.opens(story.id)
    await settled_with_a_death(lab, "PATCH", story.id, after_write=after_write)

    assert "Disabled" == story.account["publicNetworkAccess"]
    assert await story.is_private()


@MOMENTS
async def test_a_death_while_an_endpoint_is_rebuilt(
    lab: Lab, robin: Person, *, after_write: bool
) -> None:
    story = Story.private(lab, f"aoai-dies-building-{after_write}")

    await robin.delete(story.endpoint_id)
    await settled_with_a_death(lab, "PUT", story.endpoint_id, after_write=after_write)

    assert ["Restored"] == story.told
    assert await story.is_private()


async def test_a_death_while_the_account_is_read(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-dies-reading")

    await robin.opens(story.id)
    await settled_with_a_death(lab, "GET", story.id, after_write=False)

    assert ["Closed"] == story.told
    assert await story.is_private()
