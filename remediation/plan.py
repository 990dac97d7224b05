"""Findings and the actions that cure them, in order. Pure data; an action prints as an imperative sentence."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeIs

from remediation.desired import EndpointSpec, LinkSpec, RuleGroup
from remediation.ids import ResourceId
from remediation.observed import NetworkAcls


@dataclass(frozen=True, slots=True)
class CloseAccess:
    """Turns public network access off; `acls` are sent whole, or not at all without a custom subdomain."""

    account: ResourceId
    acls: NetworkAcls | None

    def __str__(self) -> str:
        return f"Close public network access of {self.account.name}"


@dataclass(frozen=True, slots=True)
class RestrictNetwork:
    """Lets in fewer networks. `acls` is the whole object to start from; its default action is what it comes to."""

    account: ResourceId
    acls: NetworkAcls
    removed_ranges: tuple[str, ...] = ()
    removed_subnets: tuple[str, ...] = ()
    bypass: str | None = None

    def __str__(self) -> str:
        return f"Restrict the network rules of {self.account.name}"


@dataclass(frozen=True, slots=True)
class DisableLocalAuth:
    """Turns keys off; who uses them must sign in with an identity."""

    account: ResourceId

    def __str__(self) -> str:
        return f"Turn off the keys of {self.account.name}"


@dataclass(frozen=True, slots=True)
class RestrictOutbound:
    """Restricts what the account reaches by itself to `fqdns`."""

    account: ResourceId
    fqdns: tuple[str, ...]

    def __str__(self) -> str:
        return f"Restrict outbound access of {self.account.name}"


type AccountChange = CloseAccess | RestrictNetwork | DisableLocalAuth | RestrictOutbound


@dataclass(frozen=True, slots=True)
class ChangeAccount:
    """Several changes of one account in one PATCH: the second would be refused while Azure works on the first."""

    account: ResourceId
    changes: tuple[AccountChange, ...]

    def __str__(self) -> str:
        return "; ".join(str(change) for change in self.changes)


@dataclass(frozen=True, slots=True)
class CreateEndpoint:
    """Creates (or PUTs again) the private endpoint that was asked for, in the region of its network.

    `connection` is the name of the connection that one has already: Azure refuses another.
    """

    account: ResourceId
    spec: EndpointSpec
    location: str
    connection: str = ""

    def __str__(self) -> str:
        return f"Create private endpoint {self.spec.id.name} in {self.spec.vnet.name}"


@dataclass(frozen=True, slots=True)
class RemoveBrokenEndpoint:
    """Deletes an endpoint that never heals, so that the next look can create it again as `spec` says."""

    endpoint: ResourceId
    why: str

    def __str__(self) -> str:
        return f"Delete private endpoint {self.endpoint.name} ({self.why}), to create it again"


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


def is_account_change(action: object) -> TypeIs[AccountChange]:
    """Whether an action is a PATCH of the account."""
    return isinstance(action, CloseAccess | RestrictNetwork | DisableLocalAuth | RestrictOutbound)


def wanted_acls(changes: Iterable[AccountChange]) -> NetworkAcls | None:
    """The network rules that several changes come to, None when none of them is about rules."""
    about = [
        c for c in changes if isinstance(c, CloseAccess | RestrictNetwork) and c.acls is not None
    ]
    acls = about[0].acls if about else None
    for change in about:
        if acls is not None and isinstance(change, RestrictNetwork):
            acls = replace(
                acls,
                ip_rules=tuple(r for r in acls.ip_rules if r not in change.removed_ranges),
                subnet_rules=tuple(
                    r for r in acls.subnet_rules if r.subnet not in change.removed_subnets
                ),
                bypass=change.bypass or acls.bypass,
            )
    return acls


type Action = (
    AccountChange
    | ChangeAccount
    | CreateEndpoint
    | RemoveBrokenEndpoint
    | ApproveConnection
    | AttachZones
    | CreateZone
    | LinkZone
    | PutRecord
)


def _serves_an_endpoint(action: Action) -> bool:
    return isinstance(action, ApproveConnection | AttachZones | PutRecord)


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


@dataclass(frozen=True, slots=True)
class Plan:
    """Ordered findings; closing always first."""

    findings: tuple[Finding, ...] = ()

    @property
    def actions(self) -> tuple[Action, ...]:
        """The remedies in order, each once; those of the account as one PATCH, since Azure takes one at a time.

        What would serve an endpoint that is deleted is left for the one that comes after it.
        """
        remedies = dict.fromkeys(f.remedy for f in self.findings if f.remedy is not None)
        if any(isinstance(r, RemoveBrokenEndpoint) for r in remedies):
            remedies = dict.fromkeys(r for r in remedies if not _serves_an_endpoint(r))
        changes = tuple(r for r in remedies if is_account_change(r))
        others = tuple(r for r in remedies if not is_account_change(r))
        if len(changes) > 1:
            return (ChangeAccount(changes[0].account, changes), *others)
        return (*changes, *others)
