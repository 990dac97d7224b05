"""Are changes in a subscription sent to Latch? Its system topic is in the index, the topic's subscriptions are not.

So the topics of all subscriptions are asked for at once, and of each its event subscriptions are listed.
Source: the models of azure-mgmt-eventgrid 10.4.0, api-version 2025-02-15. That event subscriptions are not in Resource
Graph is not verified.
"""

from remediation.adapters.names import EVENTS_QUEUE
from remediation.report import Json

TOPICS = """
resources
| where type =~ 'microsoft.eventgrid/systemtopics'
| where tostring(properties.topicType) =~ 'microsoft.resources.subscriptions'
| project id, source = tostring(properties.source)
| order by id asc
"""

# The function that takes events where they are pushed.
_PUSHED = "/functions/on_event"


def subscriptions_path(topic: str) -> str:
    return f"{topic}/eventSubscriptions?api-version=2025-02-15"


def source_of(row: Json) -> str:
    """The subscription whose changes a topic publishes."""
    return str(row["source"]).rstrip("/").rsplit("/", 1)[-1].casefold()


def is_ours(found: Json) -> bool:
    """Whether an event subscription leads into the queue or the function of a Latch; of which one, nobody can tell."""
    properties: Json = found.get("properties") or {}
    delivery: Json = properties.get("deliveryWithResourceIdentity") or {}
    destination: Json = delivery.get("destination") or properties.get("destination") or {}
    place: Json = destination.get("properties") or {}
    is_ready = str(properties.get("provisioningState") or "Succeeded").casefold() == "succeeded"
    if str(destination.get("endpointType")).casefold() == "storagequeue":
        return is_ready and str(place.get("queueName")).casefold() == EVENTS_QUEUE
    return is_ready and str(place.get("resourceId")).casefold().endswith(_PUSHED)
