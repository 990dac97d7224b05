"""What do passes do, and leave, when somebody is on the other side, when too much is broken, in a pause?"""

from dataclasses import replace
from datetime import datetime, timedelta

from remediation.brakes import BlastLimit, FightLimit, Limits
from remediation.caution import Caution
from remediation.desired import Baseline, Desired, Exemption
from remediation.errors import Unavailable
from remediation.observed import Account, Network
from remediation.plan import CloseAccess
from remediation.ports import NextLook
from remediation.reconciler import Reconciler, again
from remediation.report import Actor, ActorKind, Cause, Lane, Outcome, Report, Trigger, Verdict
from tests.builders import (
    ACCOUNT,
    ENDPOINT,
    OTHER_ACCOUNT,
    desired,
    observed,
    request,
)
from tests.memory import Azure, MemoryCloud, MemoryLedger, MemoryTallies, MovableClock

A_MINUTE = 60.0
AN_HOUR = 3600.0
A_WEEK = timedelta(days=6)
TERRAFORM = Actor(ActorKind.APP, "terraform-ci", "object-1", "app-1")
LIMITS = Limits(FightLimit(2, timedelta(days=1)), BlastLimit(1, 100, timedelta(hours=1)))


class SlowCloud(MemoryCloud):
    """A look at the private path takes so long."""

    seconds_per_look = 0.0

    async def network(self, account: Account, desired: Desired) -> Network:
        self.azure.clock.move(self.seconds_per_look)
        return await super().network(account, desired)


class Scene:
    """One account in a memory Azure, somebody who changes it, and passes with all brakes."""

    def __init__(
        self,
        wanted: Desired | None = None,
        *,
        limits: Limits = LIMITS,
        paused: bool = False,
    ) -> None:
        self.clock = MovableClock()
        self.azure = Azure.showing(observed(), self.clock)
        self.cloud = SlowCloud(self.azure)
        self.ledger = MemoryLedger()
        self.tallies = MemoryTallies(self.clock)
        self.wanted = wanted or desired()
        self.told: list[Report] = []
        self.reconciler = Reconciler(
            self.cloud,
            self.ledger,
            self.clock,
            desired_for=self._desired_for,
            known_zones=lambda _: (),
            tell=self._tell,
            patience=timedelta(minutes=30),
            caution=Caution(
                self.clock,
                limits_for=lambda _: limits,
                tallies=self.tallies,
                farthest=A_WEEK,
                paused=paused,
            ),
        )

    def _desired_for(
        self, _: Account, __: tuple[str, ...], ___: Baseline | None, now: datetime
    ) -> Desired:
        lapsed = tuple(each for each in self.wanted.exemptions if now < each.until)
        return replace(self.wanted, exemptions=lapsed)

    async def _tell(self, report: Report) -> None:
        self.told.append(report)

    def cause(self) -> Cause:
        return Cause(Trigger.EVENT, self.clock.now(), actor=TERRAFORM)

    async def full(self, closed: Report | None = None) -> Report:
        """A FULL pass for something that Terraform has just done."""
        asked = request(since=self.clock.now(), cause=closed.cause if closed else self.cause())
        report = await self.reconciler.reconcile(asked, closed)
        assert report is not None
        return report

    async def settled(self) -> Report:
        """Passes until the last one is final; the looks go on for the same cause."""
        report = await self.full()
        asked = request(cause=report.cause)
        while report.verdict is Verdict.WAITING:
            self.clock.move(A_MINUTE)
            later = again(asked, report)
            assert later is not None
            found = await self.reconciler.reconcile(replace(later, since=self.clock.now()))
            assert found is not None
            asked, report = later, found
        return report

    def open(self) -> None:
        """Somebody opens the account, and Azure is done with it."""
        self.azure.change_account(ACCOUNT, public_network_access="Enabled")
        self.clock.move(A_MINUTE)

    async def opened(self) -> Report:
        """Somebody opens the account, and the FAST lane closes it; the FULL pass follows."""
        self.open()
        closed = await self.reconciler.close(request(Lane.FAST, cause=self.cause()))
        self.clock.move(A_MINUTE)
        return await self.full(closed)

    async def endpoint_deleted(self) -> Report:
        self.azure.delete_endpoint(ENDPOINT)
        return await self.settled()

    @property
    def done(self) -> list[str]:
        return [type(action).__name__ for action in self.cloud.applied]


