"""What do the posture page and the health of Latch need of the world? Protocols; the rules of `ports` hold here too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from remediation.ids import ResourceId
from remediation.page.standing import Incident, Proven, Standing


@dataclass(frozen=True, slots=True)
class Pulse:
    """When Latch last ended a pass, and when the last event happened that led to one."""

    passed: datetime | None = None
    event: datetime | None = None


class Posture(Protocol):
    """How every account stands, and what happened of late. For people to look at; no decision is made by it."""

    async def standing(self, account: ResourceId) -> Standing | None:
        """How one account stands, None when nobody has looked."""
        ...

    async def keep(self, standing: Standing, event: datetime | None) -> None:
        """Stores how an account stands, and the pulse; `event` is when the event happened that led to it."""
        ...

    async def prove(self, account: ResourceId, proven: Proven) -> None:
        """Stores what clients saw beside how the account stands, if it stands at all.

        Raises Busy when somebody has stored how it stands meanwhile: then nothing was stored.
        """
        ...

    async def drop(self, account: ResourceId) -> None:
        """There is nothing to show of this account any more."""
        ...

    async def end(self, incident: Incident) -> None:
        """Stores a drift that ended; the same one again changes nothing."""
        ...

    async def fleet(self) -> Sequence[Standing]:
        """Every account, in the order of their keys."""
        ...

    async def incidents(self, since: datetime) -> Sequence[Incident]:
        """What ended since then, the newest first."""
        ...

    async def pulse(self) -> Pulse:
        """When something last happened."""
        ...


class Plumbing(Protocol):
    """What lies where nothing should lie for long."""

    async def waiting(self) -> Mapping[str, int]:
        """For each queue of Latch, poison queues included, about how many messages it holds."""
        ...

    async def dead_letters(self, most: int) -> int | None:
        """How many letters are left to read, counted up to `most`; None where none are kept."""
        ...
