"""Events as Event Grid would deliver them, for stories in which nobody did what they tell."""

from tests.harness.world import Json
from tests.harness.worlds import SUBSCRIPTION

WRITE = "Microsoft.CognitiveServices/accounts/write"


def written(resource_id: str, operation: str = WRITE, **members: object) -> Json:
    """Somebody wrote a resource; `members` replace those of the event itself."""
    return {
        "id": "5d1a7a50-0000-4000-8000-000000000001",
        "topic": f"/subscriptions/{SUBSCRIPTION}",
        "subject": resource_id,
        "eventType": "Microsoft.Resources.ResourceWriteSuccess",
        "eventTime": "2026-08-24T10:00:00Z",
        "dataVersion": "2",
        "metadataVersion": "1",
        "data": {
            "operationName": operation,
            "resourceUri": resource_id,
            "status": "Succeeded",
            "tenantId": "99999999-9999-4999-8999-999999999999",
        },
        **members,
    }


def as_cloud_event(event: Json) -> Json:
    """The same event in the CloudEvents schema."""
    return {
        "specversion": "1.0",
        "id": event["id"],
        "source": event["topic"],
        "subject": event["subject"],
        "type": event["eventType"],
        "time": event["eventTime"],
        "data": event["data"],
    }
