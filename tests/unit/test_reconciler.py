"""What does one pass do, say and remember?"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from remediation.catalog import RULES
from remediation.desired import Baseline, Desired, Outbound, Recreate
from remediation.errors import Forbidden, Refused, RemediationError, Throttled, Unavailable
from remediation.ids import ResourceId
from remediation.observed import Account, Observed
from remediation.plan import (
    AttachZones,
    ChangeAccount,
    CloseAccess,
    CreateEndpoint,
    RemoveBrokenEndpoint,
)
from remediation.policy import OutOfScope
from remediation.ports import History
from remediation.reconciler import Reconciler, again
from remediation.report import (
    Cause,
    Lane,
    Outcome,
    Report,
    Trigger,
    Verdict,
)
from tests.builders import (
    ACCOUNT,
    ENDPOINT,
    GUID,
    HUB,
    IPS,
    NOW,
    OPENAI_ZONE,
    account,
    connection,
    desired,
    dns_spec,
    endpoint,
    endpoint_spec,
    observed,
    request,
    zone,
    zone_id,
)
from tests.memory import Azure, MemoryCloud, MemoryLedger, MovableClock
from tests.memory.ledger import MemoryLease

OPEN = observed(account=account(public_network_access="Enabled"))
OPEN_TO_ALL = observed(account=account(public_network_access="Enabled", acls=None))
OPEN_AND_BARE = observed(
    account=account(public_network_access=None, acls=None, connections=()), endpoints=(), zones=()
)
BARE = observed(account=account(connections=()), endpoints=(), zones=())
WITHOUT_RECORD = observed(zones=[zone(record=None)])
REJECTED = observed(
    account=account(connections=(connection("Rejected"),)),
    endpoints=[endpoint(status="Rejected")],
)
AN_EVENT = Cause(Trigger.EVENT, NOW - timedelta(seconds=9), "write")
A_MINUTE = 60.0
PATIENCE = timedelta(minutes=30)


class UnreachableLedger(MemoryLedger):
    """A ledger whose storage does not answer."""

    @asynccontextmanager
    async def lease(self, account: ResourceId, holder: str) -> AsyncIterator[MemoryLease]:
        del account, holder
        raise Unavailable("storage does not answer")
        yield

    async def history(self, account: ResourceId) -> History:
        raise Unavailable(f"storage does not answer about {account}")


class OvertakenLedger(MemoryLedger):
    """A ledger in which every lease is taken over before the pass ends."""

    @asynccontextmanager
    async def lease(self, account: ResourceId, holder: str) -> AsyncIterator[MemoryLease]:
        async with super().lease(account, holder) as lease:
            self.holders[account] = "somebody else"
            yield lease


class ForgetfulLedger(MemoryLedger):
    """A ledger whose past is known to the holder of a lease alone, as if it had only just become so."""

    taken = 0

    @asynccontextmanager
    async def lease(self, account: ResourceId, holder: str) -> AsyncIterator[MemoryLease]:
        async with super().lease(account, holder) as lease:
            self.taken += 1
            yield lease

    async def history(self, account: ResourceId) -> History:
        del account
        return History()


@dataclass
class Scene:
    """One account in a memory Azure, and a reconciler for it."""

    seen: Observed = field(default_factory=observed)
    wanted: Desired | OutOfScope = field(default_factory=desired)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    clock: MovableClock = field(default_factory=MovableClock)
    told: list[Report] = field(default_factory=list)
    # What telling people raises.
    deaf: RemediationError | None = None
    baselines: list[Baseline | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.azure = Azure.showing(self.seen, self.clock)
        self.cloud = MemoryCloud(self.azure)
        self.reconciler = Reconciler(
            self.cloud,
            self.ledger,
            self.clock,
            desired_for=self._desired_for,
            known_zones=lambda _: (OPENAI_ZONE,),
            tell=self._tell,
            patience=PATIENCE,
        )

    def _desired_for(
        self, _: Account, __: tuple[str, ...], baseline: Baseline | None, ___: datetime
    ) -> Desired | OutOfScope:
        self.baselines.append(baseline)
        return self.wanted

    async def _tell(self, report: Report) -> None:
        if self.deaf is not None:
            raise self.deaf
        self.told.append(report)

    async def close(self, **changes: Any) -> Report:
        return await self.reconciler.close(replace(request(Lane.FAST), **changes))

    async def full(self, **changes: Any) -> Report:
        """A FULL pass asked for now."""
        asked = replace(request(since=self.clock.now()), **changes)
        report = await self.reconciler.reconcile(asked)
        assert report is not None
        return report

    async def ask(self, **changes: Any) -> Report | None:
        """The same, of an account that may need no pass."""
        asked = replace(request(since=self.clock.now()), **changes)
        return await self.reconciler.reconcile(asked)

    async def look(self, lane: Lane) -> Report:
        return await (self.close() if lane is Lane.FAST else self.full())

    async def until_done(self, passes: int = 6) -> Report:
        for _ in range(passes):
            report = await self.full()
            self.clock.move(A_MINUTE)
        return report


class TestFast:
    async def test_an_open_account_is_closed(self) -> None:
        scene = Scene(OPEN)

        report = await scene.close()

        assert report.verdict is Verdict.REMEDIED
        assert scene.azure.accounts[ACCOUNT].public_network_access == "Disabled"

    async def test_it_asks_nothing_of_the_ledger(self) -> None:
        report = await Scene(OPEN, ledger=UnreachableLedger()).close()

        assert report.verdict is Verdict.REMEDIED

    async def test_it_does_nothing_to_a_compliant_account(self) -> None:
        scene = Scene()

        report = await scene.close()

        assert (report.verdict, report.drifts, scene.cloud.applied) == (Verdict.CONVERGED, (), [])

    async def test_it_leaves_the_path_to_the_full_lane(self) -> None:
        scene = Scene(OPEN_AND_BARE)

        await scene.close()

        assert [type(action) for action in scene.cloud.applied] == [CloseAccess]

    async def test_an_event_tells_how_long_the_account_was_exposed(self) -> None:
        report = await Scene(OPEN_TO_ALL).close(cause=AN_EVENT)

        assert (report.exposed_seconds, report.drifted_at) == (9.0, AN_EVENT.at)

    async def test_an_account_that_its_rules_kept_shut_was_not_exposed(self) -> None:
        report = await Scene(OPEN).close(cause=AN_EVENT)

        assert (report.verdict, report.exposed_seconds) == (Verdict.REMEDIED, None)

    async def test_several_changes_of_the_account_are_one_write(self) -> None:
        wanted = desired(local_auth_disabled=True, no_bypass=True, outbound=Outbound())
        scene = Scene(OPEN_TO_ALL, wanted)

        report = await scene.close(cause=AN_EVENT)

        assert [type(action) for action in scene.cloud.applied] == [ChangeAccount]
        assert (report.verdict, report.exposed_seconds) == (Verdict.REMEDIED, 9.0)
        assert [each.verdict for each in (await scene.close(), await scene.full())] == [
            Verdict.CONVERGED,
            Verdict.CONVERGED,
        ]

    async def test_a_sweep_does_not_know_how_long_the_account_was_exposed(self) -> None:
        report = await Scene(OPEN).close()

        assert (report.exposed_seconds, report.drifted_at) == (None, NOW)

    async def test_an_event_of_the_future_gives_no_negative_exposure(self) -> None:
        cause = replace(AN_EVENT, at=NOW + timedelta(seconds=9))

        report = await Scene(OPEN_TO_ALL).close(cause=cause)

        assert report.exposed_seconds == 0.0


class TestALostAnswer:
    async def test_a_closing_that_took_effect_is_told(self) -> None:
        scene = Scene(OPEN_TO_ALL)
        scene.cloud.lost_answers = [Unavailable("the connection broke")]

        report = await scene.close(cause=AN_EVENT)

        assert (report.verdict, report.exposed_seconds) == (Verdict.REMEDIED, 9.0)

    async def test_a_closing_that_did_not_take_effect_is_waited_for(self) -> None:
        scene = Scene(OPEN)
        scene.cloud.trouble = [Unavailable("the connection broke")]

        report = await scene.close(cause=AN_EVENT)

        assert (report.verdict, report.exposed_seconds) == (Verdict.WAITING, None)

    async def test_nothing_is_claimed_when_the_account_cannot_be_read_again(self) -> None:
        scene = Scene(OPEN)
        scene.cloud.lost_answers = [Unavailable("the connection broke")]
        scene.cloud.trouble_after_a_lost_answer = [Unavailable("and stays so")]

        report = await scene.close(cause=AN_EVENT)

        assert (report.verdict, report.exposed_seconds) == (Verdict.WAITING, None)


@pytest.mark.parametrize(
    ("deviation", "wanted", "verdict"),
    [
        pytest.param(
            account(), OutOfScope("not ours"), Verdict.OUT_OF_SCOPE, id="not in the policy"
        ),
        pytest.param(
            account(public_network_access="Enabled"),
            desired(audited=frozenset(RULES)),
            Verdict.HELD,
            id="only audited",
        ),
        pytest.param(
            account(public_network_access="SecuredByPerimeter"),
            desired(),
            Verdict.STALLED,
            id="in a perimeter",
        ),
        pytest.param(
            account(public_network_access="Enabled", state="Accepted"),
            desired(),
            Verdict.WAITING,
            id="being changed by Azure",
        ),
    ],
)
@pytest.mark.parametrize("lane", Lane)
async def test_the_verdict_on_an_account_that_is(
    deviation: Account, wanted: Desired | OutOfScope, verdict: Verdict, lane: Lane
) -> None:
    scene = Scene(observed(account=deviation), wanted)

    report = await scene.look(lane)

    assert verdict is report.verdict


@pytest.mark.parametrize("lane", Lane)
async def test_an_account_that_is_gone(lane: Lane) -> None:
    scene = Scene()
    scene.azure.accounts.clear()

    report = await scene.look(lane)

    assert (report.verdict, report.drifts, report.results) == (Verdict.GONE, (), ())


async def test_a_read_that_fails_is_tried_again() -> None:
    scene = Scene(OPEN)
    scene.cloud.read_trouble = [Throttled("too many", code="429", retry_after=17.0)]

    report = await scene.full()

    assert (report.verdict, report.retry_after) == (Verdict.WAITING, 17.0)
    assert report.results[0].code == "429"


async def test_a_read_that_fails_in_the_fast_lane_is_left_to_the_full_lane() -> None:
    scene = Scene(OPEN)
    scene.cloud.read_trouble = [Throttled("too many", code="429", retry_after=17.0)]

    report = await scene.close()

    assert (report.verdict, report.retry_after) == (Verdict.WAITING, None)


@pytest.mark.parametrize("lane", Lane)
async def test_a_read_that_is_forbidden_is_for_a_person(lane: Lane) -> None:
    scene = Scene(OPEN)
    scene.cloud.read_trouble = [Forbidden("no role", code="AuthorizationFailed")]

    report = await scene.look(lane)

    assert (report.verdict, report.retry_after) == (Verdict.STALLED, None)


class TestFull:
    async def test_a_bare_account_gets_everything(self) -> None:
        scene = Scene(OPEN_AND_BARE)

        report = await scene.until_done()

        assert report.verdict is Verdict.CONVERGED
        assert [type(each).__name__ for each in scene.cloud.applied] == [
            "CloseAccess",
            "CreateZone",
            "CreateEndpoint",
            "LinkZone",
            "AttachZones",
        ]

    async def test_the_pass_that_proves_the_cure_tells_all_that_was_done(self) -> None:
        scene = Scene(OPEN_AND_BARE)

        await scene.until_done()

        story = next(each for each in scene.told if each.verdict is Verdict.REMEDIED)
        assert [result.action for result in story.results] == list(map(str, scene.cloud.applied))
        assert [drift.withheld for drift in story.drifts if drift.withheld] == []

    async def test_what_is_pending_is_approved_on_the_way(self) -> None:
        scene = Scene(BARE)
        scene.cloud.approves = False

        report = await scene.until_done()

        assert report.verdict is Verdict.CONVERGED

    async def test_a_second_pass_on_a_compliant_account_writes_nothing(self) -> None:
        scene = Scene()

        reports = [await scene.full(), await scene.full()]

        assert [each.verdict for each in reports] == [Verdict.CONVERGED] * 2
        assert scene.cloud.applied == []

    async def test_every_pass_is_told_and_remembered(self) -> None:
        scene = Scene(WITHOUT_RECORD)

        report = await scene.full()

        assert [report] == scene.told == list(await scene.ledger.reports(ACCOUNT, 10))

    async def test_what_serves_a_converged_account_is_remembered(self) -> None:
        scene = Scene()

        await scene.full()

        assert scene.ledger.served[ACCOUNT] == {ENDPOINT, HUB, zone_id()}
        remembered = scene.ledger.remembered(ACCOUNT).baseline
        assert remembered == Baseline(endpoint_spec(), dns_spec())

    async def test_what_is_remembered_is_what_a_later_pass_restores(self) -> None:
        scene = Scene()
        await scene.full()
        scene.azure.delete_endpoint(ENDPOINT)

        await scene.full()

        assert scene.baselines == [None, Baseline(endpoint_spec(), dns_spec())]

    async def test_a_broken_state_is_never_remembered(self) -> None:
        scene = Scene()
        await scene.full()
        scene.azure.delete_endpoint(ENDPOINT)

        await scene.full()

        assert scene.ledger.remembered(ACCOUNT).baseline == Baseline(endpoint_spec(), dns_spec())

    async def test_a_rejected_connection_is_for_a_person(self) -> None:
        scene = Scene(REJECTED)

        report = await scene.until_done()

        assert report.verdict is Verdict.STALLED

    async def test_a_rejected_endpoint_is_deleted_and_created_again_where_the_policy_says_so(
        self,
    ) -> None:
        static = (("default", IPS[OPENAI_ZONE]),)
        spec = endpoint_spec(recreate=Recreate.BROKEN, static_ips=static)
        scene = Scene(REJECTED, desired(endpoint=spec))

        report = await scene.until_done()

        assert report.verdict is Verdict.CONVERGED
        assert [type(action) for action in scene.cloud.applied] == [
            RemoveBrokenEndpoint,
            CreateEndpoint,
            AttachZones,
        ]
        made = scene.azure.endpoints[ENDPOINT]
        assert (made.guid == GUID, made.addresses) == (False, endpoint().addresses)

    async def test_a_failing_action_does_not_hide_another(self) -> None:
        scene = Scene(BARE)
        scene.cloud.trouble = [Forbidden("no role", code="AuthorizationFailed")]

        report = await scene.full()

        assert [result.outcome for result in report.results] == [Outcome.FAILED, Outcome.STARTED]
        assert report.verdict is Verdict.WAITING

    async def test_an_action_that_is_refused_alone_is_for_a_person(self) -> None:
        scene = Scene(WITHOUT_RECORD)
        scene.cloud.trouble = [Forbidden("no role", code="AuthorizationFailed")]

        report = await scene.full()

        assert (report.verdict, report.retry_after) == (Verdict.STALLED, None)

    async def test_what_the_policy_never_creates_is_for_a_person(self) -> None:
        never = desired(endpoint=endpoint_spec(recreate=Recreate.NEVER))

        report = await Scene(BARE, never).until_done()

        assert report.verdict is Verdict.STALLED

    async def test_an_audited_account_is_held_and_not_waited_for(self) -> None:
        without_group = observed(endpoints=[endpoint(zone_group=None)], zones=[zone(record=None)])
        scene = Scene(without_group, desired(audited=frozenset(RULES)))

        report = await scene.full()

        assert (report.verdict, report.retry_after) == (Verdict.HELD, None)
        assert scene.cloud.applied == []


class TestAudit:
    async def test_it_looks_as_deep_as_the_full_lane(self) -> None:
        report = await Scene(OPEN_AND_BARE).reconciler.audit(request())

        assert [drift.rule for drift in report.drifts] == [
            "public-access",
            "network-acls",
            "endpoint-missing",
            "zone-missing",
        ]

    async def test_it_changes_and_remembers_nothing(self) -> None:
        scene = Scene(OPEN_AND_BARE)

        report = await scene.reconciler.audit(request())

        assert report.verdict is Verdict.HELD
        assert (scene.cloud.applied, scene.told, scene.ledger.written) == ([], [], {})

    async def test_without_the_memory_of_the_account_nothing_is_said_about_it(self) -> None:
        scene = Scene(OPEN, ledger=UnreachableLedger())

        report = await scene.reconciler.audit(request())

        assert (report.verdict, report.drifts) == (Verdict.WAITING, ())


class TestWaiting:
    @pytest.mark.parametrize(
        ("attempt", "seconds"), [(0, 2.0), (1, 5.0), (2, 10.0), (5, 30.0), (50, 30.0)]
    )
    async def test_the_waits_grow_to_half_a_minute(self, attempt: int, seconds: float) -> None:
        report = await Scene(BARE).full(attempt=attempt)

        assert report.retry_after == seconds

    async def test_azure_may_ask_for_a_longer_wait(self) -> None:
        scene = Scene(WITHOUT_RECORD)
        scene.cloud.trouble = [Throttled("too many", retry_after=90.0)]

        report = await scene.full()

        assert report.retry_after == 90.0

    async def test_patience_ends_and_a_person_is_told(self) -> None:
        stuck = observed(endpoints=[endpoint(state="Creating")])
        long_ago = NOW - PATIENCE - timedelta(seconds=1)

        report = await Scene(stuck).full(since=long_ago, attempt=40)

        assert (report.verdict, report.retry_after) == (Verdict.STALLED, None)
        assert report.results[-1].code == "GaveUp"

    async def test_looking_again_counts(self) -> None:
        report = await Scene(BARE).full()

        assert again(request(), report) == request(attempt=1)

    async def test_a_final_report_asks_for_nothing(self) -> None:
        report = await Scene().full()

        assert again(request(), report) is None

    async def test_a_burst_of_requests_is_one_chain_of_looks(self) -> None:
        scene = Scene(BARE)
        first = await scene.full(id="first")

        second = await scene.full(id="second")

        assert first.retry_after == 2.0
        assert (second.verdict, second.retry_after) == (Verdict.WAITING, None)

    async def test_a_chain_that_is_overdue_is_taken_over(self) -> None:
        scene = Scene(BARE)
        await scene.full(id="first")
        scene.clock.move(A_MINUTE)

        second = await scene.full(id="second")

        assert second.retry_after == 2.0


class TestTheSameAccount:
    async def test_found_again_as_a_clean_pass_left_it_is_not_looked_at(self) -> None:
        scene = Scene()
        await scene.full()
        scene.clock.move(A_MINUTE)
        report, seen = await scene.reconciler.close_and_compare(request(Lane.FAST))

        assert report.verdict is Verdict.CONVERGED
        assert await scene.ask(fingerprint=seen) is None

    async def test_is_looked_at_when_somebody_has_changed_it(self) -> None:
        scene = Scene()
        await scene.full()
        scene.clock.move(A_MINUTE)
        scene.azure.accounts[ACCOUNT] = account(tags=(("team", "search"),))
        _, seen = await scene.reconciler.close_and_compare(request(Lane.FAST))

        assert await scene.ask(fingerprint=seen) is not None

    async def test_is_looked_at_while_something_is_left_to_be_done(self) -> None:
        scene = Scene(WITHOUT_RECORD)
        seen = account().fingerprint
        await scene.full()
        scene.clock.move(A_MINUTE)

        assert await scene.ask(fingerprint=seen) is not None

    @pytest.mark.parametrize("seen", [OPEN, OPEN_TO_ALL])
    async def test_has_no_mark_where_the_fast_lane_had_something_to_do(
        self, seen: Observed
    ) -> None:
        _, mark = await Scene(seen).reconciler.close_and_compare(request(Lane.FAST))

        assert mark is None


class TestTheLease:
    async def test_a_request_that_a_later_pass_has_answered_is_dropped(self) -> None:
        scene = Scene()
        scene.clock.move(1)
        await scene.full()

        assert await scene.reconciler.reconcile(request(since=NOW)) is None

    async def test_a_request_made_after_the_last_pass_began_is_not_dropped(self) -> None:
        scene = Scene()
        await scene.full()
        scene.clock.move(1)

        assert await scene.full() is not None

    async def test_a_waiting_pass_leaves_earlier_requests_to_its_next_look(self) -> None:
        scene = Scene(BARE)
        scene.clock.move(1)
        await scene.full()

        assert await scene.reconciler.reconcile(request(since=NOW, id="another")) is None
        assert await scene.reconciler.reconcile(request(since=NOW)) is not None

    async def test_a_request_that_is_answered_never_asks_for_the_lease(self) -> None:
        scene = Scene()
        scene.clock.move(1)
        await scene.full()
        scene.ledger.holders[ACCOUNT] = "somebody else"

        assert await scene.reconciler.reconcile(request(since=NOW)) is None

    async def test_a_request_that_was_answered_while_it_took_the_lease_is_dropped(self) -> None:
        ledger = ForgetfulLedger()
        scene = Scene(ledger=ledger)
        scene.clock.move(1)
        await scene.full()

        assert await scene.reconciler.reconcile(request(since=NOW)) is None
        assert ledger.taken == 2

    async def test_a_lease_that_is_taken_is_waited_for_without_counting(self) -> None:
        scene = Scene(OPEN, ledger=MemoryLedger(holders={ACCOUNT: "somebody else"}))

        report = await scene.full()

        assert report.verdict is Verdict.WAITING
        assert report.retry_after is not None
        assert 2 <= report.retry_after <= 8
        assert scene.cloud.applied == []
        assert again(request(), report) == request()

    async def test_a_lease_that_was_lost_leaves_nothing_behind(self) -> None:
        scene = Scene(WITHOUT_RECORD, ledger=OvertakenLedger())

        report = await scene.full()

        assert (report.verdict, report.results[0].code) == (Verdict.WAITING, "LeaseLost")
        assert (scene.ledger.written, scene.ledger.histories) == ({}, {})

    async def test_the_lease_is_given_back(self) -> None:
        scene = Scene(BARE)

        await scene.full()

        assert scene.ledger.holders == {}

    async def test_without_a_ledger_an_open_account_is_closed_all_the_same(self) -> None:
        scene = Scene(OPEN_AND_BARE, ledger=UnreachableLedger())

        report = await scene.full()

        assert report.verdict is Verdict.WAITING
        assert [type(action) for action in scene.cloud.applied] == [CloseAccess]
        assert [each.verdict for each in scene.told] == [Verdict.REMEDIED]

    async def test_what_was_closed_without_a_ledger_and_cannot_be_told_travels_with_the_request(
        self,
    ) -> None:
        scene = Scene(OPEN_AND_BARE, ledger=UnreachableLedger(), deaf=Refused("no such right"))

        report = await scene.full()

        later = again(request(), report)
        assert later is not None
        assert later.closed is not None
        assert later.closed.verdict is Verdict.REMEDIED
        assert [result.outcome for result in later.closed.results] == [Outcome.DONE]
        assert "public-access" in [drift.rule for drift in later.closed.drifts]

    async def test_a_pass_that_could_not_be_told_is_not_recorded(self) -> None:
        scene = Scene(WITHOUT_RECORD, deaf=Unavailable("the outbox does not answer"))

        report = await scene.full()

        assert report.verdict is Verdict.WAITING
        assert scene.ledger.written == {}
