"""What is old enough to be forgotten? Reports of the ledger, and marks of alerts in the outbox and of each channel.

    table     row                   is forgotten when
    ledger    report|<newest>|<id>  it ended before the moment given; the newest-first key tells without reading it
    outbox    alert|<id>            it was delivered before that moment; then the same alert might be sent again, if it
                                    were made again, and no incident lasts that long
    channels  alert|<id>            it was stored before that moment, for the same reason
    channels  open|<incident>       its end was told before that moment; what is open is kept, so that its end is told
    any       anything else         never: state and leases are one row per account or channel, and what waits is told

A person's name in a report is kept no longer than the report.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import batched, groupby

from azure.data.tables import TableEntity
from azure.data.tables.aio import TableServiceClient

from remediation.adapters.ledger import REPORT_ROWS, report_key
from remediation.adapters.names import CHANNELS_TABLE, LEDGER_TABLE, OUTBOX_TABLE
from remediation.adapters.tables import Row, Table, delete
from remediation.errors import RemediationError

_log = logging.getLogger(__name__)

# Source: learn.microsoft.com, performing-entity-group-transactions: at most 100 entities.
_LARGEST_BATCH = 100
# "}" follows "|" in ASCII, so a range holds every row that starts with its first.
_ALERTS = ("alert|", "alert}")
_INCIDENTS = ("open|", "open}")
_MICROSECOND = timedelta(microseconds=1)


class TableRetention:
    """The Retention on the tables of ledger, outbox and channels."""

    def __init__(self, service: TableServiceClient) -> None:
        """Takes a ready-made client."""
        self._ledger = Table(service.get_table_client(LEDGER_TABLE))
        self._outbox = Table(service.get_table_client(OUTBOX_TABLE))
        self._channels = Table(service.get_table_client(CHANNELS_TABLE))

    async def forget(self, before: datetime, most: int = 1000) -> int:
        last_report = report_key(before - _MICROSECOND)
        old = (
            (self._outbox, _ALERTS, "delivered lt @before"),
            (self._channels, _ALERTS, "stored lt @before"),
            (self._channels, _INCIDENTS, "open eq @open and stored lt @before"),
            (self._ledger, (last_report, REPORT_ROWS[1]), ""),
        )
        deleted = 0
        for table, rows, condition in old:
            values = {"low": rows[0], "high": rows[1], "before": before, "open": False}
            asked = " and ".join(("RowKey ge @low", "RowKey lt @high", *filter(None, (condition,))))
            deleted += await _delete(table, await table.found(asked, values, most - deleted))
        return deleted


async def _delete(table: Table, rows: Iterable[TableEntity]) -> int:
    """Batches of one partition; one that another worker has begun to delete as well is left for the next time."""
    deleted = 0
    keys = sorted((str(row["PartitionKey"]), str(row["RowKey"])) for row in rows)
    for partition, group in groupby(keys, key=lambda key: key[0]):
        for some in batched((row for _, row in group), _LARGEST_BATCH, strict=False):
            try:
                await table.batch([delete(_row(partition, row)) for row in some])
            except RemediationError as error:
                _log.warning("old rows not deleted", extra={"error": str(error)})
            else:
                deleted += len(some)
    return deleted


def _row(partition: str, row: str) -> Row:
    return {"PartitionKey": partition, "RowKey": row}
