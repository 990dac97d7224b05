"""No event comes: what became of a fleet is found by the sweep, and by nothing else."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from remediation.reach import Reach
from tests.harness.event_grid.trouble import Trouble
from tests.harness.lab import LATCH, Lab, Plan
from tests.harness.people import Person
from tests.harness.physics.seeding import CLOSED, Seeding
from tests.harness.physics.types import ZONE_GROUP
from tests.harness.resource_graph.topics import event_subscription, into_queue, system_topic
from tests.harness.worlds import HUB, SUBSCRIPTION
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import Story
from tests.scenarios.sweeping import Sweeper, asked_of_arm

SCOPE = f"/subscriptions/{SUBSCRIPTION}"


@pytest.fixture(scope="module")
async def module_lab(policy: Path) -> AsyncIterator[Lab]:
    """Nothing is ever published, and what is around the accounts is in order."""
    async with Lab(Plan(policy=policy, settings=NEVER)) as lab:
        lab.grid.trouble = Trouble(outage=True)
        yield lab


@pytest.fixture
def lab(module_lab: Lab) -> Lab:
    return module_lab


@pytest.fixture
async def sweeper(lab: Lab) -> AsyncIterator[Sweeper]:
    async with Sweeper(lab) as sweeper:
        yield sweeper
    lab.world.switches.graph_knows_records = True
    lab.weather.clear()


async def test_whatever_happened_without_an_event_is_restored_by_one_sweep(
    lab: Lab, robin: Person, sweeper: Sweeper
) -> None:
    opened, cut, nameless, ungrouped, unlinked = (
        Story.private(lab, f"aoai-{name}")
        for name in ("opened", "cut", "nameless", "ungrouped", "unlinked")
    )
    await sweeper.knows_all()
    await robin.opens(opened.id)
    await robin.delete(cut.endpoint_id)
    await robin.delete(nameless.record_id())
    [group] = lab.world.children(ungrouped.endpoint_id, ZONE_GROUP)
    await robin.delete(group.id)
    await robin.points(unlinked.zone_id(), unlinked.name, "10.20.0.99")
    await lab.settled(600)
    stories = (opened, cut, nameless, ungrouped, unlinked)
    assert not any([await story.is_private() for story in stories])

    await sweeper.sweep()

    assert all([await story.is_private() for story in stories])
    assert {"Restored"} == {told for story in stories for told in story.told}
    assert "sweep" in opened.alerts[0]["data"]["headline"]


async def test_a_fleet_in_good_order_costs_questions_alone(lab: Lab, sweeper: Sweeper) -> None:
    """But for those whose turn it is: here it is nobody's."""
    sweeper.rotation = 10**9
    for number in range(5):
        Story.private(lab, f"aoai-good-{number}")
    await sweeper.knows_all()
    asked = len(lab.world.journal)

    far = await sweeper.sweep()

    assert far is not None
    assert far.looked >= 5
    assert far.asked == 0
    calls = Counter(asked_of_arm(lab, asked))
    assert {"POST resources": 9, "GET eventSubscriptions": 1} == calls
    assert [] == sweeper.spots


async def test_where_the_index_has_no_records_they_are_read_in_turn(
    lab: Lab, robin: Person, sweeper: Sweeper
) -> None:
    story = Story.private(lab, "aoai-in-turn")
    sweeper.rotation = 3
    await sweeper.knows_all()
    lab.world.switches.graph_knows_records = False
    await robin.delete(story.record_id())

    for _ in range(3):
        await sweeper.sweep()

    assert await story.is_private()
    assert ["Restored"] == story.told


async def test_where_the_index_has_records_the_next_sweep_misses_the_one_that_is_gone(
    lab: Lab, robin: Person, sweeper: Sweeper
) -> None:
    story = Story.private(lab, "aoai-missed")
    sweeper.rotation = 10**9
    await sweeper.knows_all()
    await robin.delete(story.record_id())

    await sweeper.sweep()

    assert await story.is_private()


