"""Which requests need no pass of their own, and which do?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from remediation.answered import is_answered
from remediation.observed import Fingerprint
from remediation.ports import History, NextLook
from remediation.report import Report, Request, Verdict
from tests.builders import NOW, account, report, request

A_SECOND = timedelta(seconds=1)
LONG_AGO = NOW - timedelta(hours=6)
SEEN = account().fingerprint
CLEAN = History(answered_at=LONG_AGO, looked_at=LONG_AGO, clean=SEEN)
CHAIN = NextLook("the chain's own", NOW + 2 * A_SECOND)
WAITS = History(looked_at=NOW - A_SECOND, next_look=CHAIN)
CALM = request(since=NOW - A_SECOND, fingerprint=SEEN)
EARLIER = request(since=NOW - 2 * A_SECOND)
CLOSED = report(id="fast", verdict=Verdict.REMEDIED)


def answered(asked: Request, past: History, closed: Report | None = None) -> bool:
    return is_answered(asked, closed, past, NOW)


def test_a_request_is_answered_by_a_finished_pass_that_began_later() -> None:
    past = History(answered_at=NOW - A_SECOND)

    assert answered(EARLIER, past)
    assert answered(EARLIER, past, CLOSED)
    assert not answered(replace(EARLIER, since=NOW), past)


def test_of_an_account_without_a_past_nothing_is_answered() -> None:
    assert not answered(CALM, History())


class TestTheSameAccount:
    def test_as_a_clean_pass_left_it_needs_no_other(self) -> None:
        assert answered(CALM, CLEAN)

    def test_is_looked_at_all_the_same_where_the_fast_lane_closed_it(self) -> None:
        assert not answered(CALM, CLEAN, CLOSED)

    def test_is_looked_at_all_the_same_where_nobody_has_seen_it_yet(self) -> None:
        assert not answered(replace(CALM, fingerprint=None), CLEAN)

    def test_is_looked_at_all_the_same_after_a_pass_that_left_something(self) -> None:
        assert not answered(CALM, replace(CLEAN, clean=None))

    def test_is_looked_at_once_a_day_whatever_it_looks_like(self) -> None:
        yesterday = NOW - timedelta(days=1)

        assert not answered(CALM, replace(CLEAN, answered_at=yesterday))
        assert answered(CALM, replace(CLEAN, answered_at=yesterday + A_SECOND))

    def test_that_differs_in_anything_is_another_account(self) -> None:
        other = account(tags=(("team", "search"),)).fingerprint

        assert not answered(replace(CALM, fingerprint=other), CLEAN)

    @pytest.mark.parametrize(
        ("now", "then", "same"),
        [
            pytest.param("succeeded", "accepted", True, id="what was begun has ended well"),
            pytest.param("accepted", "accepted", True, id="Azure works on what was judged"),
            pytest.param("accepted", "succeeded", False, id="Azure works on something since"),
            pytest.param("failed", "accepted", False, id="what was begun has failed"),
        ],
    )
    def test_is_the_same_in_a_state_that_brings_nothing_new(
        self, now: str, then: str, *, same: bool
    ) -> None:
        asked = replace(CALM, fingerprint=Fingerprint(SEEN.digest, now))

        assert answered(asked, replace(CLEAN, clean=Fingerprint(SEEN.digest, then))) is same


class TestAWaitingPass:
    def test_answers_what_was_asked_before_it_with_its_next_look(self) -> None:
        assert answered(EARLIER, WAITS)

    def test_answers_nothing_that_was_asked_after_it_began(self) -> None:
        assert not answered(replace(EARLIER, since=NOW), WAITS)

    def test_leaves_the_next_look_to_the_request_that_promised_it(self) -> None:
        """Its worker may have died before it put the request back: then the host gives the same one again."""
        assert not answered(replace(EARLIER, id=CHAIN.request), WAITS)

    def test_does_not_answer_for_what_the_fast_lane_closed(self) -> None:
        assert not answered(EARLIER, WAITS, CLOSED)

    @pytest.mark.parametrize(
        "seconds",
        [
            pytest.param(-10, id="it never came"),
            pytest.param(31, id="Azure asked for a long wait"),
        ],
    )
    def test_answers_nothing_when_the_next_look_is_not_about_to_come(self, seconds: int) -> None:
        chain = replace(CHAIN, at=NOW + seconds * A_SECOND)

        assert not answered(EARLIER, replace(WAITS, next_look=chain))

    def test_is_not_what_a_look_at_a_lapse_is(self) -> None:
        lapse = replace(CHAIN, lapse=True)

        assert not answered(EARLIER, replace(WAITS, next_look=lapse))
