"""Queues around the host: what is delivered, how often, when, and how outputs are written."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from tests.conformance.apps import Storage, hosting, quiet, storage
from tests.harness.host.functions import FunctionsHost


@pytest.fixture(scope="module")
async def store(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Storage]:
    async with storage(tmp_path_factory.mktemp("queues")) as running:
        yield running


@pytest.fixture
async def host(store: Storage) -> AsyncIterator[FunctionsHost]:
    await store.clear("work", "work-poison", "done")
    async with hosting("sample", store) as running:
        yield running


async def test_a_message_is_handled_with_its_metadata_and_deleted(
    host: FunctionsHost, store: Storage
) -> None:
    await store.send("work", "hello")
    await quiet(host)

    done = [json.loads(text) for text in await store.take("done")]
    assert done == [{"count": 1, "inserted": True}]
    assert (await host.queue_depths())["work"] == 0


async def test_a_burst_is_handled_to_the_last_message(host: FunctionsHost, store: Storage) -> None:
    await asyncio.gather(*(store.send("work", f"say {n}") for n in range(60)))
    await quiet(host)

    assert host.stats["on_work"].succeeded == 60
    assert (await host.queue_depths())["done"] == 60
    taken = [int(text) for _ in range(2) for text in await store.take("done")]
    assert sorted(taken) == list(range(60))


async def test_a_listener_finds_a_message_by_itself(host: FunctionsHost, store: Storage) -> None:
    await store.send("work", "say hello")

    for _ in range(200):
        await asyncio.sleep(0.02)
        if host.stats["on_work"].succeeded:
            break
    assert await store.take("done") == ["hello"]


async def test_a_message_for_later_is_handled_later(host: FunctionsHost, store: Storage) -> None:
    await store.send("work", "say later", delay=600)
    await quiet(host)
    assert (await host.queue_depths())["work"] == 1
    assert await store.take("done") == []

    await store.clock.advance(600)
    await quiet(host)
    assert await store.take("done") == ["later"]


async def test_after_five_failures_a_message_is_poison(host: FunctionsHost, store: Storage) -> None:
    await store.send("work", "fail")
    await quiet(host)

    counts = host.stats["on_work"]
    assert (counts.invoked, counts.failed, counts.poisoned) == (5, 5, 1)
    assert await store.take("work-poison") == ["fail"]
    assert (await host.queue_depths())["work"] == 0


async def test_a_message_that_is_no_base64_is_poison_without_an_invocation(
    host: FunctionsHost, store: Storage
) -> None:
    async with store.queue("work", encoded=False) as queue:
        await queue.send_message("no base64!")
    await quiet(host)

    assert host.stats["on_work"].invoked == 0
    assert await store.take("work-poison", encoded=False) == ["no base64!"]


async def test_a_worker_that_crashes_fails_the_invocation_and_is_replaced(
    host: FunctionsHost, store: Storage
) -> None:
    first = host.worker_pid
    await store.send("work", "crash-once")
    await quiet(host)

    assert host.worker_pid != first
    counts = host.stats["on_work"]
    assert (counts.invoked, counts.failed, counts.succeeded) == (2, 1, 1)
    assert [json.loads(t)["count"] for t in await store.take("done")] == [2]


async def test_a_killed_worker_loses_no_message(host: FunctionsHost, store: Storage) -> None:
    await store.send("work", "wait 0.3")
    async with asyncio.timeout(5):
        while not host.stats["on_work"].invoked:
            await host.poll_queues()
    host.kill_worker()
    await quiet(host)

    counts = host.stats["on_work"]
    assert (counts.invoked, counts.failed, counts.succeeded) == (2, 1, 1)
    assert await store.take("done") == ["waited"]


async def test_a_lease_outlives_a_clock_that_jumps_past_it(
    host: FunctionsHost, store: Storage
) -> None:
    await store.send("work", "wait 1")
    async with asyncio.timeout(5):
        while not host.stats["on_work"].invoked:
            await host.poll_queues()
    for _ in range(4):
        await store.clock.advance(400)
        await host.poll_queues()
    await quiet(host)

    assert host.stats["on_work"].invoked == 1
    assert await store.take("done") == ["waited"]
    assert (await host.queue_depths())["work"] == 0


async def test_what_is_left_when_the_host_closes_is_found_by_the_next(store: Storage) -> None:
    await store.clear("work", "done")
    async with hosting("sample", store):
        pass
    await store.send("work", "say again")
    async with hosting("sample", store) as host:
        await quiet(host)
        assert host.stats["on_work"].succeeded == 1

    assert await store.take("done") == ["again"]


@pytest.mark.parametrize(
    ("said", "queued"),
    [
        pytest.param("plain", ["plain"], id="a text goes as it is"),
        pytest.param('["a","b"]', ["a", "b"], id="an array is a message per element"),
        pytest.param('{"a":1}', ['{\n  "a": 1\n}'], id="an object is indented"),
        pytest.param(
            '{"at":"2026-11-10T15:54:21.4280000Z"}',
            ['{\n  "at": "2026-11-10T15:54:21.428Z"\n}'],
            id="a date loses its zeros",
        ),
        pytest.param(
            '{"at":"2026-11-10T15:54:21+09:00"}',
            ['{\n  "at": "2026-11-10T06:54:21+00:00"\n}'],
            id="a date with an offset is moved to the host's time",
        ),
    ],
)
async def test_a_text_that_looks_like_json_is_rewritten(
    host: FunctionsHost, store: Storage, said: str, queued: list[str]
) -> None:
    await store.send("work", f"say {said}")
    await quiet(host)

    assert await store.take("done") == queued


async def test_broken_json_fails_the_invocation(host: FunctionsHost, store: Storage) -> None:
    await store.send("work", "say {broken}")
    await quiet(host)

    assert host.stats["on_work"].poisoned == 1
