"""How many cells of the fault matrix are lost, and in how many is something wrong that nobody was told of?

The outcomes themselves are printed, and written to docs/faults.md.
"""

import tempfile
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.faults.matrix import Cure
from tests.faults.whole import matrix
from tests.scenarios import policies


async def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="latch-faults-") as folder:
        outcomes = await matrix(policies.written(Path(folder)))
    lost = sum(outcome.cure is Cure.NOBODY for outcome in outcomes)
    wrong = sum(bool(outcome.faults) for outcome in outcomes)
    return [
        Figure("fault matrix", len(outcomes), "cells"),
        Figure("fault matrix: lost", lost, "cells", 0),
        Figure("fault matrix: silently wrong", wrong, "cells", 0),
    ]
