"""Latch loses a right, or an event: a person is told once, and the next sweep finds what is left to do."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness.lab import LATCH, Lab, Plan
from tests.harness.people import Person
from tests.harness.worlds import SUBSCRIPTION
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import Story, writes_in

SCOPE = f"/subscriptions/{SUBSCRIPTION}"
ROLES = ("Latch lockdown", "Latch network")


@pytest.fixture(scope="module")
async def module_lab(policy: Path) -> AsyncIterator[Lab]:
    async with Lab(Plan(policy=policy, settings=NEVER)) as lab:
        yield lab


@pytest.fixture
async def lab(module_lab: Lab) -> AsyncIterator[Lab]:
    """Every right is there again when a story is over."""
    yield module_lab
    for role in ROLES:
        module_lab.roles.remove(LATCH.object_id, role, SCOPE)
        module_lab.roles.assign(LATCH.object_id, role, SCOPE)


async def test_without_its_network_role_latch_closes_and_tells_a_person_once(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-without-network-role")
    await story.rechecked()
    lab.roles.remove(LATCH.object_id, "Latch network", SCOPE)

    await robin.delete(story.endpoint_id)
    await robin.opens(story.id)
    await lab.settled()

    assert "Disabled" == story.account["publicNetworkAccess"]
    assert 1 == story.told.count("Stalled")
    stalled = next(a for a in story.alerts if a["type"].endswith("Stalled"))
    assert "Microsoft.Network/" in stalled["data"]["headline"]


async def test_when_the_role_returns_a_sweep_restores(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-role-returns")
    await story.rechecked()
    lab.roles.remove(LATCH.object_id, "Latch network", SCOPE)
    await robin.delete(story.endpoint_id)
    await lab.settled()
    assert ["Stalled"] == story.told

    lab.roles.assign(LATCH.object_id, "Latch network", SCOPE)
    await lab.swept()

    assert ["Restored", "Stalled"] == story.told
    assert await story.is_private()


async def test_an_obstacle_that_stays_is_told_once_however_often_latch_looks(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-obstacle-stays")
    await story.rechecked()
    lab.roles.remove(LATCH.object_id, "Latch network", SCOPE)
    await robin.delete(story.record_id())
    await lab.settled()

    await lab.swept()
    await lab.swept()

    assert ["Stalled"] == story.told


async def test_without_any_right_latch_does_not_loop(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-blind")
    for role in ROLES:
        lab.roles.remove(LATCH.object_id, role, SCOPE)

    await robin.opens(story.id)
    await lab.settled()

    assert ["GET accounts: AuthorizationFailed"] * 2 == story.calls
    assert ["Stalled"] == story.told


async def test_what_no_event_told_is_found_by_a_sweep(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-event-lost")
    lab.grid.trouble.drop = 2
    await robin.opens(story.id)
    await robin.delete(story.record_id())
    await lab.settled()
    assert "Enabled" == story.account["publicNetworkAccess"]

    await lab.swept()

    assert ["Restored"] == story.told
    assert "sweep" in story.alerts[0]["data"]["headline"]
    assert await story.is_private()


async def test_a_sweep_of_a_fleet_in_good_order_writes_nothing_and_tells_nobody(
    lab: Lab,
) -> None:
    await lab.swept()
    story = Story.private(lab, "aoai-in-good-order")
    written = len(writes_in(lab))

    await lab.swept()

    assert written == len(writes_in(lab))
    assert [] == story.told
