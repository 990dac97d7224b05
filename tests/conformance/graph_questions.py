"""How do tests ask Resource Graph? As its REST description says, without a client."""

from collections.abc import Mapping
from typing import Any

from tests.conformance.arm_fixtures import SUBSCRIPTION, Azure
from tests.harness.world import Json

PATH = "/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01"
ACCOUNTS = "resources | where type =~ 'microsoft.cognitiveservices/accounts'"
IDS = f"{ACCOUNTS} | project id, name | order by id asc"


async def ask(
    azure: Azure, query: str, *, token: str | None = None, path: str = PATH, **body: Any
) -> tuple[int, Json, Mapping[str, str]]:
    """One question about the lab's subscription, unless `body` names others."""
    options: Json = {"resultFormat": "objectArray", **body.pop("options", {})}
    asked: Json = {"query": query, "subscriptions": [SUBSCRIPTION], **body, "options": options}
    return await azure.raw("POST", path, json=asked, token=token)


async def rows(azure: Azure, query: str, **body: Any) -> list[Json]:
    """The first page of an answer."""
    status, answer, _ = await ask(azure, query, **body)
    assert status == 200, answer
    found: list[Json] = answer["data"]
    return found


async def names(azure: Azure, query: str = IDS, **body: Any) -> list[str]:
    return [row["name"] for row in await rows(azure, query, **body)]
