"""The long runs, by hand: `python -m tests.faults matrix`, `kills` or `chaos`."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.faults.chaos import Chaos
from tests.faults.kills import calls_of_a_pass, die
from tests.faults.lab import FaultLab
from tests.faults.matrix import fault_lab
from tests.faults.troubles import Target
from tests.faults.whole import matrix, say
from tests.scenarios import policies


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    runs = parser.add_subparsers(required=True)
    cells = runs.add_parser("matrix", help="every cell, and docs/faults.md")
    cells.add_argument("--only", choices=[target.value for target in Target], action="append")
    cells.set_defaults(run=_matrix)
    kills = runs.add_parser("kills", help="a death at every call of a pass")
    kills.add_argument("--every", type=int, default=1, help="at every Nth call alone")
    kills.set_defaults(run=_kills)
    chaos = runs.add_parser("chaos", help="random trouble by a seed")
    chaos.add_argument("--seed", type=int, default=1)
    chaos.add_argument("--to", type=int, help="and every seed up to this one")
    chaos.add_argument("--accounts", type=int, default=12)
    chaos.add_argument("--steps", type=int, default=40)
    chaos.set_defaults(run=_chaos)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="latch-faults-") as folder:
        is_clean: bool = asyncio.run(asked.run(policies.written(Path(folder)), asked))
    return 0 if is_clean else 1


async def _matrix(policy: Path, asked: argparse.Namespace) -> bool:
    outcomes = await matrix(policy, asked.only or ())
    return all(outcome.is_harmless for outcome in outcomes)


async def _kills(policy: Path, asked: argparse.Namespace) -> bool:
    """A death changes how many calls there are, so they are counted first, when nobody dies."""
    async with fault_lab(policy) as lab:
        calls = await calls_of_a_pass(lab)
        points = [(n, lost) for n in range(1, calls + 1, asked.every) for lost in (False, True)]
        harmless = [await _death(lab, number, lost=lost) for number, lost in points]
    say(f"{calls} calls: {len(points)} deaths, {harmless.count(False)} of them did harm")
    return all(harmless)


async def _death(lab: FaultLab, number: int, *, lost: bool) -> bool:
    death = await die(lab, number, lost=lost)
    how = "lost" if lost else "served"
    say(f"{number:4} {how:7}{', '.join(death.told):30}{death.call[:60]}")
    for fault in death.faults:
        say(f"  {fault}")
    return death.is_harmless


async def _chaos(policy: Path, asked: argparse.Namespace) -> bool:
    """A seed has a lab of its own, so it goes the same way whatever was run before it."""
    seeds = range(asked.seed, (asked.to or asked.seed) + 1)
    return all([await _seed(policy, seed, asked) for seed in seeds])


async def _seed(policy: Path, seed: int, asked: argparse.Namespace) -> bool:
    async with fault_lab(policy) as lab:
        ran = await Chaos(lab, seed, asked.accounts).go(asked.steps)
    for line in [*ran.deeds, *(f"FAULT {fault}" for fault in ran.faults)] if ran.faults else []:
        say(line)
    say(f"seed {ran.seed}: {ran.writes} writes, {ran.told} alerts, {len(ran.faults)} faults")
    return not ran.faults


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
