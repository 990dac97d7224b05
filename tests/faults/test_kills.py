"""The worker dies at one of its calls: what it had begun is finished by the next one, and people are told.

Some moments of the story; `python -m tests.faults kills` dies at every one.
"""

import pytest

from tests.faults.kills import die
from tests.faults.lab import FaultLab


@pytest.mark.parametrize(
    ("number", "lost"),
    [
        pytest.param(1, True, id="at the first look"),
        pytest.param(10, False, id="while it closes"),
        pytest.param(60, True, id="in the middle of a pass"),
        pytest.param(110, False, id="late in the story"),
    ],
)
async def test_a_death_at_any_call_loses_nothing(lab: FaultLab, number: int, *, lost: bool) -> None:
    death = await die(lab, number, lost=lost)

    assert death.call
    assert () == death.faults
