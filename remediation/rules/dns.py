"""Do the account's names lead to its private endpoint, from every network that uses it?"""

from collections.abc import Iterator
from hashlib import sha256

from remediation.desired import LinkSpec, RecordsBy, RuleGroup, ZoneSpec
from remediation.ids import ResourceId
from remediation.observed import TERMINAL_STATES, Endpoint, Zone, ZoneConfig, ZoneGroup
from remediation.path import Path
from remediation.plan import Action, AttachZones, CreateZone, Finding, LinkZone, PutRecord, Severity

DEFAULT_GROUP = "default"

# Seconds. The platform writes 10 (AzureTRE#3767), who keeps records by hand or by Terraform often 300 or 3600.
LONGEST_TTL = 3600


def zone_missing(path: Path) -> Iterator[Finding]:
    """Every zone that the account's names need must exist."""
    for spec in _zones(path):
        if path.network.zone(spec.id) is None:
            yield _found("zone-missing", spec.id, "the zone", "there is none", CreateZone(spec.id))


def zone_link(path: Path) -> Iterator[Finding]:
    """Every network whose clients use the account must be linked to the zone."""
    for spec in _zones(path):
        zone = path.network.zone(spec.id)
        for wanted in spec.links if zone else ():
            link = zone.link(wanted.vnet) if zone else None
            rival = path.network.rival(spec.name, wanted.vnet)
            expected = f"a link to {wanted.vnet.name}"
            if link is None and rival is not None:
                # Two zones of one name on one network are refused (azure-aks-docs#212).
                actual = f"the network is linked to {rival.id} instead"
                yield _found("zone-link", spec.id, expected, actual)
            elif link is None:
                remedy = LinkZone(spec.id, _link_name(wanted), wanted)
                yield _found("zone-link", spec.id, expected, "there is none", remedy)
            elif link.state.casefold() != "completed":
                yield _found("zone-link", spec.id, expected, f"it is {link.state}", awaits=True)


def link_settings(path: Path) -> Iterator[Finding]:
    """A link must not register machines, and must resolve as asked: NxDomainRedirect leads to the public address."""
    for spec in _zones(path):
        zone = path.network.zone(spec.id)
        for wanted in spec.links:
            link = zone.link(wanted.vnet) if zone else None
            if link is None or link.state.casefold() != "completed":
                continue
            policy = link.resolution_policy or "Default"
            if not link.registration and policy.casefold() == wanted.resolution_policy.casefold():
                continue
            expected = f"no registration, resolution policy {wanted.resolution_policy}"
            actual = f"link {link.name} has registration {'on' if link.registration else 'off'} and {policy}"
            yield _found(
                "link-settings", spec.id, expected, actual, LinkZone(spec.id, link.name, wanted)
            )


def _link_name(wanted: LinkSpec) -> str:
    """A pure function of the network, so that Azure itself refuses a second link; networks may share a name."""
    digest = sha256(wanted.vnet.key.encode()).hexdigest()[:8]
    return f"link-{wanted.vnet.name}-{digest}"


def zone_group(path: Path) -> Iterator[Finding]:
    """The endpoint must register in every zone. A group of any name is adopted; what else it holds stays."""
    endpoint = path.endpoint
    if endpoint is None or path.dns is None or path.leads_elsewhere or path.final_status:
        return
    if path.dns.records_by is not RecordsBy.ZONE_GROUP:
        return
    group = endpoint.zone_group
    wanted = tuple(zone.id for zone in path.dns.zones)
    have = () if group is None else tuple(config.zone for config in group.configs)
    lacking = [zone for zone in wanted if zone not in have]
    if group is not None and group.state.casefold() not in TERMINAL_STATES:
        yield _found("zone-group", endpoint.id, "a zone group", f"it is {group.state}", awaits=True)
    elif lacking or (group is not None and group.state.casefold() != "succeeded"):
        taken = path.is_name_taken
        ready = path.is_settled and all(path.network.zone(zone) for zone in wanted)
        attaching = AttachZones(endpoint.id, *_attached(group, wanted))
        names = ", ".join(zone.name for zone in lacking) or "its zones"
        actual = (
            "there is no zone group"
            if group is None
            else f"group {group.name} ({group.state}) lacks {names}"
        )
        yield _found(
            "zone-group",
            endpoint.id,
            f"registered in {names}",
            actual + (", and the name is that of another live endpoint" if taken else ""),
            attaching if ready and not taken else None,
            awaits=not ready and not taken,
        )


