"""What arrives: in a real queue, at web hooks, and in blob storage when nobody wanted it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Self

import aiohttp
import pytest
from aiohttp import web

from tests.conformance.apps import Storage, hosting, storage
from tests.harness.azurite import ACCOUNT
from tests.harness.event_grid import (
    BlobContainer,
    EndpointType,
    EventGrid,
    HandshakeError,
    Queue,
    RetryPolicy,
    Schema,
    WebHook,
)
from tests.harness.serving import Served, serve
from tests.harness.world import Json, World

SUBSCRIPTION = "5b1f0a3e-0000-4000-8000-00000000a001"
EVENT = {
    "id": "1",
    "topic": f"/subscriptions/{SUBSCRIPTION}",
    "subject": "/aoai",
    "eventType": "Microsoft.Resources.ResourceWriteSuccess",
    "data": {},
    "dataVersion": "2",
}
CLOUD = {
    "id": "1",
    "source": EVENT["topic"],
    "specversion": "1.0",
    "type": EVENT["eventType"],
    "data": {},
}

type Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture(scope="module")
async def store(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Storage]:
    async with storage(tmp_path_factory.mktemp("deliveries")) as running:
        yield running


@pytest.fixture
async def grid(store: Storage) -> AsyncIterator[EventGrid]:
    grid = EventGrid(World(store.clock), store.clock, lambda _: {})
    yield grid
    await grid.close()


@pytest.fixture
async def queue(store: Storage) -> AsyncIterator[Queue]:
    await store.clear("events")
    url = f"{store.azurite.queue_url}/events"
    async with Queue(url, store.credential, store.authority.ca_file) as queue:
        yield queue


async def test_a_queue_gets_one_message_per_event(
    grid: EventGrid, queue: Queue, store: Storage
) -> None:
    await grid.subscribe(SUBSCRIPTION, "latch", {}, queue)

    grid.deliver_raw([EVENT, CLOUD, "not JSON"])
    await grid.idle()

    texts = await store.take("events")
    assert sorted(texts) == sorted([json.dumps(EVENT), json.dumps(CLOUD), "not JSON"])
    assert grid.stats["delivered"] == 3


async def test_a_queue_that_is_not_there_is_tried_again(grid: EventGrid, store: Storage) -> None:
    url = f"{store.azurite.queue_url}/nowhere"
    async with Queue(url, store.credential, store.authority.ca_file) as queue:
        await grid.subscribe(SUBSCRIPTION, "latch", {}, queue)
        grid.deliver_raw([EVENT])
        await grid.idle()

    assert (grid.pending(), grid.stats["failed"]) == (1, 1)


async def test_a_dead_letter_ends_in_a_blob_at_the_documented_place(
    grid: EventGrid, store: Storage
) -> None:
    container = f"{store.azurite.blob_url}/dead"
    box = BlobContainer(container, store.credential, store.authority.client())
    await box.create()
    url = f"{store.azurite.queue_url}/nowhere"
    async with Queue(url, store.credential, store.authority.ca_file) as queue:
        await grid.subscribe(
            SUBSCRIPTION,
            "latch",
            {},
            queue,
            retry=RetryPolicy(max_attempts=1),
            dead_letters=box,
        )
        grid.deliver_raw([EVENT])
        await grid.idle()
        await store.clock.advance(300)
        await grid.idle()

    listing = await blob_service(store, "GET", f"{container}?restype=container&comp=list")
    name = listing.partition("<Name>")[2].partition("</Name>")[0]
    now = store.clock.now()
    assert name.startswith(f"LATCH/{now.year}/{now.month}/{now.day}/")
    (letter,) = json.loads(await blob_service(store, "GET", f"{container}/{name}"))
    assert letter["lastDeliveryOutcome"] == "NotFound"
    assert letter["id"] == EVENT["id"]


async def test_a_container_that_cannot_be_made_is_an_error(store: Storage) -> None:
    url = f"{store.azurite.blob_url}/Not-A-Name"
    box = BlobContainer(url, store.credential, store.authority.client())

    with pytest.raises(OSError, match="Not-A-Name"):
        await box.create()


async def blob_service(store: Storage, method: str, url: str) -> str:
    """A call of the Blob service's REST API."""
    assert f"/{ACCOUNT}/" in url
    token = await store.credential.get_token("https://storage.azure.com/.default")
    headers = {"Authorization": f"Bearer {token.token}", "x-ms-version": "2021-12-02"}
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, headers=headers, ssl=store.authority.client()) as answer,
    ):
        assert answer.status in {200, 201}
        return await answer.text()


