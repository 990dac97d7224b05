"""Is every rule needed? Without it there is a world that its planner takes for private, and that is not."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from remediation import planner
from remediation.model import Desired, NetworkAcls, Observed
from remediation.path import Path
from remediation.plan import Finding, Plan
from tests.builders import account, connection, desired, endpoint, observed, zone
from tests.laws.oracle import is_private

type Rule = Callable[[Any], Iterator[Finding]]

RULES: tuple[Rule, ...] = (*planner.ACCESS_RULES, *planner.PATH_RULES)

# For each rule a world in which nothing but what it looks at is wrong.
WRONG: dict[str, Observed] = {
    "public_access": observed(account=account(public_network_access="Enabled")),
    "network_acls": observed(account=account(acls=NetworkAcls("Allow"))),
    "endpoint_missing": observed(account=account(connections=()), endpoints=()),
    "endpoint_state": observed(endpoints=[endpoint(state="Updating")]),
    "connection_state": observed(account=account(connections=(connection("Rejected"),))),
    "zone_missing": observed(zones=()),
    "zone_link": observed(zones=[zone(links=())]),
    "zone_group": observed(endpoints=[endpoint(zone_group=None)]),
    "record": observed(zones=[zone(record=None)]),
}


def plan_without(left_out: Rule, wanted: Desired, seen: Observed) -> Plan:
    """The plan of a planner that lacks one rule."""
    assert seen.network is not None
    path = Path.trace(wanted, seen.account, seen.network)
    access = [
        f for rule in planner.ACCESS_RULES if rule is not left_out for f in rule(seen.account)
    ]
    rest = [f for rule in planner.PATH_RULES if rule is not left_out for f in rule(path)]
    return Plan((*access, *rest))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_without_the_rule_silence_would_not_mean_private(rule: Rule) -> None:
    seen = WRONG[rule.__name__]

    assert plan_without(rule, desired(), seen).findings == ()
    assert not is_private(desired().dns, seen)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_finds_what_is_wrong(rule: Rule) -> None:
    (finding,) = planner.plan(desired(), WRONG[rule.__name__]).findings

    assert finding.rule == rule.__name__.replace("_", "-")


def test_the_oracle_takes_a_compliant_account_for_private() -> None:
    assert is_private(desired().dns, observed())
