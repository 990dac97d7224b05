"""Everything that is measured, in one run: printed, and written down in docs/benchmarks.md.

Run: python -m tests.benchmarks [fast|storm|sweep|faults ...]; without a name, all of them.
"""

import asyncio
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks import fast_lane, faults, storm, sweep
from tests.benchmarks.figures import Figure

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def _swept() -> list[Figure]:
    numbers = sweep.measured(sweep.ACCOUNTS)
    budgets = {"seconds": sweep.MOST_SECONDS, "peak MiB": sweep.MOST_MIB}
    return [
        Figure(f"sweep of {sweep.ACCOUNTS} clean accounts: {name}", number, "", budgets.get(name))
        for name, number in numbers.items()
        if not name.startswith("budget")
    ]


MEASURED: dict[str, Callable[[], list[Figure]]] = {
    "fast": lambda: asyncio.run(fast_lane.measure()),
    "storm": lambda: asyncio.run(storm.measure()),
    "sweep": _swept,
    "faults": lambda: asyncio.run(faults.measure()),
}


def main(names: list[str]) -> int:
    """1 when a budget is exceeded."""
    unknown = sorted(set(names) - set(MEASURED))
    if unknown:
        raise SystemExit(f"unknown: {', '.join(unknown)}; known are {', '.join(MEASURED)}")
    figures = [figure for name in names or MEASURED for figure in MEASURED[name]()]
    Console().print(_table(figures))
    if not names:
        PAGE.write_text(_page(figures), "utf-8")
    return 0 if all(figure.holds for figure in figures) else 1


def _table(figures: list[Figure]) -> Table:
    table = Table("measured", "value", "unit", "budget", "")
    for figure in figures:
        mark = "[green]holds[/]" if figure.holds else "[red]exceeded[/]"
        table.add_row(
            figure.what,
            f"{figure.value:,.2f}",
            figure.unit,
            _budget(figure),
            "" if figure.budget is None else mark,
        )
    return table


def _page(figures: list[Figure]) -> str:
    rows = [
        f"| {each.what} | {each.value:,.2f} {each.unit} | {_budget(each)} | "
        f"{'' if each.budget is None else 'holds' if each.holds else 'exceeded'} |"
        for each in figures
    ]
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, lab and product on one machine"
    return "\n".join(
        [
            "<!-- Written by `make bench`. -->",
            "",
            "# Benchmarks",
            "",
            f"Measured on {machine}. ARM is the lab's emulator, so what counts are ratios and what is Latch's own.",
            "",
            "| measured | value | budget | |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _budget(figure: Figure) -> str:
    if figure.budget is None:
        return ""
    return f"{'at least' if figure.at_least else 'at most'} {figure.budget:g} {figure.unit}".strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
