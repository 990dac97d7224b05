"""When is a lab quiet, and how far does it move its clock for that?"""

from collections.abc import AsyncIterator

import pytest

from tests.harness.clock import LabClock
from tests.harness.settling import Gauges, settle


class Ticker:
    """Something that is due again and again, and is never at its end."""

    def __init__(self, clock: LabClock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self.ticks = 0
        self._next()

    def _next(self) -> None:
        self._clock.call_later(self._seconds, self._tick)

    def _tick(self) -> None:
        self.ticks += 1
        self._next()


@pytest.fixture
async def clock() -> AsyncIterator[LabClock]:
    clock = LabClock()
    yield clock
    clock.close()


def quiet() -> Gauges:
    return Gauges(dict, _none, _none)


async def _none() -> int:
    return 0


async def test_what_is_due_is_brought_about(clock: LabClock) -> None:
    done: list[float] = []
    clock.call_later(31, lambda: done.append(clock.offset))

    moved = await settle(clock, quiet(), within=5)

    assert len(done) == 1
    assert moved == pytest.approx(31, abs=1)


async def test_what_never_ends_is_left_after_the_time_that_was_given(clock: LabClock) -> None:
    ticker = Ticker(clock, 30)

    moved = await settle(clock, quiet(), within=5, at_most=300)

    assert moved == pytest.approx(300, abs=1)
    assert ticker.ticks == 10
