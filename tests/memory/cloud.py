"""What does Azure show, start and refuse? The port `Cloud` in memory."""

import re
from dataclasses import replace
from functools import partial
from typing import assert_never

from remediation.errors import Busy, Misconfigured, Refused, RemediationError
from remediation.model import (
    Account,
    Desired,
    Endpoint,
    Link,
    Network,
    ResourceId,
    Zone,
    ZoneConfig,
    ZoneGroup,
)
from remediation.plan import (
    Action,
    ApproveConnection,
    AttachZones,
    CloseAccess,
    CreateEndpoint,
    CreateZone,
    LinkZone,
    PutRecord,
)
from remediation.report import Outcome
from tests.builders import MEMBERS
from tests.memory.azure import ENDPOINT_SECONDS, ZONE_SECONDS, Azure

_GUID = re.compile(r"resource guid (\S+)")


class MemoryCloud:
    """One `Azure`, as a pass sees and changes it."""

    def __init__(self, azure: Azure) -> None:
        self.azure = azure
        # Whether the identity's own endpoints are approved at once; not verified either way.
        self.approves = True
        # Whether an identical zone group writes its records again; not verified either way.
        self.group_put_restores = True
        # What the next reads and the next actions raise instead.
        self.read_trouble: list[RemediationError] = []
        self.trouble: list[RemediationError] = []
        self.applied: list[Action] = []

    async def account(self, account: ResourceId) -> Account | None:
        self.azure.tick()
        if self.read_trouble:
            raise self.read_trouble.pop(0)
        return self.azure.accounts.get(account)

    async def zone_names(self, account: Account) -> tuple[str, ...]:
        return tuple(zone for _, zone in MEMBERS[account.kind])

    async def network(self, account: Account, desired: Desired) -> Network:
        self.azure.tick()
        spec = desired.endpoint
        seen = {c.endpoint for c in account.connections} | {spec.id if spec else None}
        endpoints = tuple(each for each in self.azure.endpoints.values() if each.id in seen)
        groups = [each.zone_group for each in endpoints if each.zone_group]
        wanted = [config.zone for group in groups for config in group.configs]
        if desired.dns is not None:
            wanted = [zone.id for zone in desired.dns.zones]
        zones = tuple(
            self._zone(each, account) for each in dict.fromkeys(wanted) if each in self.azure.zones
        )
        return Network(endpoints, zones, self.azure.vnets.get(spec.vnet) if spec else None)

    async def endpoint_targets(self, endpoint: ResourceId) -> tuple[ResourceId, ...]:
        there = self.azure.endpoints.get(endpoint)
        return () if there is None or there.target is None else (there.target,)

    def _zone(self, zone: ResourceId, account: Account) -> Zone:
        name = (account.subdomain or account.id.name).casefold()
        return Zone(zone, self.azure.zones[zone], self.azure.records.get((zone, name)))

    async def apply(self, action: Action) -> Outcome:
        self.azure.tick()
        if self.trouble:
            raise self.trouble.pop(0)
        outcome = self._apply(action)
        self.applied.append(action)
        return outcome

    def _apply(self, action: Action) -> Outcome:
        match action:
            case CloseAccess():
                return self._close(action)
            case CreateEndpoint():
                return self._create_endpoint(action)
            case ApproveConnection():
                return self._approve(action)
            case AttachZones():
                return self._attach(action)
            case CreateZone():
                return self._create_zone(action)
            case LinkZone():
                return self._link(action)
            case PutRecord():
                return self._put(action)
            case _:
                assert_never(action)

    def _close(self, action: CloseAccess) -> Outcome:
        account = self.azure.accounts[action.account]
        if not account.is_settled:
            raise Busy("another operation is in progress", code="RequestConflict")
        if action.acls is not None and account.subdomain is None:
            raise Refused("rules need a custom subdomain", code="BadRequest")
        acls = action.acls or account.acls
        self.azure.change_account(account.id, public_network_access="Disabled", acls=acls)
        return Outcome.DONE

    def _create_endpoint(self, action: CreateEndpoint) -> Outcome:
        account, spec = self.azure.accounts[action.account], action.spec
        if not account.is_settled:
            raise Busy("account in state Accepted", code="AccountProvisioningStateInvalid")
        if account.subdomain is None:
            raise Refused("an endpoint needs a custom subdomain", code="BadRequest")
        if self.azure.vnets.get(spec.vnet) != action.location:
            raise Misconfigured("no such network there", code="InvalidResourceReference")
        there = self.azure.endpoints.get(spec.id) or self._new_endpoint(action)
        if there.target != account.id:
            raise Refused("an endpoint cannot be led elsewhere", code="BadRequest")
        if there.id in self.azure.endpoints and there.state == "Updating":
            raise Busy("another operation is in progress", code="AnotherOperationInProgress")
        self.azure.endpoints[spec.id] = replace(there, state="Updating")
        self.azure.later(ENDPOINT_SECONDS, partial(self.azure.end_endpoint, spec.id))
        return Outcome.STARTED

    def _new_endpoint(self, action: CreateEndpoint) -> Endpoint:
        spec = action.spec
        return Endpoint(
            id=spec.id,
            location=action.location,
            subnet=spec.subnet,
            guid=f"eeeeeeee-0000-4000-8000-{self.azure.number():012}",
            target=action.account,
            status="Approved" if self.approves else "Pending",
            state="Updating",
            static_ips=spec.static_ips,
            security_groups=spec.security_groups,
            tags=spec.tags,
            nic_name=spec.nic_name,
        )

    def _approve(self, action: ApproveConnection) -> Outcome:
        account = self.azure.accounts[action.account]
        there = next((c for c in account.connections if c.name == action.connection), None)
        if there is None or there.endpoint not in self.azure.endpoints:
            raise Refused("the method PUT is not allowed", code="MethodNotAllowed")
        if there.status == "Rejected":
            raise Refused("a rejected connection cannot be approved", code="BadRequest")
        self.azure.set_connection(there.endpoint, "Approved")
        return Outcome.STARTED

    def _attach(self, action: AttachZones) -> Outcome:
        there = self.azure.endpoints.get(action.endpoint)
        if there is None or any(zone not in self.azure.zones for _, zone in action.zones):
            raise Misconfigured("endpoint or zone not found", code="InvalidResourceReference")
        if there.state != "Succeeded":
            raise Busy("another operation is in progress", code="AnotherOperationInProgress")
        if there.zone_group is not None and there.zone_group.name != action.group:
            raise Refused("an endpoint has one zone group", code="BadRequest")
        if len({name.casefold() for name, _ in action.zones}) < len(action.zones):
            raise Refused("two zones under one name", code="BadRequest")
        if not self.group_put_restores and _holds(there.zone_group, action.zones):
            return Outcome.STARTED
        configs = tuple(ZoneConfig(name, zone) for name, zone in action.zones)
        group = ZoneGroup(action.group, configs, "Updating")
        self.azure.endpoints[there.id] = replace(there, zone_group=group)
        self.azure.later(ZONE_SECONDS, partial(self.azure.end_group, there.id))
        return Outcome.STARTED

    def _create_zone(self, action: CreateZone) -> Outcome:
        if action.zone in self.azure.zones:
            raise Busy("the zone exists already", code="PreconditionFailed")

        def appear() -> None:
            self.azure.zones.setdefault(action.zone, ())

        self.azure.later(ZONE_SECONDS, appear)
        return Outcome.STARTED

    def _link(self, action: LinkZone) -> Outcome:
        vnet = action.link.vnet
        if action.zone not in self.azure.zones or vnet not in self.azure.vnets:
            raise Misconfigured("zone or network not found", code="ParentResourceNotFound")
        name = action.zone.name.casefold()
        namesakes = [
            links for zone, links in self.azure.zones.items() if zone.name.casefold() == name
        ]
        if any(link.vnet == vnet for links in namesakes for link in links):
            raise Refused("overlapping namespaces", code="BadRequest")
        links = self.azure.zones[action.zone]
        if any(link.name.casefold() == action.name.casefold() for link in links):
            raise Refused("a link's network cannot be changed", code="BadRequest")
        self.azure.zones[action.zone] = (*links, Link(action.name, vnet, "InProgress"))
        self.azure.later(ZONE_SECONDS, partial(self.azure.end_links, action.zone))
        return Outcome.STARTED

    def _put(self, action: PutRecord) -> Outcome:
        if action.zone not in self.azure.zones:
            raise Misconfigured("the zone was not found", code="ParentResourceNotFound")
        there = self.azure.records.get((action.zone, action.name.casefold()))
        if (there.etag if there else None) != action.etag:
            raise Busy("the record has changed", code="PreconditionFailed")
        owner = _GUID.search(action.owner)
        self.azure.put_record(
            action.zone, action.name, action.addresses, owner.group(1) if owner else None
        )
        return Outcome.DONE


def _holds(group: ZoneGroup | None, zones: tuple[tuple[str, ResourceId], ...]) -> bool:
    if group is None or group.state != "Succeeded":
        return False
    return {(config.name, config.zone) for config in group.configs} == set(zones)
