"""One pass: observe, plan, restrain, apply, record.

The pass is level-triggered: it does not know which event woke it. FAST and FULL are the same pass at two depths; FULL
also takes the account's lease, so that two never rebuild the same endpoint. Long work is started, never waited for.
A pass raises only for bugs: whatever Azure may say becomes a Result.
"""

import json
import logging
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from remediation import incident, looks, planner, verdicts
from remediation.answered import is_answered
from remediation.brakes import Brakes
from remediation.catalog import RULES
from remediation.caution import Caution
from remediation.desired import Desired
from remediation.errors import Busy, RemediationError, Unavailable
from remediation.ids import ResourceId
from remediation.looks import again
from remediation.observed import Fingerprint, Observed
from remediation.plan import Action, ChangeAccount, is_account_change
from remediation.ports import (
    LEASE_SECONDS,
    LEASE_TAKEN,
    Clock,
    Cloud,
    History,
    Lease,
    Ledger,
)
from remediation.proof import Proof
from remediation.report import Lane, Outcome, Report, Request, Result, Trigger, Verdict
from remediation.sight import DesiredFor, KnownZones, Observer, Sight

__all__ = ["Reconciler", "again"]

log = logging.getLogger(__name__)

type Tell = Callable[[Report], Awaitable[None]]
type Prove = Callable[[Desired, Observed], Awaitable[Proof | None]]

_CLEAN = (Verdict.CONVERGED, Verdict.REMEDIED)
# One call of ARM lasts 80 s at most: two tries of 10 s to connect and 30 s to answer (adapters/clients.py). What is
# begun in this time has ended before anybody else can take the lease.
_BUILDS_FOR = timedelta(seconds=LEASE_SECONDS / 3)


