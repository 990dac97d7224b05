"""Events as the world's own changes make them, in the shapes that Azure publishes."""

import re
from datetime import UTC, datetime

import pytest
from azure.core.messaging import CloudEvent
from azure.eventgrid import EventGridEvent

from tests.harness.clock import LabClock
from tests.harness.event_grid import Schema, event_of
from tests.harness.tokens import Tokens
from tests.harness.world import Caller, Change, Json

SUBSCRIPTION = "5b1f0a3e-0000-4000-8000-00000000a001"
TENANT = "99999999-9999-4999-8999-999999999999"
ACCOUNT = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
    "/providers/Microsoft.CognitiveServices/accounts/aoai"
)
KIM = Caller("Kim Sample", "5b1f0a3e-0000-4000-8000-00000000d001", "portal", "user", ("Owner",))


def change(caller: Caller = KIM) -> Change:
    return Change(
        "Write",
        "Success",
        ACCOUNT,
        "Microsoft.CognitiveServices/accounts/write",
        "PATCH",
        f"https://management.azure.com{ACCOUNT}?api-version=2025-09-01",
        caller,
        datetime(2026, 10, 2, 8, 15, 30, 123456, UTC),
        "5b1f0a3e-0000-4000-a000-000000000001",
    )


def rendered(schema: Schema, caller: Caller = KIM) -> Json:
    clock = LabClock()
    event = event_of(change(caller), Tokens(clock).event_claims, TENANT).render(schema)
    clock.close()
    return event


def test_event_grid_schema_has_the_keys_and_versions_of_a_captured_event() -> None:
    event = rendered(Schema.EVENT_GRID)

    assert set(event) == {
        *("subject", "eventType", "id", "data", "dataVersion"),
        *("metadataVersion", "eventTime", "topic"),
    }
    assert event["topic"] == f"/subscriptions/{SUBSCRIPTION}"
    assert (event["dataVersion"], event["metadataVersion"]) == ("2", "1")
    assert event["eventTime"] == "2026-10-02T08:15:30.1234560Z"
    assert event["eventType"] == "Microsoft.Resources.ResourceWriteSuccess"


def test_the_data_names_resource_operation_and_caller() -> None:
    data = rendered(Schema.EVENT_GRID)["data"]

    assert data["resourceUri"] == ACCOUNT
    assert data["operationName"] == data["authorization"]["action"]
    assert data["resourceProvider"] == "Microsoft.CognitiveServices"
    assert data["status"] == "Succeeded"
    assert data["subscriptionId"] == SUBSCRIPTION
    assert data["tenantId"] == TENANT
    assert data["httpRequest"]["method"] == "PATCH"
    assert data["claims"]["appid"] == "portal"
    assert KIM.object_id in data["claims"].values()


def test_the_evidence_shows_the_role_and_ids_without_dashes() -> None:
    evidence = rendered(Schema.EVENT_GRID)["data"]["authorization"]["evidence"]

    assert evidence["role"] == "Owner"
    assert evidence["principalId"] == KIM.object_id.replace("-", "")
    assert evidence["principalType"] == "User"
    assert re.fullmatch("[0-9a-f]{32}", evidence["roleDefinitionId"])


def test_an_app_is_a_service_principal() -> None:
    app = Caller("func-latch", "5b1f0a3e-0000-4000-8000-00000000d002", "client", "app")
    data = rendered(Schema.EVENT_GRID, app)["data"]

    assert data["authorization"]["evidence"]["principalType"] == "ServicePrincipal"
    assert data["claims"]["idtyp"] == "app"


@pytest.mark.parametrize("schema", Schema)
def test_microsofts_own_classes_read_the_event(schema: Schema) -> None:
    event = rendered(schema)

    if schema is Schema.CLOUD:
        assert CloudEvent.from_dict(event).subject == ACCOUNT
    else:
        assert EventGridEvent.from_dict(event).subject == ACCOUNT


def test_a_cloud_event_has_six_digits_and_no_content_type() -> None:
    event = rendered(Schema.CLOUD)

    assert set(event) == {"source", "subject", "type", "time", "id", "data", "specversion"}
    assert event["time"] == "2026-10-02T08:15:30.123456Z"
    assert event["specversion"] == "1.0"
