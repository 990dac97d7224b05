"""One account and its private path in Azure Resource Manager: observe, and apply one action."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import TYPE_CHECKING, assert_never

from remediation.adapters.accounts import Accounts
from remediation.adapters.clients import Clients
from remediation.adapters.fleet import GraphFleet
from remediation.desired import Desired, RecordsBy
from remediation.errors import Forbidden, Unavailable
from remediation.ids import ResourceId
from remediation.observed import Account, Endpoint, Network, Perimeter, Vnet, Zone
from remediation.plan import (
    Action,
    ApproveConnection,
    AttachZones,
    ChangeAccount,
    CloseAccess,
    CreateEndpoint,
    CreateZone,
    DisableLocalAuth,
    LinkZone,
    PutRecord,
    RemoveBrokenEndpoint,
    RestrictNetwork,
    RestrictOutbound,
)
from remediation.report import Outcome

if TYPE_CHECKING:
    from remediation.adapters.endpoints import Endpoints
    from remediation.adapters.zones import Zones

# The slowest answer on record took 22 s (azure-cli recordings: rejecting a connection).
_LONGEST_CALL_SECONDS = 60


class ArmCloud:
    """The port `Cloud`, on genuine clients."""

    def __init__(self, clients: Clients) -> None:
        """Takes the clients of all subscriptions."""
        self._clients = clients
        self._accounts = Accounts(clients)

    async def account(self, account: ResourceId) -> Account | None:
        return await self._accounts.get(account)

    async def zone_names(self, account: Account) -> tuple[str, ...]:
        return await self._accounts.zone_names(account.id)

    async def network(self, account: Account, desired: Desired) -> Network:
        """Endpoints and zones at once; the rest is only looked for when something is missing."""
        wanted = () if desired.endpoint is None else (desired.endpoint.id,)
        kept = desired.dns is not None and desired.dns.records_by is not RecordsBy.EXTERNAL
        declared = tuple(zone.id for zone in desired.dns.zones) if kept and desired.dns else ()
        endpoints, zones = await asyncio.gather(
            self._all_endpoints(wanted), self._all_zones(declared, account)
        )
        if not endpoints:
            connected = [
                c.endpoint for c in account.connections if c.endpoint and c.endpoint not in wanted
            ]
            endpoints = await self._readable_endpoints(connected)
        if desired.dns is None:
            zones = await self._all_zones(_registered_in(endpoints), account)
        vnet, perimeters, rivals = await asyncio.gather(
            self._vnet(desired, endpoints), self._perimeters(account), self._rivals(desired, zones)
        )
        return Network(endpoints, zones, vnet, perimeters, rivals)

    async def _rivals(self, desired: Desired, zones: Sequence[Zone]) -> tuple[Zone, ...]:
        """Zones of the same names elsewhere, looked for only where a wanted network is not linked to ours."""
        wanted = desired.dns.zones if desired.dns and zones else ()
        there = {zone.id: zone for zone in zones}
        lacking = [
            (spec.id, link.vnet)
            for spec in wanted
            if spec.id in there
            for link in spec.links
            if there[spec.id].link(link.vnet) is None
        ]
        subscriptions = {id_.subscription for pair in lacking for id_ in pair}
        names = {zone.name.casefold() for zone, _ in lacking}
        found = await asyncio.gather(*(self._zones.named(names, each) for each in subscriptions))
        return tuple(zone for each in found for zone in each if zone.id not in there)

    async def _vnet(self, desired: Desired, endpoints: Sequence[Endpoint]) -> Vnet | None:
        """The network where the endpoint is, or where it shall be."""
        subnets = [endpoint.subnet for endpoint in endpoints]
        wanted = desired.endpoint.subnet if desired.endpoint else next(iter(subnets), None)
        return None if wanted is None else await self._endpoints.vnet(wanted.parent)

    async def _perimeters(self, account: Account) -> tuple[Perimeter, ...]:
        """Only a kind that can be in a perimeter is asked for it: one call less for all others."""
        if "networksecurityperimeter" not in account.capabilities:
            return ()
        return await self._accounts.perimeters(account.id)

    async def endpoint_targets(self, endpoint: ResourceId) -> tuple[ResourceId, ...] | None:
        return await self._endpoints.targets(endpoint)

    async def apply(self, action: Action) -> Outcome:
        try:
            async with asyncio.timeout(_LONGEST_CALL_SECONDS):
                return await self._apply(action)
        except TimeoutError as error:
            raise Unavailable(f"no answer within {_LONGEST_CALL_SECONDS} s: {action}") from error

    async def _apply(self, action: Action) -> Outcome:
        match action:
            case ChangeAccount():
                return await self._accounts.change(action.account, action.changes)
            case CloseAccess() | RestrictNetwork() | DisableLocalAuth() | RestrictOutbound():
                return await self._accounts.change(action.account, (action,))
            case ApproveConnection():
                return await self._accounts.approve(action)
            case CreateEndpoint():
                return await self._endpoints.create(action)
            case RemoveBrokenEndpoint():
                return await self._endpoints.remove(action)
            case AttachZones():
                return await self._endpoints.attach(action)
            case CreateZone():
                return await self._zones.create(action)
            case LinkZone():
                return await self._zones.link(action)
            case PutRecord():
                return await self._zones.put(action)
            case _:
                assert_never(action)

    async def _all_endpoints(self, ids: Iterable[ResourceId]) -> tuple[Endpoint, ...]:
        found = await asyncio.gather(*map(self._endpoints.get, ids))
        return tuple(endpoint for endpoint in found if endpoint is not None)

    async def _readable_endpoints(self, ids: Iterable[ResourceId]) -> tuple[Endpoint, ...]:
        """Endpoints of other subscriptions and tenants may be connected too; what may not be read is not ours."""
        found = await asyncio.gather(*map(self._endpoints.get, ids), return_exceptions=True)
        for each in found:
            if isinstance(each, BaseException) and not isinstance(each, Forbidden):
                raise each
        return tuple(each for each in found if isinstance(each, Endpoint))

    async def _all_zones(self, ids: Iterable[ResourceId], account: Account) -> tuple[Zone, ...]:
        record = account.subdomain or account.id.name
        found = await asyncio.gather(*(self._zones.get(zone, record) for zone in ids))
        return tuple(zone for zone in found if zone is not None)

    @property
    def _endpoints(self) -> "Endpoints":
        """Imported late: the FAST lane must not load azure.mgmt.network."""
        from remediation.adapters.endpoints import Endpoints

        return Endpoints(self._clients)

    @property
    def _zones(self) -> "Zones":
        from remediation.adapters.zones import Zones

        return Zones(self._clients)


class ArmFleet:
    """The port `Fleet`, on the account lists of Resource Manager."""

    def __init__(self, clients: Clients, index: GraphFleet) -> None:
        """Takes the clients of all subscriptions, and who knows which there are."""
        self._accounts = Accounts(clients)
        self._index = index

    async def accounts(self, subscriptions: Sequence[str]) -> AsyncIterator[Account]:
        for subscription in subscriptions or await self.subscriptions():
            async for account in self._accounts.list(subscription):
                yield account

    async def subscriptions(self) -> tuple[str, ...]:
        return tuple(each.id for each in await self._index.subscriptions())


def _registered_in(endpoints: Sequence[Endpoint]) -> tuple[ResourceId, ...]:
    groups = [endpoint.zone_group for endpoint in endpoints if endpoint.zone_group]
    return tuple(dict.fromkeys(config.zone for group in groups for config in group.configs))
