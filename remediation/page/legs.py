"""Where does the private path of an account break? Pure: no clock, no network, no logging.

| the last FULL pass                        | a leg of the path                                       |
|-------------------------------------------|---------------------------------------------------------|
| could not read the account                | unknown, every one of them                              |
| found nothing, or proved the cure         | ok; not asked where no endpoint or zone is known        |
| found something Latch or Azure works on,  | waiting                                                 |
| or put it right and has not looked since  |                                                         |
| found something that is held back         | held, with the reason                                   |
| found something that a person must mend   | broken                                                  |

The proof is older than the pass when the pass found nothing and did not look: it says when it was seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from remediation.page.parts import Part, State, parts_of
from remediation.page.standing import Standing
from remediation.report import Drift, Verdict
from remediation.restraint import Reason

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


@dataclass(frozen=True, slots=True)
class Leg:
    """One part of the path, and a sentence about it."""

    part: Part
    state: State
    says: str


def legs(of: Standing) -> tuple[Leg, ...]:
    """The whole chain."""
    return tuple(_leg(of, part) for part in Part)


def _leg(of: Standing, part: Part) -> Leg:
    if of.failure:
        return Leg(part, State.UNKNOWN, f"Nothing could be seen: {of.failure}")
    found = tuple(drift for drift in of.open_drifts if part in parts_of(drift.rule))
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
    is_in_work = drift.awaits or drift.cured or of.verdict is Verdict.WAITING
    return State.WAITING if is_in_work else State.BROKEN


def _sentences(found: tuple[Drift, ...]) -> Iterator[str]:
    for drift in found:
        if drift.cured:
            yield f"{drift.rule}: Latch has put it right, and looks again. It was: {drift.actual}."
            continue
        held = f" Held back: {drift.withheld}, {drift.message}." if drift.withheld else ""
        yield f"{drift.rule}: {drift.actual}; wanted: {drift.expected}.{held}"
