"""Over a whole day of trouble: a second look writes nothing, nothing is ever opened, and nothing is ever deleted."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness.lab import LATCH, Lab, Plan
from tests.harness.people import Person
from tests.harness.physics.types import ACCOUNT
from tests.harness.world import Change, Json
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import OPENAI_ZONE, Story, recheck, writes_in

type Seen = list[tuple[str, str]]


@pytest.fixture(scope="module")
async def lab(policy: Path) -> AsyncIterator[Lab]:
    async with Lab(Plan(policy=policy, settings=NEVER)) as lab:
        yield lab


@pytest.fixture(scope="module")
async def seen(lab: Lab) -> Seen:
    """What became of every account, as the world tells after each change: by whom, and how open it was then."""
    told: Seen = []

    def look(change: Change) -> None:
        found = lab.world.get(change.resource_id)
        if found is not None and found.type == ACCOUNT and change.outcome == "Success":
            told.append((change.caller.name, _access(found.properties)))

    lab.world.watch(look)
    robin = lab.person("Robin Example")
    names = ("aoai-one", "aoai-two", "ais-three-members")
    stories = [Story.private(lab, n, "AIServices" if n[1] == "i" else "OpenAI") for n in names]
    await _broken(robin, stories)
    await lab.settled()
    return told


async def _broken(robin: Person, stories: list[Story]) -> None:
    """Something of everything."""
    first, second, third = stories
    await robin.opens(first.id)
    await robin.delete(first.record_id())
    await robin.delete(second.endpoint_id)
    await robin.opens(third.id)
    await robin.points(third.zone_id(OPENAI_ZONE), third.name, "10.99.0.4")
    await robin.delete(f"{third.endpoint_id}/privateDnsZoneGroups/default")


def _access(properties: Json) -> str:
    return f"{properties['publicNetworkAccess']}, {properties['networkAcls']['defaultAction']}"


async def test_the_second_pass_writes_nothing(lab: Lab, seen: Seen) -> None:
    assert seen
    written = len(writes_in(lab))

    for name in ("aoai-one", "aoai-two", "ais-three-members"):
        status, report = await recheck(lab, {"account": Story(lab, name).id, "mode": "enforce"})
        assert (200, "converged") == (status, report["verdict"])
    await lab.swept()

    assert written == len(writes_in(lab))


async def test_nothing_is_ever_deleted(lab: Lab, seen: Seen) -> None:
    assert seen
    assert {"PATCH", "PUT"} == {write.split(" ")[0] for write in writes_in(lab)}


async def test_latch_leaves_every_account_closed_that_it_touches(seen: Seen) -> None:
    by_latch = {access for caller, access in seen if caller == LATCH.name}

    assert {"Disabled, Deny"} == by_latch


async def test_all_is_private_in_the_end(lab: Lab, seen: Seen) -> None:
    assert seen
    stories = [Story(lab, name) for name in ("aoai-one", "aoai-two", "ais-three-members")]

    assert [True, True, True] == [await story.is_private() for story in stories]
