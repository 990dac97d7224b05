"""What does Latch remember of an account? Reports, the last converged state, the lease: one table on Azure Tables.

    partition = account     row
                            lease                       who may change the account now, see leases.py
                            report|<newest first>|<id>  what one pass found and did
                            state                       History, and which resources served the account

One partition, because a batch cannot span tables or partitions: report, state and lease row change together or not at
all, so a holder that was overtaken stores nothing. The index is a table of its own, see index.py.
"""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from azure.data.tables.aio import TableServiceClient

from remediation.adapters.index import Index
from remediation.adapters.leases import Held, Leases
from remediation.adapters.names import INDEX_TABLE, LEDGER_TABLE
from remediation.adapters.sizes import LONGEST_DOCUMENT, fitted_report, written
from remediation.adapters.tables import Row, Table, packed, safe_key, unpacked, upsert
from remediation.errors import Retryable
from remediation.ids import ResourceId
from remediation.ports import LEASE_SECONDS, Clock, History
from remediation.report import REPORTS, Codec, Json, Report, Verdict

HISTORIES = Codec(History)

_log = logging.getLogger(__name__)

_STATE = "state"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MICROSECOND = 9_999_999_999_999_999
# "}" follows "|" in ASCII, so the range holds every row that starts with "report|".
REPORT_ROWS = ("report|", "report}")
# After these the account was seen whole: what did not serve it then does not serve it any more.
_SEEN_WHOLE = frozenset({Verdict.CONVERGED, Verdict.REMEDIED, Verdict.GONE})


@dataclass(frozen=True, slots=True)
class _Memory:
    """The state row: what is remembered, and which resources served the account."""

    history: History
    serves: frozenset[ResourceId]


_NOTHING = _Memory(History(), frozenset())


class TableLedger:
    """The Ledger on two tables, which are made when they are missing."""

    def __init__(
        self, service: TableServiceClient, clock: Clock, lease_seconds: float = LEASE_SECONDS
    ) -> None:
        """Takes a ready-made client, and how long a lease lasts when its holder dies."""
        self._table = Table(service.get_table_client(LEDGER_TABLE))
        self._index = Index(Table(service.get_table_client(INDEX_TABLE)))
        self._leases = Leases(self._table, clock, lease_seconds)

    @asynccontextmanager
    async def lease(self, account: ResourceId, holder: str) -> AsyncIterator["TableLease"]:
        """Taken on entry, or Busy; released on exit, whatever happened inside."""
        held = await self._leases.take(safe_key(account.key), holder)
        try:
            memory = await self._memory(account)
            yield TableLease(self._table, self._index, self._leases, held, memory)
        finally:
            await self._leases.release(held)

    async def history(self, account: ResourceId) -> History:
        return (await self._memory(account)).history

    async def note(self, report: Report) -> None:
        await self._table.put(_report_row(report))

    async def reports(self, account: ResourceId, limit: int) -> tuple[Report, ...]:
        if limit < 1:
            return ()
        rows = await self._table.between(safe_key(account.key), *REPORT_ROWS, limit)
        return tuple(report for row in rows if (report := _read_report(row)) is not None)

    async def served_by(self, resource: ResourceId) -> tuple[ResourceId, ...]:
        return await self._index.served_by(resource)

    async def _memory(self, account: ResourceId) -> _Memory:
        """A row that cannot be read is forgotten: the ledger is memory, and must not keep an account open."""
        row = await self._table.get(safe_key(account.key), _STATE)
        if row is None:
            return _NOTHING
        try:
            document = unpacked(row)
            serves = frozenset(ResourceId.parse(text) for text in document["serves"])
            return _Memory(HISTORIES.from_json(document["history"]), serves)
        except (ValueError, KeyError, TypeError):
            _log.exception("history not readable", extra={"account": account.text})
            return _NOTHING


class TableLease:
    """The right to change one account's private path; see leases.py for its life."""

    def __init__(
        self, table: Table, index: Index, leases: Leases, held: Held, memory: _Memory
    ) -> None:
        """Made by the ledger alone."""
        self._table = table
        self._index = index
        self._leases = leases
        self._held = held
        self._memory = memory

    @property
    def history(self) -> History:
        return self._memory.history

    async def record(self, report: Report, history: History, serves: Sequence[ResourceId]) -> None:
        """One batch: the rows are there together, or Busy and none of them is. The index follows."""
        served = frozenset(serves)
        gone = self._memory.serves - served if report.verdict in _SEEN_WHOLE else frozenset()
        memory = _Memory(history, (self._memory.serves | served) - gone)
        await self._store(report, memory)
        self._memory = memory
        await self._index.write(report.account, served, gone)

    async def _store(self, report: Report, memory: _Memory) -> None:
        row = _report_row(report)
        try:
            *_, self._held.etag = await self._table.batch(
                [
                    upsert(row),
                    upsert(_state_row(report.account, memory)),
                    self._leases.confirm(self._held),
                ]
            )
        except Retryable:
            # The answer may have been lost on its way, and a client's second try then looks overtaken by its first.
            if await self._table.get(row["PartitionKey"], row["RowKey"]) is None:
                raise
            await self._leases.refresh(self._held)


def report_key(ended: datetime) -> str:
    """How the keys of reports begin that ended at this moment; those of older ones come after it."""
    left = _LAST_MICROSECOND - (ended - _EPOCH) // timedelta(microseconds=1)
    return f"{REPORT_ROWS[0]}{left:016d}|"


def _report_row(report: Report) -> Row:
    return {
        "PartitionKey": safe_key(report.account.key),
        "RowKey": report_key(report.ended) + safe_key(report.id),
        **packed(fitted_report(REPORTS.to_json(report))),
    }


def _state_row(account: ResourceId, memory: _Memory) -> Row:
    return {
        "PartitionKey": safe_key(account.key),
        "RowKey": _STATE,
        **packed(
            {
                "history": _fitted_history(HISTORIES.to_json(memory.history)),
                "serves": sorted(resource.text for resource in memory.serves),
            }
        ),
    }


def _fitted_history(history: Json) -> Json:
    """Only the incident may be shortened: the baseline is what gets restored."""
    if history["incident"] is None or len(written(history)) <= LONGEST_DOCUMENT:
        return history
    return {**history, "incident": fitted_report(history["incident"])}


def _read_report(row: Row) -> Report | None:
    try:
        return REPORTS.from_json(unpacked(row))
    except ValueError:
        _log.exception("report not readable", extra={"row": row["RowKey"]})
        return None
