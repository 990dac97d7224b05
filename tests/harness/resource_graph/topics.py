"""A system topic and its event subscriptions, as the templates leave them: what can be seen of the way events take."""

from collections.abc import Mapping

from tests.harness.ids import ArmId
from tests.harness.physics.platform_types import EVENT_SUBSCRIPTION, SYSTEM_TOPIC
from tests.harness.world import Json, Resource, World


def system_topic(
    world: World, subscription: str, group: str, name: str = "evgst-latch"
) -> Resource:
    """A topic of a whole subscription. Source: the model SystemTopic of azure-mgmt-eventgrid 10.4.0."""
    own_id = f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{SYSTEM_TOPIC}/{name}"
    properties = {
        "provisioningState": "Succeeded",
        "source": f"/subscriptions/{subscription}",
        "topicType": "Microsoft.Resources.Subscriptions",
    }
    return _put(world, own_id, SYSTEM_TOPIC, properties | {"metricResourceId": name}, "global")


def event_subscription(
    world: World, topic: Resource, destination: Json, name: str = "latch-events-latch"
) -> Resource:
    """`destination` is ARM's: `endpointType` and `properties`. Delivered with the topic's identity."""
    properties = {
        "provisioningState": "Succeeded",
        "topic": topic.id,
        "destination": None,
        "deliveryWithResourceIdentity": {
            "identity": {"type": "SystemAssigned"},
            "destination": destination,
        },
    }
    return _put(world, f"{topic.id}/eventSubscriptions/{name}", EVENT_SUBSCRIPTION, properties)


def into_queue(queue: str) -> Json:
    account = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/latch"
    return {
        "endpointType": "StorageQueue",
        "properties": {"resourceId": account, "queueName": queue},
    }


def into_function(function: str) -> Json:
    app = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/func-latch"
    return {
        "endpointType": "AzureFunction",
        "properties": {"resourceId": f"{app}/functions/{function}"},
    }


def _put(
    world: World, own_id: str, type_: str, properties: Mapping[str, object], location: str = ""
) -> Resource:
    body: Json = {"id": own_id, "name": ArmId.parse(own_id).name, "type": type_}
    if location:
        body["location"] = location
    resource = Resource(own_id, type_, body | {"properties": dict(properties)})
    world.put(resource)
    return resource