class Reconciler:
    """Runs passes. Holds nothing between them: what must be remembered is in the ledger."""

    def __init__(  # noqa: PLR0913 - each is one thing that a pass needs, and but for the ports they have names
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
        caution: Caution | None = None,
    ) -> None:
        """Takes the ports, the policy as functions, how long a waiting pass is tried again, and the brakes."""
        self._prove = prove
        self._tell = tell
        self._cloud = cloud
        self._ledger = ledger
        self._clock = clock
        self._observer = Observer(cloud, clock, desired_for, known_zones)
        self._patience = patience
        self._caution = caution or Caution(clock)

    async def close(self, request: Request) -> Report:
        """The FAST lane: the account alone, closed within two calls. Nothing is asked of the ledger."""
        report, _ = await self.close_and_compare(request)
        return report

    async def close_and_compare(self, request: Request) -> tuple[Report, Fingerprint | None]:
        """The same, and how the account looked where nothing differed, for a FULL request to compare with."""
        started = self._clock.now()
        sight = await self._glance(request)
        results = await self._apply(sight.restrained.plan.actions, started)
        if any(result.outcome is Outcome.UNSURE for result in results):
            results = await self._seen_again(request, results)
        report = self._report(request, started, sight, results)
        if report.drifts:
            report = replace(report, drifted_at=incident.drifted_at(report))
        calm = sight.observed if report.verdict is Verdict.CONVERGED else None
        return _logged(report), None if calm is None else calm.account.fingerprint

    async def reconcile(self, request: Request, closed: Report | None = None) -> Report | None:
        """The FULL lane. None when the request is answered already; most of a burst learn that without the lease.

        `closed` is what the FAST lane did for the same request: it counts where somebody opens again and again.
        """
        try:
            history = await self._ledger.history(request.account)
            asked = self._clock.now()
            if is_answered(request, closed, history, asked):
                return None
            async with self._ledger.lease(request.account, request.id) as lease:
                if is_answered(request, closed, lease.history, self._clock.now()):
                    return None
                return await self._reconcile(request, lease, closed, asked)
        except RemediationError as error:
            if getattr(error, "code", "") == LEASE_TAKEN:
                log.info("pass put off, another one is under way: %s", request.id)
                return self._unrecorded(request, error)
            untold = await self._close_unremembered(request)
            return _logged(self._unrecorded(request, error, untold))

    async def audit(self, request: Request) -> Report:
        """Looks as deep as FULL does, changes nothing and remembers nothing."""
        started = self._clock.now()
        try:
            history = await self._ledger.history(request.account)
        except RemediationError as error:
            return _logged(self._unrecorded(request, error))
        sight = await self._observer.look(
            request, history.baseline, self._released, frozenset(RULES)
        )
        return _logged(await self._proven(self._report(request, started, sight, ()), sight))

    async def _proven(self, report: Report, sight: Sight) -> Report:
        """The report with what clients see; reading alone proves only what Resource Manager says."""
        if self._prove is None or sight.desired is None or sight.observed is None:
            return report
        return replace(report, proof=await self._prove(sight.desired, sight.observed))

    async def _as_clients_see(self, found: Report, sight: Sight) -> Report:
        """Where others keep the names, nothing but a resolver can judge them.

        Resolvers keep what they were told for a while, so a proof that fails is looked at again, with patience.
        """
        if found.verdict is not Verdict.CONVERGED or not sight.is_named_by_others:
            return found
        proven = await self._proven(found, sight)
        if proven.proof is None or not proven.proof.is_refuted:
            return proven
        drifts = (verdicts.unproven(found.account, proven.proof),)
        return replace(proven, verdict=Verdict.WAITING, drifts=drifts)

    async def _close_unremembered(self, request: Request) -> Report | None:
        """Closing comes first, also when the ledger does not answer; all else waits until it does.

        Returns what was closed and cannot be told either.
        """
        report = await self.close(replace(request, lane=Lane.FAST))
        if report.verdict is not Verdict.REMEDIED:
            return None
        try:
            await self._tell(report)
        except RemediationError as error:
            log.warning("closing not told yet, tried again: %s", error)
            return report
        return None

    async def _reconcile(
        self, request: Request, lease: Lease, closed: Report | None, asked: datetime
    ) -> Report:
        """People are told before the pass is recorded: a crash in between tells them twice, never not at all."""
        started = self._clock.now()
        history = lease.history
        sight = await self._observer.look(
            request, history.baseline, lambda d, p: self._caution.brakes(d, p, history, closed)
        )
        sight = await self._claimed(request, sight)
        results = await self._apply(sight.restrained.plan.actions, asked)
        found = self._report(request, started, sight, results)
        found = await self._as_clients_see(found, sight)
        report, opened = incident.follow(
            history.incident, looks.bounded(request, found, self._patience)
        )
        report = looks.at_lapse(report, sight.restrained.lapses_at, self._caution.farthest)
        report, next_look = looks.one_chain(request, report, history.next_look)
        asks = report.verdict is Verdict.REMEDIED or request.cause.trigger is Trigger.RECHECK
        if asks and report.proof is None:
            report = await self._proven(report, sight)
        await self._tell(_logged(report))
        reverts = self._caution.reverts(history, sight.desired, closed, found)
        past = replace(
            _remembered(history, report, sight),
            incident=opened,
            next_look=next_look,
            reverts=reverts,
        )
        await lease.record(report, past, _serves(report, sight))
        return report

    async def _claimed(self, request: Request, sight: Sight) -> Sight:
        """Asks for the account's place among those that are put back, as soon as there is more to do than to close."""
        builds = any(not _closes(action) for action in sight.restrained.plan.actions)
        if sight.desired is None or not builds:
            return sight
        claim = await self._caution.claim(request.account, sight.desired)
        if claim is None or claim.granted:
            return sight
        return self._observer.restrained(sight, replace(sight.brakes, refused=claim))

    async def _glance(self, request: Request) -> Sight:
        """Without a past: nothing is known of a baseline or a fight."""
        return await self._observer.look(request, None, self._released)

    def _released(self, *_: object) -> Brakes:
        return self._caution.released

    async def _seen_again(
        self, request: Request, results: tuple[Result, ...]
    ) -> tuple[Result, ...]:
        """Reads the account after a write whose answer was lost: what took effect is done, and will be told."""
        sight = await self._glance(request)
        if sight.observed is None or sight.restrained.plan.findings or sight.restrained.withheld:
            return results
        return tuple(replace(result, outcome=Outcome.DONE) for result in results)

    async def _apply(self, actions: Sequence[Action], since: datetime) -> tuple[Result, ...]:
        """One action after the other; a failing one never hides another."""
        return tuple([await self._attempt(action, since) for action in actions])

    async def _attempt(self, action: Action, since: datetime) -> Result:
        """Closing needs no lease: whoever closes twice has closed."""
        if not _closes(action) and self._clock.now() - since > _BUILDS_FOR:
            return Result(
                str(action), Outcome.WAITING, "the pass took too long; the next one goes on", "Late"
            )
        try:
            return Result(str(action), await self._cloud.apply(action))
        except (Busy, Unavailable) as error:
            # The answer may be lost, or be that to a second try (aiohttp repeats a PUT whose connection broke).
            return replace(verdicts.failed(str(action), error), outcome=Outcome.UNSURE)
        except RemediationError as error:
            return verdicts.failed(str(action), error)

    def _report(
        self, request: Request, started: datetime, sight: Sight, results: Sequence[Result]
    ) -> Report:
        every = (*results, *(() if sight.failure is None else (sight.failure,)))
        report = Report(
            id=uuid.uuid4().hex,
            request_id=request.id,
            account=request.account,
            lane=request.lane,
            verdict=sight.verdict or verdicts.verdict(request.lane, sight.restrained, every),
            cause=request.cause,
            started=started,
            ended=self._clock.now(),
            profile=sight.desired.profile if sight.desired else "",
            drifts=verdicts.drifts(sight.restrained, results),
            results=every,
            attempt=request.attempt,
        )
        return replace(report, exposed_seconds=verdicts.exposed(report, sight.restrained.plan))

    def _unrecorded(
        self, request: Request, error: RemediationError, untold: Report | None = None
    ) -> Report:
        failure = verdicts.failed("Take the account's lease and record the pass", error)
        if untold is not None:
            return looks.endless(request, replace(untold, results=(*untold.results, failure)))
        report = self._report(request, self._clock.now(), Sight(failure=failure), ())
        return looks.endless(request, report)


def _remembered(history: History, report: Report, sight: Sight) -> History:
    """What the pass knows now of the account: when it was looked at, and how it is when it is as it should be."""
    answered = history.answered_at if report.verdict is Verdict.WAITING else report.started
    past = History(answered, history.baseline, looked_at=report.started)
    if report.verdict not in _CLEAN or sight.desired is None or sight.observed is None:
        return past
    return replace(
        past,
        baseline=planner.baseline(sight.desired, sight.observed),
        clean=sight.observed.account.fingerprint,
    )


def _serves(report: Report, sight: Sight) -> tuple[ResourceId, ...]:
    if report.verdict not in _CLEAN or sight.desired is None or sight.observed is None:
        return ()
    return planner.serves(sight.desired, sight.observed)


def _closes(action: Action) -> bool:
    """Every change of the account makes it stricter."""
    return isinstance(action, ChangeAccount) or is_account_change(action)


def _logged(report: Report) -> Report:
    """One line a pass. Who caused it stands in it as the directory's id, whatever may be remembered of him."""
    actor = report.cause.actor
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
        "exposed_seconds": report.exposed_seconds,
        "actor": actor.object_id or actor.app_id,
    }
    log.info("pass ended: %s", json.dumps(fields))
    return report
