"""How does one account stand? What its last FULL pass left of it. Pure: no clock, no network, no logging."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from remediation import incident
from remediation.brakes import Repeats
from remediation.desired import Baseline
from remediation.ids import ResourceId
from remediation.page.parts import Part, State, part_of
from remediation.plan import Severity
from remediation.proof import Proof
from remediation.report import Actor, Drift, Lane, Outcome, Report, Trigger, Verdict
from remediation.restraint import Reason

CLEAN = frozenset({Verdict.CONVERGED, Verdict.REMEDIED})
_LEFT = frozenset({Verdict.GONE, Verdict.OUT_OF_SCOPE})
_UNDONE = frozenset({Outcome.FAILED, Outcome.WAITING, Outcome.UNSURE})
# So much of a finding is kept beside an account; the whole of it is in the report.
_MOST_DRIFTS = 20
_LONGEST = 300
# A kind that cannot be closed, or is not allowed; a perimeter that is in charge.
_UNDECIDED = frozenset({"network-support", "perimeter"})


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
    open for what `drifts` tell, as far as that is known. `reverts`: how often the same thing was put back of late;
    `calm_at`: when that is no more too often, as the policy's limit has it.
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
    calm_at: datetime | None = None

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
        """Whether the internet gets in: such findings of the rules about access are critical, until they are cured."""
        return any(
            part_of(drift.rule) is Part.ACCESS
            and drift.severity == Severity.CRITICAL.value
            and not drift.cured
            for drift in self.open_drifts
        )

    @property
    def open_drifts(self) -> tuple[Drift, ...]:
        """What differs still; after a cure the report goes on telling what it was."""
        return () if self.is_clean else self.drifts

    def is_flapping(self, at: datetime) -> bool:
        """Whether somebody goes on undoing what Latch puts back."""
        if any(drift.withheld == Reason.FLAPPING.value for drift in self.open_drifts):
            return True
        return self.calm_at is not None and at < self.calm_at


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
    repeats: Repeats,
    before: Standing | None,
) -> Standing:
    """After a FULL pass. `opened` is the incident that goes on, `before` how the account stood."""
    shown = report if opened is None or report.drifts else opened
    closed = opened.exposed_seconds if opened is not None else None
    known, wait = baseline or Baseline(), report.retry_after
    return Standing(
        report.account,
        report.verdict,
        report.ended,
        report.profile or ("" if before is None else before.profile),
        tuple(_short(drift) for drift in shown.drifts[:_MOST_DRIFTS]),
        shown.drifted_at,
        shown.cause.actor,
        closed if shown.exposed_seconds is None else shown.exposed_seconds,
        _failure(report),
        None if wait is None else report.ended + timedelta(seconds=wait),
        known.endpoint is not None,
        known.dns is not None,
        repeats.times,
        _proven(report, before),
        repeats.calm_at,
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


def proven(report: Report) -> Proven | None:
    """What clients saw when the pass looked as they do; None when it did not."""
    if report.proof is None:
        return None
    return Proven(report.ended, _state_of(report.proof), _cut(report.proof.summary))


def _proven(report: Report, before: Standing | None) -> Proven | None:
    """An older proof stays while nothing was found: then nothing has changed since."""
    if report.proof is not None:
        return proven(report)
    if before is None or report.lane is Lane.FAST or report.drifts:
        return None
    return before.proven if report.verdict is Verdict.CONVERGED else None


def _state_of(proof: Proof) -> State:
    if proof.is_refuted:
        return State.BROKEN
    return State.OK if proof.holds else State.UNKNOWN
