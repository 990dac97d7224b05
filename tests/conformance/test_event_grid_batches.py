"""Which events travel together when an event subscription asks for batches."""

import json
from collections.abc import AsyncIterator

import pytest

from tests.conformance.event_grid_fixtures import Bench, Box, benched, event, ids
from tests.harness.event_grid import Batching, RetryPolicy, Schema

PAIRS = Batching(max_events=2)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with benched() as bench:
        yield bench


def sizes(batching: Batching, *kilobytes: int) -> list[int]:
    events = [event(data="x" * (size * 1024 - 200)) for size in kilobytes]
    return [len(batch) for batch in batching.split(events)]


def test_a_batch_ends_with_its_number_or_its_size() -> None:
    assert sizes(Batching(), 1, 1) == [1, 1]
    assert sizes(Batching(3), 1, 1, 1, 1) == [3, 1]
    assert sizes(Batching(10, 4), 1, 1, 1, 1, 1) == [4, 1]


def test_an_event_that_is_larger_than_a_batch_goes_alone() -> None:
    assert sizes(Batching(10, 4), 1, 9, 1, 1) == [1, 1, 2]


def test_what_is_no_event_goes_alone() -> None:
    batches = list(Batching(10).split([event(), "no JSON", event(), event()]))

    assert [len(batch) for batch in batches] == [1, 1, 2]


@pytest.mark.parametrize(("events", "kilobytes"), [(0, 64), (5001, 64), (1, 0), (1, 1025)])
def test_a_batch_out_of_range_is_refused(events: int, kilobytes: int) -> None:
    with pytest.raises(ValueError, match="must be 1 to"):
        Batching(events, kilobytes)


async def test_what_is_there_at_once_goes_together_and_nothing_waits_for_more(
    bench: Bench,
) -> None:
    recorder = await bench.subscribe(200, batching=PAIRS)

    for _ in range(3):
        bench.announce()
    await bench.quiet()

    assert [len(parcel.cargos) for parcel in recorder.parcels] == [2, 1]
    assert recorder.times == [0, 0]
    assert bench.grid.stats["delivered"] == 3


async def test_a_batch_fails_and_comes_again_as_a_whole(bench: Bench) -> None:
    recorder = await bench.subscribe(500, 200, batching=PAIRS)

    bench.announce()
    bench.announce()
    await bench.to_the_end()

    assert recorder.times == [0, 10]
    assert ids(recorder)[:2] == ids(recorder)[2:]


async def test_the_events_of_a_dead_batch_are_dead_letters_together(bench: Bench) -> None:
    box = Box()
    await bench.subscribe(500, batching=PAIRS, box=box, retry=RetryPolicy(max_attempts=1))

    bench.announce()
    bench.announce()
    await bench.to_the_end()

    moments = {moment for _, _, moment in box.letters}
    assert (len(box.letters), len(moments)) == (2, 1)


@pytest.mark.parametrize("schema", Schema)
async def test_a_batch_is_an_array_in_either_schema(bench: Bench, schema: Schema) -> None:
    recorder = await bench.subscribe(200, batching=PAIRS, schema=schema)

    for _ in range(3):
        bench.announce()
    await bench.quiet()

    pair, single = recorder.parcels
    assert json.loads(pair.body) == list(pair.cargos)
    assert isinstance(json.loads(single.body), dict) is (schema is Schema.CLOUD)
    kinds = [parcel.headers["Content-Type"].split(";")[0] for parcel in recorder.parcels]
    assert kinds == (
        ["application/cloudevents-batch+json", "application/cloudevents+json"]
        if schema is Schema.CLOUD
        else ["application/json"] * 2
    )
