"""What is old enough to be forgotten? Reports of the ledger, and the marks of delivered alerts in the outbox.

    row                   is forgotten when
    report|<newest>|<id>  it ended before the moment given; the newest-first key tells without reading it
    alert|<id>            it was delivered before that moment; then the same alert might be sent again, if it were made
                          again, and no incident lasts that long
    anything else         never: state and leases are one row per account

A person's name in a report is kept no longer than the report.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import batched, groupby

from azure.data.tables import TableEntity
from azure.data.tables.aio import TableServiceClient

from remediation.adapters.ledger import REPORT_ROWS, report_key
from remediation.adapters.names import LEDGER_TABLE, OUTBOX_TABLE
from remediation.adapters.tables import Row, Table, delete
from remediation.errors import RemediationError

_log = logging.getLogger(__name__)

# Source: learn.microsoft.com, performing-entity-group-transactions: at most 100 entities.
_LARGEST_BATCH = 100
_ALERTS = ("alert|", "alert}")
_MICROSECOND = timedelta(microseconds=1)


class TableRetention:
    """The Retention on the tables of ledger and outbox."""

    def __init__(self, service: TableServiceClient) -> None:
        """Takes a ready-made client."""
        self._ledger = Table(service.get_table_client(LEDGER_TABLE))
        self._outbox = Table(service.get_table_client(OUTBOX_TABLE))

    async def forget(self, before: datetime, most: int = 1000) -> int:
        alerts = await self._outbox.found(
            "RowKey ge @low and RowKey lt @high and delivered lt @before",
            {"low": _ALERTS[0], "high": _ALERTS[1], "before": before},
            most,
        )
        deleted = await _delete(self._outbox, alerts)
        reports = await self._ledger.found(
            "RowKey ge @low and RowKey lt @high",
            {"low": report_key(before - _MICROSECOND), "high": REPORT_ROWS[1]},
            most - len(alerts),
        )
        return deleted + await _delete(self._ledger, reports)


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
