"""When an event is tried again and when it is given up, on the lab's clock."""

from collections.abc import AsyncIterator

import pytest

from tests.conformance.event_grid_fixtures import HUB, LATE, UNREACHABLE, Bench, Box, benched
from tests.harness.event_grid import EndpointType, RetryPolicy, Schema, Trouble, TroubleError
from tests.harness.world import Json


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with benched() as bench:
        yield bench


async def test_a_change_reaches_the_subscribers_of_its_own_topic_at_once(bench: Bench) -> None:
    here, there = await bench.subscribe(200), await bench.subscribe(200, topic=HUB)

    bench.announce()
    await bench.quiet()

    assert (len(here.parcels), len(there.parcels)) == (1, 0)
    assert bench.grid.pending() == 0
    assert bench.grid.stats["delivered"] == 1


async def test_a_failing_destination_is_tried_by_the_published_schedule(bench: Bench) -> None:
    recorder = await bench.subscribe(500)

    bench.announce()
    await bench.to_the_end()

    minutes = [0, 10, 40, 100, 400, 1000, 2800, 6400, 17200, 38800, 82000]
    assert minutes == recorder.times
    assert bench.grid.stats["dropped"] == 1


async def test_half_an_hour_of_life_is_at_most_six_attempts(bench: Bench) -> None:
    recorder = await bench.subscribe(500, retry=RetryPolicy(time_to_live_minutes=30))

    bench.announce()
    await bench.to_the_end()

    assert len(recorder.times) == 6


async def test_the_number_of_attempts_is_kept(bench: Bench) -> None:
    recorder = await bench.subscribe(500, retry=RetryPolicy(max_attempts=3))

    bench.announce()
    await bench.to_the_end()

    assert recorder.times == [0, 10, 40]
    assert [p.headers["aeg-delivery-count"] for p in recorder.parcels] == ["0", "1", "2"]


@pytest.mark.parametrize("policy", [(0, 10), (31, 10), (1, 0), (1, 1441)])
def test_a_retry_policy_out_of_range_is_refused(policy: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="must be 1 to"):
        RetryPolicy(*policy)


RETRIED = (
    (EndpointType.FUNCTION, 401, 300),
    (EndpointType.FUNCTION, 404, 300),
    (EndpointType.FUNCTION, 408, 120),
    (EndpointType.FUNCTION, 503, 30),
    (EndpointType.FUNCTION, 429, 10),
    (EndpointType.FUNCTION, 500, 10),
    (EndpointType.FUNCTION, UNREACHABLE, 10),
    (EndpointType.QUEUE, 404, 300),
    (EndpointType.WEB_HOOK, 404, 10),
    (EndpointType.WEB_HOOK, 408, 120),
    (EndpointType.WEB_HOOK, 503, 30),
)


@pytest.mark.parametrize(("endpoint", "status", "delay"), RETRIED)
async def test_a_status_that_may_pass_is_tried_again(
    bench: Bench, endpoint: EndpointType, status: int, delay: int
) -> None:
    recorder = await bench.subscribe(status, 202, endpoint=endpoint)

    bench.announce()
    await bench.to_the_end()

    assert recorder.times == [0, delay]
    assert bench.grid.stats["delivered"] == 1


FINAL = (
    (EndpointType.FUNCTION, 400),
    (EndpointType.FUNCTION, 403),
    (EndpointType.FUNCTION, 413),
    (EndpointType.WEB_HOOK, 400),
    (EndpointType.WEB_HOOK, 401),
    (EndpointType.WEB_HOOK, 403),
    (EndpointType.WEB_HOOK, 413),
)


@pytest.mark.parametrize(("endpoint", "status"), FINAL)
async def test_a_status_that_will_not_pass_is_final(
    bench: Bench, endpoint: EndpointType, status: int
) -> None:
    recorder = await bench.subscribe(status, endpoint=endpoint)

    bench.announce()
    await bench.to_the_end()

    assert recorder.times == [0]
    assert bench.grid.stats["dropped"] == 1


async def test_nobody_waits_longer_than_thirty_seconds_for_an_answer(bench: Bench) -> None:
    recorder = await bench.subscribe(LATE, 200)

    bench.announce()
    await recorder.asked.wait()
    await bench.clock.advance(30)
    await bench.quiet()
    assert bench.grid.pending() == 1
    await bench.to_the_end()

    assert recorder.times == [0, 40]


async def test_a_success_within_three_minutes_takes_the_retry_back(bench: Bench) -> None:
    recorder = await bench.subscribe(LATE)

    bench.announce()
    await recorder.asked.wait()
    await bench.clock.advance(30)
    await bench.quiet()
    recorder.released.set()
    await recorder.answered.wait()
    await bench.clock.advance(1)
    await bench.to_the_end()

    assert recorder.times == [0]
    assert bench.grid.stats["delivered"] == 1


