"""Which accounts did a resource serve? One row per resource and account, for events that name only the resource.

Memory that may say too much but should not say too little: an account too many costs one pass, an account too few
waits for the sweep. So rows are added first, taken away only when the account was seen whole, and neither fails a pass.
"""

import asyncio
import logging
from collections.abc import Collection

from remediation.adapters.tables import Table, safe_key
from remediation.errors import RemediationError
from remediation.ids import ResourceId

_log = logging.getLogger(__name__)


class Index:
    """From a private endpoint, zone or network to the accounts behind it."""

    def __init__(self, table: Table) -> None:
        """Takes the table of the index."""
        self._table = table

    async def write(
        self, account: ResourceId, served: Collection[ResourceId], gone: Collection[ResourceId]
    ) -> None:
        """Adds the rows of `served` and removes those of `gone`; doing it again changes nothing."""
        async with asyncio.TaskGroup() as group:
            for resource in served:
                group.create_task(self._add(resource, account))
            for resource in gone:
                group.create_task(self._remove(resource, account))

    async def served_by(self, resource: ResourceId) -> tuple[ResourceId, ...]:
        """The accounts, in the order of their keys."""
        rows = await self._table.between(safe_key(resource.key), "", "\uffff")
        return tuple(ResourceId.parse(row["account"]) for row in rows)

    async def _add(self, resource: ResourceId, account: ResourceId) -> None:
        row = {
            "PartitionKey": safe_key(resource.key),
            "RowKey": safe_key(account.key),
            "account": account.text,
        }
        try:
            await self._table.put(row)
        except RemediationError as error:
            _log.warning("index row not written", extra={"row": row, "error": str(error)})

    async def _remove(self, resource: ResourceId, account: ResourceId) -> None:
        try:
            await self._table.delete(safe_key(resource.key), safe_key(account.key))
        except RemediationError as error:
            _log.warning("index row not removed", extra={"error": str(error)})
