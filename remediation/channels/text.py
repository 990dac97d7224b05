"""How is a text kept within what a vendor takes? Cut, and it says so. Pure."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from remediation.report import Json

_MARK = "…"


def cut(text: str, longest: int) -> str:
    """The text, or its beginning and a mark."""
    return text if len(text) <= longest else text[: longest - len(_MARK)] + _MARK


def one_line(text: str) -> str:
    """Without line breaks and control characters, which could make one alert look like two."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def shown(items: Sequence[str], most: int, noun: str = "more") -> list[str]:
    """The first few, and how many are left out."""
    left = len(items) - most
    return [*items[:most], f"… and {left} {noun}"] if left > 0 else list(items)


def size(payload: Json) -> int:
    """Bytes on the wire."""
    return len(encoded(payload))


def encoded(payload: Json) -> bytes:
    """Compact JSON in ASCII: no vendor can trip over half a character."""
    return json.dumps(payload, separators=(",", ":")).encode("ascii")


def moment(at: datetime) -> str:
    """As a person reads it; channels know no time zone but UTC."""
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")


def digest(*parts: str) -> str:
    """The same for the same parts, on every machine."""
    content = "\n".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(content).hexdigest()[:32]


def members(value: object) -> Json:
    """A JSON object, or an empty one where there is something else."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> list[Json]:
    """The JSON objects in a list, or none where there is something else."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def string(value: Any) -> str:
    """A JSON string on one line, empty where there is something else."""
    return one_line(value) if isinstance(value, str) else ""
