"""What the loops need of the world, as Protocols. Adapters implement them; tests may bring small fakes.

A port raises nothing but `RemediationError`; every moment is timezone-aware UTC; every duration is in seconds.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from remediation.batch import Batch, Entry, Progress
from remediation.brakes import BlastLimit, Claim, Revert
from remediation.desired import Baseline, Desired
from remediation.ids import ResourceId
from remediation.observed import Account, Fingerprint, Network
from remediation.plan import Action
from remediation.report import Json, Outcome, Report, Request
from remediation.views import Views

# The code of the Busy that says that another pass holds the account's lease.
LEASE_TAKEN = "LeaseTaken"
# How long a lease lasts when its holder dies. A pass builds in its first third alone, see docs/decisions/014.
LEASE_SECONDS = 120.0


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        ...


class Cloud(Protocol):
    """One account and its private path, in Azure Resource Manager.

    Must: read without changing anything; start a change and return; be idempotent.
    Must not: wait for a long-running operation; raise anything but RemediationError.
    May: read concurrently.
    """

    async def account(self, account: ResourceId) -> Account | None:
        """The account as it is, None when there is none."""
        ...

    async def zone_names(self, account: Account) -> tuple[str, ...]:
        """The private DNS zones that the account's names need, as its privateLinkResources say."""
        ...

    async def network(self, account: Account, desired: Desired) -> Network:
        """The private path as far as it exists: what is desired, and what is connected."""
        ...

    async def apply(self, action: Action) -> Outcome:
        """Carries out one action: DONE when it took effect at once, STARTED when Azure still works on it."""
        ...

    async def endpoint_targets(self, endpoint: ResourceId) -> tuple[ResourceId, ...] | None:
        """What an existing private endpoint leads to, None when there is no such endpoint."""
        ...


class Fleet(Protocol):
    """Every account that the identity can see in the policy's subscriptions."""

    def accounts(self, subscriptions: Sequence[str]) -> AsyncIterator[Account]:
        """Each account once; without any subscription, of all that the identity can see."""
        ...

    async def subscriptions(self) -> tuple[str, ...]:
        """Every subscription that the identity can see."""
        ...


@dataclass(frozen=True, slots=True)
class NextLook:
    """The request that will look again, and when. `lapse`: not because Azure works, but when a restraint ends."""

    request: str
    at: datetime
    lapse: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """What the ledger remembers of one account between passes.

    `answered_at` is when the last finished pass began: requests made before it are answered. `looked_at` is when the
    last pass began, finished or not; `clean` is how the account looked to it, if nothing was left to be done.
    `incident` is the first report of the drift that is open now, merged with what has been done since: the pass that
    finds nothing left closes it. `next_look` is set while a pass waits, so that a burst of events is one chain of looks
    and not many. `reverts` is what was put back of late: what is there again and again, somebody else undoes.
    """

    answered_at: datetime | None = None
    baseline: Baseline | None = None
    incident: Report | None = None
    next_look: NextLook | None = None
    reverts: tuple[Revert, ...] = ()
    looked_at: datetime | None = None
    clean: Fingerprint | None = None


class Lease(Protocol):
    """The right to change one account's private path; it ends by itself when its holder dies."""

    @property
    def history(self) -> History:
        """What was remembered when the lease was taken."""
        ...

    async def record(self, report: Report, history: History, serves: Sequence[ResourceId]) -> None:
        """Stores report and history, if the lease is still ours, and which resources serve the account.

        Raises Busy when another holder has taken over: then nothing was stored.
        """
        ...


class Ledger(Protocol):
    """Memory for alerts, brakes and restoration. Never believed about the state of Azure."""

    def lease(self, account: ResourceId, holder: str) -> AbstractAsyncContextManager[Lease]:
        """Takes the account's lease for the length of a pass; raises Busy (with retry_after) when it is taken."""
        ...

    async def history(self, account: ResourceId) -> History:
        """What is remembered, without a lease."""
        ...

    async def note(self, report: Report) -> None:
        """Stores the report of a pass that took no lease."""
        ...

    async def reports(self, account: ResourceId, limit: int) -> tuple[Report, ...]:
        """The newest reports first."""
        ...

    async def served_by(self, resource: ResourceId) -> tuple[ResourceId, ...]:
        """The accounts that a private endpoint, zone or network served when they last converged."""
        ...


