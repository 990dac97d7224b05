"""The lab's clock: the wall clock plus an offset that only ever grows.

Everything in the lab asks this clock, and what runs in processes of its own follows it: Azurite and the Functions
worker are told each new offset. So a test moves time instead of sleeping.
"""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

type Callback = Callable[[], None]
type Follower = Callable[[float], None]


@dataclass(order=True, slots=True)
class Timer:
    """Something due at a moment of the lab's time."""

    when: float
    number: int
    callback: Callback = field(compare=False)
    periodic: bool = field(default=False, compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class LabClock:
    """Wall clock plus offset, with timers that fire in order, by themselves or when the clock is moved."""

    def __init__(self) -> None:
        self.offset = 0.0
        self.sleepers = 0
        self._timers: list[Timer] = []
        self._numbers = itertools.count()
        self._followers: list[Follower] = []
        self._wake: asyncio.TimerHandle | None = None

    def time(self) -> float:
        """Seconds since the epoch, as the lab sees it."""
        return time.time() + self.offset

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time(), UTC)

    def follow(self, follower: Follower) -> None:
        """Tells `follower` the present offset, and each later one."""
        self._followers.append(follower)
        follower(self.offset)

    def unfollow(self, follower: Follower) -> None:
        if follower in self._followers:
            self._followers.remove(follower)

    def call_later(self, seconds: float, callback: Callback, *, periodic: bool = False) -> Timer:
        """Calls `callback` in `seconds` of the lab's time. What is periodic is never waited for."""
        timer = Timer(self.time() + seconds, next(self._numbers), callback, periodic)
        heapq.heappush(self._timers, timer)
        self._arm()
        return timer

    async def sleep(self, seconds: float, *, periodic: bool = False) -> None:
        """Waits for `seconds` of the lab's time; `sleepers` counts who does, but for what is periodic."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not future.done():
                future.set_result(None)

        timer = self.call_later(seconds, wake, periodic=periodic)
        self.sleepers += not periodic
        try:
            await future
        finally:
            self.sleepers -= not periodic
            timer.cancel()

    def next_due(self) -> float | None:
        """The moment of the earliest timer that is not periodic, or None."""
        return min(
            (t.when for t in self._timers if not t.cancelled and not t.periodic), default=None
        )

    async def advance(self, seconds: float) -> None:
        """Moves the clock; what falls due on the way happens at its own moment, in order."""
        target = self.time() + seconds
        while self._timers and self._timers[0].when <= target:
            self._move_to(self._timers[0].when)
            self._fire()
            await asyncio.sleep(0)
        self._move_to(target)
        self._fire()
        await asyncio.sleep(0)

    def close(self) -> None:
        if self._wake is not None:
            self._wake.cancel()
        self._timers.clear()
        self._followers.clear()

    def _move_to(self, moment: float) -> None:
        jump = moment - self.time()
        if jump <= 0:
            return
        self.offset += jump
        for follower in tuple(self._followers):
            follower(self.offset)

    def _fire(self) -> None:
        now = self.time()
        while self._timers and (self._timers[0].cancelled or self._timers[0].when <= now):
            timer = heapq.heappop(self._timers)
            if not timer.cancelled:
                timer.callback()
        self._arm()

    def _arm(self) -> None:
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None
        if self._timers:
            delay = max(self._timers[0].when - self.time(), 0)
            self._wake = asyncio.get_running_loop().call_later(delay, self._fire)
