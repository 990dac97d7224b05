"""When is a pass looked at again, and by which request?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from remediation import looks
from remediation.ports import LEASE_TAKEN, NextLook
from remediation.report import Outcome, Request, Result, Verdict
from tests.builders import NOW, account, report, request

HELD = report(verdict=Verdict.HELD)
WAITING = report(verdict=Verdict.WAITING, retry_after=2.0)
TAKEN = Result("Take the lease", Outcome.WAITING, code=LEASE_TAKEN, retry_after=119.0)
A_WEEK = timedelta(days=6)
AN_HOUR = timedelta(hours=1)


class TestALapse:
    def test_is_looked_at_just_after_it(self) -> None:
        assert looks.at_lapse(HELD, NOW + AN_HOUR, A_WEEK).retry_after == 3601.0

    def test_that_has_passed_meanwhile_is_looked_at_in_a_moment(self) -> None:
        assert looks.at_lapse(HELD, NOW - AN_HOUR, A_WEEK).retry_after == 1.0

    def test_too_far_away_for_a_queue_is_looked_for_on_the_way(self) -> None:
        report = looks.at_lapse(HELD, NOW + timedelta(days=90), A_WEEK)

        assert report.retry_after == A_WEEK.total_seconds()

    @pytest.mark.parametrize("verdict", [Verdict.HELD, Verdict.STALLED])
    def test_ends_what_is_final(self, verdict: Verdict) -> None:
        found = looks.at_lapse(replace(HELD, verdict=verdict), NOW + AN_HOUR, A_WEEK)

        assert found.retry_after is not None

    def test_adds_nothing_to_a_pass_that_waits_anyway(self) -> None:
        assert looks.at_lapse(WAITING, NOW + AN_HOUR, A_WEEK) == WAITING

    def test_is_left_to_the_sweep_where_nothing_can_be_asked_for_ahead(self) -> None:
        assert looks.at_lapse(HELD, NOW + AN_HOUR, timedelta()) == HELD

    def test_is_a_new_question_that_no_pass_before_it_answers(self) -> None:
        held = replace(HELD, retry_after=3601.0)
        seen = account().fingerprint
        asked = request(attempt=7, closed=report(id="fast"), batch="batch-1", fingerprint=seen)

        assert looks.again(asked, held) == request(since=NOW + timedelta(seconds=3601))


class TestPatience:
    def test_begins_with_the_first_look_however_late_that_is(self) -> None:
        late = request(since=NOW - timedelta(days=1))
        first = looks.bounded(late, replace(WAITING, retry_after=None), AN_HOUR)
        later = looks.again(late, first)

        assert first.verdict is Verdict.WAITING
        assert later == request(since=WAITING.started, attempt=1)

    def test_goes_on_from_there(self) -> None:
        second = request(since=NOW - timedelta(minutes=59), attempt=7)

        assert looks.again(second, WAITING) == replace(second, attempt=8)
        assert looks.bounded(second, WAITING, AN_HOUR).verdict is Verdict.WAITING
        impatient = looks.bounded(second, WAITING, timedelta(minutes=58))
        assert impatient.verdict is Verdict.STALLED


class TestABurst:
    def test_of_calm_events_comes_back_one_by_one(self) -> None:
        waits = [looks.unhurried(request(id=f"event-{number}")) for number in range(20)]

        assert 10 <= min(waits) < max(waits) <= 15
        assert len(set(waits)) == len(waits)

    def test_that_finds_the_lease_taken_comes_back_one_by_one(self) -> None:
        waits = [self.put_off(request(id=f"event-{number}")) for number in range(20)]

        assert 2 <= min(waits) < max(waits) <= 8
        assert len(set(waits)) == len(waits)

    def test_asks_again_for_what_it_asked_for(self) -> None:
        asked = request(fingerprint=account().fingerprint)

        assert looks.again(asked, replace(WAITING, results=(TAKEN,))) == asked

    def put_off(self, asked: Request) -> float:
        found = looks.endless(asked, report(verdict=Verdict.WAITING, results=(TAKEN,)))
        assert found.retry_after is not None
        return found.retry_after


class TestTheChain:
    def test_a_lapse_that_somebody_looks_at_already_is_left_to_them(self) -> None:
        chain = NextLook("first", NOW + AN_HOUR, lapse=True)
        held = replace(HELD, retry_after=3601.0)

        assert looks.one_chain(request(), held, chain) == (HELD, chain)

    def test_a_lapse_that_comes_sooner_than_theirs_is_not(self) -> None:
        chain = NextLook("first", NOW + 2 * AN_HOUR, lapse=True)
        held = replace(HELD, retry_after=3600.0)

        expected = NextLook("request-1", NOW + AN_HOUR, lapse=True)
        assert looks.one_chain(request(), held, chain) == (held, expected)

    def test_a_lapse_is_not_left_to_a_look_that_waits_for_azure(self) -> None:
        chain = NextLook("first", NOW + timedelta(seconds=10))
        held = replace(HELD, retry_after=3600.0)

        expected = NextLook("request-1", NOW + AN_HOUR, lapse=True)
        assert looks.one_chain(request(), held, chain) == (held, expected)

    def test_a_pass_that_waits_for_azure_does_not_wait_for_a_lapse(self) -> None:
        chain = NextLook("first", NOW + timedelta(seconds=10), lapse=True)

        expected = NextLook("request-1", NOW + timedelta(seconds=2))
        assert looks.one_chain(request(), WAITING, chain) == (WAITING, expected)

    def test_a_pass_that_waits_for_azure_leaves_it_to_another_that_does(self) -> None:
        chain = NextLook("first", NOW + timedelta(minutes=10))

        left = replace(WAITING, retry_after=None)
        assert looks.one_chain(request(), WAITING, chain) == (left, chain)

    def test_a_final_pass_ends_the_chain(self) -> None:
        chain = NextLook("first", NOW + AN_HOUR)

        assert looks.one_chain(request(), report(), chain) == (report(), None)
