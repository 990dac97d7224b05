"""One thing fails while an account is opened and its endpoint deleted: it is put right and told all the same.

A part of the matrix of `tests/faults`; `python -m tests.faults matrix` runs the whole of it.
"""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from tests.faults.lab import FaultLab
from tests.faults.matrix import Outcome, fault_lab, run
from tests.faults.troubles import FAILS, Cell, Span, Target
from tests.harness.lab import LATCH
from tests.harness.people import Person
from tests.harness.weather import Rule
from tests.scenarios.story import Story

_LONGER_THAN_FIVE_TRIES = 180.0

CELLS = (
    Cell(Target.GET, "401", Span.BRIEF),
    Cell(Target.GET, "404", Span.BRIEF),
    Cell(Target.GET, "malformed body", Span.BRIEF),
    Cell(Target.PATCH, "timeout", Span.BRIEF),
    Cell(Target.PATCH, "412", Span.BRIEF),
    Cell(Target.PATCH, FAILS, Span.BRIEF),
    Cell(Target.PUT, "403", Span.BRIEF),
    Cell(Target.PUT, "429 for 60 s", Span.BRIEF),
    Cell(Target.PUT, FAILS, Span.BRIEF),
    Cell(Target.LIST, "500", Span.BRIEF),
    Cell(Target.TABLE, "reset", Span.BRIEF),
    Cell(Target.TABLE, "409", Span.BRIEF),
    Cell(Target.QUEUE, "503", Span.BRIEF),
    Cell(Target.QUEUE, "malformed body", Span.BRIEF),
    Cell(Target.TOKEN, "503", Span.BRIEF),
    Cell(Target.ALERT, "400", Span.BRIEF),
)


@pytest.fixture(scope="module")
async def lab(policy: Path) -> AsyncIterator[FaultLab]:
    async with fault_lab(policy) as lab:
        yield lab


@pytest.fixture
async def ready(lab: FaultLab) -> FaultLab:
    """Fine weather, and no cells under way."""
    lab.clear()
    return lab


@pytest.fixture(scope="module")
async def outcomes(lab: FaultLab) -> Mapping[Cell, Outcome]:
    return {outcome.cell: outcome for outcome in await run(lab, CELLS)}


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name.removeprefix("aoai-fault-"))
async def test_whatever_fails_the_account_is_private_and_somebody_was_told(
    outcomes: Mapping[Cell, Outcome], cell: Cell
) -> None:
    outcome = outcomes[cell]

    assert outcome.is_harmless, f"{outcome.word}: {outcome.told} {outcome.faults}"


@pytest.mark.parametrize("status", [400, 403])
@pytest.mark.parametrize(
    ("closer", "refused"), [("event", 0), ("request", 1)], ids=["by the event", "by the request"]
)
async def test_what_was_closed_is_told_however_long_the_tables_refuse(
    ready: FaultLab, robin: Person, status: int, closer: str, refused: int
) -> None:
    """Longer than the host gives a message again. The account stays closed, so no later pass would tell it."""
    story = Story.private(ready, f"aoai-untold-{closer}-{status}")
    ready.weather.rules += [
        Rule(door="table", type=story.name, principal=LATCH.name, status=status),
        Rule(method="PATCH", id=story.id, principal=LATCH.name, status=409, count=refused),
    ]
    await robin.opens(story.id)
    await ready.settled(at_most=_LONGER_THAN_FIVE_TRIES)
    assert [] == story.told

    ready.clear()
    await ready.settled()

    assert await story.is_private()
    assert ["Closed"] == story.told
