"""What does a member of an event say? Pure, and nothing here raises: what cannot be read is as good as missing."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from remediation.ids import ResourceId

type Fields = Mapping[str, object]

# Letters, digits and what names of groups, endpoints, zones and records may hold besides ("@" and "*" are records).
_ID = re.compile(r"(/[-\w.()@*]+)+")
_LONGEST_ID = 1024
_LONGEST_WORD = 256


def fields(value: object) -> Fields:
    """The members of an object under lower-case names; also of one inside a string (azure-sdk-for-net#5189)."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    if not isinstance(value, dict):
        return {}
    return {str(name).casefold(): member for name, member in value.items()}


def word(value: object) -> str:
    """A string without control characters, of bounded length; everything else is as good as missing."""
    if not isinstance(value, str):
        return ""
    return "".join(filter(str.isprintable, value[: 2 * _LONGEST_WORD])).strip()[:_LONGEST_WORD]


def first(fields: Fields, names: tuple[str, ...]) -> str:
    return next(filter(None, (word(fields.get(name)) for name in names)), "")


def moment(value: object) -> datetime | None:
    """Azure writes up to seven fractional digits, and always UTC."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is None or moment.tzinfo is None:
            return moment and moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def clean(value: object) -> str:
    """Refuses what no ARM id holds (`?`, `%`, `..`, control characters), so that only names ever reach a URL."""
    text = "/" + value.strip().strip("/") if isinstance(value, str) else ""
    return text if len(text) <= _LONGEST_ID and _ID.fullmatch(text) else ""


def resource_id(value: object) -> ResourceId | None:
    text = clean(value)
    try:
        return ResourceId.parse(text) if text else None
    except ValueError:
        return None
