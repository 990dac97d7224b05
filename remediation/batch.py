"""How far is a look at several accounts that a person asked for? Pure: values, and how they read as JSON and as CSV."""

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from remediation.ids import ResourceId
from remediation.report import Actor, Codec, Json, Report, Verdict

_COLUMNS = ("account", "verdict", "profile", "drifts", "held", "ended", "report")


@dataclass(frozen=True, slots=True)
class Batch:
    """What was asked for, by whom and when. `listed` once it is known which accounts that means."""

    id: str
    scope: str
    enforce: bool
    asked: datetime
    by: Actor = field(default_factory=Actor)
    listed: bool = False

    def is_same(self, other: "Batch") -> bool:
        """Whether two ask for the same, whoever asked first."""
        return (self.scope.casefold(), self.enforce) == (other.scope.casefold(), other.enforce)


@dataclass(frozen=True, slots=True)
class Entry:
    """One account of a batch, and its newest report; no verdict means that nobody has looked yet."""

    account: ResourceId
    verdict: Verdict | None = None
    profile: str = ""
    drifts: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    ended: datetime | None = None
    report: str = ""

    @classmethod
    def of(cls, report: Report) -> "Entry":
        """What a batch keeps of a report; the whole is in the account's history."""
        rules = tuple(dict.fromkeys(drift.rule for drift in report.drifts))
        held = tuple(dict.fromkeys(drift.withheld for drift in report.drifts if drift.withheld))
        return cls(
            report.account, report.verdict, report.profile, rules, held, report.ended, report.id
        )

    @property
    def is_done(self) -> bool:
        """True when nobody will look again of itself."""
        return self.verdict not in (None, Verdict.WAITING)


BATCHES = Codec(Batch)
ENTRIES = Codec(Entry)


@dataclass(frozen=True, slots=True)
class Progress:
    """A batch and its accounts, in the order of their ids."""

    batch: Batch
    entries: tuple[Entry, ...] = ()

    @property
    def is_done(self) -> bool:
        return self.batch.listed and all(entry.is_done for entry in self.entries)

    def to_json(self) -> Json:
        """State `listing`, `running` or `done`; counts; and what is known of each account."""
        told = BATCHES.to_json(self.batch)
        state = "done" if self.is_done else "running" if self.batch.listed else "listing"
        verdicts = Counter(entry.verdict for entry in self.entries if entry.verdict)
        return {
            "id": told["id"],
            "scope": told["scope"],
            "mode": "enforce" if self.batch.enforce else "audit",
            "asked": told["asked"],
            "by": told["by"],
            "state": state,
            "total": len(self.entries),
            "done": sum(entry.is_done for entry in self.entries),
            "verdicts": {verdict.value: count for verdict, count in sorted(verdicts.items())},
            "accounts": [ENTRIES.to_json(entry) for entry in self.entries],
        }

    def to_csv(self) -> str:
        """One line an account, after a line of names (RFC 4180)."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(_COLUMNS)
        for entry in self.entries:
            told = ENTRIES.to_json(entry)
            told |= {"drifts": " ".join(entry.drifts), "held": " ".join(entry.held)}
            writer.writerow([told[column] or "" for column in _COLUMNS])
        return text.getvalue()
