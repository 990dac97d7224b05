"""Is an account private? Written from the article and its facts alone; knows nothing of the planner.

Private means: nobody gets in from the internet, and from every network that uses the account its names lead to a
private endpoint that carries traffic. Sources: cognitive-services-virtual-networks.md, private-endpoint-dns.md.
"""

from remediation.model import Account, DnsSpec, Endpoint, NetworkAcls, Observed, RecordsBy, ZoneSpec


def is_private(dns: DnsSpec | None, seen: Observed) -> bool:
    """`dns` says which zones and networks count; None when nobody asked for names."""
    if seen.network is None or not is_closed(seen.account):
        return False
    return any(
        _carries_traffic(endpoint, seen.account) and _names_lead_to(endpoint, dns, seen)
        for endpoint in seen.network.endpoints
    )


def is_closed(account: Account) -> bool:
    """Both switches are off; the second one exists only for accounts with a name of their own."""
    is_off = _word(account.public_network_access) == "disabled"
    return is_off and (account.subdomain is None or _refuses_by_default(account.acls))


def openness(account: Account) -> int:
    """How far the account can be reached from outside: 0 not at all, 3 from everywhere."""
    if _word(account.public_network_access) in ("disabled", "securedbyperimeter"):
        return 0
    if account.acls is None or not _refuses_by_default(account.acls):
        return 3
    return 2 if account.acls.ip_rules or account.acls.subnet_rules else 1


def is_no_looser(after: NetworkAcls | None, before: NetworkAcls | None) -> bool:
    """True when `after` lets nobody in whom `before` refused."""
    if after is None:
        return before is None
    if before is None:
        return _refuses_by_default(after) and _refuses_all(after)
    return (
        (_refuses_by_default(after) or not _refuses_by_default(before))
        and set(after.ip_rules) <= set(before.ip_rules)
        and set(after.subnet_rules) <= set(before.subnet_rules)
        and (_word(after.bypass) in ("", "none") or _word(after.bypass) == _word(before.bypass))
    )


def _refuses_all(acls: NetworkAcls) -> bool:
    return not acls.ip_rules and not acls.subnet_rules and _word(acls.bypass) in ("", "none")


def _refuses_by_default(acls: NetworkAcls | None) -> bool:
    return acls is not None and _word(acls.default_action) == "deny"


def _carries_traffic(endpoint: Endpoint, account: Account) -> bool:
    """It is provisioned, leads here, and both sides say Approved."""
    approved = any(
        connection.endpoint == endpoint.id and _word(connection.status) == "approved"
        for connection in account.connections
    )
    return (
        approved
        and _word(endpoint.status) == "approved"
        and _word(endpoint.state) == "succeeded"
        and (endpoint.target is None or endpoint.target.key == account.id.key)
    )


def _names_lead_to(endpoint: Endpoint, dns: DnsSpec | None, seen: Observed) -> bool:
    if dns is None:
        return True
    return all(
        _resolves(endpoint, wanted, seen)
        and (dns.records_by is RecordsBy.RECORDS or _is_registered(endpoint, wanted))
        for wanted in dns.zones
    )


def _resolves(endpoint: Endpoint, wanted: ZoneSpec, seen: Observed) -> bool:
    """The zone is there, every network can ask it, and it answers with the interface's address and no other."""
    zones = () if seen.network is None else seen.network.zones
    zone = next((each for each in zones if each.id.key == wanted.id.key), None)
    if zone is None or zone.record is None or seen.account.subdomain is None:
        return False
    linked = {link.vnet.key for link in zone.links if _word(link.state) == "completed"}
    public_name = f"{seen.account.subdomain}.{wanted.id.name.removeprefix('privatelink.')}"
    answers = {
        address.ip
        for address in endpoint.addresses
        if _word(public_name) in map(_word, address.fqdns)
    }
    return (
        all(link.vnet.key in linked for link in wanted.links)
        and _word(zone.record.name) == _word(seen.account.subdomain)
        and bool(answers)
        and set(zone.record.addresses) == answers
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
