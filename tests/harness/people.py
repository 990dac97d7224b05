"""People and their tools: they change Azure over ARM like anybody, with tokens of their own."""

import uuid
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.harness.ids import ArmId
from tests.harness.tokens import ARM
from tests.harness.world import Caller, Json

VERSIONS = {
    "microsoft.cognitiveservices": "2025-09-01",
    "microsoft.network/privatednszones": "2024-06-01",
    "microsoft.network": "2026-03-01",
    "microsoft.resources": "2021-04-01",
    "microsoft.authorization/locks": "2016-09-01",
    "microsoft.authorization/roleassignments": "2022-04-01",
}


def person(name: str, roles: tuple[str, ...] = ()) -> Caller:
    """A caller whose ids are a pure function of the name."""
    object_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"object:{name}"))
    client_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"client:{name}"))
    return Caller(name, object_id, client_id, "app" if name.endswith("-ci") else "user", roles)


def api_version(resource_id: str) -> str:
    """The version that the SDK would send for this type."""
    type_ = ArmId.parse(resource_id).type.casefold()
    fits = (version for prefix, version in VERSIONS.items() if type_.startswith(prefix))
    return next(fits)


class RefusedByArmError(AssertionError):
    """ARM said no to a person."""


@dataclass(frozen=True, slots=True)
class Person:
    """One caller with a browser full of ARM."""

    caller: Caller
    arm_url: str
    token: str
    http: aiohttp.ClientSession

    async def get(self, resource_id: str) -> Json:
        return await self._ask("GET", resource_id)

    async def put(self, resource_id: str, body: Json) -> Json:
        return await self._ask("PUT", resource_id, body)

    async def patch(self, resource_id: str, body: Json) -> Json:
        return await self._ask("PATCH", resource_id, body)

    async def delete(self, resource_id: str) -> None:
        await self._ask("DELETE", resource_id)

    async def post(self, resource_id: str, action: str, body: Json | None = None) -> Json:
        """An action on a resource, such as listKeys."""
        return await self._ask("POST", resource_id, body, action)

    async def opens(self, account_id: str) -> None:
        """Selects "All networks" in the portal: the portal sends both switches."""
        rules: Json = {"defaultAction": "Allow", "ipRules": [], "virtualNetworkRules": []}
        await self.patch(
            account_id, {"properties": {"publicNetworkAccess": "Enabled", "networkAcls": rules}}
        )

    async def points(self, zone_id: str, name: str, *addresses: str) -> None:
        """Edits an A record."""
        records = [{"ipv4Address": address} for address in addresses]
        await self.put(f"{zone_id}/A/{name}", {"properties": {"ttl": 3600, "aRecords": records}})

    async def creates_public_account(self, account_id: str, kind: str = "OpenAI") -> None:
        """A brand-new account, as the quick start makes it."""
        name = ArmId.parse(account_id).name
        await self.put(
            account_id,
            {
                "location": "eastus",
                "kind": kind,
                "sku": {"name": "S0"},
                "properties": {"customSubDomainName": name, "publicNetworkAccess": "Enabled"},
            },
        )

    async def _ask(
        self, method: str, resource_id: str, body: Json | None = None, action: str = ""
    ) -> Json:
        path = f"{resource_id}/{action}" if action else resource_id
        url = f"{self.arm_url}{path}?api-version={api_version(resource_id)}"
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.http.request(method, url, json=body, headers=headers) as answer:
            text = await answer.text()
            if answer.status >= 400:
                raise RefusedByArmError(f"{method} {resource_id}: {answer.status} {text}")
            found: Any = await answer.json(content_type=None) if text else {}
            return dict(found or {})


__all__ = ["ARM", "Person", "RefusedByArmError", "api_version", "person"]
