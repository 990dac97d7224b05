"""What one account's open drift has come to, over as many passes as its cure takes. Pure.

A pass starts long work and returns; the next one looks again. So what people want to know (what was found, what was
done, by whom it was caused) is gathered here from pass to pass, until a pass finds nothing left.
"""

from dataclasses import replace
from datetime import datetime

from remediation.report import Drift, Outcome, Report, Result, Trigger, Verdict

_TOOK_EFFECT = frozenset({Outcome.DONE, Outcome.STARTED, Outcome.UNSURE})
_LEFT = frozenset({Verdict.GONE, Verdict.OUT_OF_SCOPE})


def drifted_at(report: Report) -> datetime:
    """When the drift began, as far as known: an event tells it, a sweep only knows when it looked."""
    return report.cause.at if report.cause.trigger is Trigger.EVENT else report.started


def follow(incident: Report | None, report: Report) -> tuple[Report, Report | None]:
    """The report as people should read it, and the incident that stays open.

    * Nothing found, nothing open: the report stands, and nothing opens.
    * Something found: it joins the incident; the report keeps the incident's beginning and cause.
    * Nothing found, an incident open: the pass proved the cure, so it is REMEDIED, and tells the whole story.
    * Nothing could be seen: the incident stays open, unless the account is gone or out of scope.
    """
    if report.drifts:
        opened = _merged(incident, report)
        return replace(report, cause=opened.cause, drifted_at=opened.drifted_at), opened
    if incident is None or report.verdict is not Verdict.CONVERGED:
        return report, None if report.verdict in _LEFT else incident
    verdict = Verdict.REMEDIED if incident.results else Verdict.CONVERGED
    told = replace(
        report,
        verdict=verdict,
        cause=incident.cause,
        drifts=incident.drifts,
        results=incident.results,
        drifted_at=incident.drifted_at,
        exposed_seconds=incident.exposed_seconds,
    )
    return told, None


def _merged(incident: Report | None, report: Report) -> Report:
    effective = tuple(each for each in report.results if each.outcome in _TOOK_EFFECT)
    # What Azure merely works on, mostly at our own bidding, is no drift that people should read about.
    drifts = tuple(each for each in report.drifts if not each.awaits)
    if incident is None:
        return replace(report, results=effective, drifts=drifts, drifted_at=drifted_at(report))
    return replace(
        incident,
        verdict=report.verdict,
        drifts=_once(incident.drifts + drifts),
        results=_each_once(incident.results + effective),
        exposed_seconds=report.exposed_seconds
        if incident.exposed_seconds is None
        else incident.exposed_seconds,
    )


def _once(drifts: tuple[Drift, ...]) -> tuple[Drift, ...]:
    """Each with the evidence of its beginning, and whether it was held back in the end."""
    known: dict[tuple[str, str], Drift] = {}
    for drift in drifts:
        first = known.setdefault((drift.rule, drift.resource), drift)
        held = replace(first, withheld=drift.withheld, message=drift.message)
        known[drift.rule, drift.resource] = held
    return tuple(known.values())


def _each_once(results: tuple[Result, ...]) -> tuple[Result, ...]:
    return tuple({result.action: result for result in results}.values())
