"""What has the whole matrix come to? It is run target by target, printed, and written to docs/faults.md."""

import sys
from collections.abc import Collection, Sequence
from pathlib import Path

from tests.faults.matrix import Outcome, fault_lab, run
from tests.faults.table import document, read
from tests.faults.troubles import Target, cells

DOCUMENT = Path(__file__).parents[2] / "docs" / "faults.md"


async def matrix(policy: Path, only: Collection[str] = ()) -> Sequence[Outcome]:
    """What is not run this time stays written as it is."""
    targets = [target for target in Target if not only or target.value in only]
    outcomes = [each for target in targets for each in await _target(policy, target)]
    known = read(DOCUMENT.read_text("utf-8")) if only else {}
    found = {outcome.cell: outcome.word for outcome in outcomes}
    DOCUMENT.write_text(document({**known, **found}), "utf-8")
    return outcomes


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def _target(policy: Path, target: Target) -> Sequence[Outcome]:
    """In a lab of its own: what one leaves behind troubles no other."""
    async with fault_lab(policy) as lab:
        found = await run(lab, [cell for cell in cells() if cell.target is target])
    for outcome in found:
        cell, told = outcome.cell, ", ".join(outcome.told)
        say(f"{cell.target:12}{cell.trouble:22}{cell.span:9}{outcome.word:30}{told}")
        for fault in outcome.faults:
            say(f"  {fault}")
    return found
