"""How often, and for how many accounts at once, may Latch put things back? Pure: no clock, no network, no logging.

    fight   the same thing put back N times in a window, each time for another cause: somebody takes it away again
    blast   more than N accounts, or M percent of the fleet, put back in a window, by all workers together

Both windows slide, so both brakes let go by themselves. Neither is ever asked about a change of the account: closing
goes on.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from remediation.report import Actor, ActorKind, Lane, Outcome, Report

# However small the fleet is, a percentage never forbids these.
FEWEST_ACCOUNTS = 5
# How many of the latest reverts are remembered; the policy's threshold is below.
MOST_REVERTS = 100
_TOOK_EFFECT = frozenset({Outcome.DONE, Outcome.STARTED})
_NAMED = 3


@dataclass(frozen=True, slots=True)
class FightLimit:
    """So often is the same thing put back within a window."""

    reverts: int
    within: timedelta


@dataclass(frozen=True, slots=True)
class BlastLimit:
    """For so many accounts are things put back within a window."""

    accounts: int
    percent: int
    within: timedelta

    def allowed(self, fleet: int | None) -> int:
        """The smaller of number and share; of a fleet that nobody has counted yet there is no share."""
        if fleet is None:
            return self.accounts
        share = -(-fleet * self.percent // 100)
        return min(self.accounts, max(FEWEST_ACCOUNTS, share))


@dataclass(frozen=True, slots=True)
class Limits:
    """What a profile says; None is no limit."""

    fight: FightLimit | None = None
    blast: BlastLimit | None = None


NO_LIMITS = Limits()


# Fights ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Revert:
    """Something that Latch put back: when, what the action said, and who had made it necessary.

    `cause` is when that happened: a pass that must do a thing twice for one cause is no fight. `closed`: by the FAST
    lane, so that the FULL lane never saw the difference.
    """

    action: str
    at: datetime
    cause: datetime
    actor: Actor
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Fight:
    """What does not stay as Latch puts it, and who is on the other side. It is over at `until` if Latch stands back."""

    times: int
    actions: tuple[str, ...]
    opponents: tuple[Actor, ...]
    until: datetime

    def __str__(self) -> str:
        others = " and ".join(map(_known_as, self.opponents)) or "somebody unknown"
        done = "; ".join(self.actions[:_NAMED])
        return f"done {self.times} times ({done}), undone each time by {others}"


def reverts_of(report: Report, at: datetime, actor: Actor) -> tuple[Revert, ...]:
    """What took effect in a pass, whichever way its actor is known."""
    done = dict.fromkeys(r.action for r in report.results if r.outcome in _TOOK_EFFECT)
    closed = report.lane is Lane.FAST
    return tuple(Revert(action, at, report.cause.at, actor, closed) for action in done)


def remembered(
    past: Iterable[Revert], new: Iterable[Revert], limit: FightLimit | None, now: datetime
) -> tuple[Revert, ...]:
    """The reverts that still count, one for each action and cause."""
    if limit is None:
        return ()
    known = {(each.action, each.cause): each for each in (*past, *new)}
    recent = (each for each in known.values() if now - each.at < limit.within)
    return tuple(sorted(recent, key=lambda each: (each.at, each.action)))[-MOST_REVERTS:]


def fight(
    reverts: Iterable[Revert], wanted: Collection[str], limit: FightLimit | None, now: datetime
) -> Fight | None:
    """The fight over what is wanted now: what was done too often already, and would be done once more.

    The last cure that the limit allows goes on to its end: its later steps were done less often than its first.
    """
    counted = remembered(reverts, (), limit, now)
    times = Counter(each.action for each in counted if each.action in wanted)
    if limit is None or max(times.values(), default=0) < limit.reverts:
        return None
    contested = tuple(action for action, n in times.items() if n >= limit.reverts)
    until = max(_calm_at(counted, action, limit) for action in contested)
    opponents = dict.fromkeys(r.actor for r in counted if r.action in contested and _is_known(r))
    return Fight(max(times.values()), contested, tuple(opponents), until)


@dataclass(frozen=True, slots=True)
class Repeats:
    """How often the same thing was put back of late, and when that is often no more; None when it is not."""

    times: int = 0
    calm_at: datetime | None = None


def repeats(reverts: Iterable[Revert], limit: FightLimit | None, now: datetime) -> Repeats:
    """Whether the account is one that somebody opens again and again, as the policy's limit has it."""
    counted = remembered(reverts, (), limit, now)
    times = Counter(each.action for each in counted)
    most = max(times.values(), default=0)
    if limit is None or most < limit.reverts:
        return Repeats(most)
    often = (action for action, n in times.items() if n >= limit.reverts)
    return Repeats(most, max(_calm_at(counted, action, limit) for action in often))


