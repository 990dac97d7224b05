"""What is held back of a plan, for which reason, and until when? The guard's nouns. Pure data."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from remediation.plan import Finding, Plan


class Reason(StrEnum):
    """Why the guard holds a remedy back."""

    AUDIT = "AUDIT"
    EXEMPT = "EXEMPT"
    GRACE = "GRACE"
    PAUSED = "PAUSED"
    FLAPPING = "FLAPPING"
    TOO_MANY = "TOO_MANY"
    BUSY = "BUSY"


@dataclass(frozen=True, slots=True)
class Withheld:
    """A finding whose remedy is held back, and why; `until` is when the reason lapses by itself, if it does."""

    finding: Finding
    reason: Reason
    message: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Restrained:
    """A plan after the guard: what may be done, and what is held back."""

    plan: Plan
    withheld: tuple[Withheld, ...] = ()

    @property
    def lapses_at(self) -> datetime | None:
        """When the first of the reasons lapses by itself; None when none of them does."""
        return min((each.until for each in self.withheld if each.until is not None), default=None)
