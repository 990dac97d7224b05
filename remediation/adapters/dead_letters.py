"""Which events did Event Grid give up on? Its blobs, read back, and gone only when every event was handed on.

    <EVENT-SUBSCRIPTION>/<year>/<month>/<day>/<hour>/<guid>.json    as Event Grid writes them
    malformed/<the same>                                            what Latch can make nothing of

Killed anywhere, a run leaves the blob where it is, and the next one hands its events on again. Nothing that is read
here ever becomes a name or an address: the names of blobs come from the listing, events go through the intake.
"""

import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any

from azure.core import MatchConditions
from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError

from remediation.adapters.faults import code_of, translated
from remediation.errors import Retryable

if TYPE_CHECKING:
    from azure.storage.blob import BlobProperties
    from azure.storage.blob.aio import BlobServiceClient, ContainerClient, StorageStreamDownloader

    from remediation.adapters.mailbox_blobs import MailboxBlobs

type HandOn = Callable[[str], Awaitable[bool]]
type GiveUp = Callable[[str, str], Awaitable[None]]

log = logging.getLogger(__name__)

ASIDE = "malformed/"
# How the client must send: aiohttp 3.14.5 warns of more than a mebibyte in one piece.
IN_PIECES: dict[str, Any] = {"max_single_put_size": 1024 * 1024, "max_block_size": 1024 * 1024}
# Event Grid takes events of 1 MB at most (event-grid-limits.md) and batches of as much; what is larger is not from it.
_LARGEST = 8 * 1024 * 1024


class BlobDeadLetters:
    """The DeadLetters in one container of the account where Event Grid puts events."""

    def __init__(self, service: "BlobServiceClient | MailboxBlobs", container: str) -> None:
        """Takes a client that is made with IN_PIECES; the container is made by whoever subscribes, not by Latch."""
        self._service = service
        self._name = container

    @property
    def _container(self) -> "ContainerClient":
        return self._service.get_container_client(self._name)

    async def drain(self, hand_on: HandOn, give_up: GiveUp, limit: int) -> bool:
        """Looks at no more than `limit` blobs; says whether more are left."""
        looked = 0
        async with aclosing(self._waiting()) as blobs:
            async for blob in blobs:
                if looked == limit:
                    return True
                looked += 1
                await self._take(blob, hand_on, give_up)
        return False

    async def _take(self, blob: "BlobProperties", hand_on: HandOn, give_up: GiveUp) -> None:
        text = await self._read(blob)
        if text is None:
            return
        events, is_whole = _events(text)
        for event in events:
            if not await _handed_on(event, hand_on, blob.name):
                is_whole = False
        if is_whole:
            await self._delete(blob)
            return
        await give_up(blob.name, text)
        await self._set_aside(blob)

    async def _waiting(self) -> "AsyncGenerator[BlobProperties]":
        """Every blob but what was set aside, which comes last: event subscriptions are in upper case there."""
        with translated(f"list container {self._name}"):
            async for blob in self._container.list_blobs():
                if not blob.name.startswith(ASIDE):
                    yield blob

    async def _read(self, blob: "BlobProperties") -> str | None:
        """Its text; empty when it is too large to be from Event Grid, None when somebody else was faster."""
        if blob.size > _LARGEST:
            return ""
        with translated(f"read dead letter {blob.name}"):
            try:
                download = await self._container.download_blob(blob.name)
                content: bytes = await download.readall()
            except ResourceNotFoundError as error:
                _only_gone(error)
                return None
        return content.decode("utf-8-sig", "replace")

    async def _set_aside(self, blob: "BlobProperties") -> None:
        """Copied first, deleted then: killed in between, the next run does both again."""
        with translated(f"set aside dead letter {blob.name}"):
            try:
                download = await self._container.download_blob(blob.name)
            except ResourceNotFoundError as error:
                _only_gone(error)
                return
            copy = self._container.get_blob_client(ASIDE + blob.name)
            await copy.upload_blob(_chunks(download), length=blob.size, overwrite=True)
        await self._delete(blob)

    async def _delete(self, blob: "BlobProperties") -> None:
        """Exactly what was read: a blob that has changed since is read again by the next run."""
        with translated(f"delete dead letter {blob.name}"), suppress(ResourceModifiedError):
            try:
                await self._container.delete_blob(
                    blob.name, etag=blob.etag, match_condition=MatchConditions.IfNotModified
                )
            except ResourceNotFoundError as error:
                _only_gone(error)


async def _chunks(download: "StorageStreamDownloader[bytes]") -> AsyncGenerator[bytes]:
    """As azure-storage-blob 12.31.0 takes them: it mistakes its own iterator for one that is not asynchronous."""
    async for chunk in download.chunks():
        yield chunk


async def _handed_on(event: str, hand_on: HandOn, name: str) -> bool:
    """False for an event that cannot be dealt with: like a message that goes to a poison queue, it blocks no other."""
    try:
        return await hand_on(event)
    except Retryable:
        raise
    except Exception:
        log.exception("dead letter cannot be handed on: %s", name)
        return False


def _events(text: str) -> tuple[list[str], bool]:
    """The events of a blob, an array or a single one, each as JSON; and whether there is nothing else in it.

    That it is an array is implied by the documents and not verified (manage-event-delivery.md).
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return [], False
    members = content if isinstance(content, list) else [content]
    events = [json.dumps(member) for member in members if isinstance(member, dict)]
    return events, bool(events) and len(events) == len(members)


def _only_gone(error: ResourceNotFoundError) -> None:
    """Passes over a blob that is gone; anything else that is not found is a mistake in the set-up."""
    if code_of(error) != "BlobNotFound":
        raise error
