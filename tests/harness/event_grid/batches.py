"""Which events travel together?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.harness.event_grid.parcels import Cargo, text_of


@dataclass(frozen=True, slots=True)
class Batching:
    """Output batching: off by default. Source: delivery-and-retry.md and the ARM swagger for the ranges."""

    max_events: int = 1
    preferred_kilobytes: int = 64

    def __post_init__(self) -> None:
        if not 1 <= self.max_events <= 5000:
            raise ValueError(f"maxEventsPerBatch must be 1 to 5000, not {self.max_events}")
        if not 1 <= self.preferred_kilobytes <= 1024:
            raise ValueError(
                f"preferredBatchSizeInKilobytes must be 1 to 1024, not {self.preferred_kilobytes}"
            )

    def split(self, cargos: Sequence[Cargo]) -> Iterator[tuple[Cargo, ...]]:
        """In order; an event that is larger than a batch goes alone, and so does what is no event."""
        batch: list[Cargo] = []
        size = 0
        for cargo in cargos:
            length = len(text_of(cargo).encode())
            if batch and not self._has_room(batch, size + length, cargo):
                yield tuple(batch)
                batch, size = [], 0
            batch.append(cargo)
            size += length
        if batch:
            yield tuple(batch)

    def _has_room(self, batch: Sequence[Cargo], size: int, cargo: Cargo) -> bool:
        events = not isinstance(cargo, str) and not isinstance(batch[-1], str)
        return events and len(batch) < self.max_events and size <= self.preferred_kilobytes * 1024
