"""How is Resource Graph asked? One question, every page of the answer, and no oftener than it allows.

api-version: 2021-03-01, by hand on the pipeline of the management clients: one POST is not worth a package.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.policies import (
    HeadersPolicy,
    RequestIdPolicy,
    UserAgentPolicy,
)
from azure.core.pipeline.transport import AioHttpTransport, AsyncHttpTransport
from azure.core.rest import AsyncHttpResponse, HttpRequest
from azure.mgmt.core import AsyncARMPipelineClient
from azure.mgmt.core.exceptions import ARMErrorFormat
from azure.mgmt.core.policies import AsyncARMChallengeAuthenticationPolicy

from remediation.adapters.faults import translated
from remediation.errors import Refused, Throttled, Unavailable
from remediation.report import Json

_log = logging.getLogger(__name__)

_QUESTIONS = "/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01"
# Source: paging-results.md: 1,000 rows and 16 MiB a page.
_LARGEST_PAGE = 1000
_SMALLEST_PAGE = 10
# How many subscriptions one question names at most: not verified.
MOST_SUBSCRIPTIONS = 1000
# Seconds that one question may wait in all, and those before an answer is asked for again that did not come.
_LONGEST_WAIT = 60.0
_PAUSE = 1.0
_TRIES = 3
# Source: guidance-for-throttled-requests: what a window of the quota lasts.
_WINDOW = 5.0

type Wait = Callable[[float], Awaitable[None]]


class GraphClient:
    """Made inside the running loop; `wait` is how it waits."""

    def __init__(
        self,
        credential: AsyncTokenCredential,
        arm_endpoint: str,
        scope: str,
        *,
        wait: Wait = asyncio.sleep,
        transport: AsyncHttpTransport[Any, Any] | None = None,
    ) -> None:
        """Takes the endpoint and token scope of the cloud's Resource Manager."""
        self._endpoint = arm_endpoint.rstrip("/")
        self._wait = wait
        self._not_before = 0.0
        self._client: AsyncARMPipelineClient[HttpRequest, AsyncHttpResponse] = (
            AsyncARMPipelineClient(
                self._endpoint,
                policies=[
                    RequestIdPolicy(),
                    HeadersPolicy(),
                    UserAgentPolicy("latch"),
                    AsyncARMChallengeAuthenticationPolicy(credential, scope),
                ],
                transport=transport or AioHttpTransport(connection_timeout=10, read_timeout=60),
            )
        )

    async def close(self) -> None:
        """Gives the connections back."""
        await self._client.close()

    async def pages(self, query: str, subscriptions: Sequence[str]) -> AsyncIterator[list[Json]]:
        """The rows of an answer, page by page; `query` ends with an order by id."""
        for start in range(0, len(subscriptions), MOST_SUBSCRIPTIONS):
            among = list(subscriptions[start : start + MOST_SUBSCRIPTIONS])
            async for page in self._pages({"query": query, "subscriptions": among}):
                yield page

    async def rows(self, query: str, subscriptions: Sequence[str]) -> list[Json]:
        """All of an answer at once."""
        return [row async for page in self.pages(query, subscriptions) for row in page]

    async def everywhere(self, query: str) -> list[Json]:
        """The same of all that can be seen."""
        return [row async for page in self._pages({"query": query}) for row in page]

    async def listed(self, action: str, path: str) -> list[Json]:
        """Every item of a list of Resource Manager; `action` says in errors what was tried."""
        items: list[Json] = []
        url = f"{self._endpoint}{path}"
        while url:
            answer = await self._patient(action, HttpRequest("GET", url))
            items += answer.get("value") or []
            url = answer.get("nextLink") or ""
        return items

    async def _pages(self, question: Json) -> AsyncIterator[list[Json]]:
        top, token = _LARGEST_PAGE, ""
        while True:
            options: Json = {"$top": top, "resultFormat": "objectArray"}
            if token:
                options["$skipToken"] = token
            try:
                answer = await self._ask(question | {"options": options})
            except _TooLargeError:
                top //= 2
                continue
            yield answer.get("data") or []
            token = answer.get("$skipToken") or ""
            if not token:
                # Source: paging-results.md: without a token, what is cut can never be read.
                if str(answer.get("resultTruncated", "")).casefold() == "true":
                    raise Refused("ask Resource Graph: the answer is cut", code="ResultTruncated")
                return

    async def _ask(self, body: Json) -> Json:
        await self._wait_for_quota()
        request = HttpRequest("POST", f"{self._endpoint}{_QUESTIONS}", json=body)
        try:
            return await self._patient("ask Resource Graph", request)
        except Refused as error:
            is_large = error.code.casefold() == "responsepayloadtoolarge"
            if is_large and body["options"]["$top"] > _SMALLEST_PAGE:
                raise _TooLargeError from error
            raise

    async def _wait_for_quota(self) -> None:
        """What is used up is not asked for: a 429 too many counts against everybody behind this identity."""
        seconds, self._not_before = self._not_before, 0.0
        if seconds:
            await self._wait(seconds)

    async def _patient(self, action: str, request: HttpRequest) -> Json:
        """Asks again when Azure is busy, as it says and a minute at most."""
        waited, tries = 0.0, 0
        while True:
            try:
                return await self._send(action, request)
            except (Throttled, Unavailable) as error:
                tries += 1
                pause = error.retry_after or (
                    _WINDOW if isinstance(error, Throttled) else _PAUSE * tries
                )
                is_over = isinstance(error, Unavailable) and tries >= _TRIES
                if is_over or waited + pause > _LONGEST_WAIT:
                    raise
                _log.info("asked again in %d s: %s", pause, error)
                await self._wait(pause)
                waited += pause

    async def _send(self, action: str, request: HttpRequest) -> Json:
        with translated(action):
            response = await self._client.send_request(request)
            await response.read()
            if response.status_code >= HTTPStatus.BAD_REQUEST:
                raise HttpResponseError(response=response, error_format=ARMErrorFormat)
            self._note_quota(response)
            answer = response.json()
        if not isinstance(answer, dict):
            raise Unavailable(f"{action}: the answer is no object")
        return answer

    def _note_quota(self, response: AsyncHttpResponse) -> None:
        """Source: guidance-for-throttled-requests: what is left, and hours, minutes and seconds until it is renewed."""
        if response.headers.get("x-ms-user-quota-remaining") == "0":
            self._not_before = _seconds(response.headers.get("x-ms-user-quota-resets-after", ""))


class _TooLargeError(Exception):
    """A smaller page will do."""


def _seconds(text: str) -> float:
    parts = text.split(":")
    if len(parts) != len(("hours", "minutes", "seconds")):
        return _WINDOW
    try:
        hours, minutes, seconds = (float(part) for part in parts)
    except ValueError:
        return _WINDOW
    return min(hours * 3600 + minutes * 60 + seconds, _LONGEST_WAIT)
