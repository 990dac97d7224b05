"""An alert that was stored is delivered at least once, and asked for no more after that."""

import json
from datetime import timedelta
from typing import Any

import pytest

from remediation.adapters.names import ALERTS_QUEUE, OUTBOX_TABLE
from remediation.adapters.outbox import TableOutbox
from remediation.errors import Refused, Unavailable
from tests.builders import NOW
from tests.contract.cut import Wire
from tests.contract.storage import HandClock, Storage

ALERT = {"id": "alert-1", "data": {"headline": "latch-demo was open for 3 s and is closed"}}


@pytest.fixture
async def outbox(storage: Storage, clock: HandClock) -> TableOutbox:
    return TableOutbox(await storage.tables(), await storage.queues(), clock)


async def asked(storage: Storage) -> list[Any]:
    """The messages that the host would read now, and delete."""
    queue = await storage.queue(ALERTS_QUEUE)
    found = []
    async for message in queue.receive_messages(messages_per_page=32):
        found.append(json.loads(message.content))
        await queue.delete_message(message)
    return found


async def test_a_stored_alert_is_asked_for_and_waits(storage: Storage, outbox: TableOutbox) -> None:
    await outbox.put("alert-1", ALERT)

    assert await asked(storage) == [{"id": "alert-1"}]
    assert await outbox.get("alert-1") == ALERT


async def test_an_alert_nobody_stored_does_not_wait(outbox: TableOutbox) -> None:
    assert await outbox.get("alert-1") is None
    assert await outbox.overdue(NOW) == ()


async def test_the_same_alert_again_changes_nothing_but_is_asked_for_again(
    storage: Storage, outbox: TableOutbox
) -> None:
    await outbox.put("alert-1", ALERT)
    await outbox.put("alert-1", {"id": "alert-1", "data": "another"})

    assert await asked(storage) == [{"id": "alert-1"}, {"id": "alert-1"}]
    assert await outbox.get("alert-1") == ALERT


async def test_a_delivered_alert_is_never_sent_again(storage: Storage, outbox: TableOutbox) -> None:
    await outbox.put("alert-1", ALERT)
    await outbox.delivered("alert-1")
    await asked(storage)
    await outbox.put("alert-1", ALERT)

    assert await asked(storage) == []
    assert await outbox.get("alert-1") is None


async def test_of_a_delivered_alert_only_the_id_is_kept(
    storage: Storage, outbox: TableOutbox
) -> None:
    await outbox.put("alert-1", ALERT)
    await outbox.delivered("alert-1")
    table = (await storage.tables()).get_table_client(OUTBOX_TABLE)
    rows = [dict(row) async for row in table.list_entities()]

    assert rows == [
        {"PartitionKey": "outbox", "RowKey": "alert|alert-1", "id": "alert-1", "delivered": NOW}
    ]


async def test_marking_an_alert_twice_is_marking_it_once(outbox: TableOutbox) -> None:
    await outbox.put("alert-1", ALERT)
    await outbox.delivered("alert-1")
    await outbox.delivered("alert-1")

    assert await outbox.get("alert-1") is None


async def test_marking_an_alert_that_nobody_stored_changes_nothing(
    storage: Storage, outbox: TableOutbox
) -> None:
    await outbox.delivered("alert-1")
    await outbox.put("alert-1", ALERT)

    assert await outbox.get("alert-1") == ALERT
    assert await asked(storage) == [{"id": "alert-1"}]


async def test_what_was_stored_long_ago_and_not_delivered_is_overdue_the_oldest_first(
    outbox: TableOutbox, clock: HandClock
) -> None:
    for alert_id in ("the-oldest", "delivered", "b-later", "a-latest"):
        await outbox.put(alert_id, ALERT)
        clock.advance(60)
    await outbox.delivered("delivered")

    assert await outbox.overdue(NOW) == ()
    assert await outbox.overdue(NOW + timedelta(seconds=180)) == ("the-oldest", "b-later")


async def test_an_alert_may_be_asked_for_later(storage: Storage, outbox: TableOutbox) -> None:
    await outbox.ask("alert-1", delay=60)

    assert await asked(storage) == []
    await storage.clock.advance(60)
    assert await asked(storage) == [{"id": "alert-1"}]


async def test_a_long_alert_is_kept_whole_and_an_endless_one_shortened(
    outbox: TableOutbox,
) -> None:
    long = {"id": "long", "lines": ["é" * 1000] * 50}
    await outbox.put("long", long)
    await outbox.put("endless", {"id": "endless", "lines": ["é" * 5_000] * 500})
    shortened = await outbox.get("endless")

    assert await outbox.get("long") == long
    assert shortened is not None
    assert shortened["id"] == "endless"
    assert shortened["lines"] == ["é" * 1_023 + "…"] * 30


async def test_an_alert_that_cannot_be_read_is_told_and_not_taken_for_delivered(
    storage: Storage, outbox: TableOutbox
) -> None:
    await outbox.put("alert-1", ALERT)
    table = (await storage.tables()).get_table_client(OUTBOX_TABLE)
    row = await table.get_entity("outbox", "alert|alert-1")
    await table.update_entity({**row, "json0": "not json"})

    with pytest.raises(Refused, match="alert-1"):
        await outbox.get("alert-1")


async def test_a_mark_counts_although_its_answer_was_lost(
    storage: Storage, clock: HandClock
) -> None:
    async with Wire(storage.azurite.table_url, storage.authority) as wire:
        outbox = TableOutbox(await storage.tables(wire.url), await storage.queues(), clock)
        await outbox.put("alert-1", ALERT)
        wire.cut = True
        await outbox.delivered("alert-1")

        assert not wire.cut
        assert await outbox.get("alert-1") is None


async def test_an_alert_whose_asking_failed_is_found_overdue(
    storage: Storage, clock: HandClock
) -> None:
    async with Wire(storage.azurite.queue_url, storage.authority) as wire:
        outbox = TableOutbox(await storage.tables(), await storage.queues(wire.url), clock)
        wire.broken = ALERTS_QUEUE
        with pytest.raises(Unavailable):
            await outbox.put("alert-1", ALERT)

    assert await outbox.get("alert-1") == ALERT
    assert await outbox.overdue(NOW + timedelta(seconds=1)) == ("alert-1",)


async def test_an_alert_that_cannot_be_stored_or_marked_is_told(
    storage: Storage, clock: HandClock
) -> None:
    async with Wire(storage.azurite.table_url, storage.authority) as wire:
        outbox = TableOutbox(await storage.tables(wire.url), await storage.queues(), clock)
        await outbox.put("alert-1", ALERT)
        wire.broken = "$batch"
        with pytest.raises(Unavailable):
            await outbox.put("alert-2", ALERT)
        with pytest.raises(Unavailable):
            await outbox.delivered("alert-1")

    assert await asked(storage) == [{"id": "alert-1"}]
