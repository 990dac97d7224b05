"""One pass per account at a time, whatever workers do or die of."""

import asyncio
from dataclasses import replace

import pytest

from remediation.adapters.leases import Leases
from remediation.adapters.ledger import TableLedger
from remediation.adapters.names import LEDGER_TABLE
from remediation.adapters.tables import Table, safe_key
from remediation.errors import Busy
from remediation.ports import History
from tests.builders import ACCOUNT, NOW, OTHER_ACCOUNT, report
from tests.contract.cut import Wire
from tests.contract.storage import HandClock, Storage

LASTS = 120.0
FOUND = report(id="found")
REMEMBERED = History(answered_at=NOW)


async def ledger_of(storage: Storage, clock: HandClock) -> TableLedger:
    return TableLedger(await storage.tables(), clock, LASTS)


async def take_and_die(storage: Storage, clock: HandClock) -> None:
    """As a worker does that is killed in the middle of a pass: nothing of it is ever run again."""
    table = Table((await storage.tables()).get_table_client(LEDGER_TABLE))
    await Leases(table, clock, LASTS).take(safe_key(ACCOUNT.key), "died")


async def winners(ledger: TableLedger, many: int) -> list[str]:
    """The holders that get in when all come at once and stay until all have tried."""
    inside: list[str] = []
    tried = asyncio.Barrier(many)

    async def enter(holder: str) -> None:
        try:
            async with ledger.lease(ACCOUNT, holder):
                inside.append(holder)
                await tried.wait()
        except Busy:
            await tried.wait()

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        for number in range(many):
            group.create_task(enter(f"holder-{number}"))
    return inside


async def test_of_many_who_come_at_once_exactly_one_gets_the_first_lease(
    storage: Storage, clock: HandClock
) -> None:
    ledger = await ledger_of(storage, clock)

    assert len(await winners(ledger, 20)) == 1


async def test_of_many_who_come_at_once_exactly_one_gets_a_lease_that_was_free_again(
    storage: Storage, clock: HandClock
) -> None:
    ledger = await ledger_of(storage, clock)
    await take_and_die(storage, clock)
    clock.advance(LASTS)

    assert len(await winners(ledger, 20)) == 1


async def test_a_taken_lease_says_when_it_will_be_free(storage: Storage, clock: HandClock) -> None:
    ledger, other = await ledger_of(storage, clock), await ledger_of(storage, clock)
    async with ledger.lease(ACCOUNT, "first"):
        clock.advance(100)
        with pytest.raises(Busy) as caught:
            await other.lease(ACCOUNT, "second").__aenter__()

    assert caught.value.code == "LeaseTaken"
    assert caught.value.retry_after == 20


async def test_a_lease_that_is_nearly_free_is_not_asked_for_at_once(
    storage: Storage, clock: HandClock
) -> None:
    ledger = await ledger_of(storage, clock)
    async with ledger.lease(ACCOUNT, "first"):
        clock.advance(LASTS - 0.001)
        with pytest.raises(Busy) as caught:
            await ledger.lease(ACCOUNT, "second").__aenter__()

    assert caught.value.retry_after == 1


async def test_the_lease_of_another_account_is_free(storage: Storage, clock: HandClock) -> None:
    ledger = await ledger_of(storage, clock)
    async with ledger.lease(ACCOUNT, "first"), ledger.lease(OTHER_ACCOUNT, "second") as lease:
        assert lease.history == History()


async def test_a_lease_is_free_once_its_pass_has_ended(storage: Storage, clock: HandClock) -> None:
    ledger, other = await ledger_of(storage, clock), await ledger_of(storage, clock)
    async with ledger.lease(ACCOUNT, "first") as lease:
        await lease.record(FOUND, REMEMBERED, ())
    async with other.lease(ACCOUNT, "second") as lease:
        assert lease.history == REMEMBERED


async def test_a_pass_that_fails_gives_its_lease_back_and_keeps_its_own_error(
    storage: Storage, clock: HandClock
) -> None:
    ledger = await ledger_of(storage, clock)
    with pytest.raises(ZeroDivisionError):
        async with ledger.lease(ACCOUNT, "first"):
            raise ZeroDivisionError

    assert await winners(ledger, 1) == ["holder-0"]


