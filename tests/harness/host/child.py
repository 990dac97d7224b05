"""The worker process: Microsoft's runtime behind a socket, on the lab's clock.

Started by `worker.py` as `python -m tests.harness.host.child <descriptor> <app folder>`. The environment is the app
settings, as in Azure. Everything the app logs or prints goes to standard error, which the host keeps in a file.
"""

import asyncio
import importlib
import logging
import os
import socket
import sys
import time
from asyncio import StreamWriter
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any

import azure_functions_runtime as runtime

from tests.harness.host import frames, protos

type Json = dict[str, Any]

# A context variable, because tasks and threads that a handler starts inherit it: the runtime's own is None in
# async functions. Observed with azure-functions-runtime 1.3.0.
_INVOCATION: ContextVar[str] = ContextVar("invocation", default="-")


class Correlate(logging.Filter):
    """Puts the invocation id on each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.invocation = runtime.invocation_id_cv.get() or _INVOCATION.get()
        return True


class Travel:
    """The lab's time for everything in this process that asks for the wall clock."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._traveller: Any = None

    def move(self, offset: float) -> None:
        delta, self._offset = offset - self._offset, offset
        if delta <= 0:
            return
        if self._traveller is None:
            self._traveller = _time_machine().travel(time.time() + delta, tick=True).start()
            time.time()  # the traveller's time begins to flow when it is first asked
        else:
            self._traveller.shift(delta)


def _time_machine() -> Any:
    """Loaded when first needed, and kept from loading pytest: both would count as the app's start and memory."""
    hidden = sys.modules.setdefault("pytest", None)  # type: ignore[arg-type]  # None makes the import fail
    machine = importlib.import_module("time_machine")
    if hidden is None:
        del sys.modules["pytest"]
    return machine


class Child:
    """Answers the host's frames; every invocation is a task of its own, as in Azure."""

    def __init__(self, writer: StreamWriter) -> None:
        self._writer = writer
        self._travel = Travel()
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, frame: Json) -> None:
        self._writer.write(frames.encode(frame))

    async def index(self, app: str) -> bool:
        """Loads the app and tells the host what is in it, or why it cannot be loaded."""
        begun = time.monotonic()
        answer = await runtime.worker_init_request(_init_request(app))
        seconds = time.monotonic() - begun
        if answer.result.status != protos.StatusResult.Success:
            fault = answer.result.exception
            self.send({"kind": "failed", "message": fault.message, "stack": fault.stack_trace})
            return False
        metadata = await runtime.functions_metadata_request(
            SimpleNamespace(name="FunctionsMetadataRequest", request=None)
        )
        found = [_function_to_wire(f) for f in metadata.function_metadata_results or ()]
        self.send({"kind": "ready", "functions": found, "init_seconds": seconds})
        return True

    def receive(self, frame: Json) -> None:
        match frame["kind"]:
            case "clock":
                self._travel.move(frame["offset"])
            case "invoke":
                task = asyncio.create_task(self._invoke(frame))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            case unknown:
                raise ValueError(f"unknown frame: {unknown}")

    async def _invoke(self, frame: Json) -> None:
        _INVOCATION.set(frame["id"])
        try:
            answer = await runtime.invocation_request(_invocation_request(frame))
        except asyncio.CancelledError:
            self.send({"kind": "result", "id": frame["id"], "ok": False, "error": "CancelledError"})
            return
        self.send({"kind": "result", "id": frame["id"], **_answer_to_wire(answer)})
        await self._writer.drain()


def _init_request(app: str) -> SimpleNamespace:
    asked = SimpleNamespace(capabilities={}, function_app_directory=app)
    return SimpleNamespace(
        name="WorkerInitRequest",
        properties={"host": "127.0.0.1", "protos": protos},
        request=SimpleNamespace(worker_init_request=asked),
    )


def _invocation_request(frame: Json) -> SimpleNamespace:
    typed = protos.TypedData.from_wire
    asked = SimpleNamespace(
        invocation_id=frame["id"],
        function_id=frame["function_id"],
        input_data=[
            protos.ParameterBinding(name=n, data=typed(d)) for n, d in frame["inputs"].items()
        ],
        trigger_metadata={n: typed(d) for n, d in frame["metadata"].items()},
        trace_context=SimpleNamespace(
            trace_parent=frame["trace_parent"], trace_state="", attributes={}
        ),
        retry_context=SimpleNamespace(
            retry_count=frame["retry_count"],
            max_retry_count=frame["max_retry_count"],
            exception=None,
        ),
    )
    return SimpleNamespace(
        name="InvocationRequest", request=SimpleNamespace(invocation_request=asked)
    )


def _answer_to_wire(answer: protos.InvocationResponse) -> Json:
    if answer.result.status != protos.StatusResult.Success:
        fault = answer.result.exception
        logging.getLogger("host").error("Invocation failed\n%s", fault.stack_trace)
        return {"ok": False, "error": fault.message}
    outputs = {b.name: b.data.to_wire() for b in answer.output_data or () if b.data is not None}
    if answer.return_value is not None:
        outputs["$return"] = answer.return_value.to_wire()
    return {"ok": True, "outputs": outputs}


def _function_to_wire(function: protos.RpcFunctionMetadata) -> Json:
    return {
        "name": function.name,
        "id": function.function_id,
        "bindings": list(function.raw_bindings),
        "retry": _retry_to_wire(function.retry_options),
    }


def _retry_to_wire(retry: protos.RpcRetryOptions | None) -> Json | None:
    if retry is None:
        return None
    return {
        "strategy": retry.retry_strategy,
        "max_retry_count": retry.max_retry_count,
        **{
            name: interval.total_seconds()
            for name in ("delay_interval", "minimum_interval", "maximum_interval")
            if (interval := getattr(retry, name)) is not None
        },
    }


def _log_to_stderr() -> None:
    handler = logging.StreamHandler()
    handler.addFilter(Correlate())
    handler.setFormatter(
        logging.Formatter("%(asctime)s %(levelname)s %(invocation)s %(name)s: %(message)s")
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def _become_the_app(app: str) -> None:
    """As in Azure, the app's folder comes first, and nothing of the lab can be imported by accident."""
    sys.path[0] = app
    os.chdir(app)
    for name in [n for n in sys.modules if n.partition(".")[0] == "tests"]:
        del sys.modules[name]


async def main(descriptor: int, app: str) -> None:
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=descriptor))
    child = Child(writer)
    first = await frames.read(reader)
    if first is None:
        return
    child.receive(first)
    child.send({"kind": "started"})
    runtime.start_threadpool_executor()
    if not await child.index(app):
        await writer.drain()
        return
    while (frame := await frames.read(reader)) is not None:
        child.receive(frame)


if __name__ == "__main__":
    _become_the_app(sys.argv[2])
    _log_to_stderr()
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
