"""Findings and the actions that cure them, in order. Pure data; an action prints as an imperative sentence."""

from dataclasses import dataclass
from enum import StrEnum

from remediation.model import EndpointSpec, LinkSpec, NetworkAcls, ResourceId, RuleGroup


@dataclass(frozen=True, slots=True)
class CloseAccess:
    """Turns public network access off; `acls` are sent whole, or not at all without a custom subdomain."""

    account: ResourceId
    acls: NetworkAcls | None

    def __str__(self) -> str:
        return f"Close public network access of {self.account.name}"


@dataclass(frozen=True, slots=True)
class CreateEndpoint:
    """Creates (or PUTs again) the private endpoint that was asked for, in the region of its network."""

    account: ResourceId
    spec: EndpointSpec
    location: str

    def __str__(self) -> str:
        return f"Create private endpoint {self.spec.id.name} in {self.spec.vnet.name}"


@dataclass(frozen=True, slots=True)
class ApproveConnection:
    """Approves the connection of a declared endpoint."""

    account: ResourceId
    connection: str

    def __str__(self) -> str:
        return f"Approve connection {self.connection}"


@dataclass(frozen=True, slots=True)
class AttachZones:
    """Writes an endpoint's zone group: the list replaces what was there."""

    endpoint: ResourceId
    group: str
    zones: tuple[tuple[str, ResourceId], ...]

    def __str__(self) -> str:
        names = ", ".join(zone.name for _, zone in self.zones)
        return f"Attach {names} to {self.endpoint.name}"


@dataclass(frozen=True, slots=True)
class CreateZone:
    """Creates a private DNS zone."""

    zone: ResourceId

    def __str__(self) -> str:
        return f"Create zone {self.zone.name}"


@dataclass(frozen=True, slots=True)
class LinkZone:
    """Links a zone to a virtual network."""

    zone: ResourceId
    name: str
    link: LinkSpec

    def __str__(self) -> str:
        return f"Link zone {self.zone.name} to {self.link.vnet.name}"


@dataclass(frozen=True, slots=True)
class PutRecord:
    """Writes the A record set; `etag` is that of the record it replaces, None when there must be none yet."""

    zone: ResourceId
    name: str
    addresses: tuple[str, ...]
    owner: str
    etag: str | None = None

    def __str__(self) -> str:
        return f"Point {self.name}.{self.zone.name} to {', '.join(self.addresses)}"


type Action = (
    CloseAccess
    | CreateEndpoint
    | ApproveConnection
    | AttachZones
    | CreateZone
    | LinkZone
    | PutRecord
)


class Severity(StrEnum):
    """How much a finding matters: exposed, unreachable, or worth knowing."""

    CRITICAL = "critical"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference between desired and observed, with its evidence.

    No remedy means that a person must act, unless `awaits` says that Azure still works on it.
    """

    rule: str
    group: RuleGroup
    resource: ResourceId
    expected: str
    actual: str
    severity: Severity
    remedy: Action | None = None
    awaits: bool = False

    def __str__(self) -> str:
        return f"{self.resource.name}: {self.expected}, but {self.actual}"


class Reason(StrEnum):
    """Why the guard holds a remedy back."""

    AUDIT = "AUDIT"
    EXEMPT = "EXEMPT"
    GRACE = "GRACE"
    BUSY = "BUSY"


@dataclass(frozen=True, slots=True)
class Withheld:
    """A finding whose remedy is held back, and why."""

    finding: Finding
    reason: Reason
    message: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Ordered findings; closing always first."""

    findings: tuple[Finding, ...] = ()

    @property
    def actions(self) -> tuple[Action, ...]:
        """The remedies in order, each once: two findings may have one cure."""
        return tuple(dict.fromkeys(f.remedy for f in self.findings if f.remedy is not None))


@dataclass(frozen=True, slots=True)
class Restrained:
    """A plan after the guard: what may be done, and what is held back."""

    plan: Plan
    withheld: tuple[Withheld, ...] = ()
