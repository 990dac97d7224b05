"""The blobs of the mailbox: made when they are first asked for, since only sweeps and health checks need them.

Importing `azure.storage.blob` costs 5 MiB.
"""

from typing import TYPE_CHECKING, Any

from azure.core.credentials_async import AsyncTokenCredential

if TYPE_CHECKING:
    from azure.storage.blob.aio import BlobServiceClient, ContainerClient


class MailboxBlobs:
    """One client, shared by whoever asks for a container."""

    def __init__(self, url: str, credential: AsyncTokenCredential, **options: Any) -> None:
        """Takes what the client is made of."""
        self._url = url
        self._credential = credential
        self._options = options
        self._service: BlobServiceClient | None = None

    def get_container_client(self, container: str) -> "ContainerClient":
        """As BlobServiceClient names it."""
        if self._service is None:
            from azure.storage.blob.aio import BlobServiceClient

            self._service = BlobServiceClient(
                self._url, credential=self._credential, **self._options
            )
        return self._service.get_container_client(container)
