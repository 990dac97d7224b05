"""How far is the sweep, and which accounts does it know? One partition on Azure Tables.

partition = sweep     row
                      lease        who may sweep now, see leases.py
                      state        the checkpoint
                      known|<hh>   the accounts whose ids hash to hh, so that a fleet of any size fits

Known accounts are stored before the checkpoint: what is done twice after a crash is harmless, what is left out is not.
"""

import hashlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager

from azure.data.tables.aio import TableServiceClient

from remediation.adapters.leases import Held, Leases
from remediation.adapters.names import SWEEPS_TABLE
from remediation.adapters.tables import Row, Table, packed, unpacked, upsert
from remediation.fleet import Checkpoint
from remediation.ids import ResourceId
from remediation.ports import Clock
from remediation.report import Codec

CHECKPOINTS = Codec(Checkpoint)
_log = logging.getLogger(__name__)

_PARTITION = "sweep"
_STATE = "state"
_KNOWN = ("known|", "known}")
_SHARDS = 64
# Rows of one batch: it holds 4 MiB, and a row at most a tenth of that (performing-entity-group-transactions).
_AT_ONCE = 8
# A sweep that takes longer may be overtaken; what it stores after that is refused.
LEASE_SECONDS = 600.0

type Shards = dict[int, set[ResourceId]]


class TableSweeps:
    """The port `Sweeps`, on a table that is made when it is missing."""

    def __init__(
        self, service: TableServiceClient, clock: Clock, lease_seconds: float = LEASE_SECONDS
    ) -> None:
        """Takes a ready-made client, and how long the lease lasts when its holder dies."""
        self._table = Table(service.get_table_client(SWEEPS_TABLE))
        self._leases = Leases(self._table, clock, lease_seconds)

    @asynccontextmanager
    async def lease(self, holder: str) -> AsyncIterator["TableSweepLease"]:
        held = await self._leases.take(_PARTITION, holder)
        try:
            shards = await self._shards()
            checkpoint = await self.checkpoint()
            yield TableSweepLease(self._table, self._leases, held, checkpoint, shards)
        finally:
            await self._leases.release(held)

    async def checkpoint(self) -> Checkpoint:
        """What cannot be read is forgotten: the next sweep begins anew."""
        row = await self._table.get(_PARTITION, _STATE)
        if row is None:
            return Checkpoint()
        try:
            return CHECKPOINTS.from_json(unpacked(row))
        except ValueError:
            _log.exception("checkpoint not readable")
            return Checkpoint()

    async def _shards(self) -> Shards:
        shards: Shards = defaultdict(set)
        for row in await self._table.between(_PARTITION, *_KNOWN):
            try:
                ids = {ResourceId.parse(text) for text in unpacked(row)["ids"]}
                shards[int(row["RowKey"].removeprefix(_KNOWN[0]), 16)] = ids
            except (ValueError, KeyError, TypeError, AttributeError):
                _log.exception("known accounts not readable")
        return shards


class TableSweepLease:
    """The right to sweep; see leases.py for its life."""

    def __init__(
        self, table: Table, leases: Leases, held: Held, checkpoint: Checkpoint, shards: Shards
    ) -> None:
        """Made by `TableSweeps` alone."""
        self._table = table
        self._leases = leases
        self._held = held
        self._shards = shards
        self.checkpoint = checkpoint

    @property
    def known(self) -> frozenset[ResourceId]:
        return frozenset[ResourceId]().union(*self._shards.values())

    async def save(
        self,
        checkpoint: Checkpoint,
        new: Collection[ResourceId] = (),
        gone: Collection[ResourceId] = (),
    ) -> None:
        for account in new:
            self._shards[_shard(account)].add(account)
        for account in gone:
            self._shards[_shard(account)].discard(account)
        changed = sorted({_shard(account) for account in (*new, *gone)})
        for start in range(0, len(changed), _AT_ONCE):
            await self._store(
                _known_row(shard, self._shards[shard])
                for shard in changed[start : start + _AT_ONCE]
            )
        await self._store([_state_row(checkpoint)])
        self.checkpoint = checkpoint

    async def _store(self, rows: Iterable[Row]) -> None:
        operations = [*map(upsert, rows), self._leases.confirm(self._held)]
        *_, self._held.etag = await self._table.batch(operations)


def _shard(account: ResourceId) -> int:
    return hashlib.sha256(account.key.encode()).digest()[0] % _SHARDS


def _known_row(shard: int, ids: Iterable[ResourceId]) -> Row:
    document = {"ids": sorted(account.text for account in ids)}
    return {"PartitionKey": _PARTITION, "RowKey": f"{_KNOWN[0]}{shard:02x}", **packed(document)}


def _state_row(checkpoint: Checkpoint) -> Row:
    return {
        "PartitionKey": _PARTITION,
        "RowKey": _STATE,
        **packed(CHECKPOINTS.to_json(checkpoint)),
    }
