"""What is held back of a plan, and why. Pure; it only ever removes.

The reasons, in the order in which they are asked:

AUDIT     the profile only audits this rule
EXEMPT    a dated exemption of the policy covers the rule
GRACE     the account is newer than the profile's grace period
PAUSED    an operator has paused Latch: it looks and tells, and changes nothing
FLAPPING  somebody undoes what Latch does (*)
TOO_MANY  too many accounts were put back at once (*)
BUSY      Azure is changing the account, and refuses endpoint work until it is done

(*) Never asked about a change of the account itself: closing goes on.

Two words of the design are no reasons here, because the rules know no remedy to hold back: what is FOREIGN
(unknown-connection, endpoint-state) and what is SHARED (zone-group, record) are findings for a person.
"""

from datetime import datetime

from remediation.brakes import RELEASED, Brakes, Fight
from remediation.desired import Desired, RuleGroup
from remediation.observed import Observed
from remediation.plan import (
    Action,
    ApproveConnection,
    AttachZones,
    CreateEndpoint,
    CreateZone,
    Finding,
    Plan,
    RemoveBrokenEndpoint,
    Severity,
    is_account_change,
)
from remediation.restraint import Reason, Restrained, Withheld

FIGHT_RULE = "flapping"


def restrain(
    plan: Plan, desired: Desired, observed: Observed, now: datetime, brakes: Brakes = RELEASED
) -> Restrained:
    """Parts the findings into those that may be acted on and those that are held back."""
    free: list[Finding] = []
    withheld: list[Withheld] = []
    for finding in plan.findings:
        held = (
            _by_policy(finding, desired, observed, now)
            or _by_brakes(finding, brakes)
            or _behind(finding, withheld)
            or _busy(finding, free, observed)
        )
        if held is None:
            free.append(finding)
        else:
            withheld.append(held)
    if brakes.fight is not None and not _is_moot(plan, withheld):
        withheld.append(_told(brakes.fight, observed))
    return Restrained(Plan(tuple(free)), tuple(withheld))


def _by_policy(
    finding: Finding, desired: Desired, observed: Observed, now: datetime
) -> Withheld | None:
    exemption = next((e for e in desired.exemptions if e.covers(finding.rule)), None)
    if exemption is not None:
        message = f"exempt until {exemption.until:%Y-%m-%d %H:%M} UTC: {exemption.reason} ({exemption.owner})"
        return Withheld(finding, Reason.EXEMPT, message, exemption.until)
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
        message = f"the account is new; its grace ends {ends:%Y-%m-%d %H:%M} UTC"
        return Withheld(finding, Reason.GRACE, message, ends)
    return None


def _by_brakes(finding: Finding, brakes: Brakes) -> Withheld | None:
    if finding.remedy is None:
        return None
    if brakes.paused:
        return Withheld(finding, Reason.PAUSED, "Latch is paused, and changes nothing")
    if is_account_change(finding.remedy):
        return None
    if brakes.fight is not None:
        return Withheld(finding, Reason.FLAPPING, str(brakes.fight), brakes.fight.until)
    if brakes.refused is not None:
        return Withheld(finding, Reason.TOO_MANY, str(brakes.refused), brakes.refused.until)
    return None


def _behind(finding: Finding, before: list[Withheld]) -> Withheld | None:
    """What waits for a remedy that is held back would wait in vain: nothing about it is Azure's to end."""
    if not finding.awaits:
        return None
    for each in before:
        if _is_built_upon(each.finding.remedy) and each.reason is not Reason.BUSY:
            message = f"it waits for what is held back: {each.message}"
            return Withheld(finding, each.reason, message, each.until)
    return None


def _busy(finding: Finding, before: list[Finding], observed: Observed) -> Withheld | None:
    """One account operation at a time: after a PATCH the endpoint work is refused for a while (azurerm#31712)."""
    changing = any(is_account_change(each.remedy) for each in before)
    if _is_endpoint_work(finding.remedy) and (changing or not observed.account.is_settled):
        return Withheld(
            finding, Reason.BUSY, f"account {observed.account.id.name} is being changed"
        )
    return None


def _is_moot(plan: Plan, withheld: list[Withheld]) -> bool:
    """Whether all that would be put back is held back for other reasons: then nobody fights."""
    remedies = [finding for finding in plan.findings if finding.remedy is not None]
    others = [each.finding for each in withheld if each.reason is not Reason.FLAPPING]
    return bool(remedies) and all(finding in others for finding in remedies)


def _told(fight: Fight, observed: Observed) -> Withheld:
    """The fight itself, so that people are told of it even where closing is all that goes on."""
    finding = Finding(
        FIGHT_RULE,
        RuleGroup.ACCESS,
        observed.account.id,
        expected="what Latch puts back stays as it is",
        actual=str(fight),
        severity=Severity.WARNING,
    )
    ends = f"{fight.until:%Y-%m-%d %H:%M} UTC"
    message = f"closing goes on, all else stops until {ends}: {fight}"
    return Withheld(finding, Reason.FLAPPING, message, fight.until)


def _is_built_upon(action: Action | None) -> bool:
    """Links and records come last: nothing waits for them, nor for a change of the account."""
    return _is_endpoint_work(action) or isinstance(action, AttachZones | CreateZone)


def _is_endpoint_work(action: Action | None) -> bool:
    return isinstance(action, CreateEndpoint | RemoveBrokenEndpoint | ApproveConnection)
