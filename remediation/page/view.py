"""What does the posture page show? Numbers, a page of accounts, who causes trouble, and thirty days. Pure."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from remediation.fleet import Checkpoint
from remediation.ids import ResourceId
from remediation.page import modes
from remediation.page.form import Ask, Only
from remediation.page.modes import Charge, Hold, Terms
from remediation.page.standing import Incident, Standing
from remediation.report import Actor, Verdict

DAYS = 30
PAGE = 50
_MOST_ACTORS = 5
_MEMBERS: dict[Only, Callable[[Standing, datetime], bool]] = {
    Only.ALL: lambda _, __: True,
    Only.OPEN: lambda each, _: not each.is_clean,
    Only.EXPOSED: lambda each, _: each.is_exposed,
    Only.HELD: lambda each, _: each.verdict is Verdict.HELD,
    Only.WAITING: lambda each, _: each.verdict is Verdict.WAITING,
    Only.STALLED: lambda each, _: each.verdict is Verdict.STALLED,
    Only.FLAPPING: Standing.is_flapping,
    Only.CLEAN: lambda each, _: each.is_clean,
}
_WORST_FIRST = (
    Verdict.STALLED,
    Verdict.HELD,
    Verdict.WAITING,
    Verdict.REMEDIED,
    Verdict.CONVERGED,
)


@dataclass(frozen=True, slots=True)
class Fleet:
    """Everything that is known, before anybody asked."""

    at: datetime
    standings: Sequence[Standing]
    incidents: Sequence[Incident]
    swept: Checkpoint
    paused: bool = False
    terms: Sequence[Terms] = ()


@dataclass(frozen=True, slots=True)
class Tiles:
    """The numbers on top. Percentages and durations are None where there is nothing to count."""

    accounts: int
    private_percent: float | None
    drifts: int
    exposed: int
    median_exposure: float | None
    p95_exposure: float | None


@dataclass(frozen=True, slots=True)
class Day:
    """What ended on one day, and how long accounts were open in all."""

    day: date
    incidents: int
    exposed_seconds: float


@dataclass(frozen=True, slots=True)
class Culprit:
    """An actor, and how many drifts of how many accounts ended in thirty days. `id` is a directory's, where known."""

    name: str
    id: str
    incidents: int
    accounts: int


@dataclass(frozen=True, slots=True)
class View:
    """What is shown."""

    ask: Ask
    fleet: Fleet
    tiles: Tiles
    counts: dict[Only, int]
    rows: tuple[Standing, ...]
    found: int
    culprits: tuple[Culprit, ...]
    days: tuple[Day, ...]
    charges: tuple[Charge, ...]
    holds: tuple[Hold, ...]
    # How long each account was open when it last was, as far as thirty days tell.
    exposures: dict[ResourceId, float]

    @property
    def pages(self) -> int:
        return max(1, math.ceil(self.found / PAGE))


def view(fleet: Fleet, ask: Ask) -> View:
    """One page of what was asked for; the worst come first."""
    found = chosen(fleet, ask)
    ended = stories(fleet.incidents)
    counts = {
        only: sum(is_in(each, fleet.at) for each in fleet.standings)
        for only, is_in in _MEMBERS.items()
    }
    start = (ask.page - 1) * PAGE
    return View(
        ask,
        fleet,
        _tiles(fleet.standings, ended),
        counts,
        tuple(found[start : start + PAGE]),
        len(found),
        _culprits(ended),
        _days(ended, fleet.at.date()),
        modes.charges(fleet.terms, fleet.standings),
        modes.holds(fleet.standings),
        {each.account: s for each in reversed(ended) if (s := each.exposed_seconds) is not None},
    )


def chosen(fleet: Fleet, ask: Ask) -> list[Standing]:
    """All of them that were asked for, on whichever page."""
    text, is_in = ask.text.casefold(), _MEMBERS[ask.only]
    found = [each for each in fleet.standings if is_in(each, fleet.at) and text in _searched(each)]
    return sorted(found, key=_urgency)


def stories(incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    """One for each event: what the FAST lane closed and what the FULL lane restored are one story."""
    parts: dict[tuple[str, str], list[Incident]] = defaultdict(list)
    for each in incidents:
        parts[each.account.key, each.event].append(each)
    whole = (_joined(each) for each in parts.values())
    return tuple(sorted(whole, key=lambda each: each.ended, reverse=True))


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that so many are no greater than; None of nothing."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def _searched(each: Standing) -> str:
    return f"{each.account.key} {each.profile} {each.actor}".casefold()


def _urgency(each: Standing) -> tuple[bool, int, str]:
    known = each.verdict in _WORST_FIRST
    return not each.is_exposed, _WORST_FIRST.index(each.verdict) if known else 0, each.account.key


def _joined(parts: list[Incident]) -> Incident:
    last = max(parts, key=lambda each: each.ended)
    seconds = [each.exposed_seconds for each in parts if each.exposed_seconds is not None]
    begun = [each.began for each in parts if each.began is not None]
    rules = dict.fromkeys(rule for each in parts for rule in each.rules)
    return Incident(
        last.report,
        last.account,
        last.event,
        last.ended,
        min(begun, default=None),
        last.actor,
        tuple(rules),
        max(seconds, default=None),
    )


def _tiles(standings: Sequence[Standing], ended: Sequence[Incident]) -> Tiles:
    known = [each.is_private for each in standings if each.is_private is not None]
    seconds = [each.exposed_seconds for each in ended if each.exposed_seconds is not None]
    return Tiles(
        len(standings),
        # Rounded down: one open account of ten thousand is not 100 %.
        math.floor(1000 * sum(known) / len(known)) / 10 if known else None,
        sum(len(each.open_drifts) for each in standings),
        sum(each.is_exposed for each in standings),
        percentile(seconds, 0.5),
        percentile(seconds, 0.95),
    )


def _culprits(ended: Sequence[Incident]) -> tuple[Culprit, ...]:
    """By the id that a directory gives: two people may have one name, and one person several spellings of it."""
    done: dict[str, list[Incident]] = defaultdict(list)
    for each in ended:
        done[_identity(each.actor)].append(each)
    found = (_culprit(theirs) for theirs in done.values())
    worst = sorted(found, key=lambda each: (-each.incidents, each.name, each.id))
    return tuple(worst[:_MOST_ACTORS])


def _culprit(ended: Sequence[Incident]) -> Culprit:
    """Under the newest name."""
    actor, accounts = ended[0].actor, {each.account for each in ended}
    return Culprit(str(actor), actor.object_id or actor.app_id, len(ended), len(accounts))


def _identity(actor: Actor) -> str:
    return (actor.object_id or actor.app_id or actor.name).casefold()


def _days(ended: Sequence[Incident], today: date) -> tuple[Day, ...]:
    """The oldest first; a day on which nothing happened is a day too."""
    seconds: Counter[date] = Counter()
    times = Counter(each.ended.date() for each in ended)
    for each in ended:
        seconds[each.ended.date()] += math.ceil(each.exposed_seconds or 0)
    every = (today - timedelta(days=ago) for ago in range(DAYS - 1, -1, -1))
    return tuple(Day(day, times[day], seconds[day]) for day in every)
