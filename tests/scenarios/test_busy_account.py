"""Azure is at work on the account when the event arrives: Latch waits, and does it all in the end.

How a busy account refuses is not verified, so the stories are told in each way that was reported.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.harness.lab import Lab, Plan
from tests.harness.world import Switches
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import Story

WAYS = {
    "told early, and endpoint work fails in the end": Switches(
        publish="accepted", busy_account_fails_endpoint="operation", account_lag_seconds=8.0
    ),
    "told early, and writes of a busy account are let in": Switches(
        publish="accepted", busy_account_conflicts=False
    ),
    "the network's view of the account lags for long": Switches(account_lag_seconds=90.0),
}


@dataclass(frozen=True, slots=True)
class Stories:
    """Three accounts, and what happened to each at the same time."""

    opened: Story
    opened_and_cut_off: Story
    brand_new: Story


@pytest.fixture(scope="module", params=list(WAYS.values()), ids=list(WAYS))
async def stories(request: pytest.FixtureRequest, policy: Path) -> AsyncIterator[Stories]:
    async with Lab(Plan(policy=policy, switches=request.param, settings=NEVER)) as lab:
        robin = lab.person("Robin Example")
        stories = Stories(
            Story.private(lab, "aoai-opened"),
            Story.private(lab, "aoai-opened-and-cut-off"),
            Story(lab, "aoai-brand-new"),
        )
        await robin.opens(stories.opened.id)
        await robin.opens(stories.opened_and_cut_off.id)
        await robin.delete(stories.opened_and_cut_off.endpoint_id)
        await robin.creates_public_account(stories.brand_new.id)
        await lab.settled()
        yield stories


async def test_an_opened_account_is_closed(stories: Stories) -> None:
    story = stories.opened

    assert "Disabled" == story.account["publicNetworkAccess"]
    assert story.told in (["Closed"], ["Restored"])
    assert await story.is_private()


async def test_an_account_that_is_opened_and_cut_off_is_closed_and_connected(
    stories: Stories,
) -> None:
    story = stories.opened_and_cut_off

    assert "Restored" in story.told
    assert "Succeeded" == story.endpoint.properties["provisioningState"]
    assert await story.is_private()


async def test_a_new_public_account_is_closed_and_connected(stories: Stories) -> None:
    story = stories.brand_new

    assert "Restored" in story.told
    assert await story.is_private()
