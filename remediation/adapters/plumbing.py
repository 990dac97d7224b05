"""How much lies in the queues, and among the dead letters? Counted, never read."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from azure.core.exceptions import ResourceNotFoundError

from remediation.adapters.dead_letters import ASIDE
from remediation.adapters.faults import or_none, translated
from remediation.adapters.names import (
    ALERTS_QUEUE,
    BATCHES_QUEUE,
    EVENTS_QUEUE,
    REQUESTS_QUEUE,
    WATCH_QUEUE,
)

if TYPE_CHECKING:
    from azure.storage.queue.aio import QueueServiceClient

    from remediation.adapters.mailbox_blobs import MailboxBlobs

_STATE_QUEUES = (REQUESTS_QUEUE, ALERTS_QUEUE, BATCHES_QUEUE)
_MAILBOX_QUEUES = (EVENTS_QUEUE, WATCH_QUEUE)


class StoragePlumbing:
    """The port `Plumbing` on Storage queues, and the container where Event Grid puts what nobody took."""

    def __init__(
        self,
        state: "QueueServiceClient",
        mailbox: "QueueServiceClient",
        blobs: "MailboxBlobs | None",
        container: str,
    ) -> None:
        """Takes ready-made clients; no blobs where the mailbox has none."""
        self._services = ((state, _STATE_QUEUES), (mailbox, _MAILBOX_QUEUES))
        self._blobs = blobs
        self._container = container

    async def waiting(self) -> Mapping[str, int]:
        """A queue that nobody has written to yet is empty."""
        asked = [
            _depth(service, name)
            for service, queues in self._services
            for queue in queues
            for name in (queue, f"{queue}-poison")
        ]
        return dict(await asyncio.gather(*asked))

    async def dead_letters(self, most: int) -> int | None:
        """What was set aside for people is no longer left to read."""
        if self._blobs is None:
            return None
        container = self._blobs.get_container_client(self._container)
        count = 0
        with translated("list dead letters"):
            try:
                async for blob in container.list_blobs():
                    count += not blob.name.startswith(ASIDE)
                    if count >= most:
                        break
            except ResourceNotFoundError:
                return 0
        return count


async def _depth(service: "QueueServiceClient", name: str) -> tuple[str, int]:
    with translated(f"read queue {name}"):
        found = await or_none(service.get_queue_client(name).get_queue_properties())
    # The SDK leaves the count open in its types; the service always tells it (get-queue-metadata).
    return name, 0 if found is None else found.approximate_message_count or 0
