"""From a recorded event to what happened: envelopes, quirks, callers, and what is dropped."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from remediation import intake
from remediation.ids import ResourceId
from remediation.intake import Drop, NotOurs, Sighting
from remediation.report import Actor, ActorKind, Cause, Trigger
from tests.unit.fakes import recorded, recorded_object

NOW = datetime(2026, 11, 21, 9, 15, tzinfo=UTC)
WORK = "/subscriptions/5a1e0001-7c20-4d0f-9b11-2f60c1d7a001"
HUB = "/subscriptions/5a1e0002-7c20-4d0f-9b11-2f60c1d7a002"
TENANT = "7e4a0000-33d1-4c6e-8a57-90bb1f2c0003"
ACCOUNT = f"{WORK}/resourceGroups/rg-fabrikam-ai/providers/Microsoft.CognitiveServices/accounts/chat-fabrikam"
ENDPOINT = (
    f"{WORK}/resourceGroups/rg-fabrikam-net/providers/Microsoft.Network"
    "/privateEndpoints/pe-chat-fabrikam"
)
ZONE = (
    f"{HUB}/resourceGroups/rg-fabrikam-dns/providers/Microsoft.Network"
    "/privateDnsZones/privatelink.openai.azure.com"
)
CONNECTION = (
    f"{ACCOUNT}/privateEndpointConnections/pe-chat-fabrikam.1f0e2d3c-4b5a-4978-8695-a4b3c2d1e0f9"
)
KIM = Actor(
    kind=ActorKind.USER,
    name="Kim Rivera",
    object_id="9d0c11aa-5e77-4b5c-a1f0-6c2d84e90004",
    app_id="c11e47aa-0f3d-4f8a-b7f5-1f6f2b5a0005",
    ip="198.51.100.24",
)


def sighting(text: str) -> Sighting:
    (seen,) = intake.read_text(text, NOW)
    assert isinstance(seen, Sighting)
    return seen


def dropped(text: str, tenant: str = "") -> NotOurs:
    (seen,) = intake.read_text(text, NOW, tenant=tenant)
    assert isinstance(seen, NotOurs)
    return seen


def account_write(**data: object) -> dict[str, object]:
    """A plain write of the account with other members of `data`; those set to None are left out."""
    event = recorded_object("intake-account-write")
    given = event["data"]
    assert isinstance(given, dict)
    event["data"] = {k: v for k, v in (given | data).items() if v is not None}
    return event


def actor_of(**data: object) -> Actor:
    return sighting(json.dumps(account_write(**data))).cause.actor


@pytest.mark.parametrize(
    ("name", "resource", "operation"),
    [
        pytest.param(
            "account-write",
            ACCOUNT,
            "Microsoft.CognitiveServices/accounts/write",
            id="a person writes an account",
        ),
        pytest.param(
            "account-write-lower-case-group",
            ACCOUNT,
            "Microsoft.CognitiveServices/accounts/write",
            id="resourcegroups comes in lower case, and there is no request",
        ),
        pytest.param(
            "account-write-stringified",
            ACCOUNT,
            "Microsoft.CognitiveServices/accounts/write",
            id="claims and request are JSON in strings",
        ),
        pytest.param(
            "account-write-bare",
            ACCOUNT,
            "Microsoft.CognitiveServices/accounts/write",
            id="everything optional is missing",
        ),
        pytest.param(
            "account-write-by-app",
            ACCOUNT,
            "Microsoft.CognitiveServices/accounts/write",
            id="an app writes an account",
        ),
        pytest.param(
            "account-delete-cloudevents",
            ACCOUNT,
            "Microsoft.CognitiveServices/accounts/delete",
            id="an account is deleted, as a CloudEvent",
        ),
        pytest.param(
            "connection-delete",
            CONNECTION,
            "Microsoft.CognitiveServices/accounts/privateEndpointConnections/delete",
            id="a connection is removed from its account",
        ),
        pytest.param(
            "endpoint-write-pascal-case",
            ENDPOINT,
            "Microsoft.Network/privateEndpoints/write",
            id="authorization comes in PascalCase",
        ),
        pytest.param(
            "endpoint-delete",
            ENDPOINT,
            "Microsoft.Network/privateEndpoints/delete",
            id="an endpoint is deleted",
        ),
        pytest.param(
            "zone-group-write",
            f"{ENDPOINT}/privateDnsZoneGroups/default",
            "Microsoft.Network/privateEndpoints/privateDnsZoneGroups/write",
            id="a zone group is written",
        ),
        pytest.param(
            "zone-delete", ZONE, "Microsoft.Network/privateDnsZones/delete", id="a zone is deleted"
        ),
        pytest.param(
            "record-delete-cloudevents",
            f"{ZONE}/A/chat-fabrikam",
            "Microsoft.Network/privateDnsZones/A/delete",
            id="a record is deleted",
        ),
        pytest.param(
            "link-delete",
            f"{ZONE}/virtualNetworkLinks/link-hub",
            "Microsoft.Network/privateDnsZones/virtualNetworkLinks/delete",
            id="a link is deleted",
        ),
        pytest.param(
            "notification-updated",
            ACCOUNT,
            "Microsoft.CognitiveServices/accounts/write",
            id="a resource notification has a blank in its id, and the subject helps",
        ),
        pytest.param(
            "notification-deleted",
            ACCOUNT,
            "Microsoft.CognitiveServices/accounts/delete",
            id="a resource notification of a delete",
        ),
        pytest.param(
            "dead-letter",
            ENDPOINT,
            "Microsoft.Network/privateEndpoints/delete",
            id="a dead letter is an array",
        ),
        pytest.param(
            "dead-letter-cloudevents",
            f"{ZONE}/A/chat-fabrikam",
            "Microsoft.Network/privateDnsZones/A/delete",
            id="a dead letter in CloudEvents has neither specversion nor time",
        ),
    ],
)
def test_reads_resource_and_operation(name: str, resource: str, operation: str) -> None:
    seen = sighting(recorded(f"intake-{name}"))

    assert seen.resource == ResourceId.parse(resource)
    assert seen.cause.operation == operation
    assert seen.cause.resource.casefold() == resource.casefold()
    assert seen.cause.trigger is Trigger.EVENT


def test_keeps_of_an_event_only_what_the_record_needs() -> None:
    expected = Cause(
        trigger=Trigger.EVENT,
        at=datetime(2026, 11, 21, 9, 14, 7, 123456, UTC),
        operation="Microsoft.CognitiveServices/accounts/write",
        resource=ACCOUNT,
        event_id="e0000000-aaaa-4bbb-8ccc-000000000001",
        correlation_id="c0000000-aaaa-4bbb-8ccc-000000000001",
        actor=KIM,
    )

    assert expected == sighting(recorded("intake-account-write")).cause


@pytest.mark.parametrize(
    ("name", "drop", "detail"),
    [
        pytest.param(
            "account-write-failure",
            Drop.FAILED,
            "event type Microsoft.Resources.ResourceWriteFailure",
            id="a failed write, although its status says Succeeded",
        ),
        pytest.param(
            "account-list-keys",
            Drop.UNKNOWN_OPERATION,
            "event type Microsoft.Resources.ResourceActionSuccess",
            id="an action",
        ),
        pytest.param(
            "deployment-write",
            Drop.FOREIGN,
            "resource type microsoft.resources/deployments",
            id="the deployment that announces a write",
        ),
        pytest.param(
            "foreign-write",
            Drop.FOREIGN,
            "resource type microsoft.eventgrid/eventsubscriptions",
            id="another provider, whose authorization speaks of the account",
        ),
        pytest.param(
            "handshake",
            Drop.HANDSHAKE,
            "event type Microsoft.EventGrid.SubscriptionValidationEvent",
            id="the handshake",
        ),
    ],
)
def test_drops_what_is_not_ours(name: str, drop: Drop, detail: str) -> None:
    seen = dropped(recorded(f"intake-{name}"))

    assert NotOurs(drop, detail) == seen
    assert str(seen).startswith(drop.sentence)


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        pytest.param("", "0 characters that are not JSON", id="nothing"),
        pytest.param("{", "1 characters that are not JSON", id="half an object"),
        pytest.param("[" * 100_000, "100000 characters that are not JSON", id="a tower of arrays"),
        pytest.param("9" * 5_000, "5000 characters that are not JSON", id="an endless number"),
        pytest.param("[]", "an empty array", id="an empty array"),
        pytest.param("null", "a JSON null without the type of an event", id="null"),
        pytest.param("42", "a JSON number without the type of an event", id="a number"),
        pytest.param("{}", "a JSON object without the type of an event", id="an empty object"),
        pytest.param("[[]]", "a JSON array without the type of an event", id="arrays in arrays"),
        pytest.param(
            '{"eventType": "Microsoft.Resources.ResourceWriteSuccess"}',
            "Microsoft.Resources.ResourceWriteSuccess without the well-formed id of a resource",
            id="a type and nothing else",
        ),
    ],
)
def test_what_is_no_event_is_malformed(text: str, detail: str) -> None:
    assert NotOurs(Drop.MALFORMED, detail) == dropped(text)


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param(f"{ACCOUNT}/../../accounts/other", id="traversal"),
        pytest.param(ACCOUNT.replace("chat-fabrikam", ".."), id="two dots for a name"),
        pytest.param(f"{ACCOUNT}?api-version=2025-06-01", id="a query"),
        pytest.param(f"{ACCOUNT}#fragment", id="a fragment"),
        pytest.param(ACCOUNT.replace("chat-", "chat%2f"), id="an escaped slash"),
        pytest.param(ACCOUNT.replace("chat-", "chat\x00"), id="a null character"),
        pytest.param(ACCOUNT.replace("chat-", "chat\n"), id="a line feed"),
        pytest.param(ACCOUNT.replace("chat-", "chat\\"), id="a backslash"),
        pytest.param(ACCOUNT.replace("/rg-fabrikam-ai", "/"), id="a group without a name"),
        pytest.param(ACCOUNT.replace("chat-fabrikam", "a" * 2_000), id="an endless name"),
        pytest.param(f"https://management.azure.com{ACCOUNT}", id="a whole URL"),
        pytest.param(WORK, id="a subscription"),
        pytest.param({"id": ACCOUNT}, id="an object"),
    ],
)
def test_an_id_that_arm_cannot_have_is_malformed(resource: object) -> None:
    event = account_write(resourceUri=resource) | {"subject": resource}

    assert dropped(json.dumps(event)).drop is Drop.MALFORMED


def test_a_trailing_slash_does_not_matter() -> None:
    event = account_write(resourceUri=f"{ACCOUNT}/")

    assert sighting(json.dumps(event)).resource.text == ACCOUNT


def test_the_subject_stands_in_for_a_missing_resource_uri() -> None:
    event = account_write(resourceUri=None)

    assert sighting(json.dumps(event)).resource.text == ACCOUNT


def test_an_operation_that_contradicts_its_event_is_unknown() -> None:
    operation = "Microsoft.CognitiveServices/accounts/regenerateKey/action"
    event = account_write(operationName=operation)

    expected = NotOurs(Drop.UNKNOWN_OPERATION, f"operation {operation}")

    assert expected == dropped(json.dumps(event))


def test_an_event_type_nobody_asked_about_is_foreign() -> None:
    event = account_write() | {"eventType": "Microsoft.Storage.BlobCreated"}

    assert dropped(json.dumps(event)).drop is Drop.FOREIGN


def test_an_event_of_another_tenant_is_foreign_where_the_tenant_is_known() -> None:
    text = recorded("intake-account-write")

    assert dropped(text, tenant="0ddba110-0000-4000-8000-00000000000b").drop is Drop.FOREIGN
    assert isinstance(intake.read_text(text, NOW, tenant=TENANT.upper())[0], Sighting)


def test_a_detail_is_short() -> None:
    event = account_write() | {"eventType": "x" * 10_000}

    assert len(dropped(json.dumps(event)).detail) == 200


def test_every_event_of_an_array_is_read() -> None:
    events = [account_write(), json.loads(recorded("intake-link-delete")), 42]

    seen = intake.read_text(json.dumps(events), NOW)

    assert [Sighting, Sighting, NotOurs] == [type(each) for each in seen]


def test_an_event_inside_a_json_string_is_read() -> None:
    assert sighting(json.dumps(recorded("intake-account-write"))).resource.text == ACCOUNT


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        pytest.param("2026-11-21T09:14:07.1234567Z", "09:14:07.123456", id="seven digits"),
        pytest.param("2026-11-21T09:14:07.123456Z", "09:14:07.123456", id="six digits"),
        pytest.param("2026-11-21T09:14:07Z", "09:14:07", id="no digits"),
        pytest.param("2026-11-21T10:14:07+01:00", "09:14:07", id="an offset"),
        pytest.param("2026-11-21T09:14:07", "09:14:07", id="no zone means UTC"),
        pytest.param(None, "09:15:00", id="null means now"),
        pytest.param("yesterday", "09:15:00", id="nonsense means now"),
        pytest.param("0001-01-01T00:00:00+23:59", "09:15:00", id="before all time means now"),
        pytest.param(1794301200, "09:15:00", id="a number means now"),
        pytest.param("2031-01-01T00:00:00Z", "09:15:00", id="the future means now"),
    ],
)
def test_the_time_of_an_event(time: object, expected: str) -> None:
    event = account_write() | {"eventTime": time}

    moment = datetime.fromisoformat(f"2026-11-21T{expected}+00:00")

    assert moment == sighting(json.dumps(event)).cause.at


def test_a_dead_letter_without_a_time_happened_when_it_was_published() -> None:
    seen = sighting(recorded("intake-dead-letter-cloudevents"))

    assert datetime(2026, 11, 21, 9, 14, 8, 401872, UTC) == seen.cause.at


@pytest.mark.parametrize(
    "name",
    ["account-write", "account-write-stringified", "endpoint-write-pascal-case", "zone-delete"],
)
def test_the_caller_is_who_the_claims_name(name: str) -> None:
    assert sighting(recorded(f"intake-{name}")).cause.actor == KIM


def test_an_app_goes_by_its_client_id() -> None:
    robot = "b07b07aa-2c3d-4e5f-9a0b-4c5d6e7f0007"
    expected = Actor(
        ActorKind.APP, robot, "0b1ec7aa-3d4e-4f6a-8b1c-5d6e7f8a0008", robot, "198.51.100.24"
    )

    assert expected == sighting(recorded("intake-account-write-by-app")).cause.actor


@pytest.mark.parametrize(
    "name", ["account-write-bare", "notification-updated", "notification-deleted"]
)
def test_an_event_without_claims_has_an_unknown_caller(name: str) -> None:
    assert Actor() == sighting(recorded(f"intake-{name}")).cause.actor


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        pytest.param({"name": "Kim"}, Actor(ActorKind.USER, "Kim"), id="a name makes a person"),
        pytest.param({"appid": "a"}, Actor(ActorKind.APP, "a", "", "a"), id="an app id alone"),
        pytest.param({"idtyp": "APP"}, Actor(ActorKind.APP), id="idtyp in another case"),
        pytest.param({"idtyp": "device"}, Actor(), id="an idtyp nobody knows"),
        pytest.param({"upn": "k@x.example"}, Actor(ActorKind.USER, "k@x.example"), id="a bare upn"),
        pytest.param({"OID": "o"}, Actor(object_id="o"), id="claim names without case"),
        pytest.param({"name": 7, "ipaddr": ["::1"]}, Actor(), id="values that are no strings"),
        pytest.param(
            {"name": "Kim\x1b[31m\r\nRivera\u202e"},
            Actor(ActorKind.USER, "Kim[31mRivera"),
            id="control characters are dropped",
        ),
        pytest.param(
            {"name": "K" * 999}, Actor(ActorKind.USER, "K" * 256), id="long names are cut"
        ),
        pytest.param("not JSON", Actor(), id="claims that are a string of something else"),
        pytest.param("[]", Actor(), id="claims that are an array in a string"),
        pytest.param({}, Actor(), id="no claims in the object"),
    ],
)
def test_the_caller_from_odd_claims(claims: object, expected: Actor) -> None:
    assert expected == actor_of(claims=claims, httpRequest={})


def test_the_principal_of_the_authorization_is_never_taken_for_the_caller() -> None:
    assert Actor() == actor_of(claims=None, httpRequest=None)


def test_the_address_comes_from_the_request_when_the_claims_have_none() -> None:
    assert actor_of(claims={"name": "Kim"}).ip == "198.51.100.24"


def test_reads_every_write_and_delete_that_the_shipped_filter_lets_through() -> None:
    shipped = Path(__file__).parents[2] / "infra" / "shared" / "event-filter.json"
    (names,) = json.loads(shipped.read_text())["advancedFilters"]

    expected = {
        f"{name}/{verb}" for name in intake.WATCHED.values() for verb in ("write", "delete")
    }

    assert expected == set(names["values"])


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        pytest.param(ACCOUNT, ACCOUNT, id="an account is itself"),
        pytest.param(CONNECTION, ACCOUNT, id="a connection belongs to its account"),
        pytest.param(f"{ACCOUNT}/deployments/gpt", ACCOUNT, id="so does any other child"),
        pytest.param(ENDPOINT, None, id="an endpoint belongs to no account by its id"),
    ],
)
def test_account_of(resource: str, expected: str | None) -> None:
    account = intake.account_of(ResourceId.parse(resource))

    assert expected == (account and account.text)


def test_an_anonymous_sighting_keeps_the_ids_and_drops_the_person() -> None:
    actor = Actor(ActorKind.USER, "Kim Rivera", "9d0c11aa", "c11e47aa", "198.51.100.7")
    seen = Sighting(ResourceId.parse(ACCOUNT), Cause(Trigger.EVENT, NOW, actor=actor))

    assert intake.anonymous(seen).cause.actor == Actor(
        ActorKind.USER, "", "9d0c11aa", "c11e47aa", ""
    )
