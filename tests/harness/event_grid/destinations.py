"""How does an event reach a queue, a function or a web hook, and how is a web hook asked whether it wants any?"""

import asyncio
import json
import os
import uuid
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Self

import aiohttp
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, HttpResponseError
from azure.storage.queue import TextBase64EncodePolicy
from azure.storage.queue.aio import QueueClient

from tests.harness.event_grid.delivery import UnreachableError
from tests.harness.event_grid.events import Schema, seven_digits
from tests.harness.event_grid.outcomes import EndpointType
from tests.harness.event_grid.parcels import Parcel, text_of
from tests.harness.world import Json

ACCEPTED = 201
_ORIGIN = "eventgrid.azure.net"


class HandshakeError(Exception):
    """The endpoint did not say that it wants events; Azure would not create the event subscription."""


class Queue:
    """A Storage queue, written to with an identity: one message per event, base64 of its JSON."""

    endpoint = EndpointType.QUEUE

    def __init__(self, queue_url: str, credential: AsyncTokenCredential, ca_file: Path) -> None:
        self._client = QueueClient.from_queue_url(
            queue_url,
            credential=credential,
            connection_verify=os.fspath(ca_file),
            message_encode_policy=TextBase64EncodePolicy(),
            retry_total=0,
        )

    async def deliver(self, parcel: Parcel) -> int:
        try:
            await self._client.send_message(text_of(parcel.cargo))
        except HttpResponseError as error:
            return error.status_code or 500
        except AzureError as error:
            raise UnreachableError(str(error)) from error
        return ACCEPTED

    async def close(self) -> None:
        await self._client.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class WebHook:
    """An HTTP endpoint: a function's, or anybody's."""

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        endpoint: EndpointType = EndpointType.WEB_HOOK,
    ) -> None:
        self.endpoint = endpoint
        self._url = url
        self._headers = dict(headers or {})

    @classmethod
    def of_function(cls, host_url: str, function: str, system_key: str) -> Self:
        """A function behind the Event Grid extension of its host."""
        # Source: functions-bindings-event-grid-trigger.md (path), azure-functions-host HostController.cs (header).
        url = f"{host_url}/runtime/webhooks/eventgrid?functionName={function}"
        return cls(url, {"x-functions-key": system_key}, EndpointType.FUNCTION)

    async def deliver(self, parcel: Parcel) -> int:
        asked = {**parcel.headers, **self._headers}
        status, _, _ = await self._request("POST", parcel.body.encode(), asked)
        return status

    async def shake_hands(self, topic: str, schema: Schema, now: datetime) -> None:
        """What Azure does when an event subscription is created. Raises HandshakeError."""
        try:
            if schema is Schema.CLOUD:
                await self._ask_options()
            else:
                await self._send_code(topic, now)
        except UnreachableError as error:
            raise HandshakeError(f"{self._url}: {error}") from error

    async def _ask_options(self) -> None:
        # Source: CloudEvents HTTP 1.1 web hooks, section 4; the answer's rate is optional there.
        asked = {"WebHook-Request-Origin": _ORIGIN, **self._headers}
        status, answer, _ = await self._request("OPTIONS", b"", asked)
        allowed = answer.get("WebHook-Allowed-Origin", "")
        if status != 200 or allowed not in {_ORIGIN, "*"}:
            raise HandshakeError(f"{self._url} answered {status} and allows {allowed!r}")

    async def _send_code(self, topic: str, now: datetime) -> None:
        # Source: end-point-validation-event-grid-events-schema.md: 200 with the code, nothing else.
        code = str(uuid.uuid4()).upper()
        asked = {
            "aeg-event-type": "SubscriptionValidation",
            "Content-Type": "application/json; charset=utf-8",
        }
        body = json.dumps([validation_event(topic, code, now)]).encode()
        status, _, text = await self._request("POST", body, {**asked, **self._headers})
        if status != 200 or _validation_response(text) != code:
            raise HandshakeError(f"{self._url} answered {status} without the code: {text[:200]}")

    async def _request(
        self, method: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str], str]:
        # The deadline is the courier's, on the lab's clock.
        forever = aiohttp.ClientTimeout(total=None)
        try:
            async with (
                aiohttp.ClientSession(timeout=forever) as session,
                session.request(method, self._url, data=body, headers=headers) as answer,
            ):
                return answer.status, answer.headers, await answer.text()
        except (aiohttp.ClientError, asyncio.IncompleteReadError, OSError) as error:
            raise UnreachableError(str(error)) from error


def validation_event(topic: str, code: str, now: datetime) -> Json:
    moment = seven_digits(now)
    return {
        "id": str(uuid.uuid4()),
        "topic": topic,
        "subject": "",
        "data": {
            "validationCode": code,
            "validationUrl": f"https://rp-lab.{_ORIGIN}:553/validate?id={code}&t={moment}",
        },
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "eventTime": moment,
        "metadataVersion": "1",
        "dataVersion": "1",
    }


def _validation_response(text: str) -> str:
    try:
        answer = json.loads(text)
    except ValueError:
        return ""
    return str(answer.get("validationResponse", "")) if isinstance(answer, dict) else ""
