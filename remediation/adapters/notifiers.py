"""How do people hear of it? One class per channel; what is said was decided by `alerts`."""

import logging
from typing import Any

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.messaging import CloudEvent
from azure.eventgrid.aio import EventGridPublisherClient

from remediation.adapters.faults import translated
from remediation.errors import Refused
from remediation.report import Json

_log = logging.getLogger(__name__)

# Alerts are tried again from their queue, so nothing sleeps inside the client: azure-core waits out any Retry-After.
_PATIENCE: dict[str, Any] = {"retry_total": 1, "retry_status": 0, "retry_backoff_factor": 0}


class TopicNotifier:
    """An Event Grid custom topic: each alert is one CloudEvent, whose id stays the same however often it is sent."""

    def __init__(self, endpoint: str, credential: AsyncTokenCredential, **options: Any) -> None:
        """Takes the topic's URL; `options` go to the client, for a transport that is shared."""
        self._client = EventGridPublisherClient(endpoint, credential, **{**_PATIENCE, **options})

    async def send(self, alert: Json) -> None:
        try:
            event: CloudEvent[Any] = CloudEvent.from_dict(alert)
        except (ValueError, KeyError, TypeError) as error:
            raise Refused(f"the alert is not a CloudEvent: {error}") from error
        with translated("publish the alert"):
            await self._client.send(event)

    async def close(self) -> None:
        """Gives the connections back."""
        await self._client.close()


class LogNotifier:
    """The log, for a deployment without a topic."""

    async def send(self, alert: Json) -> None:
        data = alert.get("data")
        headline = data.get("headline") if isinstance(data, dict) else None
        _log.warning(
            "alert: %s", headline or "without a headline", extra={"alert": alert.get("id")}
        )