async def test_only_resource_manager_is_believed(lab: Lab, robin: Person, sweeper: Sweeper) -> None:
    """The index still shows the account open; it was closed meanwhile."""
    story = Story.private(lab, "aoai-old-news")
    await sweeper.knows_all()
    await robin.opens(story.id)
    await lab.settled()
    await lab.clock.advance(10)
    lab.arm.graph.index.catch_up()
    lab.weather.add({"door": "graph", "delay": 10_000})
    closed = {"publicNetworkAccess": "Disabled", "networkAcls": CLOSED}
    await robin.patch(story.id, {"properties": closed})
    await lab.settled()
    story.begins()

    await sweeper.sweep()

    assert "GET accounts" in story.calls
    assert [] == story.writes
    assert [] == story.told


async def test_what_the_index_does_not_show_yet_is_found_by_the_next_sweep(
    lab: Lab, robin: Person, sweeper: Sweeper
) -> None:
    story = Story.private(lab, "aoai-late-news")
    await sweeper.knows_all()
    lab.weather.add({"door": "graph", "delay": 10_000})
    await robin.opens(story.id)
    await sweeper.sweep()
    unseen = story.account["publicNetworkAccess"]
    lab.weather.clear()

    await sweeper.sweep()

    assert ("Enabled", "Disabled") == (unseen, story.account["publicNetworkAccess"])


async def test_an_account_that_is_gone_is_looked_for_once(
    lab: Lab, robin: Person, sweeper: Sweeper
) -> None:
    story = Story.private(lab, "aoai-gone")
    await sweeper.knows_all()
    await robin.delete(story.endpoint_id)
    await lab.settled()
    await robin.delete(story.id)
    await lab.settled()
    story.begins()

    await sweeper.sweep()
    await sweeper.sweep()

    assert 1 == story.calls.count("GET accounts: ResourceNotFound")
    assert [] == story.told


async def test_two_workers_that_sweep_at_once_do_the_work_once(
    lab: Lab, robin: Person, sweeper: Sweeper
) -> None:
    story = Story.private(lab, "aoai-two-workers")
    await sweeper.knows_all()
    await robin.opens(story.id)
    await lab.settled()
    await lab.clock.advance(10)
    story.begins()

    ended = await asyncio.gather(*[(await sweeper.worker()).run() for _ in range(2)])
    await lab.settled(600)

    assert 1 == sum(far is not None for far in ended)
    assert 1 == story.writes.count("PATCH accounts")


async def test_a_sweep_that_was_interrupted_goes_on(
    lab: Lab, robin: Person, sweeper: Sweeper
) -> None:
    story = Story.private(lab, "aoai-interrupted")
    await sweeper.knows_all()
    await robin.opens(story.id)
    await lab.settled()
    lab.weather.add({"type": "Microsoft.ResourceGraph/resources", "status": 503})
    stopped = await sweeper.sweep()
    lab.weather.clear()

    ended = await sweeper.sweep()

    assert stopped is not None
    assert ended is not None
    assert ended.number == stopped.number + 1
    assert await story.is_private()


async def test_a_new_subscription_is_swept_and_told_of_until_it_sends_events(
    lab: Lab, sweeper: Sweeper
) -> None:
    hub = Seeding(lab.physics, HUB)
    hub.resource_group("rg-new")
    hub.account("aoai-somewhere-new", "rg-new", public=True)
    lab.roles.assign(LATCH.object_id, "Reader", f"/subscriptions/{HUB}")

    await sweeper.sweep(Reach(everything=True))
    first = list(sweeper.spots)
    topic = system_topic(lab.world, HUB, "rg-new")
    event_subscription(lab.world, topic, into_queue("latch-events"))
    await sweeper.sweep(Reach(everything=True))

    says = f"Blind spot: no event subscription brings changes in subscription {HUB} to Latch"
    assert [says] == first == sweeper.spots
    lab.roles.remove(LATCH.object_id, "Reader", f"/subscriptions/{HUB}")


async def test_a_subscription_that_latch_cannot_see_is_told(sweeper: Sweeper) -> None:
    unseen = "99999999-0000-4000-8000-000000000000"

    await sweeper.sweep(Reach((SUBSCRIPTION, unseen)))
    await sweeper.sweep(Reach((SUBSCRIPTION, unseen)))

    says = f"Blind spot: the policy names subscription {unseen}, and Latch cannot see it"
    assert [says] == sweeper.spots
