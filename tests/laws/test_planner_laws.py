"""What holds for every plan, whatever the world looks like?"""

from contextlib import suppress
from dataclasses import replace
from typing import get_args

from hypothesis import given, settings

from remediation import planner
from remediation.errors import RemediationError
from remediation.model import Network, Observed
from remediation.plan import Action, CloseAccess, Plan
from tests.laws.oracle import is_no_looser, is_private, openness
from tests.laws.ownership import is_ours
from tests.laws.passes import Passes, finished
from tests.laws.strategies import World, worlds

# Tried with 2 to 6: a bare account needs zones, endpoint, approval with zone group, and a last look.
ENOUGH_PASSES = 5
# For the laws that must catch what happens in few worlds only.
MANY = 500


def plan(world: World) -> Plan:
    return planner.plan(world.desired, world.seen)


@settings(max_examples=MANY)
@given(worlds())
def test_silence_means_private(world: World) -> None:
    assert plan(world).findings or is_private(world.desired.dns, world.seen)


@settings(max_examples=MANY)
@given(worlds())
def test_what_is_private_and_asks_for_no_endpoint_of_its_own_is_left_alone(world: World) -> None:
    wanted = replace(world.desired, endpoint=None)

    assert not is_private(wanted.dns, world.seen) or planner.plan(wanted, world.seen).actions == ()


@settings(max_examples=MANY)
@given(worlds())
def test_what_can_be_cured_is_cured_within_a_few_passes(world: World) -> None:
    passes = Passes(world)

    passes.several(ENOUGH_PASSES)

    left = passes.plan().findings
    assert world.final or not left, left
    assert left or is_private(world.desired.dns, passes.look())


@given(worlds())
def test_what_is_left_in_the_end_is_for_a_person(world: World) -> None:
    passes = Passes(world)

    passes.several(ENOUGH_PASSES)

    assert passes.plan().actions == ()


@given(worlds())
def test_what_is_cured_is_left_alone(world: World) -> None:
    passes = Passes(world)
    passes.several(ENOUGH_PASSES)
    done = tuple(passes.cloud.applied)

    passes.several(2)

    assert tuple(passes.cloud.applied) == done


@given(worlds())
def test_no_action_opens_anything(world: World) -> None:
    passes = Passes(world)
    for action in plan(world).actions:
        passes.azure.settle()
        before = passes.look().account
        with suppress(RemediationError):
            finished(passes.cloud.apply(action))
        after = passes.look().account

        assert openness(after) <= openness(before)
        assert is_no_looser(after.acls, before.acls)


@given(worlds())
def test_the_same_world_gives_the_same_plan(world: World) -> None:
    assert plan(world) == plan(world)


@given(worlds())
def test_closing_comes_first(world: World) -> None:
    closing = [isinstance(action, CloseAccess) for action in plan(world).actions]

    assert closing == sorted(closing, reverse=True)
    assert sum(closing) <= 1


@given(worlds())
def test_what_the_fast_lane_finds_is_what_the_full_lane_finds_first(world: World) -> None:
    fast = planner.plan(world.desired, Observed(world.seen.account))

    assert fast.findings == plan(world).findings[: len(fast.findings)]


@given(worlds())
def test_only_the_closed_union_is_emitted(world: World) -> None:
    assert {type(action) for action in plan(world).actions} <= set(get_args(Action.__value__))


def test_no_action_deletes() -> None:
    names = {action.__name__ for action in get_args(Action.__value__)}

    assert [name for name in names if any(word in name for word in ("Delete", "Remove"))] == []


@settings(max_examples=MANY)
@given(worlds())
def test_what_is_foreign_is_never_touched(world: World) -> None:
    foreign = [a for a in plan(world).actions if not is_ours(a, world.desired, world.seen)]

    assert foreign == []


@given(worlds())
def test_only_closing_is_done_to_an_account_that_has_no_path(world: World) -> None:
    nothing_asked = replace(world.desired, endpoint=None, dns=None)
    bare = replace(world.seen, network=Network())

    actions = planner.plan(nothing_asked, bare).actions

    assert {type(action) for action in actions} <= {CloseAccess}
