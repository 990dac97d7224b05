"""Whoever deploys: a person of the small Azure, with a way to ARM for resources that no SDK of the product knows."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.conformance.arm_fixtures import SUBSCRIPTION, Azure
from tests.harness.bicep import Manager
from tests.harness.tokens import ARM
from tests.harness.world import Caller, Json

DANA = Caller("Dana Example", "55555555-5555-4555-8555-555555555555", "az", "user")
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-ai"
VERSIONS = {
    "Microsoft.Storage": "2024-01-01",
    "Microsoft.Web": "2024-04-01",
    "Microsoft.EventGrid": "2025-02-15",
    "Microsoft.Authorization": "2022-04-01",
    "Microsoft.ManagedIdentity": "2023-01-31",
    "Microsoft.Network": "2024-05-01",
    "Microsoft.OperationalInsights": "2023-09-01",
}
STORE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/stmailbox"
TOPIC = f"{GROUP}/providers/Microsoft.EventGrid/systemTopics/topic"
SENDER = "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a"
BLOBS = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"


class Dana:
    """Puts resources one by one, under the version that the templates use."""

    def __init__(self, azure: Azure, http: aiohttp.ClientSession, *roles: str) -> None:
        for role in roles:
            azure.roles.assign(DANA.object_id, role, f"/subscriptions/{SUBSCRIPTION}")
        azure.world.principals[DANA.object_id] = "User"
        token = azure.tokens.issue(DANA, ARM, seconds=30 * 86400)
        self.azure = azure
        self.manager = Manager(http, azure.door.url, token, azure.clock)

    async def put(self, resource_id: str, body: Json | None = None, version: str = "") -> Json:
        namespace = resource_id.rpartition("/providers/")[2].partition("/")[0]
        return await self.manager.put(resource_id, version or VERSIONS[namespace], body or {})

    async def store(self, **properties: object) -> None:
        """A mailbox with a queue and a container."""
        given = {"allowSharedKeyAccess": False, **properties}
        kind = {"kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "location": "japaneast"}
        await self.put(STORE, {**kind, "properties": given})
        await self.put(f"{STORE}/queueServices/default/queues/events")
        await self.put(f"{STORE}/blobServices/default/containers/letters")

    async def topic(self, identity: str = "SystemAssigned") -> Json:
        return await self.put(
            TOPIC,
            {
                "location": "global",
                "identity": {"type": identity},
                "properties": {
                    "source": f"/subscriptions/{SUBSCRIPTION}",
                    "topicType": "Microsoft.Resources.Subscriptions",
                },
            },
        )

    async def gives(self, principal: str, role: str, scope: str = STORE) -> Json:
        name = f"{role[:8]}{principal[8:]}"
        definitions = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization"
        properties = {
            "principalId": principal,
            "principalType": "ServicePrincipal",
            "roleDefinitionId": f"{definitions}/roleDefinitions/{role}",
        }
        return await self.put(
            f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}",
            {"properties": properties},
        )


@pytest.fixture
async def http(azure: Azure) -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(ssl=azure.authority.client())
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


@pytest.fixture
async def dana(azure: Azure, http: aiohttp.ClientSession) -> Dana:
    return Dana(azure, http, "Owner")
