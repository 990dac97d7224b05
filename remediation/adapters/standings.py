"""Where does the posture page look things up? Two partitions of one table on Azure Tables.

    partition   row
    fleet       account|<account>         how it stands, after its last FULL pass
                last|event, last|pass     when something last happened
    incidents   <newest first>|<report>   a drift that ended

Written after the ledger and believed by nobody: a row that is lost is written again by the account's next pass. A row
that cannot be read is left out, and logged.
"""

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import batched

from azure.data.tables import TableEntity
from azure.data.tables.aio import TableServiceClient

from remediation.adapters.ledger import report_key
from remediation.adapters.names import POSTURE_TABLE
from remediation.adapters.tables import (
    Row,
    Table,
    delete,
    etag_of,
    packed,
    replace_if_unchanged,
    safe_key,
    unpacked,
    upsert,
)
from remediation.ids import ResourceId
from remediation.page.standing import Incident, Proven, Standing
from remediation.page_ports import Pulse
from remediation.report import Codec

STANDINGS = Codec(Standing)
INCIDENTS = Codec(Incident)

_log = logging.getLogger(__name__)

_FLEET = "fleet"
_ENDED = "incidents"
# "}" follows "|" in ASCII, so the range holds every row that starts with "account|".
_ACCOUNTS = ("account|", "account}")
_LAST = ("last|", "last}")
_REPORTS = ("report|", "report}")
_MICROSECOND = timedelta(microseconds=1)
# Source: learn.microsoft.com, performing-entity-group-transactions: at most 100 entities.
_LARGEST_BATCH = 100


class TablePosture:
    """The port `Posture`, and the Retention of its own rows, on a table that is made when it is missing."""

    def __init__(self, service: TableServiceClient) -> None:
        """Takes a ready-made client."""
        self._table = Table(service.get_table_client(POSTURE_TABLE))

    async def standing(self, account: ResourceId) -> Standing | None:
        row = await self._table.get(_FLEET, _account_key(account))
        return None if row is None else next(_read(STANDINGS, [row]), None)

    async def keep(self, standing: Standing, event: datetime | None) -> None:
        marks = [_mark("pass", standing.looked)]
        if event is not None:
            marks.append(_mark("event", event))
        await self._table.batch([upsert(each) for each in (_standing_row(standing), *marks)])

    async def prove(self, account: ResourceId, proven: Proven) -> None:
        row = await self._table.get(_FLEET, _account_key(account))
        standing = None if row is None else next(_read(STANDINGS, [row]), None)
        if row is not None and standing is not None:
            proved = _standing_row(replace(standing, proven=proven))
            await self._table.batch([replace_if_unchanged(proved, etag_of(row))])

    async def drop(self, account: ResourceId) -> None:
        await self._table.delete(_FLEET, _account_key(account))

    async def end(self, incident: Incident) -> None:
        key = report_key(incident.ended) + safe_key(incident.report)
        await self._table.put(_row(_ENDED, key, packed(_lean(INCIDENTS.to_json(incident)))))

    async def fleet(self) -> Sequence[Standing]:
        return tuple(_read(STANDINGS, await self._table.between(_FLEET, *_ACCOUNTS)))

    async def incidents(self, since: datetime) -> Sequence[Incident]:
        rows = await self._table.between(_ENDED, _REPORTS[0], report_key(since - _MICROSECOND))
        return tuple(_read(INCIDENTS, rows))

    async def pulse(self) -> Pulse:
        rows = await self._table.between(_FLEET, *_LAST)
        marks = {row["RowKey"]: datetime.fromisoformat(row["at"]) for row in rows}
        return Pulse(marks.get("last|pass"), marks.get("last|event"))

    async def forget(self, before: datetime, most: int = 1000) -> int:
        """Deletes what ended before, and how accounts stood that nobody has looked at since.

        The sweep asks for a look at every account that it knows, gone ones too, in a few days at most: what is older
        is an account that Latch has lost sight of.
        """
        low = report_key(before - _MICROSECOND)
        ended = await self._table.between(_ENDED, low, _REPORTS[1], most) if most > 0 else []
        left = await self._table.found(
            "PartitionKey eq @fleet and looked lt @before",
            {"fleet": _FLEET, "before": before},
            most - len(ended),
        )
        for partition, rows in ((_ENDED, ended), (_FLEET, left)):
            for some in batched(rows, _LARGEST_BATCH, strict=False):
                await self._table.batch(
                    [delete(_row(partition, each["RowKey"], {})) for each in some]
                )
        return len(ended) + len(left)


def _account_key(account: ResourceId) -> str:
    return _ACCOUNTS[0] + safe_key(account.key)


def _standing_row(standing: Standing) -> Row:
    """`looked` is a column too, so that storage itself finds what is old."""
    document = packed(_lean(STANDINGS.to_json(standing)))
    return _row(_FLEET, _account_key(standing.account), {**document, "looked": standing.looked})


def _row(partition: str, key: str, values: Row) -> Row:
    return {"PartitionKey": partition, "RowKey": key, **values}


def _mark(what: str, at: datetime) -> Row:
    return _row(_FLEET, f"last|{what}", {"at": at.isoformat()})


def _lean(document: Row) -> Row:
    """Without what says nothing: a fleet is read whole, and a clean account has little to say."""
    return {name: value for name, value in document.items() if not _says_nothing(value)}


def _says_nothing(value: object) -> bool:
    """No time at all is a time: an account that was open for 0.0 s counts."""
    return value in (None, "", []) or (value == 0 and not isinstance(value, float))


def _read[T](codec: Codec[T], rows: Iterable[TableEntity]) -> Iterator[T]:
    for row in rows:
        try:
            yield codec.from_json(unpacked(row))
        except (ValueError, TypeError):
            _log.exception("posture not readable: %s", json.dumps(row.get("RowKey")))
