"""What is being done, and what is due later? Tasks and timers of one courier, so that the lab can wait for both."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any

from tests.harness.clock import LabClock, Timer


class Agenda:
    """Work that runs now, and work that waits for the lab's clock under a key of its own."""

    def __init__(self, clock: LabClock) -> None:
        self._clock = clock
        self._running: set[asyncio.Task[None]] = set()
        self._waiting: dict[Hashable, Timer] = {}

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def later(self, key: Hashable, seconds: float, action: Callable[[], None]) -> None:
        def due() -> None:
            del self._waiting[key]
            action()

        self._waiting[key] = self._clock.call_later(seconds, due)

    def cancel(self, key: Hashable) -> bool:
        """Whether there was anything to cancel."""
        timer = self._waiting.pop(key, None)
        if timer is not None:
            timer.cancel()
        return timer is not None

    def running(self) -> int:
        return len(self._running)

    def waiting(self) -> int:
        return len(self._waiting)

    def next_due(self) -> float | None:
        return min((timer.when for timer in self._waiting.values()), default=None)

    async def idle(self) -> None:
        """Waits until nothing runs."""
        while self._running:
            await asyncio.wait(self._running)

    async def close(self) -> None:
        for timer in self._waiting.values():
            timer.cancel()
        self._waiting.clear()
        tasks = tuple(self._running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
