"""A channel's turn: which messages go now, and when to look again? Pure: it is told what waits and the time.

due         critical at once; anything else when the window of its actor is over, so that what belongs together
            goes together
overflow    with fewer tokens than messages, the most severe go by themselves and all others in one digest
down        nothing is tried before `down_until`, however much comes in; then all that waits is due, in as many
            messages as there are tokens
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from remediation.channel import Channel, Kind, Standing, Vendor, rank
from remediation.channels import bucket, letter
from remediation.channels.bucket import Bucket
from remediation.channels.letter import Letter
from remediation.channels.word import Word
from remediation.plan import Severity

_FIRST_WAIT = 60.0
_LONGEST_WAIT = 900.0
# What a channel refused is tried again by itself, in case a person has mended the channel.
ASIDE = timedelta(hours=1)
# A moment that is rounded to the next full second must still count as the same.
_SAME = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An alert that a channel has still to be told. `ends`: the channel was told of the beginning."""

    key: str
    word: Word
    stored: datetime
    ends: bool = False
    aside_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What a channel's turns must know of each other, across processes."""

    bucket: Bucket = field(default_factory=Bucket)
    failures: int = 0
    down_until: datetime | None = None
    next_look: datetime | None = None
    problem: str = ""


def decide(
    channel: Channel, waiting: Sequence[Waiting], state: State, now: datetime
) -> tuple[Letter, ...]:
    """The messages that go now; nothing while the channel is down."""
    if state.down_until is not None and now < state.down_until:
        return ()
    ready = _due(channel, [each for each in waiting if not _is_aside(each, now)], now)
    tokens = bucket.tokens(state.bucket, channel.rate, now)
    if channel.vendor is Vendor.PAGERDUTY:
        return _paged(ready, tokens)
    if not channel.vendor.is_read_by_people:
        ordered = sorted(ready, key=lambda each: (each.stored, each.key))
        return tuple(letter.single([each.word]) for each in ordered[:tokens])
    return _bounded(tuple(map(letter.group, _by_actor(ready))), tokens)


def look_again(
    channel: Channel, left: Sequence[Waiting], state: State, now: datetime
) -> datetime | None:
    """When the channel's next turn is, None when nothing waits."""
    moments = [_ready_at(channel, each, now) for each in left]
    if not moments:
        return None
    soonest = max(min(moments), bucket.refilled_at(state.bucket, channel.rate, now))
    return max(soonest, state.down_until or now, now)


def is_asked(state: State, at: datetime, now: datetime) -> bool:
    """Whether a look that is under way already comes early enough: one chain of looks for each channel."""
    return state.next_look is not None and now < state.next_look <= at + _SAME


def succeeded(state: State, channel: Channel, sent: Letter, now: datetime) -> State:
    """An end costs no token: it closes what was told, and floods nobody."""
    count = 1 if sent.begins else 0
    full = bucket.spent(state.bucket, channel.rate, now, count)
    return replace(state, bucket=full, failures=0, down_until=None, problem="")


def failed(state: State, problem: str, retry_after: float | None, now: datetime) -> State:
    """Each time twice as long as before, and never sooner than the channel asked for."""
    backoff = min(_FIRST_WAIT * 2.0 ** min(state.failures, 10), _LONGEST_WAIT)
    wait = timedelta(seconds=max(backoff, retry_after or 0.0))
    return replace(state, failures=state.failures + 1, down_until=now + wait, problem=problem)


def _is_aside(each: Waiting, now: datetime) -> bool:
    return each.aside_until is not None and now < each.aside_until


def _ready_at(channel: Channel, each: Waiting, now: datetime) -> datetime:
    ready = each.stored if _is_urgent(each.word) else each.stored + channel.window
    return max(ready, each.aside_until or now)


def _is_urgent(word: Word) -> bool:
    return word.severity is Severity.CRITICAL or word.kind is Kind.ALIVE


def _due(channel: Channel, waiting: Sequence[Waiting], now: datetime) -> list[Waiting]:
    """What is due, and with it all else of the same actor."""
    actors = {_actor(e) for e in waiting if _ready_at(channel, e, now) <= now}
    return [each for each in waiting if _actor(each) in actors]


def _actor(each: Waiting) -> str:
    """Who is not known is one actor: the message says so. A sign of life belongs to nobody."""
    return each.key if each.word.kind is Kind.ALIVE else f"actor {each.word.actor_key}"


def _by_actor(ready: Sequence[Waiting]) -> list[list[Word]]:
    groups: dict[str, list[Word]] = {}
    for each in ready:
        groups.setdefault(_actor(each), []).append(each.word)
    return list(groups.values())


def _bounded(letters: tuple[Letter, ...], tokens: int) -> tuple[Letter, ...]:
    """At most as many messages as there are tokens, the last of them for all that is left."""
    ordered = sorted(letters, key=lambda each: (-rank(each.severity), each.at, each.id))
    if len(ordered) <= tokens:
        return tuple(ordered)
    if tokens < 1:
        return ()
    rest = [word for each in ordered[tokens - 1 :] for word in each.words]
    return (*ordered[: tokens - 1], letter.overflow(rest))


def _paged(ready: Sequence[Waiting], tokens: int) -> tuple[Letter, ...]:
    """One message for each incident, as it stands in the end. What is over already wakes nobody, but is told."""
    incidents: dict[str, list[Waiting]] = {}
    for each in sorted(ready, key=lambda each: (each.word.at, each.key)):
        incidents.setdefault(each.word.dedup_key, []).append(each)
    letters = tuple(_incident(each) for each in incidents.values())
    fresh = tuple(each for each in letters if each.begins)
    ended = tuple(each for each in letters if not each.begins)
    return (*_bounded(fresh, tokens), *ended)


def _incident(waiting: Sequence[Waiting]) -> Letter:
    words = [each.word for each in waiting]
    newest = words[-1]
    if newest.standing is Standing.OPEN:
        return letter.single(words)
    knows = any(each.ends for each in waiting) and not any(
        each.word.standing is Standing.OPEN for each in waiting
    )
    if knows:
        return letter.single(words, Standing.OVER, begins=False)
    return letter.single(words, Standing.NEWS)
