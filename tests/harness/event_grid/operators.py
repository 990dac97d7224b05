"""Does one value of an event satisfy one advanced filter? The nineteen operators, and nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

type Test = Callable[[Any, Any], bool]

# Stands for a key that the event does not have.
MISSING = object()


class Operand(StrEnum):
    """What an operator compares with."""

    STRINGS = "strings"
    NUMBERS = "numbers"
    NUMBER = "number"
    RANGES = "ranges"
    BOOL = "bool"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Operator:
    """`negated` means that no value may match; `absent_matches` says what a missing key does."""

    operand: Operand
    test: Test
    negated: bool = False
    absent_matches: bool = False

    def matches(self, value: Any, wanted: Sequence[Any], *, on_arrays: bool) -> bool:
        """Values are alternatives; of an array, each element counts."""
        if self.operand is Operand.NONE:
            return (value is MISSING or value is None) is self.absent_matches
        if isinstance(value, list):
            # Source: event-filtering.md: arrays are not looked into unless enableAdvancedFilteringOnArrays is on.
            values = [item for item in value if self._fits(item)] if on_arrays else []
        else:
            values = [value] if self._fits(value) else []
        if not values:
            return self.absent_matches
        hit = any(self.test(one, other) for one in values for other in wanted)
        return hit is not self.negated

    def _fits(self, value: Any) -> bool:
        match self.operand:
            case Operand.STRINGS:
                return isinstance(value, str)
            case Operand.BOOL:
                return isinstance(value, bool)
            case Operand.NUMBERS | Operand.NUMBER | Operand.RANGES | Operand.NONE:
                return isinstance(value, int | float) and not isinstance(value, bool)


def _text(test: Callable[[str, str], bool]) -> Test:
    # Source: event-filtering.md: all string comparisons are without case.
    return lambda value, wanted: test(value.casefold(), wanted.casefold())


def _within(value: float, limits: Sequence[float]) -> bool:
    return limits[0] <= value <= limits[1]


_IN = _text(lambda value, wanted: value == wanted)
_BEGINS = _text(str.startswith)
_ENDS = _text(str.endswith)
_CONTAINS = _text(lambda value, wanted: wanted in value)


def _never(_value: Any, _wanted: Any) -> bool:
    return False


# Source: azure-mgmt-eventgrid 10.4.0 (AdvancedFilterOperatorType). A missing key matches only the two NotIn and
# IsNullOrUndefined, not even the other negations: event-filtering.md.
OPERATORS = {
    "NumberIn": Operator(Operand.NUMBERS, lambda value, wanted: value == wanted),
    "NumberNotIn": Operator(
        Operand.NUMBERS, lambda value, wanted: value == wanted, negated=True, absent_matches=True
    ),
    "NumberLessThan": Operator(Operand.NUMBER, lambda value, wanted: value < wanted),
    "NumberGreaterThan": Operator(Operand.NUMBER, lambda value, wanted: value > wanted),
    "NumberLessThanOrEquals": Operator(Operand.NUMBER, lambda value, wanted: value <= wanted),
    "NumberGreaterThanOrEquals": Operator(Operand.NUMBER, lambda value, wanted: value >= wanted),
    "NumberInRange": Operator(Operand.RANGES, _within),
    "NumberNotInRange": Operator(Operand.RANGES, _within, negated=True),
    "BoolEquals": Operator(Operand.BOOL, lambda value, wanted: value is wanted),
    "StringIn": Operator(Operand.STRINGS, _IN),
    "StringNotIn": Operator(Operand.STRINGS, _IN, negated=True, absent_matches=True),
    "StringBeginsWith": Operator(Operand.STRINGS, _BEGINS),
    "StringNotBeginsWith": Operator(Operand.STRINGS, _BEGINS, negated=True),
    "StringEndsWith": Operator(Operand.STRINGS, _ENDS),
    "StringNotEndsWith": Operator(Operand.STRINGS, _ENDS, negated=True),
    "StringContains": Operator(Operand.STRINGS, _CONTAINS),
    "StringNotContains": Operator(Operand.STRINGS, _CONTAINS, negated=True),
    "IsNullOrUndefined": Operator(Operand.NONE, _never, absent_matches=True),
    "IsNotNull": Operator(Operand.NONE, _never),
}
