"""The written matrix has every cell, and none is lost: a trouble that is added has to be run."""

from pathlib import Path

import pytest

from tests.faults.matrix import Cure
from tests.faults.table import read
from tests.faults.troubles import Cell, cells

WORDS = read((Path(__file__).parents[2] / "docs" / "faults.md").read_text("utf-8"))


def test_no_other_cells_are_written_than_there_are() -> None:
    assert set(cells()) == set(WORDS)


@pytest.mark.parametrize("cell", cells(), ids=lambda cell: cell.name.removeprefix("aoai-fault-"))
def test_each_cell_has_an_outcome_and_none_is_lost(cell: Cell) -> None:
    word = WORDS.get(cell, "never run: python -m tests.faults matrix")

    assert word.split(",")[0] in set(Cure) - {Cure.NOBODY}
