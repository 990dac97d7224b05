"""Genuine storage, reached as a deployment reaches it: with tokens over TLS."""

from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from azure.core.pipeline.transport import AioHttpTransport
from azure.data.tables.aio import TableServiceClient
from azure.storage.queue import TextBase64DecodePolicy
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from tests.builders import NOW
from tests.harness.azurite import Azurite
from tests.harness.certificates import Authority
from tests.harness.clock import LabClock
from tests.harness.credentials import LabCredential
from tests.harness.tokens import Tokens
from tests.harness.world import Caller

LATCH = Caller("latch", "33333333-3333-4333-8333-333333333333", "func-latch", "app")


class HandClock:
    """A clock that stands still until it is moved by hand."""

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class Storage:
    """Azurite, and as many clients of it as a test wants; two of them are as strange to each other as two workers."""

    def __init__(self, azurite: Azurite, authority: Authority, clock: LabClock) -> None:
        self.azurite = azurite
        self.authority = authority
        self.clock = clock
        self._open = AsyncExitStack()

    async def tables(self, url: str = "") -> TableServiceClient:
        client = TableServiceClient(url or self.azurite.table_url, **self._options())
        return await self._open.enter_async_context(client)

    async def queues(self, url: str = "") -> QueueServiceClient:
        client = QueueServiceClient(url or self.azurite.queue_url, **self._options())
        return await self._open.enter_async_context(client)

    async def queue(self, name: str) -> QueueClient:
        """As the Functions host reads a queue: base64."""
        service = await self.queues()
        return service.get_queue_client(name, message_decode_policy=TextBase64DecodePolicy())

    async def empty(self) -> None:
        """Every table and queue is gone, and every client is closed."""
        tables, queues = await self.tables(), await self.queues()
        async for table in tables.list_tables():
            await tables.delete_table(table.name)
        async for queue in queues.list_queues():
            await queues.delete_queue(queue.name)
        await self._open.aclose()

    def _options(self) -> dict[str, Any]:
        connector = aiohttp.TCPConnector(ssl=self.authority.client())
        return {
            "credential": LabCredential(Tokens(self.clock), LATCH),
            "transport": AioHttpTransport(session=aiohttp.ClientSession(connector=connector)),
            "retry_total": 0,
        }
