"""What does Event Grid do wrong on demand? Late, twice, in another order, or (which it never promised) not at all."""

import random
from dataclasses import dataclass, field
from typing import Self

from tests.harness.world import Json

_WHOLE = frozenset({"drop", "duplicate", "reorder", "seed"})
_SECONDS = frozenset({"delay", "jitter"})
_FLAGS = frozenset({"outage"})


class TroubleError(ValueError):
    """A demand that the lab does not understand."""


@dataclass(slots=True)
class Trouble:
    """In force until another takes its place.

    The next `drop` events are lost, the next `duplicate` come twice, the next `reorder` come in reverse.
    Every event comes `delay` seconds late, every retry up to `jitter` seconds, drawn by `seed`.
    In an `outage` nothing is published.
    """

    drop: int = 0
    duplicate: int = 0
    delay: float = 0.0
    reorder: int = 0
    jitter: float = 0.0
    seed: int = 0
    outage: bool = False
    _random: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - repeatable, and no secret

    @classmethod
    def from_json(cls, demand: Json) -> Self:
        """Raises TroubleError. What is left out is no trouble."""
        unknown = sorted(set(demand) - _WHOLE - _SECONDS - _FLAGS)
        if unknown:
            raise TroubleError(f"unknown property {unknown[0]!r}: extend event_grid/trouble.py")
        for name, value in demand.items():
            _check(name, value)
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

    def lateness(self) -> float:
        """Seconds that the next retry is late. delivery-and-retry.md tells of some randomness, without a number."""
        return self._random.uniform(0, self.jitter)


def _check(name: str, value: object) -> None:
    if name in _FLAGS:
        if not isinstance(value, bool):
            raise TroubleError(f"{name}: {value!r} is neither true nor false")
        return
    kinds = int if name in _WHOLE else int | float
    if isinstance(value, bool) or not isinstance(value, kinds) or value < 0:
        raise TroubleError(f"{name}: {value!r} is no number of zero or more")
