"""How does whoever deploys speak to Resource Manager? Over HTTP, with a token, and patient with long operations."""

from collections.abc import Mapping
from typing import Any

import aiohttp

from tests.harness.bicep.values import Json
from tests.harness.clock import LabClock

_OVER = frozenset({"Succeeded", "Failed", "Canceled"})


class RefusedError(Exception):
    """Resource Manager, or a provider behind it, said no."""

    def __init__(self, resource_id: str, status: int, code: str, message: str) -> None:
        super().__init__(f"{resource_id}: {status} {code}: {message}")
        self.resource_id = resource_id
        self.status = status
        self.code = code
        self.message = message


class Manager:
    """One person's way to ARM."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str, clock: LabClock) -> None:
        self._http = http
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}
        self._clock = clock

    async def get(self, resource_id: str, version: str) -> Json:
        """Raises RefusedError."""
        found, _ = await self._ask(
            "GET", resource_id, f"{self._url}{resource_id}?api-version={version}"
        )
        return found

    async def put(self, resource_id: str, version: str, body: Json) -> Json:
        """The resource once it is there. Raises RefusedError."""
        url = f"{self._url}{resource_id}?api-version={version}"
        found, headers = await self._ask("PUT", resource_id, url, body)
        status_url = headers.get("Azure-AsyncOperation")
        if status_url is None:
            return found
        await self._wait(resource_id, status_url)
        return await self.get(resource_id, version)

    async def _wait(self, resource_id: str, url: str) -> None:
        """Moves the lab's clock to whatever is due next, until the operation is over."""
        while True:
            state, _ = await self._ask("GET", resource_id, url)
            if state["status"] in _OVER:
                break
            due = self._clock.next_due()
            await self._clock.advance(max((due or 0) - self._clock.time(), 0))
        if state["status"] != "Succeeded":
            error: Json = state.get("error", {})
            raise RefusedError(resource_id, 200, error.get("code", ""), error.get("message", ""))

    async def _ask(
        self, method: str, resource_id: str, url: str, body: Json | None = None
    ) -> tuple[Json, Mapping[str, str]]:
        async with self._http.request(method, url, json=body, headers=self._headers) as answer:
            text = await answer.text()
            found: Any = await answer.json(content_type=None) if text else {}
            if answer.status >= 400:
                error: Json = found.get("error", found)
                raise RefusedError(
                    resource_id, answer.status, error.get("code", ""), error.get("message", text)
                )
            return found, answer.headers
