"""Is the account closed to the internet? Judged from the account alone, so the FAST lane can."""

from collections.abc import Iterator
from dataclasses import replace

from remediation.model import Account, Exposure, NetworkAcls, RuleGroup
from remediation.plan import CloseAccess, Finding, Severity


def public_access(account: Account) -> Iterator[Finding]:
    """Public network access must be Disabled; null and unknown values count as open."""
    access = account.public_network_access
    if account.is_in_perimeter:
        actual = (
            "a network security perimeter decides who gets in, and Latch does not read its rules"
        )
        yield _found("public-access", account, _CLOSED, actual, Severity.NOTICE)
    elif account.exposure is not Exposure.PRIVATE:
        severity = Severity.WARNING if account.exposure is Exposure.SHUT else Severity.CRITICAL
        actual = f"it is {access or 'not set'}: {_REACH[account.exposure]}"
        remedy = CloseAccess(account.id, _closed_acls(account))
        yield _found("public-access", account, _CLOSED, actual, severity, remedy)


def network_acls(account: Account) -> Iterator[Finding]:
    """The default action must be Deny, so that one switch alone does not open the account to everyone."""
    acls = _closed_acls(account)
    if (
        acls is None
        or account.is_in_perimeter
        or (account.acls is not None and account.acls.denies)
    ):
        return
    actual = f"it is {(account.acls and account.acls.default_action) or 'not set'}"
    remedy = CloseAccess(account.id, acls)
    yield _found("network-acls", account, "default action Deny", actual, Severity.WARNING, remedy)


_CLOSED = "public network access Disabled"

_REACH = {
    Exposure.PUBLIC: "all networks can reach it",
    Exposure.SELECTED: "selected networks can reach it",
    Exposure.SHUT: "only the rules keep the internet out",
}


def _closed_acls(account: Account) -> NetworkAcls | None:
    """The whole object, built from what GET said; Azure takes none without a custom subdomain (azurerm PR 24239)."""
    if account.subdomain is None:
        return None
    acls = account.acls or NetworkAcls(None)
    return replace(acls, default_action="Deny", bypass=acls.bypass or "None")


def _found(
    rule: str,
    account: Account,
    expected: str,
    actual: str,
    severity: Severity,
    remedy: CloseAccess | None = None,
) -> Finding:
    return Finding(rule, RuleGroup.ACCESS, account.id, expected, actual, severity, remedy)
