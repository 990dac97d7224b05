"""What does the policy want of this account? Pure: no clock, no network, no logging.

| profile says        | baseline remembers | desired                                      |
|---------------------|--------------------|----------------------------------------------|
| endpoint            | anything           | the profile's endpoint, whole                |
| nothing of endpoint | an endpoint        | the baseline's endpoint                      |
| nothing of endpoint | nothing            | none: a network is never invented            |
| dns                 | anything           | the profile's zones, for the account's names |
| nothing of dns      | zones              | the baseline's zones                         |
| nothing of dns      | nothing            | none                                         |
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from hashlib import sha256

from remediation.clouds import PUBLIC, Cloud
from remediation.desired import (
    Baseline,
    Desired,
    DnsSpec,
    EndpointSpec,
    Exemption,
    LinkSpec,
    Outbound,
    RecordsBy,
    Selected,
    ZoneSpec,
)
from remediation.ids import ResourceId
from remediation.observed import Account, Tags
from remediation.policy_document import ExemptionSection, Policy
from remediation.policy_sections import (
    AccessSection,
    DnsSection,
    EndpointSection,
    OutboundSection,
    Selector,
)
from remediation.policy_words import LONGEST_ENDPOINT_NAME, LONGEST_NIC_NAME, PLACEHOLDER


@dataclass(frozen=True, slots=True)
class OutOfScope:
    """The policy does not speak of the account, and why."""

    reason: str


# private-endpoint-dns.md, the rows for the public cloud; the order is that of the members (private-link AVM e2e/max).
_ZONES = {
    "openai": ("privatelink.openai.azure.com",),
    "aiservices": (
        "privatelink.cognitiveservices.azure.com",
        "privatelink.openai.azure.com",
        "privatelink.services.ai.azure.com",
    ),
}


def known_zones(kind: str, cloud: Cloud) -> tuple[str, ...] | None:
    """The zones that an account of this kind needs; None where only its privateLinkResources can tell."""
    return _ZONES.get(kind.casefold()) if cloud == PUBLIC else None


def desired_for(
    policy: Policy,
    account: Account,
    zone_names: tuple[str, ...],
    baseline: Baseline | None,
    now: datetime,
) -> Desired | OutOfScope:
    """`zone_names` are the zones that the account's names need; without any, names are not judged by the profile."""
    outside = _mismatch(policy.scope, account)
    if outside:
        return OutOfScope(f"not in the policy's scope: {outside}")
    profile = next((p for p in policy.profiles if not _mismatch(p.match, account)), None)
    if profile is None:
        return OutOfScope("in the policy's scope, but no profile matches")
    remembered = baseline or Baseline()
    endpoint = _endpoint(profile.endpoint, account) or remembered.endpoint
    return Desired(
        profile.name,
        profile.audited,
        endpoint,
        _dns(profile.dns, account, endpoint, zone_names) if profile.dns else remembered.dns,
        profile.limits.grace,
        tuple(_exemption(e) for e in policy.exemptions if _is_exempt(e, account, now)),
        selected=_selected(profile.public_access),
        no_bypass=profile.trusted_services == "none",
        local_auth_disabled=profile.local_auth == "disabled",
        outbound=_outbound(profile.outbound),
        kinds=profile.kinds,
    )


def speaks_of(policy: Policy, account: ResourceId) -> bool:
    """False when the id alone says that the policy does not speak of the account: then it need not even be read."""
    scope = policy.scope
    return (
        (not scope.subscriptions or account.subscription in scope.subscriptions)
        and _matches(account.group, scope.resource_groups)
        and _matches(account.name, scope.names)
    )


def is_in_scope(policy: Policy, account: Account, now: datetime) -> bool:
    """Whether a profile says what is wanted of this account."""
    return isinstance(desired_for(policy, account, (), None, now), Desired)


def ties(
    policy: Policy,
    known_zones: Callable[[str], tuple[str, ...] | None],
    account: Account,
    resource: ResourceId,
    now: datetime,
) -> bool:
    """Whether `resource`, or what it is a child of, is a part of the private path that the policy wants."""
    desired = desired_for(policy, account, known_zones(account.kind) or (), None, now)
    if isinstance(desired, OutOfScope):
        return False
    endpoint = () if desired.endpoint is None else (desired.endpoint.id, desired.endpoint.vnet)
    zones = () if desired.dns is None else tuple(zone.id for zone in desired.dns.zones)
    return any(
        resource.key == part.key or resource.key.startswith(f"{part.key}/")
        for part in (*endpoint, *zones)
    )


