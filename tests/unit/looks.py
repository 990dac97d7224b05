"""Looks at accounts, as a rehearsal of the planner and the guard shows them."""

from dataclasses import replace
from typing import Any

from remediation import guard, planner, verdicts
from remediation.desired import Desired
from remediation.observed import Observed
from remediation.report import Outcome, Result, Verdict
from remediation.terminal.look import Look, Survey
from tests import builders
from tests.builders import NOW

HOSTILE = '<img src=x onerror="alert(1)">[red]=cmd'


def look(desired: Desired | None = None, observed: Observed | None = None, **changes: Any) -> Look:
    """Of a compliant account, unless something else is said."""
    wanted, seen = desired or builders.desired(), observed or builders.observed()
    restrained = guard.restrain(planner.plan(wanted, seen), wanted, seen, NOW)
    actions = restrained.plan.actions
    results = tuple(Result(str(action), Outcome.DONE) for action in actions)
    report = builders.report(
        verdict=verdicts.verdict(builders.request().lane, restrained, results),
        profile=wanted.profile,
        drifts=verdicts.drifts(restrained),
        results=results,
    )
    shown = Look(report, seen.account, wanted, seen.network, actions, rehearsed=True)
    return replace(shown, **changes)


def opened(**desired: Any) -> Look:
    """Of an account that somebody opened."""
    account = builders.account(public_network_access="Enabled", acls=None)
    return look(builders.desired(**desired), builders.observed(account=account))


def unread() -> Look:
    """Of an account that may not be read."""
    failure = Result("Read the account", Outcome.FAILED, "no right to read", "AuthorizationFailed")
    report = builders.report(verdict=Verdict.STALLED, results=(failure,))
    return Look(report, rehearsed=True)


def hostile() -> Look:
    """Of an account whose region somebody chose with care."""
    found = opened()
    drifts = (replace(found.report.drifts[0], actual=HOSTILE, resource=f"/a/{HOSTILE}"),)
    return replace(found, report=replace(found.report, drifts=drifts))


def survey(*looks: Look, command: str = "scan", blind: tuple[str, ...] = ()) -> Survey:
    return Survey(command, NOW, looks, blind)
