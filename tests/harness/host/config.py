"""What host.json and the app settings mean to the host. A key that is not modeled is an error."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

type Json = dict[str, Any]

_EXTEND = "is not modeled: extend tests/harness/host/config.py"
_TIMESPAN = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2}(?:\.\d{1,7})?)")


class ConfigError(Exception):
    """The app or its settings ask for something that cannot be, or that is not modeled."""


@dataclass(frozen=True, slots=True)
class QueueOptions:
    """`extensions.queues`. Source: azure-webjobs-sdk QueuesOptions.cs. Seconds."""

    batch_size: int = 16
    new_batch_threshold: int = 8 * (os.cpu_count() or 1)
    max_dequeue_count: int = 5
    max_polling_interval: float = 60.0
    visibility_timeout: float = 0.0
    base64: bool = True

    @classmethod
    def parse(cls, raw: Json) -> Self:
        _refuse_unknown("extensions.queues", raw, _QUEUE_KEYS)
        batch_size = _number(raw, "batchSize", 16, 1, 32)
        default = batch_size // 2 * (os.cpu_count() or 1)
        encoding = raw.get("messageEncoding", "base64")
        if encoding not in {"base64", "none"}:
            raise ConfigError(f"extensions.queues.messageEncoding: {encoding}")
        return cls(
            batch_size,
            _number(raw, "newBatchThreshold", default, 0, 1000),
            _number(raw, "maxDequeueCount", 5, 1, 1000),
            max(timespan(raw.get("maxPollingInterval", "00:01:00")), 0.1),
            timespan(raw.get("visibilityTimeout", "00:00:00")),
            encoding == "base64",
        )


_QUEUE_KEYS = {
    "batchSize",
    "newBatchThreshold",
    "maxDequeueCount",
    "maxPollingInterval",
    "visibilityTimeout",
    "messageEncoding",
}


@dataclass(frozen=True, slots=True)
class HostConfig:
    """host.json, as far as it changes what the host does."""

    queues: QueueOptions
    route_prefix: str = "api"
    # Source: azure-functions-host ScriptJobHostOptionsSetup.cs: 30 minutes on Flex Consumption; None is unbounded.
    function_timeout: float | None = 1800.0

    @classmethod
    def load(cls, app: Path) -> Self:
        try:
            raw = json.loads((app / "host.json").read_text())
        except (OSError, ValueError) as error:
            raise ConfigError(f"host.json: {error}") from error
        return cls.parse(raw)

    @classmethod
    def parse(cls, raw: Json) -> Self:
        # Logging and telemetry change what Application Insights is sent, which the lab does not have.
        _refuse_unknown("host.json", raw, {"version", "logging", "telemetryMode", *_MODELLED})
        if raw.get("version") != "2.0":
            raise ConfigError("host.json: version must be 2.0")
        extensions = raw.get("extensions", {})
        _refuse_unknown("extensions", extensions, {"queues", "http"})
        http = extensions.get("http", {})
        _refuse_unknown("extensions.http", http, {"routePrefix"})
        _refuse_unknown("extensionBundle", raw.get("extensionBundle", {}), {"id", "version"})
        timeout = raw.get("functionTimeout", "00:30:00")
        return cls(
            QueueOptions.parse(extensions.get("queues", {})),
            http.get("routePrefix", "api").strip("/"),
            None if timeout == "-1" else timespan(timeout),
        )


_MODELLED = ("extensions", "extensionBundle", "functionTimeout")


def timespan(text: str) -> float:
    """Seconds of `[d.]hh:mm:ss[.fffffff]`."""
    found = _TIMESPAN.fullmatch(text)
    if not found:
        raise ConfigError(f"not a time span: {text!r}")
    days, hours, minutes, seconds = found.groups(default="0")
    return int(days) * 86400 + int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def resolve(text: str, settings: Mapping[str, str]) -> str:
    """`%NAME%` in a binding's value stands for an app setting."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in settings:
            raise ConfigError(f"{found[0]} does not resolve: there is no such app setting")
        return settings[found[1]]

    return re.sub(r"%([^%]+)%", value, text)


def _refuse_unknown(where: str, raw: Json, known: set[str]) -> None:
    if unknown := sorted(raw.keys() - known):
        raise ConfigError(f"{where}: {', '.join(unknown)} {_EXTEND}")


def _number(raw: Json, name: str, default: int, least: int, most: int) -> int:
    value = raw.get(name, default)
    if not isinstance(value, int) or not least <= value <= most:
        raise ConfigError(f"extensions.queues.{name}: {value} is not from {least} to {most}")
    return value
