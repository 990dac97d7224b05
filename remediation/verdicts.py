"""What has a pass come to, and how does its report put it? Pure: no clock, no network, no logging."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from remediation.errors import RemediationError, Retryable
from remediation.ids import ResourceId
from remediation.plan import Action, ChangeAccount, Finding, Plan, Severity, is_account_change
from remediation.proof import Proof
from remediation.report import Drift, Lane, Outcome, Report, Result, Trigger, Verdict
from remediation.restraint import Reason, Restrained

# No rule of the planner: it needs eyes.
UNPROVEN_RULE = "proof"


def failed(action: str, error: RemediationError) -> Result:
    """How an action ended that raised."""
    if isinstance(error, Retryable):
        return Result(action, Outcome.WAITING, str(error), error.code, error.retry_after)
    return Result(action, Outcome.FAILED, str(error), getattr(error, "code", ""))


def verdict(lane: Lane, restrained: Restrained, results: Sequence[Result]) -> Verdict:
    """What looking again can still change comes first, then what a person must do, then what is held back."""
    outcomes = {result.outcome for result in results}
    findings = restrained.plan.findings
    unended = bool(outcomes & {Outcome.WAITING, Outcome.UNSURE})
    waits = unended or any(finding.awaits for finding in findings)
    busy = any(each.reason is Reason.BUSY for each in restrained.withheld)
    acted = bool(outcomes & {Outcome.DONE, Outcome.STARTED})
    if lane is Lane.FAST and acted and not waits and Outcome.FAILED not in outcomes:
        return Verdict.REMEDIED
    if waits or busy or acted:
        return Verdict.WAITING
    if Outcome.FAILED in outcomes or any(finding.remedy is None for finding in findings):
        return Verdict.STALLED
    return Verdict.HELD if restrained.withheld else Verdict.CONVERGED


def unproven(account: ResourceId, proof: Proof) -> Drift:
    """Resource Manager says that all is well, and clients see something else: resolvers may need a moment."""
    return Drift(
        UNPROVEN_RULE,
        account.text,
        "clients find what Resource Manager says",
        proof.summary,
        Severity.WARNING.value,
        awaits=True,
    )


def drifts(restrained: Restrained, results: Sequence[Result] = ()) -> tuple[Drift, ...]:
    """What was found: first what was free to be acted on, then what was held back."""
    done = frozenset(_done(restrained.plan, results))
    free = tuple(
        replace(_drift(finding), cured=finding.remedy in done)
        for finding in restrained.plan.findings
    )
    held = tuple(
        replace(
            _drift(each.finding),
            withheld=each.reason.value,
            message=each.message,
            until=each.until,
        )
        for each in restrained.withheld
    )
    return free + held


def exposed(report: Report, plan: Plan) -> float | None:
    """Seconds from the end of the write that opened the account to our closing of it; only an event tells them."""
    was_open = any(
        finding.severity is Severity.CRITICAL and is_account_change(finding.remedy)
        for finding in plan.findings
    )
    changed = any(
        isinstance(action, ChangeAccount) or is_account_change(action)
        for action, result in zip(plan.actions, report.results, strict=False)
        if result.outcome is Outcome.DONE
    )
    if not (was_open and changed) or report.cause.trigger is not Trigger.EVENT:
        return None
    return max((report.ended - report.cause.at).total_seconds(), 0.0)


def _done(plan: Plan, results: Sequence[Result]) -> Iterator[Action]:
    """The remedies that took effect at once; a result stands where its action does."""
    for action, result in zip(plan.actions, results, strict=False):
        if result.outcome is Outcome.DONE:
            yield from action.changes if isinstance(action, ChangeAccount) else (action,)


def _drift(finding: Finding) -> Drift:
    return Drift(
        finding.rule,
        finding.resource.text,
        finding.expected,
        finding.actual,
        finding.severity.value,
        awaits=finding.awaits,
    )
