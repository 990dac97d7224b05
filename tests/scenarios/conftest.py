"""Labs for stories: one that most of them share, and people who change things in it.

A story of the shared lab makes an account of its own, and asserts on that account alone.
"""

from collections.abc import AsyncIterator, Generator
from pathlib import Path

import pytest

from tests.harness.lab import Lab, Plan
from tests.harness.people import Person
from tests.harness.world import Switches
from tests.scenarios import policies

# Sweeps look at every account there is: where a story is not about them, none interferes.
NEVER = {"LATCH_SWEEP_SCHEDULE": "0 0 0 29 feb *"}
IMPATIENT = {"LATCH_RETRY_MINUTES": "10"}


@pytest.fixture(scope="session")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return policies.written(tmp_path_factory.mktemp("policy"))


@pytest.fixture(scope="session")
async def shared_lab(policy: Path) -> AsyncIterator[Lab]:
    # Who rejects a connection waits for the answer; that wait is the story of no test here.
    switches = Switches(connection_reject_seconds=0)
    async with Lab(Plan(policy=policy, switches=switches, settings=NEVER | IMPATIENT)) as lab:
        yield lab


@pytest.fixture
def lab(shared_lab: Lab) -> Lab:
    """Modules that need a lab of their own give this fixture another meaning."""
    return shared_lab


@pytest.fixture
def robin(lab: Lab) -> Person:
    return lab.person("Robin Example")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the worker said stands beside a failure."""
    report = yield
    lab = item.funcargs.get("lab") if report.failed else None
    if isinstance(lab, Lab):
        report.sections.append(("The end of the worker's log", lab.worker_log[-6000:]))
    return report
