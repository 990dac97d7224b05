"""Which alerts are on their way? A table that keeps them until they are delivered, and a queue that asks for it.

    row            life
    alert|<id>     inserted once; when delivered, the content goes and the row stays, so that no id is sent twice
    waiting|<id>   from put to delivered: what is overdue is found without reading every alert there ever was

Both rows of an alert change in one batch. The queue message only names the alert: `{"id": "<id>"}`. It may be lost
or come twice, the rows decide.
"""

from datetime import datetime

from azure.data.tables.aio import TableServiceClient
from azure.storage.queue.aio import QueueServiceClient

from remediation.adapters.names import ALERTS_QUEUE, OUTBOX_TABLE
from remediation.adapters.queues import Queue
from remediation.adapters.sizes import LONGEST_DOCUMENT, fitted
from remediation.adapters.tables import (
    Row,
    Table,
    create,
    delete,
    packed,
    safe_key,
    unpacked,
    upsert,
)
from remediation.errors import Busy, Refused, Retryable
from remediation.ports import Clock
from remediation.report import Json

_PARTITION = "outbox"
# "}" follows "|" in ASCII, so the range holds every row that starts with "waiting|".
_WAITING = ("waiting|", "waiting}")


class TableOutbox:
    """The Outbox on one table and one queue, which are made when they are missing."""

    def __init__(
        self, tables: TableServiceClient, queues: QueueServiceClient, clock: Clock
    ) -> None:
        """Takes ready-made clients."""
        self._table = Table(tables.get_table_client(OUTBOX_TABLE))
        self._queue = Queue(queues, ALERTS_QUEUE)
        self._clock = clock

    async def put(self, alert_id: str, alert: Json) -> None:
        """Asks again for an alert that is stored already, unless it was delivered: the first asking may be lost."""
        if await self._store(alert_id, alert) or not await self._is_delivered(alert_id):
            await self.ask(alert_id)

    async def get(self, alert_id: str) -> Json | None:
        row = await self._table.get(_PARTITION, _alert_key(alert_id))
        if row is None or "delivered" in row:
            return None
        try:
            return unpacked(row)
        except ValueError as error:
            raise Refused(f"alert {alert_id} is not readable: {error}") from error

    async def delivered(self, alert_id: str) -> None:
        row = await self._table.get(_PARTITION, _alert_key(alert_id))
        if row is None or "delivered" in row:
            return
        tombstone = _row(_alert_key(alert_id), id=alert_id, delivered=self._clock.now())
        try:
            await self._table.batch([upsert(tombstone), delete(_row(_waiting_key(alert_id)))])
        except Retryable:
            # Somebody else marked it meanwhile, or the answer was lost on its way.
            if not await self._is_delivered(alert_id):
                raise

    async def overdue(self, before: datetime) -> tuple[str, ...]:
        """The oldest first."""
        rows = await self._table.between(_PARTITION, *_WAITING)
        late = sorted((row["stored"], row["id"]) for row in rows if row["stored"] < before)
        return tuple(alert_id for _, alert_id in late)

    async def ask(self, alert_id: str, delay: float = 0) -> None:
        await self._queue.send({"id": alert_id}, delay)

    async def _store(self, alert_id: str, alert: Json) -> bool:
        """False when the alert was stored before."""
        now = self._clock.now()
        content = packed(fitted(alert, LONGEST_DOCUMENT))
        operations = [
            create(_row(_alert_key(alert_id), id=alert_id, stored=now, **content)),
            upsert(_row(_waiting_key(alert_id), id=alert_id, stored=now)),
        ]
        try:
            await self._table.batch(operations)
        except Busy as error:
            if error.code != "EntityAlreadyExists":
                raise
            return False
        return True

    async def _is_delivered(self, alert_id: str) -> bool:
        row = await self._table.get(_PARTITION, _alert_key(alert_id))
        return row is not None and "delivered" in row


def _row(key: str, **properties: object) -> Row:
    return {"PartitionKey": _PARTITION, "RowKey": key, **properties}


def _alert_key(alert_id: str) -> str:
    return f"alert|{safe_key(alert_id)}"


def _waiting_key(alert_id: str) -> str:
    return f"waiting|{safe_key(alert_id)}"
