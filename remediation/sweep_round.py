"""How far is one sweep, and what has it met on its way? What is remembered of it is stored page by page."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from remediation.fleet import Blindness, BlindSpot, Checkpoint, Surroundings, Why
from remediation.ids import ResourceId
from remediation.observed import Account
from remediation.sweep_ports import SweepLease


@dataclass(slots=True)
class Round:
    """One sweep on its way."""

    lease: SweepLease
    far: Checkpoint
    spots: list[BlindSpot] = field(default_factory=list)
    present: set[ResourceId] = field(default_factory=set)
    # Subscriptions of connected endpoints, and whether any of theirs can be seen.
    endpoints: dict[str, bool] = field(default_factory=dict)
    gone: list[ResourceId] = field(default_factory=list)
    # Subscriptions of whose accounts nothing can be said.
    dark: set[str] = field(default_factory=set)
    reasons: Counter[Why] = field(default_factory=Counter)
    inside: int = 0
    known: frozenset[ResourceId] = field(init=False)
    _begins_after: str = field(init=False)
    _asked_before: int = field(init=False)
    _last: str = ""
    _is_ordered: bool = True

    def __post_init__(self) -> None:
        self.known = self.lease.known
        self._begins_after = self.far.after
        self._asked_before = self.far.asked

    def is_done(self, account: ResourceId) -> bool:
        """Whether the sweep had come past it before it was interrupted."""
        return account.key <= self._begins_after

    def delay(self, why: Why) -> int:
        """How many others come first; what drifted waits for nobody."""
        waits = why is not Why.DRIFTED
        place = self.reasons.total() - self.reasons[Why.DRIFTED] if waits else 0
        self.reasons[why] += 1
        return place

    def note(self, account: Account, around: Surroundings) -> None:
        self.present.add(account.id)
        for connection in account.connections:
            if connection.endpoint is not None and connection.is_approved:
                place = connection.endpoint.subscription
                is_seen = connection.endpoint in around.endpoints
                self.endpoints[place] = self.endpoints.get(place, False) or is_seen

    def keep(self, kind: Blindness, subject: str) -> None:
        """What was not answered this time stays as it was."""
        spots = (each.spot for each in self.far.spots)
        self.spots += [spot for spot in spots if (spot.kind, spot.subject) == (kind, subject)]

    async def turn_page(self, page: Sequence[Account], new: Sequence[ResourceId]) -> None:
        """The place is only remembered while the order is ours: else accounts could be passed over."""
        keys = [self._last, *(account.id.key for account in page)]
        self._is_ordered = self._is_ordered and keys == sorted(keys)
        self._last = keys[-1]
        done = sum(not self.is_done(account.id) for account in page)
        if not done:
            return
        self.far = replace(
            self.far,
            after=self._last if self._is_ordered else "",
            looked=self.far.looked + done,
            asked=self._asked_before + self.reasons.total(),
        )
        await self.lease.save(self.far, new)
