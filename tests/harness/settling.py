"""When is the lab quiet? When nothing runs, nothing is on its way, and nothing is due.

The clock is moved on the way: what is merely due later (an operation of 31 s, a retry, a hidden message) is not
waited for but brought about. Periodic things (timers of the app, the app's sweep) are never waited for.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.harness.clock import LabClock

# How far the clock moves at least while a hidden message is all that is left; nobody tells when it will appear, so
# the steps grow with the time that it has been hidden: it is found late by half of that at most.
STEP_SECONDS = 2.0
# How long running work may stand still, in real time, beside somebody who waits for the lab's clock (an answer that
# takes its time), before the clock is moved for it. Work that is merely slow never moves the clock.
STUCK_SECONDS = 0.1
# How far into the lab's future one call looks.
HORIZON_SECONDS = 3600.0


class UnsettledError(TimeoutError):
    """The lab did not become quiet in time; the message says what still runs."""


@dataclass(frozen=True, slots=True)
class Gauges:
    """What the lab knows of its own activity.

    `running`: what goes on now. `waiting`: how many messages there are, visible or not, without those that a timer of
    the clock waits for. `poll`: has the queues looked at, and says how much came.
    """

    running: Callable[[], dict[str, int]]
    waiting: Callable[[], Awaitable[int]]
    poll: Callable[[], Awaitable[int]]


async def settle(
    clock: LabClock, gauges: Gauges, within: float, at_most: float | None = None
) -> float:
    """Waits until nothing is in flight; returns the seconds that the lab's clock was moved. Raises UnsettledError.

    With `at_most` it stops after so many seconds of the lab's time, whatever is in flight then.
    """
    over: list[bool] = []
    end = None if at_most is None else clock.call_later(at_most, lambda: over.append(True))
    try:
        return await _settle(clock, gauges, within, lambda: bool(over))
    finally:
        if end is not None:
            end.cancel()


async def _settle(
    clock: LabClock, gauges: Gauges, within: float, is_over: Callable[[], bool]
) -> float:
    deadline, start = time.monotonic() + within, clock.offset
    quiet, last = 0, start
    while quiet < 2 and not is_over():
        if time.monotonic() > deadline:
            raise UnsettledError(f"not settled within {within} s: {gauges.running()}")
        ran = await _rest(clock, gauges, deadline, is_over)
        waiting = await gauges.waiting()
        if ran or (waiting and await gauges.poll()) or any(gauges.running().values()):
            quiet, last = 0, clock.offset
            continue
        step = _next_step(clock, clock.offset - last, hidden=waiting > 0)
        if step is None or clock.offset - start + step > HORIZON_SECONDS:
            quiet += 1
            await asyncio.sleep(0.01)
        else:
            await clock.advance(step)
            quiet = 0
    return clock.offset - start


async def _rest(
    clock: LabClock, gauges: Gauges, deadline: float, is_over: Callable[[], bool]
) -> bool:
    """Waits until nothing runs; says whether anything did."""
    before, since, ran = gauges.running(), time.monotonic(), False
    while any((now := gauges.running()).values()) and time.monotonic() < deadline:
        if is_over():
            break
        ran = True
        if now != before:
            before, since = now, time.monotonic()
        elif clock.sleepers and time.monotonic() - since > STUCK_SECONDS:
            due = clock.next_due()
            if due is not None:
                await clock.advance(max(due - clock.time(), 0.0))
            since = time.monotonic()
        await asyncio.sleep(0.005)
    return ran


def _next_step(clock: LabClock, rested: float, *, hidden: bool) -> float | None:
    """How far to move, None when nothing is left to wait for. `rested` is how long nothing has happened."""
    due = clock.next_due()
    until_due = None if due is None else max(due - clock.time(), 0.0)
    if hidden:
        step = max(STEP_SECONDS, rested / 2)
        return step if until_due is None else min(step, until_due)
    return until_due
