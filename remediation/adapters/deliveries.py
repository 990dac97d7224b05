"""What has each channel still to be told? One table, a partition for each channel: what belongs together changes so.

row                       life
alert|<id>                inserted once and kept for long: no channel is told twice of one id
waiting|<oldest first>    the alert itself, from put to delivered
open|<incident>           the channel was told of a drift, and until it is over hears of its end
state                     what turns must know of each other: tokens, failures, the next look
lease                     whose turn it is, see leases.py
"""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from azure.data.tables.aio import TableServiceClient
from azure.storage.queue.aio import QueueServiceClient

from remediation.adapters.leases import Held, Leases
from remediation.adapters.names import ALERTS_QUEUE, CHANNELS_TABLE
from remediation.adapters.queues import Queue
from remediation.adapters.sizes import LONGEST_DOCUMENT, fitted
from remediation.adapters.tables import (
    Operation,
    Row,
    Table,
    create,
    delete,
    merge_if_unchanged,
    packed,
    safe_key,
    unpacked,
    upsert,
)
from remediation.channels import routing, word
from remediation.channels.turn import State, Waiting
from remediation.channels.word import Word
from remediation.errors import Busy
from remediation.ports import Clock
from remediation.report import Codec

STATES = Codec(State)

_log = logging.getLogger(__name__)

_STATE = "state"
# "}" follows "|" in ASCII, so the range holds every row that starts with "waiting|".
_WAITING = ("waiting|", "waiting}")
_AT_ONCE = 500
# Source: learn.microsoft.com, performing-entity-group-transactions: 100 operations in a batch.
_BATCH = 90
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class TableDeliveries:
    """The Deliveries on one table, which is made when it is missing, and the queue of alerts."""

    def __init__(
        self,
        tables: TableServiceClient,
        queues: QueueServiceClient,
        clock: Clock,
        turn_seconds: float = 120.0,
    ) -> None:
        """Takes ready-made clients, and how long a turn lasts when its holder dies."""
        self._table = Table(tables.get_table_client(CHANNELS_TABLE))
        self._queue = Queue(queues, ALERTS_QUEUE)
        self._leases = Leases(self._table, clock, turn_seconds)
        self._clock = clock

    async def put(self, channel: str, word: Word, *, ends: bool) -> None:
        """One batch, so that an alert waits if and only if its id is known."""
        partition, now = safe_key(channel), self._clock.now()
        rows = [
            create(_row(partition, _alert_key(word.id), stored=now)),
            create(_waiting_row(partition, word, now, ends=ends)),
        ]
        if routing.begins(word) or ends:
            incident = _row(partition, _open_key(word.incident), open=not ends, stored=now)
            rows.append(upsert(incident))
        try:
            await self._table.batch(rows)
        except Busy as error:
            if error.code != "EntityAlreadyExists":
                raise

    async def is_open(self, channel: str, incident: str) -> bool:
        row = await self._table.get(safe_key(channel), _open_key(incident))
        return row is not None and bool(row["open"])

    async def waiting(self, channel: str) -> tuple[Waiting, ...]:
        rows = await self._table.between(safe_key(channel), *_WAITING, _AT_ONCE)
        return tuple(read for row in rows if (read := _read(row)) is not None)

    @asynccontextmanager
    async def turn(self, channel: str, holder: str) -> AsyncIterator["TableTurn"]:
        partition = safe_key(channel)
        held = await self._leases.take(partition, holder)
        try:
            yield TableTurn(self._table, self._leases, held, await self._state(partition))
        finally:
            await self._leases.release(held)

    async def ask(self, channel: str, delay: float) -> None:
        await self._queue.send({"channel": channel}, delay)

    async def _state(self, partition: str) -> State:
        """A row that cannot be read is forgotten: it only says how to be patient."""
        row = await self._table.get(partition, _STATE)
        if row is None:
            return State()
        try:
            return STATES.from_json(unpacked(row))
        except ValueError:
            _log.exception("state of a channel not readable", extra={"channel": partition})
            return State()


class TableTurn:
    """A channel's turn. Every write proves that it is still ours, or is Busy."""

    def __init__(self, table: Table, leases: Leases, held: Held, state: State) -> None:
        """Made by the deliveries alone."""
        self._table = table
        self._leases = leases
        self._held = held
        self._state = state

    @property
    def state(self) -> State:
        return self._state

    async def delivered(self, waiting: Sequence[Waiting]) -> None:
        for start in range(0, len(waiting), _BATCH):
            part = waiting[start : start + _BATCH]
            await self._write([delete(_row(self._held.partition, each.key)) for each in part])

    async def aside(self, waiting: Sequence[Waiting], until: datetime) -> None:
        for start in range(0, len(waiting), _BATCH):
            rows = [
                _row(self._held.partition, each.key, aside=until)
                for each in waiting[start : start + _BATCH]
            ]
            await self._write([merge_if_unchanged(row, "*") for row in rows])

    async def record(self, state: State) -> None:
        row = _row(self._held.partition, _STATE, **packed(STATES.to_json(state)))
        await self._write([upsert(row)])

    async def _write(self, rows: list[Operation]) -> None:
        *_, self._held.etag = await self._table.batch([*rows, self._leases.confirm(self._held)])


def _row(partition: str, key: str, **properties: object) -> Row:
    return {"PartitionKey": partition, "RowKey": key, **properties}


def _alert_key(alert_id: str) -> str:
    return f"alert|{safe_key(alert_id)}"


def _open_key(incident: str) -> str:
    return f"open|{safe_key(incident)}"


def _waiting_row(partition: str, told: Word, now: datetime, *, ends: bool) -> Row:
    since = (now - _EPOCH) // timedelta(microseconds=1)
    key = f"waiting|{since:016d}|{safe_key(told.id)}"
    content = packed(fitted(told.event, LONGEST_DOCUMENT))
    return _row(partition, key, stored=now, ends=ends, **content)


def _read(row: Row) -> Waiting | None:
    """A row that cannot be read stays where it is, for a person to look at."""
    try:
        told = word.read(unpacked(row))
        return Waiting(row["RowKey"], told, row["stored"], row["ends"], row.get("aside"))
    except (ValueError, KeyError, TypeError):
        _log.exception("alert of a channel not readable", extra={"row": row.get("RowKey")})
        return None
