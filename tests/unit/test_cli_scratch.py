"""What a terminal remembers: as a ledger does, for the length of a run, and never into the one behind it."""

import pytest

from remediation.adapters.scratch import (
    ScratchBatches,
    ScratchLedger,
    ScratchOutbox,
    ScratchTallies,
)
from remediation.batch import Batch, Entry
from remediation.brakes import BlastLimit
from remediation.desired import Baseline
from remediation.errors import Busy
from remediation.ports import LEASE_TAKEN, History
from remediation.report import Verdict
from tests import builders
from tests.builders import ACCOUNT, ENDPOINT, NOW, OTHER_ACCOUNT
from tests.memory import MemoryLedger, MovableClock

PAST = History(
    answered_at=NOW, baseline=Baseline(builders.endpoint_spec()), incident=builders.report()
)


async def recorded(ledger: ScratchLedger | MemoryLedger, report_id: str) -> None:
    async with ledger.lease(ACCOUNT, report_id) as lease:
        await lease.record(builders.report(id=report_id), PAST, (ENDPOINT,))


async def test_it_remembers_what_a_pass_recorded() -> None:
    ledger = ScratchLedger()
    await recorded(ledger, "one")
    await recorded(ledger, "two")

    assert await ledger.history(ACCOUNT) == PAST
    assert [r.id for r in await ledger.reports(ACCOUNT, 5)] == ["two", "one"]
    assert await ledger.served_by(ENDPOINT) == (ACCOUNT,)
    assert await ledger.reports(OTHER_ACCOUNT, 5) == ()
    assert await ledger.served_by(builders.HUB) == ()


async def test_one_account_is_looked_at_once_at_a_time() -> None:
    ledger = ScratchLedger()
    async with ledger.lease(ACCOUNT, "one"):
        with pytest.raises(Busy) as taken:
            async with ledger.lease(ACCOUNT, "two"):
                pass

    assert taken.value.code == LEASE_TAKEN
    async with ledger.lease(ACCOUNT, "two") as lease:
        assert lease.history == History()


async def test_the_ledger_behind_is_read_and_never_written() -> None:
    behind = MemoryLedger()
    await recorded(behind, "before")
    ledger = ScratchLedger(behind)

    assert await ledger.history(ACCOUNT) == History(baseline=PAST.baseline)
    assert await ledger.served_by(ENDPOINT) == (ACCOUNT,)
    await recorded(ledger, "mine")

    assert [r.id for r in await ledger.reports(ACCOUNT, 5)] == ["mine", "before"]
    assert [r.id for r in await ledger.reports(ACCOUNT, 1)] == ["mine"]
    assert [r.id for r in await behind.reports(ACCOUNT, 5)] == ["before"]


async def test_a_run_counts_what_it_puts_back() -> None:
    tallies = ScratchTallies(MovableClock())
    limit = BlastLimit(1, 100, builders.desired().grace + (NOW - NOW.replace(hour=0)))

    assert (await tallies.claim(ACCOUNT, limit)).granted
    assert not (await tallies.claim(OTHER_ACCOUNT, limit)).granted


async def test_a_batch_is_known_by_its_id() -> None:
    batches, batch = ScratchBatches(), Batch("b1", "all", enforce=True, asked=NOW)

    assert await batches.begin(batch) is None
    assert await batches.begin(Batch("b1", "all", enforce=False, asked=NOW)) == batch
    await batches.add(batch, (ACCOUNT,))
    await batches.note("b1", Entry(ACCOUNT, Verdict.CONVERGED))
    found = await batches.get("b1")
    assert found is not None
    assert found.is_done
    assert await batches.get("b2") is None


async def test_an_alert_is_kept_until_it_is_delivered() -> None:
    outbox = ScratchOutbox()
    await outbox.put("a1", {"n": 1})
    await outbox.put("a1", {"n": 2})

    assert await outbox.get("a1") == {"n": 1}
    await outbox.delivered("a1")
    assert await outbox.get("a1") is None
