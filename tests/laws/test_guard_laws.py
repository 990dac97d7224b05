"""What holds for everything that the guard lets through?"""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from remediation import guard, planner
from remediation.catalog import RULES
from remediation.model import Exemption
from remediation.plan import (
    ApproveConnection,
    AttachZones,
    CreateEndpoint,
    CreateZone,
    Finding,
    Plan,
    Reason,
    RemoveBrokenEndpoint,
    Restrained,
)
from tests.builders import NOW
from tests.laws.strategies import World, worlds

ALL_RULES = tuple(RULES)
# Links and records come last: nothing waits for them.
BUILT_UPON = CreateEndpoint | RemoveBrokenEndpoint | ApproveConnection | AttachZones | CreateZone
moments = st.sampled_from([timedelta(), timedelta(hours=1), timedelta(days=2)])


@st.composite
def restrained_worlds(draw: DrawFn) -> World:
    """Worlds in which something may be held back: by audit, exemption or grace."""
    world = draw(worlds())
    rules = draw(st.frozensets(st.sampled_from(ALL_RULES), max_size=3))
    exemption = Exemption(rules, NOW + timedelta(days=1), "a demo", "ai-team")
    desired = replace(
        world.desired,
        audited=draw(st.frozensets(st.sampled_from(ALL_RULES))),
        grace=draw(moments),
        exemptions=(exemption,) if draw(st.booleans()) else (),
    )
    born = draw(st.none() | st.just(NOW - timedelta(hours=2)))
    seen = replace(world.seen, account=replace(world.seen.account, created=born))
    return replace(world, desired=desired, seen=seen)


def plan(world: World) -> Plan:
    return planner.plan(world.desired, world.seen)


def restrain(world: World) -> Restrained:
    return guard.restrain(plan(world), world.desired, world.seen, NOW)


@given(restrained_worlds())
def test_the_guard_only_removes(world: World) -> None:
    planned = iter(plan(world).findings)

    assert all(finding in planned for finding in restrain(world).plan.findings)


@given(restrained_worlds())
def test_nothing_is_lost_between_free_and_held(world: World) -> None:
    restrained = restrain(world)
    parts = [*restrained.plan.findings, *(each.finding for each in restrained.withheld)]

    assert sorted(map(place, parts)) == sorted(map(place, plan(world).findings))


def place(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.resource.key, finding.expected


@given(restrained_worlds())
def test_nothing_is_done_for_an_audited_rule(world: World) -> None:
    done = {f.rule for f in restrain(world).plan.findings if f.remedy is not None}

    assert done & world.desired.audited == set()


@given(restrained_worlds())
def test_auditing_everything_leaves_no_action(world: World) -> None:
    audited = replace(world, desired=replace(world.desired, audited=frozenset(RULES)))

    assert restrain(audited).plan.actions == ()


@given(restrained_worlds())
def test_an_exempt_rule_is_never_acted_upon(world: World) -> None:
    free = {finding.rule for finding in restrain(world).plan.findings}

    assert not any(each.covers(rule) for each in world.desired.exemptions for rule in free)


@given(restrained_worlds())
def test_nothing_waits_for_a_remedy_that_the_policy_holds_back(world: World) -> None:
    restrained = restrain(world)
    built = [
        held
        for held in restrained.withheld
        if held.reason is not Reason.BUSY and isinstance(held.finding.remedy, BUILT_UPON)
    ]
    order = plan(world).findings
    first = min((order.index(held.finding) for held in built), default=len(order))

    assert not any(f.awaits and order.index(f) > first for f in restrained.plan.findings)


@given(worlds())
def test_without_a_reason_in_the_policy_only_a_busy_account_holds_back(world: World) -> None:
    assert {held.reason for held in restrain(world).withheld} <= {Reason.BUSY}


@given(worlds())
def test_what_the_fast_lane_does_is_what_the_full_lane_does_first(world: World) -> None:
    fast = restrain(replace(world, seen=replace(world.seen, network=None)))

    full = restrain(world).plan.actions
    assert fast.plan.actions == full[: len(fast.plan.actions)]
