"""Is an account private, as its profile asks? Written from the article and its facts; knows nothing of the planner.

Private means: nobody gets in from the internet but the networks that the profile names, and from every network that
uses the account its names lead to a private endpoint that carries traffic, and to no one else's. Sources:
cognitive-services-virtual-networks.md, private-endpoint-dns.md, network-security-perimeter-transition.md.
"""

from ipaddress import ip_network

from remediation.desired import (
    Desired,
    DnsSpec,
    EndpointSpec,
    LinkSpec,
    RecordsBy,
    Selected,
    ZoneSpec,
)
from remediation.observed import Account, Connection, Endpoint, Link, NetworkAcls, Observed

# Seconds for which clients may keep where a name led.
AN_HOUR = 3600
# Azure's own resolver (private-endpoint-dns-integration.md).
AZURE_RESOLVER = "168.63.129.16"


def is_private(wanted: Desired, seen: Observed) -> bool:
    """Every part of the profile holds, and one endpoint alone carries the account's traffic."""
    if seen.network is None or any(each.admits for each in seen.network.perimeters):
        return False
    return (
        is_closed(seen.account, wanted.selected)
        and can_be_closed(seen.account)
        and is_as_asked(seen.account, wanted)
        and any(
            _carries_traffic(endpoint, seen)
            and _is_as_stated(endpoint, wanted.endpoint)
            and _is_alone(endpoint, seen.account, wanted.endpoint)
            and _names_lead_to(endpoint, wanted.dns, seen)
            for endpoint in seen.network.endpoints
        )
    )


# Who gets in -----------------------------------------------------------------------------------------------------


def is_closed(account: Account, selected: Selected | None = None) -> bool:
    """Both switches are off; the second one exists only for accounts with a name of their own.

    Where a profile lets networks in the first switch may be on, and no rule may let in more than the profile does.
    """
    is_off = _word(account.public_network_access) == "disabled"
    if account.subdomain is None:
        return is_off
    if selected is None:
        return is_off and _refuses_by_default(account.acls)
    return (
        _word(account.public_network_access) != "securedbyperimeter"
        and account.acls is not None
        and _refuses_by_default(account.acls)
        and _lets_in_no_more(account.acls, selected)
    )


def _lets_in_no_more(acls: NetworkAcls, selected: Selected) -> bool:
    subnets = {subnet.text.casefold() for subnet in selected.subnets}
    return all(_is_within(rule, selected) for rule in acls.ip_rules) and all(
        _word(rule.subnet) in subnets for rule in acls.subnet_rules
    )


def _is_within(rule: str, selected: Selected) -> bool:
    """Its first and its last address are in one and the same range."""
    try:
        block = ip_network(rule, strict=False)
    except ValueError:
        return False
    return any(block[0] in allowed and block[-1] in allowed for allowed in selected.ranges)


def openness(account: Account) -> int:
    """How far the account can be reached from outside: 0 not at all, 3 from everywhere."""
    if _word(account.public_network_access) in ("disabled", "securedbyperimeter"):
        return 0
    if account.acls is None or not _refuses_by_default(account.acls):
        return 3
    return 2 if account.acls.ip_rules or account.acls.subnet_rules else 1


def is_no_looser(after: Account, before: Account, selected: Selected | None = None) -> bool:
    """True when nobody gets in, or is reached, whom `before` refused; keys stay off."""
    return (
        openness(after) <= openness(before)
        and _has_no_looser_rules(after, before, selected)
        and after.local_auth_disabled >= before.local_auth_disabled
        and _reaches_no_further(after, before)
    )


def _has_no_looser_rules(after: Account, before: Account, selected: Selected | None) -> bool:
    """Whoever was let in by name stays; those that the profile names are named only where everyone came in."""
    new, old = after.acls, before.acls or NetworkAcls(None)
    if new is None:
        return before.acls is None
    came_in = set(old.ip_rules)
    if selected is not None and openness(before) == 3 and _refuses_by_default(new):
        came_in |= {rule for rule in new.ip_rules if _is_within(rule, selected)}
    return (
        (_refuses_by_default(new) or not _refuses_by_default(old))
        and set(new.ip_rules) <= came_in
        and set(new.subnet_rules) <= set(old.subnet_rules)
        and (_word(new.bypass) in ("", "none") or _word(new.bypass) == _word(old.bypass))
    )


def _reaches_no_further(after: Account, before: Account) -> bool:
    if not before.outbound_restricted:
        return True
    return after.outbound_restricted and set(after.allowed_fqdns) <= set(before.allowed_fqdns)


def _refuses_by_default(acls: NetworkAcls | None) -> bool:
    return acls is not None and _word(acls.default_action) == "deny"


def can_be_closed(account: Account) -> bool:
    """A kind without support for virtual networks stays open whatever its switches say; nothing listed says nothing."""
    return not account.capabilities or "virtualnetworks" in map(_word, account.capabilities)


def is_as_asked(account: Account, wanted: Desired) -> bool:
    """Kind, trusted services, keys and outbound access, each where the profile speaks of it."""
    kinds = set(map(_word, wanted.kinds))
    bypass = account.acls.bypass if account.acls else None
    return (
        (not kinds or _word(account.kind) in kinds)
        and (not wanted.no_bypass or _word(bypass) in ("", "none"))
        and (not wanted.local_auth_disabled or account.local_auth_disabled)
        and _reaches_only(account, wanted)
    )


