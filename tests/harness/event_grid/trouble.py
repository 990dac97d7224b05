"""What does Event Grid do wrong on demand? At least once means sometimes late, twice, or (here) not at all."""

from dataclasses import dataclass
from typing import Self

from tests.harness.world import Json


class TroubleError(ValueError):
    """A demand that the lab does not understand."""


@dataclass(slots=True)
class Trouble:
    """The next `drop` events are lost, the next `duplicate` come twice; every one comes `delay` seconds late."""

    drop: int = 0
    duplicate: int = 0
    delay: float = 0.0

    @classmethod
    def from_json(cls, demand: Json) -> Self:
        """Raises TroubleError. What is left out is no trouble."""
        unknown = sorted(set(demand) - {"drop", "duplicate", "delay"})
        if unknown:
            raise TroubleError(f"unknown property {unknown[0]!r}: extend event_grid/trouble.py")
        for name, value in demand.items():
            kinds = (int, float) if name == "delay" else (int,)
            if isinstance(value, bool) or not isinstance(value, kinds) or value < 0:
                raise TroubleError(f"{name}: {value!r} is no number of zero or more")
        return cls(**demand)

    def copies(self) -> int:
        """How often the next event is delivered."""
        if self.drop > 0:
            self.drop -= 1
            return 0
        if self.duplicate > 0:
            self.duplicate -= 1
            return 2
        return 1
