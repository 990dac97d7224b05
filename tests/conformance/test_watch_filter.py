"""Which events does the shipped watch filter let through, by the engine that also says what Azure would refuse?"""

import json

import pytest

from tests.harness.event_grid import Filter, Schema
from tests.harness.lab import REPOSITORY, SHARED
from tests.harness.world import Json

EVENTS = REPOSITORY / "tests" / "events"
FILTER: Json = json.loads((SHARED / "watch-filter.json").read_text("utf-8"))
SAMPLES: list[Json] = json.loads((EVENTS / "watch-every-operation.json").read_text("utf-8"))


def sample(name: str) -> Json:
    found = json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
    event: Json = found[0] if isinstance(found, list) else found
    return event


def admits(event: Json) -> bool:
    schema = Schema.CLOUD if "specversion" in event else Schema.EVENT_GRID
    return Filter.parse(FILTER, schema).admits(event)


@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: event["data"]["operationName"])
def test_the_filter_lets_every_watched_operation_through(event: Json) -> None:
    cloud = {"specversion": "1.0", "type": event["eventType"], "data": event["data"]}

    assert admits(event)
    assert admits(cloud)


# An account that is deleted is told of beside being restored: it is in both filters.
BOTH = {
    "intake-account-delete-cloudevents",
    "intake-account-list-keys",
    "watch-list-keys-cloudevents",
}


def test_the_filter_stops_every_other_sample() -> None:
    names = {file.stem for file in EVENTS.glob("*.json")} - {"watch-every-operation"}

    assert {name for name in names if admits(sample(name))} == BOTH


@pytest.mark.parametrize("outcome", ["Failure", "Cancel"])
def test_the_filter_stops_what_did_not_succeed(outcome: str) -> None:
    ended = (e | {"eventType": e["eventType"].replace("Success", outcome)} for e in SAMPLES)

    assert not any(map(admits, ended))


@pytest.mark.parametrize("name", ["watch-event-grid-list-keys", "watch-event-subscription-write"])
def test_what_event_grid_does_for_itself_starts_no_loop(name: str) -> None:
    """It lists the keys of its destination, a function app, whenever it may."""
    assert not admits(sample(name))
