"""The Functions host: starts the app's workers, listens for everything that wakes them, and answers HTTP."""

import asyncio
import contextlib
from collections.abc import Mapping
from pathlib import Path

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue.aio import QueueClient

from tests.harness.clock import LabClock
from tests.harness.host.bindings import Function
from tests.harness.host.config import HostConfig
from tests.harness.host.connections import Connections
from tests.harness.host.front import Front
from tests.harness.host.invoking import Counts, Invoker
from tests.harness.host.keys import Keys
from tests.harness.host.listener import QueueListener
from tests.harness.host.outputs import STORAGE, Outputs
from tests.harness.host.supervisor import Supervisor
from tests.harness.host.timers import TimerListener
from tests.harness.host.worker import Launch, Worker
from tests.harness.serving import Served, serve

# How long `close` waits for what is still running, in seconds of real time.
DRAIN_SECONDS = 10.0


class FunctionsHost:
    """Runs one Python v2 app, unchanged, as Azure would.

    With `processes_per_function` every function has a worker process of its own, as on Flex Consumption, where
    every function scales on instances of its own: then nothing is shared in memory by accident.
    """

    def __init__(
        self,
        app: Path,
        settings: Mapping[str, str],
        clock: LabClock,
        *,
        queue_credential: AsyncTokenCredential,
        log_file: Path,
        keys: Keys | None = None,
        processes_per_function: bool = False,
        told_otherwise: Mapping[str, str] | None = None,
    ) -> None:
        """`told_otherwise`: settings that are others for the workers than for the host, which listens to queues."""
        self.keys = keys or Keys()
        self.url = ""
        self.init_seconds = 0.0
        self._launch = Launch(app, {**settings, **(told_otherwise or {})}, clock, log_file)
        self._clock = clock
        self._config = HostConfig.load(app)
        self._connections = Connections(settings, queue_credential, clock)
        self._per_function = processes_per_function
        self._supervisors: dict[str, Supervisor] = {}
        self._queues: list[tuple[str, str, QueueListener]] = []
        self._timers: dict[str, TimerListener] = {}
        self._front = Front(self.keys, self._config.route_prefix)
        self._served: Served | None = None
        outputs = Outputs(
            self._connections, base64=self._config.queues.base64, written=self._queue_written
        )
        self._invoker = Invoker(self._worker, outputs, clock, self._config.function_timeout)

    async def start(self) -> None:
        """Until this returns every request is answered 503; raises with the worker's words when it cannot be."""
        self._served = await serve(self._front.application())
        self.url = self._served.url
        try:
            functions = await self._start_workers()
            await self._listen(functions)
        except BaseException:
            await self.close()
            raise
        self._front.open(functions, self._invoker, self._timers)

    async def close(self) -> None:
        """Takes no more work, lets what runs come to its end, and ends the workers by their handles."""
        self._front.shut()
        self._clock.unfollow(self._clock_moved)
        for _, _, listener in self._queues:
            await listener.stop()
        for timer in self._timers.values():
            timer.stop()
        self._invoker.stop()
        await self._drain()
        for supervisor in set(self._supervisors.values()):
            await supervisor.close()
        if self._served is not None:
            await self._served.close()
        await self._connections.close()

    def kill_worker(self, function: str | None = None) -> None:
        """Kills the worker process where it stands (of one function, when each has its own)."""
        for name, supervisor in self._supervisors.items():
            if function in {None, name}:
                supervisor.kill()

    def busy(self) -> int:
        """Invocations that run, and messages that are being handled."""
        return self._invoker.running + sum(listener.handling for _, _, listener in self._queues)

    async def idle(self) -> None:
        """Waits until what runs and what is being handled has come to its end."""
        for _, _, listener in self._queues:
            await listener.drain()
        await self._invoker.idle()

    async def poll_queues(self) -> int:
        """Has every listener receive now, and says how much came or was still going on.

        Only 0 means rest: nothing ran when the look began, and nothing came or began until its end.
        """
        going_on, before = self.busy(), self._begun()
        await asyncio.gather(*(q.poll() for _, _, q in self._queues))
        return going_on + self._begun() - before

    def hidden(self) -> int:
        """Messages that failed, and are given again at a moment of the clock."""
        return sum(listener.hidden for _, _, listener in self._queues)

    def nudge(self) -> None:
        """Says that there may be messages: listeners look at once."""
        for _, _, listener in self._queues:
            listener.nudge()

    async def queue_depths(self) -> dict[str, int]:
        """Messages in every queue that the host has to do with, visible or not."""
        queues = self._connections.queues()
        depths = await asyncio.gather(*(_depth(queue) for queue in queues))
        return {queue.queue_name: depth for queue, depth in zip(queues, depths, strict=True)}

    @property
    def stats(self) -> dict[str, Counts]:
        return self._invoker.stats

    @property
    def worker_pid(self) -> int:
        """Of the first worker process."""
        return next((s.pid for s in self._supervisors.values()), 0)

    def _begun(self) -> int:
        return self._invoker.begun + sum(listener.received for _, _, listener in self._queues)

    async def _start_workers(self) -> dict[str, Function]:
        first = Supervisor(self._launch)
        self._supervisors = {"": first}
        worker = await first.start()
        self.init_seconds = worker.init_seconds
        settings = self._launch.settings
        functions = {w["name"]: Function.parse(w, settings) for w in worker.functions}
        own = dict.fromkeys(functions, first)
        if self._per_function:
            own |= {name: Supervisor(self._launch) for name in list(functions)[1:]}
        self._supervisors = own or self._supervisors
        await asyncio.gather(*(s.start() for s in set(own.values()) - {first}))
        return functions

    async def _listen(self, functions: Mapping[str, Function]) -> None:
        for function in functions.values():
            self._invoker.counts(function.name)
            match function.trigger.type:
                case "queueTrigger":
                    await self._listen_to_queue(function)
                case "timerTrigger":
                    timer = TimerListener(function, self._invoker, self._clock)
                    self._timers[function.name] = timer
                    timer.start()
                case _:
                    pass
        self._clock.follow(self._clock_moved)

    async def _listen_to_queue(self, function: Function) -> None:
        values = function.trigger.values
        connection, name = values.get("connection") or STORAGE, values["queueName"]
        queues = tuple(self._connections.queue(connection, n) for n in (name, f"{name}-poison"))
        listener = QueueListener(
            function, (queues[0], queues[1]), self._config.queues, self._invoker, self._clock
        )
        self._queues.append((connection, name, listener))
        await listener.start()

    async def _worker(self, function: str) -> Worker:
        return await self._supervisors[function].worker()

    def _queue_written(self, connection: str, name: str) -> None:
        """A listener of the same host looks at once. Source: azure-webjobs-sdk SharedQueueWatcher."""
        for known_connection, known_name, listener in self._queues:
            if (known_connection, known_name) == (connection, name):
                listener.nudge()

    def _clock_moved(self, _: float) -> None:
        self.nudge()

    async def _drain(self) -> None:
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                await self.idle()
        except TimeoutError:
            for _, _, listener in self._queues:
                listener.abandon()


async def _depth(queue: QueueClient) -> int:
    """None of a queue that is missing."""
    with contextlib.suppress(ResourceNotFoundError):
        return (await queue.get_queue_properties()).approximate_message_count or 0
    return 0