def _reaches_only(account: Account, wanted: Desired) -> bool:
    if wanted.outbound is None:
        return True
    allowed = set(map(_word, wanted.outbound.fqdns))
    return (
        not account.injections
        and account.outbound_restricted
        and set(map(_word, account.allowed_fqdns)) <= allowed
    )


# Where the names lead --------------------------------------------------------------------------------------------


def _carries_traffic(endpoint: Endpoint, seen: Observed) -> bool:
    """It is provisioned, leads here, both sides say Approved, and nothing in its subnet filters."""
    approved = any(
        connection.endpoint == endpoint.id and _word(connection.status) == "approved"
        for connection in seen.account.connections
    )
    return (
        approved
        and _word(endpoint.status) == "approved"
        and _word(endpoint.state) == "succeeded"
        and (endpoint.target is None or endpoint.target.key == seen.account.id.key)
        and not _is_filtered(endpoint, seen)
    )


def _is_as_stated(endpoint: Endpoint, wanted: EndpointSpec | None) -> bool:
    """Where a policy spells the endpoint out: there, with these addresses and groups, and marked like that."""
    if wanted is None or not wanted.stated:
        return True
    held = {(_word(address.member), address.ip) for address in endpoint.addresses}
    return (
        endpoint.subnet.key == wanted.subnet.key
        and {(_word(member), ip) for member, ip in wanted.static_ips} <= held
        and {each.key for each in wanted.security_groups}
        <= {each.key for each in endpoint.security_groups}
        and {(_word(n), v) for n, v in wanted.tags} <= {(_word(n), v) for n, v in endpoint.tags}
        and (not wanted.nic_name or _word(endpoint.nic_name) == _word(wanted.nic_name))
    )


def _is_filtered(endpoint: Endpoint, seen: Observed) -> bool:
    """Security groups and routes count where the subnet's network policies let them."""
    vnet = seen.network.vnet if seen.network else None
    return any(
        subnet.id == endpoint.subnet
        and _word(subnet.endpoint_policies) != "disabled"
        and (subnet.security_group is not None or subnet.route_table is not None)
        for subnet in (vnet.subnets if vnet else ())
    )


def _is_alone(endpoint: Endpoint, account: Account, wanted: EndpointSpec | None) -> bool:
    """No one else is connected, or asks to be, unless the profile names the endpoint or its subscription."""
    words = {_word(word).rstrip("/") for word in wanted.others} if wanted else set[str]()
    return all(
        connection.endpoint == endpoint.id or _is_named(connection, words)
        for connection in account.connections
        if _word(connection.status) not in ("rejected", "disconnected")
    )


def _is_named(connection: Connection, words: set[str]) -> bool:
    id_ = connection.endpoint
    known = set[str]() if id_ is None else {id_.text.casefold(), id_.subscription}
    return bool(words & (known | {"*"}))


def _names_lead_to(endpoint: Endpoint, dns: DnsSpec | None, seen: Observed) -> bool:
    """Where somebody else keeps the names, only the addresses are judged here: the rest is for a resolver to prove."""
    if dns is None:
        return True
    if not _asks_azure(seen, dns) or not all(_answers(endpoint, each, seen) for each in dns.zones):
        return False
    return dns.records_by is RecordsBy.EXTERNAL or all(
        _resolves(endpoint, wanted, seen)
        and (dns.records_by is RecordsBy.RECORDS or _is_registered(endpoint, wanted))
        for wanted in dns.zones
    )


def _asks_azure(seen: Observed, dns: DnsSpec) -> bool:
    """Linked zones are asked only by Azure's resolver, or by servers that are known to forward to it."""
    vnet = seen.network.vnet if seen.network else None
    return set(vnet.dns_servers if vnet else ()) <= {*dns.custom_servers, AZURE_RESOLVER}


def _answers(endpoint: Endpoint, wanted: ZoneSpec, seen: Observed) -> set[str]:
    """The addresses that the interface has for the account's name in this zone."""
    public_name = f"{seen.account.subdomain}.{wanted.id.name.removeprefix('privatelink.')}"
    return {
        address.ip
        for address in endpoint.addresses
        if _word(public_name) in map(_word, address.fqdns)
    }


def _resolves(endpoint: Endpoint, wanted: ZoneSpec, seen: Observed) -> bool:
    """The zone is there, every network asks it as asked, and it answers with the interface's address and no other."""
    zones = () if seen.network is None else seen.network.zones
    zone = next((each for each in zones if each.id.key == wanted.id.key), None)
    if zone is None or zone.record is None or seen.account.subdomain is None:
        return False
    return (
        all(any(_is_as_linked(link, asked) for link in zone.links) for asked in wanted.links)
        and _word(zone.record.name) == _word(seen.account.subdomain)
        and set(zone.record.addresses) == _answers(endpoint, wanted, seen)
        and zone.record.ttl <= AN_HOUR
    )


def _is_as_linked(link: Link, asked: LinkSpec) -> bool:
    """NxDomainRedirect sends names that the zone lacks out to the internet; registration fills it with machines."""
    return (
        link.vnet.key == asked.vnet.key
        and _word(link.state) == "completed"
        and not link.registration
        and _word(link.resolution_policy or "Default") == _word(asked.resolution_policy)
    )


def _is_registered(endpoint: Endpoint, wanted: ZoneSpec) -> bool:
    group = endpoint.zone_group
    return (
        group is not None
        and _word(group.state) == "succeeded"
        and any(config.zone.key == wanted.id.key for config in group.configs)
    )


def _word(text: str | None) -> str:
    return (text or "").casefold()
