"""One worker process, seen from the host: started, indexed, called, and ended by its handle."""

import asyncio
import os
import socket
import sys
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.harness.clock import LabClock
from tests.harness.host import frames

type Json = dict[str, Any]

# Source: azure-functions-host WorkerProcessCountOptions.cs, ProcessStartupTimeout and InitializationTimeout: there, 60
# and 10 s. Here a dozen workers may start at once on two processors that do other work too, so both are multiples.
# What the app itself takes of the ten seconds, `make bench` measures as its cold start.
STARTUP_SECONDS = 180.0
INIT_SECONDS = 60.0

_ROOT = Path(__file__).parents[3]


class WorkerFailedError(Exception):
    """The app could not be indexed; the message is the worker's."""


class WorkerExitedError(Exception):
    """The process ended while it was asked something."""

    def __init__(self) -> None:
        super().__init__("worker process exited")


@dataclass(frozen=True, slots=True)
class Launch:
    """All that it takes to start a worker of one app."""

    app: Path
    settings: Mapping[str, str]
    clock: LabClock
    log_file: Path

    def environment(self) -> dict[str, str]:
        """The app settings, as in Azure, and the little that a Python process needs."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {**kept, **self.settings, "AzureWebJobsScriptRoot": os.fspath(self.app)}


class Worker:
    """A live process that holds one indexed app."""

    def __init__(
        self, process: Process, reader: StreamReader, writer: StreamWriter, clock: LabClock
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer
        self._clock = clock
        self._calls: dict[str, asyncio.Future[Json]] = {}
        self._reading: asyncio.Task[None] | None = None
        self.functions: list[Json] = []
        self.init_seconds = 0.0
        self.answered = 0
        self._killed = False

    @classmethod
    async def start(cls, launch: Launch) -> Self:
        """Starts a process and has it index the app; raises WorkerFailedError with its own words."""
        process, reader, writer = await _spawn(launch)
        worker = cls(process, reader, writer, launch.clock)
        launch.clock.follow(worker.set_offset)
        try:
            await worker._index()
        except BaseException:
            await worker.close()
            raise
        worker._reading = asyncio.create_task(worker._read_results())
        return worker

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def usable(self) -> bool:
        return not self._killed and self._reading is not None and not self._reading.done()

    def set_offset(self, offset: float) -> None:
        self._send({"kind": "clock", "offset": offset})

    async def invoke(self, call: Json) -> Json:
        """Sends one invocation and waits for its result; raises WorkerExitedError when there will be none."""
        if not self.usable:
            raise WorkerExitedError
        future = self._calls[call["id"]] = asyncio.get_running_loop().create_future()
        try:
            self._send({"kind": "invoke", **call})
            answer: Json = await future
            return answer
        finally:
            self._calls.pop(call["id"], None)

    async def exited(self) -> int:
        """Waits for the end of the process and says its code."""
        if self._reading is not None:
            await asyncio.wait((self._reading,))
        return await self._process.wait()

    def kill(self) -> None:
        """Ends the process where it stands; what it was asked fails."""
        self._killed = True
        if self._process.returncode is None:
            self._process.kill()

    async def close(self) -> None:
        """Closes the socket, which ends the process; one that does not end by itself is killed."""
        self._clock.unfollow(self.set_offset)
        self._writer.close()
        try:
            async with asyncio.timeout(2):
                await self._process.wait()
        except TimeoutError:
            self.kill()
            await self._process.wait()
        if self._reading is not None:
            await asyncio.wait((self._reading,))

    async def _index(self) -> None:
        await self._expect("started", STARTUP_SECONDS)
        ready = await self._expect("ready", INIT_SECONDS)
        self.functions, self.init_seconds = ready["functions"], ready["init_seconds"]

    async def _expect(self, kind: str, seconds: float) -> Json:
        try:
            async with asyncio.timeout(seconds):
                frame = await frames.read(self._reader)
        except TimeoutError:
            raise WorkerFailedError(f"no word '{kind}' within {seconds:.0f} s") from None
        if frame is None:
            raise WorkerFailedError(f"the process ended with {await self._process.wait()}")
        if frame["kind"] == "failed":
            raise WorkerFailedError(frame["message"])
        return frame

    async def _read_results(self) -> None:
        while (frame := await frames.read(self._reader)) is not None:
            self.answered += 1
            future = self._calls.get(frame["id"])
            if future is not None and not future.done():
                future.set_result(frame)
        self._clock.unfollow(self.set_offset)
        self._writer.close()
        for future in self._calls.values():
            if not future.done():
                future.set_exception(WorkerExitedError())

    def _send(self, frame: Json) -> None:
        if not self._writer.is_closing():
            self._writer.write(frames.encode(frame))


async def _spawn(launch: Launch) -> tuple[Process, StreamReader, StreamWriter]:
    ours, theirs = socket.socketpair()
    with theirs, launch.log_file.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.harness.host.child"),
            *(str(theirs.fileno()), os.fspath(launch.app)),
            cwd=_ROOT,
            env=launch.environment(),
            pass_fds=(theirs.fileno(),),
            stdin=DEVNULL,
            stdout=log,
            stderr=STDOUT,
        )
    reader, writer = await asyncio.open_connection(sock=ours)
    return process, reader, writer
