"""The nouns: what is observed in Azure and what is desired of it. Pure: no clock, no network, no logging.

Two distinctions to keep: *absent* (looked, nothing there) is not *not looked at* (None in `Observed`), and the words
of Azure are kept as they came, compared without case.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Any, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

# "/subscriptions/{s}/resourceGroups/{g}/providers/{namespace}/{type}/{name}" has eight parts.
_SHORTEST_ID = 8


@dataclass(frozen=True, slots=True, order=True)
class ResourceId:
    """An ARM resource id, parsed once: equal without regard to case, printed as it was written.

    ARM ids differ in case between event, GET and list, so everything but `text` is casefolded at birth.
    """

    key: str
    text: str = field(compare=False)
    subscription: str = field(compare=False)
    group: str = field(compare=False)
    type: str = field(compare=False)
    names: tuple[str, ...] = field(compare=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError when `text` is no id of a resource in a resource group."""
        text = "/" + text.strip().strip("/")
        parts = text.casefold().split("/")[1:]
        well_formed = (
            len(parts) >= _SHORTEST_ID
            and len(parts) % 2 == 0
            and (parts[0], parts[2], parts[4]) == ("subscriptions", "resourcegroups", "providers")
            and all(part not in ("", ".", "..") and part.isprintable() for part in parts)
        )
        if not well_formed:
            raise ValueError(f"not the id of a resource: {text[:200]!r}")
        type_ = "/".join((parts[5], *parts[6::2]))
        return cls("/" + "/".join(parts), text, parts[1], parts[3], type_, tuple(parts[7::2]))

    @property
    def name(self) -> str:
        """The last name, as written."""
        return self.text.rsplit("/", 1)[1]

    @property
    def parent(self) -> "ResourceId":
        """The resource above a child resource; raises ValueError for a resource without one."""
        return ResourceId.parse(self.text.rsplit("/", 2)[0])

    @property
    def group_text(self) -> str:
        """The name of the resource group, as written."""
        return self.text.split("/")[4]

    def child(self, *segments: str) -> "ResourceId":
        """The id of a child resource."""
        return ResourceId.parse("/".join((self.text, *segments)))

    def __str__(self) -> str:
        return self.text

    @classmethod
    def _read(cls, value: object) -> Self:
        if isinstance(value, cls):
            return value
        if not isinstance(value, str):
            raise ValueError("the id of a resource is a string")  # noqa: TRY004 - pydantic collects ValueError
        return cls.parse(value)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """In JSON and in the policy an id is a string."""
        del source, handler
        return core_schema.no_info_plain_validator_function(
            cls._read,
            serialization=core_schema.to_string_ser_schema(),
            json_schema_input_schema=core_schema.str_schema(),
        )


type Tags = tuple[tuple[str, str], ...]


# What is observed ------------------------------------------------------------------------------------------------


class Exposure(StrEnum):
    """Who can reach an account from outside its private endpoints."""

    PUBLIC = "public"
    SELECTED = "selected"
    SHUT = "shut"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class SubnetRule:
    """A subnet that is let in through its service endpoint."""

    subnet: str
    ignores_missing_endpoint: bool | None = None


@dataclass(frozen=True, slots=True)
class NetworkAcls:
    """The account's network rules, complete: a PATCH must never send a part of them."""

    default_action: str | None
    bypass: str | None = None
    ip_rules: tuple[str, ...] = ()
    subnet_rules: tuple[SubnetRule, ...] = ()

    @property
    def denies(self) -> bool:
        """True when what matches no rule is refused; null counts as Allow."""
        return (self.default_action or "").casefold() == "deny"


@dataclass(frozen=True, slots=True)
class Connection:
    """A private endpoint connection, as GET account shows it."""

    name: str
    endpoint: ResourceId | None
    status: str

    @property
    def is_approved(self) -> bool:
        """Only this state carries traffic (manage-private-endpoint.md)."""
        return self.status.casefold() == "approved"

    @property
    def guid(self) -> str:
        """The endpoint's resource guid: the part of the name behind the last dot."""
        return self.name.rsplit(".", 1)[-1].casefold()


TERMINAL_STATES = frozenset({"succeeded", "failed", "canceled"})
# Denied connections cannot be approved any more, removed ones are informative only (manage-private-endpoint.md).
FINAL_STATUSES = frozenset({"rejected", "disconnected"})


