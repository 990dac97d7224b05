"""The worker dies when it has closed an account and told nobody: the message comes again, and people hear of it."""

import asyncio

from tests.harness.lab import LATCH, Lab
from tests.harness.people import Person
from tests.scenarios.story import Story


async def is_closed(story: Story) -> None:
    """Waits, in real time, until the account is closed in the world."""
    async with asyncio.timeout(30):
        while story.account["publicNetworkAccess"] != "Disabled":  # noqa: ASYNC110 - the world is plain data
            await asyncio.sleep(0.001)


async def test_a_closing_that_nobody_was_told_of_is_told_as_what_is_known(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-interrupted")
    assert lab.host is not None
    struck = {"method": "PATCH", "id": story.id, "delay": 20.0, "count": 1, "reset": True}
    lab.weather.add({"principal": LATCH.name, "after_write": True, **struck})

    await robin.opens(story.id)
    settling = asyncio.create_task(lab.settled())
    await is_closed(story)
    lab.host.kill_worker()
    await settling
    lab.weather.clear()

    assert ["Interrupted"] == story.told
    [alert] = story.alerts
    assert "Robin Example" == alert["data"]["actor"]["name"]
    assert 1 == len(story.writes)
