"""What stands in for the world in unit tests: the ports in memory, and recorded events. No clock, no network."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from remediation.desired import Desired
from remediation.errors import Busy, Refused, RemediationError
from remediation.ids import ResourceId
from remediation.observed import Account, Network
from remediation.plan import Action
from remediation.ports import History
from remediation.report import Outcome, Report

EVENTS = Path(__file__).parents[1] / "events"


def recorded(name: str) -> str:
    """The text of a recorded event."""
    return (EVENTS / f"{name}.json").read_text()


def recorded_object(name: str) -> dict[str, object]:
    """A recorded event that is one object, to be varied by a test."""
    event = json.loads(recorded(name))
    assert isinstance(event, dict)
    return event


@dataclass(slots=True)
class MemoryCloud:
    """Accounts and endpoints that can be read, not changed. `broken` ids raise what they are mapped to."""

    accounts: Sequence[Account] = ()
    targets: Mapping[ResourceId, tuple[ResourceId, ...]] = field(default_factory=dict)
    networks: Mapping[ResourceId, Network] = field(default_factory=dict)
    zones: tuple[str, ...] = ()
    broken: Mapping[ResourceId, RemediationError] = field(default_factory=dict)

    async def account(self, account: ResourceId) -> Account | None:
        self._read(account)
        return next((each for each in self.accounts if each.id == account), None)

    async def zone_names(self, account: Account) -> tuple[str, ...]:
        self._read(account.id)
        return self.zones

    async def network(self, account: Account, desired: Desired) -> Network:
        del desired
        self._read(account.id)
        return self.networks.get(account.id, Network())

    async def apply(self, action: Action) -> Outcome:
        raise Refused(f"this cloud can only be read: {action}")

    async def endpoint_targets(self, endpoint: ResourceId) -> tuple[ResourceId, ...] | None:
        self._read(endpoint)
        return self.targets.get(endpoint)

    def _read(self, resource: ResourceId) -> None:
        if resource in self.broken:
            raise self.broken[resource]


@dataclass(slots=True)
class MemoryFleet:
    """Every account, filtered by subscription; `looks` counts how often the fleet was asked for."""

    everything: Sequence[Account] = ()
    looks: int = 0

    async def accounts(self, subscriptions: Sequence[str]) -> AsyncIterator[Account]:
        self.looks += 1
        for account in self.everything:
            if not subscriptions or account.id.subscription in subscriptions:
                yield account

    async def subscriptions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(account.id.subscription for account in self.everything))


@dataclass(slots=True)
class MemoryLease:
    """A lease of the memory ledger; recording fails once it was lost."""

    ledger: "MemoryLedger"
    account: ResourceId
    holder: str

    @property
    def history(self) -> History:
        return self.ledger.histories.get(self.account, History())

    async def record(self, report: Report, history: History, serves: Sequence[ResourceId]) -> None:
        if self.ledger.holders.get(self.account) != self.holder:
            raise Busy(f"the lease of {self.account.name} was lost")
        await self.ledger.note(report)
        self.ledger.histories[self.account] = history
        self.ledger.serves[self.account] = tuple(serves)


@dataclass(slots=True)
class MemoryLedger:
    """Reports, histories, leases and the index of what serves whom."""

    serves: dict[ResourceId, tuple[ResourceId, ...]] = field(default_factory=dict)
    histories: dict[ResourceId, History] = field(default_factory=dict)
    holders: dict[ResourceId, str] = field(default_factory=dict)
    noted: list[Report] = field(default_factory=list)

    @asynccontextmanager
    async def lease(self, account: ResourceId, holder: str) -> AsyncIterator[MemoryLease]:
        if account in self.holders:
            raise Busy(f"{account.name} is leased", retry_after=1)
        self.holders[account] = holder
        try:
            yield MemoryLease(self, account, holder)
        finally:
            if self.holders.get(account) == holder:
                del self.holders[account]

    async def history(self, account: ResourceId) -> History:
        return self.histories.get(account, History())

    async def note(self, report: Report) -> None:
        self.noted.append(report)

    async def reports(self, account: ResourceId, limit: int) -> tuple[Report, ...]:
        return tuple(r for r in reversed(self.noted) if r.account == account)[:limit]

    async def served_by(self, resource: ResourceId) -> tuple[ResourceId, ...]:
        return tuple(account for account, parts in self.serves.items() if resource in parts)
