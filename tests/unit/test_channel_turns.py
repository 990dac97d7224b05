"""What a channel sends now, what it keeps for later, and when it looks again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from remediation.channel import Channel, Every, Kind, Rate, Route, Standing, Vendor
from remediation.channels import bucket, heartbeat, letter, routing, turn, word
from remediation.channels.letter import Form
from remediation.channels.turn import State, Waiting
from remediation.plan import Severity
from tests.builders import NOW
from tests.told import alert

MINUTE = timedelta(minutes=1)
TEAMS = Channel("teams", Vendor.TEAMS, rate=Rate(3, 6), window=MINUTE)
ON_CALL = Channel("on-call", Vendor.PAGERDUTY, rate=Rate(2, 6))
MACHINE = Channel("machine", Vendor.WEBHOOK)


def waiting(number: int = 1, kind: str = "Closed", *, ends: bool = False, **data: Any) -> Waiting:
    told = word.read(alert(number, kind, **data))
    return Waiting(f"waiting|{number:04d}|{told.id}", told, NOW, ends)


def by(number: int, kind: str = "Closed", **data: Any) -> Waiting:
    """Each by another actor."""
    actor = {"name": f"somebody {number}", "objectId": str(number)}
    return waiting(number, kind, actor=actor, **data)


# When --------------------------------------------------------------------------------------------------------------


def test_an_alert_waits_for_others_of_its_actor() -> None:
    assert turn.decide(TEAMS, [waiting()], State(), NOW) == ()
    assert turn.look_again(TEAMS, [waiting()], State(), NOW) == NOW + MINUTE
    assert len(turn.decide(TEAMS, [waiting()], State(), NOW + MINUTE)) == 1


def test_what_is_critical_goes_at_once_and_takes_along_what_its_actor_did_before() -> None:
    (sent,) = turn.decide(TEAMS, [waiting(1), waiting(2, "Stalled"), by(3)], State(), NOW)

    assert [each.name for each in sent.words] == ["latch-demo-2", "latch-demo-1"]


def test_nothing_is_tried_while_a_channel_is_down() -> None:
    down = State(down_until=NOW + MINUTE)

    assert turn.decide(MACHINE, [waiting()], down, NOW) == ()
    assert turn.look_again(MACHINE, [waiting()], down, NOW) == NOW + MINUTE
    assert len(turn.decide(MACHINE, [waiting()], down, NOW + MINUTE)) == 1


def test_what_was_set_aside_waits_and_the_others_do_not() -> None:
    aside = replace(waiting(1), aside_until=NOW + turn.ASIDE)

    assert [2] == [len(turn.decide(MACHINE, [waiting(2), waiting(3), aside], State(), NOW))]
    assert turn.look_again(MACHINE, [aside], State(), NOW) == NOW + turn.ASIDE


def test_where_nothing_waits_nobody_looks_again() -> None:
    assert turn.look_again(TEAMS, [], State(), NOW) is None


def test_an_empty_bucket_is_waited_for() -> None:
    empty = State(bucket.Bucket(0.0, NOW))

    assert turn.decide(TEAMS, [by(1, "Stalled")], empty, NOW) == ()
    assert turn.look_again(TEAMS, [by(1, "Stalled")], empty, NOW) == NOW + timedelta(seconds=10)


@pytest.mark.parametrize(
    ("next_look", "asked"),
    [
        pytest.param(None, False, id="nobody looks"),
        pytest.param(NOW, False, id="the look is this one"),
        pytest.param(NOW + MINUTE, True, id="somebody looks before"),
        pytest.param(NOW + 3 * MINUTE, False, id="the look comes too late"),
    ],
)
def test_one_chain_of_looks(next_look: Any, *, asked: bool) -> None:
    assert turn.is_asked(State(next_look=next_look), NOW + 2 * MINUTE, NOW) is asked


def test_a_channel_in_trouble_is_asked_ever_less_often_and_never_sooner_than_it_said() -> None:
    waits, state = [], State()
    for _ in range(6):
        state = turn.failed(state, "it is down", None, NOW)
        assert state.down_until is not None
        waits.append((state.down_until - NOW).total_seconds())
    patient = turn.failed(State(), "busy", 7200.0, NOW)

    assert waits == [60, 120, 240, 480, 900, 900]
    assert patient.down_until == NOW + timedelta(hours=2)


def test_a_success_ends_the_trouble_and_costs_a_token() -> None:
    failed = turn.failed(State(), "it is down", None, NOW)
    sent = letter.single([waiting().word])
    state = turn.succeeded(failed, TEAMS, sent, NOW)

    assert (state.failures, state.down_until, state.problem) == (0, None, "")
    assert bucket.tokens(state.bucket, TEAMS.rate, NOW) == 2


def test_a_bucket_fills_up_to_its_brim() -> None:
    spent = bucket.spent(bucket.Bucket(), Rate(3, 6), NOW, 3)

    assert bucket.tokens(spent, Rate(3, 6), NOW) == 0
    assert bucket.tokens(spent, Rate(3, 6), NOW + timedelta(seconds=20)) == 2
    assert bucket.tokens(spent, Rate(3, 6), NOW + timedelta(hours=1)) == 3
    assert bucket.tokens(spent, Rate(3, 6), NOW - timedelta(hours=1)) == 0


# How many ----------------------------------------------------------------------------------------------------------


def test_overflow_comes_in_the_last_message_and_the_worst_goes_by_itself() -> None:
    ready = [by(number) for number in range(8)] + [by(8, "Stalled"), by(9, "Held")]
    sent = turn.decide(TEAMS, ready, State(), NOW + MINUTE)

    assert [each.form for each in sent] == [Form.SINGLE, Form.SINGLE, Form.DIGEST]
    assert [each.headline.split()[0] for each in sent[:2]] == ["latch-demo-8", "latch-demo-9"]
    assert sent[2].headline == (
        "8 alerts about 8 accounts: 8 closed; open to the internet for 14 s at most"
    )


def test_a_machine_gets_every_alert_by_itself_the_oldest_first() -> None:
    late = replace(waiting(1, "Stalled"), stored=NOW + MINUTE)
    sent = turn.decide(MACHINE, [late, waiting(2), waiting(3)], State(), NOW + MINUTE)

    assert ["closed-2", "closed-3", "stalled-1"] == [each.id for each in sent]


def test_whom_nobody_knows_counts_as_one_actor() -> None:
    unknown = [waiting(number, actor={}) for number in (1, 2)]
    (sent,) = turn.decide(TEAMS, unknown, State(), NOW + MINUTE)

    assert sent.headline.startswith("Somebody unknown changed 2 accounts: 2 closed")


@pytest.mark.parametrize(
    ("words", "headline"),
    [
        pytest.param(
            [waiting(1), waiting(1, "Restored", at=NOW + MINUTE)],
            "latch-demo-1 was open to the internet for 14 s, changed by app terraform-ci: Restored",
            id="one drift is told by its newest alert",
        ),
        pytest.param(
            [waiting(1, "Restored"), waiting(2, "Stalled"), waiting(3, "Held")],
            "A person must act: terraform-ci changed 3 accounts: 1 stalled, 1 held back, 1 restored"
            "; open to the internet for 14 s at most",
            id="what a person must do comes first",
        ),
        pytest.param(
            [waiting(1, "Held", exposedSeconds=None), waiting(2, "Closed", exposedSeconds=None)],
            "A person must decide: terraform-ci changed 2 accounts: 1 held back, 1 closed",
            id="nothing was exposed",
        ),
        pytest.param(
            [waiting(1, incident="a"), waiting(1, "Restored", incident="b", at=NOW + MINUTE)],
            "terraform-ci changed latch-demo-1: 1 restored; open to the internet for 14 s at most",
            id="two drifts of one account",
        ),
        pytest.param(
            [waiting(n, "Noticed", account="", incident="", exposedSeconds=None) for n in (1, 2)],
            "terraform-ci changed 2 things: 2 only told of",
            id="nothing about accounts",
        ),
    ],
)
def test_the_first_line_of_a_group(words: list[Waiting], headline: str) -> None:
    assert letter.group([each.word for each in words]).headline == headline


# Incidents ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ready", "standing", "begins"),
    [
        pytest.param([waiting(1, "Held")], Standing.OPEN, True, id="it begins"),
        pytest.param([waiting(1, "Restored", ends=True)], Standing.OVER, False, id="it ends"),
        pytest.param(
            [waiting(1, "Held"), waiting(1, "Restored", ends=True, at=NOW + MINUTE)],
            Standing.NEWS,
            True,
            id="it was over before anybody could be told",
        ),
        pytest.param([waiting(1, "Restored")], Standing.NEWS, True, id="nobody heard of it"),
        pytest.param(
            [waiting(1, "Restored", ends=True), waiting(1, "Stalled", at=NOW + MINUTE)],
            Standing.OPEN,
            True,
            id="it is there again",
        ),
    ],
)
def test_an_incident_is_told_as_it_stands(
    ready: list[Waiting], standing: Standing, *, begins: bool
) -> None:
    (sent,) = turn.decide(ON_CALL, ready, State(), NOW)

    assert (sent.standing, sent.begins, sent.dedup_key) == (standing, begins, "incident-1")


def test_ends_cost_nothing_and_are_never_put_together() -> None:
    ready = [waiting(n, "Restored", ends=True) for n in range(5)]
    empty = State(bucket.Bucket(0.0, NOW))
    sent = turn.decide(ON_CALL, ready, empty, NOW)

    assert [each.form for each in sent] == [Form.SINGLE] * 5
    assert (
        bucket.tokens(turn.succeeded(State(), ON_CALL, sent[0], NOW).bucket, ON_CALL.rate, NOW) == 2
    )


def test_a_storm_of_incidents_wakes_people_once_for_the_rest() -> None:
    sent = turn.decide(ON_CALL, [waiting(n, "Stalled") for n in range(50)], State(), NOW)

    assert [each.form for each in sent] == [Form.SINGLE, Form.DIGEST]
    assert sent[1].standing is Standing.OPEN
    assert sent[1].dedup_key.startswith("latch-digest-")
    assert len(sent[1].words) == 49


# Who ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("route", "told", "taken"),
    [
        pytest.param(Route(), alert(), True, id="everything"),
        pytest.param(Route(least=Severity.WARNING), alert(), False, id="not severe enough"),
        pytest.param(Route(least=Severity.WARNING), alert(kind="Stalled"), True, id="severe"),
        pytest.param(Route(kinds=frozenset({Kind.HELD})), alert(), False, id="another kind"),
        pytest.param(Route(kinds=frozenset({Kind.CLOSED})), alert(), True, id="this kind"),
        pytest.param(Route(profiles=frozenset({"test"})), alert(), False, id="another profile"),
        pytest.param(Route(profiles=frozenset({"production"})), alert(), True, id="this profile"),
        pytest.param(
            Route(profiles=frozenset({"test"})), alert(profile=""), True, id="of no profile"
        ),
    ],
)
def test_which_alerts_a_channel_takes(route: Route, told: Any, *, taken: bool) -> None:
    assert routing.takes(Channel("any", Vendor.SLACK, route), word.read(told)) is taken


def test_people_on_call_want_what_waits_for_a_person() -> None:
    wanted = {kind for kind in Kind if routing.takes(ON_CALL, word.read(alert(kind=kind)))}

    assert wanted == {Kind.HELD, Kind.STALLED, Kind.GAVE_UP}


# Signs of life -----------------------------------------------------------------------------------------------------


def test_a_sign_of_life_is_the_same_all_day_or_all_week() -> None:
    daily, weekly = (Channel("any", Vendor.SLACK, heartbeat=e) for e in (Every.DAILY, Every.WEEKLY))
    day, week = (
        len({_id(heartbeat.event(c, 3, NOW + timedelta(hours=h))) for h in range(0, 24 * 14, 6)})
        for c in (daily, weekly)
    )

    assert (day, week) == (15, 3)
    assert heartbeat.event(Channel("any", Vendor.SLACK), 3, NOW) is None


def test_a_sign_of_life_can_be_read() -> None:
    event = heartbeat.event(Channel("any", Vendor.SLACK, heartbeat=Every.DAILY), 1, NOW)
    assert event is not None

    assert word.read(event).headline == (
        "Latch is alive: it watches 1 account, last looked 2026-10-14 09:00:00 UTC"
    )


def _id(event: Any) -> str:
    return str(event["id"])
