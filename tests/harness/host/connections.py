"""From the name of a connection to a queue client, with the app's settings: by identity, or by connection string."""

import ssl
from collections.abc import Mapping
from typing import Any, Self

import aiohttp
from azure.core.credentials import AccessToken
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.core.pipeline.transport import AioHttpTransport
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from tests.harness.clock import LabClock
from tests.harness.host.config import ConfigError

# Source: microsoft/azure-skills functions/bicep.md, storage by identity.
_IDENTITY_KEYS = frozenset(
    {"queueServiceUri", "blobServiceUri", "tableServiceUri", "credential", "clientId"}
)


class LabTimeCredential:
    """A credential whose tokens age by the lab's clock: azure-core alone would look at the wall clock."""

    def __init__(self, inner: AsyncTokenCredential, clock: LabClock) -> None:
        self._inner = inner
        self._clock = clock
        self._token: AccessToken | None = None

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        if self._token is None or self._token.expires_on - self._clock.time() < 300:
            self._token = await self._inner.get_token(*scopes)
        # Expired at once, so that azure-core asks for every request and the lab's clock decides.
        return AccessToken(self._token.token, 0)

    async def close(self) -> None:
        """The inner credential belongs to the caller."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class Connections:
    """Every queue client of one host, on one HTTP session."""

    def __init__(
        self, settings: Mapping[str, str], credential: AsyncTokenCredential, clock: LabClock
    ) -> None:
        self._settings = settings
        self._credential = LabTimeCredential(credential, clock)
        self._session: aiohttp.ClientSession | None = None
        self._services: dict[str, QueueServiceClient] = {}
        self._queues: dict[tuple[str, str], QueueClient] = {}

    def queue(self, connection: str, name: str) -> QueueClient:
        known = self._queues.get((connection, name))
        if known is None:
            known = self._service(connection).get_queue_client(name)
            self._queues[connection, name] = known
        return known

    def queues(self) -> list[QueueClient]:
        """Every queue that was used so far."""
        return list(self._queues.values())

    async def close(self) -> None:
        for service in self._services.values():
            await service.close()
        if self._session is not None:
            await self._session.close()

    def _service(self, connection: str) -> QueueServiceClient:
        known = self._services.get(connection)
        if known is None:
            known = self._services[connection] = self._connect(connection)
        return known

    def _connect(self, connection: str) -> QueueServiceClient:
        prefix = f"{connection}__"
        parts = {k.removeprefix(prefix) for k in self._settings if k.startswith(prefix)}
        if unknown := parts - _IDENTITY_KEYS:
            raise ConfigError(
                f"connection {connection}: {sorted(unknown)} is not modeled: "
                "extend tests/harness/host/connections.py"
            )
        if text := self._settings.get(connection):
            return QueueServiceClient.from_connection_string(text, **self._options())
        if uri := self._settings.get(f"{prefix}queueServiceUri"):
            return QueueServiceClient(uri, credential=self._credential, **self._options())
        raise ConfigError(
            f"connection {connection}: set {prefix}queueServiceUri, or a connection string"
        )

    def _options(self) -> dict[str, Any]:
        return {
            "transport": AioHttpTransport(session=self._shared(), session_owner=False),
            # Short, and not the client's 15 s and more: the listener polls again anyway.
            "retry_total": 2,
            "initial_backoff": 0,
            "increment_base": 1,
            "random_jitter_range": 0,
        }

    def _shared(self) -> aiohttp.ClientSession:
        if self._session is None:
            trust = ssl.create_default_context(cafile=self._settings.get("SSL_CERT_FILE"))
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust))
        return self._session


async def create_if_missing(queue: QueueClient) -> None:
    try:
        await queue.create_queue()
    except ResourceExistsError:
        return


async def send(queue: QueueClient, text: str) -> None:
    """Sends, and creates the queue when it is missing, as the extension does."""
    try:
        await queue.send_message(text)
    except ResourceNotFoundError:
        await create_if_missing(queue)
        await queue.send_message(text)
