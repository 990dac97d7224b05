"""What the host's JSON library makes of a string that looks like JSON: one text per element, objects indented.

Source: azure-functions-host FunctionBinding.cs, ReadAsEnumerable and BindAsyncCollectorAsync, Utility.IsJson.
How dates and numbers are written follows Newtonsoft.Json's documentation; that Azure writes them so was not verified.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

_EXTEND = "is not modeled: extend tests/harness/host/newtonsoft.py"
_DATE = re.compile(
    r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d+))?(Z|[+-]\d{2}:?\d{2})?", re.ASCII
)
_ALSO_ESCAPED = {"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"}


class NotModelledError(Exception):
    """Real, but nobody has written it down here."""


def looks_like_json(text: str) -> bool:
    trimmed = text.strip()
    return (trimmed[:1], trimmed[-1:]) in {("{", "}"), ("[", "]")}


def texts(text: str, *, dates: bool) -> list[str]:
    """The texts of the elements of `text`. With `dates`, a string that looks like a date becomes one and back."""
    value = json.loads(text)
    elements = value if isinstance(value, list) else [value]
    return [_text(element, dates=dates) for element in elements]


def _text(element: Any, *, dates: bool) -> str:
    match element:
        case str() if dates and _DATE.fullmatch(element):
            raise NotModelledError(f"a date as a message of its own {_EXTEND}")
        case str():
            return element
        case dict() | list():
            return _indented(_rewritten(element, dates=dates))
        case bool():
            return str(element)
        case int():
            return str(element)
        case None:
            return ""
        case _:
            raise NotModelledError(f"{element!r} as a message of its own {_EXTEND}")


def _indented(value: Any) -> str:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    for character, escaped in _ALSO_ESCAPED.items():
        text = text.replace(character, escaped)
    return text


def _rewritten(value: Any, *, dates: bool) -> Any:
    match value:
        case dict():
            return {key: _rewritten(item, dates=dates) for key, item in value.items()}
        case list():
            return [_rewritten(item, dates=dates) for item in value]
        case str() if dates:
            return _date(value)
        case float() if not 1e-5 <= abs(value) < 1e15 and value:
            raise NotModelledError(f"the number {value!r} {_EXTEND}")
    return value


def _date(text: str) -> str:
    """An ISO date as it is written again: zeros cut, and a foreign offset turned into the host's time, UTC."""
    if text.startswith("/Date("):
        raise NotModelledError(f"{text} {_EXTEND}")
    found = _DATE.fullmatch(text)
    if not found:
        return text
    moment, fraction, zone = found[1], found[2] or "", found[3] or ""
    if len(fraction) > 7:
        raise NotModelledError(f"{text} {_EXTEND}")
    try:
        parsed = datetime.fromisoformat(moment + zone)
    except ValueError:
        return text
    if zone not in {"", "Z"}:
        moment, zone = parsed.astimezone(UTC).isoformat()[:19], "+00:00"
    digits = fraction.rstrip("0")
    return f"{moment}.{digits}{zone}" if digits else moment + zone
