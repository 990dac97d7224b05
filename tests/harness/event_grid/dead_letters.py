"""Where do events go that nobody took, and what is written beside them?"""

import json
import ssl
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import aiohttp
from azure.core.credentials_async import AsyncTokenCredential

from tests.harness.event_grid.events import seven_digits
from tests.harness.event_grid.outcomes import Failure, GaveUp
from tests.harness.world import Json, Switches

CREATED = 201


@dataclass(frozen=True, slots=True, eq=False)
class DeadLetter:
    """An event that was given up."""

    event: Json
    reason: GaveUp
    attempts: int
    outcome: Failure
    published: datetime
    last_attempt: datetime

    def to_json(self) -> Json:
        return self._cloud() if "specversion" in self.event else self._event_grid()

    def _event_grid(self) -> Json:
        # Source: the dead-letter sample of monitor-push-reliability.md for the names.
        return self.event | {
            "deadLetterReason": self.reason,
            "deliveryAttempts": self.attempts,
            "lastDeliveryOutcome": self.outcome,
            "publishTime": seven_digits(self.published),
            "lastDeliveryAttemptTime": seven_digits(self.last_attempt),
        }

    def _cloud(self) -> Json:
        # Source: the CloudEvents dead-letter sample: names in lower case, no specversion, no time, no last attempt.
        kept = {name: v for name, v in self.event.items() if name not in {"specversion", "time"}}
        return kept | {
            "dataversion": "2",
            "datacontenttype": "application/json",
            "deadletterreason": self.reason,
            "deliveryattempts": self.attempts,
            "lastdeliveryoutcome": self.outcome,
            "publishtime": seven_digits(self.published),
        }


class DeadLetters(Protocol):
    """A place for dead letters."""

    async def write(self, subscription: str, letters: Sequence[DeadLetter], now: datetime) -> bool:
        """Whether they could be written, together."""


def blob_name(subscription: str, now: datetime) -> str:
    """Source: manage-event-delivery.md: the name in upper case, UTC, no zeros in front."""
    moment = now.astimezone(UTC)
    day = f"{moment.year}/{moment.month}/{moment.day}/{moment.hour}"
    return f"{subscription.upper()}/{day}/{uuid.uuid4()}.json"


class BlobContainer:
    """Dead letters in blob storage, in arrays unless the world says otherwise."""

    def __init__(
        self,
        container_url: str,
        credential: AsyncTokenCredential,
        tls: ssl.SSLContext,
        switches: Switches | None = None,
    ) -> None:
        self._switches = switches or Switches()
        self._url = container_url
        self._credential = credential
        self._tls = tls

    async def write(self, subscription: str, letters: Sequence[DeadLetter], now: datetime) -> bool:
        if self._switches.dead_letter_arrays:
            return await self._put(subscription, [letter.to_json() for letter in letters], now)
        written = [await self._put(subscription, letter.to_json(), now) for letter in letters]
        return all(written)

    async def create(self) -> None:
        """Makes the container: Event Grid never does. Raises OSError when it cannot be made."""
        if not await self._send(f"{self._url}?restype=container", None):
            raise OSError(f"the container {self._url} was not created")

    async def _put(self, subscription: str, content: Json | list[Json], now: datetime) -> bool:
        url = f"{self._url}/{blob_name(subscription, now)}"
        return await self._send(url, json.dumps(content).encode())

    async def _send(self, url: str, body: bytes | None) -> bool:
        token = await self._credential.get_token("https://storage.azure.com/.default")
        # Source: Put Blob and Create Container of the Blob service's REST API.
        headers = {"Authorization": f"Bearer {token.token}", "x-ms-version": "2021-12-02"}
        if body is not None:
            headers |= {"x-ms-blob-type": "BlockBlob", "Content-Type": "application/json"}
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.put(url, data=body, headers=headers, ssl=self._tls) as answer,
            ):
                return answer.status == CREATED
        except aiohttp.ClientError:
            return False