def _calm_at(reverts: tuple[Revert, ...], action: str, limit: FightLimit) -> datetime:
    """When fewer than the threshold are left in the window."""
    moments = [each.at for each in reverts if each.action == action]
    return moments[-limit.reverts] + limit.within


def _is_known(revert: Revert) -> bool:
    return revert.actor.kind is not ActorKind.UNKNOWN


def _known_as(actor: Actor) -> str:
    ids = (("app id", actor.app_id), ("object id", actor.object_id))
    told = ", ".join(f"{name} {value}" for name, value in ids if value and value != str(actor))
    return f"{actor} ({told})" if told else str(actor)


# The blast radius ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Claim:
    """Whether one more account may be put back. Refused: since when accounts are, and when there is room again."""

    granted: bool
    counted: int
    allowed: int
    since: datetime | None = None
    until: datetime | None = None

    def __str__(self) -> str:
        """The same words for every account that one overload holds back, so that people can be told once."""
        since = "" if self.since is None else f", since {self.since:%Y-%m-%d %H:%M:%S} UTC"
        return f"more than {self.allowed} accounts at once{since}"


@dataclass(frozen=True, slots=True)
class Tally:
    """What all workers together have put back: each account, and when last. `longest` is the widest window asked for.

    `since` and `refused_at` are the beginning and the latest moment of the present overload.
    """

    accounts: tuple[tuple[str, datetime], ...] = ()
    fleet: int | None = None
    longest: timedelta = timedelta()
    since: datetime | None = None
    refused_at: datetime | None = None

    def claim(self, account: str, limit: BlastLimit, now: datetime) -> tuple["Tally", Claim]:
        """An account that is counted already may go on, and counts from now again."""
        longest = max(self.longest, limit.within)
        kept = {key: at for key, at in self.accounts if now - at < longest}
        others = [at for key, at in kept.items() if key != account and now - at < limit.within]
        allowed = limit.allowed(self.fleet)
        if len(others) < allowed:
            kept[account] = now
            tally = replace(self, accounts=tuple(kept.items()), longest=longest)
            return tally, Claim(granted=True, counted=len(others) + 1, allowed=allowed)
        since = self._overloaded_since(limit, now)
        tally = replace(
            self, accounts=tuple(kept.items()), longest=longest, since=since, refused_at=now
        )
        # Room for one comes sooner, but then all who wait would come for it, again and again.
        until = max(others, default=now) + limit.within
        return tally, Claim(
            granted=False, counted=len(others), allowed=allowed, since=since, until=until
        )

    def _overloaded_since(self, limit: BlastLimit, now: datetime) -> datetime:
        """An overload lasts until nobody was refused for a whole window: so people are told once."""
        if self.since is None or self.refused_at is None or now - self.refused_at >= limit.within:
            return now
        return self.since


# What the guard is given -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Brakes:
    """What holds a pass back beside the policy."""

    paused: bool = False
    fight: Fight | None = None
    refused: Claim | None = None


RELEASED = Brakes()
