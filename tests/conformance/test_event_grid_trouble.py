"""What goes wrong between Event Grid and its destinations: outages, probation, another order, late answers."""

from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from tests.conformance.event_grid_fixtures import (
    LATE,
    UNREACHABLE,
    Bench,
    Box,
    benched,
    events,
    ids,
)
from tests.harness.event_grid import EndpointType, RetryPolicy, Trouble, TroubleError
from tests.harness.weather import Rule, WeatherError
from tests.harness.world import Json

DAY = 86_400.0


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with benched() as bench:
        yield bench


async def fail_ten_times(bench: Bench) -> None:
    for _ in range(10):
        bench.announce()
    await bench.quiet()


async def test_after_ten_failures_new_events_wait_for_the_end_of_the_probation(
    bench: Bench,
) -> None:
    recorder = await bench.subscribe(*[404] * 10, 200)

    await fail_ten_times(bench)
    bench.announce()
    await bench.quiet()
    assert len(recorder.times) == 10
    await bench.to_the_end()

    assert [time for time in recorder.times if 0 < time < 300] == []
    assert len(recorder.times) == 21
    assert bench.grid.stats["delivered"] == 11


async def test_nine_failures_are_no_reason_to_wait(bench: Bench) -> None:
    recorder = await bench.subscribe(*[404] * 9, 200)

    for _ in range(10):
        bench.announce()
    await bench.quiet()

    assert recorder.times == [0] * 10
    assert bench.grid.stats["delivered"] == 1


async def test_one_success_begins_the_count_anew(bench: Bench) -> None:
    recorder = await bench.subscribe(*[503] * 9, 200, *[503] * 9, 200)

    for _ in range(20):
        bench.announce()
        await bench.quiet()

    assert recorder.times == [0] * 20


async def test_attempts_that_were_under_way_together_are_one_reason_to_wait(bench: Bench) -> None:
    once = RetryPolicy(max_attempts=1)
    recorder = await bench.subscribe(*[503] * 30, 200, retry=once)

    for _ in range(30):
        bench.announce()
    await bench.quiet()
    bench.announce()
    await bench.to_the_end()

    assert recorder.times == [*[0] * 30, 10]


@pytest.mark.parametrize(
    ("answer", "seconds"), [(503, 10), (UNREACHABLE, 30), (404, 300), (401, 300)]
)
async def test_how_long_a_probation_lasts_depends_on_the_last_failure(
    bench: Bench, answer: int, seconds: int
) -> None:
    retries_later = RetryPolicy(max_attempts=1)
    recorder = await bench.subscribe(*[answer] * 10, 200, retry=retries_later)

    await fail_ten_times(bench)
    bench.announce()
    await bench.to_the_end()

    assert recorder.times == [*[0] * 10, seconds]


@pytest.mark.parametrize("answer", [400, 413])
async def test_what_is_wrong_with_the_event_is_not_held_against_the_endpoint(
    bench: Bench, answer: int
) -> None:
    recorder = await bench.subscribe(*[answer] * 10, 200)

    await fail_ten_times(bench)
    bench.announce()
    await bench.quiet()

    assert recorder.times == [0] * 11


async def test_a_probation_grows_to_some_hours_and_no_further(bench: Bench) -> None:
    recorder = await bench.subscribe(503, retry=RetryPolicy(max_attempts=1))

    await fail_ten_times(bench)
    for _ in range(144):
        bench.announce()
        await bench.grid.let_pass(600)

    rounds = pairwise(sorted(set(recorder.times)))
    minutes = [round((later - earlier) / 60) for earlier, later in rounds]
    assert minutes == sorted(minutes)
    assert minutes[-1] == 4 * 60


async def test_an_event_of_a_probation_may_be_given_up_without_an_attempt(bench: Bench) -> None:
    bench.world.switches.probation_sheds = True
    box = Box()
    recorder = await bench.subscribe(*[503] * 10, 200, box=box)

    await fail_ten_times(bench)
    bench.announce()
    await bench.clock.advance(301)
    await bench.quiet()

    ((_, letter, _),) = [told for told in box.letters if told[1].attempts == 0]
    assert letter.to_json()["lastDeliveryOutcome"] == "Probation"
    assert letter.event["id"] not in ids(recorder)


async def test_one_endpoints_probation_is_not_anothers(bench: Bench) -> None:
    await bench.subscribe(503)
    well = await bench.subscribe(200)

    await fail_ten_times(bench)
    bench.announce()
    await bench.quiet()

    assert len(well.times) == 11


async def test_an_outage_publishes_nothing_until_it_is_over(bench: Bench) -> None:
    recorder = await bench.subscribe(200)
    bench.grid.trouble = Trouble.from_json({"outage": True})

    for _ in range(3):
        bench.announce()
        await bench.grid.let_pass(DAY / 3)
    bench.grid.trouble = Trouble.from_json({})
    bench.announce()
    await bench.quiet()

    assert len(recorder.parcels) == 1
    assert bench.grid.stats["lost"] == 3


@pytest.mark.parametrize(
    ("hours", "word"),
    [pytest.param(6, "delivered", id="6 h"), pytest.param(30, "dead_lettered", id="30 h")],
)
async def test_after_hours_in_which_every_delivery_fails_nothing_is_lost(
    bench: Bench, hours: float, word: str
) -> None:
    box = Box()
    recorder = await bench.subscribe(200, box=box)
    bench.weather.add({"door": "delivery", "reset": True})

    for _ in range(100):
        bench.announce()
    await bench.grid.let_pass(hours * 3600)
    assert recorder.parcels == []
    bench.weather.clear()
    await bench.to_the_end()

    assert bench.grid.stats[word] == 100
    assert len(recorder.parcels) + len(box.letters) == 100


