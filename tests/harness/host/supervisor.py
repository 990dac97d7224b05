"""Keeps a worker process alive: one that ended by itself is followed by another, after a growing pause."""

import asyncio
import contextlib
import logging

from tests.harness.host.worker import Launch, Worker, WorkerFailedError

logger = logging.getLogger(__name__)

# In seconds of real time: how long a process needs to start does not depend on the lab's clock.
PAUSES = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0)


class Supervisor:
    """The place of one worker process."""

    def __init__(self, launch: Launch) -> None:
        self._launch = launch
        self._worker: Worker | None = None
        self._alive = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None
        self.restarts = 0

    async def start(self) -> Worker:
        """Starts the first process; raises WorkerFailedError when the app cannot be indexed."""
        self._worker = await Worker.start(self._launch)
        self._alive.set()
        self._watching = asyncio.create_task(self._watch())
        return self._worker

    @property
    def pid(self) -> int:
        return self._worker.pid if self._worker else 0

    async def worker(self) -> Worker:
        """The live process; waits for it while one is being started."""
        while True:
            await self._alive.wait()
            if self._worker is not None and self._worker.usable:
                return self._worker
            self._alive.clear()

    def kill(self) -> None:
        if self._worker is not None:
            self._worker.kill()

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching
        if self._worker is not None:
            await self._worker.close()

    async def _watch(self) -> None:
        crashes = 0
        while self._worker is not None:
            code = await self._worker.exited()
            self._alive.clear()
            logger.warning("worker process exited with %s", code)
            crashes = 0 if self._worker.answered else crashes
            while not self._alive.is_set():
                await asyncio.sleep(PAUSES[min(crashes, len(PAUSES) - 1)])
                crashes += 1
                await self._restart()

    async def _restart(self) -> None:
        try:
            self._worker = await Worker.start(self._launch)
        except WorkerFailedError as error:
            logger.warning("worker process did not start: %s", error)
            return
        self.restarts += 1
        self._alive.set()
