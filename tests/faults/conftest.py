"""One lab for all short runs here: what becomes of one account concerns no other."""

from collections.abc import AsyncIterator

import pytest

from tests.faults.lab import FaultLab
from tests.faults.matrix import fault_lab
from tests.scenarios import policies


@pytest.fixture(scope="session")
async def lab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FaultLab]:
    async with fault_lab(policies.written(tmp_path_factory.mktemp("policy"))) as lab:
        yield lab
