"""How do rows reach Azure Tables? Keys that Azure takes, documents longer than a property, tables made when missing."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceExistsError
from azure.data.tables import TableEntity, UpdateMode
from azure.data.tables.aio import TableClient

from remediation.adapters.faults import code_of, or_none, translated
from remediation.adapters.sizes import LONGEST_PROPERTY, written
from remediation.report import Json

type Row = dict[str, Any]
type Operation = tuple[str, Row, dict[str, Any]]

_LONGEST_KEY = 512
_LARGEST_PAGE = 1_000


def safe_key(text: str) -> str:
    """A key for any text: readable when it can be, a hash when it has characters that keys may not have.

    Source: learn.microsoft.com, understanding-the-table-service-data-model: no slash, backslash, number sign,
    question mark or control character, at most 1,024 of them; % and + are known for trouble in URLs. A slash becomes
    a bar, so a text with a bar of its own is hashed too.
    """
    plain = all(character.isalnum() or character in "/.-_() " for character in text)
    if plain and len(text) <= _LONGEST_KEY:
        return text.replace("/", "|")
    return hashlib.sha256(text.encode()).hexdigest()


def packed(document: Json) -> Row:
    """A JSON document as the properties json0, json1, ... of a row."""
    text = written(document)
    starts = range(0, len(text), LONGEST_PROPERTY)
    return {
        f"json{number}": text[start : start + LONGEST_PROPERTY]
        for number, start in enumerate(starts)
    }


def unpacked(row: Mapping[str, Any]) -> Json:
    """The document of a row; raises ValueError when it holds none."""
    parts: list[str] = []
    while (part := row.get(f"json{len(parts)}")) is not None:
        parts.append(part)
    document = json.loads("".join(parts))
    if not isinstance(document, dict):
        raise ValueError("the row does not hold a JSON object")  # noqa: TRY004 - bad data is one kind of error here
    return document


def create(row: Row) -> Operation:
    """For a batch: fails when there is such a row already."""
    return ("create", row, {})


def delete(row: Row) -> Operation:
    """For a batch: fails when there is no such row."""
    return ("delete", row, {})


def upsert(row: Row) -> Operation:
    """For a batch: writes the whole row."""
    return ("upsert", row, {"mode": UpdateMode.REPLACE})


def merge_if_unchanged(row: Row, etag: str) -> Operation:
    """For a batch: changes the properties given, if nobody has touched the row since."""
    return ("update", row, {"mode": UpdateMode.MERGE, **_if_unchanged(etag)})


def replace_if_unchanged(row: Row, etag: str) -> Operation:
    """For a batch: writes the whole row, if nobody has touched it since."""
    return ("update", row, {"mode": UpdateMode.REPLACE, **_if_unchanged(etag)})


class Table:
    """One table. Every method raises our errors only; a lost race is Busy."""

    def __init__(self, client: TableClient) -> None:
        """Takes a ready-made client of the table, which need not exist yet."""
        self._client = client

    async def get(self, partition: str, row: str) -> TableEntity | None:
        """A row with its etag in `metadata`, None when there is no such row or no table yet."""
        with translated(f"read table {self._client.table_name}"):
            return await or_none(self._client.get_entity(partition, row))

    async def insert(self, row: Row) -> str | None:
        """The etag of the new row, None when there is one already."""

        async def create() -> str | None:
            try:
                return _etag(await self._client.create_entity(row))
            except ResourceExistsError:
                # The client lets the code fall (azure-data-tables 12.7.0), and a dying table is a conflict too.
                if await or_none(self._client.get_entity(*_keys(row))) is None:
                    raise
                return None

        return await self._write(create)

    async def put(self, row: Row) -> None:
        """Writes the whole row, whether it is there or not."""
        await self._write(lambda: self._client.upsert_entity(row, mode=UpdateMode.REPLACE))

    async def merge(self, row: Row, etag: str) -> str:
        """Changes the properties given and returns the new etag; Busy when the row has changed since."""
        return _etag(
            await self._write(
                lambda: self._client.update_entity(
                    row, mode=UpdateMode.MERGE, **_if_unchanged(etag)
                )
            )
        )

    async def delete(self, partition: str, row: str) -> None:
        """Deletes a row; that it is gone already is fine."""
        await self._write(lambda: self._client.delete_entity(partition, row))

    async def batch(self, operations: list[Operation]) -> list[str]:
        """All or nothing, within one partition; the etag of each row in order, empty for a deleted one."""
        answers = await self._write(lambda: self._client.submit_transaction(operations))
        return [str(answer.get("etag", "")) for answer in answers]

    async def between(
        self, partition: str, low: str, high: str, limit: int | None = None
    ) -> list[TableEntity]:
        """The rows of a partition from `low` up to, but without, `high`, in the order of their keys."""
        return await self._found(
            "PartitionKey eq @partition and RowKey ge @low and RowKey lt @high",
            {"partition": partition, "low": low, "high": high},
            limit,
        )

    async def found(self, query: str, values: dict[str, Any], most: int) -> list[TableEntity]:
        """The keys of at most so many rows that fit, wherever they are: Azure reads the whole table for it."""
        return await self._found(query, values, most, ["PartitionKey", "RowKey"]) if most else []

    async def _found(
        self,
        query: str,
        values: dict[str, Any],
        limit: int | None,
        only: list[str] | None = None,
    ) -> list[TableEntity]:
        found: list[TableEntity] = []
        # Source: learn.microsoft.com, query-timeout-and-pagination: a page holds at most 1,000 rows.
        page = None if limit is None else min(limit, _LARGEST_PAGE)
        rows = self._client.query_entities(
            query, parameters=values, results_per_page=page, select=only
        )
        with translated(f"query table {self._client.table_name}"):
            try:
                async for row in rows:
                    found.append(row)
                    if len(found) == limit:
                        break
            except HttpResponseError as error:
                if not _is_missing_table(error):
                    raise
        return found

    async def _write[T](self, write: Callable[[], Awaitable[T]]) -> T:
        """Writes, and makes the table first when it is missing: that costs nothing as long as it is there."""
        with translated(f"write table {self._client.table_name}"):
            try:
                return await write()
            except HttpResponseError as error:
                if not _is_missing_table(error):
                    raise
            await self._create()
            return await write()

    async def _create(self) -> None:
        try:
            await self._client.create_table()
        except ResourceExistsError as error:
            if code_of(error) != "TableAlreadyExists":
                raise


def _keys(row: Row) -> tuple[str, str]:
    return row["PartitionKey"], row["RowKey"]


def _if_unchanged(etag: str) -> dict[str, Any]:
    return {"etag": etag, "match_condition": MatchConditions.IfNotModified}


def etag_of(row: TableEntity) -> str:
    """The version of a row that was read; Azure refuses a write on any other."""
    return str(row.metadata["etag"])


def _etag(answer: Mapping[str, Any]) -> str:
    return str(answer["etag"])


def _is_missing_table(error: HttpResponseError) -> bool:
    """An insert into a missing table gets a 404 from which azure-data-tables 12.7.0 lets the code fall."""
    return error.status_code == HTTPStatus.NOT_FOUND and code_of(error) in ("", "TableNotFound")