@dataclass(frozen=True, slots=True)
class Account:
    """A Cognitive Services account, as GET says."""

    id: ResourceId
    kind: str
    location: str
    subdomain: str | None
    public_network_access: str | None
    acls: NetworkAcls | None
    state: str
    connections: tuple[Connection, ...] = ()
    tags: Tags = ()
    created: datetime | None = None
    local_auth_disabled: bool = False
    outbound_restricted: bool = False
    allowed_fqdns: tuple[str, ...] = ()
    injections: tuple[str, ...] = ()
    capabilities: frozenset[str] = frozenset()

    @property
    def supports_networks(self) -> bool:
        """False for kinds that cannot be closed, such as Bing; an account that lists nothing counts as able."""
        return not self.capabilities or "virtualnetworks" in self.capabilities

    @property
    def exposure(self) -> Exposure:
        """Null is public; rules count only under Deny (cognitive-services-virtual-networks.md)."""
        access = (self.public_network_access or "enabled").casefold()
        if access in ("disabled", "securedbyperimeter"):
            return Exposure.PRIVATE
        if self.acls is None or not self.acls.denies:
            return Exposure.PUBLIC
        if self.acls.ip_rules or self.acls.subnet_rules:
            return Exposure.SELECTED
        return Exposure.SHUT

    @property
    def is_in_perimeter(self) -> bool:
        """True when a network security perimeter was put in charge of access."""
        return (self.public_network_access or "").casefold() == "securedbyperimeter"

    @property
    def is_settled(self) -> bool:
        """False while Azure works on it: endpoint work is refused until then (azurerm#31712)."""
        return self.state.casefold() in TERMINAL_STATES


@dataclass(frozen=True, slots=True)
class Member:
    """One address that a private endpoint must have, and the zone its name belongs to."""

    name: str
    zone: str


@dataclass(frozen=True, slots=True)
class Address:
    """What a network interface says: these names must resolve to this address."""

    ip: str
    member: str
    fqdns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ZoneConfig:
    """One zone of a zone group, and the addresses it registered."""

    name: str
    zone: ResourceId
    registered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ZoneGroup:
    """The zone group of an endpoint; there is at most one (private-endpoint-dns-integration.md)."""

    name: str
    configs: tuple[ZoneConfig, ...]
    state: str = "Succeeded"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A private endpoint with its network interface and zone group."""

    id: ResourceId
    location: str
    subnet: ResourceId
    guid: str
    target: ResourceId | None
    status: str
    state: str
    addresses: tuple[Address, ...] = ()
    zone_group: ZoneGroup | None = None
    static_ips: tuple[tuple[str, str], ...] = ()
    security_groups: tuple[ResourceId, ...] = ()
    tags: Tags = ()
    nic_name: str | None = None
    connection_name: str = ""

    @property
    def is_approved(self) -> bool:
        return self.status.casefold() == "approved"


@dataclass(frozen=True, slots=True)
class Record:
    """An A record; `owner` is the guid of the endpoint that the platform wrote it for."""

    name: str
    addresses: tuple[str, ...]
    ttl: int
    etag: str
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A virtual network link of a zone."""

    name: str
    vnet: ResourceId
    state: str
    registration: bool = False
    resolution_policy: str | None = None


@dataclass(frozen=True, slots=True)
class Zone:
    """A private DNS zone: all its links, and the record of the account looked at."""

    id: ResourceId
    links: tuple[Link, ...] = ()
    record: Record | None = None

    @property
    def name(self) -> str:
        return self.id.name.casefold()

    def link(self, vnet: ResourceId) -> Link | None:
        """The link to a network; Azure allows one (azure-aks-docs#212)."""
        return next((link for link in self.links if link.vnet == vnet), None)


@dataclass(frozen=True, slots=True)
class Subnet:
    """What stands between clients and an endpoint in its subnet."""

    id: ResourceId
    endpoint_policies: str = "Disabled"
    security_group: ResourceId | None = None
    route_table: ResourceId | None = None


@dataclass(frozen=True, slots=True)
class Vnet:
    """The virtual network of an endpoint. Without DNS servers of its own, Azure's resolver asks the linked zones."""

    id: ResourceId
    location: str
    dns_servers: tuple[str, ...] = ()
    subnets: tuple[Subnet, ...] = ()


@dataclass(frozen=True, slots=True)
class Perimeter:
    """A network security perimeter that the account belongs to; Enforced, its rules override the account's."""

    name: str
    mode: str
    admits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Network:
    """The private path to one account, as far as it exists.

    `rivals` are zones of the same names elsewhere, looked for where a wanted network is not linked to ours.
    """

    endpoints: tuple[Endpoint, ...] = ()
    zones: tuple[Zone, ...] = ()
    vnet: Vnet | None = None
    perimeters: tuple[Perimeter, ...] = ()
    rivals: tuple[Zone, ...] = ()

    def zone(self, zone_id: ResourceId) -> Zone | None:
        return next((zone for zone in self.zones if zone.id == zone_id), None)

    def rival(self, name: str, vnet: ResourceId) -> Zone | None:
        """The zone of this name that the network is linked to instead of ours."""
        return next((z for z in self.rivals if z.name == name and z.link(vnet) is not None), None)


@dataclass(frozen=True, slots=True)
class Observed:
    """What Azure says. `network` is None when it was not looked at (the FAST lane)."""

    account: Account
    network: Network | None = None


# What is desired -------------------------------------------------------------------------------------------------


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
