"""Who keeps the posture up to date? A ledger that tells it what it has just recorded.

Best effort, and after the ledger: a posture that cannot be written costs a line of the log, never a pass. The lease is
still held then, so two passes of one account never overwrite each other.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from remediation import brakes
from remediation.brakes import FightLimit
from remediation.errors import RemediationError
from remediation.ids import ResourceId
from remediation.page import standing
from remediation.page_ports import Posture
from remediation.ports import History, Lease, Ledger, Retention
from remediation.report import Report

log = logging.getLogger(__name__)

type FightLimitFor = Callable[[str], FightLimit | None]


class KeptLedger:
    """The Ledger, and the posture beside it."""

    def __init__(self, ledger: Ledger, kept: Posture, fight_limit: FightLimitFor) -> None:
        """Takes the ledger that counts, and what people look at; `fight_limit` takes the name of a profile."""
        self._ledger = ledger
        self._posture = kept
        self._fight_limit = fight_limit

    @asynccontextmanager
    async def lease(self, account: ResourceId, holder: str) -> AsyncIterator[Lease]:
        async with self._ledger.lease(account, holder) as lease:
            yield KeptLease(lease, self._posture, self._fight_limit)

    async def history(self, account: ResourceId) -> History:
        return await self._ledger.history(account)

    async def note(self, report: Report) -> None:
        await self._ledger.note(report)
        await _attempted(_tell_end(self._posture, report))

    async def reports(self, account: ResourceId, limit: int) -> tuple[Report, ...]:
        return await self._ledger.reports(account, limit)

    async def served_by(self, resource: ResourceId) -> tuple[ResourceId, ...]:
        return await self._ledger.served_by(resource)


class KeptLease:
    """The Lease of such a ledger."""

    def __init__(self, lease: Lease, kept: Posture, fight_limit: FightLimitFor) -> None:
        """Made by the ledger alone."""
        self._lease = lease
        self._posture = kept
        self._fight_limit = fight_limit

    @property
    def history(self) -> History:
        return self._lease.history

    async def record(self, report: Report, history: History, serves: Sequence[ResourceId]) -> None:
        await self._lease.record(report, history, serves)
        await _attempted(self._show(report, history))

    async def _show(self, report: Report, history: History) -> None:
        await _tell_end(self._posture, report)
        if standing.is_left(report):
            await self._posture.drop(report.account)
            return
        before = await self._posture.standing(report.account)
        profile = report.profile or ("" if before is None else before.profile)
        often = brakes.repeats(history.reverts, self._fight_limit(profile), report.ended)
        now = standing.standing(report, history.baseline, history.incident, often, before)
        await self._posture.keep(now, report.cause.at if standing.is_of_event(report) else None)


class KeptProofs:
    """What clients saw when a person only asked for a look: such a pass takes no lease, and leaves no report."""

    def __init__(self, kept: Posture) -> None:
        """Takes what people look at."""
        self._posture = kept

    async def on_audit(self, report: Report) -> None:
        """Shows the proof beside how the account stands, and nothing else of the pass."""
        seen = standing.proven(report)
        if seen is not None:
            await _attempted(self._posture.prove(report.account, seen))


class KeptRetention:
    """The Retention of the ledger, and that of the posture: a name is kept no longer here than there."""

    def __init__(self, ledger: Retention, kept: Retention) -> None:
        """What is left of the number goes to the posture."""
        self._ledger = ledger
        self._posture = kept

    async def forget(self, before: datetime, most: int = 1000) -> int:
        gone = await self._ledger.forget(before, most)
        return gone + await self._posture.forget(before, most - gone)


async def _tell_end(kept: Posture, report: Report) -> None:
    incident = standing.ended(report)
    if incident is not None:
        await kept.end(incident)


async def _attempted(writing: Awaitable[None]) -> None:
    try:
        await writing
    except RemediationError as error:
        log.warning("posture not written: %s", error)
