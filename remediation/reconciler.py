"""One pass: observe, plan, restrain, apply, record.

The pass is level-triggered: it does not know which event woke it. FAST and FULL are the same pass at two depths; FULL
also takes the account's lease, so that two never rebuild the same endpoint. Long work is started, never waited for.
A pass raises only for bugs: whatever Azure may say becomes a Result.
"""

import json
import logging
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from remediation import guard, incident, planner
from remediation.catalog import RULES
from remediation.errors import Busy, RemediationError, Retryable, Unavailable
from remediation.model import Account, Baseline, Desired, Observed, ResourceId
from remediation.plan import (
    Action,
    ChangeAccount,
    Finding,
    Plan,
    Reason,
    Restrained,
    Severity,
    is_account_change,
)
from remediation.policy import OutOfScope
from remediation.ports import LEASE_TAKEN, Clock, Cloud, History, Lease, Ledger, NextLook
from remediation.proof import Proof
from remediation.report import (
    Drift,
    Lane,
    Outcome,
    Report,
    Request,
    Result,
    Trigger,
    Verdict,
)

log = logging.getLogger(__name__)

type DesiredFor = Callable[
    [Account, tuple[str, ...], Baseline | None, datetime], Desired | OutOfScope
]
type KnownZones = Callable[[str], tuple[str, ...] | None]
type Tell = Callable[[Report], Awaitable[None]]
type Prove = Callable[[Desired, Observed], Awaitable[Proof | None]]

_CLEAN = (Verdict.CONVERGED, Verdict.REMEDIED)

# Waits grow to half a minute: the field waits 30 to 60 s for an account in Accepted (foundry-samples#553).
_WAITS = (2.0, 5.0, 10.0, 15.0, 20.0, 30.0)
# And to five minutes where only a person can help, such as a role that is missing on the ledger.
_HOPELESS = 300.0
_LEASE_WAIT = 5.0


@dataclass(frozen=True, slots=True)
class Sight:
    """What one pass saw and what it means, before anything is done about it."""

    verdict: Verdict | None = None
    desired: Desired | None = None
    observed: Observed | None = None
    restrained: Restrained = field(default_factory=lambda: Restrained(Plan()))
    failure: Result | None = None


