"""What does Azure tell of a change, in the two schemas that a subscriber may choose?"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from tests.harness.ids import ArmId
from tests.harness.world import Caller, Change, Json

type Claims = Callable[[Caller], dict[str, str]]

# Source: event-schema-subscriptions.md: nine types, one data model; there is no "Started".
RESOURCE_TYPES = frozenset(
    f"Microsoft.Resources.Resource{kind}{outcome}"
    for kind in ("Write", "Delete", "Action")
    for outcome in ("Success", "Failure", "Cancel")
)


class Schema(StrEnum):
    """How an event subscription wants its events."""

    EVENT_GRID = "EventGridSchema"
    CLOUD = "CloudEventSchemaV1_0"


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a system topic, before it has a schema."""

    id: str
    topic: str
    subject: str
    type: str
    time: datetime
    data: Json

    def render(self, schema: Schema) -> Json:
        match schema:
            case Schema.EVENT_GRID:
                return self._event_grid()
            case Schema.CLOUD:
                return self._cloud()

    def _event_grid(self) -> Json:
        return {
            "subject": self.subject,
            "eventType": self.type,
            "id": self.id,
            "data": self.data,
            "dataVersion": "2",
            "metadataVersion": "1",
            "eventTime": seven_digits(self.time),
            "topic": self.topic,
        }

    def _cloud(self) -> Json:
        # Source: the CloudEvents samples of event-schema-subscriptions.md: six digits, no datacontenttype.
        return {
            "source": self.topic,
            "subject": self.subject,
            "type": self.type,
            "time": self.time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "id": self.id,
            "data": self.data,
            "specversion": "1.0",
        }


def event_of(change: Change, claims: Claims, tenant: str) -> Event:
    """The event that the system topic of the resource's subscription publishes."""
    subscription = ArmId.parse(change.resource_id).subscription
    return Event(
        id=str(uuid.uuid4()),
        topic=f"/subscriptions/{subscription}",
        subject=change.resource_id,
        type=f"Microsoft.Resources.Resource{change.kind}{change.outcome}",
        time=change.time,
        data=_data(change, claims(change.caller), subscription, tenant),
    )


def seven_digits(moment: datetime) -> str:
    """A time as Azure's resource events print it. Source: a captured event of 2025-11-10."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def _data(change: Change, claims: dict[str, str], subscription: str, tenant: str) -> Json:
    return {
        "authorization": {
            "scope": change.resource_id,
            "action": change.operation,
            "evidence": _evidence(change.caller, subscription),
        },
        "claims": claims,
        "correlationId": change.correlation_id,
        "httpRequest": {
            "clientRequestId": str(uuid.uuid4()),
            "clientIpAddress": change.caller.ip,
            "method": change.method,
            "url": change.url,
        },
        "resourceProvider": change.operation.partition("/")[0],
        "resourceUri": change.resource_id,
        "operationName": change.operation,
        # Source: event-schema-subscriptions.md: "Succeeded" even in the samples of a failure and a cancellation.
        "status": "Succeeded",
        "subscriptionId": subscription,
        "tenantId": tenant,
    }


def _evidence(caller: Caller, subscription: str) -> dict[str, str]:
    # Source: event-schema-subscriptions.md for the keys; a captured event for ids without dashes.
    role = caller.roles[0] if caller.roles else "Contributor"
    return {
        "role": role,
        "roleAssignmentScope": f"/subscriptions/{subscription}",
        "roleAssignmentId": uuid.uuid5(uuid.NAMESPACE_OID, f"{caller.object_id}/{role}").hex,
        "roleDefinitionId": uuid.uuid5(uuid.NAMESPACE_OID, role).hex,
        "principalId": caller.object_id.replace("-", ""),
        "principalType": "User" if caller.kind == "user" else "ServicePrincipal",
    }
