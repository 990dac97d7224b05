"""Does the page show an account as it stands, also where the planner has nothing to say of a part?"""

from dataclasses import replace

import pytest

from remediation import guard, planner, verdicts
from remediation.brakes import Repeats
from remediation.page.legs import legs
from remediation.page.parts import Part, State
from remediation.page.standing import Standing, standing
from remediation.report import Drift, Outcome, Result, Verdict
from tests import builders
from tests.builders import ACCOUNT, NOW

OPEN = Drift("public-access", ACCOUNT.text, "closed", "open", "critical")
STANDS = Standing(ACCOUNT, Verdict.STALLED, NOW, "production", has_endpoint=True, has_names=True)


def found(rule: str, severity: str = "warning", withheld: str = "") -> Standing:
    drift = Drift(rule, ACCOUNT.text, "as the policy wants it", "otherwise", severity, withheld)
    return replace(STANDS, drifts=(drift,))


def states(of: Standing) -> dict[Part, State]:
    return {leg.part: leg.state for leg in legs(of)}


@pytest.mark.parametrize(
    ("stands", "is_private"),
    [
        pytest.param(replace(STANDS, drifts=(OPEN,)), False, id="open"),
        pytest.param(found("endpoint-missing"), True, id="closed, though cut off"),
        pytest.param(found("network-support"), None, id="of a kind that cannot be closed"),
        pytest.param(found("perimeter", "notice"), None, id="in a perimeter"),
        pytest.param(replace(STANDS, failure="no right to read"), None, id="not to be read"),
    ],
)
def test_private_is_only_what_is_known_to_be(stands: Standing, *, is_private: bool | None) -> None:
    assert stands.is_private is is_private


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ("endpoint-missing", {Part.ENDPOINT, Part.ADDRESS, Part.ZONE}),
        ("zone-missing", {Part.ZONE, Part.LINK}),
        ("zone-link", {Part.LINK}),
        ("network-support", set(Part) - {Part.PROOF}),
    ],
)
def test_what_is_not_there_takes_along_what_depends_on_it(rule: str, broken: set[Part]) -> None:
    shown = states(found(rule))

    assert {part for part, state in shown.items() if state is State.BROKEN} == broken


def test_what_azure_works_on_is_waited_for() -> None:
    assert states(found("endpoint-missing", withheld="BUSY"))[Part.ENDPOINT] is State.WAITING
    assert states(found("endpoint-missing", withheld="AUDIT"))[Part.ENDPOINT] is State.HELD


def after_closing(outcome: Outcome, verdict: Verdict) -> Standing:
    """After a pass that found the account open and without an endpoint, and did what it could at once."""
    account = builders.account(public_network_access="Enabled", acls=None, connections=())
    observed = builders.observed(account=account, endpoints=())
    desired = builders.desired()
    restrained = guard.restrain(planner.plan(desired, observed), desired, observed, NOW)
    results = tuple(Result(str(each), outcome) for each in restrained.plan.actions)
    drifts = verdicts.drifts(restrained, results)
    told = builders.report(verdict=verdict, drifts=drifts, results=results)
    return standing(replace(told, profile="production"), None, None, Repeats(), None)


def test_what_the_waiting_pass_itself_closed_is_open_no_more() -> None:
    found = after_closing(Outcome.DONE, Verdict.WAITING)

    assert {"public-access", "endpoint-missing"} <= {drift.rule for drift in found.open_drifts}
    assert (found.is_exposed, found.is_private) == (False, True)
    assert states(found)[Part.ACCESS] is State.WAITING
    assert "put it right" in legs(found)[0].says


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.UNSURE, Outcome.WAITING])
def test_what_may_not_have_been_closed_is_open_still(outcome: Outcome) -> None:
    assert after_closing(outcome, Verdict.WAITING).is_exposed


def test_how_long_it_was_open_is_known_until_the_cure_is_whole() -> None:
    opened = replace(builders.report(drifts=(OPEN,)), exposed_seconds=4.2)
    waits = builders.report(verdict=Verdict.WAITING, drifts=(replace(OPEN, rule="zone-link"),))

    assert standing(waits, None, opened, Repeats(), None).exposed_seconds == 4.2
