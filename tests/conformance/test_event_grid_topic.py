"""The custom topic, judged by azure-eventgrid's own publisher."""

import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
    ServiceRequestError,
)
from azure.core.messaging import CloudEvent
from azure.eventgrid import EventGridEvent
from azure.eventgrid.aio import EventGridPublisherClient

from tests.harness.certificates import Authority
from tests.harness.clock import LabClock
from tests.harness.credentials import LabCredential
from tests.harness.event_grid import CustomTopic, RefusedError
from tests.harness.event_grid.custom_topic import AUDIENCE
from tests.harness.sinks import AlertSink
from tests.harness.tokens import TokenError, Tokens
from tests.harness.weather import Weather
from tests.harness.world import Caller, Json

APP = Caller("func-latch", "5b1f0a3e-0000-4000-8000-00000000d002", "client", "app")
STRANGER = Caller("stranger", "5b1f0a3e-0000-4000-8000-00000000d003", "other", "app")
TYPE = "Latch.Account.Remedied"


class Stand:
    """A topic whose role EventGrid Data Sender belongs to one app."""

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self.clock = LabClock()
        self.tokens = Tokens(self.clock)
        self.weather = Weather()
        self.sink = AlertSink()
        self.topic = CustomTopic(self.clock, self.sink, self._authorize, authority, self.weather)

    def publisher(self, caller: Caller = APP, **options: Any) -> EventGridPublisherClient:
        credential = options.pop("credential", LabCredential(self.tokens, caller))
        return EventGridPublisherClient(
            options.pop("endpoint", self.topic.endpoint),
            credential,
            connection_verify=str(self.authority.ca_file),
            retry_total=0,
            **options,
        )

    async def send(self, events: Any, caller: Caller = APP, **options: Any) -> None:
        async with self.publisher(caller, **options) as publisher:
            await publisher.send(events)

    async def post(self, body: str, **headers: str) -> tuple[int, Json]:
        """What the SDK would never send."""
        url = f"{self.topic.endpoint}?api-version=2018-01-01"
        sent = {
            "aeg-sas-key": self.topic.key,
            "Content-Type": "application/cloudevents-batch+json",
            **headers,
        }
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                url, data=io.BytesIO(body.encode()), headers=sent, ssl=self.authority.client()
            ) as answer,
        ):
            return answer.status, await answer.json()

    def _authorize(self, token: str) -> Caller:
        try:
            caller = self.tokens.read(token, AUDIENCE)
        except TokenError as error:
            raise RefusedError(401, "Unauthorized", error.message) from error
        if caller.object_id != APP.object_id:
            raise RefusedError(401, "Unauthorized", "EventGrid Data Sender is missing.")
        return caller


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("topic"))


@pytest.fixture
async def stand(authority: Authority) -> AsyncIterator[Stand]:
    stand = Stand(authority)
    await stand.topic.start()
    yield stand
    await stand.topic.close()
    stand.clock.close()


def alert(**options: Any) -> CloudEvent[Json]:
    return CloudEvent(source="/latch", type=TYPE, data={"account": "aoai"}, **options)


async def test_an_identity_publishes_a_cloud_event(stand: Stand) -> None:
    await stand.send(alert(subject="/aoai"))

    (kept,) = stand.sink.alerts()
    assert kept.event["type"] == TYPE
    assert kept.event["data"] == {"account": "aoai"}
    assert abs((kept.time - stand.clock.now()).total_seconds()) < 10


async def test_a_batch_is_as_many_alerts(stand: Stand) -> None:
    await stand.send([alert(), alert()])

    assert len(stand.sink.alerts()) == 2


async def test_the_same_event_twice_is_one_alert_in_two_copies(stand: Stand) -> None:
    event = alert()
    await stand.send(event)
    await stand.send(event)

    assert [entry["copies"] for entry in stand.sink.to_json()] == [2]


async def test_a_key_opens_the_topic_as_well(stand: Stand) -> None:
    await stand.send(alert(), credential=AzureKeyCredential(stand.topic.key))

    assert len(stand.sink.alerts()) == 1


async def test_a_wrong_key_or_a_caller_without_the_role_is_a_401(stand: Stand) -> None:
    with pytest.raises(ClientAuthenticationError):
        await stand.send(alert(), credential=AzureKeyCredential("wrong"))
    with pytest.raises(ClientAuthenticationError):
        await stand.send(alert(), STRANGER)

    assert stand.sink.alerts() == ()


async def test_a_token_for_another_service_is_a_401(stand: Stand) -> None:
    token = stand.tokens.issue(APP, "https://management.azure.com")
    url = f"{stand.topic.endpoint}?api-version=2018-01-01"
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/cloudevents-batch+json",
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data="[]", headers=headers, ssl=stand.authority.client()) as answer,
    ):
        assert answer.status == 401


async def test_another_path_is_a_404(stand: Stand) -> None:
    with pytest.raises(ResourceNotFoundError):
        await stand.send(alert(), endpoint=f"{stand.topic.endpoint}/more")


async def test_events_of_the_other_schema_are_a_400(stand: Stand) -> None:
    event = EventGridEvent(subject="/aoai", event_type=TYPE, data={}, data_version="1")

    with pytest.raises(HttpResponseError, match="cloudevents-batch") as caught:
        await stand.send(event)

    assert caught.value.status_code == 400


async def test_another_api_version_is_a_400_that_names_the_file(stand: Stand) -> None:
    with pytest.raises(HttpResponseError, match=r"custom_topic\.py"):
        await stand.send(alert(), api_version="2030-01-01")


async def test_more_than_a_megabyte_is_a_413(stand: Stand) -> None:
    event = {"id": "1", "source": "/latch", "type": TYPE, "specversion": "1.0"}
    status, _ = await stand.post(json.dumps([event | {"data": "x" * 1024 * 1024}]))

    assert status == 413
    assert stand.sink.alerts() == ()


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "{}",
        "[1]",
        '[{"id": "1", "source": "/s", "type": "t"}]',
        '[{"id": "1", "source": "/s", "type": "t", "specversion": "0.3"}]',
    ],
    ids=["no JSON", "no array", "no object", "no specversion", "an old specversion"],
)
async def test_a_malformed_batch_is_a_400_in_the_topics_shape(stand: Stand, body: str) -> None:
    status, answer = await stand.post(body)

    assert status == 400
    assert answer["error"]["details"][0]["code"] == answer["error"]["code"]


async def test_the_weather_strikes_the_topic_too(stand: Stand) -> None:
    stand.weather.add({"door": "topic", "status": 503, "count": 1})

    with pytest.raises(HttpResponseError) as caught:
        await stand.send(alert())
    await stand.send(alert())

    assert caught.value.status_code == 503
    assert len(stand.sink.alerts()) == 1


async def test_an_alert_may_be_accepted_and_its_answer_lost(stand: Stand) -> None:
    stand.weather.add({"door": "topic", "reset": True, "after_write": True, "count": 1})

    with pytest.raises(ServiceRequestError):
        await stand.send(alert())

    assert len(stand.sink.alerts()) == 1
