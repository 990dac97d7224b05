"""How many accounts have all workers together put back of late? One row, changed only as it was read.

    worker A   read 1 ......... write 2 (as it was: taken)
    worker B       read 1 ............ write 2 (changed since: refused) .. read 2 ... write 3

So a limit holds exactly, whoever counts. A row that cannot be read is started afresh: it is memory, and it must not
stop anybody forever.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

from azure.data.tables import TableEntity
from azure.data.tables.aio import TableServiceClient

from remediation.adapters.names import LEDGER_TABLE
from remediation.adapters.tables import Row, Table, etag_of, packed, replace_if_unchanged, unpacked
from remediation.brakes import BlastLimit, Claim, Tally
from remediation.errors import Busy
from remediation.ids import ResourceId
from remediation.ports import Clock
from remediation.report import Codec

TALLIES = Codec(Tally)

_log = logging.getLogger(__name__)

# No account's partition: their keys begin with a slash, which is written as a bar, or are 64 hexadecimal digits.
_PARTITION = "tally"
_ROW = "accounts"
# Of workers that race, one wins each time; more than this many at once come back in a moment.
_TRIES = 20
_SOON = 2.0


class TableTallies:
    """The Tallies on one row of the ledger's table, which is made when it is missing."""

    def __init__(self, service: TableServiceClient, clock: Clock) -> None:
        """Takes a ready-made client."""
        self._table = Table(service.get_table_client(LEDGER_TABLE))
        self._clock = clock

    async def claim(self, account: ResourceId, limit: BlastLimit) -> Claim:
        # Ids are long, and a row is not: what stands for an account need only be its own.
        key = sha256(account.key.encode()).hexdigest()[:16]
        return await self._change(lambda tally: tally.claim(key, limit, self._clock.now()))

    async def count_fleet(self, accounts: int) -> None:
        await self._change(lambda tally: (replace(tally, fleet=accounts), None))

    async def _change[T](self, change: Callable[[Tally], tuple[Tally, T]]) -> T:
        for _ in range(_TRIES):
            row = await self._table.get(_PARTITION, _ROW)
            before = _read(row)
            after, answer = change(before)
            if after == before or await self._write(after, row):
                return answer
        raise Busy("many workers count at once", code="TallyBusy", retry_after=_SOON)

    async def _write(self, tally: Tally, was: TableEntity | None) -> bool:
        """False when another worker was faster."""
        row: Row = {"PartitionKey": _PARTITION, "RowKey": _ROW, **packed(TALLIES.to_json(tally))}
        if was is None:
            return await self._table.insert(row) is not None
        try:
            await self._table.batch([replace_if_unchanged(row, etag_of(was))])
        except Busy:
            return False
        return True


def _read(row: TableEntity | None) -> Tally:
    if row is None:
        return Tally()
    try:
        return TALLIES.from_json(unpacked(row))
    except ValueError:
        _log.exception("tally not readable")
        return Tally()
