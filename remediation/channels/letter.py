"""What is one message made of: one alert, all of one actor, or all that overflowed? Pure.

The first line says it all, also when it stands for many alerts.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from remediation.channel import Kind, Standing, rank
from remediation.channels.text import digest
from remediation.channels.word import Word
from remediation.plan import Severity
from remediation.wording import in_words

_DONE = {
    Kind.STALLED: "stalled",
    Kind.GAVE_UP: "given up",
    Kind.HELD: "held back",
    Kind.RESTORED: "restored",
    Kind.CLOSED: "closed",
    Kind.RESOLVED: "mended by others",
    Kind.NOTICED: "only told of",
    Kind.ALIVE: "signs of life",
}


class Form(StrEnum):
    """What a message is about."""

    SINGLE = "single"
    GROUP = "group"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message. `words` are the alerts in it, the most severe first; `begins` false: the other side knows of it."""

    id: str
    form: Form
    headline: str
    severity: Severity
    standing: Standing
    words: tuple[Word, ...]
    begins: bool = True

    @property
    def word(self) -> Word:
        """The alert that a message about a single matter shows in full: the newest, which knows the whole story."""
        return max(self.words, key=lambda word: word.at)

    @property
    def dedup_key(self) -> str:
        return self.word.dedup_key if self.form is Form.SINGLE else f"latch-{self.form}-{self.id}"

    @property
    def at(self) -> datetime:
        """When the last of it happened."""
        return self.word.at

    @property
    def lines(self) -> tuple[str, ...]:
        """One for each alert."""
        return tuple(word.headline for word in self.words)


def single(
    words: Sequence[Word], standing: Standing | None = None, *, begins: bool = True
) -> Letter:
    """Of one matter: several alerts of one drift are told by the newest."""
    newest = max(words, key=lambda word: word.at)
    return Letter(
        id=newest.id,
        form=Form.SINGLE,
        headline=newest.headline,
        severity=newest.severity,
        standing=newest.standing if standing is None else standing,
        words=_ordered(words),
        begins=begins,
    )


def group(words: Sequence[Word]) -> Letter:
    """All that one actor did in a window; a single matter stays a single message."""
    if len({word.incident or word.id for word in words}) == 1:
        return single(words)
    return _many(Form.GROUP, words, _group_headline(words))


def overflow(words: Sequence[Word]) -> Letter:
    """All that there is no room for, in one message."""
    return _many(Form.DIGEST, words, _digest_headline(words))


def _many(form: Form, words: Sequence[Word], headline: str) -> Letter:
    newest = _newest(words)
    is_open = any(word.standing is Standing.OPEN for word in newest)
    return Letter(
        id=digest(form, *sorted(word.id for word in words)),
        form=form,
        headline=headline,
        severity=max((word.severity for word in newest), key=rank),
        standing=Standing.OPEN if is_open else Standing.NEWS,
        words=_ordered(words),
    )


def _ordered(words: Sequence[Word]) -> tuple[Word, ...]:
    return tuple(sorted(words, key=lambda word: (-rank(word.severity), word.at, word.id)))


def _newest(words: Sequence[Word]) -> list[Word]:
    """How each matter stands in the end."""
    ends: dict[str, Word] = {}
    for word in sorted(words, key=lambda word: word.at):
        ends[word.account.casefold() or word.dedup_key] = word
    return list(ends.values())


def _group_headline(words: Sequence[Word]) -> str:
    newest = _newest(words)
    who = next((word.actor for word in words if word.actor), "") or "Somebody unknown"
    accounts = {word.account.casefold() for word in words if word.account}
    things = _counted(len(accounts), "account") if accounts else f"{len(newest)} things"
    what = next(iter(words)).name if len(accounts) == 1 else things
    return f"{_call(newest)}{who} changed {what}: {_outcome(newest)}{_exposure(words)}"


def _digest_headline(words: Sequence[Word]) -> str:
    newest = _newest(words)
    accounts = {word.account.casefold() for word in words if word.account}
    about = f" about {_counted(len(accounts), 'account')}" if accounts else ""
    return f"{_call(newest)}{len(words)} alerts{about}: {_outcome(newest)}{_exposure(words)}"


def _call(newest: Sequence[Word]) -> str:
    """What a person is asked for comes first."""
    kinds = {word.kind for word in newest}
    if kinds & {Kind.STALLED, Kind.GAVE_UP}:
        return "A person must act: "
    return "A person must decide: " if Kind.HELD in kinds else ""


def _outcome(newest: Sequence[Word]) -> str:
    counts = Counter(word.kind for word in newest)
    return ", ".join(f"{counts[kind]} {done}" for kind, done in _DONE.items() if counts[kind])


def _exposure(words: Sequence[Word]) -> str:
    seconds = [s for word in words if (s := word.exposed_seconds) is not None]
    return f"; open to the internet for {in_words(max(seconds))} at most" if seconds else ""


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
