"""Which reports deserve a word, which word, and what it says."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from remediation import alerts, wording
from remediation.alert import Alert, to_event
from remediation.channel import RUNBOOK, Kind
from remediation.ids import ResourceId
from remediation.plan import Severity
from remediation.report import (
    REQUESTS,
    Actor,
    ActorKind,
    Cause,
    Drift,
    Lane,
    Outcome,
    Report,
    Request,
    Result,
    Trigger,
    Verdict,
)
from remediation.restraint import Reason

ACCOUNT = ResourceId.parse(
    "/subscriptions/5a1e0001-7c20-4d0f-9b11-2f60c1d7a001/resourceGroups/rg-ai"
    "/providers/Microsoft.CognitiveServices/accounts/chat-fabrikam"
)
NET = "/subscriptions/5a1e0001-7c20-4d0f-9b11-2f60c1d7a001/resourceGroups/rg-net/providers/Microsoft.Network"
STARTED = datetime(2026, 11, 21, 9, 14, tzinfo=UTC)
KIM = Actor(ActorKind.USER, "Kim Rivera", "9d0c11aa", "c11e47aa", "198.51.100.24")
CAUSE = Cause(
    Trigger.EVENT,
    STARTED - timedelta(seconds=10),
    "Microsoft.CognitiveServices/accounts/write",
    str(ACCOUNT),
    "event-1",
    "correlation-1",
    KIM,
)
OPEN = Drift(
    "public-access",
    str(ACCOUNT),
    "public network access Disabled",
    "it is Enabled: all networks can reach it",
    "critical",
)
NO_ENDPOINT = Drift(
    "endpoint-missing",
    f"{NET}/privateEndpoints/pe-chat",
    "a private endpoint in snet",
    "there is none",
    "warning",
)
CLOSE = Result("Close public network access of chat-fabrikam", Outcome.DONE)
DENIED = Result(
    "Close public network access of chat-fabrikam",
    Outcome.FAILED,
    "Microsoft.CognitiveServices/accounts/write is missing",
    "AuthorizationFailed",
)


def report(lane: Lane = Lane.FULL, verdict: Verdict = Verdict.REMEDIED) -> Report:
    """The account was opened by a person, found ten seconds later, and closed within four."""
    return Report(
        id="report-1",
        request_id="request-1",
        account=ACCOUNT,
        lane=lane,
        verdict=verdict,
        cause=CAUSE,
        started=STARTED,
        ended=STARTED + timedelta(seconds=4),
        profile="production",
        drifts=(OPEN,),
        results=(CLOSE,),
        drifted_at=CAUSE.at,
        exposed_seconds=14.0,
    )


def held(*drifts: Drift) -> Report:
    return replace(report(verdict=Verdict.HELD), drifts=drifts, results=())


def stalled(*results: Result) -> Report:
    return replace(report(verdict=Verdict.STALLED), results=results, exposed_seconds=None)


def alert_for(told: Report) -> Alert:
    alert = alerts.for_report(told)
    assert alert is not None
    return alert


def because(drift: Drift, reason: Reason) -> Drift:
    return replace(drift, withheld=reason.value)


@pytest.mark.parametrize(
    ("lane", "verdict", "kind"),
    [
        pytest.param(Lane.FAST, Verdict.REMEDIED, Kind.CLOSED, id="the fast lane closed it"),
        pytest.param(Lane.FULL, Verdict.REMEDIED, Kind.RESTORED, id="the full lane restored it"),
        pytest.param(Lane.FULL, Verdict.HELD, Kind.HELD, id="something holds the remedy back"),
        pytest.param(Lane.FULL, Verdict.STALLED, Kind.STALLED, id="a person must act"),
        pytest.param(Lane.FAST, Verdict.HELD, None, id="the full pass will tell what is held"),
        pytest.param(Lane.FAST, Verdict.STALLED, None, id="the full pass will tell what stalls"),
        pytest.param(Lane.FULL, Verdict.CONVERGED, Kind.RESOLVED, id="somebody else mended it"),
        pytest.param(Lane.FULL, Verdict.WAITING, None, id="Azure still works on it"),
        pytest.param(Lane.FULL, Verdict.GONE, Kind.RESOLVED, id="the account is gone"),
        pytest.param(Lane.FULL, Verdict.OUT_OF_SCOPE, Kind.RESOLVED, id="it left the scope"),
    ],
)
def test_which_reports_deserve_a_word(lane: Lane, verdict: Verdict, kind: Kind | None) -> None:
    alert = alerts.for_report(report(lane, verdict))

    assert kind == (alert and alert.kind)


@pytest.mark.parametrize("verdict", [Verdict.CONVERGED, Verdict.GONE, Verdict.OUT_OF_SCOPE])
def test_where_nothing_was_wrong_nothing_is_told(verdict: Verdict) -> None:
    assert alerts.for_report(replace(report(Lane.FULL, verdict), drifts=())) is None


@pytest.mark.parametrize(
    ("severity", "results", "expected"),
    [
        pytest.param("notice", (), Severity.WARNING, id="worth knowing"),
        pytest.param("warning", (), Severity.CRITICAL, id="somebody is cut off"),
        pytest.param("notice", (DENIED,), Severity.CRITICAL, id="something failed"),
    ],
)
def test_how_much_a_stalled_account_matters(
    severity: str, results: tuple[Result, ...], expected: Severity
) -> None:
    told = replace(stalled(*results), drifts=(replace(OPEN, severity=severity),))

    assert alert_for(told).severity is expected


@pytest.mark.parametrize(
    ("verdict", "says"),
    [
        (Verdict.CONVERGED, "is as its policy wants it again: somebody other than Latch mended it"),
        (Verdict.GONE, "is gone"),
        (Verdict.OUT_OF_SCOPE, "does not speak of chat-fabrikam any more"),
    ],
)
def test_the_end_of_a_drift_is_told_with_the_incident_of_its_beginning(
    verdict: Verdict, says: str
) -> None:
    beginning, end = alert_for(held(OPEN)), alert_for(report(Lane.FULL, verdict))

    assert says in end.headline
    assert (end.incident, end.severity) == (beginning.incident, Severity.NOTICE)
    assert end.id != beginning.id


@pytest.mark.parametrize(
    ("told", "headline"),
    [
        pytest.param(
            report(Lane.FAST),
            "chat-fabrikam was open to the internet for 14 s, changed by Kim Rivera: "
            "Latch closed it",
            id="closed",
        ),
        pytest.param(
            replace(report(Lane.FAST), exposed_seconds=None),
            "chat-fabrikam drifted from its policy (chat-fabrikam (public-access)), "
            "changed by Kim Rivera: Latch closed it",
            id="closed without exposure",
        ),
        pytest.param(
            replace(report(), drifts=(OPEN, NO_ENDPOINT)),
            "chat-fabrikam had drifted from its policy for 14 s and was open to the internet for "
            "14 s, changed by Kim Rivera: Latch restored chat-fabrikam (public-access), "
            "pe-chat (endpoint-missing)",
            id="restored",
        ),
        pytest.param(
            replace(
                report(),
                drifts=(because(OPEN, Reason.EXEMPT), NO_ENDPOINT),
                drifted_at=None,
                exposed_seconds=None,
            ),
            "chat-fabrikam had drifted from its policy, changed by Kim Rivera: "
            "Latch restored pe-chat (endpoint-missing)",
            id="restored, but for what an exemption covers",
        ),
        pytest.param(
            held(because(OPEN, Reason.AUDIT), NO_ENDPOINT),
            "A person must decide about chat-fabrikam, changed by Kim Rivera: Latch holds back "
            "chat-fabrikam (public-access) (AUDIT). It is open to the internet now, for 14 s so far",
            id="held and open",
        ),
        pytest.param(
            replace(held(because(OPEN, Reason.GRACE)), drifted_at=None),
            "A person must decide about chat-fabrikam, changed by Kim Rivera: Latch holds back "
            "chat-fabrikam (public-access) (GRACE). It is open to the internet now",
            id="held and open since nobody knows when",
        ),
        pytest.param(
            stalled(DENIED),
            "A person must act: Latch cannot restore chat-fabrikam: Close public network access "
            "of chat-fabrikam: Microsoft.CognitiveServices/accounts/write is missing, "
            "changed by Kim Rivera. It is open to the internet now, for 14 s so far",
            id="stalled by a missing right",
        ),
        pytest.param(
            stalled(replace(DENIED, message="")),
            "A person must act: Latch cannot restore chat-fabrikam: Close public network access "
            "of chat-fabrikam: AuthorizationFailed, changed by Kim Rivera. "
            "It is open to the internet now, for 14 s so far",
            id="stalled, and Azure gave only a code",
        ),
        pytest.param(
            replace(stalled(CLOSE), drifts=(NO_ENDPOINT,)),
            "A person must act: Latch cannot restore chat-fabrikam: pe-chat: a private endpoint "
            "in snet is wanted, but there is none, changed by Kim Rivera. "
            "Done besides: Close public network access of chat-fabrikam",
            id="stalled without a remedy",
        ),
        pytest.param(
            replace(stalled(), drifts=(replace(NO_ENDPOINT, message="the policy forbids it"),)),
            "A person must act: Latch cannot restore chat-fabrikam: pe-chat: a private endpoint "
            "in snet is wanted, but there is none: the policy forbids it, changed by Kim Rivera",
            id="stalled with a message",
        ),
        pytest.param(
            replace(stalled(), drifts=()),
            "A person must act: Latch cannot restore chat-fabrikam: no remedy is known, "
            "changed by Kim Rivera",
            id="stalled for no reason given",
        ),
    ],
)
def test_the_headline_says_it_all(told: Report, headline: str) -> None:
    assert headline == alert_for(told).headline


@pytest.mark.parametrize(
    ("cause", "by"),
    [
        pytest.param(
            replace(CAUSE, actor=Actor()), "changed by somebody unknown", id="nobody known"
        ),
        pytest.param(
            replace(CAUSE, actor=Actor(ActorKind.APP, "b07b", "oid", "b07b")),
            "changed by app b07b",
            id="an app",
        ),
        pytest.param(
            replace(CAUSE, actor=replace(KIM, name="")), "changed by 9d0c11aa", id="no name"
        ),
        pytest.param(
            Cause(Trigger.SWEEP, STARTED),
            "found by a sweep, changed by somebody unknown",
            id="the sweep",
        ),
        pytest.param(
            Cause(Trigger.RECHECK, STARTED, actor=KIM),
            "found by a recheck, changed by somebody unknown",
            id="a recheck",
        ),
    ],
)
def test_the_headline_names_who_did_it(cause: Cause, by: str) -> None:
    headline = alert_for(replace(report(Lane.FAST), cause=cause)).headline

    expected = f"chat-fabrikam was open to the internet for 14 s, {by}: Latch closed it"

    assert expected == headline


def test_the_headline_counts_what_it_does_not_name() -> None:
    drifts = tuple(replace(OPEN, rule=f"rule-{n}") for n in range(5))

    headline = alert_for(replace(report(), drifts=drifts)).headline

    assert headline.endswith("chat-fabrikam (rule-2) and 2 more")


@pytest.mark.parametrize(
    ("told", "severity"),
    [
        pytest.param(report(Lane.FAST), Severity.NOTICE, id="mended within a minute"),
        pytest.param(
            replace(report(), exposed_seconds=60.0), Severity.WARNING, id="open for a minute"
        ),
        pytest.param(replace(report(), exposed_seconds=None), Severity.NOTICE, id="never open"),
        pytest.param(held(because(OPEN, Reason.AUDIT)), Severity.CRITICAL, id="held open"),
        pytest.param(
            held(because(NO_ENDPOINT, Reason.AUDIT)), Severity.WARNING, id="held and closed"
        ),
        pytest.param(stalled(DENIED), Severity.CRITICAL, id="stalled"),
    ],
)
def test_severity(told: Report, severity: Severity) -> None:
    assert severity is alert_for(told).severity


@pytest.mark.parametrize(
    ("told", "advice"),
    [
        pytest.param(report(Lane.FAST), "is cut off", id="closing may cut people off"),
        pytest.param(report(), "change the policy", id="restored"),
        pytest.param(held(because(OPEN, Reason.AUDIT)), "mode to enforce", id="audited"),
        pytest.param(held(because(OPEN, Reason.EXEMPT)), "exemption lapses", id="exempt"),
        pytest.param(held(because(OPEN, Reason.GRACE)), "grace period ends", id="graced"),
        pytest.param(held(because(OPEN, Reason.BUSY)), "looks again", id="busy"),
        pytest.param(held(replace(OPEN, withheld="FOREIGN")), "Read the drifts", id="a new reason"),
        pytest.param(stalled(DENIED), "ask for a recheck", id="stalled"),
    ],
)
def test_the_advice_says_what_to_do(told: Report, advice: str) -> None:
    assert advice in alert_for(told).advice


def test_what_was_done_is_told_once_per_drift_however_often_the_pass_had_to_run() -> None:
    first, again = alert_for(report()), alert_for(replace(report(), id="report-2"))
    fast = alert_for(report(Lane.FAST))

    assert first.id == again.id
    assert first.id != fast.id


def test_what_is_held_is_told_once_per_incident_and_set_of_reasons() -> None:
    first = held(because(OPEN, Reason.AUDIT), because(NO_ENDPOINT, Reason.AUDIT))
    later = replace(first, id="report-2", ended=STARTED + timedelta(days=3))
    turned = replace(later, drifts=tuple(reversed(first.drifts)))

    assert {alert_for(first).id} == {alert_for(later).id, alert_for(turned).id}


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(held(because(OPEN, Reason.GRACE)), id="another reason"),
        pytest.param(held(because(NO_ENDPOINT, Reason.AUDIT)), id="another drift"),
        pytest.param(
            replace(held(because(OPEN, Reason.AUDIT)), drifted_at=STARTED), id="another incident"
        ),
        pytest.param(stalled(DENIED), id="another verdict"),
    ],
)
def test_what_is_new_is_told_again(told: Report) -> None:
    before = held(because(OPEN, Reason.AUDIT))

    assert alert_for(before).id != alert_for(told).id


def test_what_began_nobody_knows_when_is_told_once_a_day() -> None:
    unread = replace(stalled(DENIED), drifts=(), drifted_at=None)
    soon = replace(unread, ended=unread.ended + timedelta(hours=1))
    next_day = replace(unread, ended=unread.ended + timedelta(days=1))

    assert alert_for(unread).id == alert_for(soon).id
    assert alert_for(unread).id != alert_for(next_day).id


def test_all_alerts_of_one_drift_share_its_incident() -> None:
    fast, full = alert_for(report(Lane.FAST)), alert_for(stalled(DENIED))
    other = alert_for(replace(report(), drifted_at=STARTED))

    assert fast.incident == full.incident
    assert fast.incident != other.incident


def test_another_reason_to_fail_is_told_again() -> None:
    locked = replace(DENIED, code="ScopeLocked")

    assert alert_for(stalled(DENIED)).id != alert_for(stalled(locked)).id


def test_an_alert_travels_as_a_cloud_event() -> None:
    event = to_event(alert_for(report(Lane.FAST)))
    data = event.pop("data")

    expected = {
        "specversion": "1.0",
        "id": alert_for(report(Lane.FAST)).id,
        "source": f"/latch{ACCOUNT}",
        "type": "Latch.Alert.Closed",
        "subject": str(ACCOUNT),
        "time": "2026-11-21T09:14:04Z",
        "datacontenttype": "application/json",
    }

    assert expected == event
    assert json.loads(json.dumps(data)) == data


def test_the_event_holds_everything_that_is_needed_to_act() -> None:
    data = to_event(alert_for(report(Lane.FAST)))["data"]

    expected = {
        "headline": "chat-fabrikam was open to the internet for 14 s, changed by Kim Rivera: "
        "Latch closed it",
        "severity": "notice",
        "advice": wording.CLOSED_ADVICE,
        "runbook": "docs/runbook.md#closed",
        "account": str(ACCOUNT),
        "incident": alert_for(report()).incident,
        "verdict": "remedied",
        "lane": "fast",
        "profile": "production",
        "report": "report-1",
        "attempt": 0,
        "actor": {
            "kind": "user",
            "name": "Kim Rivera",
            "objectId": "9d0c11aa",
            "appId": "c11e47aa",
            "ip": "198.51.100.24",
        },
        "cause": {
            "trigger": "event",
            "at": "2026-11-21T09:13:50Z",
            "operation": "Microsoft.CognitiveServices/accounts/write",
            "resource": str(ACCOUNT),
            "eventId": "event-1",
            "correlationId": "correlation-1",
        },
        "drifts": [
            {
                "rule": "public-access",
                "resource": str(ACCOUNT),
                "expected": "public network access Disabled",
                "actual": "it is Enabled: all networks can reach it",
                "severity": "critical",
                "withheld": "",
                "message": "",
                "awaits": False,
                "cured": False,
                "until": None,
            }
        ],
        "results": [
            {
                "action": "Close public network access of chat-fabrikam",
                "outcome": "done",
                "message": "",
                "code": "",
                "retryAfter": None,
            }
        ],
        "driftedAt": "2026-11-21T09:13:50Z",
        "startedAt": "2026-11-21T09:14:00Z",
        "endedAt": "2026-11-21T09:14:04Z",
        "exposedSeconds": 14.0,
        "proof": None,
    }

    assert expected == data


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "less than 1 s"),
        (0.4, "less than 1 s"),
        (1, "1 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (134, "2 min 14 s"),
        (3_600, "1 h"),
        (3_605, "1 h"),
        (3_900, "1 h 5 min"),
        (93_600, "1 d 2 h"),
        (8_640_000, "100 d"),
    ],
)
def test_durations_are_told_in_words(seconds: float, words: str) -> None:
    assert words == wording.in_words(seconds)


REQUEST = Request(ACCOUNT, Lane.FULL, CAUSE, STARTED, "request-1", attempt=4)


def test_a_poisoned_request_names_its_account() -> None:
    text = json.dumps(REQUESTS.to_json(REQUEST))

    alert = alerts.for_poison("latch-requests-poison", text, STARTED)

    assert alert.headline == (
        "A person must act: Latch gave up on a full pass of chat-fabrikam (attempt 5) "
        "from queue latch-requests"
    )
    assert alert.advice.endswith(f"Then ask for a recheck of {ACCOUNT}.")
    assert alert.account == ACCOUNT
    assert alert.severity is Severity.CRITICAL


def test_a_poisoned_event_names_its_resource_where_the_caller_could_read_it() -> None:
    alert = alerts.for_poison("latch-events", "{}", STARTED, resource=ACCOUNT)

    assert alert.headline == (
        "A person must act: Latch gave up on an event about chat-fabrikam from queue latch-events"
    )


@pytest.mark.parametrize("text", ["", "not JSON", "null", "{}", "[" * 100_000, "\ud800"])
def test_any_message_can_be_given_up_on(text: str) -> None:
    alert = alerts.for_poison("latch-events", text, STARTED)
    event = to_event(alert)

    assert alert.headline == (
        "A person must act: Latch gave up on a message from queue latch-events"
    )
    assert event["source"] == "/latch/queues/latch-events"
    assert event["type"] == "Latch.Alert.GaveUp"
    assert event["data"]["message"]["characters"] == len(text)
    assert event["data"]["message"]["text"] == text[:1024]


def test_a_message_that_was_given_up_on_is_told_once() -> None:
    one, other = (alerts.for_poison("q", text, STARTED).id for text in ("a", "b"))

    assert one == alerts.for_poison("q-poison", "a", STARTED + timedelta(days=1)).id
    assert one != other


def test_without_personal_data_the_text_of_a_message_is_not_told() -> None:
    alert = alerts.for_poison("latch-events", "Kim Rivera", STARTED, keep_personal_data=False)

    event = to_event(alert)

    assert "Kim" not in json.dumps(event)
    assert len(event["data"]["message"]["sha256"]) == 64


@pytest.mark.parametrize("kind", Kind)
def test_the_runbook_speaks_of_every_alert(kind: Kind) -> None:
    runbook, anchor = kind.anchor.split("#")
    text = (Path(__file__).parents[2] / runbook).read_text()
    headings = [line[3:] for line in text.splitlines() if line.startswith("## ")]

    assert anchor in [heading.casefold().replace(" ", "-") for heading in headings]


@pytest.mark.parametrize("reason", Reason)
def test_the_runbook_and_the_advice_speak_of_every_reason(reason: Reason) -> None:
    text = (Path(__file__).parents[2] / RUNBOOK).read_text()

    assert f"\n### {reason}\n" in text
    assert "Read the drifts" not in alert_for(held(because(OPEN, reason))).advice
