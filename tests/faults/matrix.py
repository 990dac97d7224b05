"""What becomes of an account when one thing fails? Every cell of the matrix, run and judged.

A person opens the account and deletes its endpoint while the fault is there. Then Latch does what it can; then the
fault ends; then the sweep comes. Who put things right, and who was told, is the outcome of the cell.
"""

import json
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import batched
from pathlib import Path

from tests.faults.lab import FaultLab
from tests.faults.troubles import GLOBAL, Cell, Target, strike
from tests.harness.lab import Plan
from tests.harness.world import Json, Switches
from tests.harness.worlds import ZONES
from tests.scenarios.conftest import IMPATIENT, NEVER
from tests.scenarios.story import Story

ABREAST = 24
_WITHIN = 600.0
# How long a lasting fault lasts, by the lab's clock: longer than any Retry-After, and than Latch has patience here.
LASTS = 900.0
_DAY = 86_400
# Told of an account that Latch could not put right by itself.
_CRIES = {"Stalled", "GaveUp"}


class Cure(StrEnum):
    """Who put things right."""

    ITSELF = "by itself"
    RETRY = "by the retry"
    SWEEP = "by the sweep"
    NOBODY = "LOST"


@dataclass(slots=True)
class Outcome:
    """What became of one cell."""

    cell: Cell
    cure: Cure = Cure.NOBODY
    told: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def cried(self) -> bool:
        """Whether a person was told that Latch could not do it."""
        return bool(_CRIES & set(self.told))

    @property
    def is_harmless(self) -> bool:
        """Neither lost, nor silently wrong."""
        return self.cure is not Cure.NOBODY and not self.faults

    @property
    def word(self) -> str:
        return f"{self.cure}, told a person" if self.cried else str(self.cure)


def plan(policy: Path) -> Plan:
    """No sweep comes by itself: who helped, is the question."""
    return Plan(
        policy=policy,
        switches=Switches(connection_reject_seconds=0),
        settings=NEVER | IMPATIENT,
    )


def fault_lab(policy: Path) -> AbstractAsyncContextManager[FaultLab]:
    return FaultLab(plan(policy))


async def run(lab: FaultLab, cells: Sequence[Cell]) -> list[Outcome]:
    """The outcome of each cell; those that concern one account alone happen at once."""
    own = [cell for cell in cells if cell.target not in GLOBAL]
    shared = [cell for cell in cells if cell.target in GLOBAL]
    groups = [*batched(own, ABREAST, strict=False), *((cell,) for cell in shared)]
    return [outcome for group in groups for outcome in await _together(lab, group)]


async def _together(lab: FaultLab, cells: Sequence[Cell]) -> list[Outcome]:
    if any(cell.target is Target.TOKEN for cell in cells):
        await lab.clock.advance(_DAY)  # the worker keeps a token for that long
    robin = lab.person("Robin Example")
    stories = [Story.private(lab, cell.name) for cell in cells]
    outcomes = [Outcome(cell) for cell in cells]
    for cell, story in zip(cells, stories, strict=True):
        strike(lab, story, cell)
        await robin.opens(story.id)
        await robin.delete(story.endpoint_id)
    await lab.settled(_WITHIN, LASTS)
    await _judge(outcomes, stories, Cure.ITSELF)
    lab.clear()
    await lab.settled(_WITHIN)
    await _judge(outcomes, stories, Cure.RETRY)
    await lab.clock.advance(_HOUR)
    await lab.swept()
    await _judge(outcomes, stories, Cure.SWEEP)
    for outcome, story in zip(outcomes, stories, strict=True):
        outcome.told = story.told
        outcome.faults = repetitions(story)
    outcomes[0].faults += foreign_writes(stories)
    return outcomes


# An alert that was not delivered for some minutes is asked for again by the sweep.
_HOUR = 3600


async def _judge(outcomes: Sequence[Outcome], stories: Sequence[Story], cure: Cure) -> None:
    """Done is what is private, and told: one without the other is not."""
    for outcome, story in zip(outcomes, stories, strict=True):
        if outcome.cure is Cure.NOBODY and story.told and await is_private(story):
            outcome.cure = cure


async def is_private(story: Story) -> bool:
    """The witness needs an endpoint to compare with."""
    return story.lab.world.get(story.endpoint_id) is not None and await story.is_private()


def repetitions(story: Story) -> list[str]:
    """One thing told under two names: nobody could tell that it is the same."""
    seen: dict[str, str] = {}
    return [
        f"told under two ids: {alert['type']}"
        for alert in story.alerts
        if seen.setdefault(said_by(alert), alert["id"]) != alert["id"]
    ]


def foreign_writes(stories: Sequence[Story]) -> list[str]:
    """Writes since the first story began that are beside all of them."""
    first, *others = stories
    own = [each for story in others for each in (story.id, story.endpoint_id, *records_of(story))]
    return first.strays(*own)


def records_of(story: Story) -> list[str]:
    return [story.record_id(zone) for zone in ZONES]


def said_by(alert: Json) -> str:
    """What an alert says, whenever it says it."""
    data = alert["data"]
    kept = {name: data.get(name) for name in ("drifts", "results", "incident", "message")}
    return json.dumps([alert["type"], kept], sort_keys=True)
