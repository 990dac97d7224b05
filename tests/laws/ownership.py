"""Is what an action touches ours to touch? Written from the promise "never opens, deletes or takes over".

One thing may be deleted: the endpoint that the policy names and that never heals, where the policy says so.
"""

from typing import assert_never

from remediation.desired import Desired, Recreate
from remediation.ids import ResourceId
from remediation.observed import Endpoint, Observed, Zone
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


def is_ours(action: Action, desired: Desired, seen: Observed) -> bool:
    """True when it names what the policy asks for or what serves the account, and takes nothing from anybody."""
    match action:
        case CloseAccess() | DisableLocalAuth() | RestrictNetwork() | RestrictOutbound():
            return action.account == seen.account.id
        case ChangeAccount():
            return {c.account for c in action.changes} == {action.account} == {seen.account.id}
        case ApproveConnection():
            return _may_approve(action, desired, seen)
        case CreateEndpoint():
            return _may_create(action, desired, seen)
        case RemoveBrokenEndpoint():
            return may_remove(action, desired, seen)
        case AttachZones():
            return _may_attach(action, seen)
        case CreateZone():
            return action.zone in _zones(desired, seen)
        case LinkZone():
            return _may_link(action, desired, seen)
        case PutRecord():
            return _may_put(action, desired, seen)
        case _:
            assert_never(action)


def may_remove(action: RemoveBrokenEndpoint, desired: Desired, seen: Observed) -> bool:
    """Only the account's own endpoint as the policy names it, broken for good, with a network to come back to.

    The records of its zone group go with it, so none of them may be another live endpoint's.
    """
    spec = desired.endpoint
    endpoint = next(each for each in _endpoints(seen) if each.id == action.endpoint)
    return (
        spec is not None
        and spec.id == endpoint.id
        and spec.recreate is Recreate.BROKEN
        and endpoint.target == seen.account.id
        and seen.network is not None
        and seen.network.vnet is not None
        and _is_broken(endpoint, desired, seen)
        and not any(_is_taken(zone, endpoint, seen) for zone in seen.network.zones)
    )


def _is_broken(endpoint: Endpoint, desired: Desired, seen: Observed) -> bool:
    """Failed, rejected or disconnected on either side, or without an address that the policy's zones need."""
    statuses = {c.status.casefold() for c in seen.account.connections if c.endpoint == endpoint.id}
    zones = desired.dns.zones if desired.dns else ()
    public = [zone.id.name.casefold().removeprefix("privatelink.") for zone in zones]
    have = {fqdn.casefold().partition(".")[2] for a in endpoint.addresses for fqdn in a.fqdns}
    return (
        endpoint.state.casefold() in ("failed", "canceled")
        or bool({"rejected", "disconnected"} & {*statuses, endpoint.status.casefold()})
        or not have.issuperset(public)
    )


def _is_taken(zone: Zone, endpoint: Endpoint, seen: Observed) -> bool:
    live = {c.guid for c in seen.account.connections if c.is_approved and c.endpoint != endpoint.id}
    return zone.record is not None and zone.record.owner in live


def _may_approve(action: ApproveConnection, desired: Desired, seen: Observed) -> bool:
    """Only the endpoint that the policy names: an unknown connection is itself a way out."""
    named = [c.endpoint for c in seen.account.connections if c.name == action.connection]
    return desired.endpoint is not None and named == [desired.endpoint.id]


def _may_create(action: CreateEndpoint, desired: Desired, seen: Observed) -> bool:
    """Only the endpoint that the policy names, and never over one that leads elsewhere."""
    there = [e.target for e in _endpoints(seen) if e.id == action.spec.id]
    return action.spec == desired.endpoint and set(there) <= {seen.account.id}


def _may_attach(action: AttachZones, seen: Observed) -> bool:
    """Only to an endpoint of this account; its group keeps its name and what else it holds, and takes no one's name."""
    endpoint = next(e for e in _endpoints(seen) if e.id == action.endpoint)
    group = endpoint.zone_group
    names = {zone.name.casefold() for _, zone in action.zones}
    wanted = {zone for _, zone in action.zones}
    keeps = group is None or (
        group.name == action.group
        and all(config.zone.name.casefold() in names for config in group.configs)
    )
    taken = any(_is_taken(z, endpoint, seen) for z in _network_zones(seen) if z.id in wanted)
    return endpoint.target == seen.account.id and keeps and not taken


def _may_link(action: LinkZone, desired: Desired, seen: Observed) -> bool:
    """Only a network that the policy names, under a name that no link to another network has."""
    asked = desired.dns.zones if desired.dns else ()
    links = [link for z in _network_zones(seen) if z.id == action.zone for link in z.links]
    taken = {link.name for link in links if link.vnet != action.link.vnet}
    wanted = any(z.id == action.zone and action.link in z.links for z in asked)
    return wanted and action.name not in taken


def _may_put(action: PutRecord, desired: Desired, seen: Observed) -> bool:
    """Only the account's own name, over nothing or over what was seen, unless a live endpoint wrote that.

    And only to an endpoint that stays.
    """
    going = {e.guid for e in _endpoints(seen) if e.state.casefold() == "deleting"}
    zone = next(z for z in _network_zones(seen) if z.id == action.zone)
    others = {
        c.guid
        for c in seen.account.connections
        if c.is_approved and not action.owner.endswith(c.guid)
    }
    return (
        action.zone in _zones(desired, seen)
        and action.name == seen.account.subdomain
        and action.etag == (zone.record.etag if zone.record else None)
        and (zone.record is None or zone.record.owner not in others)
        and not any(action.owner.endswith(guid) for guid in going)
    )


def _zones(desired: Desired, seen: Observed) -> set[ResourceId]:
    """What the policy names, else what the account's endpoints register in."""
    if desired.dns is not None:
        return {zone.id for zone in desired.dns.zones}
    groups = [e.zone_group for e in _endpoints(seen) if e.zone_group]
    return {config.zone for group in groups for config in group.configs}


def _endpoints(seen: Observed) -> tuple[Endpoint, ...]:
    return seen.network.endpoints if seen.network else ()


def _network_zones(seen: Observed) -> tuple[Zone, ...]:
    return seen.network.zones if seen.network else ()