def reasons(report: Report) -> set[str]:
    return {drift.withheld for drift in report.drifts if drift.withheld}


class TestAFight:
    async def test_over_the_endpoint_stops_the_rebuilding(self) -> None:
        scene = Scene()
        cured = [await scene.endpoint_deleted(), await scene.endpoint_deleted()]

        third = await scene.endpoint_deleted()

        assert [each.verdict for each in cured] == [Verdict.REMEDIED] * 2
        assert (third.verdict, reasons(third)) == (Verdict.HELD, {"FLAPPING"})
        assert scene.done.count("CreateEndpoint") == 2
        assert "undone each time by terraform-ci (app id app-1" in third.drifts[-1].message

    async def test_goes_on_with_closing(self) -> None:
        scene = Scene()
        for _ in range(3):
            await scene.endpoint_deleted()
        scene.open()

        await scene.full()

        assert isinstance(scene.cloud.applied[-1], CloseAccess)
        assert scene.azure.accounts[ACCOUNT].public_network_access == "Disabled"

    async def test_ends_by_itself_when_the_window_is_calm(self) -> None:
        scene = Scene()
        for _ in range(3):
            report = await scene.endpoint_deleted()
        assert report.retry_after is not None
        scene.clock.move(report.retry_after)

        last = await scene.settled()

        assert last.verdict is Verdict.REMEDIED
        assert ENDPOINT in scene.azure.endpoints

    async def test_over_closing_is_told_although_nothing_is_held_back(self) -> None:
        scene = Scene()
        first, second, third = [await scene.opened() for _ in range(3)]

        assert (first.verdict, first.drifts) == (Verdict.CONVERGED, ())
        assert [each.verdict for each in (second, third)] == [Verdict.HELD] * 2
        assert [drift.rule for drift in third.drifts] == ["flapping"]
        assert "done 3 times (Close public network access of" in third.drifts[0].actual
        assert scene.done == ["CloseAccess"] * 3

    async def test_over_closing_is_open_until_the_window_is_calm(self) -> None:
        scene = Scene()
        second = [await scene.opened() for _ in range(2)][1]

        beside = await scene.full()
        scene.clock.move(24 * AN_HOUR)
        after = await scene.full()

        assert [each.verdict for each in (second, beside)] == [Verdict.HELD] * 2
        assert (after.verdict, after.drifts) == (Verdict.CONVERGED, beside.drifts)

    async def test_is_none_when_a_pass_must_do_a_thing_twice_for_one_cause(self) -> None:
        scene = Scene()
        cause = scene.cause()
        for _ in range(4):
            scene.azure.delete_endpoint(ENDPOINT)
            report = await scene.reconciler.reconcile(request(since=scene.clock.now(), cause=cause))
            scene.clock.move(A_MINUTE)

        assert report is not None
        assert scene.done.count("CreateEndpoint") == 4
        assert "FLAPPING" not in reasons(report)

    async def test_is_not_forgotten_while_the_account_cannot_be_read(self) -> None:
        scene = Scene()
        for _ in range(2):
            await scene.endpoint_deleted()
        scene.cloud.read_trouble = [Unavailable("no answer")]
        await scene.full()

        third = await scene.endpoint_deleted()

        assert reasons(third) == {"FLAPPING"}

    async def test_is_with_whom_the_incident_is_and_not_with_who_asked_for_a_look(self) -> None:
        scene = Scene()
        scene.azure.delete_endpoint(ENDPOINT)
        scene.cloud.trouble = [Unavailable("no answer")]
        await scene.full()
        scene.clock.move(A_MINUTE)
        asker = Actor(ActorKind.USER, "Robin Example")
        asked = Cause(Trigger.RECHECK, scene.clock.now(), actor=asker)

        await scene.reconciler.reconcile(request(since=scene.clock.now(), cause=asked))

        [revert] = scene.ledger.remembered(ACCOUNT).reverts
        assert revert.actor == TERRAFORM


