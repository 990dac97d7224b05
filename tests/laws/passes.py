"""What do passes make of a world? The genuine reconciler on memory, with time in between."""

from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from remediation import planner
from remediation.observed import Observed
from remediation.plan import Plan
from remediation.reconciler import Reconciler
from remediation.report import Cause, Lane, Report, Trigger
from tests.builders import ACCOUNT, request
from tests.laws import others
from tests.laws.strategies import World
from tests.memory import Azure, MemoryCloud, MemoryLedger, MovableClock

A_MINUTE = 60.0


def finished[T](coroutine: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns that never waits: memory answers at once, and a pass waits for nothing else."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        value: T = end.value
        return value
    raise AssertionError("a pass waited for something")


class Passes:
    """One account in a memory Azure, and the passes over it."""

    def __init__(self, world: World) -> None:
        self.desired = world.desired
        self.clock = MovableClock()
        self.azure = Azure.showing(world.seen, self.clock)
        others.move_in(self.azure)
        self.cloud = MemoryCloud(self.azure)
        self.cloud.approves = world.approves
        self.cloud.group_put_restores = world.group_put_restores
        self.told: list[Report] = []
        self._reconciler = Reconciler(
            self.cloud,
            MemoryLedger(),
            self.clock,
            desired_for=lambda *_: self.desired,
            known_zones=lambda _: (),
            tell=self._tell,
            patience=timedelta(hours=1),
        )

    async def _tell(self, report: Report) -> None:
        self.told.append(report)

    def run(self) -> Report:
        """One FULL pass, asked for now."""
        asked = request(since=self.clock.now())
        report = finished(self._reconciler.reconcile(asked))
        assert report is not None
        return report

    def close(self) -> Report:
        """One FAST pass, for an event of this moment."""
        cause = Cause(Trigger.EVENT, self.clock.now())
        asked = request(Lane.FAST, since=self.clock.now(), cause=cause)
        return finished(self._reconciler.close(asked))

    def several(self, times: int) -> None:
        for _ in range(times):
            self.run()
            self.clock.move(A_MINUTE)

    def look(self) -> Observed:
        """The account and its private path as they are now."""
        account = finished(self.cloud.account(ACCOUNT))
        assert account is not None
        return Observed(account, finished(self.cloud.network(account, self.desired)))

    def plan(self) -> Plan:
        return planner.plan(self.desired, self.look())
