"""Who may change an account's private path now? A conditional row, with a fence that tells holders apart.

    take                record              release                    take
     |------ ours --------|-------------------|........ free ...........|------ fence + 1
    now                                  until = now

    take                                 (its holder died)       until     take
     |------ ours --------x - - - - - - - - - - - - - - - - - - - |. free .|------ fence + 1
    now                                              now + lease_seconds

    free        `until` has passed by our clock
    unchanged   the row still has the etag that we saw: Azure checks it with each write
    ours        the row still has our fence

Taking needs free and unchanged; storing needs unchanged. Clocks that differ shorten or stretch a lease; what is stored
stays right all the same, since storing never asks a clock.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from remediation.adapters.tables import Operation, Row, Table, etag_of, merge_if_unchanged
from remediation.errors import Busy, RemediationError
from remediation.ports import LEASE_TAKEN, Clock

_log = logging.getLogger(__name__)

_ROW = "lease"
_SOONEST = 1.0


@dataclass(slots=True)
class Held:
    """A lease that was taken; the etag moves on with each write of ours."""

    partition: str
    holder: str
    fence: int
    etag: str


class Leases:
    """One row per account, in the account's own partition."""

    def __init__(self, table: Table, clock: Clock, lease_seconds: float) -> None:
        """Takes how long a lease lasts when its holder dies."""
        self._table = table
        self._clock = clock
        self._lasts = timedelta(seconds=lease_seconds)

    async def take(self, partition: str, holder: str) -> Held:
        """Raises Busy, with the seconds until it is free, when another holds it."""
        row = await self._table.get(partition, _ROW)
        now = self._clock.now()
        if row is None:
            return await self._take_first(partition, holder, now)
        is_free = row["until"] <= now
        if not is_free:
            raise self._taken((row["until"] - now).total_seconds())
        held = Held(partition, holder, row["fence"] + 1, etag_of(row))
        try:
            held.etag = await self._table.merge(self._row(held, now + self._lasts), held.etag)
        except Busy as error:
            raise self._taken(self._lasts.total_seconds()) from error
        return held

    async def release(self, held: Held) -> None:
        """Best effort: a lease that cannot be released ends by itself."""
        try:
            await self._table.merge(self._row(held, self._clock.now()), held.etag)
        except RemediationError as error:
            _log.warning("lease not released", extra={"fence": held.fence, "error": str(error)})

    def confirm(self, held: Held) -> Operation:
        """For the batch that stores what the holder found: fails unless the row is unchanged."""
        row = {"PartitionKey": held.partition, "RowKey": _ROW, "fence": held.fence}
        return merge_if_unchanged(row, held.etag)

    async def refresh(self, held: Held) -> None:
        """Sees the row again after a write whose answer was lost, if it is still ours."""
        row = await self._table.get(held.partition, _ROW)
        if row is not None and row["fence"] == held.fence:
            held.etag = etag_of(row)

    async def _take_first(self, partition: str, holder: str, now: datetime) -> Held:
        held = Held(partition, holder, 1, "")
        etag = await self._table.insert(self._row(held, now + self._lasts))
        if etag is None:
            raise self._taken(self._lasts.total_seconds())
        held.etag = etag
        return held

    def _row(self, held: Held, until: datetime) -> Row:
        return {
            "PartitionKey": held.partition,
            "RowKey": _ROW,
            "holder": held.holder,
            "fence": held.fence,
            "until": until,
        }

    def _taken(self, seconds: float) -> Busy:
        message = "another pass holds the lease of this account"
        return Busy(message, code=LEASE_TAKEN, retry_after=max(seconds, _SOONEST))
