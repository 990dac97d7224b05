"""The whole fleet at once: the port `FleetIndex` on Resource Graph, one question for each kind of resource.

What is asked of Resource Manager itself is asked for each subscription, never for each account.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

from remediation.adapters import graph_accounts, graph_events, graph_network, graph_zones
from remediation.adapters.graph_client import GraphClient
from remediation.errors import Forbidden, RemediationError
from remediation.fleet import Surroundings
from remediation.ids import ResourceId
from remediation.observed import Account, Address, Vnet
from remediation.reach import Subscription
from remediation.report import Json
from remediation.sweep_ports import Events

# Source of the columns: a row of `resourcecontainers` as people publish it; not verified.
_SUBSCRIPTIONS = """
resourcecontainers
| where type =~ 'microsoft.resources/subscriptions'
| project id, name, subscriptionId
| order by id asc
"""
# How many subscriptions are asked about at once.
_ABREAST = 8


class GraphFleet:
    """The port `FleetIndex`."""

    def __init__(self, client: GraphClient) -> None:
        """Takes the client of Resource Graph."""
        self._client = client

    async def subscriptions(self) -> tuple[Subscription, ...]:
        return tuple(map(_subscription, await self._client.everywhere(_SUBSCRIPTIONS)))

    async def surroundings(
        self, subscriptions: Sequence[str], vnets: Sequence[ResourceId]
    ) -> Surroundings:
        """One question after the other: the quota is for all of them together."""
        zones = await self._client.rows(graph_zones.ZONES, subscriptions)
        links = await self._client.rows(graph_zones.LINKS, subscriptions)
        records = await self._client.rows(graph_zones.RECORDS, subscriptions)
        named = graph_zones.zones(zones, links, records)
        endpoints = await self._client.rows(graph_network.ENDPOINTS, subscriptions)
        addresses = await self._addresses(endpoints, subscriptions)
        found = [graph_network.endpoint(row, addresses) for row in endpoints]
        return Surroundings(
            {endpoint.id: endpoint for endpoint in found},
            frozenset(
                endpoint.id
                for endpoint, row in zip(found, endpoints, strict=True)
                if graph_network.is_unregistered(row)
            ),
            named,
            await self._vnets(subscriptions, vnets),
        )

    async def accounts(self, subscriptions: Sequence[str]) -> AsyncIterator[tuple[Account, ...]]:
        async for page in self._client.pages(graph_accounts.ACCOUNTS, subscriptions):
            yield tuple(map(graph_accounts.account, page))

    async def listed(self, subscription: str) -> tuple[ResourceId, ...]:
        path = f"/subscriptions/{subscription}/providers/Microsoft.CognitiveServices/accounts"
        rows = await self._client.listed(
            f"list the accounts of subscription {subscription}", f"{path}?api-version=2025-09-01"
        )
        return tuple(ResourceId.parse(row["id"]) for row in rows)

    async def events(self, subscriptions: Sequence[str]) -> Mapping[str, Events]:
        rows = await self._client.rows(graph_events.TOPICS, subscriptions)
        topics = {graph_events.source_of(row): str(row["id"]) for row in rows}
        limit = asyncio.Semaphore(_ABREAST)
        asked = [each for each in subscriptions if each.casefold() in topics]
        found = await asyncio.gather(
            *(self._events(topics[each.casefold()], limit) for each in asked)
        )
        sent = dict(zip(asked, found, strict=True))
        return {each: sent.get(each, Events.NOT_SENT) for each in subscriptions}

    async def _events(self, topic: str, limit: asyncio.Semaphore) -> Events:
        async with limit:
            try:
                rows = await self._client.listed(
                    f"list the event subscriptions of {topic.rsplit('/', 1)[-1]}",
                    graph_events.subscriptions_path(topic),
                )
            except Forbidden:
                return Events.FORBIDDEN
            except RemediationError:
                return Events.UNSURE
        return Events.SENT if any(map(graph_events.is_ours, rows)) else Events.NOT_SENT

    async def _addresses(
        self, endpoints: Sequence[Json], subscriptions: Sequence[str]
    ) -> Mapping[str, tuple[Address, ...]]:
        """Of the interfaces that these endpoints have: a tenant may have as many for other services."""
        wanted = {key for row in endpoints for key in graph_network.interfaces_of(row)}
        addresses: dict[str, tuple[Address, ...]] = {}
        async for page in self._client.pages(graph_network.INTERFACES, subscriptions):
            for row in page:
                key = row["id"].casefold()
                if key in wanted:
                    addresses[key] = graph_network.addresses(row)
        return addresses

    async def _vnets(
        self, subscriptions: Sequence[str], vnets: Sequence[ResourceId]
    ) -> Mapping[ResourceId, Vnet]:
        if not vnets:
            return {}
        rows = await self._client.rows(graph_network.vnets_query(vnets), subscriptions)
        return {vnet.id: vnet for vnet in map(graph_network.vnet, rows)}


def _subscription(row: Json) -> Subscription:
    return Subscription(row["subscriptionId"].casefold(), row.get("name") or "")
