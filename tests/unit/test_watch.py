"""Which changes are watched, what each means, where it happened, and which are one word to people."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from remediation import alerts, intake, watch
from remediation.alert import Alert, to_event
from remediation.channel import RUNBOOK
from remediation.ids import ResourceId
from remediation.intake import Drop, NotOurs
from remediation.plan import Severity
from remediation.report import Actor, Cause, Lane, Report, Trigger, Verdict
from remediation.watch import CAME_BACK, LEFT_SCOPE, OPERATIONS, Notice, Operation, Place, Topic
from tests.unit.fakes import recorded, recorded_object

SHARED = Path(__file__).parents[2] / "infra" / "shared"
NOW = datetime(2026, 11, 21, 9, 15, tzinfo=UTC)
SUBSCRIPTION = "/subscriptions/5a1e0001-7c20-4d0f-9b11-2f60c1d7a001"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-fabrikam-ai"
ACCOUNT = ResourceId.parse(f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/chat-fabrikam")
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv"
LOCK = "providers/Microsoft.Authorization/locks/keep"
SAMPLES: list[dict[str, Any]] = json.loads(recorded("watch-every-operation"))
ROLES = [json.loads(file.read_text()) for file in sorted(SHARED.glob("*-role.json"))]

HEADLINES = {
    "Microsoft.CognitiveServices/accounts/deployments/write": "wrote model deployment gpt-4o of chat-fabrikam",
    "Microsoft.CognitiveServices/accounts/deployments/delete": "deleted model deployment gpt-4o of chat-fabrikam",
    "Microsoft.CognitiveServices/accounts/listKeys/action": "listed the keys of chat-fabrikam",
    "Microsoft.CognitiveServices/accounts/regenerateKey/action": "regenerated a key of chat-fabrikam",
    "Microsoft.CognitiveServices/accounts/delete": "deleted chat-fabrikam",
    "Microsoft.CognitiveServices/locations/resourceGroups/deletedAccounts/delete": "purged chat-fabrikam for good",
    "Microsoft.Resources/subscriptions/resourceGroups/delete": (
        "deleted resource group rg-fabrikam-ai with all that was in it"
    ),
    "Microsoft.CognitiveServices/accounts/projects/write": "wrote project assistant of chat-fabrikam",
    "Microsoft.CognitiveServices/accounts/projects/delete": "deleted project assistant of chat-fabrikam",
    "Microsoft.Authorization/locks/write": "set lock keep on chat-fabrikam",
    "Microsoft.Authorization/locks/delete": "removed lock keep from resource group rg-fabrikam-ai",
    "Microsoft.Authorization/policyExemptions/write": (
        "exempted chat-fabrikam from an Azure Policy (no-private-link)"
    ),
    "Microsoft.Authorization/roleAssignments/write": "gave somebody a role on chat-fabrikam",
    "Microsoft.Authorization/roleAssignments/delete": (
        "took a role on subscription 5a1e0001-7c20-4d0f-9b11-2f60c1d7a001 from somebody"
    ),
    "Microsoft.CognitiveServices/accounts/joinPerimeter/action": (
        "joined chat-fabrikam to a network security perimeter"
    ),
    "Microsoft.Network/networkSecurityPerimeters/resourceAssociations/write": "wrote association chat of nsp-fabrikam",
    "Microsoft.Network/networkSecurityPerimeters/resourceAssociations/delete": (
        "deleted association chat of nsp-fabrikam"
    ),
    "Microsoft.Network/networkSecurityPerimeters/profiles/accessRules/write": (
        "wrote access rule everyone of nsp-fabrikam"
    ),
    "Microsoft.Network/networkSecurityPerimeters/profiles/accessRules/delete": (
        "deleted access rule everyone of nsp-fabrikam"
    ),
    "Microsoft.Resources/tags/write": "wrote tags of chat-fabrikam",
    "Microsoft.Resources/tags/delete": "removed the tags of chat-fabrikam",
    "Microsoft.Resources/subscriptions/resourceGroups/moveResources/action": (
        "moved resources out of resource group rg-fabrikam-ai"
    ),
}


def read(event: Mapping[str, object]) -> Notice:
    (seen,) = intake.read_watched(json.dumps(event), NOW)
    assert isinstance(seen, Notice)
    return seen


def dropped(text: str) -> NotOurs:
    (seen,) = intake.read_watched(text, NOW)
    assert isinstance(seen, NotOurs)
    return seen


def sample(operation: str) -> dict[str, Any]:
    (found,) = (each for each in SAMPLES if each["data"]["operationName"] == operation)
    return found | {"data": dict(found["data"])}


def keys_listed(**data: object) -> dict[str, Any]:
    event = sample("Microsoft.CognitiveServices/accounts/listKeys/action")
    event["data"] |= data
    return event


def alert_for(notice: Notice) -> Alert:
    resource = notice.place.resource
    return alerts.for_notice(notice, None if resource is None else intake.account_of(resource))


def by(notice: Notice, actor: Actor) -> Notice:
    return replace(notice, cause=replace(notice.cause, actor=actor))


def later(notice: Notice, **duration: float) -> Notice:
    return replace(notice, cause=replace(notice.cause, at=notice.cause.at + timedelta(**duration)))


def passed(verdict: Verdict, profile: str = "") -> Report:
    cause = Cause(Trigger.EVENT, NOW)
    return Report("r", "q", ACCOUNT, Lane.FULL, verdict, cause, NOW, NOW, profile)


# What is watched -------------------------------------------------------------------------------------------------


def test_there_is_a_sample_and_a_headline_of_every_operation() -> None:
    names = {operation.name for operation in OPERATIONS.values()}

    assert names == {each["data"]["operationName"] for each in SAMPLES}
    assert names == set(HEADLINES)


def test_every_topic_has_an_operation() -> None:
    told = {operation.topic for operation in (*OPERATIONS.values(), CAME_BACK, LEFT_SCOPE)}

    assert set(Topic) == told


def test_the_shipped_filter_names_what_is_watched_and_nothing_else() -> None:
    (names,) = json.loads((SHARED / "watch-filter.json").read_text())["advancedFilters"]

    assert [operation.name for operation in OPERATIONS.values()] == names["values"]


@pytest.mark.parametrize("role", ROLES, ids=[role["roleName"] for role in ROLES])
def test_no_role_of_latch_allows_what_is_watched(role: dict[str, Any]) -> None:
    actions = {action.casefold() for action in role["actions"]}

    assert not actions & set(OPERATIONS)
    assert not any("*" in action for action in actions)


# What is read of an event ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: event["data"]["operationName"])
def test_the_headline_says_who_did_what_and_where(event: dict[str, Any]) -> None:
    expected = f"Kim Rivera {HEADLINES[event['data']['operationName']]}"

    assert expected == alert_for(read(event)).headline


@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: event["data"]["operationName"])
def test_an_event_in_another_case_is_the_same(event: dict[str, Any]) -> None:
    data = event["data"]
    for name in ("operationName", "resourceUri"):
        data = data | {name: data[name].upper()}
    shouted = event | {"data": data, "eventType": event["eventType"].upper()}

    assert read(event).operation is read(shouted).operation
    assert alert_for(read(event)).id == alert_for(read(shouted)).id


def test_the_cause_keeps_what_was_changed_and_when() -> None:
    notice = read(sample("Microsoft.Authorization/locks/delete"))

    assert f"{GROUP}/{LOCK}" == notice.cause.resource
    assert "Microsoft.Authorization/locks/delete" == notice.cause.operation
    assert datetime(2026, 11, 21, 9, 14, 7, 123456, UTC) == notice.cause.at
    assert "9d0c11aa-5e77-4b5c-a1f0-6c2d84e90004" == notice.cause.actor.object_id


def test_a_cloud_event_is_read_like_any_other() -> None:
    told = alert_for(read(recorded_object("watch-list-keys-cloudevents")))

    assert "Kim Rivera listed the keys of chat-fabrikam" == told.headline


def test_the_subject_stands_in_for_a_missing_resource_uri() -> None:
    assert read(keys_listed(resourceUri=None)).place.resource == ACCOUNT


@pytest.mark.parametrize("name", ["watch-event-grid-list-keys", "watch-event-subscription-write"])
def test_what_event_grid_does_for_itself_is_nothing_to_us(name: str) -> None:
    """Its authorization speaks of keys; a word about it might make Event Grid fetch them again."""
    assert Drop.UNKNOWN_OPERATION is dropped(recorded(name)).drop


@pytest.mark.parametrize(
    ("event", "drop"),
    [
        pytest.param(
            keys_listed() | {"eventType": "Microsoft.Resources.ResourceActionFailure"},
            Drop.UNKNOWN_OPERATION,
            id="an action that failed",
        ),
        pytest.param(
            keys_listed() | {"eventType": "Microsoft.Resources.ResourceWriteSuccess"},
            Drop.UNKNOWN_OPERATION,
            id="a type that contradicts its operation",
        ),
        pytest.param(
            recorded_object("intake-account-write"), Drop.UNKNOWN_OPERATION, id="a plain write"
        ),
        pytest.param(
            keys_listed(operationName=None), Drop.UNKNOWN_OPERATION, id="no operation at all"
        ),
        pytest.param(
            keys_listed(resourceUri=f"{ACCOUNT}?x=y") | {"subject": ""},
            Drop.MALFORMED,
            id="an id that ARM cannot have",
        ),
        pytest.param(
            keys_listed(resourceUri="/providers/Microsoft.Management/managementGroups/root")
            | {"subject": 7},
            Drop.MALFORMED,
            id="nothing in a subscription",
        ),
        pytest.param({}, Drop.UNKNOWN_OPERATION, id="an empty object"),
        pytest.param(None, Drop.UNKNOWN_OPERATION, id="null"),
    ],
)
def test_what_is_not_watched_is_dropped(event: object, drop: Drop) -> None:
    assert drop is dropped(json.dumps(event)).drop


@pytest.mark.parametrize("text", ["", "not JSON", "[]", "[" * 100_000])
def test_what_is_no_event_is_malformed(text: str) -> None:
    assert Drop.MALFORMED is dropped(text).drop


def test_every_event_of_an_array_is_read() -> None:
    seen = intake.read_watched(json.dumps([*SAMPLES, 42]), NOW)

    assert [Notice] * len(SAMPLES) + [NotOurs] == [type(each) for each in seen]


def test_without_personal_data_only_ids_are_left() -> None:
    actor = intake.anonymous(read(keys_listed())).cause.actor

    assert ("", "") == (actor.name, actor.ip)
    assert "9d0c11aa-5e77-4b5c-a1f0-6c2d84e90004" == actor.object_id


# Where it happened -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        pytest.param(ACCOUNT.text, ACCOUNT.text, id="an account"),
        pytest.param(f"{ACCOUNT}/deployments/gpt", f"{ACCOUNT}/deployments/gpt", id="its child"),
        pytest.param(f"{ACCOUNT}/{LOCK}", ACCOUNT.text, id="a lock on an account"),
        pytest.param(f"{ACCOUNT}/projects/p/{LOCK}", f"{ACCOUNT}/projects/p", id="on its child"),
        pytest.param(f"{VAULT}/{LOCK}", VAULT, id="a lock on another resource"),
        pytest.param(f"{GROUP}/{LOCK}", GROUP, id="a lock on a group"),
        pytest.param(f"{SUBSCRIPTION}/{LOCK}", SUBSCRIPTION, id="a lock on a subscription"),
        pytest.param(
            f"{ACCOUNT}/providers/microsoft.resources/TAGS/default",
            ACCOUNT.text,
            id="tags as a resource of their own",
        ),
        pytest.param(GROUP.lower(), GROUP.lower(), id="a group in lower case"),
        pytest.param(SUBSCRIPTION, SUBSCRIPTION, id="a whole subscription"),
        pytest.param(
            f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/locations/eastus"
            "/resourceGroups/rg-fabrikam-ai/deletedAccounts/chat-fabrikam",
            ACCOUNT.text,
            id="a deleted account",
        ),
    ],
)
def test_where_a_change_happened(changed: str, place: str) -> None:
    found = Place.of(changed)

    assert place == found.text
    assert SUBSCRIPTION.endswith(found.subscription)
    assert (found.group == "rg-fabrikam-ai") is ("/resourcegroups/" in place.lower())


# What two passes tell --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(
            passed(Verdict.GONE),
            passed(Verdict.WAITING, "production"),
            (CAME_BACK, "production"),
            id="an account came back",
        ),
        pytest.param(
            passed(Verdict.CONVERGED, "production"),
            passed(Verdict.OUT_OF_SCOPE),
            (LEFT_SCOPE, "production"),
            id="an account left the scope",
        ),
        pytest.param(passed(Verdict.GONE), passed(Verdict.GONE), None, id="still gone"),
        pytest.param(
            passed(Verdict.GONE), passed(Verdict.WAITING), None, id="gone, then not readable"
        ),
        pytest.param(
            passed(Verdict.GONE),
            passed(Verdict.OUT_OF_SCOPE),
            None,
            id="back, but never in scope",
        ),
        pytest.param(
            passed(Verdict.OUT_OF_SCOPE),
            passed(Verdict.OUT_OF_SCOPE),
            None,
            id="out of scope all the time",
        ),
        pytest.param(
            passed(Verdict.STALLED), passed(Verdict.OUT_OF_SCOPE), None, id="never seen in scope"
        ),
        pytest.param(
            passed(Verdict.CONVERGED, "production"),
            passed(Verdict.CONVERGED, "sandbox"),
            None,
            id="another profile",
        ),
    ],
)
def test_what_became_of_an_account_between_two_passes(
    before: Report, after: Report, expected: tuple[Operation, str] | None
) -> None:
    assert expected == watch.turn(before, after)


# What people are told --------------------------------------------------------------------------------------------


def test_the_same_actor_doing_the_same_within_the_hour_is_told_once() -> None:
    first = read(keys_listed())
    again = later(replace(first, cause=replace(first.cause, event_id="another")), minutes=45)

    assert alert_for(first).id == alert_for(again).id


def test_deployments_of_one_account_are_one_word() -> None:
    event = sample("Microsoft.CognitiveServices/accounts/deployments/write")
    other = event | {"data": event["data"] | {"resourceUri": f"{ACCOUNT}/deployments/o3"}}

    assert alert_for(read(event)).id == alert_for(read(other)).id


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(later(read(keys_listed()), minutes=46), id="the next hour"),
        pytest.param(by(read(keys_listed()), Actor(object_id="lee")), id="another actor"),
        pytest.param(
            read(sample("Microsoft.CognitiveServices/accounts/regenerateKey/action")),
            id="another operation",
        ),
        pytest.param(
            read(keys_listed(resourceUri=f"{ACCOUNT}-2")),
            id="another account",
        ),
    ],
)
def test_what_differs_is_told_again(other: Notice) -> None:
    assert alert_for(read(keys_listed())).id != alert_for(other).id


def test_an_unknown_actor_is_told_once_for_each_event() -> None:
    first = read(keys_listed(claims=None))
    another = read(keys_listed(claims=None) | {"id": "another"})

    assert alert_for(first).headline.startswith("Somebody unknown listed")
    assert alert_for(first).id == alert_for(read(keys_listed(claims=None))).id
    assert alert_for(first).id != alert_for(another).id


def test_dropping_names_does_not_tell_twice() -> None:
    notice = read(keys_listed())

    assert alert_for(notice).id == alert_for(intake.anonymous(notice)).id


def test_coming_back_and_leaving_the_scope_are_two_words() -> None:
    cause = read(keys_listed()).cause
    back, left = (Notice(each, Place.of(ACCOUNT.text), cause) for each in (CAME_BACK, LEFT_SCOPE))

    assert alert_for(back).id != alert_for(left).id
    assert (Severity.NOTICE, Severity.WARNING) == (
        alert_for(back).severity,
        alert_for(left).severity,
    )


def test_the_event_holds_who_what_where_and_when() -> None:
    event = to_event(alert_for(read(keys_listed())))
    data = event["data"]

    assert "Latch.Alert.Noticed" == event["type"]
    assert ACCOUNT.text == event["subject"]
    assert "2026-11-21T09:14:07.123456Z" == event["time"]
    assert "notice" == data["severity"]
    assert "keys" == data["topic"]
    assert "docs/runbook.md#noticed" == data["runbook"]
    assert "Kim Rivera" == data["actor"]["name"]
    assert {
        "trigger": "event",
        "at": "2026-11-21T09:14:07.123456Z",
        "operation": "Microsoft.CognitiveServices/accounts/listKeys/action",
        "resource": ACCOUNT.text,
        "eventId": "e0000000-aaaa-4bbb-8ccc-000000000103",
        "correlationId": "c0000000-aaaa-4bbb-8ccc-000000000103",
    } == data["cause"]
    assert json.loads(json.dumps(event)) == event


def test_what_happened_to_no_account_is_about_its_place() -> None:
    event = to_event(alert_for(read(sample("Microsoft.Authorization/locks/delete"))))

    assert GROUP == event["subject"]
    assert f"/latch{GROUP}" == event["source"]
    assert event["data"]["account"] is None


@pytest.mark.parametrize("topic", Topic)
def test_the_runbook_speaks_of_every_topic(topic: Topic) -> None:
    text = (Path(__file__).parents[2] / RUNBOOK).read_text()

    assert f"\n| `{topic}` |" in text
