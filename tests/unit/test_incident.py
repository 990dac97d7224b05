"""What does a drift come to, over the passes that its cure takes?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from remediation import incident
from remediation.report import (
    Actor,
    ActorKind,
    Cause,
    Drift,
    Lane,
    Outcome,
    Report,
    Result,
    Trigger,
    Verdict,
)
from tests.builders import ENDPOINT, NOW, report, zone_id

SOMEBODY = Actor(ActorKind.USER, "someone@example.org")
OPENED = Cause(
    Trigger.EVENT,
    NOW - timedelta(seconds=5),
    "Microsoft.Network/privateEndpoints/delete",
    actor=SOMEBODY,
)
MISSING = Drift("endpoint-missing", ENDPOINT.text, "an endpoint", "there is none", "warning")
BUSY = replace(MISSING, withheld="BUSY", message="account latch-demo is being changed")
RECORD = Drift("record", zone_id().text, "a record", "there is none", "warning")
STARTED = Result("Create private endpoint pe-latch-demo", Outcome.STARTED)
REFUSED = Result(
    "Create private endpoint pe-latch-demo", Outcome.FAILED, code="RequestDisallowedByPolicy"
)
WRITTEN = Result("Point latch-demo", Outcome.DONE)

FIRST = report(
    id="first", verdict=Verdict.WAITING, cause=OPENED, drifts=(MISSING,), results=(STARTED,)
)
LATER = report(
    id="later",
    verdict=Verdict.WAITING,
    started=NOW + timedelta(minutes=1),
    drifts=(RECORD,),
    results=(WRITTEN,),
)
CLEAN = report(id="clean", started=NOW + timedelta(minutes=2))


def told(*passes: Report) -> tuple[Report, Report | None]:
    """What the last of some passes is told as, and the incident that stays open."""
    opened: Report | None = None
    for each in passes:
        last, opened = incident.follow(opened, each)
    return last, opened


def test_a_clean_pass_opens_nothing() -> None:
    assert told(CLEAN) == (CLEAN, None)


def test_a_drift_opens_an_incident() -> None:
    assert told(FIRST) == (
        replace(FIRST, drifted_at=OPENED.at),
        replace(FIRST, drifted_at=OPENED.at),
    )


def test_a_later_pass_keeps_the_cause_and_the_beginning() -> None:
    last, _ = told(FIRST, LATER)

    assert last == replace(LATER, cause=OPENED, drifted_at=OPENED.at)


def test_an_incident_gathers_what_was_found_and_done() -> None:
    _, opened = told(FIRST, LATER)

    assert opened is not None
    assert (opened.drifts, opened.results) == ((MISSING, RECORD), (STARTED, WRITTEN))


def test_the_pass_that_finds_nothing_left_tells_the_whole_story() -> None:
    last, opened = told(FIRST, LATER, CLEAN)

    expected = replace(
        CLEAN,
        verdict=Verdict.REMEDIED,
        cause=OPENED,
        drifts=(MISSING, RECORD),
        results=(STARTED, WRITTEN),
        drifted_at=OPENED.at,
    )
    assert (last, opened) == (expected, None)


def test_what_was_cured_without_us_is_not_called_remedied() -> None:
    last, opened = told(replace(FIRST, results=()), CLEAN)

    assert (last.verdict, opened) == (Verdict.CONVERGED, None)


def test_a_failed_action_is_no_part_of_the_cure() -> None:
    last, _ = told(replace(FIRST, results=(REFUSED,)), CLEAN)

    assert (last.verdict, last.results) == (Verdict.CONVERGED, ())


def test_the_same_drift_found_twice_is_told_once() -> None:
    last, _ = told(FIRST, FIRST, CLEAN)

    assert (last.drifts, last.results) == ((MISSING,), (STARTED,))


def test_an_open_incident_knows_what_a_pass_has_cured_and_until_when_the_rest_is_held() -> None:
    until = NOW + timedelta(hours=1)
    cured = replace(LATER, drifts=(replace(MISSING, cured=True), replace(RECORD, until=until)))

    _, opened = told(replace(FIRST, drifts=(MISSING, RECORD)), cured)

    assert opened is not None
    assert [drift.cured for drift in opened.drifts] == [True, False]
    assert [drift.until for drift in opened.drifts] == [None, until]


def test_a_drift_that_was_held_back_and_then_cured_is_told_as_cured() -> None:
    last, _ = told(replace(FIRST, drifts=(BUSY,), results=()), FIRST, CLEAN)

    assert last.drifts == (MISSING,)


def test_what_azure_works_on_is_no_part_of_the_story() -> None:
    making = replace(MISSING, rule="endpoint-state", actual="it is Updating", awaits=True)

    last, _ = told(FIRST, replace(LATER, drifts=(making, RECORD)), CLEAN)

    assert last.drifts == (MISSING, RECORD)


def test_a_drift_keeps_the_evidence_of_its_beginning() -> None:
    half_done = replace(MISSING, actual="it is Updating")

    last, _ = told(FIRST, replace(LATER, drifts=(half_done,)), CLEAN)

    assert last.drifts == (MISSING,)


@pytest.mark.parametrize(
    "verdict",
    [
        pytest.param(Verdict.WAITING, id="a pass that could not read"),
        pytest.param(Verdict.STALLED, id="a pass that was not allowed to read"),
    ],
)
def test_an_incident_outlives(verdict: Verdict) -> None:
    last, _ = told(FIRST, replace(LATER, verdict=verdict, drifts=(), results=(REFUSED,)), CLEAN)

    assert (last.verdict, last.results) == (Verdict.REMEDIED, (STARTED,))


@pytest.mark.parametrize("verdict", [Verdict.GONE, Verdict.OUT_OF_SCOPE])
def test_an_incident_ends_with_its_account(verdict: Verdict) -> None:
    gone = replace(CLEAN, verdict=verdict)

    assert told(FIRST, gone) == (gone, None)


HELD = replace(FIRST, verdict=Verdict.HELD, drifts=(BUSY,), results=())


@pytest.mark.parametrize("verdict", [Verdict.CONVERGED, Verdict.GONE, Verdict.OUT_OF_SCOPE])
@pytest.mark.parametrize("told_as", [Verdict.HELD, Verdict.STALLED])
def test_what_people_were_told_of_and_somebody_else_cured_is_resolved(
    told_as: Verdict, verdict: Verdict
) -> None:
    last, opened = told(replace(HELD, verdict=told_as), replace(CLEAN, verdict=verdict))

    expected = replace(CLEAN, verdict=verdict, cause=OPENED, drifts=(BUSY,), drifted_at=OPENED.at)
    assert (last, opened) == (expected, None)
    assert incident.is_resolved(last)


def test_what_people_were_told_of_is_resolved_although_a_pass_waited_meanwhile() -> None:
    waiting = replace(HELD, verdict=Verdict.WAITING)

    last, _ = told(HELD, waiting, CLEAN)

    assert incident.is_resolved(last)


def test_what_nobody_was_told_of_is_not_resolved() -> None:
    last, opened = told(replace(FIRST, results=()), CLEAN)

    assert (last, opened) == (CLEAN, None)
    assert not incident.is_resolved(last)


def test_what_latch_cured_in_the_end_is_restored_and_not_resolved() -> None:
    last, _ = told(HELD, FIRST, CLEAN)

    assert last.verdict is Verdict.REMEDIED
    assert not incident.is_resolved(last)


@pytest.mark.parametrize("verdict", [Verdict.HELD, Verdict.STALLED, Verdict.WAITING])
def test_what_is_still_open_is_not_resolved(verdict: Verdict) -> None:
    last, _ = told(HELD, replace(HELD, verdict=verdict))

    assert not incident.is_resolved(last)


FAST = replace(CLEAN, lane=Lane.FAST, cause=replace(OPENED, event_id="event-1"))


class TestAnInterruptedPass:
    def test_is_told_when_the_next_one_finds_nothing(self) -> None:
        found = incident.interrupted(FAST)

        assert found is not None
        assert [each.rule for each in found.drifts] == ["interrupted-pass"]
        assert (found.cause, found.drifted_at) == (FAST.cause, OPENED.at)
        assert incident.is_interrupted(found)
        assert not incident.is_resolved(found)
        assert not incident.is_interrupted(FAST)

    @pytest.mark.parametrize("verdict", [v for v in Verdict if v is not Verdict.CONVERGED])
    def test_is_not_told_when_the_next_one_has_its_own_word(self, verdict: Verdict) -> None:
        assert incident.interrupted(replace(FAST, verdict=verdict)) is None

    def test_is_not_told_when_its_own_word_was_told(self) -> None:
        closed = replace(FAST, id="closed", verdict=Verdict.REMEDIED, results=(WRITTEN,))

        assert incident.is_told(FAST, [CLEAN, closed])

    @pytest.mark.parametrize(
        "past",
        [
            pytest.param(replace(FAST, id="looked"), id="a pass that did nothing"),
            pytest.param(
                replace(FAST, cause=OPENED, results=(WRITTEN,)), id="a pass for another event"
            ),
        ],
    )
    def test_is_told_in_spite_of(self, past: Report) -> None:
        assert not incident.is_told(FAST, [past])


def test_the_exposure_told_is_that_of_the_first_closing() -> None:
    closed = replace(FIRST, exposed_seconds=7.0)

    last, _ = told(FIRST, closed, replace(closed, exposed_seconds=3.0), CLEAN)

    assert last.exposed_seconds == 7.0


def test_an_event_tells_when_the_drift_began() -> None:
    assert incident.drifted_at(FIRST) == OPENED.at


def test_without_an_event_the_drift_began_when_it_was_seen() -> None:
    assert incident.drifted_at(LATER) == LATER.started


@pytest.mark.parametrize("verdict", [Verdict.HELD, Verdict.STALLED])
def test_what_was_restored_is_told_with_what_is_left(verdict: Verdict) -> None:
    left = replace(LATER, verdict=verdict, results=())

    last, _ = told(FIRST, left)

    assert last.results == (STARTED,)
