"""What is held back of a plan, and why. Pure; it only ever removes.

The reasons, in the order in which they are asked:

AUDIT    the profile only audits this rule
EXEMPT   a dated exemption of the policy covers the rule
GRACE    the account is newer than the profile's grace period
BUSY     Azure is changing the account, and refuses endpoint work until it is done
"""

from datetime import datetime

from remediation.model import Desired, Observed
from remediation.plan import (
    Action,
    ApproveConnection,
    AttachZones,
    CreateEndpoint,
    CreateZone,
    Finding,
    Plan,
    Reason,
    RemoveBrokenEndpoint,
    Restrained,
    Withheld,
    is_account_change,
)


def restrain(plan: Plan, desired: Desired, observed: Observed, now: datetime) -> Restrained:
    """Parts the findings into those that may be acted on and those that are held back."""
    free: list[Finding] = []
    withheld: list[Withheld] = []
    for finding in plan.findings:
        held = (
            _by_policy(finding, desired, observed, now)
            or _behind(finding, withheld)
            or _busy(finding, free, observed)
        )
        if held is None:
            free.append(finding)
        else:
            withheld.append(held)
    return Restrained(Plan(tuple(free)), tuple(withheld))


def _by_policy(
    finding: Finding, desired: Desired, observed: Observed, now: datetime
) -> Withheld | None:
    exemption = next((e for e in desired.exemptions if e.covers(finding.rule)), None)
    if exemption is not None:
        message = f"exempt until {exemption.until:%Y-%m-%d %H:%M} UTC: {exemption.reason} ({exemption.owner})"
        return Withheld(finding, Reason.EXEMPT, message)
    if finding.remedy is None:
        return None
    if finding.rule in desired.audited:
        return Withheld(
            finding, Reason.AUDIT, f"profile {desired.profile} only audits {finding.rule}"
        )
    # Clocks differ: without a grace period, an account of the next second is no reason to wait.
    created = observed.account.created
    if desired.grace and created is not None and now < created + desired.grace:
        ends = created + desired.grace
        return Withheld(
            finding, Reason.GRACE, f"the account is new; its grace ends {ends:%Y-%m-%d %H:%M} UTC"
        )
    return None


def _behind(finding: Finding, before: list[Withheld]) -> Withheld | None:
    """What waits for a remedy that is held back would wait in vain: nothing about it is Azure's to end."""
    if not finding.awaits:
        return None
    for each in before:
        if _is_built_upon(each.finding.remedy) and each.reason is not Reason.BUSY:
            return Withheld(finding, each.reason, f"it waits for what is held back: {each.message}")
    return None


def _busy(finding: Finding, before: list[Finding], observed: Observed) -> Withheld | None:
    """One account operation at a time: after a PATCH the endpoint work is refused for a while (azurerm#31712)."""
    changing = any(is_account_change(each.remedy) for each in before)
    if _is_endpoint_work(finding.remedy) and (changing or not observed.account.is_settled):
        return Withheld(
            finding, Reason.BUSY, f"account {observed.account.id.name} is being changed"
        )
    return None


def _is_built_upon(action: Action | None) -> bool:
    """Links and records come last: nothing waits for them, nor for a change of the account."""
    return _is_endpoint_work(action) or isinstance(action, AttachZones | CreateZone)


def _is_endpoint_work(action: Action | None) -> bool:
    return isinstance(action, CreateEndpoint | RemoveBrokenEndpoint | ApproveConnection)