def _mismatch(selector: Selector, account: Account) -> str:
    """The first condition that does not hold; empty when all do."""
    id_ = account.id
    if selector.subscriptions and id_.subscription not in selector.subscriptions:
        return f"subscription {id_.subscription}"
    if not _matches(id_.group, selector.resource_groups):
        return f"resource group {id_.group_text}"
    if selector.kinds and account.kind.casefold() not in map(str.casefold, selector.kinds):
        return f"kind {account.kind}"
    if not _matches(id_.name, selector.names):
        return f"name {id_.name}"
    # Azure compares the names of tags without case, their values with it (tag-resources.md).
    tags = {name.casefold(): value for name, value in account.tags}
    lacking = (n for n, value in selector.tags.items() if tags.get(n.casefold()) != value)
    return next((f"tag {name} is not {selector.tags[name]!r}" for name in lacking), "")


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    name = name.casefold()
    return not patterns or any(fnmatchcase(name, pattern.casefold()) for pattern in patterns)


def _selected(section: AccessSection | None) -> Selected | None:
    return None if section is None else Selected(section.selected.ranges, section.selected.subnets)


def _outbound(section: OutboundSection | None) -> Outbound | None:
    return None if section is None else Outbound(section.allow)


def _endpoint(section: EndpointSection | None, account: Account) -> EndpointSpec | None:
    if section is None:
        return None
    vnet = section.subnet.parent
    # A private endpoint must be in the subscription of its network (private-endpoint-overview.md).
    group = f"/subscriptions/{vnet.subscription}/resourceGroups/{section.resource_group or vnet.group_text}"
    name = _named(section.name, account, LONGEST_ENDPOINT_NAME)
    return EndpointSpec(
        ResourceId.parse(f"{group}/providers/Microsoft.Network/privateEndpoints/{name}"),
        section.subnet,
        tuple((member, str(ip)) for member, ip in section.static_ips.items()),
        section.application_security_groups,
        _tags(section.tags),
        section.nic_name and _named(section.nic_name, account, LONGEST_NIC_NAME),
        section.recreate,
        section.other_connections,
        stated=True,
    )


def _named(pattern: str, account: Account, longest: int) -> str:
    """A pure function of the account's id, so that Azure itself refuses a second one."""
    name = pattern.replace(PLACEHOLDER, account.id.name)
    if len(name) <= longest:
        return name
    digest = sha256(account.id.key.encode()).hexdigest()[:8]
    return f"{name[: longest - len(digest) - 1]}-{digest}"


def _tags(tags: dict[str, str]) -> Tags:
    return tuple(tags.items())


def _dns(
    section: DnsSection,
    account: Account,
    endpoint: EndpointSpec | None,
    zone_names: tuple[str, ...],
) -> DnsSpec | None:
    if not zone_names:
        return None
    own = () if endpoint is None else (endpoint.vnet,)
    links = tuple(LinkSpec(vnet, section.resolution_policy) for vnet in section.link or own)
    if section.records is RecordsBy.EXTERNAL:
        links = ()
    zones = tuple(ZoneSpec(_zone_id(section, account, name), links) for name in zone_names)
    servers = tuple(map(str, section.custom_servers))
    return DnsSpec(zones, section.records, servers)


def _zone_id(section: DnsSection, account: Account, name: str) -> ResourceId:
    """External zones need no group: theirs is the account's, so that each has an id for its name to be in."""
    overrides = {zone.name.casefold(): zone for _, zone in section.zones.values()}
    group = section.resource_group or "/".join(account.id.text.split("/")[:5])
    default = f"{group}/providers/Microsoft.Network/privateDnsZones/{name}"
    return overrides.get(name.casefold()) or ResourceId.parse(default)


def _is_exempt(exemption: ExemptionSection, account: Account, now: datetime) -> bool:
    return now < exemption.until and any(_names(word, account) for word in exemption.accounts)


def _names(word: str, account: Account) -> bool:
    if "/" in word:
        return ResourceId.parse(word) == account.id
    return _matches(account.id.name, (word,))


def _exemption(section: ExemptionSection) -> Exemption:
    return Exemption(frozenset(section.rules), section.until, section.reason, section.owner)
