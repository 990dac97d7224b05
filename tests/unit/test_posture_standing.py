"""Does the page show an account as it stands, also where the planner has nothing to say of a part?"""

from dataclasses import replace

import pytest

from remediation.page.standing import Part, Standing, State
from remediation.report import Drift, Verdict
from tests.builders import ACCOUNT, NOW

OPEN = Drift("public-access", ACCOUNT.text, "closed", "open", "critical")
STANDS = Standing(ACCOUNT, Verdict.STALLED, NOW, "production", has_endpoint=True, has_names=True)


def found(rule: str, severity: str = "warning", withheld: str = "") -> Standing:
    drift = Drift(rule, ACCOUNT.text, "as the policy wants it", "otherwise", severity, withheld)
    return replace(STANDS, drifts=(drift,))


def states(of: Standing) -> dict[Part, State]:
    return {leg.part: leg.state for leg in of.legs}


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
