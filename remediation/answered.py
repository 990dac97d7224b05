"""Is a request answered already? Pure: no clock, no network, no logging.

| the request                                   | is answered by                                              |
|-----------------------------------------------|-------------------------------------------------------------|
| was made before the last finished pass began  | that pass                                                   |
| was made before a pass began that now waits   | the look that is about to come, unless it is that look or   |
|                                               | the FAST lane had to close                                  |
| found the account as the last pass, which was | that pass                                                   |
| clean, had found it                           |                                                             |

Every other request is a look of its own. What an event says of itself, its time even, counts for nothing.
"""

from datetime import datetime, timedelta

from remediation.ports import History
from remediation.report import Report, Request

# As long as a waiting pass waits by itself. Where Azure asks for more, others look meanwhile.
_SOON = timedelta(seconds=30)
# A queue hands out late when there is much to do.
_LATE = timedelta(seconds=10)
# What is beside the account, such as a record, is not in its fingerprint, and its own event may have been lost. Once
# in a while an event is reason enough to look at everything.
_FRESH = timedelta(days=1)
_ENDED_WELL = "succeeded"


def is_answered(request: Request, closed: Report | None, history: History, now: datetime) -> bool:
    """`closed` is what the FAST lane did for the request: that is seen and remembered by a pass of its own."""
    if history.answered_at is not None and history.answered_at > request.since:
        return True
    if closed is not None:
        return False
    return _is_left_to_the_chain(request, history, now) or _looks_the_same(request, history, now)


def _is_left_to_the_chain(request: Request, history: History, now: datetime) -> bool:
    """A worker that died before it put the chain's own request back gets that request again: it must look."""
    chain, looked_at = history.next_look, history.looked_at
    if chain is None or looked_at is None or chain.lapse or chain.request == request.id:
        return False
    return looked_at > request.since and now - _LATE < chain.at <= now + _SOON


def _looks_the_same(request: Request, history: History, now: datetime) -> bool:
    """An account that Azure still works on is the same only in the same state; what is done is done."""
    seen, clean = request.fingerprint, history.clean
    if seen is None or clean is None or history.answered_at is None:
        return False
    ended = seen.state in (clean.state, _ENDED_WELL)
    return seen.digest == clean.digest and ended and now - history.answered_at < _FRESH