def _attached(
    group: ZoneGroup | None, wanted: tuple[ResourceId, ...]
) -> tuple[str, tuple[tuple[str, ResourceId], ...]]:
    """Name and whole content of the group: the wanted zones, and what it holds under other zone names."""
    names = {zone.name.casefold() for zone in wanted}
    configs: tuple[ZoneConfig, ...] = () if group is None else group.configs
    kept = tuple((c.name, c.zone) for c in configs if c.zone.name.casefold() not in names)
    new = tuple((zone.name.casefold().replace(".", "-"), zone) for zone in wanted)
    return (DEFAULT_GROUP if group is None else group.name), (*kept, *new)


def record(path: Path) -> Iterator[Finding]:
    """In every zone the account's name must lead to the address that the network interface has.

    Names of an endpoint that never answers again are moot: what is wrong with it is told, and comes first.
    """
    if path.final_status:
        return
    for spec in _zones(path):
        zone = path.network.zone(spec.id)
        if path.endpoint is None or zone is None or path.leads_elsewhere:
            continue
        addresses = path.addresses(spec)
        for name in dict.fromkeys(name for name, _ in addresses):
            ips = tuple(sorted(address.ip for each, address in addresses if each == name))
            yield from _record(path, path.endpoint, zone, name, ips)


def _record(
    path: Path, endpoint: Endpoint, zone: Zone, name: str, ips: tuple[str, ...]
) -> Iterator[Finding]:
    there = zone.record if zone.record and zone.record.name.casefold() == name else None
    if there is not None and tuple(sorted(there.addresses)) == ips:
        return
    actual = (
        "there is no record"
        if there is None
        else f"it leads to {', '.join(there.addresses) or 'nothing'}"
    )
    expected = f"{name} leads to {', '.join(ips)}"
    if path.is_taken(there):
        actual += ", and it belongs to another live endpoint of this account"
        yield _found("record", zone.id, expected, actual)
    elif path.is_going or not _is_registered(path, endpoint, zone):
        # Nothing is waited for that will not come: a group is not written while the name is another's.
        yield _found("record", zone.id, expected, actual, awaits=not path.is_name_taken)
    else:
        remedy = PutRecord(zone.id, name, ips, _marker(endpoint), there.etag if there else None)
        yield _found("record", zone.id, expected, actual, remedy)


def record_ttl(path: Path) -> Iterator[Finding]:
    """A record that clients may keep for long leads them astray for as long, once its address changes."""
    for spec in _zones(path):
        zone, endpoint = path.network.zone(spec.id), path.endpoint
        there = zone.record if zone else None
        if endpoint is None or zone is None or there is None or path.leads_elsewhere:
            continue
        if there.ttl <= LONGEST_TTL or path.is_taken(there):
            continue
        ips = tuple(sorted(there.addresses))
        right = sorted(a.ip for name, a in path.addresses(spec) if name == there.name.casefold())
        if list(ips) == right:
            marker = _marker(endpoint)
            remedy = PutRecord(zone.id, there.name.casefold(), ips, marker, there.etag)
            expected = f"{there.name} is kept for {LONGEST_TTL} s at most"
            yield _found("record-ttl", zone.id, expected, f"it is kept for {there.ttl} s", remedy)


def _is_registered(path: Path, endpoint: Endpoint, zone: Zone) -> bool:
    """False while the zone group still has to write the record: then ours would only be overwritten."""
    if path.dns is None or path.dns.records_by is RecordsBy.RECORDS:
        return True
    group = endpoint.zone_group
    return (
        group is not None
        and group.state.casefold() == "succeeded"
        and any(c.zone == zone.id for c in group.configs)
    )


def _marker(endpoint: Endpoint) -> str:
    """The owner's mark that the platform itself writes (AzureTRE#3767): who comes after can read whose record it is."""
    return f"created by private endpoint {endpoint.id.name} with resource guid {endpoint.guid}"


def _zones(path: Path) -> tuple[ZoneSpec, ...]:
    """None where somebody else keeps the names: they are proven through a resolver, and never written."""
    if path.dns is None or path.dns.records_by is RecordsBy.EXTERNAL:
        return ()
    return path.dns.zones


def _found(
    rule: str,
    resource: ResourceId,
    expected: str,
    actual: str,
    remedy: Action | None = None,
    *,
    awaits: bool = False,
) -> Finding:
    return Finding(
        rule, RuleGroup.DNS, resource, expected, actual, Severity.WARNING, remedy, awaits
    )