class Reconciler:
    """Runs passes. Holds nothing between them: what must be remembered is in the ledger."""

    def __init__(
        self,
        cloud: Cloud,
        ledger: Ledger,
        clock: Clock,
        *,
        desired_for: DesiredFor,
        known_zones: KnownZones,
        tell: Tell,
        prove: Prove | None = None,
        patience: timedelta,
    ) -> None:
        """Takes the ports, the policy as functions, and how long a waiting pass is tried again."""
        self._prove = prove
        self._tell = tell
        self._cloud = cloud
        self._ledger = ledger
        self._clock = clock
        self._desired_for = desired_for
        self._known_zones = known_zones
        self._patience = patience

    async def close(self, request: Request) -> Report:
        """The FAST lane: the account alone, closed within two calls. Nothing is asked of the ledger."""
        started = self._clock.now()
        sight = await self._look(request, None)
        results = await self._apply(sight.restrained.plan.actions)
        if any(result.outcome is Outcome.UNSURE for result in results):
            results = await self._seen_again(request, results)
        report = self._report(request, started, sight, results)
        if report.drifts:
            report = replace(report, drifted_at=incident.drifted_at(report))
        return _logged(report)

    async def reconcile(self, request: Request) -> Report | None:
        """The FULL lane. None when a pass that began later has answered the request already."""
        try:
            async with self._ledger.lease(request.account, request.id) as lease:
                answered = lease.history.answered_at
                if answered is not None and answered > request.since:
                    return None
                return _logged(await self._reconcile(request, lease))
        except RemediationError as error:
            if getattr(error, "code", "") != LEASE_TAKEN:
                await self._close_unremembered(request)
            return _logged(self._unrecorded(request, error))

    async def audit(self, request: Request) -> Report:
        """Looks as deep as FULL does, changes nothing and remembers nothing."""
        started = self._clock.now()
        try:
            history = await self._ledger.history(request.account)
        except RemediationError as error:
            return _logged(self._unrecorded(request, error))
        sight = await self._look(request, history.baseline, audited=frozenset(RULES))
        return _logged(await self._proven(self._report(request, started, sight, ()), sight))

    async def _proven(self, report: Report, sight: Sight) -> Report:
        """The report with what clients see; reading alone proves only what Resource Manager says."""
        if self._prove is None or sight.desired is None or sight.observed is None:
            return report
        return replace(report, proof=await self._prove(sight.desired, sight.observed))

    async def _close_unremembered(self, request: Request) -> None:
        """Closing comes first, also when the ledger does not answer; all else waits until it does."""
        report = await self.close(replace(request, lane=Lane.FAST))
        if report.verdict is Verdict.REMEDIED:
            await self._tell(report)

    async def _reconcile(self, request: Request, lease: Lease) -> Report:
        """People are told before the pass is recorded: a crash in between tells them twice, never not at all."""
        started = self._clock.now()
        history = lease.history
        sight = await self._look(request, history.baseline)
        results = await self._apply(sight.restrained.plan.actions)
        found = self._bounded(request, self._report(request, started, sight, results))
        report, opened = incident.follow(history.incident, found)
        report, next_look = _one_chain(request, report, history.next_look)
        if report.verdict is Verdict.REMEDIED or request.cause.trigger is Trigger.RECHECK:
            report = await self._proven(report, sight)
        await self._tell(report)
        remembered, serves = history.baseline, tuple[ResourceId, ...]()
        if report.verdict in _CLEAN and sight.desired is not None and sight.observed is not None:
            remembered = planner.baseline(sight.desired, sight.observed)
            serves = planner.serves(sight.desired, sight.observed)
        answered = history.answered_at if report.verdict is Verdict.WAITING else started
        await lease.record(report, History(answered, remembered, opened, next_look), serves)
        return report

    async def _look(
        self,
        request: Request,
        baseline: Baseline | None,
        audited: frozenset[str] = frozenset(),
    ) -> Sight:
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
            return Sight(failure=_failed("Read the account and its private path", error))
        desired = replace(desired, audited=desired.audited | audited)
        observed = Observed(account, network)
        plan = planner.plan(desired, observed)
        return Sight(
            None, desired, observed, guard.restrain(plan, desired, observed, self._clock.now())
        )

    async def _zones(self, account: Account) -> tuple[str, ...]:
        known = self._known_zones(account.kind)
        return await self._cloud.zone_names(account) if known is None else known

    async def _seen_again(
        self, request: Request, results: tuple[Result, ...]
    ) -> tuple[Result, ...]:
        """Reads the account after a write whose answer was lost: what took effect is done, and will be told."""
        sight = await self._look(request, None)
        if sight.observed is None or sight.restrained.plan.findings or sight.restrained.withheld:
            return results
        return tuple(replace(result, outcome=Outcome.DONE) for result in results)

    async def _apply(self, actions: Sequence[Action]) -> tuple[Result, ...]:
        """One action after the other; a failing one never hides another."""
        return tuple([await self._attempt(action) for action in actions])

    async def _attempt(self, action: Action) -> Result:
        try:
            return Result(str(action), await self._cloud.apply(action))
        except (Busy, Unavailable) as error:
            # The answer may be lost, or be that to a second try (aiohttp repeats a PUT whose connection broke).
            return replace(_failed(str(action), error), outcome=Outcome.UNSURE)
        except RemediationError as error:
            return _failed(str(action), error)

    def _report(
        self, request: Request, started: datetime, sight: Sight, results: Sequence[Result]
    ) -> Report:
        every = (*results, *(() if sight.failure is None else (sight.failure,)))
        report = Report(
            id=uuid.uuid4().hex,
            request_id=request.id,
            account=request.account,
            lane=request.lane,
            verdict=sight.verdict or _verdict(request, sight.restrained, every),
            cause=request.cause,
            started=started,
            ended=self._clock.now(),
            profile=sight.desired.profile if sight.desired else "",
            drifts=_drifts(sight.restrained),
            results=every,
            attempt=request.attempt,
        )
        return replace(report, exposed_seconds=_exposed(report, sight))

    def _bounded(self, request: Request, report: Report) -> Report:
        """A waiting pass is looked at again, until the patience for its request is at an end: then a person is told."""
        if report.verdict is not Verdict.WAITING:
            return report
        if report.ended - request.since <= self._patience:
            return replace(report, retry_after=_wait(request, report))
        gave_up = Result(
            "Wait for Azure",
            Outcome.FAILED,
            f"still not done after {request.attempt + 1} looks in {self._patience}",
            "GaveUp",
        )
        return replace(report, verdict=Verdict.STALLED, results=(*report.results, gave_up))

    def _unrecorded(self, request: Request, error: RemediationError) -> Report:
        """Tried again for as long as it takes: what cannot be remembered cannot be told to anyone either."""
        failure = _failed("Take the account's lease and record the pass", error)
        report = self._report(request, self._clock.now(), Sight(failure=failure), ())
        wait = _wait(request, report)
        hopeless = _HOPELESS if report.verdict is Verdict.STALLED else wait
        return replace(report, verdict=Verdict.WAITING, retry_after=max(wait, hopeless))


