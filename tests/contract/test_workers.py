"""Two workers that share nothing but storage and Azure: what each does, the other does not do again."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from remediation.adapters.ledger import TableLedger
from remediation.desired import Desired
from remediation.observed import Account, Network
from remediation.ports import LEASE_SECONDS
from remediation.reconciler import Reconciler, again
from remediation.report import Outcome, Report, Request, Verdict
from tests.builders import NOW, account, desired, observed, request
from tests.contract.storage import Storage
from tests.memory import Azure, MemoryCloud, MovableClock

BARE = observed(account=account(connections=()), endpoints=(), zones=())

type Interlude = Callable[[], Awaitable[None]]


class Pausable(MemoryCloud):
    """Azure as one worker sees it; `after_look` happens between its look and its first write."""

    after_look: Interlude | None = None

    async def network(self, account: Account, desired: Desired) -> Network:
        seen = await super().network(account, desired)
        interlude, self.after_look = self.after_look, None
        if interlude is not None:
            await interlude()
        return seen


class Worker:
    """A process: clients of its own, and a reconciler on them."""

    def __init__(self, cloud: MemoryCloud, ledger: TableLedger, clock: MovableClock) -> None:
        self.cloud = cloud
        self.reconciler = Reconciler(
            cloud,
            ledger,
            clock,
            desired_for=lambda *_: desired(),
            known_zones=lambda _: (),
            tell=_nobody,
            patience=timedelta(hours=1),
        )

    async def run(self, asked: Request) -> Report | None:
        return await self.reconciler.reconcile(asked)


async def _nobody(_: Report) -> None:
    pass


@pytest.fixture
async def workers(storage: Storage) -> list[Worker]:
    """Two of them, on one Azure."""
    clock = MovableClock(NOW)
    azure = Azure.showing(BARE, clock)
    return [
        Worker(Pausable(azure), TableLedger(await storage.tables(), clock), clock) for _ in range(2)
    ]


def names(*workers: Worker) -> list[str]:
    return sorted(type(action).__name__ for worker in workers for action in worker.cloud.applied)


async def until_final(worker: Worker, asked: Request) -> Report:
    while True:
        report = await worker.run(asked)
        assert report is not None
        later = again(asked, report)
        if later is None:
            return report
        worker.cloud.azure.clock.move(report.retry_after or 0)
        asked = later


async def test_two_passes_at_once_write_each_thing_once(workers: list[Worker]) -> None:
    one, other = workers
    asked = [request(id="one"), request(id="other")]
    first = await asyncio.gather(one.run(asked[0]), other.run(asked[1]))

    one.cloud.azure.clock.move(60)
    last = await until_final(one, request(id="last", since=NOW + timedelta(seconds=60)))

    assert [report.verdict for report in first if report] == [Verdict.WAITING] * 2
    assert last.verdict in {Verdict.REMEDIED, Verdict.CONVERGED}
    assert names(*workers) == ["AttachZones", "CreateEndpoint", "CreateZone", "LinkZone"]


async def test_a_worker_that_was_overtaken_builds_nothing(workers: list[Worker]) -> None:
    """It stood still after its look, longer than its lease; the other has done all there is to do meanwhile."""
    slow, quick = workers
    clock, done = slow.cloud.azure.clock, list[Report]()

    async def meanwhile() -> None:
        clock.move(LEASE_SECONDS)
        done.append(await until_final(quick, request(id="quick", since=clock.now())))

    assert isinstance(slow.cloud, Pausable)
    slow.cloud.after_look = meanwhile
    report = await slow.run(request(id="slow"))

    assert done[0].verdict is Verdict.REMEDIED
    assert names(slow) == []
    assert report is not None
    assert (report.verdict, report.results[0].outcome) == (Verdict.WAITING, Outcome.WAITING)


async def test_a_worker_builds_nothing_that_may_outlast_its_lease(workers: list[Worker]) -> None:
    """Nobody has overtaken it yet, but somebody may before ARM has answered."""
    slow, _ = workers

    async def meanwhile() -> None:
        slow.cloud.azure.clock.move(LEASE_SECONDS / 2)

    assert isinstance(slow.cloud, Pausable)
    slow.cloud.after_look = meanwhile
    report = await slow.run(request(id="slow"))

    assert names(slow) == []
    assert report is not None
    assert {result.code for result in report.results} == {"Late"}
    assert (await until_final(slow, request(since=slow.cloud.azure.clock.now()))).drifts


async def test_a_burst_of_requests_is_one_pass(workers: list[Worker]) -> None:
    one, other = workers
    clock = one.cloud.azure.clock
    await until_final(one, request(id="first"))
    clock.move(60)
    burst = [request(id=f"burst-{n}", since=clock.now() - timedelta(seconds=n)) for n in range(20)]
    clock.move(1)

    reports = [await worker.run(asked) for asked in burst for worker in workers]

    passes = [report for report in reports if report is not None]
    assert [report.verdict for report in passes] == [Verdict.CONVERGED]
    assert names(other) == []
