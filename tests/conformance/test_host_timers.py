"""Timers of the host: on the lab's clock, retried as the app says, and run by hand."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.conformance.apps import Storage, hosting, quiet, storage
from tests.harness.clock import LabClock
from tests.harness.host.bindings import Binding, Function, Retry
from tests.harness.host.config import ConfigError
from tests.harness.host.functions import FunctionsHost
from tests.harness.host.timers import schedule_of


@pytest.fixture(scope="module")
async def store(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Storage]:
    async with storage(tmp_path_factory.mktemp("timers")) as running:
        yield running


@pytest.fixture
async def host(store: Storage) -> AsyncIterator[FunctionsHost]:
    await store.clear("ticks")
    async with hosting("sample", store) as running:
        yield running


async def retried(host: FunctionsHost, clock: LabClock) -> None:
    """Lets the two retries fall due, one after the other."""
    for _ in range(2):
        await quiet(host)
        await clock.advance(30)
    await quiet(host)


async def test_a_timer_runs_when_its_hour_comes_and_is_retried_until_it_succeeds(
    host: FunctionsHost, store: Storage
) -> None:
    assert host.stats["on_timer"].invoked == 0

    await store.clock.advance(3600)
    await retried(host, store.clock)

    counts = host.stats["on_timer"]
    assert (counts.invoked, counts.failed, counts.succeeded) == (3, 2, 1)
    assert await store.take("ticks") == ["2 of 3, late: False"]


async def test_a_timer_runs_again_at_its_next_hour(host: FunctionsHost, store: Storage) -> None:
    for _ in range(2):
        await store.clock.advance(3600)
        await retried(host, store.clock)

    assert host.stats["on_timer"].succeeded == 2


async def test_a_timer_can_be_run_by_hand(host: FunctionsHost, store: Storage) -> None:
    url = f"{host.url}/admin/functions/on_timer"
    headers = {"x-functions-key": host.keys.master}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, json={"input": ""}, headers=headers) as answer,
    ):
        assert answer.status == 202
    await retried(host, store.clock)

    assert host.stats["on_timer"].succeeded == 1


async def test_a_retry_that_is_still_to_come_does_not_keep_the_host_open(store: Storage) -> None:
    async with hosting("sample", store) as host:
        await store.clock.advance(3600)
        await quiet(host)

    assert host.stats["on_timer"].invoked == 1


async def test_a_timer_waits_for_its_hour_as_something_periodic(
    host: FunctionsHost, store: Storage
) -> None:
    await quiet(host)

    assert store.clock.next_due() is None


@pytest.mark.parametrize(
    ("schedule", "complaint"),
    [
        ("*/5 * * * *", "not six-field"),
        ("61 * * * * *", "not six-field"),
        ("00:05:00", "not six-field"),
        ("0 0 0 1 * 1", "extend tests/harness/host/timers.py"),
    ],
)
def test_a_schedule_that_is_not_modeled_is_refused(schedule: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        schedule_of(timer(schedule))


def test_an_exponential_retry_doubles_between_its_bounds() -> None:
    retry = Retry("exponential_backoff", 5, minimum_interval=5, maximum_interval=30)

    assert [retry.seconds(n) for n in range(1, 6)] == [5, 10, 20, 30, 30]


def timer(schedule: str, **values: Any) -> Function:
    binding = Binding("timerTrigger", "timer", {"schedule": schedule, **values})
    return Function("tick", "id", binding, (), None)