class Tallies(Protocol):
    """What all workers together have put back of late: one count, whoever counts."""

    async def claim(self, account: ResourceId, limit: BlastLimit) -> Claim:
        """Counts the account among those put back, unless that would be more than the limit allows."""
        ...

    async def count_fleet(self, accounts: int) -> None:
        """Remembers how many accounts the policy speaks of, for limits that are a share of the fleet."""
        ...


class Retention(Protocol):
    """What need not be remembered any longer."""

    async def forget(self, before: datetime, most: int = 1000) -> int:
        """Deletes reports, and marks of delivered alerts, from before `before`; at most so many, and says how many."""
        ...


class Requests(Protocol):
    """The queue of passes to come."""

    async def put(self, request: Request, delay: float = 0) -> None:
        """Stores a request; it becomes visible after `delay` seconds, at most seven days."""
        ...


class Batches(Protocol):
    """The looks at several accounts that people asked for."""

    async def begin(self, batch: Batch) -> Batch | None:
        """Stores a new batch; the one that is there already under its id, if there is one."""
        ...

    async def ask(self, id_: str) -> None:
        """Asks for the accounts of a batch to be listed."""
        ...

    async def add(self, batch: Batch, accounts: Sequence[ResourceId]) -> None:
        """Stores which accounts a batch means, as not looked at yet."""
        ...

    async def note(self, id_: str, entry: Entry) -> None:
        """Stores the newest verdict of one account."""
        ...

    async def get(self, id_: str) -> Progress | None:
        """A batch with its accounts, None when there is none."""
        ...


class DeadLetters(Protocol):
    """Events that Event Grid gave up on, where it put them.

    Must: hand on every event of a letter before the letter goes; keep what it cannot read, and say so first.
    Must not: lose a letter when it is stopped in between; then its events are handed on again.
    """

    async def drain(
        self,
        hand_on: Callable[[str], Awaitable[bool]],
        give_up: Callable[[str, str], Awaitable[None]],
        limit: int,
    ) -> bool:
        """Looks at `limit` letters at most; says whether more are left.

        `hand_on` gets one event as JSON and says whether anything could be made of it; what is Retryable ends the
        run. `give_up` gets the name and the text of a letter that is then set aside.
        """
        ...


class Outbox(Protocol):
    """Alerts on their way: stored first, then sent from a queue of their own, so that neither side loses the other."""

    async def put(self, alert_id: str, alert: Json) -> None:
        """Stores an alert once (the same id again changes nothing) and asks for its delivery."""
        ...

    async def get(self, alert_id: str) -> Json | None:
        """An alert that waits for delivery, None when it was delivered."""
        ...

    async def delivered(self, alert_id: str) -> None:
        """Marks an alert as delivered."""
        ...

    async def overdue(self, before: datetime) -> tuple[str, ...]:
        """Alerts stored before `before` that were never delivered: their queue message may be lost."""
        ...

    async def ask(self, alert_id: str, delay: float = 0) -> None:
        """Asks for the delivery of a stored alert, now or after `delay` seconds."""
        ...


class Prober(Protocol):
    """The names of an account as clients find them, inside the network and on the internet.

    Must: contact nothing but these names, on port 443; end within 15 seconds.
    Must not: send a key or a token; follow a redirect; raise for what a network may do.
    """

    async def look(self, hosts: Sequence[str]) -> Views:
        """Each name from each place: where it leads, and what answers there."""
        ...


class Notifier(Protocol):
    """One channel to people."""

    async def send(self, alert: Json) -> None:
        """Delivers one alert; raises Retryable or Terminal when the channel does not take it."""
        ...
