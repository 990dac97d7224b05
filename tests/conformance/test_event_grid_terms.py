"""What the body of an event subscription asks for, and what Azure would refuse."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from azure.mgmt.eventgrid import models

from tests.conformance.event_grid_fixtures import SUBSCRIPTION, Bench, Box, Recorder, benched
from tests.harness.event_grid import (
    Batching,
    EndpointType,
    FilterError,
    RetryPolicy,
    Schema,
    Terms,
)
from tests.harness.world import Json

STORAGE = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/mailbox"
FUNCTION = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Web/sites/latch/functions/f"
QUEUE: Json = {
    "endpointType": "StorageQueue",
    "properties": {"resourceId": STORAGE, "queueName": "latch-events"},
}
BLOB: Json = {
    "endpointType": "StorageBlob",
    "properties": {"resourceId": STORAGE, "blobContainerName": "dead"},
}
IDENTITY: Json = {"type": "SystemAssigned"}


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with benched() as bench:
        yield bench


def function(**options: Any) -> Json:
    return {"endpointType": "AzureFunction", "properties": {"resourceId": FUNCTION, **options}}


def test_what_is_left_out_is_azures_default() -> None:
    terms = Terms.parse({"destination": QUEUE})

    assert (terms.endpoint, terms.place) == (EndpointType.QUEUE, QUEUE["properties"])
    assert (terms.schema, terms.retry, terms.batching) == (
        Schema.EVENT_GRID,
        RetryPolicy(30, 1440),
        Batching(1, 64),
    )
    assert (terms.dead_letters, terms.identity) == (None, {})


def test_a_body_of_microsofts_own_model_is_read() -> None:
    subscription = models.EventSubscription(
        destination=models.AzureFunctionEventSubscriptionDestination(
            resource_id=FUNCTION, max_events_per_batch=10, preferred_batch_size_in_kilobytes=128
        ),
        event_delivery_schema="CloudEventSchemaV1_0",
        retry_policy=models.RetryPolicy(max_delivery_attempts=5, event_time_to_live_in_minutes=60),
        dead_letter_with_resource_identity=models.DeadLetterWithResourceIdentity(
            identity=models.EventSubscriptionIdentity(type="SystemAssigned"),
            dead_letter_destination=models.StorageBlobDeadLetterDestination(
                resource_id=STORAGE, blob_container_name="dead"
            ),
        ),
    )

    terms = Terms.parse(subscription.serialize()["properties"])

    assert (terms.endpoint, terms.place) == (EndpointType.FUNCTION, {"resourceId": FUNCTION})
    assert (terms.schema, terms.retry) == (Schema.CLOUD, RetryPolicy(5, 60))
    assert terms.batching == Batching(10, 128)
    assert (terms.dead_letters, terms.dead_letter_identity) == (BLOB["properties"], IDENTITY)


def test_delivery_with_an_identity_names_it() -> None:
    wrapped = {"identity": IDENTITY, "destination": QUEUE}
    terms = Terms.parse({"deliveryWithResourceIdentity": wrapped})

    assert (terms.place, terms.identity) == (QUEUE["properties"], IDENTITY)


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        pytest.param({}, "needs a destination", id="no destination"),
        pytest.param({"destination": QUEUE, "topic": "t"}, "'topic'", id="an unknown property"),
        pytest.param(
            {
                "destination": QUEUE,
                "deliveryWithResourceIdentity": {"identity": IDENTITY, "destination": QUEUE},
            },
            "exclude each other",
            id="two destinations",
        ),
        pytest.param(
            {"deliveryWithResourceIdentity": {"destination": QUEUE}},
            "needs identity.type",
            id="an identity that is not named",
        ),
        pytest.param(
            {"destination": {"endpointType": "EventHub"}}, "terms.py", id="an unknown endpoint"
        ),
        pytest.param(
            {"destination": {"endpointType": "StorageQueue", "properties": {"queueName": "q"}}},
            "needs resourceId",
            id="a queue of no account",
        ),
        pytest.param(
            {
                "destination": {
                    **QUEUE,
                    "properties": {**QUEUE["properties"], "maxEventsPerBatch": 5},
                }
            },
            "unknown property 'maxEventsPerBatch'",
            id="batches into a queue",
        ),
        pytest.param(
            {"destination": function(maxEventsPerBatch=5001)}, "1 to 5000", id="a huge batch"
        ),
        pytest.param(
            {"destination": function(preferredBatchSizeInKilobytes=0)}, "1 to 1024", id="no size"
        ),
        pytest.param(
            {"destination": QUEUE, "retryPolicy": {"maxDeliveryAttempts": 31}},
            "1 to 30",
            id="too many attempts",
        ),
        pytest.param(
            {"destination": QUEUE, "retryPolicy": {"eventTimeToLiveInMinutes": 1441}},
            "1 to 1440",
            id="too long a life",
        ),
        pytest.param(
            {"destination": QUEUE, "retryPolicy": {"maxDeliveryAttempts": "3"}},
            "whole number",
            id="text for a number",
        ),
        pytest.param(
            {"destination": QUEUE, "deadLetterDestination": QUEUE}, "StorageBlob", id="not a blob"
        ),
        pytest.param(
            {"destination": QUEUE, "eventDeliverySchema": "CustomInputSchema"},
            r"extend event_grid/events\.py",
            id="a schema of somebody's own",
        ),
        pytest.param(
            {
                "destination": QUEUE,
                "filter": {"advancedFilters": [{"operatorType": "IsNotNull", "key": "x.y"}]},
            },
            "none that",
            id="an illegal filter",
        ),
    ],
)
def test_a_body_that_azure_refuses_is_refused(properties: Json, message: str) -> None:
    with pytest.raises(FilterError, match=message) as caught:
        Terms.parse(properties)

    assert (caught.value.status, caught.value.code) == (400, "InvalidRequest")


async def create(bench: Bench, name: str, recorder: Recorder, **properties: Any) -> None:
    body = {"destination": QUEUE, **properties}
    await bench.grid.create(SUBSCRIPTION, name, body, lambda _: (recorder, Box()))


async def test_a_subscription_of_the_same_name_takes_the_place_of_the_first(bench: Bench) -> None:
    first, second = Recorder(bench.clock, 200), Recorder(bench.clock, 200)

    await create(bench, "latch", first)
    await create(bench, "Latch", second)
    bench.announce()
    await bench.quiet()

    assert (len(first.parcels), len(second.parcels)) == (0, 1)


async def test_a_body_that_is_refused_leaves_what_there_was(bench: Bench) -> None:
    recorder = Recorder(bench.clock, 200)
    await create(bench, "latch", recorder)

    with pytest.raises(FilterError):
        await create(bench, "latch", recorder, filter={"x": 1})
    bench.announce()
    await bench.quiet()

    assert len(recorder.parcels) == 1


async def test_a_subscription_that_is_removed_hears_nothing_more(bench: Bench) -> None:
    recorder = Recorder(bench.clock, 500)
    await create(bench, "latch", recorder)
    bench.announce()
    await bench.quiet()

    assert await bench.grid.remove(SUBSCRIPTION, "LATCH")
    assert not await bench.grid.remove(SUBSCRIPTION, "latch")
    bench.announce()
    await bench.to_the_end()

    assert recorder.times == [0]
    assert bench.grid.stats["failed"] == 1


@pytest.mark.parametrize("name", ["ab", "a" * 65, "under_score", "a/b"])
async def test_a_name_that_azure_does_not_take_is_refused(bench: Bench, name: str) -> None:
    with pytest.raises(FilterError, match="is no name"):
        await create(bench, name, Recorder(bench.clock, 200))
