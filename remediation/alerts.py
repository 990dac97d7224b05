"""Does this report deserve a word, and which? Pure: it decides, `wording` finds the words, the notifiers merely post.

| verdict   | lane | alert    | told once per                                    |
|-----------|------|----------|--------------------------------------------------|
| REMEDIED  | FAST | CLOSED   | report                                           |
| REMEDIED  | FULL | RESTORED | report                                           |
| HELD      | FULL | HELD     | incident, drifts and reasons; TOO_MANY: overload |
| any clean | FULL | RESOLVED | incident that was told, and ended without Latch  |
| CONVERGED | FAST | INTERRUPTED, when an earlier pass broke off | report      |
| STALLED   | FULL | STALLED  | incident, drifts, failed actions and their codes |
| any other | any  | none     |                                                  |

The FAST lane speaks only of what it closed: a FULL pass always follows, sees more, and knows the incident.
A message that ended in a poison queue always gets a word: GAVE_UP. So does a watched change: NOTICED, once an hour for
the same actor doing the same in the same place.
"""

import hashlib
import json
from datetime import UTC, datetime

from remediation import incident, wording
from remediation.alert import Alert, Letter
from remediation.channel import Kind
from remediation.fleet import Blindness, OpenSpot
from remediation.ids import ResourceId
from remediation.plan import Severity
from remediation.report import (
    REQUESTS,
    Lane,
    Report,
    Request,
    Verdict,
)
from remediation.restraint import Reason
from remediation.watch import Notice

_QUICKLY = 60.0
# Where these are, accounts are not looked at.
_DARK = (
    Blindness.EVERYWHERE,
    Blindness.SUBSCRIPTION,
    Blindness.ACCOUNTS,
    Blindness.INDEX,
)
_LONGEST_TEXT = 1024


# Reports ---------------------------------------------------------------------------------------------------------


def for_report(report: Report) -> Alert | None:
    """The word that a report deserves, if any. The report knows its incident's beginning and cause."""
    kind = _kind(report)
    if kind is None:
        return None
    return Alert(
        id=_report_id(kind, report),
        kind=kind,
        severity=_severity(kind, report),
        at=report.ended,
        headline=_headline(kind, report),
        advice=_advice(kind, report),
        account=report.account,
        incident=_incident(report),
        report=report,
    )


def _kind(report: Report) -> Kind | None:
    if incident.is_resolved(report):
        return Kind.RESOLVED
    if incident.is_interrupted(report):
        return Kind.INTERRUPTED
    match report.lane, report.verdict:
        case Lane.FAST, Verdict.REMEDIED:
            return Kind.CLOSED
        case Lane.FULL, Verdict.REMEDIED:
            return Kind.RESTORED
        case Lane.FULL, Verdict.HELD:
            return Kind.HELD
        case Lane.FULL, Verdict.STALLED:
            return Kind.STALLED
        case _:
            return None


def _report_id(kind: Kind, report: Report) -> str:
    """Once per incident and what there is to tell of it: a pass that had to be run again tells nobody twice."""
    overload = [d.message for d in report.drifts if d.withheld == Reason.TOO_MANY]
    if kind is Kind.HELD and len(overload) == len(report.drifts):
        return _digest(kind, min(overload, key=len))
    left = kind in (Kind.HELD, Kind.STALLED)
    done = sorted({result.action for result in wording.done(report)}) if left else ()
    drifts = sorted({f"{d.rule} {d.resource.casefold()} {d.withheld}" for d in report.drifts})
    failed = sorted({f"{r.action} {r.code}" for r in wording.failed(report)})
    return _digest(kind, _incident(report), *drifts, "", *failed, "", *done)


def _incident(report: Report) -> str:
    """One drift from beginning to end. Without a known beginning, one day, so that nothing is hushed forever."""
    began = report.drifted_at.astimezone(UTC) if report.drifted_at else report.ended.date()
    return _digest(report.account.key, began.isoformat())


def _severity(kind: Kind, report: Report) -> Severity:
    """What was mended quickly is worth knowing, not waking anyone for."""
    match kind:
        case Kind.RESOLVED | Kind.INTERRUPTED:
            return Severity.NOTICE
        case Kind.CLOSED | Kind.RESTORED:
            quickly = (report.exposed_seconds or 0) < _QUICKLY
            return Severity.NOTICE if quickly else Severity.WARNING
        case Kind.HELD:
            return Severity.CRITICAL if wording.is_open(report) else Severity.WARNING
        case _:
            return _stalled(report)


