"""What is remembered of sweeps: the same in memory as on genuine tables."""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from remediation.adapters.graph_checkpoints import TableSweeps
from remediation.adapters.names import SWEEPS_TABLE
from remediation.adapters.tables import Table, packed
from remediation.errors import Busy, Unavailable
from remediation.fleet import Blindness, BlindSpot, Checkpoint, OpenSpot
from remediation.ids import ResourceId
from remediation.ports import LEASE_TAKEN
from remediation.sweep_ports import Sweeps
from tests.builders import ACCOUNT, NOW, OTHER_ACCOUNT
from tests.contract.storage import HandClock, Storage
from tests.memory.sweeps import MemorySweeps

SPOT = OpenSpot(BlindSpot(Blindness.EVENTS, "a subscription", "a detail"), NOW)
HALFWAY = Checkpoint(7, NOW, ACCOUNT.key, 1000, 12, NOW - timedelta(hours=1), (SPOT,))

type Worker = Callable[[], Sweeps]


@pytest.fixture(params=["memory", "tables"])
async def worker(
    request: pytest.FixtureRequest, storage: Storage, clock: HandClock
) -> AsyncIterator[Worker]:
    """What each worker has for itself; what they remember is the same."""
    in_memory, service = MemorySweeps(), await storage.tables()
    if request.param == "memory":
        yield lambda: in_memory
    else:
        yield lambda: TableSweeps(service, clock)


async def test_before_the_first_sweep_there_is_nothing(worker: Worker) -> None:
    async with worker().lease("one") as lease:
        assert (lease.checkpoint, lease.known) == (Checkpoint(), frozenset())


async def test_what_was_saved_is_there_for_the_next_worker(worker: Worker) -> None:
    async with worker().lease("one") as lease:
        await lease.save(HALFWAY, new=[ACCOUNT])

    assert await worker().checkpoint() == HALFWAY
    async with worker().lease("two") as lease:
        assert (lease.checkpoint, lease.known) == (HALFWAY, frozenset({ACCOUNT}))


async def test_an_account_is_known_until_it_is_gone(worker: Worker) -> None:
    async with worker().lease("one") as lease:
        await lease.save(HALFWAY, new=[ACCOUNT])
        await lease.save(HALFWAY, new=[OTHER_ACCOUNT])
        first = lease.known
        await lease.save(HALFWAY, gone=[ACCOUNT])
        second = lease.known

    assert (first, second) == (frozenset({ACCOUNT, OTHER_ACCOUNT}), frozenset({OTHER_ACCOUNT}))
    async with worker().lease("two") as lease:
        assert lease.known == frozenset({OTHER_ACCOUNT})


async def test_a_sweep_that_stopped_in_between_has_saved_what_it_did(worker: Worker) -> None:
    with contextlib.suppress(Unavailable):
        async with worker().lease("one") as lease:
            await lease.save(HALFWAY, new=[ACCOUNT])
            raise Unavailable("the index does not answer")

    async with worker().lease("two") as lease:
        assert (lease.checkpoint, lease.known) == (HALFWAY, frozenset({ACCOUNT}))


async def test_two_sweeps_never_run_at_once(worker: Worker) -> None:
    async with worker().lease("one"):
        with pytest.raises(Busy) as caught:
            async with worker().lease("two"):
                pass

    assert caught.value.code == LEASE_TAKEN
    assert caught.value.retry_after
    async with worker().lease("three"):
        pass


async def test_ten_thousand_accounts_are_remembered(worker: Worker) -> None:
    accounts = [ResourceId.parse(f"{ACCOUNT.text}-{number}") for number in range(10_000)]
    async with worker().lease("one") as lease:
        await lease.save(HALFWAY, new=accounts)

    async with worker().lease("two") as lease:
        assert lease.known == set(accounts)


# On tables -------------------------------------------------------------------------------------------------------


async def test_a_worker_that_died_holds_nobody_up_for_long(
    storage: Storage, clock: HandClock
) -> None:
    service = await storage.tables()
    dead = TableSweeps(service, clock, lease_seconds=600)
    await dead._leases.take("sweep", "one")
    clock.advance(601)

    async with TableSweeps(service, clock).lease("two") as lease:
        assert lease.checkpoint == Checkpoint()


async def test_who_was_overtaken_saves_nothing(storage: Storage, clock: HandClock) -> None:
    service = await storage.tables()
    sweeps = TableSweeps(service, clock)
    async with sweeps.lease("slow") as slow:
        await slow.save(HALFWAY)
        clock.advance(601)
        async with sweeps.lease("quick") as quick:
            await quick.save(replace(HALFWAY, number=8), new=[OTHER_ACCOUNT])
            with pytest.raises(Busy):
                await slow.save(replace(HALFWAY, number=99), new=[ACCOUNT])

    async with sweeps.lease("next") as lease:
        assert (lease.checkpoint.number, lease.known) == (8, frozenset({OTHER_ACCOUNT}))


async def test_what_cannot_be_read_is_forgotten(storage: Storage, clock: HandClock) -> None:
    service = await storage.tables()
    table = Table(service.get_table_client(SWEEPS_TABLE))
    async with TableSweeps(service, clock).lease("one") as lease:
        await lease.save(HALFWAY, new=[ACCOUNT])
    for row in ("state", "known|00", "known|zz"):
        await table.put(
            {"PartitionKey": "sweep", "RowKey": row, **packed({"ids": [7], "number": "x"})}
        )

    async with TableSweeps(service, clock).lease("two") as lease:
        assert (lease.checkpoint, lease.known) == (Checkpoint(), frozenset({ACCOUNT}))
