"""A watched change is told or dropped, and some make Latch look again; two passes beside each other tell the rest."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from remediation.alerts import for_notice
from remediation.errors import Forbidden, RemediationError, Throttled
from remediation.ids import ResourceId
from remediation.observed import Account
from remediation.report import Actor, ActorKind, Cause, Lane, Report, Request, Trigger, Verdict
from remediation.watch import OPERATIONS, Notice, Place, Topic
from remediation.watcher import Topics, Watched, Watcher
from tests.builders import ACCOUNT, COMPLIANT, ENDPOINT, NOW, OTHER_ACCOUNT
from tests.memory.clock import MovableClock
from tests.unit.fakes import MemoryCloud, MemoryLedger

EVERYTHING = frozenset(Topic)
NOTHING: Topics = frozenset()
KIM = Actor(ActorKind.USER, "Kim Rivera", "9d0c11aa")
LIST_KEYS = "Microsoft.CognitiveServices/accounts/listKeys/action"
DELETE = "Microsoft.CognitiveServices/accounts/delete"
TAGS = "Microsoft.Resources/tags/write"
UNLOCK = "Microsoft.Authorization/locks/delete"
LOCK = "Microsoft.Authorization/locks/write"
ASSIGN = "Microsoft.Authorization/roleAssignments/write"


def notice(operation: str, changed: str = ACCOUNT.text) -> Notice:
    cause = Cause(Trigger.EVENT, NOW, operation, changed, "event-1", "correlation-1", KIM)
    return Notice(OPERATIONS[operation.casefold()], Place.of(changed), cause)


def passed(verdict: Verdict, request: str, profile: str = "", lane: Lane = Lane.FULL) -> Report:
    cause = Cause(Trigger.EVENT, NOW, actor=KIM)
    return Report("r", request, ACCOUNT, lane, verdict, cause, NOW, NOW, profile)


@dataclass
class MemoryRequests:
    """What was asked for."""

    put_: list[Request] = field(default_factory=list)

    async def put(self, request: Request, delay: float = 0) -> None:
        assert delay == 0
        self.put_.append(request)


@dataclass
class Scene:
    """One watcher; `of_id` is what the id alone says, `of_account` what the account says once it is read."""

    of_id: Topics = EVERYTHING
    of_account: Topics = EVERYTHING
    of_place: Topics = NOTHING
    of_profile: Topics = EVERYTHING
    accounts: Sequence[Account] = (COMPLIANT,)
    broken: RemediationError | None = None
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    requests: MemoryRequests = field(default_factory=MemoryRequests)
    told: list[tuple[Notice, ResourceId | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.watcher = Watcher(
            MemoryCloud(self.accounts, broken={ACCOUNT: self.broken} if self.broken else {}),
            self.ledger,
            self.requests,
            MovableClock(NOW + timedelta(seconds=3)),
            watched=Watched(
                of_profile=lambda _: self.of_profile,
                of_account=lambda _account, _now: self.of_account,
                of_id=lambda _: self.of_id,
                of_place=lambda _: self.of_place,
            ),
            tell=self._tell,
        )

    async def _tell(self, told: Notice, account: ResourceId | None) -> None:
        self.told.append((told, account))

    @property
    def headlines(self) -> list[str]:
        return [for_notice(*each).headline for each in self.told]


async def test_a_change_to_a_watched_account_is_told() -> None:
    scene = Scene()

    assert await scene.watcher.on_change(notice(LIST_KEYS)) is None
    assert ["Kim Rivera listed the keys of latch-demo"] == scene.headlines
    assert [] == scene.requests.put_


async def test_what_the_id_rules_out_is_dropped_unread() -> None:
    scene = Scene(of_id=NOTHING, broken=Forbidden("nobody may read this"))

    dropped = await scene.watcher.on_change(notice(TAGS))

    assert dropped is not None
    assert dropped.detail == f"the policy does not watch {TAGS} there"
    assert [] == scene.told
    assert [] == scene.requests.put_


async def test_what_the_account_rules_out_is_dropped() -> None:
    scene = Scene(of_account=frozenset({Topic.DEPLOYMENTS}))

    assert await scene.watcher.on_change(notice(LIST_KEYS)) is not None
    assert [] == scene.told


async def test_an_account_that_is_gone_is_judged_by_its_id() -> None:
    scene = Scene(accounts=(), of_account=NOTHING)

    assert await scene.watcher.on_change(notice(DELETE)) is None
    assert ["Kim Rivera deleted latch-demo"] == scene.headlines


@pytest.mark.parametrize("error", [Forbidden("no right"), Throttled("too many", retry_after=9)])
async def test_an_account_that_cannot_be_read_is_judged_by_its_id(error: RemediationError) -> None:
    scene = Scene(broken=error, of_account=NOTHING)

    assert await scene.watcher.on_change(notice(LIST_KEYS)) is None


@pytest.mark.parametrize("operation", [TAGS, UNLOCK, ASSIGN])
async def test_what_may_change_what_latch_does_makes_it_look_again(operation: str) -> None:
    scene = Scene()

    await scene.watcher.on_change(notice(operation))

    [request] = scene.requests.put_
    assert (ACCOUNT, Lane.FULL) == (request.account, request.lane)
    assert NOW + timedelta(seconds=3) == request.since


async def test_a_lock_that_is_set_needs_no_look() -> None:
    scene = Scene()

    await scene.watcher.on_change(notice(LOCK))

    assert [] == scene.requests.put_
    assert 1 == len(scene.told)


async def test_who_wrote_tags_caused_what_differs_now() -> None:
    scene = Scene()

    await scene.watcher.on_change(notice(TAGS))

    assert notice(TAGS).cause == scene.requests.put_[0].cause


async def test_who_removed_a_lock_did_not_cause_what_is_found() -> None:
    scene = Scene()

    await scene.watcher.on_change(notice(UNLOCK))

    cause = scene.requests.put_[0].cause
    assert (Trigger.SWEEP, Actor()) == (cause.trigger, cause.actor)
    assert "correlation-1" == cause.correlation_id


async def test_an_account_that_left_the_scope_by_a_tag_is_looked_at_again() -> None:
    scene = Scene(of_account=NOTHING)

    assert await scene.watcher.on_change(notice(TAGS)) is not None
    assert [ACCOUNT] == [request.account for request in scene.requests.put_]


async def test_a_change_to_a_whole_group_is_told_where_the_policy_watches_it() -> None:
    group = f"/subscriptions/{ACCOUNT.subscription}/resourceGroups/rg-ai"
    lock = f"{group}/providers/Microsoft.Authorization/locks/keep"
    here, there = Scene(of_place=EVERYTHING), Scene()

    assert await here.watcher.on_change(notice(UNLOCK, lock)) is None
    assert await there.watcher.on_change(notice(UNLOCK, lock)) is not None
    assert ["Kim Rivera removed lock keep from resource group rg-ai"] == here.headlines
    assert [] == here.requests.put_


async def test_a_change_to_a_part_of_a_private_path_is_told() -> None:
    changed = f"{ENDPOINT}/providers/Microsoft.Authorization/locks/keep"
    scene = Scene(ledger=MemoryLedger(serves={OTHER_ACCOUNT: (ENDPOINT,)}))

    assert await scene.watcher.on_change(notice(UNLOCK, changed)) is None
    assert ["Kim Rivera removed lock keep from pe-latch-demo"] == scene.headlines


async def test_a_change_to_what_serves_nobody_is_dropped() -> None:
    changed = f"{ENDPOINT}/providers/Microsoft.Authorization/locks/keep"
    scene = Scene()

    dropped = await scene.watcher.on_change(notice(UNLOCK, changed))

    assert dropped is not None
    assert json.dumps(dropped.detail)


class TestTwoPasses:
    """The ledger holds the pass before; the one at hand is not recorded yet."""

    async def told_after(self, report: Report, *earlier: Report, **changes: Topics) -> list[str]:
        scene = Scene(ledger=MemoryLedger(noted=list(earlier)))
        for name, topics in changes.items():
            setattr(scene, name, topics)
        await scene.watcher.on_pass(report)
        return scene.headlines

    async def test_an_account_that_came_back_is_told(self) -> None:
        told = await self.told_after(
            passed(Verdict.WAITING, "back", "production"), passed(Verdict.GONE, "gone")
        )

        assert ["Kim Rivera restored latch-demo, or created it again"] == told

    async def test_an_account_that_left_the_scope_is_told(self) -> None:
        told = await self.told_after(
            passed(Verdict.OUT_OF_SCOPE, "left"), passed(Verdict.CONVERGED, "before", "production")
        )

        expected = "Kim Rivera changed latch-demo, of which the policy does not speak any more"
        assert [expected] == told

    async def test_every_look_of_the_same_request_tells_the_same(self) -> None:
        back = passed(Verdict.WAITING, "back", "production")

        told = await self.told_after(back, passed(Verdict.GONE, "gone"), back, back)

        assert ["Kim Rivera restored latch-demo, or created it again"] == told

    async def test_the_next_request_tells_nothing(self) -> None:
        back = passed(Verdict.REMEDIED, "back", "production")

        told = await self.told_after(
            replace(back, request_id="next"), passed(Verdict.GONE, "gone"), back
        )

        assert [] == told

    async def test_what_the_fast_lane_saw_between_is_no_pass_of_its_own(self) -> None:
        told = await self.told_after(
            passed(Verdict.WAITING, "back", "production"),
            passed(Verdict.GONE, "gone"),
            passed(Verdict.REMEDIED, "next", "production", Lane.FAST),
        )

        assert 1 == len(told)

    async def test_an_account_never_seen_before_is_no_news(self) -> None:
        assert [] == await self.told_after(passed(Verdict.WAITING, "first", "production"))

    async def test_a_profile_that_does_not_watch_it_is_not_told(self) -> None:
        told = await self.told_after(
            passed(Verdict.WAITING, "back", "production"),
            passed(Verdict.GONE, "gone"),
            of_profile=NOTHING,
        )

        assert [] == told

    @pytest.mark.parametrize(
        "report",
        [
            pytest.param(
                passed(Verdict.REMEDIED, "fast", "production", Lane.FAST),
                id="the fast lane asks nothing of the ledger",
            ),
            pytest.param(
                replace(
                    passed(Verdict.WAITING, "sweep", "production"), cause=Cause(Trigger.SWEEP, NOW)
                ),
                id="a sweep knows nobody",
            ),
        ],
    )
    async def test_only_a_full_pass_of_an_event_is_compared(self, report: Report) -> None:
        assert [] == await self.told_after(report, passed(Verdict.GONE, "gone"))
