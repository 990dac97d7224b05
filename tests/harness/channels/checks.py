"""Is this payload one that the vendor takes? The few words that all checks are made of."""

from collections.abc import Collection
from typing import Any

from tests.harness.world import Json


class RefusedPayloadError(Exception):
    """What the vendor would not take, and why."""


def require(holds: object, why: str) -> None:
    if not holds:
        raise RefusedPayloadError(why)


def fields(value: Any, where: str, needed: Collection[str], optional: Collection[str] = ()) -> Json:
    """An object with these members and no others: an unknown one is a mistake, here or in the lab."""
    require(isinstance(value, dict), f"{where} is no object")
    missing = sorted(set(needed) - set(value))
    require(not missing, f"{where} lacks {', '.join(missing)}")
    unknown = sorted(set(value) - set(needed) - set(optional))
    require(not unknown, f"{where} has {', '.join(unknown)}: extend tests/harness/channels")
    known: Json = value
    return known


def text(value: Any, where: str, most: int) -> str:
    require(isinstance(value, str) and value, f"{where} is no text")
    require(len(value) <= most, f"{where} has {len(value)} characters; the limit is {most}")
    return str(value)


def items(value: Any, where: str, most: int) -> list[Any]:
    require(isinstance(value, list) and value, f"{where} is no list")
    require(len(value) <= most, f"{where} has {len(value)} members; the limit is {most}")
    return list(value)


def https(value: Any, where: str, most: int = 3_000) -> None:
    require(text(value, where, most).startswith("https://"), f"{where} is no https address")
