"""Words as Azure wrote them."""

from enum import Enum


def word(value: str | None, absent: str) -> str:
    """The SDKs turn known words into members of an enum, whose `str` is not the word."""
    if isinstance(value, Enum):
        return str(value.value)
    return value or absent