async def test_a_pass_that_fails_while_the_storage_is_gone_keeps_its_own_error(
    storage: Storage, clock: HandClock
) -> None:
    tables = await storage.tables()
    passing = TableLedger(tables, clock, LASTS).lease(ACCOUNT, "first")
    await passing.__aenter__()
    await tables.delete_table(LEDGER_TABLE)
    error = ZeroDivisionError()

    assert await passing.__aexit__(ZeroDivisionError, error, None) is False


async def test_a_lease_ends_by_itself_when_its_holder_has_died(
    storage: Storage, clock: HandClock
) -> None:
    ledger = await ledger_of(storage, clock)
    await take_and_die(storage, clock)

    clock.advance(LASTS - 10)
    assert await winners(ledger, 1) == []
    clock.advance(10)
    assert await winners(ledger, 1) == ["holder-0"]


async def test_a_holder_that_was_overtaken_stores_nothing(
    storage: Storage, clock: HandClock
) -> None:
    slow, quick = await ledger_of(storage, clock), await ledger_of(storage, clock)
    async with slow.lease(ACCOUNT, "slow") as overtaken:
        clock.advance(LASTS)
        async with quick.lease(ACCOUNT, "quick") as lease:
            with pytest.raises(Busy):
                await overtaken.record(FOUND, REMEMBERED, (OTHER_ACCOUNT,))

            assert await quick.reports(ACCOUNT, 10) == ()
            assert await quick.history(ACCOUNT) == History()
            assert await quick.served_by(OTHER_ACCOUNT) == ()
            await lease.record(FOUND, REMEMBERED, ())

    assert await quick.reports(ACCOUNT, 10) == (FOUND,)


async def test_a_holder_that_was_overtaken_stores_nothing_even_after_the_other_is_done(
    storage: Storage, clock: HandClock
) -> None:
    slow, quick = await ledger_of(storage, clock), await ledger_of(storage, clock)
    async with slow.lease(ACCOUNT, "slow") as overtaken:
        clock.advance(LASTS)
        async with quick.lease(ACCOUNT, "quick"):
            pass
        with pytest.raises(Busy):
            await overtaken.record(FOUND, REMEMBERED, ())

    assert await quick.reports(ACCOUNT, 10) == ()


async def test_a_holder_that_was_overtaken_leaves_the_others_lease_alone(
    storage: Storage, clock: HandClock
) -> None:
    slow, quick = await ledger_of(storage, clock), await ledger_of(storage, clock)
    passing = slow.lease(ACCOUNT, "slow")
    await passing.__aenter__()
    clock.advance(LASTS)
    async with quick.lease(ACCOUNT, "quick"):
        await passing.__aexit__(None, None, None)

        assert await winners(slow, 1) == []


async def test_a_late_holder_that_nobody_has_overtaken_still_stores(
    storage: Storage, clock: HandClock
) -> None:
    ledger = await ledger_of(storage, clock)
    async with ledger.lease(ACCOUNT, "slow") as lease:
        clock.advance(LASTS + 10)
        await lease.record(FOUND, REMEMBERED, ())

    assert await ledger.history(ACCOUNT) == REMEMBERED


async def test_one_lease_may_store_more_than_once(storage: Storage, clock: HandClock) -> None:
    ledger = await ledger_of(storage, clock)
    async with ledger.lease(ACCOUNT, "twice") as lease:
        await lease.record(FOUND, History(), ())
        await lease.record(replace(FOUND, id="again"), REMEMBERED, ())
        assert lease.history == REMEMBERED

    assert {each.id for each in await ledger.reports(ACCOUNT, 10)} == {"found", "again"}


async def test_what_was_stored_counts_although_its_answer_was_lost(
    storage: Storage, clock: HandClock
) -> None:
    async with Wire(storage.azurite.table_url, storage.authority) as wire:
        ledger = TableLedger(await storage.tables(wire.url), clock, LASTS)
        async with ledger.lease(ACCOUNT, "unlucky") as lease:
            wire.cut = True
            await lease.record(FOUND, REMEMBERED, ())

            assert not wire.cut

        assert await ledger.history(ACCOUNT) == REMEMBERED
        assert await winners(ledger, 1) == ["holder-0"]