class Hook:
    """An endpoint of somebody else, which remembers what it was sent."""

    def __init__(self, handshake: Answer) -> None:
        self.bodies: list[object] = []
        self.headers: list[dict[str, str]] = []
        self.status = 202
        self._handshake = handshake
        self._served: Served | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._served = await serve(app)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._served is not None:
            await self._served.close()

    @property
    def url(self) -> str:
        if self._served is None:
            raise RuntimeError("the hook is not started")
        return self._served.url

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        asking = request.headers.get("aeg-event-type") == "SubscriptionValidation"
        if asking or request.method == "OPTIONS":
            return await self._handshake(request)
        self.headers.append(dict(request.headers))
        self.bodies.append(await request.json())
        return web.Response(status=self.status)


async def agree(request: web.Request) -> web.StreamResponse:
    if request.method == "OPTIONS":
        allowed = request.headers["WebHook-Request-Origin"]
        return web.Response(headers={"WebHook-Allowed-Origin": allowed})
    (event,) = await request.json()
    return web.json_response({"validationResponse": event["data"]["validationCode"]})


async def ignore(_: web.Request) -> web.StreamResponse:
    return web.Response(status=200, text="hello")


async def accept_only(_: web.Request) -> web.StreamResponse:
    return web.Response(status=202)


@pytest.mark.parametrize(
    ("schema", "event", "body"),
    [(Schema.EVENT_GRID, EVENT, [EVENT]), (Schema.CLOUD, CLOUD, CLOUD)],
)
async def test_a_web_hook_gets_a_list_or_an_object_by_schema(
    grid: EventGrid, schema: Schema, event: Json, body: object
) -> None:
    async with Hook(agree) as hook:
        await grid.subscribe(SUBSCRIPTION, "latch", {}, WebHook(hook.url), schema)
        grid.deliver_raw([event])
        await grid.idle()

    assert hook.bodies == [body]
    assert hook.headers[0]["aeg-event-type"] == "Notification"


@pytest.mark.parametrize("schema", Schema)
@pytest.mark.parametrize("handshake", [ignore, accept_only])
async def test_an_endpoint_that_does_not_agree_gets_no_subscription(
    grid: EventGrid, schema: Schema, handshake: Answer
) -> None:
    async with Hook(handshake) as hook:
        with pytest.raises(HandshakeError, match=hook.url):
            await grid.subscribe(SUBSCRIPTION, "latch", {}, WebHook(hook.url), schema)

    assert grid.deliver_raw([EVENT]) == 0


async def test_nobody_at_the_endpoint_is_no_agreement_either(grid: EventGrid) -> None:
    async with Hook(agree) as hook:
        url = hook.url
    with pytest.raises(HandshakeError):
        await grid.subscribe(SUBSCRIPTION, "latch", {}, WebHook(url))


async def test_an_endpoint_that_goes_away_is_tried_again(grid: EventGrid) -> None:
    async with Hook(agree) as hook:
        await grid.subscribe(SUBSCRIPTION, "latch", {}, WebHook(hook.url))
    grid.deliver_raw([EVENT])
    await grid.idle()

    assert grid.pending() == 1


async def test_a_function_is_called_with_its_name_and_the_system_key(grid: EventGrid) -> None:
    async with Hook(agree) as hook:
        function = WebHook.of_function(hook.url, "on_event", "secret")
        await grid.subscribe(SUBSCRIPTION, "latch", {}, function)
        grid.deliver_raw([EVENT])
        await grid.idle()

    assert function.endpoint is EndpointType.FUNCTION
    assert hook.headers[0]["x-functions-key"] == "secret"


@pytest.mark.parametrize(("schema", "event"), [(Schema.EVENT_GRID, EVENT), (Schema.CLOUD, CLOUD)])
async def test_the_functions_host_agrees_and_runs_the_function(
    grid: EventGrid, store: Storage, schema: Schema, event: Json
) -> None:
    async with hosting("sample", store) as host:
        function = WebHook.of_function(host.url, "on_event", host.keys.system)
        await grid.subscribe(SUBSCRIPTION, "latch", {}, function, schema)
        grid.deliver_raw([event])
        await grid.idle()

        assert (grid.stats["delivered"], host.stats["on_event"].succeeded) == (1, 1)
