"""When is something put back too often, and when for too many?"""

from datetime import datetime, timedelta

import pytest

from remediation import brakes
from remediation.brakes import BlastLimit, FightLimit, Revert, Tally
from remediation.report import Actor, ActorKind, Cause, Outcome, Result, Trigger
from tests.builders import NOW, report

A_DAY = timedelta(days=1)
AN_HOUR = timedelta(hours=1)
A_MINUTE = timedelta(minutes=1)
THRICE = FightLimit(3, A_DAY)
TERRAFORM = Actor(ActorKind.APP, "terraform-ci", "object-1", "app-1")
SOMEBODY = Actor()
CREATE = "Create private endpoint pe-latch-demo in vnet-hub"
CLOSE = "Close public network access of latch-demo"
EVERYTHING = (CREATE, CLOSE)


def revert(hours: float, action: str = CREATE, actor: Actor = TERRAFORM) -> Revert:
    """Something put back so many hours ago."""
    at = NOW - timedelta(hours=hours)
    return Revert(action, at, at - A_MINUTE, actor)


class TestAFight:
    @pytest.mark.parametrize(
        ("reverts", "is_on"),
        [
            pytest.param([], False, id="nothing was put back"),
            pytest.param([revert(3), revert(2)], False, id="fewer than the limit"),
            pytest.param([revert(3), revert(2), revert(1)], True, id="as many as the limit"),
            pytest.param([revert(24), revert(2), revert(1)], False, id="one is out of the window"),
            pytest.param(
                [revert(3), revert(2, CLOSE), revert(1)], False, id="not all of them the same"
            ),
        ],
    )
    def test_is_on_when_the_same_thing_was_put_back_too_often(
        self, reverts: list[Revert], *, is_on: bool
    ) -> None:
        assert is_on is (brakes.fight(reverts, EVERYTHING, THRICE, NOW) is not None)

    def test_is_never_on_without_a_limit(self) -> None:
        assert brakes.fight([revert(0)] * 9, EVERYTHING, None, NOW) is None

    def test_is_only_about_what_would_be_put_back_now(self) -> None:
        reverts = [revert(3), revert(2), revert(1), revert(1, CLOSE)]

        assert brakes.fight(reverts, [CLOSE], THRICE, NOW) is None
        assert brakes.fight(reverts, [CREATE], THRICE, NOW) is not None

    def test_ends_when_the_window_holds_fewer(self) -> None:
        reverts = [revert(5), revert(3), revert(2), revert(1)]
        found = brakes.fight(reverts, EVERYTHING, THRICE, NOW)

        assert found is not None
        assert found.until == reverts[1].at + A_DAY
        assert brakes.fight(reverts, EVERYTHING, THRICE, found.until - A_MINUTE) is not None
        assert brakes.fight(reverts, EVERYTHING, THRICE, found.until) is None

    def test_names_what_is_fought_over_and_who_is_on_the_other_side(self) -> None:
        reverts = [revert(4), revert(3, CLOSE, SOMEBODY), revert(2), revert(1)]

        assert str(brakes.fight(reverts, EVERYTHING, THRICE, NOW)) == (
            f"done 3 times ({CREATE}), undone each time by terraform-ci "
            "(app id app-1, object id object-1)"
        )

    def test_names_nobody_when_nobody_is_known(self) -> None:
        reverts = [revert(3, actor=SOMEBODY), revert(2, actor=SOMEBODY), revert(1, actor=SOMEBODY)]

        assert str(brakes.fight(reverts, EVERYTHING, THRICE, NOW)).endswith("by somebody unknown")


