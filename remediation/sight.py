"""What does a pass see, and what does it mean? Observed, desired, planned and restrained: nothing is changed here."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from remediation import guard, planner, verdicts
from remediation.brakes import RELEASED, Brakes
from remediation.desired import Baseline, Desired, RecordsBy
from remediation.errors import RemediationError
from remediation.observed import Account, Observed
from remediation.plan import Plan
from remediation.policy import OutOfScope
from remediation.ports import Clock, Cloud
from remediation.report import Lane, Request, Result, Verdict
from remediation.restraint import Restrained

type DesiredFor = Callable[
    [Account, tuple[str, ...], Baseline | None, datetime], Desired | OutOfScope
]
type KnownZones = Callable[[str], tuple[str, ...] | None]
type BrakesFor = Callable[[Desired, Plan], Brakes]


@dataclass(frozen=True, slots=True)
class Sight:
    """What one pass saw and what it means, before anything is done about it."""

    verdict: Verdict | None = None
    desired: Desired | None = None
    observed: Observed | None = None
    plan: Plan = field(default_factory=Plan)
    brakes: Brakes = RELEASED
    restrained: Restrained = field(default_factory=lambda: Restrained(Plan()))
    failure: Result | None = None

    @property
    def is_named_by_others(self) -> bool:
        """Whether somebody else keeps the records of the account."""
        dns = None if self.desired is None else self.desired.dns
        return dns is not None and dns.records_by is RecordsBy.EXTERNAL


class Observer:
    """Looks at accounts, as deep as a request asks for."""

    def __init__(
        self, cloud: Cloud, clock: Clock, desired_for: DesiredFor, known_zones: KnownZones
    ) -> None:
        """Takes two ports, and the policy as functions."""
        self._cloud = cloud
        self._clock = clock
        self._desired_for = desired_for
        self._known_zones = known_zones

    async def look(
        self,
        request: Request,
        baseline: Baseline | None,
        brakes_for: BrakesFor,
        audited: frozenset[str] = frozenset(),
    ) -> Sight:
        """What cannot be read is a Sight too, with the failure."""
        try:
            account = await self._cloud.account(request.account)
            if account is None:
                return Sight(Verdict.GONE)
            zones = await self._zones(account) if request.lane is Lane.FULL else ()
            desired = self._desired_for(account, zones, baseline, self._clock.now())
            if isinstance(desired, OutOfScope):
                return Sight(Verdict.OUT_OF_SCOPE)
            network = (
                await self._cloud.network(account, desired) if request.lane is Lane.FULL else None
            )
        except RemediationError as error:
            return Sight(failure=verdicts.failed("Read the account and its private path", error))
        desired = replace(desired, audited=desired.audited | audited)
        observed = Observed(account, network)
        plan = planner.plan(desired, observed)
        seen = Sight(None, desired, observed, plan)
        return self.restrained(seen, brakes_for(desired, plan))

    def restrained(self, sight: Sight, held: Brakes) -> Sight:
        """The same, judged anew under these brakes."""
        if sight.desired is None or sight.observed is None:
            return sight
        now = self._clock.now()
        restrained = guard.restrain(sight.plan, sight.desired, sight.observed, now, held)
        return replace(sight, brakes=held, restrained=restrained)

    async def _zones(self, account: Account) -> tuple[str, ...]:
        known = self._known_zones(account.kind)
        return await self._cloud.zone_names(account) if known is None else known
