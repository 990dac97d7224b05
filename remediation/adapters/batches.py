"""Where are the looks that people asked for remembered? One partition a batch on Azure Tables, and a queue to list it.

partition = id of the batch     row
                                batch                  what was asked for
                                account|<account>      the account's newest verdict, once there is one
"""

from collections.abc import Sequence
from dataclasses import replace

from azure.data.tables.aio import TableServiceClient
from azure.storage.queue.aio import QueueServiceClient

from remediation.adapters.names import BATCHES_QUEUE, BATCHES_TABLE
from remediation.adapters.queues import Queue
from remediation.adapters.tables import Operation, Row, Table, packed, safe_key, unpacked, upsert
from remediation.batch import BATCHES, ENTRIES, Batch, Entry, Progress
from remediation.ids import ResourceId

_BATCH = "batch"
# "}" follows "|" in ASCII, so the range holds every row that starts with "account|".
_ENTRIES = ("account|", "account}")
# A batch of operations takes a hundred (performing-entity-group-transactions).
_AT_ONCE = 100


class TableBatches:
    """The Batches on a table and a queue, which are made when they are missing."""

    def __init__(self, tables: TableServiceClient, queues: QueueServiceClient) -> None:
        """Takes ready-made clients."""
        self._table = Table(tables.get_table_client(BATCHES_TABLE))
        self._queue = Queue(queues, BATCHES_QUEUE)

    async def begin(self, batch: Batch) -> Batch | None:
        if await self._table.insert(_batch_row(batch)) is not None:
            return None
        return await self._batch(batch.id)

    async def ask(self, id_: str) -> None:
        await self._queue.send({"id": id_})

    async def add(self, batch: Batch, accounts: Sequence[ResourceId]) -> None:
        """What is noted already is noted again by the passes that follow."""
        rows = [upsert(_entry_row(batch.id, Entry(account))) for account in accounts]
        operations: list[Operation] = [*rows, upsert(_batch_row(replace(batch, listed=True)))]
        for start in range(0, len(operations), _AT_ONCE):
            await self._table.batch(operations[start : start + _AT_ONCE])

    async def note(self, id_: str, entry: Entry) -> None:
        await self._table.put(_entry_row(id_, entry))

    async def get(self, id_: str) -> Progress | None:
        batch = await self._batch(id_)
        if batch is None:
            return None
        rows = await self._table.between(safe_key(id_), *_ENTRIES)
        return Progress(batch, tuple(ENTRIES.from_json(unpacked(row)) for row in rows))

    async def _batch(self, id_: str) -> Batch | None:
        row = await self._table.get(safe_key(id_), _BATCH)
        return None if row is None else BATCHES.from_json(unpacked(row))


def _batch_row(batch: Batch) -> Row:
    return {
        "PartitionKey": safe_key(batch.id),
        "RowKey": _BATCH,
        **packed(BATCHES.to_json(batch)),
    }


def _entry_row(id_: str, entry: Entry) -> Row:
    return {
        "PartitionKey": safe_key(id_),
        "RowKey": f"account|{safe_key(entry.account.key)}",
        **packed(ENTRIES.to_json(entry)),
    }