def _stalled(report: Report) -> Severity:
    """Worth a look when nothing failed and all that was found is worth knowing; otherwise somebody is cut off."""
    told = {drift.severity for drift in report.drifts}
    calm = told == {Severity.NOTICE.value} and not wording.failed(report)
    return Severity.WARNING if calm else Severity.CRITICAL


def _headline(kind: Kind, report: Report) -> str:
    match kind:
        case Kind.CLOSED:
            return wording.closed(report)
        case Kind.RESTORED:
            return wording.restored(report)
        case Kind.RESOLVED:
            return wording.resolved(report)
        case Kind.INTERRUPTED:
            return wording.interrupted(report)
        case Kind.HELD:
            return wording.held(report)
        case _:
            return wording.stalled(report)


def _advice(kind: Kind, report: Report) -> str:
    match kind:
        case Kind.CLOSED:
            return wording.CLOSED_ADVICE
        case Kind.RESTORED:
            return wording.RESTORED_ADVICE
        case Kind.RESOLVED:
            return wording.RESOLVED_ADVICE
        case Kind.INTERRUPTED:
            return wording.INTERRUPTED_ADVICE
        case Kind.HELD:
            return wording.held_advice(report)
        case _:
            return wording.STALLED_ADVICE


# Poison ----------------------------------------------------------------------------------------------------------


def for_poison(
    queue: str,
    text: str,
    at: datetime,
    *,
    resource: ResourceId | None = None,
    keep_personal_data: bool = True,
) -> Alert:
    """Latch gave up on a message. `resource` is what it was about, where the caller could read that from it."""
    queue = queue.removesuffix("-poison")
    request = _request(text)
    about = request.account if request else resource
    shown = text[:_LONGEST_TEXT] if keep_personal_data else ""
    content = text.encode("utf-8", "surrogatepass")
    return Alert(
        id=_digest(Kind.GAVE_UP, queue, text),
        kind=Kind.GAVE_UP,
        severity=Severity.CRITICAL,
        at=at,
        headline=_gave_up(queue, about, request),
        advice=_look_by_hand(queue, about),
        account=about,
        incident=request.id if request else "",
        letter=Letter(queue, len(text), hashlib.sha256(content).hexdigest(), shown),
    )


def _request(text: str) -> Request | None:
    try:
        return REQUESTS.from_json(json.loads(text))
    except (ValueError, RecursionError):
        return None


def _gave_up(queue: str, about: ResourceId | None, request: Request | None) -> str:
    if request is not None:
        what = f"a {request.lane} pass of {request.account.name} (attempt {request.attempt + 1})"
    elif about is not None:
        what = f"an event about {about.name}"
    else:
        what = "a message"
    return f"A person must act: Latch gave up on {what} from queue {queue}"


def _look_by_hand(queue: str, about: ResourceId | None) -> str:
    look = "" if about is None else f" Then ask for a recheck of {about}."
    return f"Find the cause in the log, mend it, and empty queue {queue}-poison.{look}"


# Watched changes -------------------------------------------------------------------------------------------------


def for_notice(notice: Notice, account: ResourceId | None) -> Alert:
    """A watched change; `account` is the one that it happened to, where it happened to one."""
    operation = notice.operation
    return Alert(
        id=_notice_id(notice, account),
        kind=Kind.NOTICED,
        severity=operation.severity,
        at=notice.cause.at,
        headline=wording.noticed(notice, account.name if account else str(notice.place)),
        advice=wording.NOTICED_ADVICE,
        account=account,
        notice=notice,
    )


def _notice_id(notice: Notice, account: ResourceId | None) -> str:
    """An actor nobody knows may be anybody: then each event is told, once however often it comes."""
    cause, operation = notice.cause, notice.operation
    actor = cause.actor.object_id or cause.actor.app_id or cause.actor.name or cause.event_id
    where = account.key if account else notice.place.text.casefold()
    hour = cause.at.astimezone(UTC).strftime("%Y-%m-%dT%H")
    return _digest(Kind.NOTICED, where, operation.name, operation.topic, actor, hour)


# Blind spots -----------------------------------------------------------------------------------------------------


def for_blind_spot(open_spot: OpenSpot) -> Alert:
    """Something that Latch cannot see, since the sweep that first met it."""
    spot = open_spot.spot
    return Alert(
        id=_digest(Kind.BLIND, spot.kind, spot.subject, spot.detail, open_spot.since.isoformat()),
        kind=Kind.BLIND,
        severity=Severity.CRITICAL if spot.kind in _DARK else Severity.WARNING,
        at=open_spot.since,
        headline=str(spot),
        advice=spot.advice,
        place=f"/subscriptions/{spot.subject}",
    )


def _digest(*parts: str) -> str:
    content = "\n".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(content).hexdigest()[:32]
