"""The nouns of what Azure says. Pure: no clock, no network, no logging.

Two distinctions to keep: *absent* (looked, nothing there) is not *not looked at* (None in `Observed`), and the words
of Azure are kept as they came, compared without case.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from remediation.ids import ResourceId

type Tags = tuple[tuple[str, str], ...]


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
class Fingerprint:
    """How an account looked: a digest of all that GET said but its state, and the state."""

    digest: str
    state: str


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
    def fingerprint(self) -> Fingerprint:
        """Equal for accounts that no rule can tell apart, in every process."""
        # A set has another order in each process.
        content = replace(self, state="", capabilities=frozenset())
        told = repr((content, sorted(self.capabilities)))
        return Fingerprint(hashlib.sha256(told.encode()).hexdigest()[:32], self.state.casefold())

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
