"""How does a report read in one line, and what is a person told to do? Pure.

A headline says it all: what was opened or broken, by whom, for how long, and that it is closed or restored, or that a
person must act and why.
"""

from collections.abc import Iterable

from remediation.plan import Severity
from remediation.report import Actor, Drift, Outcome, Report, Result, Trigger, Verdict
from remediation.restraint import Reason
from remediation.watch import Notice

CLOSED_ADVICE = (
    "Nothing to do. Who has no private path to the account is cut off until the next pass has restored it; "
    "that pass follows at once."
)
RESTORED_ADVICE = "Nothing to do. If the change was meant, change the policy instead."
RESOLVED_ADVICE = "Nothing to do."
INTERRUPTED_ADVICE = (
    "Ask the actor whether the account was opened; the activity log tells, by the correlation id."
)
STALLED_ADVICE = "Remove the obstacle that the results name, then ask for a recheck."
NOTICED_ADVICE = (
    "Ask the actor, if nobody knows of it. Latch does not undo this, "
    "and tells the same of the same actor once an hour."
)

_HELD = {
    Reason.AUDIT: "Set the mode to enforce (`mode`, or `rules` for a single rule), or restore the account by hand.",
    Reason.EXEMPT: "The exemption lapses by itself; delete it from the policy to end it sooner.",
    Reason.GRACE: "Latch acts when the grace period ends; a profile without grace acts at once.",
    Reason.PAUSED: "Latch changes nothing while LATCH_PAUSE is on; set it to off when the trouble is over.",
    Reason.FLAPPING: "Find out who undoes it, as the message names them: end that, or change the policy. "
    "Latch acts again by itself when the window of the profile's `limits: fight` is calm.",
    Reason.TOO_MANY: "Find out why so many accounts differ at once. If they should be put back, raise the profile's "
    "`limits: blast_radius`; else Latch goes on by itself, window by window.",
    Reason.BUSY: "Azure is changing the account; Latch looks again by itself.",
}
_NAMED_DRIFTS = 3
# The code of the result with which the patience ends, see `looks`.
GAVE_UP = "GaveUp"
_TOOK_EFFECT = (Outcome.DONE, Outcome.STARTED, Outcome.UNSURE)


def closed(report: Report) -> str:
    return f"{report.account.name} {_was_open(report)}, {_by(report)}: Latch closed it"


def interrupted(report: Report) -> str:
    changed = f"{report.account.name} was changed, {_by(report)}, and Latch broke off on it"
    return f"{changed}: it is private now, and may have been open"


def restored(report: Report) -> str:
    """Names only the drifts that were not held back."""
    done = _names(drift for drift in report.drifts if not drift.withheld)
    broken = f"{report.account.name} {_was_broken(report)}, {_by(report)}"
    return f"{broken}: Latch restored {done}"


def resolved(report: Report) -> str:
    """The end of what was told before, which was none of Latch's doing."""
    name = report.account.name
    match report.verdict:
        case Verdict.GONE:
            return f"{name} is gone, and with it what was wrong with it"
        case Verdict.OUT_OF_SCOPE:
            return f"The policy does not speak of {name} any more; Latch leaves it as it is"
        case _:
            return f"{name} is as its policy wants it again: somebody other than Latch mended it"


def held(report: Report) -> str:
    """Names only the drifts that are held back."""
    back = [drift for drift in report.drifts if drift.withheld]
    reasons = ", ".join(dict.fromkeys(drift.withheld for drift in back)) or "by the policy"
    about = f"A person must decide about {report.account.name}, {_by(report)}"
    return f"{about}: Latch holds back {_names(back)} ({reasons}){_besides(report)}{_still_open(report)}"


def held_advice(report: Report) -> str:
    """One step per reason that holds something back."""
    reasons = dict.fromkeys(d.withheld for d in report.drifts if d.withheld in _HELD)
    return (
        " ".join(_HELD[Reason(reason)] for reason in reasons) or "Read the drifts for the reason."
    )


def stalled(report: Report) -> str:
    act = f"A person must act: Latch cannot restore {report.account.name}: {_obstacle(report)}"
    return f"{act}, {_by(report)}{_besides(report)}{_still_open(report)}"


