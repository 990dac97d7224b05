"""Is Latch well? What its plumbing shows, judged. Pure: no clock, no network, no logging.

| check         | fails (503)                               | warns (200)                          |
|---------------|-------------------------------------------|--------------------------------------|
| sweep         | the last one ended more than twice its    | none has ended yet, or the schedule  |
|               | interval, and a quarter of an hour, ago   | does not tell when it is late        |
| poison queues | there is a message in one                 |                                      |
| dead letters  | there are more than a sweep reads         | there are any, or they are not kept  |
| blind spots   |                                           | there are any                        |
| pause         |                                           | Latch is paused                      |
| passes        |                                           | there was none yet                   |

That storage does not answer is not a finding: whoever asks is told so instead.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from remediation.fleet import Checkpoint
from remediation.report import Json

_POISON = "-poison"
_LATE = timedelta(minutes=15)
# What one sweep reads (app.DEAD_LETTERS): beyond that they grow faster than they are read.
MOST_LETTERS = 500


class Standing(StrEnum):
    """How a check ended, and the whole."""

    OK = "ok"
    WARNING = "warning"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at, and a sentence about it."""

    name: str
    standing: Standing
    says: str


@dataclass(frozen=True, slots=True)
class Vitals:
    """What is known of Latch itself. `waiting` is the depth of each queue; `letters` None where none are kept."""

    now: datetime
    schedule: str
    swept: Checkpoint
    waiting: Mapping[str, int]
    letters: int | None
    passed: datetime | None = None
    event: datetime | None = None
    paused: bool = False


def checks(vitals: Vitals) -> tuple[Check, ...]:
    """Each in one line, whatever the others say."""
    return (
        _sweep(vitals),
        _passes(vitals),
        _poison(vitals.waiting),
        _dead_letters(vitals.letters),
        _blind_spots(vitals.swept),
        _pause(paused=vitals.paused),
    )


def unreadable(reason: str) -> tuple[Check, ...]:
    """When storage itself does not answer."""
    return (Check("storage", Standing.FAILING, f"Storage does not answer: {reason}"),)


def worst(found: tuple[Check, ...]) -> Standing:
    """What the whole comes to."""
    for standing in (Standing.FAILING, Standing.WARNING):
        if any(check.standing is standing for check in found):
            return standing
    return Standing.OK


def to_json(found: tuple[Check, ...], at: datetime) -> Json:
    """Without names of accounts and people: monitors log what they read."""
    told = [{"name": c.name, "status": c.standing.value, "says": c.says} for c in found]
    return {"status": worst(found).value, "at": at.isoformat(), "checks": told}


def interval(schedule: str) -> timedelta | None:
    """The longest time between two runs of a daily or more frequent NCRONTAB schedule; None of any other.

    Fields: second, minute, hour, day, month, weekday (functions-bindings-timer.md). Names and lists of hours would
    need a calendar, and are not judged.
    """
    fields = schedule.split()
    if len(fields) != 6 or fields[3:] != ["*", "*", "*"]:  # noqa: PLR2004 - six fields, as above
        return None
    minute, hour = fields[1], fields[2]
    if hour == "*":
        return _step(minute, timedelta(minutes=1), timedelta(hours=1))
    return _step(hour, timedelta(hours=1), timedelta(days=1))


def _step(field: str, one: timedelta, whole: timedelta) -> timedelta | None:
    if field == "*":
        return one
    step = re.fullmatch(r"(?:\*|\d+(?:-\d+)?)/(\d+)", field)
    if step and step[1].strip("0"):
        return min(int(step[1]) * one, whole)
    return whole if re.fullmatch(r"[\d,]+", field) else None


def _sweep(vitals: Vitals) -> Check:
    swept, gap = vitals.swept.ended, interval(vitals.schedule)
    if swept is None:
        return Check("sweep", Standing.WARNING, "No sweep has come to its end yet.")
    says = f"The last sweep ended {_ago(vitals.now - swept)}; it looked at {vitals.swept.looked} accounts."
    if gap is None:
        return Check(
            "sweep", Standing.WARNING, f"{says} The schedule does not tell when it is late."
        )
    is_late = vitals.now - swept > 2 * gap + _LATE
    return Check("sweep", Standing.FAILING if is_late else Standing.OK, says)


def _passes(vitals: Vitals) -> Check:
    if vitals.passed is None:
        return Check("passes", Standing.WARNING, "No pass has been recorded yet.")
    event = (
        "no event has led to one"
        if vitals.event is None
        else f"the last event happened {_ago(vitals.now - vitals.event)}"
    )
    waiting = sum(n for name, n in vitals.waiting.items() if not name.endswith(_POISON))
    says = f"The last pass ended {_ago(vitals.now - vitals.passed)}; {event}; about {waiting} messages wait."
    return Check("passes", Standing.OK, says)


def _poison(waiting: Mapping[str, int]) -> Check:
    full = {name: n for name, n in waiting.items() if name.endswith(_POISON) and n}
    if not full:
        return Check("poison queues", Standing.OK, "The poison queues are empty.")
    told = ", ".join(f"{name}: {n}" for name, n in sorted(full.items()))
    return Check("poison queues", Standing.FAILING, f"Messages that Latch gave up on: {told}.")


def _dead_letters(letters: int | None) -> Check:
    name = "dead letters"
    if letters is None:
        return Check(
            name, Standing.WARNING, "None are kept: what Event Grid cannot deliver is lost."
        )
    if letters == 0:
        return Check(name, Standing.OK, "None are left to read.")
    is_many = letters > MOST_LETTERS
    count = f"more than {MOST_LETTERS}" if is_many else str(letters)
    return Check(
        name,
        Standing.FAILING if is_many else Standing.WARNING,
        f"Letters left to the next sweep: {count}.",
    )


def _blind_spots(swept: Checkpoint) -> Check:
    name = "blind spots"
    if not swept.spots:
        return Check(name, Standing.OK, "Latch sees everything that the policy speaks of.")
    kinds = ", ".join(sorted({each.spot.kind.value for each in swept.spots}))
    return Check(name, Standing.WARNING, f"Blind spots: {len(swept.spots)} ({kinds}).")


def _pause(*, paused: bool) -> Check:
    if paused:
        return Check("pause", Standing.WARNING, "Latch is paused: it changes nothing.")
    return Check("pause", Standing.OK, "Latch is not paused.")


def _ago(since: timedelta) -> str:
    seconds = max(0, int(since.total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"
