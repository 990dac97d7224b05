"""When is the lab quiet? When nothing runs, nothing is on its way, and nothing is due.

The clock is moved on the way: what is merely due later (an operation of 31 s, a retry, a hidden message) is not
waited for but brought about. Periodic things (timers of the app, the app's sweep) are never waited for.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.harness.clock import LabClock

# How far the clock moves at once while a hidden message is all that is left; nobody tells when it will appear.
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
    """What the lab knows of its own activity."""

    running: Callable[[], dict[str, int]]
    poll: Callable[[], Awaitable[int]]
    hidden: Callable[[], Awaitable[int]]


async def settle(clock: LabClock, gauges: Gauges, within: float) -> float:
    """Waits until nothing is in flight; returns the seconds that the lab's clock was moved. Raises UnsettledError."""
    deadline, start = time.monotonic() + within, clock.offset
    quiet = 0
    while quiet < 2:
        if time.monotonic() > deadline:
            raise UnsettledError(f"not settled within {within} s: {gauges.running()}")
        if await _drained(clock, gauges):
            moved = clock.offset - start
            step = await _next_step(clock, gauges)
            if step is None or moved + step > HORIZON_SECONDS:
                quiet += 1
                await asyncio.sleep(0.01)
                continue
            await clock.advance(step)
        quiet = 0
    return clock.offset - start


async def _drained(clock: LabClock, gauges: Gauges) -> bool:
    """Waits until nothing runs; False when anything came or ran meanwhile."""
    came = await gauges.poll()
    before, since = gauges.running(), time.monotonic()
    came += sum(before.values())
    while any((now := gauges.running()).values()):
        if now != before:
            before, since = now, time.monotonic()
        elif clock.sleepers and time.monotonic() - since > STUCK_SECONDS:
            due = clock.next_due()
            if due is not None:
                await clock.advance(max(due - clock.time(), 0.0))
            since = time.monotonic()
        await asyncio.sleep(0.005)
    return not came and not await gauges.poll()


async def _next_step(clock: LabClock, gauges: Gauges) -> float | None:
    """How far to move, None when nothing is left to wait for."""
    due = clock.next_due()
    until_due = None if due is None else max(due - clock.time(), 0.0)
    if await gauges.hidden():
        return STEP_SECONDS if until_due is None else min(STEP_SECONDS, until_due)
    return until_due
