"""How accounts stand, what is asked for, and what is written: pure, from the last report to the page."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from remediation.brakes import FightLimit, Repeats, Revert, repeats
from remediation.catalog import RULES
from remediation.desired import Baseline, DnsSpec, EndpointSpec
from remediation.fleet import Blindness, BlindSpot, Checkpoint, OpenSpot
from remediation.page import export, form, health, overview, view
from remediation.page.form import Ask, Format, Only
from remediation.page.health import Vitals
from remediation.page.legs import legs
from remediation.page.markup import foreign, render, tag
from remediation.page.parts import Part, State, part_of
from remediation.page.standing import Incident, Standing, ended, standing
from remediation.page.words import lasted
from remediation.proof import Proof, Statement
from remediation.proof import Standing as Claim
from remediation.report import Actor, ActorKind, Drift, Outcome, Report, Result, Verdict
from tests.builders import ACCOUNT, ENDPOINT, NOW, OTHER_ACCOUNT, SUBNET, report

OPENED = Drift("public-access", ACCOUNT.text, "closed", "open", "critical")
LINK = Drift("zone-link", ACCOUNT.text, "linked", "not linked", "critical")
WHOLE = Baseline(EndpointSpec(ENDPOINT, SUBNET), DnsSpec(()))
MALLORY = Actor(ActorKind.USER, "=cmd|' /C calc'!A0")
PROOF = Proof((Statement("resolves inside", Claim.PROVEN, "10.0.0.4"),))


def after(told: Report, before: Standing | None = None) -> Standing:
    return standing(told, WHOLE, None, Repeats(), before)


def states(of: Standing) -> dict[Part, State]:
    return {leg.part: leg.state for leg in legs(of)}


def test_every_rule_breaks_a_leg() -> None:
    assert {part_of(rule) for rule in RULES} == set(Part) - {Part.PROOF}


@pytest.mark.parametrize(
    ("verdict", "drift", "state"),
    [
        (Verdict.STALLED, OPENED, State.BROKEN),
        (Verdict.WAITING, OPENED, State.WAITING),
        (Verdict.STALLED, replace(OPENED, awaits=True), State.WAITING),
        (Verdict.HELD, replace(OPENED, withheld="AUDIT"), State.HELD),
        (Verdict.REMEDIED, OPENED, State.OK),
    ],
)
def test_a_leg_says_what_becomes_of_its_finding(
    verdict: Verdict, drift: Drift, state: State
) -> None:
    found = after(report(verdict=verdict, drifts=(drift,)))

    assert states(found)[Part.ACCESS] is state
    assert states(found)[Part.LINK] is State.OK


def test_the_worst_finding_of_a_leg_counts() -> None:
    held = replace(OPENED, withheld="GRACE")

    found = after(report(verdict=Verdict.STALLED, drifts=(held, OPENED)))

    assert states(found)[Part.ACCESS] is State.BROKEN


def test_nothing_is_shown_as_whole_that_could_not_be_read() -> None:
    failed = Result("Read the account", Outcome.WAITING, "ARM answered 503")

    found = after(report(verdict=Verdict.WAITING, profile="", results=(failed,)))

    assert set(states(found).values()) == {State.UNKNOWN}
    assert found.is_private is None
    assert "ARM answered 503" in legs(found)[0].says


def test_what_nobody_knows_an_endpoint_for_is_not_called_connected() -> None:
    found = standing(report(), Baseline(), None, Repeats(), None)

    assert states(found)[Part.ENDPOINT] is State.NOT_ASKED
    assert states(found)[Part.ZONE] is State.NOT_ASKED


def test_a_proof_stays_until_something_is_found() -> None:
    proven = after(report(proof=PROOF))
    calm = after(report(ended=NOW + timedelta(hours=1)), proven)
    drifted = after(report(verdict=Verdict.HELD, drifts=(LINK,)), calm)

    assert states(calm)[Part.PROOF] is State.OK
    assert calm.proven is not None
    assert calm.proven.at == NOW
    assert states(drifted)[Part.PROOF] is State.NOT_ASKED


def test_an_open_incident_is_shown_while_nothing_can_be_read() -> None:
    opened = report(verdict=Verdict.WAITING, drifts=(OPENED,))

    found = standing(report(verdict=Verdict.WAITING), WHOLE, opened, Repeats(), None)

    assert found.is_exposed


@pytest.mark.parametrize(
    ("limit", "minutes", "is_flapping"),
    [
        pytest.param(
            FightLimit(3, timedelta(hours=1)), 5, True, id="as often as the policy allows"
        ),
        pytest.param(FightLimit(4, timedelta(hours=1)), 5, False, id="less often than that"),
        pytest.param(FightLimit(3, timedelta(hours=1)), 61, False, id="and calm for its window"),
        pytest.param(None, 5, False, id="without a limit"),
    ],
)
def test_the_policy_says_what_flapping_is(
    limit: FightLimit | None, minutes: int, *, is_flapping: bool
) -> None:
    reverts = tuple(Revert("Close it", NOW, NOW + timedelta(seconds=n), Actor()) for n in range(3))

    found = standing(report(), WHOLE, None, repeats(reverts, limit, NOW), None)

    assert is_flapping is found.is_flapping(NOW + timedelta(minutes=minutes))


def test_only_what_was_cured_is_an_incident() -> None:
    assert ended(report(verdict=Verdict.HELD, drifts=(OPENED,))) is None
    assert ended(report()) is None
    assert ended(report(verdict=Verdict.REMEDIED, drifts=(OPENED,))) is not None


# Views -----------------------------------------------------------------------------------------------------------


def fleet(*standings: Standing, incidents: tuple[Incident, ...] = ()) -> view.Fleet:
    return view.Fleet(NOW, standings, incidents, Checkpoint())


def incident(name: str, event: str, seconds: float | None, days: int = 0) -> Incident:
    at = NOW - timedelta(days=days)
    return Incident(name, ACCOUNT, event, at, actor=MALLORY, exposed_seconds=seconds)


def test_closing_and_restoring_one_event_is_one_story() -> None:
    both = (incident("fast", "event", 4.0), incident("full", "event", None))

    shown = view.view(fleet(incidents=both), Ask())

    assert shown.tiles.median_exposure == 4.0
    assert [each.incidents for each in shown.culprits] == [1]


def test_half_of_the_exposures_are_no_longer_than_the_median() -> None:
    many = tuple(incident(str(n), str(n), float(n)) for n in range(1, 101))

    tiles = view.view(fleet(incidents=many), Ask()).tiles

    assert (tiles.median_exposure, tiles.p95_exposure) == (50.0, 95.0)


def test_one_open_account_of_ten_thousand_is_not_all() -> None:
    opened = after(report(verdict=Verdict.HELD, drifts=(replace(OPENED, withheld="AUDIT"),)))
    private = after(report(account=OTHER_ACCOUNT))

    tiles = view.view(fleet(opened, *[private] * 9999), Ask()).tiles

    assert tiles.private_percent == 99.9


def test_of_nothing_there_is_no_share_and_no_duration() -> None:
    tiles = view.view(fleet(), Ask()).tiles

    assert (tiles.private_percent, tiles.median_exposure) == (None, None)


def test_every_day_of_the_month_is_a_day_of_the_trend() -> None:
    days = view.view(fleet(incidents=(incident("r", "e", 2.0, days=29),)), Ask()).days

    assert len(days) == 30
    assert [day.incidents for day in days] == [1] + [0] * 29


def test_accounts_are_filtered_and_searched() -> None:
    held = after(report(verdict=Verdict.HELD, drifts=(replace(LINK, withheld="AUDIT"),)))
    clean = after(report(account=OTHER_ACCOUNT))
    both = fleet(clean, held)

    assert view.chosen(both, Ask()) == [held, clean]
    assert view.chosen(both, Ask(Only.HELD)) == [held]
    assert view.chosen(both, Ask(text="LATCH-OTHER")) == [clean]


def test_no_cell_is_a_formula() -> None:
    cause = replace(report().cause, actor=MALLORY)
    found = after(report(verdict=Verdict.HELD, drifts=(OPENED,), cause=cause))

    assert "\"'=cmd" in export.to_csv([found]) or ",'=cmd" in export.to_csv([found])


# Questions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", Format.HTML),
        ("*/*", Format.HTML),
        ("text/html,application/xhtml+xml", Format.HTML),
        ("application/json", Format.JSON),
        ("text/csv; charset=utf-8, application/json", Format.CSV),
    ],
)
def test_the_client_says_what_it_takes(accept: str, wanted: Format) -> None:
    assert form.read({}, accept).format is wanted


def test_a_question_says_more_than_what_a_client_takes() -> None:
    assert form.read({"format": "csv"}, "application/json").format is Format.CSV


@pytest.mark.parametrize(
    "query",
    [
        {"show": "everything"},
        {"page": "0"},
        {"page": "two"},
        {"page": "9" * 40},
        {"q": "x" * 201},
        {"format": "xml"},
        {"filter": "open"},
    ],
)
def test_what_is_not_known_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"page|show|q has|format|not known"):
        form.read(query, "")


def test_the_key_of_a_browser_goes_with_every_link() -> None:
    ask = form.read({"code": "a+b/c", "show": "held"}, "")

    for query in (ask.on_page(2), ask.showing(Only.ALL), ask.about(ACCOUNT)):
        assert query.endswith("code=a%2Bb%2Fc")


# Markup ----------------------------------------------------------------------------------------------------------


def test_text_is_never_a_tag() -> None:
    assert render(tag("p", "<b>", title='"')) == '<p title="&quot;">&lt;b&gt;</p>'


@pytest.mark.parametrize(
    ("name", "attributes"),
    [
        ("script", {}),
        ("p", {"onclick": "alert(1)"}),
        ("p", {"style": "color:red"}),
        ("a", {"href": "javascript:alert(1)"}),
        ("a", {"href": "//elsewhere.example"}),
        ("a", {"href": "https://elsewhere.example"}),
        ("p><script", {}),
    ],
)
def test_what_could_run_or_lead_elsewhere_is_refused(name: str, attributes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"this page has no|leads elsewhere"):
        tag(name, **attributes)


def test_what_cannot_be_seen_is_shown_and_what_is_long_is_cut() -> None:
    shown = render(foreign("a\N{RIGHT-TO-LEFT OVERRIDE}b" + "x" * 500))

    assert shown.startswith("<bdi>a[U+202E]b")
    assert len(shown) < 200


def test_the_page_of_a_paused_latch_says_so() -> None:
    paused = replace(fleet(), paused=True)

    assert "changes nothing" in overview.page(view.view(paused, Ask()))


@pytest.mark.parametrize(
    ("seconds", "said"), [(None, "—"), (4.21, "4.2 s"), (90, "90 s"), (7200, "2 h")]
)
def test_durations_are_taken_in_at_a_glance(seconds: float | None, said: str) -> None:
    assert lasted(seconds) == said


# Health ----------------------------------------------------------------------------------------------------------

WELL = Vitals(NOW, "0 */15 * * * *", Checkpoint(1, NOW, ended=NOW), {"q-poison": 0}, 0, NOW, NOW)
SPOT = OpenSpot(BlindSpot(Blindness.INDEX, "Azure Resource Graph"), NOW)


def test_all_is_well() -> None:
    assert health.worst(health.checks(WELL)) is health.Standing.OK


@pytest.mark.parametrize(
    ("vitals", "name", "expected"),
    [
        (replace(WELL, waiting={"q-poison": 1}), "poison queues", "failing"),
        (replace(WELL, swept=Checkpoint(1, ended=NOW - timedelta(minutes=46))), "sweep", "failing"),
        (replace(WELL, swept=Checkpoint(1, ended=NOW - timedelta(minutes=44))), "sweep", "ok"),
        (replace(WELL, swept=Checkpoint()), "sweep", "warning"),
        (replace(WELL, schedule="0 0 0 29 feb *"), "sweep", "warning"),
        (replace(WELL, letters=1), "dead letters", "warning"),
        (replace(WELL, letters=501), "dead letters", "failing"),
        (replace(WELL, letters=None), "dead letters", "warning"),
        (replace(WELL, swept=replace(WELL.swept, spots=(SPOT,))), "blind spots", "warning"),
        (replace(WELL, paused=True), "pause", "warning"),
        (replace(WELL, passed=None), "passes", "warning"),
    ],
)
def test_each_check_says_what_is_wrong(vitals: Vitals, name: str, expected: str) -> None:
    found = {check.name: check.standing.value for check in health.checks(vitals)}

    assert found.pop(name) == expected
    assert set(found.values()) == {"ok"}


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("0 */15 * * * *", timedelta(minutes=15)),
        ("0 0 * * * *", timedelta(hours=1)),
        ("0 0 */6 * * *", timedelta(hours=6)),
        ("0 30 2 * * *", timedelta(days=1)),
        ("0 0 0 * * mon", None),
        ("0 */0 * * * *", None),
    ],
)
def test_a_schedule_tells_when_a_sweep_is_late(schedule: str, expected: timedelta | None) -> None:
    assert health.interval(schedule) == expected


def test_health_names_nobody() -> None:
    told = health.to_json(health.checks(WELL), datetime(2026, 10, 14, tzinfo=UTC))

    assert ACCOUNT.name not in str(told)
    assert told["status"] == "ok"
