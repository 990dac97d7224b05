"""What Event Grid gave up on is handed on before it goes, and nothing goes unread. On genuine blobs."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from azure.storage.blob.aio import BlobServiceClient, ContainerClient

from remediation import intake
from remediation.adapters.dead_letters import ASIDE, IN_PIECES, BlobDeadLetters
from remediation.errors import Misconfigured, Terminal, Unavailable
from tests.builders import NOW
from tests.contract.cut import Wire
from tests.contract.storage import Storage
from tests.harness.certificates import Authority
from tests.harness.credentials import LabCredential
from tests.harness.event_grid import BlobContainer, DeadLetter
from tests.harness.event_grid.outcomes import Failure, GaveUp
from tests.harness.tokens import Tokens
from tests.harness.world import Caller, Json, Switches

EVENTS = Path(__file__).parents[1] / "events"
GRID = Caller("Azure Event Grid", "eventgrid", "eventgrid", "app")
CONTAINER = "dead-letters"
MANY = 100


def sample(name: str) -> Json:
    found = json.loads((EVENTS / f"intake-{name}.json").read_text("utf-8"))
    event: Json = found[0] if isinstance(found, list) else found
    return event


WRITE = sample("account-write")
DELETE = sample("endpoint-delete")


def letter(event: Json) -> DeadLetter:
    last = NOW - timedelta(minutes=5)
    return DeadLetter(event, GaveUp.ATTEMPTS, 30, Failure.TIMED_OUT, last, last)


class Desk:
    """Takes what is handed on, and what is given up; `broken` are the ids of events at which it fails, and how."""

    def __init__(self) -> None:
        self.events: list[Json] = []
        self.given_up: list[tuple[str, str]] = []
        self.broken: dict[str, Exception] = {}
        self.puzzling: set[str] = set()

    @property
    def ids(self) -> list[str]:
        return [event["id"] for event in self.events]

    async def hand_on(self, text: str) -> bool:
        event = json.loads(text)
        if event["id"] in self.broken:
            raise self.broken[event["id"]]
        self.events.append(event)
        return event["id"] not in self.puzzling

    async def give_up(self, name: str, text: str) -> None:
        self.given_up.append((name, text))


class Killed(BaseException):
    """What ends a process in the middle of its work."""


class Box:
    """The container: Event Grid writes, Latch reads, and the test looks inside."""

    def __init__(self, storage: Storage, service: BlobServiceClient) -> None:
        self.desk = Desk()
        self.container: ContainerClient = service.get_container_client(CONTAINER)
        self._storage = storage
        self._letters = BlobDeadLetters(service, CONTAINER)

    async def dies(self, *events: Json, switches: Switches | None = None) -> None:
        """Event Grid gives up on events that traveled together."""
        grid = BlobContainer(
            self.container.url,
            LabCredential(Tokens(self._storage.clock), GRID),
            self._storage.authority.client(),
            switches,
        )
        assert await grid.write("latch", [letter(event) for event in events], NOW)

    async def put(self, name: str, content: bytes) -> None:
        await self.container.upload_blob(name, content)

    async def names(self) -> list[str]:
        return [name async for name in self.container.list_blob_names()]

    async def content(self, name: str) -> bytes:
        download = await self.container.download_blob(name)
        read: bytes = await download.readall()
        return read

    async def drain(self, limit: int = MANY) -> bool:
        return await self._letters.drain(self.desk.hand_on, self.desk.give_up, limit)


async def opened(storage: Storage, url: str = "") -> BlobServiceClient:
    client = BlobServiceClient(url or storage.azurite.blob_url, **storage._options(), **IN_PIECES)
    return await storage._open.enter_async_context(client)


@pytest.fixture
async def box(storage: Storage) -> AsyncIterator[Box]:
    box = Box(storage, await opened(storage))
    await box.container.create_container()
    yield box
    await box.container.delete_container()


def ends(name: str) -> str:
    """What a dead letter is called once it is set aside."""
    return ASIDE + name


async def test_every_event_is_handed_on_and_its_blob_is_gone(box: Box) -> None:
    await box.dies(WRITE, DELETE)
    await box.dies(WRITE | {"id": "another"})

    assert not await box.drain()

    assert sorted(box.desk.ids) == sorted([WRITE["id"], DELETE["id"], "another"])
    assert await box.names() == []
    assert box.desk.given_up == []


async def test_an_event_arrives_with_all_that_event_grid_knew(box: Box) -> None:
    await box.dies(WRITE)
    await box.drain()

    (event,) = box.desk.events
    assert event["data"] == WRITE["data"]
    assert event["deadLetterReason"] == "MaxDeliveryAttemptsExceeded"
    assert event["lastDeliveryOutcome"] == "TimedOut"


@pytest.mark.parametrize("switches", [Switches(), Switches(dead_letter_arrays=False)])
@pytest.mark.parametrize("name", ["account-write", "record-delete-cloudevents"])
async def test_the_intake_reads_what_is_handed_on_in_either_schema_and_shape(
    box: Box, name: str, switches: Switches
) -> None:
    event = sample(name)
    await box.dies(event, switches=switches)
    await box.drain()

    (told,) = box.desk.events
    (seen,) = intake.read_text(json.dumps(told), NOW)
    (as_sent,) = intake.read_text(json.dumps(event), NOW)
    assert isinstance(seen, intake.Sighting)
    assert isinstance(as_sent, intake.Sighting)
    assert seen.resource == as_sent.resource
    assert seen.cause.event_id == event["id"]


@pytest.mark.parametrize("name", ["dead-letter", "dead-letter-cloudevents"])
async def test_a_published_sample_is_read(box: Box, name: str) -> None:
    await box.put("LATCH/2026/11/23/9/a.json", (EVENTS / f"intake-{name}.json").read_bytes())
    await box.drain()

    assert box.desk.events == [sample(name)]
    assert await box.names() == []


async def test_a_run_is_bounded_and_says_that_more_is_left(box: Box) -> None:
    for number in range(3):
        await box.dies(WRITE | {"id": str(number)})

    assert await box.drain(limit=2)
    assert len(box.desk.ids) == 2
    assert not await box.drain(limit=2)
    assert sorted(box.desk.ids) == ["0", "1", "2"]


async def test_an_empty_container_is_nothing_to_do(box: Box) -> None:
    assert not await box.drain()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"{", id="no JSON"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="no events"),
        pytest.param(b'"text"', id="text"),
        pytest.param(b"\xff\xfe{}", id="no UTF-8"),
        pytest.param(b"[" * 100_000, id="too deep"),
    ],
)
async def test_what_cannot_be_read_is_told_and_set_aside_unchanged(
    box: Box, content: bytes
) -> None:
    await box.put("LATCH/2026/11/23/9/odd.json", content)
    await box.dies(WRITE)

    await box.drain()
    await box.drain()

    assert box.desk.ids == [WRITE["id"]]
    assert [name for name, _ in box.desk.given_up] == ["LATCH/2026/11/23/9/odd.json"]
    assert await box.names() == [ends("LATCH/2026/11/23/9/odd.json")]
    assert await box.content(ends("LATCH/2026/11/23/9/odd.json")) == content


async def test_what_is_larger_than_anything_of_event_grid_is_never_read(box: Box) -> None:
    content = b"[" + b" " * (9 * 1024 * 1024) + b"]"
    await box.put("LATCH/huge.json", content)

    await box.drain()

    assert box.desk.given_up == [("LATCH/huge.json", "")]
    assert await box.content(ends("LATCH/huge.json")) == content


async def test_good_events_beside_a_bad_one_are_handed_on_and_the_blob_is_kept(box: Box) -> None:
    await box.put("LATCH/mixed.json", json.dumps([WRITE, 1, DELETE]).encode())

    await box.drain()

    assert box.desk.ids == [WRITE["id"], DELETE["id"]]
    assert await box.names() == [ends("LATCH/mixed.json")]


@pytest.mark.parametrize("error", [Terminal("refused"), ValueError("a bug")])
async def test_an_event_that_nobody_can_deal_with_blocks_no_other(
    box: Box, error: Exception
) -> None:
    box.desk.broken[WRITE["id"]] = error
    await box.dies(WRITE, DELETE)
    await box.dies(DELETE | {"id": "another"})

    await box.drain()

    assert sorted(box.desk.ids) == sorted([DELETE["id"], "another"])
    ((name, text),) = box.desk.given_up
    assert WRITE["id"] in text
    assert await box.names() == [ends(name)]


async def test_an_event_of_which_nothing_can_be_made_is_kept(box: Box) -> None:
    box.desk.puzzling.add(WRITE["id"])
    await box.dies(WRITE)

    await box.drain()

    ((name, _),) = box.desk.given_up
    assert await box.names() == [ends(name)]


async def test_while_storage_is_down_nothing_goes_and_later_everything_is_handed_on(
    box: Box,
) -> None:
    box.desk.broken[DELETE["id"]] = Unavailable("the queue does not answer")
    await box.dies(WRITE, DELETE)

    with pytest.raises(Unavailable):
        await box.drain()
    assert len(await box.names()) == 1
    box.desk.broken.clear()
    await box.drain()

    assert box.desk.ids == [WRITE["id"], WRITE["id"], DELETE["id"]]
    assert await box.names() == []


async def test_a_run_that_is_killed_between_two_events_is_made_again(box: Box) -> None:
    async def hand_on(text: str) -> bool:
        await box.desk.hand_on(text)
        raise Killed

    await box.dies(WRITE, DELETE)

    with pytest.raises(Killed):
        await box._letters.drain(hand_on, box.desk.give_up, MANY)
    await box.drain()

    assert box.desk.ids == [WRITE["id"], WRITE["id"], DELETE["id"]]
    assert await box.names() == []


async def test_a_run_that_was_killed_after_the_copy_is_finished_by_the_next(box: Box) -> None:
    await box.put("LATCH/odd.json", b"{")
    await box.put(ends("LATCH/odd.json"), b"a part of it")

    await box.drain()

    assert await box.names() == [ends("LATCH/odd.json")]
    assert await box.content(ends("LATCH/odd.json")) == b"{"


async def test_when_people_cannot_be_told_the_blob_stays(box: Box) -> None:
    async def fail(name: str, text: str) -> None:
        raise Unavailable(f"{name} {text}")

    await box.put("LATCH/odd.json", b"{")

    with pytest.raises(Unavailable):
        await box._letters.drain(box.desk.hand_on, fail, MANY)

    assert await box.names() == ["LATCH/odd.json"]


async def test_a_blob_that_another_run_took_meanwhile_is_no_trouble(box: Box) -> None:
    async def hand_on(text: str) -> bool:
        for name in await box.names():
            await box.container.delete_blob(name)
        return await box.desk.hand_on(text)

    await box.dies(WRITE)
    await box.dies(DELETE)

    await box._letters.drain(hand_on, box.desk.give_up, MANY)

    assert len(box.desk.ids) == 1
    assert await box.names() == []


async def test_a_blob_that_has_changed_since_is_read_again(box: Box) -> None:
    async def hand_on(text: str) -> bool:
        await box.container.upload_blob("LATCH/a.json", json.dumps([DELETE]), overwrite=True)
        return await box.desk.hand_on(text)

    await box.put("LATCH/a.json", json.dumps([WRITE]).encode())

    await box._letters.drain(hand_on, box.desk.give_up, MANY)
    assert await box.names() == ["LATCH/a.json"]
    await box.drain()

    assert box.desk.ids == [WRITE["id"], DELETE["id"]]


async def test_a_container_that_is_not_there_is_a_mistake_in_the_set_up(storage: Storage) -> None:
    letters = BlobDeadLetters(await opened(storage), "nowhere")
    desk = Desk()

    with pytest.raises(Misconfigured, match="nowhere"):
        await letters.drain(desk.hand_on, desk.give_up, MANY)


async def test_a_service_that_does_not_answer_is_asked_again_later(
    storage: Storage, authority: Authority
) -> None:
    async with Wire(storage.azurite.blob_url, authority) as wire:
        wire.broken = CONTAINER
        letters = BlobDeadLetters(await opened(storage, wire.url), CONTAINER)
        desk = Desk()

        with pytest.raises(Unavailable):
            await letters.drain(desk.hand_on, desk.give_up, MANY)
