"""Where an output binding's value goes: queue messages, as the host writes them."""

import base64
from collections.abc import Callable, Mapping

from tests.harness.host import newtonsoft
from tests.harness.host.bindings import Binding, Function
from tests.harness.host.connections import Connections, send
from tests.harness.host.protos import TypedData

STORAGE = "AzureWebJobsStorage"


class Outputs:
    """Writes what functions put out, and says to which queue."""

    def __init__(
        self, connections: Connections, *, base64: bool, written: Callable[[str, str], None]
    ) -> None:
        self._connections = connections
        self._base64 = base64
        self._written = written

    async def write(self, function: Function, values: Mapping[str, TypedData]) -> None:
        for binding in function.outputs:
            value = values.get(binding.name)
            if binding.type == "queue" and value is not None:
                await self._enqueue(binding, messages(value))

    async def _enqueue(self, binding: Binding, contents: list[bytes]) -> None:
        connection, name = binding.values.get("connection") or STORAGE, binding.values["queueName"]
        queue = self._connections.queue(connection, name)
        for content in contents:
            await send(queue, encoded(content, base64_=self._base64))
        self._written(connection, name)


def messages(value: TypedData) -> list[bytes]:
    """One message per element. Source: azure-functions-host FunctionBinding.cs, ReadAsEnumerable."""
    match value.kind:
        case "bytes":
            return [value.value]
        case "string" if newtonsoft.looks_like_json(value.value):
            texts = newtonsoft.texts(value.value, dates=True)
        case "string":
            texts = [value.value]
        case "json":
            # Source: azure-functions-host GrpcMessageConversionExtensions.cs: read with DateParseHandling.None.
            texts = newtonsoft.texts(value.value, dates=False)
        case kind:
            raise newtonsoft.NotModelledError(
                f"queue output of kind {kind} is not modeled: extend tests/harness/host/outputs.py"
            )
    return [text.encode() for text in texts]


def encoded(content: bytes, *, base64_: bool) -> str:
    return base64.b64encode(content).decode() if base64_ else content.decode()
