"""The long runs, by hand: `python -m tests.faults matrix`, `kills` or `chaos`."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.faults.chaos import Chaos
from tests.faults.kills import calls_of_a_pass, die
from tests.faults.matrix import Outcome, fault_lab, run
from tests.faults.table import document
from tests.faults.troubles import Target, cells
from tests.scenarios import policies

DOCUMENT = Path(__file__).parents[2] / "docs" / "faults.md"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    runs = parser.add_subparsers(required=True)
    matrix = runs.add_parser("matrix", help="every cell, and docs/faults.md")
    matrix.add_argument("--only", choices=[target.value for target in Target], action="append")
    matrix.set_defaults(run=_matrix)
    kills = runs.add_parser("kills", help="a death at every call of a pass")
    kills.add_argument("--every", type=int, default=1, help="at every Nth call alone")
    kills.set_defaults(run=_kills)
    chaos = runs.add_parser("chaos", help="random trouble by a seed")
    chaos.add_argument("--seed", type=int, required=True)
    chaos.add_argument("--accounts", type=int, default=12)
    chaos.add_argument("--steps", type=int, default=40)
    chaos.set_defaults(run=_chaos)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="latch-faults-") as folder:
        is_clean: bool = asyncio.run(asked.run(policies.written(Path(folder)), asked))
    return 0 if is_clean else 1


async def _matrix(policy: Path, asked: argparse.Namespace) -> bool:
    """A target has a lab of its own: what one leaves behind troubles no other. Part of a matrix is no document."""
    outcomes: list[Outcome] = []
    for target in Target:
        if asked.only and target.value not in asked.only:
            continue
        async with fault_lab(policy) as lab:
            found = await run(lab, [cell for cell in cells() if cell.target is target])
        for outcome in found:
            cell, told = outcome.cell, ", ".join(outcome.told)
            _say(f"{cell.target:12}{cell.trouble:22}{cell.span:9}{outcome.word:30}{told}")
            for fault in outcome.faults:
                _say(f"  {fault}")
        outcomes += found
    if not asked.only:
        DOCUMENT.write_text(document(outcomes), "utf-8")
    return all(outcome.is_harmless for outcome in outcomes)


async def _kills(policy: Path, asked: argparse.Namespace) -> bool:
    """A death changes how many calls there are, so they are counted first, when nobody dies."""
    is_clean = True
    async with fault_lab(policy) as lab:
        calls = await calls_of_a_pass(lab)
        for number in range(1, calls + 1, asked.every):
            for lost in (False, True):
                death = await die(lab, number, lost=lost)
                how = "lost" if lost else "served"
                _say(f"{number:4} {how:7}{', '.join(death.told):30}{death.call[:60]}")
                for fault in death.faults:
                    _say(f"  {fault}")
                is_clean = is_clean and death.is_harmless
    return is_clean


async def _chaos(policy: Path, asked: argparse.Namespace) -> bool:
    async with fault_lab(policy) as lab:
        ran = await Chaos(lab, asked.seed, asked.accounts).go(asked.steps)
    for line in [*ran.deeds, *(f"FAULT {fault}" for fault in ran.faults)] if ran.faults else []:
        _say(line)
    _say(f"seed {ran.seed}: {ran.writes} writes, {ran.told} alerts, {len(ran.faults)} faults")
    return not ran.faults


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
