"""What one account's open drift has come to, over as many passes as its cure takes. Pure.

A pass starts long work and returns; the next one looks again. So what people want to know (what was found, what was
done, by whom it was caused) is gathered here from pass to pass, until a pass finds nothing left.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from remediation.plan import Severity
from remediation.report import Drift, Lane, Outcome, Report, Result, Trigger, Verdict

_TOOK_EFFECT = frozenset({Outcome.DONE, Outcome.STARTED, Outcome.UNSURE})
_LEFT = frozenset({Verdict.GONE, Verdict.OUT_OF_SCOPE})
# What a person was told, and would go on believing.
_TOLD = frozenset({Verdict.HELD, Verdict.STALLED})

INTERRUPTED_RULE = "interrupted-pass"


def drifted_at(report: Report) -> datetime:
    """When the drift began, as far as known: an event tells it, a sweep only knows when it looked."""
    return report.cause.at if report.cause.trigger is Trigger.EVENT else report.started


def follow(incident: Report | None, report: Report) -> tuple[Report, Report | None]:
    """The report as people should read it, and the incident that stays open.

    * Nothing found, nothing open: the report stands, and nothing opens.
    * Something found: it joins the incident; the report keeps the incident's beginning and cause, and where a person
      must act it tells what was restored besides.
    * Nothing found, an incident open: the pass proved the cure, so it is REMEDIED, and tells the whole story.
    * Nothing found, an incident open, nothing done by us: somebody else cured it, or it is no longer held. It stays
      CONVERGED, and bears the drifts when people were told of them: `is_resolved`.
    * The account is gone or out of scope: likewise.
    * Nothing could be seen: the incident stays open.
    """
    if report.drifts:
        opened = _merged(incident, report)
        told = replace(report, cause=opened.cause, drifted_at=opened.drifted_at)
        if report.verdict in _TOLD:
            # What was restored meanwhile is told with what is left: nothing else would ever tell it.
            told = replace(told, results=_each_once(opened.results + report.results))
        return told, opened
    ended = report.verdict is Verdict.CONVERGED or report.verdict in _LEFT
    if incident is None or not ended:
        return report, incident
    if report.verdict is Verdict.CONVERGED and incident.results:
        return _story(incident, replace(report, verdict=Verdict.REMEDIED)), None
    return (_story(incident, report) if incident.verdict in _TOLD else report), None


def is_resolved(report: Report) -> bool:
    """Whether the pass ended what people were told a person must decide or do, without a remedy of ours."""
    ended = report.verdict is Verdict.CONVERGED or report.verdict in _LEFT
    return report.lane is Lane.FULL and ended and bool(report.drifts)


def interrupted(report: Report) -> Report | None:
    """What to tell of an event that was handled before, when that pass died and this one finds nothing.

    The account may never have differed; or the pass that died closed it and could tell nobody. Nothing in Azure says
    which, so people hear what is known: that the event came, and that the account is private now.
    """
    if report.verdict is not Verdict.CONVERGED or report.drifts:
        return None
    drift = Drift(
        INTERRUPTED_RULE,
        report.account.text,
        "each event is handled once, and what was done is told",
        "handling broke off, and the account is private now: it may have been open, and closed by the pass that broke",
        Severity.NOTICE.value,
    )
    return replace(report, drifts=(drift,), drifted_at=drifted_at(report))


def is_interrupted(report: Report) -> bool:
    """Whether the report tells of a pass that broke off."""
    return any(drift.rule == INTERRUPTED_RULE for drift in report.drifts)


def is_told(report: Report, past: Iterable[Report]) -> bool:
    """Whether an earlier pass has already told what was done for the same event."""
    event = report.cause.event_id
    return any(each.cause.event_id == event and each.results for each in past) if event else False


def _story(incident: Report, report: Report) -> Report:
    return replace(
        report,
        cause=incident.cause,
        drifts=incident.drifts,
        results=incident.results,
        drifted_at=incident.drifted_at,
        exposed_seconds=incident.exposed_seconds,
    )


def _merged(incident: Report | None, report: Report) -> Report:
    effective = tuple(each for each in report.results if each.outcome in _TOOK_EFFECT)
    # What Azure merely works on, mostly at our own bidding, is no drift that people should read about.
    drifts = tuple(each for each in report.drifts if not each.awaits)
    if incident is None:
        return replace(report, results=effective, drifts=drifts, drifted_at=drifted_at(report))
    return replace(
        incident,
        verdict=_told_last(incident, report),
        drifts=_once(incident.drifts + drifts),
        results=_each_once(incident.results + effective),
        exposed_seconds=report.exposed_seconds
        if incident.exposed_seconds is None
        else incident.exposed_seconds,
    )


def _told_last(incident: Report, report: Report) -> Verdict:
    """What people heard stays what they believe, whatever the passes wait for since."""
    if incident.verdict in _TOLD and report.verdict not in _TOLD:
        return incident.verdict
    return report.verdict


def _once(drifts: tuple[Drift, ...]) -> tuple[Drift, ...]:
    """Each with the evidence of its beginning, and what had become of it in the end."""
    known: dict[tuple[str, str], Drift] = {}
    for drift in drifts:
        first = known.setdefault((drift.rule, drift.resource), drift)
        known[drift.rule, drift.resource] = replace(
            first,
            withheld=drift.withheld,
            message=drift.message,
            cured=drift.cured,
            until=drift.until,
        )
    return tuple(known.values())


def _each_once(results: tuple[Result, ...]) -> tuple[Result, ...]:
    return tuple({result.action: result for result in results}.values())
