"""Who asked for a pass, and what the pass found and did. Requests and reports survive JSON, both ways.

Dictionaries travel no further in than the adapters; `REQUESTS` and `REPORTS` read and write them.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from remediation.ids import ResourceId
from remediation.observed import Fingerprint
from remediation.proof import Proof

type Json = dict[str, Any]


class Lane(StrEnum):
    """Depth of observation and a rule set. Nothing else differs."""

    FAST = "fast"
    FULL = "full"


class ActorKind(StrEnum):
    """What kind of principal a change was made by."""

    USER = "user"
    APP = "app"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it, as far as the event's claims say. Empty strings are unknown."""

    kind: ActorKind = ActorKind.UNKNOWN
    name: str = ""
    object_id: str = ""
    app_id: str = ""
    ip: str = ""

    def __str__(self) -> str:
        return self.name or self.object_id or self.app_id or "somebody unknown"


class Trigger(StrEnum):
    """What kind of thing woke Latch."""

    EVENT = "event"
    SWEEP = "sweep"
    RECHECK = "recheck"


@dataclass(frozen=True, slots=True)
class Cause:
    """What woke us. It is for the record, never for branching.

    `at` is when it happened; for an event that is the end of the write, as ARM tells it.
    """

    trigger: Trigger
    at: datetime
    operation: str = ""
    resource: str = ""
    event_id: str = ""
    correlation_id: str = ""
    actor: Actor = Actor()


@dataclass(frozen=True, slots=True)
class Request:
    """Which account, which lane: identity only.

    `since` is when the request was first made: a finished pass that began later has answered it. `closed` is what the
    FAST lane did before: it travels here so that it is told and recorded whatever dies meanwhile. `batch` is
    the look of a person that it is a part of; `audits` says that nothing may be changed. `fingerprint` is how the
    account looked to the FAST lane, where that found nothing to do: see `answered`.
    """

    account: ResourceId
    lane: Lane
    cause: Cause
    since: datetime
    id: str
    attempt: int = 0
    closed: "Report | None" = None
    batch: str = ""
    audits: bool = False
    fingerprint: Fingerprint | None = None


class Outcome(StrEnum):
    """How one action ended. Unsure: it may have taken effect; the next look tells."""

    DONE = "done"
    STARTED = "started"
    UNSURE = "unsure"
    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Result:
    """One action and how it ended; `message` says why when it did not."""

    action: str
    outcome: Outcome
    message: str = ""
    code: str = ""
    retry_after: float | None = None


class Verdict(StrEnum):
    """How a pass ended.

    Converged: nothing differs. Remedied: restored, and read again to prove it (the FAST lane: closed). Waiting: Azure
    still works on it, look again. Held: the guard or the policy holds a remedy back. Stalled: a person must act.
    Gone: there is no such account. Out of scope: the policy does not speak of it.
    """

    CONVERGED = "converged"
    REMEDIED = "remedied"
    WAITING = "waiting"
    HELD = "held"
    STALLED = "stalled"
    GONE = "gone"
    OUT_OF_SCOPE = "out-of-scope"


@dataclass(frozen=True, slots=True)
class Drift:
    """One finding as a report keeps it: what was expected, what was there, and why it was held back if it was.

    `awaits`: Azure was still working on it. `cured`: its remedy took effect in this pass, so that what was there is
    there no more. `until`: when the reason to hold it back lapses by itself.
    """

    rule: str
    resource: str
    expected: str
    actual: str
    severity: str
    withheld: str = ""
    message: str = ""
    awaits: bool = False
    cured: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What one pass found and did: one Result per action, none hidden.

    `drifted_at` is when the drift began, as far as known (the causing event's time); `exposed_seconds` how long the
    account could be reached from the internet, None when it was not exposed.
    """

    id: str
    request_id: str
    account: ResourceId
    lane: Lane
    verdict: Verdict
    cause: Cause
    started: datetime
    ended: datetime
    profile: str = ""
    drifts: tuple[Drift, ...] = ()
    results: tuple[Result, ...] = ()
    drifted_at: datetime | None = None
    exposed_seconds: float | None = None
    retry_after: float | None = None
    attempt: int = 0
    proof: Proof | None = None


class Codec[T]:
    """Values of one type to JSON and back."""

    def __init__(self, type_: type[T]) -> None:
        self._adapter = TypeAdapter(type_)

    def to_json(self, value: T) -> Json:
        """Times are ISO 8601 in UTC, ids as they were written."""
        json: Json = self._adapter.dump_python(value, mode="json")
        return json

    def from_json(self, json: object) -> T:
        """Raises ValueError, naming every mistake, when `json` is no such value."""
        return self._adapter.validate_python(json)


REQUESTS = Codec(Request)
REPORTS = Codec(Report)
