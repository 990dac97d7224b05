"""What does the sweep need of the world? Protocols; the rules of `ports` hold for them too."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import Protocol

from remediation.fleet import Checkpoint, Surroundings
from remediation.ids import ResourceId
from remediation.observed import Account
from remediation.reach import Subscription


class Events(StrEnum):
    """Whether changes in a subscription are sent to Latch. Unsure: Azure did not answer."""

    SENT = "sent"
    NOT_SENT = "not-sent"
    FORBIDDEN = "forbidden"
    UNSURE = "unsure"


class FleetIndex(Protocol):
    """The whole fleet at once, some seconds old. What may not be read is silently absent.

    Must: wait as Azure says when it asks too often, a minute at most, and raise Throttled after that.
    Must not: make a call for each account; give an answer that is known to be cut.
    """

    async def subscriptions(self) -> tuple[Subscription, ...]:
        """Every subscription that can be seen."""
        ...

    async def surroundings(
        self, subscriptions: Sequence[str], vnets: Sequence[ResourceId]
    ) -> Surroundings:
        """What is around the accounts in these subscriptions; of networks only `vnets`."""
        ...

    def accounts(self, subscriptions: Sequence[str]) -> AsyncIterator[tuple[Account, ...]]:
        """The accounts of these subscriptions in the order of their ids, page by page."""
        ...

    async def listed(self, subscription: str) -> tuple[ResourceId, ...]:
        """The accounts of a subscription as Resource Manager lists them; Forbidden where they may not be read."""
        ...

    async def events(self, subscriptions: Sequence[str]) -> Mapping[str, Events]:
        """For each of these subscriptions, whether its changes are sent here."""
        ...


class SweepLease(Protocol):
    """The right to sweep; it ends by itself when its holder dies."""

    @property
    def checkpoint(self) -> Checkpoint:
        """How far the sweeps are."""
        ...

    @property
    def known(self) -> frozenset[ResourceId]:
        """The accounts for which a first FULL pass was asked."""
        ...

    async def save(
        self,
        checkpoint: Checkpoint,
        new: Collection[ResourceId] = (),
        gone: Collection[ResourceId] = (),
    ) -> None:
        """Stores how far it is, and which accounts are known or no longer; Busy when another has taken over."""
        ...


class Sweeps(Protocol):
    """Where sweeps are remembered."""

    def lease(self, holder: str) -> AbstractAsyncContextManager[SweepLease]:
        """Taken for the length of a sweep; raises Busy (code LEASE_TAKEN) while another holds it."""
        ...

    async def checkpoint(self) -> Checkpoint:
        """How far the sweeps are, for whoever asks."""
        ...
