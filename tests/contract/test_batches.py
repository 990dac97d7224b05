"""What is remembered of the looks that people asked for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from remediation.adapters.batches import TableBatches
from remediation.adapters.names import BATCHES_QUEUE
from remediation.batch import Batch, Entry
from remediation.ids import ResourceId
from remediation.report import Actor, ActorKind, Verdict
from tests.builders import ACCOUNT, NOW, OTHER_ACCOUNT
from tests.contract.storage import Storage

BATCH = Batch("batch-1", "all", enforce=True, asked=NOW, by=Actor(ActorKind.USER, "Robin"))
LOOKED_AT = Entry(ACCOUNT, Verdict.HELD, "strict", ("record",), ("AUDIT",), NOW, "report-1")


@pytest.fixture
async def batches(storage: Storage) -> TableBatches:
    return TableBatches(await storage.tables(), await storage.queues())


async def test_a_batch_that_nobody_began_is_not_there(batches: TableBatches) -> None:
    assert await batches.get("batch-1") is None


async def test_a_batch_is_begun_once(batches: TableBatches) -> None:
    assert await batches.begin(BATCH) is None

    later = replace(BATCH, asked=NOW + timedelta(hours=1))
    assert BATCH == await batches.begin(later)


async def test_its_accounts_wait_until_somebody_looks(batches: TableBatches) -> None:
    await batches.begin(BATCH)
    await batches.add(BATCH, [ACCOUNT, OTHER_ACCOUNT])

    found = await batches.get(BATCH.id)

    assert found is not None
    assert found.batch == replace(BATCH, listed=True)
    assert set(found.entries) == {Entry(ACCOUNT), Entry(OTHER_ACCOUNT)}


async def test_the_newest_verdict_is_kept(batches: TableBatches) -> None:
    await batches.begin(BATCH)
    await batches.add(BATCH, [ACCOUNT])
    await batches.note(BATCH.id, replace(LOOKED_AT, verdict=Verdict.WAITING))
    await batches.note(BATCH.id, LOOKED_AT)

    found = await batches.get(BATCH.id)

    assert found is not None
    assert found.entries == (LOOKED_AT,)


@pytest.mark.parametrize("size", [0, 99, 100, 250])
async def test_a_batch_may_be_of_any_size(batches: TableBatches, size: int) -> None:
    accounts = [ResourceId.parse(f"{ACCOUNT.text}-{number}") for number in range(size)]
    await batches.begin(BATCH)
    await batches.add(BATCH, accounts)

    found = await batches.get(BATCH.id)

    assert found is not None
    assert (found.batch.listed, len(found.entries)) == (True, size)


async def test_the_question_waits_in_a_queue(storage: Storage, batches: TableBatches) -> None:
    await batches.ask("batch-1")

    message = await (await storage.queue(BATCHES_QUEUE)).receive_message()

    assert message is not None
    assert message.content == '{"id":"batch-1"}'
