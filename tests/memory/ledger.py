"""What is remembered between passes? The port `Ledger` in memory."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from remediation.errors import Busy
from remediation.ids import ResourceId
from remediation.ports import History
from remediation.report import Codec, Json, Report

HISTORIES = Codec(History)
LEASE_RETRY_SECONDS = 5.0


@dataclass(slots=True)
class MemoryLease:
    """The right to change an account; lost when another holder takes it over."""

    ledger: "MemoryLedger"
    account: ResourceId
    holder: str

    @property
    def history(self) -> History:
        return self.ledger.remembered(self.account)

    async def record(self, report: Report, history: History, serves: Sequence[ResourceId]) -> None:
        if self.ledger.holders.get(self.account) != self.holder:
            raise Busy("another holder has taken over", code="LeaseLost")
        await self.ledger.note(report)
        self.ledger.histories[self.account] = HISTORIES.to_json(history)
        self.ledger.served[self.account] = frozenset(serves)


@dataclass(slots=True)
class MemoryLedger:
    """What it remembers goes through JSON, as in the real one. `holders` may be changed to take a lease away."""

    histories: dict[ResourceId, Json] = field(default_factory=dict)
    written: dict[ResourceId, list[Report]] = field(default_factory=dict)
    served: dict[ResourceId, frozenset[ResourceId]] = field(default_factory=dict)
    holders: dict[ResourceId, str] = field(default_factory=dict)

    @asynccontextmanager
    async def lease(self, account: ResourceId, holder: str) -> AsyncIterator[MemoryLease]:
        if account in self.holders:
            raise Busy("the lease is taken", code="LeaseTaken", retry_after=LEASE_RETRY_SECONDS)
        self.holders[account] = holder
        try:
            yield MemoryLease(self, account, holder)
        finally:
            self.holders.pop(account, None)

    def remembered(self, account: ResourceId) -> History:
        stored = self.histories.get(account)
        return History() if stored is None else HISTORIES.from_json(stored)

    async def history(self, account: ResourceId) -> History:
        return self.remembered(account)

    async def note(self, report: Report) -> None:
        self.written.setdefault(report.account, []).insert(0, report)

    async def reports(self, account: ResourceId, limit: int) -> tuple[Report, ...]:
        return tuple(self.written.get(account, ())[:limit])

    async def served_by(self, resource: ResourceId) -> tuple[ResourceId, ...]:
        return tuple(account for account, those in self.served.items() if resource in those)
