"""Runs a function: in a live worker, in time, again when its retry policy says so, and its outputs written."""

import asyncio
import logging
import secrets
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from azure.core.exceptions import AzureError

from tests.harness.clock import LabClock
from tests.harness.host.bindings import Function
from tests.harness.host.newtonsoft import NotModelledError
from tests.harness.host.outputs import Outputs
from tests.harness.host.protos import TypedData
from tests.harness.host.worker import Worker, WorkerExitedError

logger = logging.getLogger(__name__)

type Json = dict[str, Any]
type FindWorker = Callable[[str], Awaitable[Worker]]

# How long an invocation waits for a worker that is being started again.
WAIT_SECONDS = 30.0


@dataclass(slots=True)
class Counts:
    """What became of a function's invocations."""

    invoked: int = 0
    succeeded: int = 0
    failed: int = 0
    poisoned: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one invocation ended; `error` is empty when it succeeded."""

    error: str = ""
    outputs: Mapping[str, TypedData] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.error


class Invoker:
    """Runs functions and counts."""

    def __init__(
        self, find: FindWorker, outputs: Outputs, clock: LabClock, timeout: float | None
    ) -> None:
        self._find = find
        self._outputs = outputs
        self._clock = clock
        self._timeout = timeout
        self.running = 0
        self.begun = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._pauses: set[asyncio.Future[bool]] = set()
        self.stats: dict[str, Counts] = {}

    async def run(
        self, function: Function, data: TypedData, metadata: Mapping[str, TypedData] | None = None
    ) -> Outcome:
        """One invocation, and its retries; each attempt has an id of its own."""
        self._begin()
        outcome = await self._attempt(function, data, metadata or {}, 0)
        retry, count = function.retry, 0
        while retry and not outcome.ok and count != retry.max_retry_count:
            count += 1
            if not await self._pause(retry.seconds(count)):
                break
            outcome = await self._attempt(function, data, metadata or {}, count)
        return outcome

    def stop(self) -> None:
        """Forgets the retries that are still to come, as a host does that is ended."""
        for pause in tuple(self._pauses):
            if not pause.done():
                pause.set_result(False)

    async def idle(self) -> None:
        """Waits until nothing runs."""
        await self._idle.wait()

    def counts(self, name: str) -> Counts:
        return self.stats.setdefault(name, Counts())

    async def _attempt(
        self, function: Function, data: TypedData, metadata: Mapping[str, TypedData], retry: int
    ) -> Outcome:
        counts = self.counts(function.name)
        counts.invoked += 1
        try:
            outcome = await self._ask(function, _call(function, data, metadata, retry))
            if outcome.ok:
                outcome = await self._put_out(function, outcome)
        finally:
            self._end()
        if outcome.ok:
            counts.succeeded += 1
        else:
            counts.failed += 1
            logger.info("function %s failed: %s", function.name, outcome.error)
        return outcome

    def _begin(self) -> None:
        self.running += 1
        self.begun += 1
        self._idle.clear()

    def _end(self) -> None:
        self.running -= 1
        if not self.running:
            self._idle.set()

    async def _pause(self, seconds: float) -> bool:
        """False when the host is ended meanwhile. A retry that falls due counts as running from that moment."""
        pause: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def fall_due() -> None:
            if not pause.done():
                self._begin()
                pause.set_result(True)

        timer = self._clock.call_later(seconds, fall_due)
        self._pauses.add(pause)
        try:
            return await pause
        finally:
            self._pauses.discard(pause)
            timer.cancel()

    async def _ask(self, function: Function, call: Json) -> Outcome:
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                worker = await self._find(function.name)
        except TimeoutError:
            return Outcome("Function host is not running.")
        try:
            async with asyncio.timeout(self._timeout):
                answer = await worker.invoke(call)
        except TimeoutError:
            # Source: azure-functions-host ScriptJobHostOptionsSetup.cs: the process ends, with whatever else ran in it.
            worker.kill()
            return Outcome(f"Timeout value of {self._timeout} s exceeded by {function.name}")
        except WorkerExitedError as error:
            return Outcome(str(error))
        if not answer["ok"]:
            return Outcome(answer["error"] or "unknown error")
        outputs = {name: TypedData.from_wire(wire) for name, wire in answer["outputs"].items()}
        return Outcome(outputs=outputs)

    async def _put_out(self, function: Function, outcome: Outcome) -> Outcome:
        try:
            await self._outputs.write(function, outcome.outputs)
        except (AzureError, NotModelledError, ValueError) as error:
            return Outcome(f"Error while handling outputs of {function.name}: {error}")
        return outcome


def _call(
    function: Function, data: TypedData, metadata: Mapping[str, TypedData], retry: int
) -> Json:
    return {
        "id": str(uuid.uuid4()),
        "function_id": function.id,
        "inputs": {function.trigger.name: data.to_wire()},
        "metadata": {name: value.to_wire() for name, value in metadata.items()},
        "trace_parent": f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00",
        "retry_count": retry,
        "max_retry_count": function.retry.max_retry_count if function.retry else 0,
    }
