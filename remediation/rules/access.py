"""Who gets in, by which means, and what gets out? Judged from the account alone, so the FAST lane can."""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Network

from remediation.desired import Desired, RuleGroup, Selected
from remediation.observed import Account, Exposure, NetworkAcls
from remediation.plan import (
    AccountChange,
    CloseAccess,
    DisableLocalAuth,
    Finding,
    RestrictNetwork,
    RestrictOutbound,
    Severity,
)


def network_support(account: Account, desired: Desired) -> Iterator[Finding]:
    """Some kinds cannot be closed at all: a person must know, and nobody is fought (`Account.supports_networks`)."""
    if not account.supports_networks:
        actual = f"kind {account.kind} has no support for virtual networks"
        yield _found(
            "network-support", account, "an account that can be closed", actual, Severity.WARNING
        )
    if desired.kinds and account.kind.casefold() not in map(str.casefold, desired.kinds):
        expected = f"one of the allowed kinds: {', '.join(desired.kinds)}"
        yield _found(
            "network-support", account, expected, f"it is {account.kind}", Severity.WARNING
        )


def public_access(account: Account, desired: Desired) -> Iterator[Finding]:
    """Closed, or open to selected networks only; null and unknown values count as open to all."""
    if account.is_in_perimeter:
        actual = (
            "a network security perimeter decides who gets in, and Latch does not read its rules"
        )
        yield _found("public-access", account, _CLOSED, actual, Severity.NOTICE)
        return
    allowed = (Exposure.PRIVATE,) if desired.selected is None else _NOT_PUBLIC
    if account.exposure in allowed:
        return
    severity = Severity.WARNING if account.exposure is Exposure.SHUT else Severity.CRITICAL
    actual = f"it is {account.public_network_access or 'not set'}: {_REACH[account.exposure]}"
    if desired.selected is None:
        remedy: AccountChange = CloseAccess(account.id, _denying(account))
        yield _found("public-access", account, _CLOSED, actual, severity, remedy)
        return
    acls = _denying(account)
    # Who may come in came in until now: they are named, so that closing to all others does not cut them off.
    selecting = (
        None if acls is None else RestrictNetwork(account.id, _naming(acls, desired.selected))
    )
    remedy = selecting or CloseAccess(account.id, None)
    yield _found("public-access", account, "selected networks only", actual, severity, remedy)


def network_acls(account: Account, desired: Desired) -> Iterator[Finding]:
    """The default action must be Deny, so that one switch alone does not open the account to everyone."""
    acls = _denying(account)
    if (
        acls is None
        or account.is_in_perimeter
        or (account.acls is not None and account.acls.denies)
    ):
        return
    if desired.selected is not None and account.exposure is Exposure.PUBLIC:
        return
    actual = f"it is {(account.acls and account.acls.default_action) or 'not set'}"
    closes = desired.selected is None and account.exposure is not Exposure.PRIVATE
    remedy: AccountChange = (
        CloseAccess(account.id, acls) if closes else RestrictNetwork(account.id, acls)
    )
    yield _found("network-acls", account, "default action Deny", actual, Severity.WARNING, remedy)


def network_rules(account: Account, desired: Desired) -> Iterator[Finding]:
    """What lets in a network that the profile does not name is removed; where nobody gets in, rules are moot."""
    acls, selected = _whole(account), desired.selected
    if selected is None or acls is None or account.is_in_perimeter:
        return
    ranges = tuple(rule for rule in acls.ip_rules if not selected.lets_in(rule))
    subnets = tuple(rule.subnet for rule in acls.subnet_rules if not selected.lets_in_subnet(rule))
    severity = Severity.CRITICAL if account.exposure is Exposure.SELECTED else Severity.WARNING
    if ranges:
        remedy = RestrictNetwork(account.id, acls, removed_ranges=ranges)
        actual = f"{', '.join(ranges)} may come in too"
        yield _found("ip-rules", account, "only the allowed ranges", actual, severity, remedy)
    if subnets:
        remedy = RestrictNetwork(account.id, acls, removed_subnets=subnets)
        actual = f"{', '.join(subnets)} may come in too"
        yield _found("subnet-rules", account, "only the allowed subnets", actual, severity, remedy)


