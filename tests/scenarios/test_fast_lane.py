"""The FAST lane alone, in an interpreter of its own: what it asks of ARM, and what it loads."""

import asyncio
import base64
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness.lab import REPOSITORY, Lab, Plan
from tests.harness.people import Person
from tests.scenarios.story import Story, queue

HANDLED = """
import asyncio, json, sys
import function_app
asyncio.run(function_app.latch().on_queued_event(sys.stdin.read()))
print(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture(scope="module")
async def lab(policy: Path) -> AsyncIterator[Lab]:
    """Without the app: events stay in the mailbox, and nobody follows up."""
    async with Lab(Plan(policy=policy, functions=False)) as lab:
        yield lab


async def handled(story: Story) -> set[str]:
    """Has a fresh interpreter handle the event about this account; says which modules it loaded."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HANDLED),
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], **story.lab._settings()},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        said, failed = await child.communicate(await event_about(story))
    assert child.returncode == 0, failed.decode()
    return set(json.loads(said))


async def event_about(story: Story) -> bytes:
    """The only event in the mailbox that names the account. Event Grid writes base64."""
    async with queue(story.lab, "latch-events") as events:
        texts = [base64.b64decode(each.content) async for each in events.receive_messages()]
    [text] = [text for text in texts if story.name in text.decode()]
    return text


async def test_an_open_account_costs_two_calls_and_no_network_client(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-opened")
    await robin.opens(story.id)
    await lab.settled()

    loaded = await handled(story)

    assert ["GET accounts", "PATCH accounts"] == story.calls
    assert "Disabled" == story.account["publicNetworkAccess"]
    assert "azure.mgmt.cognitiveservices" in loaded
    assert not {"azure.mgmt.network", "azure.mgmt.privatedns", "azure.storage.blob"} & loaded


async def test_a_closed_account_costs_one_call(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-harmless")
    await robin.patch(story.id, {"tags": {"team": "search"}})
    await lab.settled()

    await handled(story)

    assert ["GET accounts"] == story.calls
