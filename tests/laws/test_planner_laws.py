"""What holds for every plan, whatever the world looks like?"""

from contextlib import suppress
from dataclasses import replace
from typing import TypeAliasType, get_args

from hypothesis import given, settings

from remediation import planner
from remediation.desired import Recreate
from remediation.errors import RemediationError
from remediation.observed import Network, Observed
from remediation.path import spec_of
from remediation.plan import (
    Action,
    ApproveConnection,
    AttachZones,
    ChangeAccount,
    Plan,
    PutRecord,
    RemoveBrokenEndpoint,
    is_account_change,
)
from tests.laws import others
from tests.laws.oracle import is_no_looser, is_private
from tests.laws.ownership import is_ours
from tests.laws.passes import Passes, finished
from tests.laws.strategies import World, broken_worlds, worlds

# Tried with 2 to 7: one closes an account, others delete its broken endpoint, create it, approve and register it.
ENOUGH_PASSES = 6
# What serves an endpoint, and would be lost with it.
SERVING = (ApproveConnection, AttachZones, PutRecord)
# For the laws that must catch what happens in few worlds only.
MANY = 300


def plan(world: World) -> Plan:
    return planner.plan(world.desired, world.seen)


@settings(max_examples=MANY)
@given(worlds())
def test_silence_means_private(world: World) -> None:
    assert plan(world).findings or is_private(world.desired, world.seen)


@settings(max_examples=MANY)
@given(worlds())
def test_what_is_private_and_asks_for_no_endpoint_of_its_own_is_left_alone(world: World) -> None:
    wanted = replace(world.desired, endpoint=None)
    known = wanted.dns is not None and is_private(wanted, world.seen)

    assert not known or planner.plan(wanted, world.seen).actions == ()


@settings(max_examples=MANY)
@given(worlds())
def test_what_can_be_cured_is_cured_within_a_few_passes(world: World) -> None:
    passes = Passes(world)

    passes.several(ENOUGH_PASSES)

    left = passes.plan().findings
    assert world.final or not left, left
    assert left or is_private(world.desired, passes.look())


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

        assert is_no_looser(after, before, world.desired.selected)


@given(worlds())
def test_the_same_world_gives_the_same_plan(world: World) -> None:
    assert plan(world) == plan(world)


@given(worlds())
def test_closing_comes_first(world: World) -> None:
    closing = [is_a_change(action) for action in plan(world).actions]

    assert closing == sorted(closing, reverse=True)
    assert sum(closing) <= 1


def is_a_change(action: Action) -> bool:
    """Of the account itself: Azure takes one at a time."""
    return isinstance(action, ChangeAccount) or is_account_change(action)


@given(worlds())
def test_what_the_fast_lane_finds_is_what_the_full_lane_finds_first(world: World) -> None:
    fast = planner.plan(world.desired, Observed(world.seen.account))

    assert fast.findings == plan(world).findings[: len(fast.findings)]


@given(worlds())
def test_only_the_closed_union_is_emitted(world: World) -> None:
    assert {type(action) for action in plan(world).actions} <= every_action()


def every_action() -> set[type]:
    """The members of the union, those of the union within it too."""
    members = get_args(Action.__value__)
    inner = [get_args(each.__value__) for each in members if isinstance(each, TypeAliasType)]
    return set(members) | {each for union in inner for each in union}


def test_only_one_action_deletes() -> None:
    names = {action.__name__ for action in every_action()}
    deleting = {name for name in names if any(word in name for word in ("Delete", "Remove"))}

    assert deleting == {RemoveBrokenEndpoint.__name__}


@settings(max_examples=MANY)
@given(broken_worlds())
def test_only_what_never_heals_is_deleted_and_by_itself(world: World) -> None:
    actions = plan(world).actions
    deleting = [action for action in actions if isinstance(action, RemoveBrokenEndpoint)]

    assert len(deleting) <= 1
    assert all(is_ours(action, world.desired, world.seen) for action in deleting)
    assert not deleting or not any(isinstance(each, SERVING) for each in actions)


@settings(max_examples=MANY)
@given(broken_worlds())
def test_what_is_deleted_is_created_again_as_it_was_asked_for(world: World) -> None:
    passes = Passes(world)
    passes.several(ENOUGH_PASSES)

    deleted = [each for each in passes.cloud.applied if isinstance(each, RemoveBrokenEndpoint)]
    assert len(deleted) <= 1
    for each in deleted:
        made = passes.azure.endpoints[each.endpoint]
        assert world.desired.endpoint is not None
        assert spec_of(made) == replace(
            world.desired.endpoint, recreate=Recreate.MISSING, others=()
        )
        assert dict(made.static_ips).items() <= {(a.member, a.ip) for a in made.addresses}


@settings(max_examples=MANY)
@given(worlds())
def test_no_action_names_what_is_foreign(world: World) -> None:
    foreign = [a for a in plan(world).actions if not is_ours(a, world.desired, world.seen)]

    assert foreign == []


@settings(max_examples=MANY)
@given(worlds() | broken_worlds())
def test_what_belongs_to_others_stays_as_it_was(world: World) -> None:
    passes = Passes(world)
    before = others.belongings(passes.azure, world.desired)

    for _ in range(ENOUGH_PASSES):
        seen = passes.look()
        actions = planner.plan(world.desired, seen).actions
        assert [each for each in actions if not is_ours(each, world.desired, seen)] == []
        passes.several(1)

    assert before == others.belongings(passes.azure, world.desired)


@given(worlds())
def test_an_account_without_a_path_is_only_restricted(world: World) -> None:
    nothing_asked = replace(world.desired, endpoint=None, dns=None)
    bare = replace(world.seen, network=Network())

    actions = planner.plan(nothing_asked, bare).actions

    assert all(map(is_a_change, actions))
