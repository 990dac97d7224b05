"""The Event Grid webhook of the host: every row of what it answers to whom."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.conformance.apps import APPS, Storage, hosting, quiet, storage
from tests.harness.host.functions import FunctionsHost

type Json = dict[str, Any]


@pytest.fixture(scope="module")
async def store(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Storage]:
    async with storage(tmp_path_factory.mktemp("webhook")) as running:
        yield running


@pytest.fixture(scope="module")
async def host(store: Storage) -> AsyncIterator[FunctionsHost]:
    async with hosting("sample", store) as running:
        yield running


def event(**data: Any) -> Json:
    return {
        "id": "00000000-0000-4000-9000-000000000001",
        "topic": "/subscriptions/11111111-1111-1111-1111-111111111111",
        "subject": "/accounts/aoai",
        "eventType": "Microsoft.Resources.ResourceWriteSuccess",
        "eventTime": "2026-11-10T15:54:21.4286861Z",
        "dataVersion": "2",
        "data": data,
    }


async def post(host: FunctionsHost, body: Any, **changes: str) -> tuple[int, str]:
    """A delivery as Event Grid makes it, unless a test says otherwise."""
    asked = {
        "extension": "eventgrid",
        "function": "on_event",
        "key": host.keys.system,
        "kind": "Notification",
        "method": "POST",
        **changes,
    }
    url = f"{host.url}/runtime/webhooks/{asked['extension']}"
    query = {"functionName": asked["function"], "code": asked["key"]}
    headers = {"aeg-event-type": asked["kind"]} if asked["kind"] else {}
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            asked["method"], url, params=query, headers=headers, data=json.dumps(body)
        ) as answer,
    ):
        return answer.status, await answer.text()


async def test_without_a_key_it_is_401(host: FunctionsHost) -> None:
    assert (await post(host, [event()], key=""))[0] == 401


async def test_with_a_wrong_key_it_is_401(host: FunctionsHost) -> None:
    assert (await post(host, [event()], key="wrong"))[0] == 401


async def test_with_the_host_key_it_is_401(host: FunctionsHost) -> None:
    assert (await post(host, [event()], key=host.keys.host))[0] == 401


async def test_with_the_key_of_another_extension_it_is_403(host: FunctionsHost) -> None:
    assert (await post(host, [event()], key=host.keys.foreign_system))[0] == 403


async def test_for_an_unknown_extension_our_key_is_403(host: FunctionsHost) -> None:
    assert (await post(host, [event()], extension="nosuch"))[0] == 403


async def test_for_an_unknown_extension_the_master_key_finds_nothing(host: FunctionsHost) -> None:
    answer = await post(host, [event()], extension="nosuch", key=host.keys.master)

    assert answer == (404, "")


async def test_with_the_master_key_it_is_accepted(host: FunctionsHost) -> None:
    assert await post(host, [event()], key=host.keys.master) == (202, "")


async def test_the_key_in_the_header_wins_over_the_query(host: FunctionsHost) -> None:
    url = f"{host.url}/runtime/webhooks/eventgrid?functionName=on_event&code=wrong"
    headers = {"x-functions-key": host.keys.system, "aeg-event-type": "Unsubscribe"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, headers=headers) as answer,
    ):
        assert answer.status == 202


async def test_the_extension_is_found_whatever_its_case(host: FunctionsHost) -> None:
    assert (await post(host, [event()], extension="EventGrid"))[0] == 202


@pytest.mark.parametrize("name", ["nosuch", "On_Event", "on_work", ""])
async def test_an_unknown_function_is_404_with_its_name(host: FunctionsHost, name: str) -> None:
    answer = await post(host, [event()], function=name)

    assert answer == (404, f"cannot find function: '{name}'")


async def test_the_handshake_of_event_grids_schema_is_answered(host: FunctionsHost) -> None:
    sample = [event(validationCode="0F0E0D0C", validationUrl="https://example.invalid/")]
    status, text = await post(host, sample, kind="SubscriptionValidation")

    assert (status, json.loads(text)) == (200, {"validationResponse": "0F0E0D0C"})


async def test_the_handshake_of_cloud_events_is_answered(host: FunctionsHost) -> None:
    sample = {"specversion": "1.0", "data": json.dumps({"validationCode": "0F0E"})}
    status, text = await post(host, sample, kind="SubscriptionValidation")

    assert (status, json.loads(text)) == (200, {"validationResponse": "0F0E"})


async def test_the_kind_of_event_is_read_whatever_its_case(host: FunctionsHost) -> None:
    assert (await post(host, [event()], kind="notification"))[0] == 202


async def test_an_unsubscription_is_202(host: FunctionsHost) -> None:
    assert await post(host, [], kind="Unsubscribe") == (202, "")


@pytest.mark.parametrize("kind", ["", "SomethingElse"])
async def test_any_other_kind_is_400(host: FunctionsHost, kind: str) -> None:
    assert (await post(host, [event()], kind=kind))[0] == 400


async def test_options_allows_the_origin_and_no_rate(host: FunctionsHost) -> None:
    url = f"{host.url}/runtime/webhooks/eventgrid?functionName=on_event&code={host.keys.system}"
    headers = {"WebHook-Request-Origin": "eventgrid.azure.net"}
    async with (
        aiohttp.ClientSession() as session,
        session.options(url, headers=headers) as answer,
    ):
        assert answer.status == 200
        assert answer.headers["WebHook-Allowed-Origin"] == "eventgrid.azure.net"
        assert "WebHook-Allowed-Rate" not in answer.headers


async def test_every_event_of_a_delivery_is_an_invocation(
    host: FunctionsHost, store: Storage
) -> None:
    before = host.stats["on_event"].invoked
    answer = await post(host, [event(lines=[f"line {n}"]) for n in range(3)])

    assert answer == (202, "")
    assert host.stats["on_event"].invoked == before + 3
    assert sorted(await store.take("lines")) == ["line 0", "line 1", "line 2"]


async def test_a_single_event_need_not_be_in_an_array(host: FunctionsHost) -> None:
    assert await post(host, event()) == (202, "")


async def test_the_events_of_a_delivery_run_in_parallel(host: FunctionsHost) -> None:
    async with asyncio.timeout(2.5):
        assert await post(host, [event(seconds=0.5) for _ in range(10)]) == (202, "")


async def test_one_failing_event_fails_the_whole_delivery_with_its_message(
    host: FunctionsHost,
) -> None:
    answer = await post(host, [event(), event(boom="first"), event(boom="second")])

    assert answer == (500, "ValueError: first")


@pytest.mark.parametrize("body", ["text", 5, None])
async def test_a_body_that_is_no_event_is_500(host: FunctionsHost, body: object) -> None:
    assert (await post(host, body))[0] == 500


async def test_a_cloud_event_arrives_as_one(host: FunctionsHost, store: Storage) -> None:
    sample = {
        "specversion": "1.0",
        "id": "1",
        "source": "/subscriptions/1",
        "type": "Deleted",
        "subject": "aoai",
        "time": "2026-11-10T15:54:21.428686Z",
    }
    assert await post(host, sample, function="on_cloud_event") == (202, "")
    assert await store.take("lines") == ["Deleted aoai"]
    await quiet(host)


async def test_a_host_that_is_not_ready_is_503(store: Storage) -> None:
    host = FunctionsHost(
        APPS / "sample",
        store.settings(),
        store.clock,
        queue_credential=store.credential,
        log_file=store.folder / "not-ready.log",
    )
    starting = asyncio.create_task(host.start())
    async with asyncio.timeout(5):
        while not host.url:
            await asyncio.wait((starting,), timeout=0.001)
    early = await post(host, [event()])
    await starting
    ready = await post(host, [event()])
    await host.close()

    assert early == (503, "Function host is not running.")
    assert ready == (202, "")


async def test_closing_lets_what_runs_come_to_its_end(store: Storage) -> None:
    async with hosting("sample", store) as host:
        running = asyncio.create_task(post(host, [event(seconds=0.3)]))
        async with asyncio.timeout(5):
            while not host.busy():
                await asyncio.wait((running,), timeout=0.01)

    assert host.stats["on_event"].succeeded == 1
    await asyncio.wait((running,))
    assert running.exception() is None
