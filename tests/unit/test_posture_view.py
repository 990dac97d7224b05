"""Who is counted as whom, what each profile lets Latch do, and which brakes hold it back?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from remediation import guard, planner, verdicts
from remediation.brakes import Brakes, Claim, Fight, Repeats
from remediation.desired import RuleGroup
from remediation.fleet import Checkpoint
from remediation.ids import ResourceId
from remediation.page import modes, overview, view
from remediation.page.form import Ask
from remediation.page.modes import Terms
from remediation.page.standing import Incident, Standing, standing
from remediation.report import Actor, ActorKind, Verdict
from tests import builders
from tests.builders import ACCOUNT, NOW, OTHER_ACCOUNT
from tests.unit import policy_texts

LATER = NOW + timedelta(hours=1)
ROBIN = Actor(ActorKind.USER, "Robin Example", "object-1")
TERRAFORM = Actor(ActorKind.APP, "terraform-ci", "object-2", "app-2")
FIGHT = Fight(3, ("Create private endpoint pe-latch-demo in vnet-hub",), (TERRAFORM,), LATER)


def culprits(*actors: Actor) -> list[tuple[str, str, int]]:
    """Of incidents that these actors caused, the newest first."""
    incidents = tuple(
        Incident(f"r{n}", ACCOUNT, f"e{n}", NOW - timedelta(minutes=n), actor=actor)
        for n, actor in enumerate(actors)
    )
    shown = view.view(view.Fleet(NOW, (), incidents, Checkpoint()), Ask())
    return [(each.name, each.id, each.incidents) for each in shown.culprits]


def held_by(brakes: Brakes, account: ResourceId = ACCOUNT) -> Standing:
    """An account whose endpoint is gone, as a pass left it that these brakes held back."""
    desired = builders.desired()
    observed = builders.observed(account=builders.account(connections=()), endpoints=())
    restrained = guard.restrain(planner.plan(desired, observed), desired, observed, NOW, brakes)
    told = builders.report(
        account=account,
        verdict=Verdict.HELD,
        profile="production",
        drifts=verdicts.drifts(restrained),
    )
    return standing(told, None, None, Repeats(), None)


def test_two_people_of_one_name_are_two() -> None:
    namesake = replace(ROBIN, object_id="object-9")

    assert culprits(ROBIN, namesake) == [
        ("Robin Example", "object-1", 1),
        ("Robin Example", "object-9", 1),
    ]


def test_one_person_under_two_spellings_is_one_by_the_newest() -> None:
    older = replace(ROBIN, name="robin@contoso.example", object_id="OBJECT-1")

    assert culprits(ROBIN, older, TERRAFORM) == [
        ("Robin Example", "object-1", 2),
        ("terraform-ci", "object-2", 1),
    ]


@pytest.mark.parametrize(
    ("actor", "told"),
    [
        pytest.param(Actor(ActorKind.APP, app_id="app-7"), ("app-7", "app-7", 1), id="by app id"),
        pytest.param(Actor(ActorKind.USER, "Kim"), ("Kim", "", 1), id="by name"),
        pytest.param(Actor(), ("somebody unknown", "", 1), id="unknown"),
    ],
)
def test_an_actor_is_known_by_what_the_event_tells(
    actor: Actor, told: tuple[str, str, int]
) -> None:
    assert culprits(actor) == [told]


def test_each_profile_says_what_latch_may_do() -> None:
    rules = policy_texts.load(
        policy_texts.MINIMAL.replace(
            "mode: enforce", "mode: {access: enforce, endpoint: audit, dns: audit}"
        )
        + "    rules: {zone-group: enforce}\n"
    )

    [told] = modes.terms(rules)

    assert told.profile == "all"
    assert dict(told.groups) == {
        RuleGroup.ACCESS: "enforce",
        RuleGroup.ENDPOINT: "audit",
        RuleGroup.DNS: "audit",
    }
    assert told.rules == (("zone-group", "enforce"),)


def test_what_is_held_back_is_counted_profile_by_profile() -> None:
    known = (Terms("sandbox"), Terms("production"))
    paused = held_by(Brakes(paused=True))
    fought = held_by(Brakes(fight=FIGHT), OTHER_ACCOUNT)
    past = replace(fought, profile="renamed", verdict=Verdict.CONVERGED)

    sandbox, production, renamed = modes.charges(known, (paused, fought, past))

    assert (sandbox.accounts, sandbox.held) == (0, ())
    assert (production.accounts, production.held) == (2, (("FLAPPING", 1), ("PAUSED", 1)))
    assert (renamed.terms, renamed.accounts, renamed.held) == (Terms("renamed"), 1, ())


def test_a_fight_tells_who_undoes_what_and_until_when_it_holds() -> None:
    [hold] = modes.holds([held_by(Brakes(fight=FIGHT))])

    assert (hold.reason, hold.accounts, hold.until) == ("FLAPPING", (ACCOUNT,), LATER)
    assert hold.says == str(FIGHT)
    assert "undone each time by terraform-ci (app id app-2, object id object-2)" in hold.says


def test_one_overload_is_one_brake_for_all_that_it_holds_back() -> None:
    first, second = (
        Claim(granted=False, counted=5, allowed=5, since=NOW, until=until)
        for until in (LATER, LATER + timedelta(minutes=5))
    )
    both = (held_by(Brakes(refused=first)), held_by(Brakes(refused=second), OTHER_ACCOUNT))

    [hold] = modes.holds(both)

    assert hold.accounts == (ACCOUNT, OTHER_ACCOUNT)
    assert hold.until == LATER + timedelta(minutes=5)
    assert hold.says.startswith("more than 5 accounts at once, since 2026-10-14")


def test_what_the_policy_holds_back_is_no_brake() -> None:
    assert modes.holds([held_by(Brakes(paused=True))]) == ()


def test_the_page_tells_modes_and_brakes() -> None:
    groups = (("access", "enforce"), ("endpoint", "audit"), ("dns", "audit"))
    fleet = view.Fleet(
        NOW,
        (held_by(Brakes(fight=FIGHT)),),
        (),
        Checkpoint(),
        terms=(Terms("production", groups, (("record", "enforce"),)),),
    )

    text = overview.page(view.view(fleet, Ask()))

    assert "1 brake on" in text
    assert "undone each time by terraform-ci" in text
    assert "Until 2026-10-14 10:00:00 UTC at the latest" in text
    for chip in ("access: enforce", "endpoint: audit", "record: enforce"):
        assert f">{chip}</span>" in text
    assert "FLAPPING: 1 account" in text
