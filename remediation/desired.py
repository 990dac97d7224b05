"""The nouns of what the policy wants of an account. Pure: no clock, no network, no logging."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Network

from remediation.ids import ResourceId
from remediation.observed import SubnetRule, Tags


class RuleGroup(StrEnum):
    """The parts of a profile that can be enforced or only audited, each by itself."""

    ACCESS = "access"
    ENDPOINT = "endpoint"
    DNS = "dns"


class Recreate(StrEnum):
    """When a private endpoint may be created again: only `BROKEN` lets Latch delete one first."""

    NEVER = "never"
    MISSING = "missing"
    BROKEN = "broken"


class RecordsBy(StrEnum):
    """Who writes the A records: the endpoint's zone group, Latch itself, or somebody else."""

    ZONE_GROUP = "zone-group"
    RECORDS = "records"
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True)
class Selected:
    """The networks that a profile lets in beside the private endpoint; all others are removed."""

    ranges: tuple[IPv4Network, ...] = ()
    subnets: tuple[ResourceId, ...] = ()

    def lets_in(self, rule: str) -> bool:
        """Whether an IP rule of the account lies within an allowed range. What is no IPv4 range never does."""
        try:
            wanted = IPv4Network(rule, strict=False)
        except ValueError:
            return False
        return any(wanted.subnet_of(each) for each in self.ranges)

    def lets_in_subnet(self, rule: SubnetRule) -> bool:
        """Whether a subnet rule of the account names an allowed subnet."""
        return any(rule.subnet.casefold().rstrip("/") == each.key for each in self.subnets)


@dataclass(frozen=True, slots=True)
class Outbound:
    """What an account may reach by itself: nothing, or these host names."""

    fqdns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EndpointSpec:
    """The private endpoint that an account should have. A network is never invented: `subnet` is always given.

    `stated` says that a policy spells it out; what was only remembered is restored, and not held against anyone.
    """

    id: ResourceId
    subnet: ResourceId
    static_ips: tuple[tuple[str, str], ...] = ()
    security_groups: tuple[ResourceId, ...] = ()
    tags: Tags = ()
    nic_name: str | None = None
    recreate: Recreate = Recreate.MISSING
    others: tuple[str, ...] = ()
    stated: bool = False

    def admits(self, endpoint: ResourceId | None) -> bool:
        """Whether the policy lets this endpoint be connected beside the account's own; None is one without an id."""
        words = {word.casefold().rstrip("/") for word in self.others}
        known = set[str]() if endpoint is None else {endpoint.subscription, endpoint.key}
        return bool(words & (known | {"*"}))

    @property
    def vnet(self) -> ResourceId:
        return self.subnet.parent


@dataclass(frozen=True, slots=True)
class LinkSpec:
    """A virtual network whose clients must find the zone."""

    vnet: ResourceId
    resolution_policy: str = "Default"


@dataclass(frozen=True, slots=True)
class ZoneSpec:
    """A zone that must exist and be linked."""

    id: ResourceId
    links: tuple[LinkSpec, ...] = ()

    @property
    def name(self) -> str:
        return self.id.name.casefold()


@dataclass(frozen=True, slots=True)
class DnsSpec:
    """Where the account's names must lead."""

    zones: tuple[ZoneSpec, ...]
    records_by: RecordsBy = RecordsBy.ZONE_GROUP
    custom_servers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exemption:
    """A dated, reasoned exception that the policy grants; no rules named means all of them."""

    rules: frozenset[str]
    until: datetime
    reason: str
    owner: str

    def covers(self, rule: str) -> bool:
        return not self.rules or rule in self.rules


@dataclass(frozen=True, slots=True)
class Desired:
    """What the policy wants of one account. None, False and empty mean: not asked for.

    `selected` of None is the default: nobody gets in but through the private endpoint. `audited` names rules.
    """

    profile: str
    audited: frozenset[str] = frozenset()
    endpoint: EndpointSpec | None = None
    dns: DnsSpec | None = None
    grace: timedelta = timedelta()
    exemptions: tuple[Exemption, ...] = ()
    selected: Selected | None = None
    no_bypass: bool = False
    local_auth_disabled: bool = False
    outbound: Outbound | None = None
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Baseline:
    """The last converged state of an account: what is restored where the policy does not spell it out."""

    endpoint: EndpointSpec | None = None
    dns: DnsSpec | None = None
