"""Azurite for the whole session; for each test it is empty at the start."""

from collections.abc import AsyncIterator

import pytest

from tests.contract.storage import HandClock, Storage
from tests.harness.azurite import Azurite
from tests.harness.certificates import Authority
from tests.harness.clock import LabClock


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
async def running(authority: Authority) -> AsyncIterator[tuple[Azurite, LabClock]]:
    clock = LabClock()
    async with Azurite(authority, clock) as azurite:
        yield azurite, clock
    clock.close()


@pytest.fixture
async def storage(
    running: tuple[Azurite, LabClock], authority: Authority
) -> AsyncIterator[Storage]:
    azurite, clock = running
    storage = Storage(azurite, authority, clock)
    yield storage
    await storage.empty()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()
