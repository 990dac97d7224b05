"""People hear of an alert through a topic, or through the log when there is none."""

import logging
from collections.abc import AsyncIterator

import pytest

from remediation.adapters.notifiers import LogNotifier, TopicNotifier
from remediation.errors import Forbidden, Refused, Throttled, Unavailable
from tests.contract.topic_fixtures import Grid
from tests.harness.certificates import Authority
from tests.harness.world import Json

ALERT = {
    "specversion": "1.0",
    "id": "alert-1",
    "source": "/latch/account",
    "type": "Latch.Alert.Closed",
    "subject": "/account",
    "time": "2026-10-14T09:00:00Z",
    "datacontenttype": "application/json",
    "data": {"headline": "latch-demo was open for 3 s and is closed"},
}


@pytest.fixture
async def grid(authority: Authority) -> AsyncIterator[Grid]:
    grid = Grid(authority)
    await grid.topic.start()
    yield grid
    await grid.topic.close()
    grid.clock.close()


@pytest.fixture
async def notifier(grid: Grid) -> AsyncIterator[TopicNotifier]:
    notifier = grid.notifier()
    yield notifier
    await notifier.close()


async def test_an_alert_arrives_as_one_cloud_event(grid: Grid, notifier: TopicNotifier) -> None:
    await notifier.send(ALERT)
    (accepted,) = grid.sink.alerts()

    assert accepted.event == {**ALERT, "time": "2026-10-14T09:00:00.000Z"}
    assert accepted.copies == 1


async def test_an_alert_sent_twice_is_recognized_as_one(
    grid: Grid, notifier: TopicNotifier
) -> None:
    await notifier.send(ALERT)
    await notifier.send(ALERT)
    (accepted,) = grid.sink.alerts()

    assert accepted.copies == 2


async def test_a_busy_topic_is_not_waited_for(grid: Grid, notifier: TopicNotifier) -> None:
    grid.weather.add({"door": "topic", "status": 429, "code": "TooManyRequests", "retry_after": 60})
    with pytest.raises(Throttled) as caught:
        await notifier.send(ALERT)

    assert caught.value.retry_after == 60
    assert grid.topic.received == 1


@pytest.mark.parametrize(
    "trouble",
    [{"door": "topic", "status": 503}, {"door": "topic", "reset": True}],
    ids=["it says that it cannot", "the connection breaks"],
)
async def test_a_topic_in_trouble_is_tried_again_later(
    grid: Grid, notifier: TopicNotifier, trouble: Json
) -> None:
    grid.weather.add(trouble)
    with pytest.raises(Unavailable):
        await notifier.send(ALERT)


async def test_a_missing_role_is_told(grid: Grid, notifier: TopicNotifier) -> None:
    grid.allowed = False
    with pytest.raises(Forbidden, match="EventGrid Data Sender"):
        await notifier.send(ALERT)


async def test_an_alert_that_is_no_cloud_event_is_refused(notifier: TopicNotifier) -> None:
    with pytest.raises(Refused, match="not a CloudEvent"):
        await notifier.send({"headline": "without an envelope"})


async def test_without_a_topic_the_log_has_the_headline(caplog: pytest.LogCaptureFixture) -> None:
    await LogNotifier().send(ALERT)
    (line,) = caplog.records

    assert line.levelno == logging.WARNING
    assert line.message == "alert: latch-demo was open for 3 s and is closed"
