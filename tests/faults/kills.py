"""What if the worker dies at any moment? It is killed when its Nth call arrives at a door, for every N.

The call of a dead worker may have been served, or may have been lost on the way: both are tried.
"""

import asyncio
from dataclasses import dataclass

from tests.faults.lab import FaultLab
from tests.faults.matrix import foreign_writes, is_private, repetitions
from tests.harness.weather import Rule, Sighting
from tests.scenarios.story import Story

_WITHIN = 300.0


@dataclass(frozen=True, slots=True)
class Death:
    """The worker dies at its Nth call, which is `lost` or not; `call` is empty when there were fewer calls."""

    number: int
    lost: bool
    call: str
    told: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def is_harmless(self) -> bool:
        return not self.faults


class Assassin:
    """Watches the calls of the worker, and kills it once."""

    def __init__(self, lab: FaultLab, number: int, *, lost: bool) -> None:
        self._lab = lab
        self._number = number
        self._lost = lost
        self.calls = 0
        self.call = ""

    def __call__(self, sighting: Sighting) -> Rule | None:
        self.calls += 1
        if self.calls != self._number or self._lab.host is None:
            return None
        self.call = f"{sighting.door} {sighting.method} {sighting.id}".strip()
        self._lab.host.kill_worker()
        return Rule(reset=True) if self._lost else None


async def calls_of_a_pass(lab: FaultLab) -> int:
    """How many calls there are from the event until all is told, when nobody dies."""
    assassin = Assassin(lab, 0, lost=False)
    await _suffer(lab, Story.private(lab, "aoai-nobody-dies"), assassin)
    return assassin.calls


async def die(lab: FaultLab, number: int, *, lost: bool) -> Death:
    """One death, and what came of it."""
    how = "lost" if lost else "served"
    story = Story.private(lab, f"aoai-dies-at-{number}-{how}")
    assassin = Assassin(lab, number, lost=lost)
    await _suffer(lab, story, assassin)
    faults = [*repetitions(story), *foreign_writes([story])]
    if not await is_private(story):
        faults.append("not private")
    if not story.told:
        faults.append("nobody was told")
    return Death(number, lost, assassin.call, tuple(story.told), tuple(faults))


async def _suffer(lab: FaultLab, story: Story, assassin: Assassin) -> None:
    """Settling must be there to move the clock while the next worker begins."""
    robin = lab.person("Robin Example")
    lab.weather.watcher = assassin
    await robin.opens(story.id)
    await robin.delete(story.endpoint_id)
    await asyncio.create_task(lab.settled(_WITHIN))
    lab.clear()
    await lab.settled(_WITHIN)
