"""What would an action change, property by property? Pure; the signs are those that people know from Terraform.

~ changed    + created    - deleted
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from remediation.ids import ResourceId
from remediation.observed import Account, Network, NetworkAcls
from remediation.plan import (
    AccountChange,
    Action,
    ApproveConnection,
    AttachZones,
    ChangeAccount,
    CloseAccess,
    CreateEndpoint,
    CreateZone,
    DisableLocalAuth,
    LinkZone,
    PutRecord,
    RemoveBrokenEndpoint,
    RestrictNetwork,
    RestrictOutbound,
    wanted_acls,
)
from remediation.terminal.look import Look


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a plan."""

    sign: str
    what: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        arrow = f"{self.before} -> {self.after}" if self.before else self.after
        return " ".join(part for part in (self.sign, self.what, arrow) if part)


def changes(look: Look) -> tuple[Change, ...]:
    """The lines of all actions of a look, in their order."""
    return tuple(
        change for action in look.actions for change in _of(action, look.account, look.network)
    )


def _of(action: Action, account: Account | None, network: Network | None) -> Iterator[Change]:
    match action:
        case ChangeAccount():
            yield from _of_account(action.changes, account)
        case CloseAccess() | RestrictNetwork() | DisableLocalAuth() | RestrictOutbound():
            yield from _of_account((action,), account)
        case CreateEndpoint():
            where = f"in {action.spec.subnet.name}, {action.location}"
            yield Change("+", f"private endpoint {action.spec.id.name}", after=where)
        case RemoveBrokenEndpoint():
            yield Change("-", f"private endpoint {action.endpoint.name}", after=f"({action.why})")
        case ApproveConnection():
            yield Change("~", f"connection {action.connection}", "Pending", "Approved")
        case AttachZones():
            names = ", ".join(zone.name for _, zone in action.zones)
            yield Change("~", f"zone group {action.endpoint.name}/{action.group}", after=names)
        case CreateZone():
            yield Change("+", f"zone {action.zone.name}", after=f"in {action.zone.group_text}")
        case LinkZone():
            policy = action.link.resolution_policy
            to = f"to {action.link.vnet.name}" + ("" if policy == "Default" else f" ({policy})")
            yield Change("+", f"link {action.zone.name}/{action.name}", after=to)
        case PutRecord():
            before, after = _addresses(network, action.zone), ", ".join(action.addresses)
            name = f"record {action.name}.{action.zone.name}"
            yield Change("~" if before else "+", name, before, after)
        case _:
            assert_never(action)


def _addresses(network: Network | None, zone: ResourceId) -> str:
    """Where the account's record leads now; empty when there is none."""
    found = None if network is None else network.zone(zone)
    record = None if found is None else found.record
    return "" if record is None else ", ".join(record.addresses)


def _of_account(asked: tuple[AccountChange, ...], account: Account | None) -> Iterator[Change]:
    for change in asked:
        match change:
            case CloseAccess():
                now = None if account is None else account.public_network_access
                if (now or "").casefold() != "disabled":
                    yield Change("~", "publicNetworkAccess", now or "(not set)", "Disabled")
            case DisableLocalAuth():
                yield Change("~", "disableLocalAuth", "false", "true")
            case RestrictOutbound():
                after = ", ".join(change.fqdns) or "nothing"
                yield Change("~", "restrictOutboundNetworkAccess, to", _allowed(account), after)
            case RestrictNetwork():
                pass
            case _:
                assert_never(change)
    wanted = wanted_acls(asked)
    if wanted is not None:
        yield from _of_rules(None if account is None else account.acls, wanted)


def _allowed(account: Account | None) -> str:
    if account is None or not account.outbound_restricted:
        return "everything"
    return ", ".join(account.allowed_fqdns) or "nothing"


def _of_rules(now: NetworkAcls | None, wanted: NetworkAcls) -> Iterator[Change]:
    before = now or NetworkAcls(None)
    if not before.denies:
        yield Change("~", "networkAcls.defaultAction", before.default_action or "(not set)", "Deny")
    if wanted.bypass and wanted.bypass != before.bypass:
        yield Change("~", "networkAcls.bypass", before.bypass or "(not set)", wanted.bypass)
    for rule in before.ip_rules:
        if rule not in wanted.ip_rules:
            yield Change("-", "networkAcls.ipRules", after=rule)
    for rule in wanted.ip_rules:
        if rule not in before.ip_rules:
            yield Change("+", "networkAcls.ipRules", after=rule)
    kept = {rule.subnet for rule in wanted.subnet_rules}
    there = {rule.subnet for rule in before.subnet_rules}
    for subnet in sorted(there - kept):
        yield Change("-", "networkAcls.virtualNetworkRules", after=subnet)
    for subnet in sorted(kept - there):
        yield Change("+", "networkAcls.virtualNetworkRules", after=subnet)
