"""When does a pass have to be looked at again? Pure: no clock, no network, no logging.

| the pass                            | is looked at again                                        |
|-------------------------------------|-----------------------------------------------------------|
| waits for Azure                     | in 2 s at first, later every 30 s, until patience ends    |
| found the account's lease taken     | in 2 to 8 s; that is no attempt                           |
| could not be remembered             | for as long as it takes                                   |
| is final, and something is held     | when the first of the reasons lapses: an exemption, a     |
|                                     | grace period, a fight, an overload                        |
| is final otherwise                  | never: an event, a sweep or a person asks for the next    |

A queue carries a request for seven days at most, so a lapse that is farther away is looked for on the way.
"""

import zlib
from dataclasses import replace
from datetime import datetime, timedelta

from remediation.ports import LEASE_TAKEN, NextLook
from remediation.report import Lane, Outcome, Report, Request, Result, Verdict

# Waits grow to half a minute: the field waits 30 to 60 s for an account in Accepted (foundry-samples#553).
_WAITS = (2.0, 5.0, 10.0, 15.0, 20.0, 30.0)
# And to five minutes where only a person can help, such as a role that is missing on the ledger.
_HOPELESS = 300.0
# Whoever finds a lease taken waits about as long as a pass takes.
_LEASE_WAIT = 2.0, 8.0
# Where nothing differs there is no hurry: a person's writes come in bursts, and one look answers all of them.
_UNHURRIED = 10.0, 15.0
# A second late, so that what lapses at that moment has lapsed.
_AFTER = timedelta(seconds=1)
# A look that comes this much later sees what one in time would have seen.
_SLACK = timedelta(seconds=_WAITS[-1])


def unhurried(request: Request) -> float:
    """Seconds until the look that an event is worth which changed nothing that the FAST lane could see."""
    return _spread(request, *_UNHURRIED)


def bounded(request: Request, report: Report, patience: timedelta) -> Report:
    """A waiting pass is looked at again, until the patience for its request is at an end: then a person is told.

    Patience begins with the first look, however late a request comes out of its queue.
    """
    if report.verdict is not Verdict.WAITING:
        return report
    if request.attempt == 0 or report.ended - request.since <= patience:
        return replace(report, retry_after=_wait(request, report))
    gave_up = Result(
        "Wait for Azure",
        Outcome.FAILED,
        f"still not done after {request.attempt + 1} looks in {patience}",
        "GaveUp",
    )
    return replace(report, verdict=Verdict.STALLED, results=(*report.results, gave_up))


def endless(request: Request, report: Report) -> Report:
    """Tried again for as long as it takes: what cannot be remembered cannot be told to anyone either."""
    wait = _wait(request, report)
    hopeless = _HOPELESS if report.verdict is Verdict.STALLED else wait
    return replace(report, verdict=Verdict.WAITING, retry_after=max(wait, hopeless))


def at_lapse(report: Report, lapses_at: datetime | None, farthest: timedelta) -> Report:
    """A final report of something that is held back until `lapses_at` is looked at again then."""
    if lapses_at is None or not farthest or report.verdict is Verdict.WAITING:
        return report
    ahead = max(lapses_at + _AFTER - report.ended, _AFTER)
    return replace(report, retry_after=min(ahead, farthest).total_seconds())


def one_chain(
    request: Request, report: Report, chain: NextLook | None
) -> tuple[Report, NextLook | None]:
    """Leaves the next look to a request that has one ahead already: it sees whatever this one would.

    A look at a lapse may be days ahead: nothing is left to one that comes later than what is asked for. And it is a
    question of its own, so it is left to none but its like: the others end with an answer like this one.
    """
    if report.retry_after is None:
        return report, None
    due = report.ended + timedelta(seconds=report.retry_after)
    lapse = report.verdict is not Verdict.WAITING
    if chain is not None and chain.request != request.id and chain.at > report.ended:
        in_time = chain.lapse is lapse and (not lapse or chain.at <= due + _SLACK)
        if in_time:
            return replace(report, retry_after=None), chain
    return report, NextLook(request.id, due, lapse)


def again(request: Request, report: Report) -> Request | None:
    """The request that looks again, None when the report is final for good. Waiting for a lease is no attempt.

    A look at a lapse is a new question, asked at that moment: passes until then do not answer it, and it is no part
    of what a person waits for. What was closed and could not be told travels with the request.
    """
    if report.retry_after is None:
        return None
    if report.verdict is not Verdict.WAITING:
        due = report.ended + timedelta(seconds=report.retry_after)
        return replace(request, since=due, attempt=0, closed=None, batch="", fingerprint=None)
    if _found_the_lease_taken(report):
        return request
    since = report.started if request.attempt == 0 else request.since
    closed = request.closed or _untold(report)
    return replace(
        request, since=since, attempt=request.attempt + 1, closed=closed, fingerprint=None
    )


def _untold(report: Report) -> Report | None:
    """Where the FAST lane had to stand in for a pass that could not be remembered: what it did."""
    if report.lane is not Lane.FAST:
        return None
    done = tuple(result for result in report.results if result.outcome is Outcome.DONE)
    return replace(report, verdict=Verdict.REMEDIED, results=done, retry_after=None)


def _wait(request: Request, report: Report) -> float:
    """Seconds until the next look: what Azure asked for, at least what the attempt is worth."""
    if _found_the_lease_taken(report):
        # The lease says when it would end if its holder died; one that lives mostly is done in a moment.
        return _spread(request, *_LEASE_WAIT)
    asked = max((result.retry_after or 0 for result in report.results), default=0.0)
    return max(asked, _WAITS[min(request.attempt, len(_WAITS) - 1)])


def _found_the_lease_taken(report: Report) -> bool:
    return any(result.code == LEASE_TAKEN for result in report.results)


def _spread(request: Request, soonest: float, latest: float) -> float:
    """Requests that come at one moment come back one by one: then all but the first find that they are answered."""
    share = zlib.crc32(request.id.encode()) / 2**32
    return soonest + share * (latest - soonest)
