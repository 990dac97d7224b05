"""How does a message reach a Storage queue, so that the Functions host can read it, now or later?"""

import math

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import TextBase64EncodePolicy
from azure.storage.queue.aio import QueueServiceClient

from remediation.adapters.faults import code_of, translated
from remediation.adapters.sizes import LONGEST_MESSAGE, fitted, written
from remediation.report import Json

# Source: learn.microsoft.com, put-message: a message may stay invisible for seven days at most.
_LONGEST_DELAY = 7 * 24 * 3600
# Source: learn.microsoft.com, put-message: -1 means that the message does not expire.
_NEVER = -1


class Queue:
    """One queue, made when it is missing."""

    def __init__(self, service: QueueServiceClient, name: str) -> None:
        """Takes a ready-made client of the queue service."""
        # The queue extension of the Functions host expects base64 since 5.0.0.
        self._client = service.get_queue_client(
            name, message_encode_policy=TextBase64EncodePolicy()
        )

    async def send(self, message: Json, delay: float = 0) -> None:
        """Never sooner than asked, never lost by time: a message that nobody reads does not expire."""
        text = written(fitted(message, LONGEST_MESSAGE))
        seconds = min(math.ceil(max(delay, 0)), _LONGEST_DELAY)
        with translated(f"write queue {self._client.queue_name}"):
            try:
                await self._send(text, seconds)
            except ResourceNotFoundError:
                await self._create()
                await self._send(text, seconds)

    async def _send(self, text: str, seconds: int) -> None:
        await self._client.send_message(text, visibility_timeout=seconds, time_to_live=_NEVER)

    async def _create(self) -> None:
        try:
            await self._client.create_queue()
        except ResourceExistsError as error:
            if code_of(error) != "QueueAlreadyExists":
                raise