async def test_the_headers_say_which_subscription_and_schema(bench: Bench) -> None:
    plain, cloud = await bench.subscribe(200), await bench.subscribe(200, schema=Schema.CLOUD)

    bench.announce()
    await bench.quiet()

    assert plain.parcels[0].headers["aeg-subscription-name"] == "LATCH"
    assert plain.parcels[0].headers["aeg-event-type"] == "Notification"
    assert plain.parcels[0].headers["aeg-data-version"] == "2"
    assert "aeg-data-version" not in cloud.parcels[0].headers
    assert "cloudevents+json" in cloud.parcels[0].headers["Content-Type"]


async def test_a_dead_letter_is_written_five_minutes_after_the_last_attempt(bench: Bench) -> None:
    box = Box()
    await bench.subscribe(404, retry=RetryPolicy(max_attempts=2), box=box)

    bench.announce()
    await bench.to_the_end()

    ((name, letter, written),) = box.letters
    assert name == "latch"
    assert round((written - letter.last_attempt).total_seconds()) == 300
    told = letter.to_json()
    assert told["deadLetterReason"] == "MaxDeliveryAttemptsExceeded"
    assert told["deliveryAttempts"] == 2
    assert told["lastDeliveryOutcome"] == "NotFound"
    assert bench.grid.stats["dead_lettered"] == 1


async def test_an_event_that_outlives_its_time_says_so(bench: Bench) -> None:
    box = Box()
    await bench.subscribe(500, retry=RetryPolicy(time_to_live_minutes=1), box=box)

    bench.announce()
    await bench.to_the_end()

    assert [letter.reason for _, letter, _ in box.letters] == ["TimeToLiveExceeded"]


async def test_a_dead_cloud_event_has_its_names_in_lower_case(bench: Bench) -> None:
    box = Box()
    await bench.subscribe(400, box=box, schema=Schema.CLOUD)

    bench.announce()
    await bench.to_the_end()

    told = box.letters[0][1].to_json()
    assert told["deadletterreason"] == "MaxDeliveryAttemptsExceeded"
    assert told["lastdeliveryoutcome"] == "BadRequest"
    assert not {"specversion", "time", "lastdeliveryattempttime"} & set(told)


async def test_dead_letters_wait_four_hours_for_their_container(bench: Bench) -> None:
    patient, hopeless = Box(failures=3), Box(failures=1000)
    await bench.subscribe(400, box=patient)
    await bench.subscribe(400, box=hopeless)

    bench.announce()
    await bench.to_the_end()

    assert (len(patient.letters), len(hopeless.letters)) == (1, 0)
    assert bench.grid.stats["dropped"] == 1


async def test_trouble_drops_then_doubles_then_is_over(bench: Bench) -> None:
    recorder = await bench.subscribe(200)
    bench.grid.trouble = Trouble.from_json({"drop": 1, "duplicate": 1})

    for _ in range(3):
        bench.announce()
    await bench.quiet()

    ids = [parcel.cargo["id"] for parcel in recorder.parcels if isinstance(parcel.cargo, dict)]
    assert len(ids) == 3
    assert len(set(ids)) == 2
    assert bench.grid.stats["lost"] == 1


async def test_trouble_delays_in_the_labs_time(bench: Bench) -> None:
    recorder = await bench.subscribe(200)
    bench.grid.trouble = Trouble(delay=600)

    bench.announce()
    await bench.quiet()
    assert bench.grid.pending() == 1
    await bench.to_the_end()

    assert recorder.times == [600]


@pytest.mark.parametrize("demand", [{"lose": 1}, {"drop": -1}, {"drop": "1"}, {"duplicate": True}])
def test_a_demand_for_unknown_trouble_is_refused(demand: Json) -> None:
    with pytest.raises(TroubleError):
        Trouble.from_json(demand)


async def test_a_raw_event_is_delivered_as_it_is_to_its_topic(bench: Bench) -> None:
    here, there = await bench.subscribe(200), await bench.subscribe(200, topic=HUB)
    event = {"topic": f"/subscriptions/{HUB.upper()}/resourceGroups/rg", "odd": [1]}

    assert bench.grid.deliver_raw([event, "no JSON at all {"]) == 3
    await bench.quiet()

    assert [parcel.cargo for parcel in here.parcels] == ["no JSON at all {"]
    assert [parcel.cargo for parcel in there.parcels] == [event, "no JSON at all {"]


async def test_a_raw_event_may_be_held_against_the_filter(bench: Bench) -> None:
    await bench.subscribe(200)

    assert bench.grid.deliver_raw([{"eventType": "Fabrikam.Unheard.Of"}], filtered=True) == 0
