"""What does Azure show, start and refuse? The port `Cloud` in memory."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import assert_never

from remediation.desired import Desired, EndpointSpec
from remediation.errors import Busy, Misconfigured, Refused, RemediationError
from remediation.ids import ResourceId
from remediation.observed import Account, Endpoint, Link, Network, Zone, ZoneConfig, ZoneGroup
from remediation.plan import (
    AccountChange,
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
from tests.builders import MEMBERS
from tests.memory.account import patched
from tests.memory.azure import ENDPOINT_SECONDS, ZONE_SECONDS, Azure

_UNDER_WAY = ("Updating", "Deleting")
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
        # What the next actions raise although they take effect, and what the read that follows raises.
        self.lost_answers: list[RemediationError] = []
        self.trouble_after_a_lost_answer: list[RemediationError] = []
        self.applied: list[Action] = []

    async def account(self, account: ResourceId) -> Account | None:
        self.azure.tick()
        if self.read_trouble:
            raise self.read_trouble.pop(0)
        return self.azure.accounts.get(account)

    async def zone_names(self, account: Account) -> tuple[str, ...]:
        return tuple(zone for _, zone in MEMBERS[account.kind])

    async def network(self, account: Account, desired: Desired) -> Network:
        """The endpoint asked for; where there is none, those that are connected."""
        self.azure.tick()
        wanted = desired.endpoint
        named = self.azure.endpoints.get(wanted.id) if wanted else None
        endpoints = self._connected(account) if named is None else (named,)
        subnets = [wanted.subnet] if wanted else [each.subnet for each in endpoints]
        vnet = self.azure.vnets.get(subnets[0].parent) if subnets else None
        perimeters = self.azure.perimeters.get(account.id, ())
        return Network(endpoints, self._zones(account, desired, endpoints), vnet, perimeters)

    def _connected(self, account: Account) -> tuple[Endpoint, ...]:
        ids = [c.endpoint for c in account.connections]
        return tuple(each for each in self.azure.endpoints.values() if each.id in ids)

    def _zones(
        self, account: Account, desired: Desired, endpoints: Sequence[Endpoint]
    ) -> tuple[Zone, ...]:
        """Those asked for; where nobody asks, those that the endpoints register in."""
        groups = [each.zone_group for each in endpoints if each.zone_group]
        ids = [config.zone for group in groups for config in group.configs]
        if desired.dns is not None:
            ids = [zone.id for zone in desired.dns.zones]
        there = [each for each in dict.fromkeys(ids) if each in self.azure.zones]
        return tuple(self._zone(each, account) for each in there)

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
        if self.lost_answers:
            self.read_trouble += self.trouble_after_a_lost_answer
            raise self.lost_answers.pop(0)
        return outcome

    def _apply(self, action: Action) -> Outcome:
        match action:
            case ChangeAccount():
                return self._change(action.account, action.changes)
            case CloseAccess() | RestrictNetwork() | DisableLocalAuth() | RestrictOutbound():
                return self._change(action.account, (action,))
            case CreateEndpoint():
                return self._create_endpoint(action)
            case RemoveBrokenEndpoint():
                return self._remove(action)
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

    def _change(self, id_: ResourceId, changes: Sequence[AccountChange]) -> Outcome:
        account = self.azure.accounts[id_]
        if not account.is_settled:
            raise Busy("another operation is in progress", code="RequestConflict")
        self.azure.accounts[id_] = patched(account, changes)
        self.azure.change_account(id_)
        return Outcome.DONE

    def _create_endpoint(self, action: CreateEndpoint) -> Outcome:
        account, spec = self.azure.accounts[action.account], action.spec
        if not account.is_settled:
            raise Busy("account in state Accepted", code="AccountProvisioningStateInvalid")
        if account.subdomain is None:
            raise Refused("an endpoint needs a custom subdomain", code="BadRequest")
        vnet = self.azure.vnets.get(spec.vnet)
        if vnet is None or vnet.location != action.location:
            raise Misconfigured("no such network there", code="InvalidResourceReference")
        self._refuse_bad_addresses(account, spec)
        there = self.azure.endpoints.get(spec.id) or self._new_endpoint(action)
        if there.target != account.id:
            raise Refused("an endpoint cannot be led elsewhere", code="BadRequest")
        if there.id in self.azure.endpoints and there.state in _UNDER_WAY:
            raise Busy("another operation is in progress", code="AnotherOperationInProgress")
        self.azure.endpoints[spec.id] = replace(there, state="Updating")
        self.azure.later(ENDPOINT_SECONDS, partial(self.azure.end_endpoint, spec.id))
        return Outcome.STARTED

    def _refuse_bad_addresses(self, account: Account, spec: EndpointSpec) -> None:
        """Static addresses are for all members or for none, and each is taken once (manage-private-endpoint.md)."""
        static = dict(spec.static_ips)
        if static and set(static) != {member for member, _ in MEMBERS[account.kind]}:
            raise Refused("an address for every member", code="BadRequest")
        others = [each for each in self.azure.endpoints.values() if each.id != spec.id]
        taken = {address.ip for each in others for address in each.addresses}
        if taken & set(static.values()):
            raise Refused("the address is in use", code="PrivateIPAddressInUse")

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

    def _remove(self, action: RemoveBrokenEndpoint) -> Outcome:
        there = self.azure.endpoints.get(action.endpoint)
        if there is None:
            return Outcome.DONE
        if there.state in _UNDER_WAY:
            raise Busy("another operation is in progress", code="AnotherOperationInProgress")
        self.azure.remove_endpoint(there.id)
        return Outcome.STARTED

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
        there = [link for link in self.azure.zones[action.zone] if _is_named(link, action.name)]
        if any(link.vnet != vnet for link in there):
            raise Refused("a link's network cannot be changed", code="BadRequest")
        linked = [link for links in namesakes for link in links if link.vnet == vnet]
        if linked != there:
            raise Refused("overlapping namespaces", code="BadRequest")
        others = [link for link in self.azure.zones[action.zone] if link not in there]
        policy = action.link.resolution_policy
        made = Link(action.name, vnet, "InProgress", resolution_policy=policy)
        self.azure.zones[action.zone] = (*others, made)
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


def _is_named(link: Link, name: str) -> bool:
    return link.name.casefold() == name.casefold()


def _holds(group: ZoneGroup | None, zones: tuple[tuple[str, ResourceId], ...]) -> bool:
    if group is None or group.state != "Succeeded":
        return False
    return {(config.name, config.zone) for config in group.configs} == set(zones)
