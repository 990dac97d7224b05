"""Is a text a schedule that the Functions host understands? Pure."""

import re

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

# NCRONTAB: name, least, most, and the words that stand for numbers (azure-functions timer documentation).
_CRON: tuple[tuple[str, int, int, list[str]], ...] = (
    ("second", 0, 59, []),
    ("minute", 0, 59, []),
    ("hour", 0, 23, []),
    ("day", 1, 31, []),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 6, _DAYS),
)


def schedule(text: str) -> str:
    parts = text.split()
    if len(parts) != len(_CRON):
        raise ValueError(
            f"has {len(parts)} fields instead of six: second minute hour day month day-of-week"
        )
    for part, (name, least, most, words) in zip(parts, _CRON, strict=True):
        if not all(_is_cron(item, least, most, words) for item in part.split(",")):
            raise ValueError(f"has {part!r} for the {name}, which goes from {least} to {most}")
    return " ".join(parts)


def _is_cron(item: str, least: int, most: int, words: list[str]) -> bool:
    """`*`, a value or a range, with or without a step."""
    span, slash, step = item.partition("/")
    if slash and not (re.fullmatch(r"[0-9]{1,2}", step) and 1 <= int(step) <= most):
        return False
    if span == "*":
        return True
    ends = [_cron_number(end, least, words) for end in span.split("-", 1)]
    return ends == sorted(ends) and least <= ends[0] and ends[-1] <= most


def _cron_number(text: str, least: int, words: list[str]) -> int:
    """A number of at most two digits or one of the words; -1, which no field allows, for anything else."""
    if text.casefold() in words:
        return least + words.index(text.casefold())
    return int(text) if re.fullmatch(r"[0-9]{1,2}", text) else -1
