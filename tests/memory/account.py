"""What does a PATCH make of an account, and which ones does Azure refuse?"""

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Network

from remediation.errors import Refused
from remediation.observed import Account, NetworkAcls
from remediation.plan import (
    AccountChange,
    CloseAccess,
    DisableLocalAuth,
    RestrictOutbound,
    wanted_acls,
)

# cognitive-services-virtual-networks.md: at most 100 rules; azure-powershell#25455: no /31 and no /32.
MOST_RULES = 100
LONGEST_PREFIX = 30


def patched(account: Account, changes: Sequence[AccountChange]) -> Account:
    """The account after one PATCH; its rules are replaced whole."""
    acls = wanted_acls(changes)
    if acls is not None:
        _refuse_bad_rules(account, acls)
        account = replace(account, acls=acls)
    for change in changes:
        match change:
            case CloseAccess():
                account = replace(account, public_network_access="Disabled")
            case DisableLocalAuth():
                account = replace(account, local_auth_disabled=True)
            case RestrictOutbound():
                account = replace(account, outbound_restricted=True, allowed_fqdns=change.fqdns)
            case _:
                pass
    return account


def _refuse_bad_rules(account: Account, acls: NetworkAcls) -> None:
    if account.subdomain is None:
        raise Refused("rules need a custom subdomain", code="BadRequest")
    if max(len(acls.ip_rules), len(acls.subnet_rules)) > MOST_RULES:
        raise Refused("too many rules", code="BadRequest")
    for rule in acls.ip_rules:
        if "/" in rule and IPv4Network(rule, strict=False).prefixlen > LONGEST_PREFIX:
            raise Refused(f"{rule} must be written as single addresses", code="BadRequest")