class TestTooManyAccounts:
    async def test_hold_the_rebuilding_back_and_not_the_closing(self) -> None:
        scene = Scene()
        await scene.tallies.claim(OTHER_ACCOUNT, BlastLimit(1, 100, timedelta(hours=1)))
        scene.open()
        scene.azure.delete_endpoint(ENDPOINT)

        report = await scene.settled()

        assert (report.verdict, reasons(report)) == (Verdict.HELD, {"TOO_MANY"})
        assert scene.done == ["CloseAccess"]

    async def test_end_by_themselves(self) -> None:
        scene = Scene()
        await scene.tallies.claim(OTHER_ACCOUNT, BlastLimit(1, 100, timedelta(hours=1)))
        scene.azure.delete_endpoint(ENDPOINT)
        report = await scene.settled()
        assert report.retry_after == AN_HOUR + 1
        scene.clock.move(report.retry_after)

        last = await scene.settled()

        assert last.verdict is Verdict.REMEDIED

    async def test_are_not_counted_where_an_account_is_only_closed(self) -> None:
        scene = Scene()
        scene.open()

        await scene.settled()

        assert scene.tallies.tally.accounts == ()

    async def test_whom_nobody_could_count_wait_and_closing_goes_on(self) -> None:
        scene = Scene()
        scene.open()
        scene.azure.delete_zone_group(ENDPOINT)
        scene.tallies.trouble = [Unavailable("storage does not answer")]

        report = await scene.full()

        assert report.verdict is Verdict.WAITING
        assert scene.done == ["CloseAccess"]


class TestAPause:
    async def test_changes_nothing_in_either_lane(self) -> None:
        scene = Scene(paused=True)
        scene.open()
        scene.azure.delete_endpoint(ENDPOINT)

        fast = await scene.reconciler.close(request(Lane.FAST, cause=scene.cause()))
        full = await scene.full()

        assert scene.done == []
        assert [each.verdict for each in (fast, full)] == [Verdict.HELD] * 2
        assert reasons(fast) == reasons(full) == {"PAUSED"}
        assert full.retry_after is None


class TestALapse:
    async def test_of_an_exemption_is_looked_at(self) -> None:
        scene = Scene()
        scene.open()
        until = scene.clock.now() + timedelta(hours=2)
        exempt = Exemption(frozenset(), until, "a demo", "ai-team")
        scene.wanted = desired(exemptions=(exempt,))

        asked = request(since=scene.clock.now(), cause=scene.cause())
        held = await scene.reconciler.reconcile(asked)
        assert held is not None
        scene.clock.move(AN_HOUR)
        beside = await scene.full()
        later = again(asked, held)
        assert later is not None
        scene.clock.move(AN_HOUR + 1)
        lapsed = await scene.reconciler.reconcile(later)

        assert (held.verdict, held.retry_after) == (Verdict.HELD, 2 * AN_HOUR + 1)
        assert beside.verdict is Verdict.HELD
        assert lapsed is not None
        assert scene.done == ["CloseAccess"]

    async def test_is_asked_for_once_however_many_passes_find_it(self) -> None:
        scene = Scene()
        until = scene.clock.now() + timedelta(hours=2)
        scene.wanted = desired(exemptions=(Exemption(frozenset(), until, "a demo", "ai-team"),))
        scene.open()
        first = await scene.reconciler.reconcile(request(since=scene.clock.now(), id="first"))
        scene.clock.move(A_MINUTE)

        second = await scene.reconciler.reconcile(request(since=scene.clock.now(), id="second"))

        assert first is not None
        assert first.retry_after is not None
        assert second is not None
        assert (second.verdict, second.retry_after) == (Verdict.HELD, None)
        look = NextLook("first", until + timedelta(seconds=1), lapse=True)
        assert scene.ledger.remembered(ACCOUNT).next_look == look


class TestASlowPass:
    async def test_builds_nothing_that_might_outlast_its_lease(self) -> None:
        scene = Scene()
        scene.open()
        scene.azure.delete_zone_group(ENDPOINT)
        scene.cloud.seconds_per_look = 41.0

        report = await scene.full()

        assert [(r.outcome, r.code) for r in report.results] == [
            (Outcome.DONE, ""),
            (Outcome.WAITING, "Late"),
        ]
        assert scene.done == ["CloseAccess"]
