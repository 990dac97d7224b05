"""What holds for every plan, whatever the world looks like?"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediation import guard, planner
from remediation.errors import RemediationError
from remediation.model import Account, Exemption, NetworkAcls, Observed, RuleGroup
from remediation.path import Path
from remediation.plan import (
    Action,
    ApproveConnection,
    AttachZones,
    CloseAccess,
    CreateEndpoint,
    CreateZone,
    Finding,
    LinkZone,
    Plan,
    PutRecord,
)
from tests.builders import (
    NOW,
    account,
    connection,
    desired,
    endpoint,
    observed,
    zone,
)
from tests.laws.oracle import is_closed, is_no_looser, is_private, openness
from tests.laws.passes import Passes, finished
from tests.laws.strategies import World, worlds

# Tried with 1 to 6: an open, bare account needs so many, for closing, zones, endpoint, zone group and a last look.
ENOUGH_PASSES = 5

type Rule = Callable[[Any], Iterator[Finding]]
RULES: tuple[Rule, ...] = (*planner.ACCESS_RULES, *planner.PATH_RULES)


def plan_without(left_out: Rule | None, world: World) -> Plan:
    """The plan of a planner that lacks one rule."""
    seen = world.seen
    assert seen.network is not None
    path = Path.trace(world.desired, seen.account, seen.network)
    access = [
        f for rule in planner.ACCESS_RULES if rule is not left_out for f in rule(seen.account)
    ]
    rest = [f for rule in planner.PATH_RULES if rule is not left_out for f in rule(path)]
    return Plan((*access, *rest))


def plan(world: World) -> Plan:
    return planner.plan(world.desired, world.seen)


@given(worlds())
def test_silence_means_private(world: World) -> None:
    assert plan(world).findings or is_private(world.desired.dns, world.seen)


@given(worlds())
def test_what_can_be_cured_is_cured_within_a_few_passes(world: World) -> None:
    passes = Passes(world.desired, world.seen)

    passes.several(ENOUGH_PASSES)

    left = passes.plan().findings
    assert world.final or not left, left
    assert left or is_private(world.desired.dns, passes.look())


@given(worlds())
def test_what_is_left_in_the_end_is_for_a_person(world: World) -> None:
    passes = Passes(world.desired, world.seen)

    passes.several(ENOUGH_PASSES)

    assert [f for f in passes.plan().findings if f.remedy is not None] == []


@given(worlds())
def test_a_cured_account_is_left_alone(world: World) -> None:
    passes = Passes(world.desired, world.seen)
    passes.several(ENOUGH_PASSES)
    done = tuple(passes.cloud.applied)

    passes.several(2)

    assert tuple(passes.cloud.applied) == done


@given(worlds())
def test_no_action_opens_anything(world: World) -> None:
    passes = Passes(world.desired, world.seen)
    for action in plan(world).actions:
        passes.azure.settle()
        before = passes.look().account
        with suppress(RemediationError):
            finished(passes.cloud.apply(action))
        after = passes.look().account

        assert openness(after) <= openness(before)
        assert is_no_looser(after.acls, before.acls)
