"""How does a message get over the wire? One POST through azure-core's own pipeline, bounded in every direction.

No redirects: azure-core's transport follows none, and no policy here does. A try takes seconds, all tries together no
more than the budget; a `Retry-After` longer than that is left to the channel's next turn. Addresses are never logged.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from azure.core.exceptions import AzureError
from azure.core.pipeline import AsyncPipeline, PipelineResponse
from azure.core.pipeline.policies import AsyncRetryPolicy
from azure.core.pipeline.transport import AioHttpTransport, AsyncHttpTransport
from azure.core.rest import AsyncHttpResponse, HttpRequest

from remediation.channels.secrets import Address
from remediation.errors import Unavailable

_BUDGET = 20.0
_PER_TRY: dict[str, Any] = {"connection_timeout": 3.0, "read_timeout": 5.0}
_PATIENCE = 5.0
_BACKOFF = 0.2
_TRIES = 3
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
# Nobody needs more of an answer to know what it means.
_LONGEST_ANSWER = 4_096


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said; `text` is the beginning, without anything secret."""

    status: int
    text: str
    retry_after: float | None


class _Retry(AsyncRetryPolicy[HttpRequest, AsyncHttpResponse]):
    """Tries again what may pass, and only if the other side does not ask for more patience than there is."""

    def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
        """azure-core would try again any status with a Retry-After, and wait for it in full."""
        status = response.http_response.status_code
        asked = self.get_retry_after(response) or 0.0
        return status in _AGAIN and asked <= _PATIENCE and settings["total"] > 0


class Webhook:
    """Posts to addresses that were checked at the start."""

    def __init__(
        self,
        transport: AsyncHttpTransport[Any, Any] | None = None,
        budget: float = _BUDGET,
        backoff: float = _BACKOFF,
    ) -> None:
        """Takes a transport where it is shared, the seconds for all tries together, and between the first two."""
        retry = _Retry(
            retry_total=_TRIES,
            retry_connect=_TRIES,
            retry_read=_TRIES,
            retry_status=_TRIES,
            retry_backoff_factor=backoff,
            retry_backoff_max=2,
        )
        self._pipeline: AsyncPipeline[HttpRequest, AsyncHttpResponse] = AsyncPipeline(
            transport or AioHttpTransport(), policies=[retry]
        )
        self._budget = budget

    async def post(self, address: Address, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Raises Unavailable when there is no answer in time."""
        request = HttpRequest(
            "POST",
            address.url.reveal(),
            content=body,
            headers={"Content-Type": "application/json", "User-Agent": "Latch", **headers},
        )
        try:
            async with asyncio.timeout(self._budget):
                return await self._run(request, address)
        except TimeoutError as error:
            message = f"{address.host} did not answer within {self._budget:g} s"
            raise Unavailable(message) from error
        except AzureError as error:
            # From None: the cause holds the address, and a log would show it.
            raise Unavailable(address.redacted(f"{address.host}: {error}")) from None

    async def _run(self, request: HttpRequest, address: Address) -> Answer:
        ran = await self._pipeline.run(
            request, stream=True, retry_on_methods=frozenset({"POST"}), **_PER_TRY
        )
        response = ran.http_response
        async with response:
            text = address.redacted(await _beginning(response))
        return Answer(response.status_code, text, _Retry().get_retry_after(ran))

    async def close(self) -> None:
        """Gives the connections back."""
        await self._pipeline.__aexit__()


async def _beginning(response: AsyncHttpResponse) -> str:
    """However much the other side sends."""
    content = b""
    async for chunk in response.iter_bytes():
        content += chunk
        if len(content) >= _LONGEST_ANSWER:
            break
    return content[:_LONGEST_ANSWER].decode("utf-8", "replace")
