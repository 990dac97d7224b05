"""What the worker indexed: functions, their triggers, outputs and retries. Anything not modeled is refused."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from tests.harness.host.config import ConfigError, resolve

type Json = dict[str, Any]

_COMMON = frozenset({"direction", "type", "name", "dataType"})
_TRIGGERS: dict[str, frozenset[str]] = {
    "eventGridTrigger": frozenset(),
    "queueTrigger": frozenset({"queueName", "connection"}),
    "timerTrigger": frozenset({"schedule", "runOnStartup", "useMonitor"}),
    "httpTrigger": frozenset({"methods", "authLevel", "route"}),
}
_OUTPUTS: dict[str, frozenset[str]] = {
    "queue": frozenset({"queueName", "connection"}),
    "http": frozenset(),
}


@dataclass(frozen=True, slots=True)
class Binding:
    """One binding, its `%NAME%` resolved."""

    type: str
    name: str
    values: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Retry:
    """How often, and after how many seconds, a failed run is tried again. -1 is endless."""

    strategy: str
    max_retry_count: int
    delay_interval: float = 0.0
    minimum_interval: float = 0.0
    maximum_interval: float = 0.0

    def seconds(self, retry: int) -> float:
        """The pause before retry number `retry`, which counts from 1."""
        if self.strategy == "fixed_delay":
            return self.delay_interval
        return float(min(self.minimum_interval * 2 ** (retry - 1), self.maximum_interval))


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the app."""

    name: str
    id: str
    trigger: Binding
    outputs: tuple[Binding, ...]
    retry: Retry | None

    @classmethod
    def parse(cls, wire: Mapping[str, Any], settings: Mapping[str, str]) -> Self:
        bindings = [json.loads(text) for text in wire["bindings"]]
        inputs = [_binding(b, _TRIGGERS, settings) for b in bindings if b["direction"] == "IN"]
        outputs = [_binding(b, _OUTPUTS, settings) for b in bindings if b["direction"] == "OUT"]
        if len(inputs) != 1 or len(inputs) + len(outputs) != len(bindings):
            raise ConfigError(
                f"function {wire['name']}: exactly one trigger, and outputs; input bindings are not "
                "modeled: extend tests/harness/host/bindings.py"
            )
        retry = Retry(**wire["retry"]) if wire["retry"] else None
        # Source: azure-docs functions-bindings-error-pages.md: among our triggers the host retries the timer alone.
        kept = retry if inputs[0].type == "timerTrigger" else None
        return cls(wire["name"], wire["id"], inputs[0], tuple(outputs), kept)


def _binding(
    raw: Json, modeled: Mapping[str, frozenset[str]], settings: Mapping[str, str]
) -> Binding:
    known = modeled.get(raw["type"])
    if known is None or (unknown := raw.keys() - known - _COMMON):
        what = f"binding {raw['type']}" if known is None else f"{raw['type']}: {sorted(unknown)}"
        raise ConfigError(f"{what} is not modeled: extend tests/harness/host/bindings.py")
    values = {
        key: resolve(value, settings) if isinstance(value, str) else value
        for key, value in raw.items()
        if key not in _COMMON
    }
    return Binding(raw["type"], raw["name"], values)
