"""What is old is forgotten, what is needed is not."""

from datetime import timedelta

import pytest

from remediation.adapters.deliveries import TableDeliveries
from remediation.adapters.ledger import TableLedger
from remediation.adapters.outbox import TableOutbox
from remediation.adapters.retention import TableRetention
from remediation.channels.word import read
from remediation.ports import History
from tests.builders import ACCOUNT, ENDPOINT, NOW, OTHER_ACCOUNT, report
from tests.contract.cut import Wire
from tests.contract.storage import HandClock, Storage
from tests.told import alert

A_DAY = timedelta(days=1)


async def noted(storage: Storage, clock: HandClock, *days_ago: int) -> TableLedger:
    ledger = TableLedger(await storage.tables(), clock)
    for account in (ACCOUNT, OTHER_ACCOUNT):
        for days in days_ago:
            await ledger.note(report(id=f"{days}", account=account, ended=NOW - days * A_DAY))
    return ledger


async def test_reports_of_all_accounts_are_forgotten_when_they_are_old(
    storage: Storage, clock: HandClock
) -> None:
    ledger = await noted(storage, clock, 1, 30, 31, 90)
    retention = TableRetention(await storage.tables())

    assert await retention.forget(NOW - 30 * A_DAY) == 4
    for account in (ACCOUNT, OTHER_ACCOUNT):
        assert [each.id for each in await ledger.reports(account, 10)] == ["1", "30"]


async def test_what_is_remembered_of_an_account_is_not_forgotten(
    storage: Storage, clock: HandClock
) -> None:
    ledger = await noted(storage, clock, 90)
    remembered = History(answered_at=NOW - 90 * A_DAY)
    async with ledger.lease(ACCOUNT, "holder") as lease:
        await lease.record(report(ended=NOW - 90 * A_DAY), remembered, (ENDPOINT,))

    await TableRetention(await storage.tables()).forget(NOW)

    assert await ledger.history(ACCOUNT) == remembered
    assert await ledger.served_by(ENDPOINT) == (ACCOUNT,)


async def test_no_more_is_forgotten_at_once_than_was_asked_for(
    storage: Storage, clock: HandClock
) -> None:
    await noted(storage, clock, *range(40, 45))
    retention = TableRetention(await storage.tables())

    assert [await retention.forget(NOW, most=4) for _ in range(4)] == [4, 4, 2, 0]


async def test_more_than_a_batch_of_one_account_is_forgotten(
    storage: Storage, clock: HandClock
) -> None:
    ledger = TableLedger(await storage.tables(), clock)
    for number in range(120):
        await ledger.note(report(id=str(number), ended=NOW - A_DAY))

    assert await TableRetention(await storage.tables()).forget(NOW) == 120
    assert await ledger.reports(ACCOUNT, 1) == ()


async def test_alerts_that_were_delivered_are_forgotten_and_others_are_kept(
    storage: Storage, clock: HandClock
) -> None:
    outbox = TableOutbox(await storage.tables(), await storage.queues(), clock)
    for alert_id in ("delivered", "waiting"):
        await outbox.put(alert_id, {"id": alert_id})
    await outbox.delivered("delivered")
    clock.advance(3600)
    await outbox.put("fresh", {"id": "fresh"})
    await outbox.delivered("fresh")

    assert await TableRetention(await storage.tables()).forget(clock.now()) == 1
    assert await outbox.get("waiting") == {"id": "waiting"}
    assert await outbox.overdue(clock.now()) == ("waiting",)
    assert await outbox.get("fresh") is None


async def test_of_channels_old_ids_and_incidents_that_are_over_are_forgotten(
    storage: Storage, clock: HandClock
) -> None:
    deliveries = TableDeliveries(await storage.tables(), await storage.queues(), clock)
    for number, kind in ((1, "Held"), (2, "Held"), (2, "Restored")):
        await deliveries.put("siem", read(alert(number, kind)), ends=kind == "Restored")
    clock.advance(3600)
    fresh = read(alert(3, "Held"))
    await deliveries.put("siem", fresh, ends=False)
    retention = TableRetention(await storage.tables())

    assert await retention.forget(clock.now()) == 4
    assert await retention.forget(clock.now()) == 0
    assert await deliveries.is_open("siem", "incident-1")
    await deliveries.put("siem", fresh, ends=False)
    waiting = [each.word.id for each in await deliveries.waiting("siem")]
    assert ["held-1", "held-2", "restored-2", "held-3"] == waiting


async def test_of_tables_that_do_not_exist_yet_nothing_is_forgotten(storage: Storage) -> None:
    assert await TableRetention(await storage.tables()).forget(NOW) == 0


async def test_what_cannot_be_deleted_now_is_left_for_the_next_time(
    storage: Storage, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    await noted(storage, clock, 90)
    async with Wire(storage.azurite.table_url, storage.authority) as wire:
        retention = TableRetention(await storage.tables(wire.url))
        wire.broken = "$batch"
        forgotten = await retention.forget(NOW)
        wire.broken = ""

        assert forgotten == 0
        assert await retention.forget(NOW) == 2
    assert {line.message for line in caplog.records} == {"old rows not deleted"}
