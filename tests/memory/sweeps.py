"""What is remembered between sweeps? The port `Sweeps` in memory, and an index that is what a test says."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from remediation.errors import Busy, RemediationError
from remediation.fleet import Checkpoint, Surroundings
from remediation.ids import ResourceId
from remediation.observed import Account
from remediation.ports import LEASE_TAKEN
from remediation.reach import Subscription
from remediation.report import Codec, Json
from remediation.sweep_ports import Events

CHECKPOINTS = Codec(Checkpoint)


@dataclass(slots=True)
class MemorySweepLease:
    """The right to sweep; lost when another holder takes it over."""

    sweeps: "MemorySweeps"
    holder: str
    checkpoint: Checkpoint

    @property
    def known(self) -> frozenset[ResourceId]:
        return frozenset(self.sweeps.known)

    async def save(
        self,
        checkpoint: Checkpoint,
        new: Collection[ResourceId] = (),
        gone: Collection[ResourceId] = (),
    ) -> None:
        if self.sweeps.holder != self.holder:
            raise Busy("another holder has taken over", code="LeaseLost")
        self.sweeps.known.update(new)
        self.sweeps.known.difference_update(gone)
        self.sweeps.stored = CHECKPOINTS.to_json(checkpoint)
        self.checkpoint = checkpoint


@dataclass(slots=True)
class MemorySweeps:
    """What it remembers goes through JSON, as in the real one."""

    stored: Json | None = None
    known: set[ResourceId] = field(default_factory=set)
    holder: str = ""

    @asynccontextmanager
    async def lease(self, holder: str) -> AsyncIterator[MemorySweepLease]:
        if self.holder:
            raise Busy("the lease is taken", code=LEASE_TAKEN, retry_after=5)
        self.holder = holder
        try:
            yield MemorySweepLease(self, holder, await self.checkpoint())
        finally:
            self.holder = ""

    async def checkpoint(self) -> Checkpoint:
        return Checkpoint() if self.stored is None else CHECKPOINTS.from_json(self.stored)


@dataclass(slots=True)
class MemoryIndex:
    """The port `FleetIndex`. `breaks` maps what is asked for to the error that it gets."""

    pages: Sequence[Sequence[Account]] = ()
    visible: tuple[Subscription, ...] = ()
    around: Surroundings = field(default_factory=Surroundings)
    lists: Mapping[str, tuple[ResourceId, ...] | RemediationError] = field(default_factory=dict)
    sent: Mapping[str, Events] = field(default_factory=dict)
    breaks: Mapping[str, RemediationError] = field(default_factory=dict)
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    async def subscriptions(self) -> tuple[Subscription, ...]:
        self._ask("subscriptions")
        return self.visible

    async def surroundings(
        self, subscriptions: Sequence[str], vnets: Sequence[ResourceId]
    ) -> Surroundings:
        del vnets
        self._ask("surroundings", subscriptions)
        return self.around

    async def accounts(self, subscriptions: Sequence[str]) -> AsyncIterator[tuple[Account, ...]]:
        for number, page in enumerate(self.pages):
            self._ask(f"page {number}", subscriptions)
            yield tuple(account for account in page if account.id.subscription in subscriptions)

    async def listed(self, subscription: str) -> tuple[ResourceId, ...]:
        self._ask("list", (subscription,))
        listed = self.lists.get(subscription, ())
        if isinstance(listed, RemediationError):
            raise listed
        return listed

    async def events(self, subscriptions: Sequence[str]) -> Mapping[str, Events]:
        self._ask("events", subscriptions)
        return {each: self.sent.get(each, Events.SENT) for each in subscriptions}

    def _ask(self, what: str, subscriptions: Sequence[str] = ()) -> None:
        self.asked.append((what, tuple(subscriptions)))
        if what in self.breaks:
            raise self.breaks[what]
