"""Which events does an event subscription let through, and which filters does Azure refuse?"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from tests.harness.event_grid.events import RESOURCE_TYPES, Schema
from tests.harness.event_grid.operators import MISSING, OPERATORS, Operand
from tests.harness.world import Json

# Source: event-filtering.md: 25 advanced filters, 25 values in all of them, 512 characters in a string.
MOST_FILTERS = 25
MOST_VALUES = 25
LONGEST_STRING = 512

# Source: event-filtering.md for the keys of each schema.
_KEYS = {
    Schema.EVENT_GRID: frozenset({"id", "topic", "subject", "eventtype", "dataversion"}),
    Schema.CLOUD: frozenset({"id", "source", "subject", "type", "specversion"}),
}
# A key whose own name holds dots cannot be addressed; such names are URIs, which the last class keeps out.
_DATA = re.compile(r"data(\.[\w-]+)+", re.IGNORECASE)
_EXTENSION = re.compile(r"[a-z0-9]{1,20}")
_PROPERTIES = frozenset(
    {
        "subjectBeginsWith",
        "subjectEndsWith",
        "isSubjectCaseSensitive",
        "includedEventTypes",
        "enableAdvancedFilteringOnArrays",
        "advancedFilters",
    }
)


class FilterError(ValueError):
    """Something with which Azure would not create the event subscription."""

    # Source: cloud-custodian#4669, an advanced filter with too many values.
    code = "InvalidRequest"
    status = 400


@dataclass(frozen=True, slots=True)
class Advanced:
    """One advanced filter."""

    operator: str
    key: str
    values: tuple[Any, ...]

    def admits(self, event: Json, *, on_arrays: bool) -> bool:
        value = _lookup(event, self.key.split("."))
        return OPERATORS[self.operator].matches(value, self.values, on_arrays=on_arrays)


@dataclass(frozen=True, slots=True)
class Filter:
    """All parts must agree; the default admits every type of the topic."""

    event_types: frozenset[str] = RESOURCE_TYPES
    subject_begins: str = ""
    subject_ends: str = ""
    case_sensitive: bool = False
    on_arrays: bool = False
    advanced: tuple[Advanced, ...] = ()

    @classmethod
    def parse(cls, document: Json, schema: Schema, known: Collection[str] = RESOURCE_TYPES) -> Self:
        """Reads the `filter` of an event subscription. Raises FilterError."""
        unknown = sorted(set(document) - _PROPERTIES)
        if unknown:
            raise FilterError(f"unknown property {unknown[0]!r}: extend event_grid/filters.py")
        advanced = tuple(_advanced(item, schema) for item in document.get("advancedFilters") or ())
        _check_limits(advanced)
        return cls(
            event_types=_event_types(document.get("includedEventTypes"), known),
            subject_begins=_string(document.get("subjectBeginsWith") or "", "subjectBeginsWith"),
            subject_ends=_string(document.get("subjectEndsWith") or "", "subjectEndsWith"),
            case_sensitive=_flag(document, "isSubjectCaseSensitive"),
            on_arrays=_flag(document, "enableAdvancedFilteringOnArrays"),
            advanced=advanced,
        )

    def admits(self, event: Json) -> bool:
        """Judges an event as it would be delivered."""
        kind = event.get("eventType", event.get("type", ""))
        return (
            str(kind).casefold() in {name.casefold() for name in self.event_types}
            and self._admits_subject(str(event.get("subject", "")))
            and all(item.admits(event, on_arrays=self.on_arrays) for item in self.advanced)
        )

    def _admits_subject(self, subject: str) -> bool:
        begins, ends = self.subject_begins, self.subject_ends
        if not self.case_sensitive:
            subject, begins, ends = subject.casefold(), begins.casefold(), ends.casefold()
        return subject.startswith(begins) and subject.endswith(ends)


def _event_types(names: Sequence[str] | None, known: Collection[str]) -> frozenset[str]:
    spelled = {name.casefold(): name for name in known}
    if names is None:
        return frozenset(known)
    for name in names:
        if name.casefold() not in spelled:
            raise FilterError(f"includedEventTypes: the topic has no event type {name!r}")
    return frozenset(spelled[name.casefold()] for name in names)


def _flag(document: Json, name: str) -> bool:
    value = document.get(name, False)
    if not isinstance(value, bool):
        raise FilterError(f"{name} must be true or false, not {value!r}")
    return value


def _string(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise FilterError(f"{where}: {value!r} is no string")
    if len(value) > LONGEST_STRING:
        raise FilterError(f"{where}: a string is longer than {LONGEST_STRING} characters")
    return value


def _advanced(item: Json, schema: Schema) -> Advanced:
    name = item.get("operatorType", "")
    operator = OPERATORS.get(name)
    if operator is None:
        raise FilterError(f"unknown operator {name!r}")
    key = _key(item.get("key"), schema)
    expected = _operand_property(operator.operand)
    unknown = sorted(set(item) - {"operatorType", "key", expected})
    if unknown:
        raise FilterError(f"{name} on {key}: property {unknown[0]!r} does not belong there")
    return Advanced(name, key, _values(item.get(expected), operator.operand, f"{name} on {key}"))


def _operand_property(operand: Operand) -> str:
    match operand:
        case Operand.BOOL | Operand.NUMBER:
            return "value"
        case Operand.NONE:
            return "key"
        case Operand.STRINGS | Operand.NUMBERS | Operand.RANGES:
            return "values"


def _key(key: Any, schema: Schema) -> str:
    if not isinstance(key, str) or not key:
        raise FilterError("an advanced filter needs a key")
    plain = key.casefold()
    extension = schema is Schema.CLOUD and _EXTENSION.fullmatch(plain) and plain != "time"
    if plain in _KEYS[schema] or _DATA.fullmatch(key) or extension:
        return key
    raise FilterError(f"key {key!r} is none that {schema} can be filtered by")


def _values(given: Any, operand: Operand, where: str) -> tuple[Any, ...]:
    if operand is Operand.NONE:
        return ()
    if operand in {Operand.BOOL, Operand.NUMBER}:
        given = [given]
    if not isinstance(given, list) or not given:
        raise FilterError(f"{where}: values are missing")
    for value in given:
        _check_value(value, operand, where)
    return tuple(given)


def _check_value(value: Any, operand: Operand, where: str) -> None:
    match operand:
        case Operand.STRINGS:
            fits, what = isinstance(_string(value, where), str), "a string"
        case Operand.BOOL:
            fits, what = isinstance(value, bool), "true or false"
        case Operand.RANGES:
            pair = isinstance(value, list) and len(value) == 2
            fits, what = pair and all(map(_is_number, value)), "a pair of numbers"
        case Operand.NUMBER | Operand.NUMBERS | Operand.NONE:
            fits, what = _is_number(value), "a number"
    if not fits:
        raise FilterError(f"{where}: {value!r} is not {what}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_limits(advanced: Sequence[Advanced]) -> None:
    if len(advanced) > MOST_FILTERS:
        raise FilterError(f"{len(advanced)} advanced filters; {MOST_FILTERS} are allowed")
    values = sum(len(item.values) for item in advanced)
    if values > MOST_VALUES:
        raise FilterError(f"{values} values in all filters; {MOST_VALUES} are allowed")


def _lookup(event: Any, path: Sequence[str]) -> Any:
    # Whether the path of a data key has case is undocumented; cloud-custodian ships Data.OperationName.
    for part in path:
        if not isinstance(event, Mapping):
            return MISSING
        plain = {str(name).casefold(): value for name, value in event.items()}
        event = plain.get(part.casefold(), MISSING)
    return event