def _wait(request: Request, report: Report) -> float:
    """Seconds until the next look: what Azure asked for, at least what the attempt is worth."""
    asked = max((_asked(result) for result in report.results), default=0.0)
    return max(asked, _WAITS[min(request.attempt, len(_WAITS) - 1)])


def _one_chain(
    request: Request, report: Report, chain: NextLook | None
) -> tuple[Report, NextLook | None]:
    """Leaves the next look to a request that has one ahead already: it sees whatever this one would."""
    if report.retry_after is None:
        return report, None
    if chain is not None and chain.request != request.id and chain.at > report.ended:
        return replace(report, retry_after=None), chain
    return report, NextLook(request.id, report.ended + timedelta(seconds=report.retry_after))


def again(request: Request, report: Report) -> Request | None:
    """The request that looks again, None when the report is final. Waiting for a lease is no attempt."""
    if report.retry_after is None:
        return None
    busy = any(r.code == LEASE_TAKEN for r in report.results)
    return replace(request, attempt=request.attempt + (0 if busy else 1))


def _asked(result: Result) -> float:
    """A lease says when it would end if its holder died; one that lives mostly is done in a moment."""
    seconds = result.retry_after or 0
    return min(seconds, _LEASE_WAIT) if result.code == "LeaseTaken" else seconds


def _failed(action: str, error: RemediationError) -> Result:
    if isinstance(error, Retryable):
        return Result(action, Outcome.WAITING, str(error), error.code, error.retry_after)
    return Result(action, Outcome.FAILED, str(error), getattr(error, "code", ""))


def _verdict(request: Request, restrained: Restrained, results: Sequence[Result]) -> Verdict:
    """What looking again can still change comes first, then what a person must do, then what is held back."""
    outcomes = {result.outcome for result in results}
    findings = restrained.plan.findings
    unended = bool(outcomes & {Outcome.WAITING, Outcome.UNSURE})
    waits = unended or any(finding.awaits for finding in findings)
    busy = any(each.reason is Reason.BUSY for each in restrained.withheld)
    acted = bool(outcomes & {Outcome.DONE, Outcome.STARTED})
    if request.lane is Lane.FAST and acted and not waits and Outcome.FAILED not in outcomes:
        return Verdict.REMEDIED
    if waits or busy or acted:
        return Verdict.WAITING
    if Outcome.FAILED in outcomes or any(finding.remedy is None for finding in findings):
        return Verdict.STALLED
    return Verdict.HELD if restrained.withheld else Verdict.CONVERGED


def _drifts(restrained: Restrained) -> tuple[Drift, ...]:
    free = tuple(_drift(finding) for finding in restrained.plan.findings)
    held = tuple(
        replace(_drift(each.finding), withheld=each.reason.value, message=each.message)
        for each in restrained.withheld
    )
    return free + held


def _drift(finding: Finding) -> Drift:
    return Drift(
        finding.rule,
        finding.resource.text,
        finding.expected,
        finding.actual,
        finding.severity.value,
        awaits=finding.awaits,
    )


def _exposed(report: Report, sight: Sight) -> float | None:
    """Seconds from the end of the write that opened the account to our closing of it; only an event tells them."""
    plan = sight.restrained.plan
    was_open = any(
        finding.severity is Severity.CRITICAL and is_account_change(finding.remedy)
        for finding in plan.findings
    )
    changed = any(
        isinstance(action, ChangeAccount) or is_account_change(action)
        for action, result in zip(plan.actions, report.results, strict=False)
        if result.outcome is Outcome.DONE
    )
    if not (was_open and changed) or report.cause.trigger is not Trigger.EVENT:
        return None
    return max((report.ended - report.cause.at).total_seconds(), 0.0)


def _logged(report: Report) -> Report:
    """One line a pass."""
    fields = {
        "reconcile_id": report.id,
        "request_id": report.request_id,
        "account": report.account.text,
        "lane": report.lane,
        "verdict": report.verdict,
        "drifts": [drift.rule for drift in report.drifts],
        "actions": [f"{result.action}: {result.outcome}" for result in report.results],
        "attempt": report.attempt,
        "retry_after": report.retry_after,
    }
    log.info("pass ended: %s", json.dumps(fields))
    return report
