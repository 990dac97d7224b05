"""Nothing that opens anything is ever written down; nor is who did it, where the policy of the house forbids that."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.faults.secrets import keys_of, leaks, produced, traces_of
from tests.harness.lab import LATCH, Lab, Plan
from tests.harness.people import Person
from tests.scenarios.conftest import IMPATIENT, NEVER
from tests.scenarios.story import Story, queue, recheck

DROP = {"LATCH_PERSONAL_DATA": "drop"}


@pytest.fixture(scope="module")
async def lab(policy: Path) -> AsyncIterator[Lab]:
    async with Lab(Plan(policy=policy, settings=NEVER | IMPATIENT | DROP)) as lab:
        yield lab


@pytest.fixture(scope="module")
async def texts(lab: Lab) -> dict[str, str]:
    """Everything that a lab has produced in which much happened, and much went wrong."""
    robin = lab.person("Robin Example")
    stories = [Story.private(lab, f"aoai-secret-{number}") for number in range(2)]
    lab.weather.add({"principal": LATCH.name, "method": "PATCH", "status": 403, "count": 1})
    lab.weather.add({"principal": LATCH.name, "method": "PUT", "malformed": True, "count": 1})
    lab.weather.add({"door": "identity", "status": 500, "count": 1})
    for story in stories:
        await robin.opens(story.id)
        await robin.delete(story.endpoint_id)
    await lab.settled(300)
    lab.weather.clear()
    async with queue(lab, "latch-events") as events:
        await events.send_message('{"claims": {"name": "Robin Example"}, "data": 7}')
    await recheck(lab, {"account": stories[0].id, "mode": "enforce"})
    await recheck(lab, {"account": stories[0].id}, key="guessed")
    await lab.swept()
    return dict(await produced(lab))


async def test_everything_was_looked_at(texts: dict[str, str]) -> None:
    assert {"the worker's log", "the alerts", "the journal", "table LatchLedger"} <= texts.keys()
    assert "aoai-secret-0" in texts["the alerts"]
    assert "aoai-secret-0" in texts["table LatchLedger"]


async def test_no_key_and_no_token_is_found_anywhere(lab: Lab, texts: dict[str, str]) -> None:
    assert [] == leaks(texts, keys_of(lab))


async def test_no_trace_of_a_person_is_found_where_personal_data_is_dropped(
    texts: dict[str, str], robin: Person
) -> None:
    """The journal is Azure's own, and names everybody."""
    kept = {where: text for where, text in texts.items() if where != "the journal"}

    assert [] == leaks(kept, traces_of(robin))
