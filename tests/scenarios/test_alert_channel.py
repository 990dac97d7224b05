"""The topic that people are told through is down, or a message is lost: the alert arrives later, and once."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.harness.lab import Lab, Plan
from tests.harness.people import Person
from tests.harness.world import Json
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import Story, queue, spent


@pytest.fixture(scope="module")
async def lab(policy: Path) -> AsyncIterator[Lab]:
    """A lab of its own, because these stories end with sweeps, and a sweep looks at every account there is."""
    async with Lab(Plan(policy=policy, settings=NEVER)) as lab:
        yield lab


@pytest.fixture(autouse=True)
def fair_weather(lab: Lab) -> Iterator[None]:
    yield
    lab.weather.clear()


@pytest.mark.parametrize(
    ("name", "trouble"),
    [
        ("unavailable", {"status": 503}),
        ("throttled", {"status": 429, "retry_after": 120}),
        ("broken", {"reset": True}),
    ],
)
async def test_an_alert_arrives_once_the_topic_takes_it(
    lab: Lab, robin: Person, name: str, trouble: Json
) -> None:
    story = Story.private(lab, f"aoai-topic-{name}")
    lab.weather.add({"door": "topic", "count": 6, **trouble})

    await robin.opens(story.id)
    await lab.settled()

    assert ["Closed"] == story.told
    assert "Disabled" == story.account["publicNetworkAccess"]
    assert [1] == [a.copies for a in lab.sink.alerts() if a.event["subject"] == story.id]


async def test_a_topic_that_is_down_for_an_hour_gets_every_alert_once_when_it_is_back(
    lab: Lab, robin: Person
) -> None:
    stories = [Story.private(lab, f"aoai-topic-hour-{number}") for number in range(4)]
    lab.weather.add({"door": "topic", "status": 503})
    for story in stories:
        await robin.opens(story.id)
        await lab.settled()
        await lab.clock.advance(900)
    before = [story.told for story in stories]
    lab.weather.clear()
    await lab.clock.advance(900)
    await lab.settled()

    assert [[]] * 4 == before
    assert [["Closed"]] * 4 == [story.told for story in stories]
    ids = {story.id for story in stories}
    assert [1] * 4 == [a.copies for a in lab.sink.alerts() if a.event["subject"] in ids]


async def test_an_alert_that_the_topic_refuses_is_kept_until_a_person_has_mended_it(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-topic-refusing")
    lab.weather.add({"door": "topic", "status": 401})
    await robin.opens(story.id)
    await lab.settled()
    assert [] == story.told

    lab.weather.clear()
    await lab.clock.advance(3600)
    await lab.swept()

    assert ["Closed"] == story.told


async def test_an_alert_whose_queue_message_is_lost_is_asked_for_by_the_sweep(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-message-lost")
    assert lab.host is not None
    lab.weather.add({"door": "topic", "status": 503, "count": 1})
    [rule] = lab.weather.rules
    await robin.opens(story.id)
    await lab.clock.advance(lab.world.switches.account_seconds)
    await spent(rule)
    await lab.host.idle()
    async with queue(lab, "latch-alerts") as alerts:
        await alerts.clear_messages()
    lab.weather.clear()
    await lab.settled()
    assert [] == story.told

    await lab.clock.advance(3600)
    await lab.swept()

    assert ["Closed"] == story.told
