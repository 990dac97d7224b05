"""Nobody took the event, for longer than Event Grid tries: the next sweep reads it back, and knows who it was."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness.credentials import LabCredential
from tests.harness.lab import SYSTEM, Lab, Plan
from tests.harness.people import Person
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import Story


@pytest.fixture(scope="module")
async def lab(policy: Path) -> AsyncIterator[Lab]:
    async with Lab(Plan(policy=policy, settings=NEVER)) as lab:
        yield lab


@pytest.fixture
async def given_up(lab: Lab, robin: Person) -> Story:
    """An account that was opened while every delivery failed, two days ago."""
    story = Story.private(lab, "aoai-given-up")
    lab.weather.add({"door": "delivery", "status": 503})
    await robin.opens(story.id)
    await lab.grid.let_pass(2 * 86_400)
    lab.weather.clear()
    return story


async def letters(lab: Lab) -> list[str]:
    container = "dead-letters"
    url = f"{lab.azurite.blob_url}/{container}?restype=container&comp=list"
    token = await LabCredential(lab.tokens, SYSTEM).get_token("https://storage.azure.com/.default")
    headers = {"Authorization": f"Bearer {token.token}", "x-ms-version": "2021-12-02"}
    async with lab.http.get(url, headers=headers) as answer:
        text = await answer.text()
    return [part.partition("</Name>")[0] for part in text.split("<Name>")[1:]]


async def test_the_sweep_reads_what_event_grid_gave_up_on(lab: Lab, given_up: Story) -> None:
    kept = await letters(lab)
    assert len(kept) == 1
    assert kept[0].startswith("LATCH-EVENTS-LAB/")

    await lab.swept()

    assert await letters(lab) == []
    told = [a for a in lab.sink.alerts() if given_up.id in json.dumps(a.event)]
    assert told
    assert any("Robin Example" in a.event["data"]["headline"] for a in told)
