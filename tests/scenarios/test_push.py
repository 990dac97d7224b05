"""Event Grid pushes instead of using the queue, in either schema: the same job, and the same care with bad input."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness.lab import Lab, Plan
from tests.harness.people import Person
from tests.scenarios import events
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import Story


@pytest.fixture(scope="module", params=["EventGridSchema", "CloudEventSchemaV1_0"])
async def lab(request: pytest.FixtureRequest, policy: Path) -> AsyncIterator[Lab]:
    plan = Plan(policy=policy, ingest="push", schema=request.param, settings=NEVER)
    async with Lab(plan) as lab:
        yield lab


async def test_an_opened_account_is_closed_and_told(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-opened")

    await robin.opens(story.id)
    await lab.settled()

    assert ["GET accounts", "PATCH accounts"] == story.calls[:2]
    assert ["Closed"] == story.told
    assert "Robin Example" == story.alerts[0]["data"]["actor"]["name"]
    assert await story.is_private()


async def test_a_deleted_endpoint_is_rebuilt(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-cut-off")

    await robin.delete(story.endpoint_id)
    await lab.settled()

    assert ["Restored"] == story.told
    assert await story.is_private()


async def test_events_that_are_not_ours_are_dropped_and_not_sent_again(lab: Lab) -> None:
    foreign = Story(lab, "aoai-contoso-prod").id.replace("11111111-1111", "22222222-2222")
    before = dict(lab.grid.stats)
    cargo = events.written(foreign)
    if lab.plan.schema != "EventGridSchema":
        cargo = events.as_cloud_event(cargo)

    lab.grid.deliver_raw([cargo])
    await lab.settled()

    assert before.get("delivered", 0) + 1 == lab.grid.stats["delivered"]
    assert before.get("failed", 0) == lab.grid.stats.get("failed", 0)


async def test_a_worker_that_dies_gets_the_event_again(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-survivor")
    assert lab.host is not None

    await robin.opens(story.id)
    lab.host.kill_worker()
    await lab.settled()

    assert ["Closed"] == story.told
    assert await story.is_private()