def bypass(account: Account, desired: Desired) -> Iterator[Finding]:
    """Trusted services come in even when public access is Disabled (cognitive-services-virtual-networks.md)."""
    acls = _whole(account)
    if not desired.no_bypass or acls is None:
        return
    if (acls.bypass or "None").casefold() != "none":
        remedy = RestrictNetwork(account.id, acls, bypass="None")
        actual = f"{acls.bypass} may come in"
        yield _found("bypass", account, "no trusted services", actual, Severity.WARNING, remedy)


def custom_subdomain(account: Account, desired: Desired) -> Iterator[Finding]:
    """Without one there is no private endpoint; it is for ever, so it is never added by Latch."""
    del desired
    if account.subdomain is None:
        actual = "there is none: regional endpoints serve it, and no private endpoint can"
        yield _found("custom-subdomain", account, "a custom subdomain", actual, Severity.WARNING)


def local_auth(account: Account, desired: Desired) -> Iterator[Finding]:
    """Where the profile asks for it, keys are turned off."""
    if desired.local_auth_disabled and not account.local_auth_disabled:
        remedy = DisableLocalAuth(account.id)
        yield _found(
            "local-auth", account, "keys turned off", "keys open it", Severity.WARNING, remedy
        )


def outbound(account: Account, desired: Desired) -> Iterator[Finding]:
    """Where the profile asks for it, the account itself reaches only the allowed hosts."""
    if desired.outbound is None:
        return
    wanted = {name.casefold() for name in desired.outbound.fqdns}
    extra = sorted(name for name in account.allowed_fqdns if name.casefold() not in wanted)
    kept = tuple(name for name in account.allowed_fqdns if name.casefold() in wanted)
    if account.outbound_restricted and not extra:
        return
    actual = (
        f"it may also reach {', '.join(extra)}"
        if account.outbound_restricted
        else "it reaches everything"
    )
    hosts = kept if account.outbound_restricted else desired.outbound.fqdns
    remedy = RestrictOutbound(account.id, hosts)
    yield _found(
        "outbound", account, "outbound access restricted", actual, Severity.WARNING, remedy
    )


def network_injection(account: Account, desired: Desired) -> Iterator[Finding]:
    """Agents in a network go out through it, past the account's list; an injection cannot be changed safely."""
    if desired.outbound is not None and account.injections:
        actual = f"agents go out through {', '.join(account.injections)}"
        expected = "no way out but the allowed hosts"
        yield _found("network-injection", account, expected, actual, Severity.NOTICE)


_CLOSED = "public network access Disabled"

_NOT_PUBLIC = (Exposure.PRIVATE, Exposure.SHUT, Exposure.SELECTED)

_REACH = {
    Exposure.PUBLIC: "all networks can reach it",
    Exposure.SELECTED: "selected networks can reach it",
    Exposure.SHUT: "only the rules keep the internet out",
}


def _whole(account: Account) -> NetworkAcls | None:
    """The whole object, built from what GET said; Azure takes none without a custom subdomain (azurerm PR 24239)."""
    if account.subdomain is None:
        return None
    acls = account.acls or NetworkAcls(None)
    return replace(acls, bypass=acls.bypass or "None")


def _denying(account: Account) -> NetworkAcls | None:
    acls = _whole(account)
    return None if acls is None else replace(acls, default_action="Deny")


def _naming(acls: NetworkAcls, selected: Selected) -> NetworkAcls:
    """The allowed ranges in place of what lies within them: Azure takes at most 100 rules."""
    others = tuple(rule for rule in acls.ip_rules if not selected.lets_in(rule))
    return replace(acls, ip_rules=(*others, *map(_rule, selected.ranges)))


def _rule(allowed: IPv4Network) -> str:
    """A single address is written without a prefix: the service refuses /31 and /32 (azure-powershell#25455)."""
    return str(allowed.network_address) if allowed.num_addresses == 1 else str(allowed)


def _found(
    rule: str,
    account: Account,
    expected: str,
    actual: str,
    severity: Severity,
    remedy: AccountChange | None = None,
) -> Finding:
    return Finding(rule, RuleGroup.ACCESS, account.id, expected, actual, severity, remedy)