async def test_reordered_events_come_in_reverse_once_they_are_all_there(bench: Bench) -> None:
    recorder = await bench.subscribe(200)
    plain = await bench.subscribe(200)
    bench.grid.trouble = Trouble.from_json({"reorder": 3})

    bench.announce()
    bench.announce()
    await bench.quiet()
    assert (len(recorder.parcels), bench.grid.pending()) == (0, 2)
    bench.announce()
    bench.announce()
    await bench.quiet()

    times = [event["eventTime"] for event in events(recorder)]
    assert times[:3] == sorted(times[:3], reverse=True)
    assert max(times) == times[3]
    assert ids(recorder) == ids(plain)


async def test_a_reordering_does_not_wait_forever_for_the_last(bench: Bench) -> None:
    recorder = await bench.subscribe(200)
    bench.grid.trouble = Trouble(reorder=2)

    bench.announce()
    await bench.to_the_end()
    bench.announce()
    await bench.quiet()

    assert recorder.times == [60, 60]


@pytest.mark.parametrize(("seed", "other", "same"), [(1, 1, True), (1, 2, False)])
async def test_the_jitter_of_retries_is_drawn_by_its_seed(
    seed: int, other: int, *, same: bool
) -> None:
    runs = []
    for number in (seed, other):
        async with benched() as fresh:
            fresh.grid.trouble = Trouble(jitter=30, seed=number)
            recorder = await fresh.subscribe(500)
            fresh.announce()
            await fresh.to_the_end()
            runs.append(recorder.times)

    plain = [0, 10, 40, 100, 400, 1000, 2800, 6400, 17200, 38800, 82000]
    assert (runs[0] == runs[1]) is same
    assert all(drawn >= due for drawn, due in zip(runs[0], plain, strict=True))
    assert runs[0] != plain


@pytest.mark.parametrize(
    "demand", [{"outage": 1}, {"reorder": 1.5}, {"jitter": True}, {"seed": -1}, {"late": 1}]
)
def test_a_demand_that_makes_no_sense_is_refused(demand: Json) -> None:
    with pytest.raises(TroubleError):
        Trouble.from_json(demand)


async def test_the_weather_answers_instead_of_the_destination(bench: Bench) -> None:
    recorder = await bench.subscribe(200)
    bench.weather.add({"door": "delivery", "principal": "latch", "status": 503, "count": 1})

    bench.announce()
    await bench.to_the_end()

    assert recorder.times == [30]
    assert bench.grid.stats["failed"] == 1


async def test_the_weather_over_one_subscription_is_not_anothers(bench: Bench) -> None:
    recorder = await bench.subscribe(200)
    bench.weather.add({"door": "delivery", "principal": "other", "status": 503})

    bench.announce()
    await bench.quiet()

    assert recorder.times == [0]


async def test_an_event_may_be_taken_and_the_answer_lost(bench: Bench) -> None:
    recorder = await bench.subscribe(200)
    bench.weather.add({"door": "delivery", "reset": True, "after_write": True, "count": 1})

    bench.announce()
    await bench.to_the_end()

    assert recorder.times == [0, 10]
    assert len(set(ids(recorder))) == 1


@pytest.mark.parametrize(("delay", "times"), [(29, [0]), (35, [0]), (200, [0, 40])])
async def test_a_slow_answer_is_in_time_or_late_or_too_late(
    bench: Bench, delay: float, times: list[int]
) -> None:
    recorder = await bench.subscribe(200)
    bench.weather.add({"door": "delivery", "delay": delay, "after_write": True, "count": 1})

    bench.announce()
    await bench.grid.let_pass(600)

    assert times == recorder.times
    assert bench.grid.stats["delivered"] == 1


@pytest.mark.parametrize(
    ("delay", "times"), [(170, [0, 10, 40, 100]), (190, [0, 10, 40, 100, 430])]
)
async def test_a_late_answer_takes_the_retry_back_for_three_minutes_only(
    bench: Bench, delay: float, times: list[int]
) -> None:
    recorder = await bench.subscribe(500, 500, 500, 200)
    bench.announce()
    await bench.grid.let_pass(60)
    bench.weather.add({"door": "delivery", "delay": delay, "after_write": True, "count": 1})

    await bench.grid.let_pass(600)

    assert times == recorder.times


async def test_time_does_not_pass_by_an_attempt_that_is_being_made(bench: Bench) -> None:
    recorder = await bench.subscribe(LATE)
    bench.announce()
    await recorder.asked.wait()
    recorder.released.set()

    await bench.grid.let_pass(DAY)

    assert bench.grid.stats["delivered"] == 1
    assert "failed" not in bench.grid.stats


@pytest.mark.parametrize(
    "rule",
    [
        {"door": "delivery", "malformed": True},
        {"door": "delivery", "status": 429, "retry_after": 5},
        {"door": "delivery", "status": 400, "code": "Bad"},
        {"door": "delivery", "status": 400, "type": "t"},
        {"door": "deliveries", "status": 400},
    ],
)
def test_weather_that_no_delivery_can_have_is_refused(rule: Json) -> None:
    with pytest.raises(WeatherError):
        Rule.from_json(rule)


@pytest.mark.parametrize(("final", "times"), [(False, [0, 10]), (True, [0])])
async def test_the_world_decides_what_a_404_of_a_web_hook_means(
    bench: Bench, *, final: bool, times: list[int]
) -> None:
    bench.world.switches.webhook_404_final = final
    recorder = await bench.subscribe(404, 200, endpoint=EndpointType.WEB_HOOK)

    bench.announce()
    await bench.to_the_end()

    assert times == recorder.times
