"""Small function apps that judge the host, and what a test needs to run them."""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import aiohttp
from azure.core.credentials import AccessToken
from azure.core.exceptions import ResourceExistsError
from azure.core.pipeline.transport import AioHttpTransport
from azure.storage.queue import TextBase64DecodePolicy, TextBase64EncodePolicy
from azure.storage.queue.aio import QueueClient

from tests.harness.azurite import Azurite
from tests.harness.certificates import Authority
from tests.harness.clock import LabClock
from tests.harness.host.functions import FunctionsHost

APPS = Path(__file__).parent


class StaticCredential:
    """An unsigned token, fresh by the lab's clock. Azurite reads the claims and checks no signature."""

    def __init__(self, clock: LabClock) -> None:
        self._clock = clock

    async def get_token(self, *_: str, **__: Any) -> AccessToken:
        now = int(self._clock.time())
        claims = {
            "aud": "https://storage.azure.com",
            "iss": "https://sts.windows.net/99999999-9999-4999-8999-999999999999/",
            "iat": now - 60,
            "nbf": now - 60,
            "exp": now + 86400,
        }
        parts = ({"alg": "RS256", "typ": "JWT"}, claims)
        encoded = (base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=") for p in parts)
        return AccessToken(".".join((*(e.decode() for e in encoded), "c2ln")), now + 86400)

    async def close(self) -> None:
        pass

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass


class Storage:
    """Azurite with a genuine queue client beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = LabClock()
        self.authority = Authority(folder)
        self.azurite = Azurite(self.authority, self.clock)
        self.credential = StaticCredential(self.clock)

    def settings(self) -> dict[str, str]:
        """The identity form of a connection, as a deployment has it."""
        return {
            "AzureWebJobsStorage__queueServiceUri": self.azurite.queue_url,
            "AzureWebJobsStorage__credential": "managedidentity",
            "SSL_CERT_FILE": str(self.authority.ca_file),
            "WORK_QUEUE": "work",
        }

    def transport(self) -> AioHttpTransport:
        connector = aiohttp.TCPConnector(ssl=self.authority.client())
        return AioHttpTransport(session=aiohttp.ClientSession(connector=connector))

    def queue(self, name: str, *, encoded: bool = True) -> QueueClient:
        """A genuine client; not `encoded` is one that sends and receives the bare text."""
        return QueueClient.from_connection_string(
            self.azurite.connection_string,
            name,
            transport=self.transport(),
            message_encode_policy=TextBase64EncodePolicy() if encoded else None,
            message_decode_policy=TextBase64DecodePolicy() if encoded else None,
        )

    async def send(self, name: str, text: str, delay: int | None = None) -> None:
        async with self.queue(name) as queue:
            await queue.send_message(text, visibility_timeout=delay)

    async def clear(self, *names: str) -> None:
        """Every queue is there afterwards, and empty."""
        for name in names:
            async with self.queue(name) as queue:
                with contextlib.suppress(ResourceExistsError):
                    await queue.create_queue()
                await queue.clear_messages()

    async def take(self, name: str, *, encoded: bool = True) -> list[str]:
        """Every visible text, in order; taken away."""
        texts = []
        async with self.queue(name, encoded=encoded) as queue:
            async for message in queue.receive_messages(messages_per_page=32):
                texts.append(message.content)
                await queue.delete_message(message)
        return texts


@asynccontextmanager
async def storage(folder: Path) -> AsyncIterator[Storage]:
    store = Storage(folder)
    async with store.azurite:
        yield store
    store.clock.close()


@asynccontextmanager
async def hosting(
    app: str, store: Storage, settings: Mapping[str, str] | None = None, **options: Any
) -> AsyncIterator[FunctionsHost]:
    """A running host of one of the apps beside this file."""
    host = FunctionsHost(
        APPS / app,
        {**store.settings(), **(settings or {})},
        store.clock,
        queue_credential=store.credential,
        **{"log_file": store.folder / f"{app}.log", **options},
    )
    await host.start()
    try:
        yield host
    finally:
        await host.close()


async def quiet(host: FunctionsHost) -> None:
    """Waits until the host has nothing to do and finds nothing to do."""
    async with asyncio.timeout(20):
        while await host.poll_queues():
            await host.idle()
