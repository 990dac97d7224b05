"""The catalog of losses is whole, and says what the code does."""

import json
from itertools import chain
from pathlib import Path
from typing import get_args

import pytest

from remediation import plan, planner, watch
from remediation.catalog import RULES, Default, Rule
from remediation.coverage import BESIDE, NOT_SUBSUMED, PROVEN_BY
from remediation.losses import LOSSES, Loss
from remediation.observed import Observed
from remediation.policy_words import RuleName
from tests.builders import account, connection, desired, observed, zone

ROOT = Path(__file__).parents[2]
SIGNALS = {signal.name: signal for loss in LOSSES.values() for signal in loss.signals}
# The union of what the scanners check, by the letters of remediation/coverage.py.
CHECKS = {
    f"{letter}{number}"
    for letter, last in (("A", 9), ("B", 10), ("C", 11), ("D", 9), ("E", 3), ("F", 2))
    for number in range(1, last + 1)
}
ACTIONS = {
    plan.CloseAccess,
    plan.RestrictNetwork,
    plan.DisableLocalAuth,
    plan.RestrictOutbound,
    plan.CreateEndpoint,
    plan.RemoveBrokenEndpoint,
    plan.ApproveConnection,
    plan.AttachZones,
    plan.CreateZone,
    plan.LinkZone,
    plan.PutRecord,
}

every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=lambda loss: loss.what)


def test_each_of_the_thirty_losses_is_there_once() -> None:
    assert list(range(1, 31)) == list(LOSSES)
    assert len(LOSSES) == len({loss.what for loss in LOSSES.values()})


def test_a_policy_may_name_every_rule_and_no_other() -> None:
    assert tuple(RULES) == get_args(RuleName)


def test_every_rule_finds_a_loss_or_is_explained() -> None:
    by_losses = set(chain.from_iterable(loss.rules for loss in LOSSES.values()))
    beside = set(chain.from_iterable(each.rules for each in BESIDE))

    assert set(RULES) == by_losses | beside


@every_loss
def test_a_loss_is_found_by_a_rule_or_watched(loss: Loss) -> None:
    assert loss.rules or loss.topics
    assert loss.signals


@every_loss
def test_what_is_never_undone_has_no_remedy_and_all_else_has_one(loss: Loss) -> None:
    assert (loss.default is Default.NEVER) == (loss.remedies == ())
    assert (loss.default is Default.OPT_IN) <= bool(loss.switch)


@every_loss
def test_only_a_rule_that_may_remedy_undoes_a_loss(loss: Loss) -> None:
    able = [rule for rule in loss.rules if RULES[rule].default is not Default.NEVER]

    assert bool(loss.remedies) <= bool(able)


def test_the_remedies_are_the_actions() -> None:
    named = set(chain.from_iterable(loss.remedies for loss in LOSSES.values()))

    assert named == {action.__name__ for action in ACTIONS}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_what_a_rule_asks_for_switches_a_loss_on(rule: Rule) -> None:
    switches = [loss.switch for loss in LOSSES.values() if rule.name in loss.rules]

    assert not rule.asks or all(rule.asks in switch for switch in switches)


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(
            observed(
                account=account(
                    public_network_access=None, acls=None, connections=(), subdomain=None
                ),
                endpoints=(),
                zones=(),
            ),
            id="an open account without anything",
        ),
        pytest.param(
            observed(
                account=account(connections=(connection("Rejected"),)), zones=[zone(links=())]
            ),
            id="a broken private path",
        ),
    ],
)
def test_what_is_found_bears_the_name_and_the_group_of_its_rule(found: Observed) -> None:
    findings = planner.plan(desired(), found).findings

    assert [RULES[f.rule].group for f in findings] == [f.group for f in findings]
    assert all(f.remedy is None for f in findings if RULES[f.rule].default is Default.NEVER)


def test_every_operation_of_the_filter_is_a_signal() -> None:
    shipped = json.loads((ROOT / "infra/shared/event-filter.json").read_text("utf-8"))
    operations = {name for each in shipped["advancedFilters"] for name in each["values"]}

    assert operations - set(SIGNALS) == set()


def test_a_signal_that_is_watched_is_published_as_the_watch_says() -> None:
    watched = {each.name: each.published for each in watch.OPERATIONS.values()}
    both = watched.keys() & SIGNALS.keys()

    assert {name: SIGNALS[name].published for name in both} == {
        name: watched[name] for name in both
    }


def test_every_check_of_other_tools_is_made_or_left_out_with_a_reason() -> None:
    made = set(chain.from_iterable(loss.subsumes for loss in LOSSES.values()))
    made |= set(chain.from_iterable(each.subsumes for each in BESIDE))

    assert made | set(NOT_SUBSUMED) == CHECKS
    assert made & set(NOT_SUBSUMED) == set()
    assert all(NOT_SUBSUMED.values())


@pytest.mark.parametrize(
    "test", [pytest.param(test, id=f"{row} {test}") for row in PROVEN_BY for test in PROVEN_BY[row]]
)
def test_the_test_that_proves_a_loss_exists(test: str) -> None:
    path, _, name = test.partition("::")

    assert f"def {name}(" in (ROOT / path).read_text("utf-8")
