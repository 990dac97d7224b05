"""What holds for everything that the guard lets through?"""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from remediation import brakes, guard, planner
from remediation.brakes import BlastLimit, Brakes, Claim, Fight, FightLimit, Revert, Tally
from remediation.catalog import RULES
from remediation.desired import Exemption
from remediation.plan import (
    ApproveConnection,
    AttachZones,
    CreateEndpoint,
    CreateZone,
    Finding,
    Plan,
    RemoveBrokenEndpoint,
    is_account_change,
)
from remediation.report import Actor, ActorKind
from remediation.restraint import Reason, Restrained
from tests.builders import NOW
from tests.laws.strategies import World, worlds

ALL_RULES = tuple(RULES)
# Links and records come last: nothing waits for them.
BUILT_UPON = CreateEndpoint | RemoveBrokenEndpoint | ApproveConnection | AttachZones | CreateZone
ROBIN = Actor(ActorKind.USER, "Robin Example")
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


# The brakes ------------------------------------------------------------------------------------------------------

FIGHT = Fight(3, ("Create private endpoint",), (), NOW + timedelta(hours=1))
REFUSED = Claim(granted=False, counted=9, allowed=9, since=NOW, until=NOW + timedelta(hours=1))
brakes_without_a_pause = st.builds(
    Brakes,
    fight=st.none() | st.just(FIGHT),
    refused=st.none() | st.just(REFUSED),
)
windows = st.sampled_from([timedelta(minutes=m) for m in (1, 5, 60)])
steps = st.sampled_from([timedelta(seconds=s) for s in (0, 1, 20, 61, 600)])


@given(restrained_worlds(), brakes_without_a_pause)
def test_closing_is_never_held_back_by_a_fight_or_an_overload(world: World, held: Brakes) -> None:
    braked = guard.restrain(plan(world), world.desired, world.seen, NOW, held).plan.findings

    assert closings(braked) == closings(restrain(world).plan.findings)


def closings(findings: tuple[Finding, ...]) -> list[Finding]:
    return [finding for finding in findings if is_account_change(finding.remedy)]


@given(restrained_worlds(), st.sampled_from([Brakes(fight=FIGHT), Brakes(refused=REFUSED)]))
def test_nothing_but_closing_goes_on_under_a_brake(world: World, held: Brakes) -> None:
    braked = guard.restrain(plan(world), world.desired, world.seen, NOW, held).plan.findings

    assert [f for f in braked if f.remedy is not None] == closings(braked)


@given(restrained_worlds(), brakes_without_a_pause)
def test_nothing_at_all_goes_on_in_a_pause(world: World, held: Brakes) -> None:
    paused = replace(held, paused=True)

    restrained = guard.restrain(plan(world), world.desired, world.seen, NOW, paused)

    assert restrained.plan.actions == ()


@given(restrained_worlds(), brakes_without_a_pause)
def test_nothing_is_lost_under_the_brakes(world: World, held: Brakes) -> None:
    restrained = guard.restrain(plan(world), world.desired, world.seen, NOW, held)
    parts = [*restrained.plan.findings, *(each.finding for each in restrained.withheld)]

    told = [finding for finding in parts if finding.rule != guard.FIGHT_RULE]
    assert sorted(map(place, told)) == sorted(map(place, plan(world).findings))


@given(st.integers(1, 4), windows, st.lists(st.tuples(steps, st.sampled_from("ab")), max_size=40))
def test_the_same_thing_is_put_back_no_more_often_than_the_limit_says(
    times: int, within: timedelta, drifts: list[tuple[timedelta, str]]
) -> None:
    """Somebody takes `a` or `b` away, and Latch puts it back, or stands back."""
    limit, now, past = FightLimit(times, within), NOW, tuple[Revert, ...]()
    done: list[tuple[datetime, str]] = []
    for step, action in drifts:
        now += step
        if brakes.fight(past, [action], limit, now) is None:
            done.append((now, action))
            # Each drift has a cause of its own, even two in one second.
            cause = now - timedelta(microseconds=len(done))
            past = brakes.remembered(past, [Revert(action, now, cause, ROBIN)], limit, now)

    for end, action in done:
        counted = [at for at, other in done if other == action and end - within < at <= end]
        assert len(counted) <= times


@given(
    st.integers(1, 3),
    windows,
    st.none() | st.integers(0, 40),
    st.lists(st.tuples(steps, st.sampled_from("abcdefgh")), max_size=40),
)
def test_no_more_accounts_are_put_back_than_the_limit_says(
    accounts: int, within: timedelta, fleet: int | None, claims: list[tuple[timedelta, str]]
) -> None:
    limit, now, tally = BlastLimit(accounts, 10, within), NOW, Tally(fleet=fleet)
    granted: list[tuple[datetime, str]] = []
    for step, account in claims:
        now += step
        tally, claim = tally.claim(account, limit, now)
        if claim.granted:
            granted.append((now, account))

    for end, _ in granted:
        counted = {account for at, account in granted if end - within < at <= end}
        assert len(counted) <= limit.allowed(fleet)


@given(windows, st.lists(steps, max_size=20))
def test_every_overload_ends(within: timedelta, waits: list[timedelta]) -> None:
    limit, now, tally = BlastLimit(1, 100, within), NOW, Tally()
    tally, _ = tally.claim("first", limit, now)
    for step in waits:
        now += step
        tally, claim = tally.claim("second", limit, now)
        if not claim.granted:
            assert claim.until is not None
            _, later = tally.claim("second", limit, claim.until)
            assert later.granted
