"""Where do events go that nobody took, and what is written beside them?"""

import json
import ssl
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import aiohttp
from azure.core.credentials_async import AsyncTokenCredential

from tests.harness.event_grid.events import seven_digits
from tests.harness.event_grid.outcomes import Failure, GaveUp
from tests.harness.world import Json

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

    async def write(self, subscription: str, letter: DeadLetter, now: datetime) -> bool:
        """Whether the letter could be written."""


def blob_name(subscription: str, now: datetime) -> str:
    """Source: manage-event-delivery.md: the name in upper case, UTC, no zeros in front."""
    moment = now.astimezone(UTC)
    day = f"{moment.year}/{moment.month}/{moment.day}/{moment.hour}"
    return f"{subscription.upper()}/{day}/{uuid.uuid4()}.json"


class BlobContainer:
    """Dead letters in blob storage. That a blob holds an array is implied by the documents, not verified."""

    def __init__(
        self, container_url: str, credential: AsyncTokenCredential, tls: ssl.SSLContext
    ) -> None:
        self._url = container_url
        self._credential = credential
        self._tls = tls

    async def write(self, subscription: str, letter: DeadLetter, now: datetime) -> bool:
        token = await self._credential.get_token("https://storage.azure.com/.default")
        url = f"{self._url}/{blob_name(subscription, now)}"
        # Source: Put Blob of the Blob service's REST API.
        headers = {
            "Authorization": f"Bearer {token.token}",
            "x-ms-version": "2021-12-02",
            "x-ms-blob-type": "BlockBlob",
            "Content-Type": "application/json",
        }
        body = json.dumps([letter.to_json()]).encode()
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.put(url, data=body, headers=headers, ssl=self._tls) as answer,
            ):
                return answer.status == CREATED
        except aiohttp.ClientError:
            return False
