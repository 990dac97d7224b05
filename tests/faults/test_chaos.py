"""Random people, drifts, weather, deaths and lost events: when it is calm again, everything is right and was told.

Two short runs; `python -m tests.faults chaos --seed N` makes longer ones.
"""

import pytest

from tests.faults.chaos import Chaos
from tests.faults.lab import FaultLab


@pytest.mark.parametrize("seed", [1, 2])
async def test_after_any_chaos_everything_is_private_and_told(lab: FaultLab, seed: int) -> None:
    ran = await Chaos(lab, seed, accounts=4).go(steps=16)

    assert [] == ran.faults, "\n".join(ran.deeds)
