"""How does one account stand, and where does its private path break? Pure: no clock, no network, no logging.

| the last FULL pass                        | a leg of the path                                       |
|-------------------------------------------|---------------------------------------------------------|
| could not read the account                | unknown, every one of them                              |
| found nothing, or proved the cure         | ok; not asked where no endpoint or zone is known        |
| found something Latch or Azure works on   | waiting                                                 |
| found something that is held back         | held, with the reason                                   |
| found something that a person must mend   | broken                                                  |

The proof is older than the pass when the pass found nothing and did not look: it says when it was seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from remediation import incident
from remediation.brakes import Revert
from remediation.catalog import RULES
from remediation.desired import Baseline, RuleGroup
from remediation.ids import ResourceId
from remediation.plan import Severity
from remediation.proof import Proof
from remediation.report import Actor, Drift, Lane, Outcome, Report, Trigger, Verdict
from remediation.restraint import Reason
from remediation.verdicts import UNPROVEN_RULE

CLEAN = frozenset({Verdict.CONVERGED, Verdict.REMEDIED})
_LEFT = frozenset({Verdict.GONE, Verdict.OUT_OF_SCOPE})
_UNDONE = frozenset({Outcome.FAILED, Outcome.WAITING, Outcome.UNSURE})
# So much of a finding is kept beside an account; the whole of it is in the report.
_MOST_DRIFTS = 20
_LONGEST = 300
# A kind that cannot be closed, or is not allowed; a perimeter that is in charge.
_UNDECIDED = frozenset({"network-support", "perimeter"})
# The same put back so often is worth a look, whatever the policy's limit is.
_FLAPPING = 3


class Part(StrEnum):
    """The legs of the private path, in the order in which a client depends on them."""

    ACCESS = "public access"
    ENDPOINT = "endpoint"
    ADDRESS = "address"
    ZONE = "zone"
    LINK = "link"
    PROOF = "proof"


class State(StrEnum):
    """Whether a leg carries."""

    OK = "ok"
    BROKEN = "broken"
    WAITING = "waiting"
    HELD = "held"
    NOT_ASKED = "not asked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Leg:
    """One part of the path, and a sentence about it."""

    part: Part
    state: State
    says: str


@dataclass(frozen=True, slots=True)
class Proven:
    """What a proof came to, and when."""

    at: datetime
    state: State
    says: str


@dataclass(frozen=True, slots=True)
class Standing:
    """One account as its last FULL pass left it: facts alone, so that the row of a clean account is small.

    `failure` says why the account could not be read; then nothing else is known. `exposed_seconds` is how long it was
    open for what `drifts` tell, as far as that is known. `reverts`: how often the same thing was put back of late.
    """

    account: ResourceId
    verdict: Verdict
    looked: datetime
    profile: str = ""
    drifts: tuple[Drift, ...] = ()
    drifted_at: datetime | None = None
    actor: Actor = field(default_factory=Actor)
    exposed_seconds: float | None = None
    failure: str = ""
    next_look: datetime | None = None
    has_endpoint: bool = False
    has_names: bool = False
    reverts: int = 0
    proven: Proven | None = None

    @property
    def is_clean(self) -> bool:
        return self.verdict in CLEAN

    @property
    def is_private(self) -> bool | None:
        """None when it could not be read, or when its own settings do not decide who gets in."""
        if self.failure or any(drift.rule in _UNDECIDED for drift in self.open_drifts):
            return None
        return not self.is_exposed

    @property
    def is_exposed(self) -> bool:
        """Whether the internet gets in: only such findings of the rules about access are critical."""
        return any(
            part_of(drift.rule) is Part.ACCESS and drift.severity == Severity.CRITICAL.value
            for drift in self.open_drifts
        )

    @property
    def open_drifts(self) -> tuple[Drift, ...]:
        """What differs still; after a cure the report goes on telling what it was."""
        return () if self.is_clean else self.drifts

    @property
    def is_flapping(self) -> bool:
        """Whether somebody goes on undoing what Latch puts back."""
        return self.reverts >= _FLAPPING

    @property
    def legs(self) -> tuple[Leg, ...]:
        """The whole chain."""
        return tuple(_leg(self, part) for part in Part)


@dataclass(frozen=True, slots=True)
class Incident:
    """A drift that ended. `report` is the pass that told of its end, `event` what both lanes have in common."""

    report: str
    account: ResourceId
    event: str
    ended: datetime
    began: datetime | None = None
    actor: Actor = field(default_factory=Actor)
    rules: tuple[str, ...] = ()
    exposed_seconds: float | None = None


def is_left(report: Report) -> bool:
    """Whether there is nothing to show any more."""
    return report.verdict in _LEFT


def is_of_event(report: Report) -> bool:
    """Whether an event of Azure led to it, and not the timer or a person."""
    return report.cause.trigger is Trigger.EVENT


def standing(
    report: Report,
    baseline: Baseline | None,
    opened: Report | None,
    reverts: tuple[Revert, ...],
    before: Standing | None,
) -> Standing:
    """After a FULL pass. `opened` is the incident that goes on, `before` how the account stood."""
    shown = report if opened is None or report.drifts else opened
    known, wait = baseline or Baseline(), report.retry_after
    return Standing(
        report.account,
        report.verdict,
        report.ended,
        report.profile or ("" if before is None else before.profile),
        tuple(_short(drift) for drift in shown.drifts[:_MOST_DRIFTS]),
        shown.drifted_at,
        shown.cause.actor,
        shown.exposed_seconds,
        _failure(report),
        None if wait is None else report.ended + timedelta(seconds=wait),
        known.endpoint is not None,
        known.dns is not None,
        _most_often(reverts),
        _proven(report, before),
    )


def ended(report: Report) -> Incident | None:
    """What came to its end with a pass: closed, restored, or cured by somebody else; None when nothing did."""
    if report.verdict is not Verdict.REMEDIED and not incident.is_resolved(report):
        return None
    return Incident(
        report.id,
        report.account,
        report.cause.event_id or f"{report.cause.at.isoformat()} {report.cause.trigger}",
        report.ended,
        report.drifted_at,
        report.cause.actor,
        tuple(dict.fromkeys(drift.rule for drift in report.drifts)),
        report.exposed_seconds,
    )


# What a row holds ------------------------------------------------------------------------------------------------


def _short(drift: Drift) -> Drift:
    expected, actual, message = (
        _cut(text) for text in (drift.expected, drift.actual, drift.message)
    )
    return replace(drift, expected=expected, actual=actual, message=message)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _failure(report: Report) -> str:
    """Why nothing is known. A pass that saw the account knows its profile."""
    if report.profile or report.verdict in CLEAN:
        return ""
    undone = (result.message for result in report.results if result.outcome in _UNDONE)
    return _cut(next(undone, "the account could not be read"))


def _most_often(reverts: tuple[Revert, ...]) -> int:
    done = [revert.action for revert in reverts]
    return max(map(done.count, done), default=0)


def _proven(report: Report, before: Standing | None) -> Proven | None:
    """An older proof stays while nothing was found: then nothing has changed since."""
    if report.proof is not None:
        return Proven(report.ended, _state_of(report.proof), _cut(report.proof.summary))
    if before is None or report.lane is Lane.FAST or report.drifts:
        return None
    return before.proven if report.verdict is Verdict.CONVERGED else None


def _state_of(proof: Proof) -> State:
    if proof.is_refuted:
        return State.BROKEN
    return State.OK if proof.holds else State.UNKNOWN


# Legs ------------------------------------------------------------------------------------------------------------

_OF_RULE = {
    UNPROVEN_RULE: Part.PROOF,
    "custom-subdomain": Part.ENDPOINT,
    "endpoint-members": Part.ADDRESS,
    "zone-link": Part.LINK,
    "link-settings": Part.LINK,
    "custom-dns": Part.LINK,
}
_TAKES_ALONG = {
    "endpoint-missing": (Part.ENDPOINT, Part.ADDRESS, Part.ZONE),
    "zone-missing": (Part.ZONE, Part.LINK),
    "network-support": (Part.ACCESS, Part.ENDPOINT, Part.ADDRESS, Part.ZONE, Part.LINK),
}
_OF_GROUP = {
    RuleGroup.ACCESS: Part.ACCESS,
    RuleGroup.ENDPOINT: Part.ENDPOINT,
    RuleGroup.DNS: Part.ZONE,
}
_WELL = {
    Part.ACCESS: "It lets in whom the policy lets in, and nobody else.",
    Part.ENDPOINT: "The private endpoint is there and connected.",
    Part.ADDRESS: "The endpoint has the addresses that it should have.",
    Part.ZONE: "The zones are there, and their records lead to the endpoint.",
    Part.LINK: "The networks of the clients are linked to the zones.",
}
_NOBODY_ASKS = {
    Part.ENDPOINT: "Neither the policy nor the past knows a private endpoint of this account.",
    Part.ADDRESS: "Without a private endpoint there is no address.",
    Part.ZONE: "Neither the policy nor the past knows zones for this account.",
    Part.LINK: "Without zones there is nothing to link.",
}


def part_of(rule: str) -> Part:
    """The leg that a finding of this rule breaks."""
    known = RULES.get(rule)
    return _OF_RULE.get(rule) or (Part.ACCESS if known is None else _OF_GROUP[known.group])


def _parts_of(rule: str) -> tuple[Part, ...]:
    """What is not there takes along what depends on it, of which the planner then says nothing."""
    return _TAKES_ALONG.get(rule) or (part_of(rule),)


def _leg(of: Standing, part: Part) -> Leg:
    if of.failure:
        return Leg(part, State.UNKNOWN, f"Nothing could be seen: {of.failure}")
    found = tuple(drift for drift in of.open_drifts if part in _parts_of(drift.rule))
    if found:
        return Leg(part, _worst(of, found), " ".join(_sentences(found)))
    if part is Part.PROOF:
        return _proof(of)
    if not _is_asked(of, part):
        says = _NOBODY_ASKS[part] if of.is_clean else "It has not been seen whole yet."
        return Leg(part, State.NOT_ASKED, says)
    return Leg(part, State.OK, _WELL[part] if of.is_clean else "Nothing was found to differ here.")


def _proof(of: Standing) -> Leg:
    if of.proven is None:
        says = "Nobody has looked as clients do since something changed."
        return Leg(Part.PROOF, State.NOT_ASKED, says)
    seen = f"{of.proven.says} Seen {of.proven.at:%Y-%m-%d %H:%M} UTC."
    return Leg(Part.PROOF, of.proven.state, seen)


def _is_asked(of: Standing, part: Part) -> bool:
    match part:
        case Part.ENDPOINT | Part.ADDRESS:
            return of.has_endpoint
        case Part.ZONE | Part.LINK:
            return of.has_names
        case _:
            return True


def _worst(of: Standing, found: tuple[Drift, ...]) -> State:
    """Broken before held before waiting; what a waiting pass is free to act on is being restored."""
    states = {_state(of, drift) for drift in found}
    return next(state for state in (State.BROKEN, State.HELD, State.WAITING) if state in states)


def _state(of: Standing, drift: Drift) -> State:
    if drift.withheld == Reason.BUSY.value:
        return State.WAITING
    if drift.withheld:
        return State.HELD
    is_in_work = drift.awaits or of.verdict is Verdict.WAITING
    return State.WAITING if is_in_work else State.BROKEN


def _sentences(found: tuple[Drift, ...]) -> Iterator[str]:
    for drift in found:
        held = f" Held back: {drift.withheld}, {drift.message}." if drift.withheld else ""
        yield f"{drift.rule}: {drift.actual}; wanted: {drift.expected}.{held}"
