"""What is remembered for the length of one run, and by this process alone? For a terminal.

It is no ledger for a deployment: nobody else sees its leases, so they keep apart the passes of one run and no others,
and what it holds is gone at the end. With a ledger `behind` it reads that one, and still writes nothing to it.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from remediation.batch import Batch, Entry, Progress
from remediation.brakes import BlastLimit, Claim, Tally
from remediation.errors import Busy
from remediation.ids import ResourceId
from remediation.ports import LEASE_TAKEN, Clock, History, Ledger
from remediation.report import Json, Report, Request

_LEASE_RETRY_SECONDS = 1.0


class ScratchLease:
    """The right of one pass among those of this run."""

    def __init__(self, ledger: "ScratchLedger", account: ResourceId, history: History) -> None:
        """Made by the ledger alone."""
        self._ledger = ledger
        self._account = account
        self._history = history

    @property
    def history(self) -> History:
        return self._history

    async def record(self, report: Report, history: History, serves: Sequence[ResourceId]) -> None:
        await self._ledger.note(report)
        self._ledger.histories[self._account] = history
        self._ledger.served[self._account] = frozenset(serves)


class ScratchLedger:
    """The port `Ledger`, in memory."""

    def __init__(self, behind: Ledger | None = None) -> None:
        """Takes the ledger that is read where this run remembers nothing yet."""
        self._behind = behind
        self._taken: set[ResourceId] = set()
        self._reports: dict[ResourceId, list[Report]] = {}
        self.histories: dict[ResourceId, History] = {}
        self.served: dict[ResourceId, frozenset[ResourceId]] = {}

    @asynccontextmanager
    async def lease(self, account: ResourceId, holder: str) -> AsyncIterator[ScratchLease]:
        if account in self._taken:
            message = f"{account.name} is looked at already, which {holder} must wait for"
            raise Busy(message, code=LEASE_TAKEN, retry_after=_LEASE_RETRY_SECONDS)
        self._taken.add(account)
        try:
            yield ScratchLease(self, account, await self.history(account))
        finally:
            self._taken.discard(account)

    async def history(self, account: ResourceId) -> History:
        """Of the ledger behind: what is restored, and what was put back of late. Open drifts are that one's story."""
        if account in self.histories or self._behind is None:
            return self.histories.get(account, History())
        past = await self._behind.history(account)
        return History(baseline=past.baseline, reverts=past.reverts)

    async def note(self, report: Report) -> None:
        self._reports.setdefault(report.account, []).insert(0, report)

    async def reports(self, account: ResourceId, limit: int) -> tuple[Report, ...]:
        own = tuple(self._reports.get(account, ())[:limit])
        if self._behind is None or len(own) == limit:
            return own
        return (*own, *await self._behind.reports(account, limit - len(own)))

    async def served_by(self, resource: ResourceId) -> tuple[ResourceId, ...]:
        own = tuple(account for account, those in self.served.items() if resource in those)
        if own or self._behind is None:
            return own
        return await self._behind.served_by(resource)


class ScratchRequests:
    """The port `Requests`: what was asked for, in order. Nobody takes it up but who made this."""

    def __init__(self) -> None:
        """Nothing is asked for yet."""
        self.asked: list[Request] = []

    async def put(self, request: Request, delay: float = 0) -> None:
        del delay
        self.asked.append(request)


class ScratchOutbox:
    """The port `Outbox`: a person at a terminal sees what alerts would say, so they go no further."""

    def __init__(self) -> None:
        """Nothing is told yet."""
        self._told: dict[str, Json] = {}

    async def put(self, alert_id: str, alert: Json) -> None:
        self._told.setdefault(alert_id, alert)

    async def get(self, alert_id: str) -> Json | None:
        return self._told.get(alert_id)

    async def delivered(self, alert_id: str) -> None:
        self._told.pop(alert_id, None)

    async def overdue(self, before: object) -> tuple[str, ...]:
        del before
        return ()

    async def ask(self, alert_id: str, delay: float = 0) -> None:
        del alert_id, delay


class ScratchBatches:
    """The port `Batches`, in memory."""

    def __init__(self) -> None:
        """No batch is known yet."""
        self._known: dict[str, Progress] = {}

    async def begin(self, batch: Batch) -> Batch | None:
        known = self._known.setdefault(batch.id, Progress(batch)).batch
        return None if known is batch else known

    async def ask(self, id_: str) -> None:
        del id_

    async def add(self, batch: Batch, accounts: Sequence[ResourceId]) -> None:
        entries = tuple(map(Entry, accounts))
        self._known[batch.id] = Progress(replace(batch, listed=True), entries)

    async def note(self, id_: str, entry: Entry) -> None:
        known = self._known[id_]
        others = (each for each in known.entries if each.account != entry.account)
        self._known[id_] = replace(known, entries=(*others, entry))

    async def get(self, id_: str) -> Progress | None:
        return self._known.get(id_)


class ScratchTallies:
    """The port `Tallies`: how many accounts this run has put back."""

    def __init__(self, clock: Clock) -> None:
        """Takes the clock whose windows slide."""
        self._clock = clock
        self._tally = Tally()

    async def claim(self, account: ResourceId, limit: BlastLimit) -> Claim:
        self._tally, claim = self._tally.claim(account.key, limit, self._clock.now())
        return claim

    async def count_fleet(self, accounts: int) -> None:
        self._tally = replace(self._tally, fleet=accounts)
