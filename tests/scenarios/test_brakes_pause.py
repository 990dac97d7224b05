"""Latch is paused: it looks and tells, and changes nothing at all."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness.lab import Lab, Plan
from tests.harness.people import Person
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import Story


@pytest.fixture(scope="module")
async def lab(policy: Path) -> AsyncIterator[Lab]:
    async with Lab(Plan(policy=policy, settings={**NEVER, "LATCH_PAUSE": "on"})) as lab:
        yield lab


async def test_a_paused_latch_tells_and_changes_nothing(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-paused")

    await robin.opens(story.id)
    await lab.settled()

    assert [] == story.writes
    assert ["Held"] == story.told
    [alert] = story.alerts
    assert {"PAUSED"} == {drift["withheld"] for drift in alert["data"]["drifts"]}
    assert "critical" == alert["data"]["severity"]
    assert "open to the internet now" in alert["data"]["headline"]