def _besides(report: Report) -> str:
    """What was restored all the same: no other alert tells it."""
    actions = [result.action for result in done(report)]
    more = f" and {len(actions) - _NAMED_DRIFTS} more" if len(actions) > _NAMED_DRIFTS else ""
    return f". Done besides: {'; '.join(actions[:_NAMED_DRIFTS])}{more}" if actions else ""


def done(report: Report) -> list[Result]:
    """What took effect."""
    return [result for result in report.results if result.outcome in _TOOK_EFFECT]


def noticed(notice: Notice, where: str) -> str:
    """Who did what, and where; the actor first, because that is who to ask."""
    who = _who(notice.cause.actor)
    name = notice.cause.resource.rsplit("/", 1)[-1]
    return f"{who[0].upper()}{who[1:]} {notice.operation.phrase.format(name=name, where=where)}"


def is_open(report: Report) -> bool:
    """True while a critical drift is left: one held back, or one in a pass that got nothing done."""
    undone = not any(result.outcome is Outcome.DONE for result in report.results)
    return any(d.severity == Severity.CRITICAL and (d.withheld or undone) for d in report.drifts)


def failed(report: Report) -> tuple[Result, ...]:
    """The actions that looking again will not help."""
    return tuple(result for result in report.results if result.outcome is Outcome.FAILED)


def _was_open(report: Report) -> str:
    if report.exposed_seconds is None:
        return f"drifted from its policy ({_names(report.drifts)})"
    return f"was open to the internet for {in_words(report.exposed_seconds)}"


def _was_broken(report: Report) -> str:
    """The time from the drift to its proven end, and how much of it the account was exposed."""
    if report.drifted_at is None:
        told = "had drifted from its policy"
    else:
        seconds = (report.ended - report.drifted_at).total_seconds()
        told = f"had drifted from its policy for {in_words(seconds)}"
    if report.exposed_seconds is None:
        return told
    return f"{told} and was open to the internet for {in_words(report.exposed_seconds)}"


def _by(report: Report) -> str:
    """Only an event knows who made the change."""
    if report.cause.trigger is Trigger.EVENT:
        return f"changed by {_who(report.cause.actor)}"
    return f"found by a {report.cause.trigger}, changed by somebody unknown"


def _who(actor: Actor) -> str:
    if actor.name and actor.app_id == actor.name:
        return f"app {actor.name}"
    return str(actor)


def _names(drifts: Iterable[Drift]) -> str:
    """The first few, by resource and rule: enough for one line, the rest is in the facts."""
    names = tuple(dict.fromkeys(f"{_short(drift)} ({drift.rule})" for drift in drifts))
    shown, more = names[:_NAMED_DRIFTS], len(names) - _NAMED_DRIFTS
    listed = ", ".join(shown) or "what differed"
    return f"{listed} and {more} more" if more > 0 else listed


def _short(drift: Drift) -> str:
    return drift.resource.rstrip("/").rsplit("/", 1)[-1]


def _obstacle(report: Report) -> str:
    """The first action that failed, or else the first drift: each holds the sentence that a person needs."""
    first = next(iter(failed(report)), None)
    drift = next((d for d in report.drifts if not d.withheld), None)
    if first is not None:
        said = f"{first.action}: {first.message or first.code or 'it failed'}"
        # What was waited for says more than that the waiting ended.
        return f"{said}: {drift.actual}" if drift and first.code == GAVE_UP else said
    if drift is None:
        return "no remedy is known"
    said = f"{_short(drift)}: {drift.expected} is wanted, but {drift.actual}"
    return f"{said}: {drift.message}" if drift.message else said


def _still_open(report: Report) -> str:
    if not is_open(report):
        return ""
    if report.drifted_at is None:
        return ". It is open to the internet now"
    seconds = (report.ended - report.drifted_at).total_seconds()
    return f". It is open to the internet now, for {in_words(seconds)} so far"


def in_words(seconds: float) -> str:
    """A duration in its two largest units, as in `2 min 14 s`."""
    whole = max(0, int(seconds))
    if whole == 0:
        return "less than 1 s"
    minutes, s = divmod(whole, 60)
    hours, m = divmod(minutes, 60)
    days, h = divmod(hours, 24)
    parts = ((days, "d"), (h, "h"), (m, "min"), (s, "s"))
    first = next(i for i, (count, _) in enumerate(parts) if count)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count)
