"""Does a policy mean what its tests say? The cases of a file against the planner and the guard. Pure.

Nothing of Azure is asked: so a change of the policy can be reviewed where it is made, with what it would do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from remediation import guard, planner, policy, policy_sample
from remediation.clouds import PUBLIC
from remediation.observed import Observed
from remediation.plan import Action, ChangeAccount
from remediation.policy import OutOfScope
from remediation.policy_cases import Case, Cases, ExpectSection
from remediation.policy_document import Policy
from remediation.policy_file import load_as, places

# private-endpoint-dns.md: the zone of the kinds that have none of their own.
_USUAL_ZONES = ("privatelink.cognitiveservices.azure.com",)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case ended: `differs` holds the lines of the difference, none when it is as expected."""

    name: str
    where: str
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Made:
    """What the policy makes of an account."""

    profile: str
    findings: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    held: tuple[str, ...] = ()


def run(rules: Policy, text: str, file_name: str, now: datetime) -> tuple[Outcome, ...]:
    """Every case of a file; raises SettingsError with its mistakes, `where` being `file_name:line:column`."""
    cases = load_as(Cases, text, file_name).cases
    known = places(text)
    outcomes = []
    for number, case in enumerate(cases):
        line, column = known["cases", number]
        differs = tuple(_differences(case.expect, _made(rules, case, now)))
        outcomes.append(Outcome(case.name, f"{file_name}:{line}:{column}", differs))
    return tuple(outcomes)


# For a policy that speaks of all.
SOME_SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"


def _made(rules: Policy, case: Case, now: datetime) -> _Made:
    now = case.at or now
    alone = policy_sample.account(
        case.account, next(iter(rules.scope.subscriptions), SOME_SUBSCRIPTION), now
    )
    known = case.account.zones or policy.known_zones(alone.kind, PUBLIC)
    zones = _USUAL_ZONES if known is None else known
    desired = policy.desired_for(rules, alone, zones, None, now)
    if isinstance(desired, OutOfScope):
        return _Made("none")
    observed = Observed(*policy_sample.surrounded(alone, desired, zones, case.network))
    plan = planner.plan(desired, observed)
    restrained = guard.restrain(plan, desired, observed, now)
    return _Made(
        desired.profile,
        tuple(dict.fromkeys(finding.rule for finding in plan.findings)),
        tuple(dict.fromkeys(n for a in restrained.plan.actions for n in _names(a))),
        tuple(dict.fromkeys(f"{w.finding.rule}: {w.reason}" for w in restrained.withheld)),
    )


def _names(action: Action) -> tuple[str, ...]:
    changes = action.changes if isinstance(action, ChangeAccount) else (action,)
    return tuple(type(each).__name__ for each in changes)


def _differences(expected: ExpectSection, made: _Made) -> Iterator[str]:
    if expected.profile is not None and expected.profile != made.profile:
        yield from _compared("profile", (expected.profile,), (made.profile,))
    if expected.findings is not None and set(expected.findings) != set(made.findings):
        yield from _compared("findings", expected.findings, made.findings)
    if expected.actions is not None and expected.actions != made.actions:
        yield from _compared("actions", expected.actions, made.actions)
    if expected.held is not None:
        held = tuple(f"{rule}: {reason}" for rule, reason in expected.held.items())
        if set(held) != set(made.held):
            yield from _compared("held", held, made.held)


def _compared(what: str, expected: Sequence[str], made: Sequence[str]) -> Iterator[str]:
    """The lines of a diff: `-` was expected and is not there, `+` is there and was not expected."""
    yield f"{what}:"
    for each in expected:
        yield f"{' ' if each in made else '-'} {each}"
    for each in made:
        if each not in expected:
            yield f"+ {each}"
    if set(expected) == set(made):
        yield f"  in this order: {', '.join(made)}"