class TestWhatIsRemembered:
    def test_is_what_took_effect(self) -> None:
        results = tuple(Result(outcome.value, outcome) for outcome in Outcome)
        passed = report(results=results, cause=Cause(Trigger.EVENT, NOW - A_MINUTE))

        found = brakes.reverts_of(passed, NOW, TERRAFORM)

        assert [each.action for each in found] == ["done", "started"]
        assert {(each.at, each.cause, each.actor) for each in found} == {
            (NOW, NOW - A_MINUTE, TERRAFORM)
        }

    def test_counts_once_for_one_cause(self) -> None:
        first = revert(1)
        again = Revert(CREATE, NOW, first.cause, TERRAFORM)

        assert brakes.remembered([first], [again], THRICE, NOW) == (again,)

    def test_ends_with_the_window(self) -> None:
        assert brakes.remembered([revert(24), revert(1)], [], THRICE, NOW) == (revert(1),)

    def test_is_never_more_than_a_hundred(self) -> None:
        many = [revert(n / 100) for n in range(200)]

        kept = brakes.remembered(many, [], THRICE, NOW)

        assert kept == tuple(sorted(many, key=lambda each: each.at))[-100:]


def tally_of(*accounts: tuple[str, datetime], fleet: int | None = None) -> Tally:
    return Tally(accounts, fleet)


class TestTheBlastRadius:
    @pytest.mark.parametrize(
        ("fleet", "allowed"),
        [
            pytest.param(None, 50, id="a fleet that nobody has counted"),
            pytest.param(3, 5, id="a fleet so small that a share of it is next to nothing"),
            pytest.param(41, 11, id="a share, rounded up"),
            pytest.param(10_000, 50, id="a large fleet"),
        ],
    )
    def test_allows_a_number_or_a_share_whichever_is_less(
        self, fleet: int | None, allowed: int
    ) -> None:
        assert allowed == BlastLimit(50, 25, AN_HOUR).allowed(fleet)

    def test_counts_accounts_and_not_how_often(self) -> None:
        tally, limit = Tally(), BlastLimit(2, 100, AN_HOUR)
        granted = []
        for account in ("a", "a", "b", "a", "c", "b"):
            tally, claim = tally.claim(account, limit, NOW)
            granted.append(claim.granted)

        assert granted == [True, True, True, True, False, True]

    def test_says_since_when_and_until_when_in_the_same_words_for_all(self) -> None:
        limit = BlastLimit(1, 100, AN_HOUR)
        tally = tally_of(("a", NOW - 5 * A_MINUTE))

        tally, first = tally.claim("b", limit, NOW)
        tally, second = tally.claim("c", limit, NOW + A_MINUTE)

        assert first.until == second.until == NOW + 55 * A_MINUTE
        assert (
            str(first)
            == str(second)
            == ("more than 1 accounts at once, since 2026-10-14 09:00:00 UTC")
        )

    def test_says_when_there_is_room_for_all_and_not_for_the_first(self) -> None:
        limit = BlastLimit(2, 100, AN_HOUR)
        tally = tally_of(("a", NOW - 50 * A_MINUTE), ("b", NOW - 5 * A_MINUTE))

        _, refused = tally.claim("c", limit, NOW)

        assert refused.until == NOW + 55 * A_MINUTE

    def test_a_calm_window_ends_an_overload(self) -> None:
        limit = BlastLimit(1, 100, AN_HOUR)
        tally, _ = tally_of(("a", NOW)).claim("b", limit, NOW)
        later = NOW + AN_HOUR
        tally, granted = tally.claim("b", limit, later)

        _, refused = tally.claim("c", limit, later + A_MINUTE)

        assert granted.granted
        assert refused.since == later + A_MINUTE

    def test_a_narrow_window_forgets_nothing_that_a_wide_one_counts(self) -> None:
        wide, narrow = BlastLimit(1, 100, A_DAY), BlastLimit(1, 100, AN_HOUR)
        tally, _ = Tally().claim("a", wide, NOW)
        tally, beside = tally.claim("b", narrow, NOW + 2 * AN_HOUR)

        _, refused = tally.claim("c", wide, NOW + 4 * AN_HOUR)

        assert (beside.granted, refused.counted) == (True, 2)
