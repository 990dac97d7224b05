"""The whole fleet: who is asked for, what cannot be seen, and what becomes of a sweep that is interrupted."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest

from remediation import policy
from remediation.clouds import PUBLIC
from remediation.errors import Busy, Forbidden, Misconfigured, Unavailable
from remediation.fleet import ROTATION, Blindness, Checkpoint, OpenSpot, Surroundings, is_due
from remediation.ids import ResourceId
from remediation.observed import Account
from remediation.policy_file import load
from remediation.reach import Reach, Subscription
from remediation.report import Json, Lane, Request, Trigger
from remediation.sweep import Sweep, Wants
from remediation.sweep_ports import Events
from tests.builders import (
    ACCOUNT,
    HUB,
    NOW,
    SUBNET,
    SUBSCRIPTION,
    VNET,
    account,
    connection,
    endpoint,
    resource,
)
from tests.memory.clock import MovableClock
from tests.memory.sweeps import MemoryIndex, MemorySweepLease, MemorySweeps

OTHER = "22222222-2222-4222-8222-222222222222"
POLICY = load(
    f"""\
version: 1
scope: {{subscriptions: [{SUBSCRIPTION}, {OTHER}], names: ['latch-*']}}
profiles: [{{name: all, mode: enforce, endpoint: {{subnet: {SUBNET}}}}}]
""",
    "policy.yaml",
)


def named(name: str, subscription: str = SUBSCRIPTION, **changes: Any) -> Account:
    """A clean account, with the endpoint that the policy wants."""
    id_ = ResourceId.parse(
        ACCOUNT.text.replace("latch-demo", name).replace(SUBSCRIPTION, subscription)
    )
    connections = (connection(endpoint=_endpoint(id_)),)
    return replace(account(id=id_, subdomain=name, connections=connections), **changes)


def _endpoint(account_id: ResourceId) -> ResourceId:
    return resource("Microsoft.Network/privateEndpoints", f"pe-{account_id.name}")


def clean(count: int) -> list[Account]:
    return [named(f"latch-{number:03}") for number in range(count)]


def opened(name: str = "latch-open") -> Account:
    return named(name, public_network_access="Enabled")


def index(*pages: Sequence[Account]) -> MemoryIndex:
    """What is around them is as the policy wants it."""
    accounts = [each for page in pages for each in page]
    endpoints = {
        _endpoint(each.id): replace(
            endpoint(), id=_endpoint(each.id), target=each.id, zone_group=None
        )
        for each in accounts
    }
    visible = (Subscription(SUBSCRIPTION),)
    return MemoryIndex(pages, visible, Surroundings(endpoints, vnets={HUB: VNET}))


@dataclass(slots=True)
class MemoryRequests:
    """What was asked for, and how much later."""

    put_: list[tuple[Request, float]] = field(default_factory=list)
    breaks_at: int = -1

    async def put(self, request: Request, delay: float = 0) -> None:
        if len(self.put_) == self.breaks_at:
            self.breaks_at = -1
            raise Unavailable("the queue does not answer")
        self.put_.append((request, delay))


@dataclass(slots=True)
class MemoryOutbox:
    """Alerts that are stuck."""

    stuck: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)

    async def put(self, alert_id: str, alert: Json) -> None: ...

    async def get(self, alert_id: str) -> Json | None: ...

    async def delivered(self, alert_id: str) -> None: ...

    async def overdue(self, before: object) -> tuple[str, ...]:
        del before
        return self.stuck

    async def ask(self, alert_id: str, delay: float = 0) -> None:
        del delay
        self.asked.append(alert_id)


@dataclass(slots=True)
class Scene:
    """A fleet, and what the sweeps of it did."""

    index: MemoryIndex = field(default_factory=lambda: index([]))
    sweeps: MemorySweeps = field(default_factory=MemorySweeps)
    requests: MemoryRequests = field(default_factory=MemoryRequests)
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)
    clock: MovableClock = field(default_factory=MovableClock)
    told: list[OpenSpot] = field(default_factory=list)
    counted: list[int] = field(default_factory=list)
    reach: Reach = field(default_factory=lambda: Reach((SUBSCRIPTION,)))

    async def run(self) -> Checkpoint | None:
        return await self.sweep.run()

    @property
    def sweep(self) -> Sweep:
        """As another worker would make it: nothing but the ports is shared."""
        return Sweep(
            self.index,
            self.sweeps,
            self.requests,
            self.outbox,
            self.clock,
            wants=Wants(
                partial(policy.desired_for, POLICY),
                partial(policy.known_zones, cloud=PUBLIC),
                self.reach,
            ),
            tell=self._tell,
            count=self._count,
        )

    @property
    def asked(self) -> list[str]:
        return [request.account.name for request, _ in self.requests.put_]

    @property
    def spots(self) -> list[tuple[Blindness, str]]:
        return [(each.spot.kind, each.spot.subject) for each in self.told]

    def knows(self, accounts: Sequence[Account]) -> None:
        self.sweeps.known.update(account.id for account in accounts)

    async def _tell(self, spot: OpenSpot) -> None:
        self.told.append(spot)

    async def _count(self, accounts: int) -> None:
        self.counted.append(accounts)


# Who is asked for ------------------------------------------------------------------------------------------------


async def test_a_clean_fleet_costs_nothing_but_its_turns() -> None:
    accounts = clean(400)
    scene = Scene(index(accounts))
    scene.knows(accounts)

    await scene.run()

    due = [each.id.name for each in accounts if is_due(each.id, 0)]
    assert 0 < len(due) < 20
    assert scene.asked == due


async def test_within_a_rotation_every_account_is_asked_for_once() -> None:
    accounts = clean(50)
    scene = Scene(index(accounts))
    scene.knows(accounts)

    for _ in range(ROTATION):
        await scene.run()

    assert sorted(scene.asked) == [each.id.name for each in accounts]


async def test_what_drifted_is_asked_for_in_every_sweep_right_after_events() -> None:
    scene = Scene(index([opened()]))
    scene.knows([opened()])

    await scene.run()
    await scene.run()

    assert scene.asked == ["latch-open", "latch-open"]
    request, delay = scene.requests.put_[0]
    assert (request.lane, request.cause.trigger, request.since, delay) == (
        Lane.FULL,
        Trigger.SWEEP,
        NOW,
        5.0,
    )


async def test_who_was_never_looked_at_is_asked_for_once() -> None:
    accounts = clean(3)
    scene = Scene(index(accounts))

    await scene.run()
    first = list(scene.asked)
    await scene.run()

    assert first == [each.id.name for each in accounts]
    assert set(scene.asked[3:]) <= {each.id.name for each in accounts if is_due(each.id, 1)}


async def test_what_can_wait_is_read_slowly_and_what_drifted_does_not_wait() -> None:
    scene = Scene(index([*clean(3), opened("latch-zzz")]))

    await scene.run()

    assert scene.asked[0] == "latch-zzz"
    assert [delay for _, delay in scene.requests.put_] == [5.0, 5.0, 5.5, 6.0]


async def test_of_what_is_out_of_scope_nobody_asks() -> None:
    scene = Scene(index([opened("somebody-elses"), opened()]))

    await scene.run()

    assert (scene.asked, scene.counted) == (["latch-open"], [1])


async def test_who_is_not_there_any_more_is_asked_for_once() -> None:
    accounts = clean(2)
    scene = Scene(index(accounts[:1]))
    scene.knows(accounts)

    await scene.run()
    await scene.run()

    assert scene.asked.count("latch-001") == 1


async def test_the_endpoints_of_other_subscriptions_are_looked_at_too() -> None:
    scene = Scene(index([]), reach=Reach((SUBSCRIPTION,), networks=(OTHER,)))

    await scene.run()

    asked = dict(scene.index.asked)
    assert asked["surroundings"] == (SUBSCRIPTION, OTHER)
    assert asked["page 0"] == (SUBSCRIPTION,)


async def test_a_new_subscription_is_in_reach_by_itself() -> None:
    scene = Scene(index([named("latch-new", OTHER)]), reach=Reach(everything=True))
    await scene.run()
    before = list(scene.asked)
    scene.index.visible = (Subscription(SUBSCRIPTION), Subscription(OTHER))

    await scene.run()

    assert (before, scene.asked) == ([], ["latch-new"])


# Blind spots -----------------------------------------------------------------------------------------------------


async def test_a_subscription_that_cannot_be_seen_is_told_once_until_it_changes() -> None:
    scene = Scene(index(clean(1)), reach=Reach((SUBSCRIPTION, OTHER)))
    spot = (Blindness.SUBSCRIPTION, OTHER)
    for _ in range(3):
        await scene.run()
    told_first = list(scene.spots)
    scene.index.visible = (Subscription(SUBSCRIPTION), Subscription(OTHER))
    await scene.run()
    scene.index.visible = (Subscription(SUBSCRIPTION),)
    scene.clock.move(900)
    await scene.run()

    assert told_first == [spot]
    assert scene.spots == [spot, spot]
    assert scene.told[0].since != scene.told[1].since


async def test_where_nothing_can_be_seen_at_all_people_are_told_and_what_is_known_is_looked_at() -> (
    None
):
    accounts = clean(5)
    scene = Scene(index(accounts), reach=Reach(everything=True))
    scene.index.visible = ()
    scene.knows(accounts)

    for _ in range(ROTATION):
        await scene.run()

    assert scene.spots == [(Blindness.EVERYWHERE, "all subscriptions")]
    assert sorted(scene.asked) == [each.id.name for each in accounts]


async def test_a_subscription_that_cannot_be_seen_has_not_lost_its_accounts() -> None:
    away = named("latch-away", OTHER)
    scene = Scene(index(clean(1)), reach=Reach((SUBSCRIPTION, OTHER)))
    scene.knows([away])

    await scene.run()

    assert away.id.name not in scene.asked
    assert away.id in scene.sweeps.known


async def test_where_everything_is_in_reach_a_subscription_that_is_lost_is_told() -> None:
    away = named("latch-away", OTHER)
    scene = Scene(index(clean(1)), reach=Reach(everything=True))
    scene.index.lists = {OTHER: Forbidden("no right")}
    scene.knows([away])

    await scene.run()

    assert scene.spots == [(Blindness.ACCOUNTS, OTHER)]
    assert away.id in scene.sweeps.known


async def test_a_subscription_that_is_no_more_takes_its_accounts_with_it() -> None:
    away = named("latch-away", OTHER)
    scene = Scene(index(clean(1)), reach=Reach(everything=True))
    scene.index.lists = {OTHER: Misconfigured("not found", code="SubscriptionNotFound")}
    scene.knows([away])

    await scene.run()

    assert scene.spots == []
    assert away.id.name in scene.asked
    assert away.id not in scene.sweeps.known


async def test_a_subscription_whose_accounts_may_not_be_read_is_told() -> None:
    hidden = clean(2)
    scene = Scene(index([]))
    scene.index.lists = {SUBSCRIPTION: Forbidden("no right")}
    scene.knows(hidden)

    await scene.run()

    assert scene.spots == [(Blindness.ACCOUNTS, SUBSCRIPTION)]
    assert (scene.asked, scene.sweeps.known) == ([], {each.id for each in hidden})


async def test_an_index_that_is_late_is_filled_up_from_a_list() -> None:
    [late] = clean(1)
    scene = Scene(index([]))
    scene.index.lists = {SUBSCRIPTION: (late.id,)}
    scene.knows([late])

    await scene.run()

    assert (scene.asked, scene.told) == ([late.id.name], [])


async def test_a_subscription_with_accounts_in_the_index_is_not_listed() -> None:
    scene = Scene(index(clean(1)))

    await scene.run()

    assert "list" not in dict(scene.index.asked)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (Events.SENT, []),
        (Events.NOT_SENT, [(Blindness.EVENTS, SUBSCRIPTION)]),
        (Events.FORBIDDEN, [(Blindness.EVENTS_UNKNOWN, SUBSCRIPTION)]),
        (Events.UNSURE, []),
    ],
)
async def test_a_subscription_whose_changes_are_not_sent_is_told(
    events: Events, expected: list[tuple[Blindness, str]]
) -> None:
    scene = Scene(index(clean(1)))
    scene.index.sent = {SUBSCRIPTION: events}

    await scene.run()

    assert scene.spots == expected


async def test_what_was_not_answered_stays_as_it_was() -> None:
    scene = Scene(index([]))
    scene.index.sent = {SUBSCRIPTION: Events.NOT_SENT}
    scene.index.lists = {SUBSCRIPTION: Forbidden("no right")}
    await scene.run()
    scene.index.sent = {SUBSCRIPTION: Events.UNSURE}
    scene.index.lists = {SUBSCRIPTION: Unavailable("no answer")}
    await scene.run()
    checkpoint = await scene.sweeps.checkpoint()

    assert {each.spot.kind for each in checkpoint.spots} == {Blindness.EVENTS, Blindness.ACCOUNTS}
    assert len(scene.told) == 2


async def test_endpoints_of_which_none_can_be_seen_are_told() -> None:
    scene = Scene(index(clean(2)))
    scene.index.around = replace(scene.index.around, endpoints={})

    await scene.run()

    assert scene.spots == [(Blindness.ENDPOINTS, SUBSCRIPTION)]


async def test_one_endpoint_that_is_gone_is_no_blind_spot() -> None:
    accounts = clean(2)
    scene = Scene(index(accounts))
    seen = dict(scene.index.around.endpoints)
    del seen[_endpoint(accounts[0].id)]
    scene.index.around = replace(scene.index.around, endpoints=seen)

    await scene.run()

    assert scene.told == []


# Interruptions ---------------------------------------------------------------------------------------------------


async def test_an_interrupted_sweep_goes_on_where_it_was_and_says_how_far_it_is() -> None:
    pages = [[opened(f"latch-{page}{n}") for n in range(3)] for page in range(3)]
    scene = Scene(index(*pages))
    scene.index.breaks = {"page 2": Unavailable("no answer")}
    await scene.run()
    halfway = await scene.sweeps.checkpoint()
    scene.index.breaks = {}
    scene.clock.move(900)

    ended = await scene.run()

    assert (halfway.looked, halfway.asked, halfway.number) == (6, 6, 0)
    assert halfway.is_interrupted
    assert ended is not None
    assert (ended.looked, ended.asked, ended.number) == (9, 9, 1)
    assert len(scene.asked) == len(set(scene.asked)) == 9


async def test_a_sweep_that_was_interrupted_long_ago_begins_anew() -> None:
    scene = Scene(index([opened("latch-a")], [opened("latch-b")]))
    scene.index.breaks = {"page 1": Unavailable("no answer")}
    await scene.run()
    scene.index.breaks = {}
    scene.clock.move(3601)

    await scene.run()

    assert scene.asked == ["latch-a", "latch-a", "latch-b"]


async def test_a_page_that_could_not_be_asked_for_is_asked_for_again() -> None:
    scene = Scene(index([opened("latch-a"), opened("latch-b")]))
    scene.requests.breaks_at = 1

    await scene.run()
    await scene.run()

    assert scene.asked == ["latch-a", "latch-a", "latch-b"]


async def test_an_order_that_is_not_ours_leaves_nobody_out() -> None:
    scene = Scene(index([opened("latch-b")], [opened("latch-a")], [opened("latch-c")]))
    scene.index.breaks = {"page 2": Unavailable("no answer")}
    await scene.run()
    scene.index.breaks = {}

    await scene.run()

    assert set(scene.asked) == {"latch-a", "latch-b", "latch-c"}


async def test_two_sweeps_at_once_are_one() -> None:
    scene = Scene(index([opened()]))
    async with scene.sweeps.lease("another worker"):
        assert await scene.run() is None

    assert scene.asked == []


async def test_who_lost_the_lease_stops() -> None:
    scene = Scene(index([opened("latch-a")], [opened("latch-b")]))
    scene.sweeps = OvertakenSweeps()

    stopped = await scene.run()

    assert scene.asked == ["latch-a"]
    assert stopped is not None
    assert scene.sweeps.stored is None


async def test_trouble_with_the_lease_itself_is_seen_by_the_host() -> None:
    scene = Scene()
    scene.sweeps = BrokenSweeps()

    with pytest.raises(Busy):
        await scene.run()


# A dark index ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["subscriptions", "surroundings", "page 0"])
async def test_without_the_index_what_is_known_is_looked_at_in_turn(what: str) -> None:
    accounts = clean(50)
    scene = Scene(index(accounts))
    scene.knows(accounts)
    scene.index.breaks = {what: Forbidden("no right", code="AuthorizationFailed")}

    for _ in range(ROTATION):
        await scene.run()

    assert sorted(scene.asked) == [each.id.name for each in accounts]
    assert [str(each.spot).split("(")[1] for each in scene.told] == ["AuthorizationFailed)"]


async def test_the_other_blind_spots_stay_open_meanwhile() -> None:
    scene = Scene(index(clean(1)), reach=Reach((SUBSCRIPTION, OTHER)))
    await scene.run()
    scene.index.breaks = {"surroundings": Forbidden("no right")}
    await scene.run()
    scene.index.breaks = {}
    await scene.run()

    assert scene.spots == [
        (Blindness.SUBSCRIPTION, OTHER),
        (Blindness.INDEX, "Azure Resource Graph"),
    ]


async def test_an_index_that_does_not_answer_for_an_hour_is_told() -> None:
    scene = Scene(index(clean(1)))
    await scene.run()
    scene.index.breaks = {"subscriptions": Unavailable("no answer")}
    scene.clock.move(900)
    await scene.run()
    early = list(scene.told)
    scene.clock.move(3600)
    await scene.run()
    await scene.run()

    assert early == []
    assert scene.spots == [(Blindness.INDEX, "Azure Resource Graph")]
    assert (await scene.sweeps.checkpoint()).number == 3


# Alerts ----------------------------------------------------------------------------------------------------------


async def test_alerts_that_are_stuck_are_asked_for_again() -> None:
    scene = Scene(outbox=MemoryOutbox(("alert-1", "alert-2")))

    assert await scene.sweep.deliver_overdue() == 2
    assert scene.outbox.asked == ["alert-1", "alert-2"]


class OvertakenSweeps(MemorySweeps):
    """Another worker takes the lease as soon as it was taken."""

    @asynccontextmanager
    async def lease(self, holder: str) -> AsyncIterator[MemorySweepLease]:
        async with super().lease(holder) as lease:
            self.holder = "another worker"
            yield lease


class BrokenSweeps(MemorySweeps):
    """Somebody else changes the row all the time."""

    @asynccontextmanager
    async def lease(self, holder: str) -> AsyncIterator[MemorySweepLease]:
        async with super().lease(holder) as lease:
            raise Busy("the row has changed", code="UpdateConditionNotSatisfied")
            yield lease
