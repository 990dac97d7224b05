"""How a message looks to each vendor, within the limits that it publishes."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from remediation.channel import Links, Standing, Vendor
from remediation.channels import answers, letter, pagerduty, plain, signature, slack, teams, word
from remediation.channels.facts import facts
from remediation.channels.letter import Letter
from remediation.channels.text import encoded, size
from remediation.errors import (
    Forbidden,
    Misconfigured,
    Refused,
    RemediationError,
    Throttled,
    Unavailable,
)
from tests.builders import NOW
from tests.harness.channels import pagerduty as pagerduty_lab
from tests.harness.channels import slack as slack_lab
from tests.harness.channels import teams as teams_lab
from tests.told import LINKS, alert

KEY = "0" * 32
HOSTILE = "<!channel> [x](https://evil.example) <https://evil.example|x> & *b* \x00\n"


def single(**data: Any) -> Letter:
    return letter.single([word.read(alert(**data))])


def digest(count: int, **data: Any) -> Letter:
    return letter.overflow([word.read(alert(number, **data)) for number in range(count)])


LETTERS = [
    pytest.param(single(), id="one alert"),
    pytest.param(
        single(kind="Stalled", headline=HOSTILE * 500, advice=HOSTILE * 500), id="hostile"
    ),
    pytest.param(
        single(actor={}, drifts=[], results=[], incident="", account=""), id="nothing known"
    ),
    pytest.param(
        single(
            actor=[], drifts="x", results=[1], cause=1, proof=[], exposedSeconds="x", driftedAt=1
        ),
        id="members of another shape",
    ),
    pytest.param(digest(500, headline=HOSTILE * 50), id="a digest of many"),
    pytest.param(digest(2), id="a digest of two"),
]


@pytest.mark.parametrize("told", LETTERS)
def test_teams_takes_it(told: Letter) -> None:
    message = teams.message(told, LINKS)
    teams_lab.check(encoded(message), message)

    assert size(message) <= teams.LARGEST


@pytest.mark.parametrize("told", LETTERS)
def test_slack_takes_it(told: Letter) -> None:
    slack_lab.check(slack.message(told, LINKS))


@pytest.mark.parametrize("told", LETTERS)
def test_pagerduty_takes_it(told: Letter) -> None:
    for event in pagerduty.events(told, LINKS, KEY):
        pagerduty_lab.check(encoded(event), event)


@pytest.mark.parametrize("told", LETTERS)
def test_plain_text_begins_with_the_headline(told: Letter) -> None:
    assert plain.body(told, LINKS).startswith(told.headline[:200])
    assert len(plain.title(told)) <= 250
    assert len(plain.body(told, LINKS)) <= 4_000


def test_what_teams_has_no_room_for_is_counted() -> None:
    drifts = [{**alert()["data"]["drifts"][0], "actual": "é" * 2_000}] * 5
    told = single(
        drifts=drifts,
        advice="é" * 2_000,
        results=[{"action": "é" * 2_000}] * 5,
        profile="é" * 2_000,
    )
    (text, facts_shown) = _card(teams.message(told, LINKS))["body"]

    assert text["inlines"][0]["text"] == told.headline
    assert facts_shown["facts"][-1]["title"] == "Left out"


def test_a_digest_says_how_many_it_does_not_show() -> None:
    assert "… and 460 more" in json.dumps(teams.message(digest(500), LINKS), ensure_ascii=False)
    assert "… and 460 more" in json.dumps(slack.message(digest(500), LINKS), ensure_ascii=False)


def test_the_card_leads_to_the_account_and_to_the_runbook() -> None:
    told = single(kind="Stalled")
    actions = _card(teams.message(told, LINKS))["actions"]

    assert [each["url"] for each in actions] == [
        f"https://portal.azure.com/#resource{told.word.account}/networking",
        "https://example.org/runbook.md#stalled",
    ]
    assert len(_card(teams.message(told, Links()))["actions"]) == 1


def test_the_facts_say_who_what_and_for_how_long() -> None:
    told = dict(facts(word.read(alert(kind="Stalled"))))

    assert told["Actor"] == "terraform-ci (kind app, app c11e47aa)"
    assert told["Found"].startswith("latch-demo-1, public-access: it is Enabled")
    assert told["Done"] == "Close public network access of latch-demo-1: done"
    assert told["Open to the internet"] == "14 s"
    assert told["Since"] == "2026-10-14 08:59:46 UTC"


@pytest.mark.parametrize(
    ("standing", "begins", "actions"),
    [
        (Standing.OPEN, True, ["trigger"]),
        (Standing.NEWS, True, ["trigger", "resolve"]),
        (Standing.OVER, False, ["resolve"]),
    ],
)
def test_pagerduty_hears_the_beginning_the_end_or_both(
    standing: Standing, *, begins: bool, actions: Sequence[str]
) -> None:
    told = letter.single([word.read(alert(kind="Stalled"))], standing, begins=begins)
    events = pagerduty.events(told, LINKS, KEY)

    assert [each["event_action"] for each in events] == actions
    assert {each["dedup_key"] for each in events} == {"incident-1"}


def test_what_is_over_wakes_nobody() -> None:
    told = letter.single([word.read(alert(kind="Stalled"))], Standing.NEWS)

    assert pagerduty.events(told, LINKS, KEY)[0]["payload"]["severity"] == "info"


def test_a_signature_is_that_of_the_published_example() -> None:
    # Source: standard-webhooks, the test vectors of its reference libraries.
    secret = signature.secret_bytes("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    moment = NOW.fromtimestamp(1614265330, NOW.tzinfo)
    made = signature.headers(
        secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", moment, b'{"test": 2432232314}'
    )

    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_short", "c2VjcmV0" * 4, "whsec_!" * 9])
def test_what_is_no_secret_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(ValueError, match="base64") as caught:
        signature.secret_bytes(text)

    assert not text.removeprefix("whsec_") or text not in str(caught.value)


@pytest.mark.parametrize(
    ("vendor", "status", "text", "kind"),
    [
        (Vendor.SLACK, 200, "ok", None),
        (Vendor.SLACK, 202, "", Misconfigured),
        (Vendor.TEAMS, 202, "", None),
        (Vendor.PAGERDUTY, 202, "", None),
        (Vendor.PAGERDUTY, 200, "", Misconfigured),
        (Vendor.WEBHOOK, 204, "", None),
        (Vendor.SLACK, 302, "", Misconfigured),
        (Vendor.SLACK, 400, "invalid_blocks", Refused),
        (Vendor.SLACK, 403, "invalid_token", Forbidden),
        (Vendor.SLACK, 404, "no_service", Misconfigured),
        (Vendor.SLACK, 410, "channel_is_archived", Misconfigured),
        (Vendor.TEAMS, 401, "", Forbidden),
        (Vendor.PAGERDUTY, 400, "Length of 'routing_key' is incorrect", Misconfigured),
        (Vendor.PAGERDUTY, 400, "'summary' is missing", Refused),
        (Vendor.WEBHOOK, 408, "", Unavailable),
        (Vendor.WEBHOOK, 429, "", Throttled),
        (Vendor.WEBHOOK, 503, "", Unavailable),
    ],
)
def test_what_an_answer_means(
    vendor: Vendor, status: int, text: str, kind: type[RemediationError] | None
) -> None:
    error = answers.error(vendor, "example.org", status, text, 7.0)

    assert kind is (error and type(error))
    assert getattr(error, "retry_after", None) in (None, 7.0)


@pytest.mark.parametrize(
    "event", [{}, {"type": "Latch.Alert.Closed"}, alert(severity="loud"), alert(kind="Other")]
)
def test_what_is_no_alert_is_not_read(event: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        word.read(event)


def _card(message: Any) -> Any:
    return message["attachments"][0]["content"]
