"""Passes to come wait in a queue until their time, and the Functions host can read them."""

import json
from dataclasses import replace

import pytest

from remediation.adapters.names import REQUESTS_QUEUE
from remediation.adapters.requests import QueueRequests
from remediation.report import REQUESTS, Request
from tests.builders import ACCOUNT, request
from tests.contract.storage import Storage

ASKED = request(attempt=3)
WEEK = 7 * 24 * 3600


@pytest.fixture
async def requests(storage: Storage) -> QueueRequests:
    return QueueRequests(await storage.queues())


async def waiting(storage: Storage) -> list[Request]:
    """What the host would read now, and delete."""
    queue = await storage.queue(REQUESTS_QUEUE)
    found = []
    async for message in queue.receive_messages(messages_per_page=32):
        found.append(REQUESTS.from_json(json.loads(message.content)))
        await queue.delete_message(message)
    return found


async def test_a_request_arrives_as_it_was_put(storage: Storage, requests: QueueRequests) -> None:
    await requests.put(ASKED)
    await requests.put(replace(ASKED, id="request-2"))

    assert await waiting(storage) == [ASKED, replace(ASKED, id="request-2")]


async def test_a_request_for_later_is_not_seen_sooner(
    storage: Storage, requests: QueueRequests
) -> None:
    await requests.put(ASKED, delay=29.5)

    await storage.clock.advance(28)
    assert await waiting(storage) == []
    await storage.clock.advance(2.5)
    assert await waiting(storage) == [ASKED]


async def test_no_request_waits_for_more_than_a_week(
    storage: Storage, requests: QueueRequests
) -> None:
    await requests.put(ASKED, delay=100 * WEEK)

    await storage.clock.advance(WEEK - 60)
    assert await waiting(storage) == []
    await storage.clock.advance(61)
    assert await waiting(storage) == [ASKED]


async def test_a_delay_that_is_over_already_is_none(
    storage: Storage, requests: QueueRequests
) -> None:
    await requests.put(ASKED, delay=-5)

    assert await waiting(storage) == [ASKED]


async def test_a_request_does_not_expire(storage: Storage, requests: QueueRequests) -> None:
    await requests.put(ASKED)
    await storage.clock.advance(30 * 24 * 3600)

    assert await waiting(storage) == [ASKED]


async def test_a_request_too_long_for_a_message_keeps_what_matters(
    storage: Storage, requests: QueueRequests
) -> None:
    cause = replace(ASKED.cause, operation="o" * 200_000)
    await requests.put(replace(ASKED, cause=cause))
    (found,) = await waiting(storage)

    assert replace(found, cause=ASKED.cause) == ASKED
    assert found.account == ACCOUNT
    assert len(found.cause.operation) == 1_024
