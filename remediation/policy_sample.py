"""What would Azure show of an account and its private path, if all of it were as the policy wants it? Pure.

A case of a policy test says what differs from that.
"""

from dataclasses import replace
from datetime import datetime

from remediation.desired import Desired, EndpointSpec, LinkSpec, RecordsBy, ZoneSpec
from remediation.ids import ResourceId
from remediation.observed import (
    Account,
    Address,
    Connection,
    Endpoint,
    Link,
    Network,
    NetworkAcls,
    Record,
    Subnet,
    SubnetRule,
    Vnet,
    Zone,
    ZoneConfig,
    ZoneGroup,
)
from remediation.policy_cases import AccountSection, NetworkSection

_GUID = "00000000-0000-4000-8000-000000000001"
_OTHER_GUID = "00000000-0000-4000-8000-0000000000{:02}"
_LOCATION = "sample"
# The members of an AIServices account (private-link AVM e2e/max); other kinds have the first.
_MEMBERS = ("default", "secondary", "third")
_ELSEWHERE = "192.0.2.1"
_STATES = {"failed": "Failed", "provisioning": "Updating"}
_TTL = 10


def account(case: AccountSection, subscription: str, now: datetime) -> Account:
    """The account by itself: nothing is connected to it yet."""
    root = (
        f"/subscriptions/{case.subscription or subscription}/resourceGroups/{case.resource_group}"
    )
    return Account(
        id=ResourceId.parse(f"{root}/providers/Microsoft.CognitiveServices/accounts/{case.name}"),
        kind=case.kind,
        location=case.location,
        subdomain=None if case.subdomain == "none" else case.subdomain or case.name,
        public_network_access=_set(case.public_network_access),
        acls=NetworkAcls(
            _set(case.default_action),
            case.bypass,
            case.ip_rules,
            tuple(SubnetRule(each.text) for each in case.subnet_rules),
        ),
        state=case.state,
        tags=tuple(case.tags.items()),
        created=now - case.age,
        local_auth_disabled=case.local_auth == "disabled",
        outbound_restricted=case.outbound == "restricted",
        capabilities=frozenset({"virtualnetworks"}),
    )


def _set(word: str) -> str | None:
    return None if word == "not-set" else word


def surrounded(
    account: Account, desired: Desired, zone_names: tuple[str, ...], case: NetworkSection
) -> tuple[Account, Network]:
    """The account with its connections, and its private path."""
    spec = desired.endpoint or _remembered(account)
    others = tuple(
        Connection(f"{id_.name}.{_OTHER_GUID.format(number)}", id_, "Approved")
        for number, id_ in enumerate(case.other_connections, 2)
    )
    zones = desired.dns.zones if desired.dns else _zones(account, spec, zone_names)
    servers = tuple(map(str, case.dns_servers))
    vnet = Vnet(spec.vnet, _LOCATION, servers, (Subnet(spec.subnet),))
    is_there = case.endpoint != "missing" and account.subdomain is not None
    addresses = _addresses(account, spec, zones) if is_there else ()
    records_by = desired.dns.records_by if desired.dns else RecordsBy.ZONE_GROUP
    there = tuple(_zone(each, account, addresses, records_by, case) for each in zones)
    found = () if case.zones == "missing" else there
    if not is_there:
        return replace(account, connections=others), Network((), found, vnet)
    endpoint = _endpoint(account, spec, zones, addresses, records_by, case)
    own = Connection(f"{spec.id.name}.{_GUID}", spec.id, case.connection)
    return replace(account, connections=(own, *others)), Network((endpoint,), found, vnet)


def _remembered(account: Account) -> EndpointSpec:
    """Where a profile leaves the endpoint to what there was, there was this one."""
    root = "/".join(account.id.text.split("/")[:5]) + "/providers/Microsoft.Network"
    return EndpointSpec(
        ResourceId.parse(f"{root}/privateEndpoints/pe-{account.id.name}"),
        ResourceId.parse(f"{root}/virtualNetworks/vnet-policy-test/subnets/snet-policy-test"),
    )


def _zones(account: Account, spec: EndpointSpec, names: tuple[str, ...]) -> tuple[ZoneSpec, ...]:
    root = "/".join(account.id.text.split("/")[:5]) + "/providers/Microsoft.Network"
    links = (LinkSpec(spec.vnet),)
    return tuple(
        ZoneSpec(ResourceId.parse(f"{root}/privateDnsZones/{name}"), links) for name in names
    )


def _addresses(
    account: Account, spec: EndpointSpec, zones: tuple[ZoneSpec, ...]
) -> tuple[Address, ...]:
    static = dict(spec.static_ips)
    return tuple(
        Address(
            static.get(member, f"10.0.0.{number}"),
            member,
            (f"{account.subdomain}.{zone.name.removeprefix('privatelink.')}",),
        )
        for number, (member, zone) in enumerate(zip(_MEMBERS, zones, strict=False), 4)
    )


def _endpoint(
    account: Account,
    spec: EndpointSpec,
    zones: tuple[ZoneSpec, ...],
    addresses: tuple[Address, ...],
    records_by: RecordsBy,
    case: NetworkSection,
) -> Endpoint:
    configs = tuple(
        ZoneConfig(zone.name.replace(".", "-"), zone.id, (address.ip,))
        for zone, address in zip(zones, addresses, strict=False)
    )
    grouped = records_by is RecordsBy.ZONE_GROUP and case.zone_group == "whole"
    return Endpoint(
        id=spec.id,
        location=_LOCATION,
        subnet=spec.subnet,
        guid=_GUID,
        target=account.id,
        status=case.connection,
        state=_STATES.get(case.endpoint, "Succeeded"),
        addresses=addresses,
        zone_group=ZoneGroup("default", configs) if grouped else None,
        static_ips=spec.static_ips,
        security_groups=spec.security_groups,
        tags=spec.tags,
        nic_name=spec.nic_name,
    )


def _zone(
    spec: ZoneSpec,
    account: Account,
    addresses: tuple[Address, ...],
    records_by: RecordsBy,
    case: NetworkSection,
) -> Zone:
    links = tuple(
        Link(f"to-{each.vnet.name}", each.vnet, "Completed", False, each.resolution_policy)  # noqa: FBT003 - in order
        for each in spec.links
    )
    suffix = f".{spec.name.removeprefix('privatelink.')}"
    own = tuple(a.ip for a in addresses if any(fqdn.endswith(suffix) for fqdn in a.fqdns))
    record = None
    if own and case.records != "missing":
        ips = (_ELSEWHERE,) if case.records == "elsewhere" else own
        owner = _GUID if records_by is RecordsBy.ZONE_GROUP else None
        record = Record(account.subdomain or account.id.name, ips, _TTL, "sample", owner)
    return Zone(spec.id, () if case.links == "missing" else links, record)
