"""When does Azure take a topic and its event subscriptions, and when does it refuse them?"""

from typing import Any

import pytest

from tests.conformance.arm_fixtures import SUBSCRIPTION, authority, azure
from tests.conformance.platform_fixtures import (
    BLOBS,
    GROUP,
    SENDER,
    STORE,
    TOPIC,
    Dana,
    dana,
    http,
)
from tests.harness.bicep import RefusedError
from tests.harness.world import Json

__all__ = ["authority", "azure", "dana", "http"]

EVENTS = f"{TOPIC}/eventSubscriptions/events"
SITE = f"{GROUP}/providers/Microsoft.Web/sites/app"
OWN: Json = {"type": "SystemAssigned"}


def queued(**more: Any) -> Json:
    destination = {
        "endpointType": "StorageQueue",
        "properties": {"resourceId": STORE, "queueName": "events"},
    }
    return {
        "properties": {
            "eventDeliverySchema": "EventGridSchema",
            "filter": {"isSubjectCaseSensitive": False},
            "deliveryWithResourceIdentity": {"identity": OWN, "destination": destination},
            **more,
        }
    }


def letters(container: str = "letters") -> Json:
    place = {"resourceId": STORE, "blobContainerName": container}
    box = {"endpointType": "StorageBlob", "properties": place}
    return {"deadLetterWithResourceIdentity": {"identity": OWN, "deadLetterDestination": box}}


async def refusal(dana: Dana, body: Json) -> str:
    with pytest.raises(RefusedError) as refused:
        await dana.put(EVENTS, body)
    return refused.value.message


async def ready(dana: Dana, **store: object) -> str:
    """A mailbox, and a topic whose identity may deliver into it."""
    await dana.store(**store)
    principal: str = (await dana.topic())["identity"]["principalId"]
    await dana.gives(principal, SENDER)
    return principal


async def test_a_topic_delivers_into_a_queue_with_its_own_identity(dana: Dana) -> None:
    await ready(dana)

    made = await dana.put(EVENTS, queued())

    assert made["properties"]["provisioningState"] == "Succeeded"


async def test_the_role_comes_before_the_event_subscription(dana: Dana) -> None:
    await dana.store()
    principal = (await dana.topic())["identity"]["principalId"]

    too_early = await refusal(dana, queued())
    await dana.gives(principal, SENDER)
    await dana.put(EVENTS, queued())

    assert "messages/add/action" in too_early


async def test_dead_letters_need_a_role_and_a_container_of_their_own(dana: Dana) -> None:
    principal = await ready(dana)

    no_role = await refusal(dana, queued(**letters()))
    await dana.gives(principal, BLOBS)
    no_container = await refusal(dana, queued(**letters("other")))
    await dana.put(EVENTS, queued(**letters()))

    assert "blobs/write" in no_role
    assert "containers/other' does not exist" in no_container


async def test_the_queue_must_be_there(dana: Dana) -> None:
    await ready(dana)
    body = queued()
    place = body["properties"]["deliveryWithResourceIdentity"]["destination"]["properties"]
    place["queueName"] = "absent"

    assert "queues/absent' does not exist" in await refusal(dana, body)


async def test_a_topic_without_an_identity_of_its_own_cannot_deliver(dana: Dana) -> None:
    await dana.store()
    await dana.topic("None")

    assert "no system-assigned identity" in await refusal(dana, queued())


DOORS = [
    ({"networkAcls": {"defaultAction": "Deny", "bypass": "AzureServices"}}, "in"),
    ({"networkAcls": {"defaultAction": "Deny", "bypass": "None"}}, "not in"),
    ({"networkAcls": {"defaultAction": "Allow", "bypass": "None"}}, "in"),
    ({"publicNetworkAccess": "Disabled"}, "not in"),
]


@pytest.mark.parametrize(("doors", "lets"), DOORS, ids=[str(d) for d, _ in DOORS])
async def test_a_firewalled_mailbox_lets_event_grid_in_as_a_trusted_service(
    dana: Dana, doors: Json, lets: str
) -> None:
    await ready(dana, **doors)

    if lets == "in":
        await dana.put(EVENTS, queued())
    else:
        assert "lets no event of Event Grid in" in await refusal(dana, queued())


async def test_whether_the_exception_holds_for_a_closed_account_is_a_switch(dana: Dana) -> None:
    dana.azure.world.switches.trusted_pass_closed_storage = True
    await ready(dana, publicNetworkAccess="Disabled")

    await dana.put(EVENTS, queued())


async def test_a_source_has_one_topic(dana: Dana) -> None:
    await dana.topic()
    second = TOPIC.replace("/topic", "/second")
    body = {
        "location": "global",
        "properties": {
            "source": f"/subscriptions/{SUBSCRIPTION}",
            "topicType": "Microsoft.Resources.Subscriptions",
        },
    }

    with pytest.raises(RefusedError, match="Only one system topic is allowed per source"):
        await dana.put(second, body)


def pushed() -> Json:
    destination = {
        "endpointType": "AzureFunction",
        "properties": {"resourceId": f"{SITE}/functions/on_event"},
    }
    schema = {"eventDeliverySchema": "EventGridSchema", "filter": {}}
    return {"properties": {"destination": destination, **schema}}


async def test_a_push_needs_the_function_with_the_right_trigger(dana: Dana) -> None:
    await dana.topic()
    function = f"{SITE}/functions/on_event"

    absent = await refusal(dana, pushed())
    stored = dana.azure.physics.stored
    bindings = [{"type": "httpTrigger"}]
    given: Json = {"properties": {"config": {"bindings": bindings}}}
    stored.put(function, "Microsoft.Web/sites/functions", given, {})
    other = await refusal(dana, pushed())
    bindings[0]["type"] = "eventGridTrigger"
    await dana.put(EVENTS, pushed())

    assert absent == "Destination endpoint not found."
    assert other == "Azure Event Grid supports EventGrid Trigger type only."


async def test_a_filter_that_event_grid_would_refuse_is_refused_here(dana: Dana) -> None:
    await ready(dana)
    values = [str(number) for number in range(26)]
    filters = [{"operatorType": "StringIn", "key": "data.operationName", "values": values}]

    message = await refusal(dana, queued(filter={"advancedFilters": filters}))

    assert "25" in message


async def test_the_same_topic_again_keeps_its_identity(dana: Dana) -> None:
    first = await dana.topic()

    assert first == await dana.topic()
