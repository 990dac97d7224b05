"""How careful is a pass? What the policy's limits, the account's past and all other workers have to say to it.

The decisions are in `brakes`; here they get what they need to know: the time, the history, the shared tally.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from remediation import brakes, guard
from remediation.brakes import NO_LIMITS, Brakes, Claim, Limits, Revert
from remediation.desired import Desired
from remediation.ids import ResourceId
from remediation.plan import Plan
from remediation.ports import Clock, History, Tallies
from remediation.report import Actor, Report, Trigger

type LimitsFor = Callable[[str], Limits]


class Caution:
    """The brakes of passes. Without limits and a tally there are none but the pause."""

    def __init__(
        self,
        clock: Clock,
        *,
        limits_for: LimitsFor = lambda _: NO_LIMITS,
        tallies: Tallies | None = None,
        farthest: timedelta = timedelta(),
        paused: bool = False,
    ) -> None:
        """`limits_for` takes the name of a profile; `farthest` is how far ahead a look can be asked for, if it can."""
        self._clock = clock
        self._limits_for = limits_for
        self._tallies = tallies
        self.farthest = farthest
        self.released = Brakes(paused=paused)

    def brakes(
        self, desired: Desired, plan: Plan, history: History, closed: Report | None
    ) -> Brakes:
        """Those of one account, for what is to be put back now, or was put back by the FAST lane just now."""
        limit, now = self._limits_for(desired.profile).fight, self._clock.now()
        just_now = _reverts_of(closed, history, now)
        reverts = brakes.remembered(history.reverts, just_now, limit, now)
        wanted = {str(action) for action in plan.actions} | {each.action for each in just_now}
        if not wanted and _is_open(history):
            wanted = {each.action for each in reverts if each.closed}
        return replace(self.released, fight=brakes.fight(reverts, wanted, limit, now))

    async def claim(self, account: ResourceId, desired: Desired) -> Claim | None:
        """A place among the accounts that are put back; None where nobody counts."""
        limit = self._limits_for(desired.profile).blast
        if self._tallies is None or limit is None:
            return None
        return await self._tallies.claim(account, limit)

    def reverts(
        self, history: History, desired: Desired | None, *passes: Report | None
    ) -> tuple[Revert, ...]:
        """What to remember of what was put back. While the account cannot be seen, nothing is forgotten."""
        if desired is None:
            return history.reverts
        now = self._clock.now()
        new = [revert for each in passes for revert in _reverts_of(each, history, now)]
        limit = self._limits_for(desired.profile).fight
        return brakes.remembered(history.reverts, new, limit, now)


def _is_open(history: History) -> bool:
    """A fight over closing is closed each time when the FULL lane looks: it is told until the window is calm."""
    drifts = () if history.incident is None else history.incident.drifts
    return any(drift.rule == guard.FIGHT_RULE for drift in drifts)


def _reverts_of(report: Report | None, history: History, now: datetime) -> tuple[Revert, ...]:
    """Only an event knows its actor: whoever asked for a look is not who made it necessary."""
    if report is None:
        return ()
    causes = [report.cause] if history.incident is None else [report.cause, history.incident.cause]
    actors = [cause.actor for cause in causes if cause.trigger is Trigger.EVENT]
    return brakes.reverts_of(report, now, actors[0] if actors else Actor())
