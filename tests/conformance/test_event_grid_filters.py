"""Which events pass, and which filters Azure would refuse."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.harness.event_grid import Filter, FilterError, Schema
from tests.harness.world import Json

ROOT = Path(__file__).parents[2]
WRITE = "Microsoft.Resources.ResourceWriteSuccess"
SHIPPED: Json = json.loads((ROOT / "infra" / "shared" / "event-filter.json").read_text("utf-8"))

PASSED = (
    "account-delete-cloudevents",
    "account-write",
    "account-write-bare",
    "account-write-by-app",
    "account-write-lower-case-group",
    "account-write-stringified",
    "connection-delete",
    "endpoint-delete",
    "endpoint-write-pascal-case",
    "link-delete",
    "record-delete-cloudevents",
    "zone-delete",
    "zone-group-write",
)
STOPPED = (
    "account-list-keys",
    "account-write-failure",
    "deployment-write",
    "foreign-write",
    "handshake",
    "notification-deleted",
    "notification-updated",
)


def sample(name: str) -> Json:
    text = (ROOT / "tests" / "events" / f"intake-{name}.json").read_text("utf-8")
    found = json.loads(text)
    event: Json = found[0] if isinstance(found, list) else found
    return event


def schema_of(event: Json) -> Schema:
    return Schema.CLOUD if "specversion" in event else Schema.EVENT_GRID


def admits(event: Json, *advanced: Json, **parts: Any) -> bool:
    document = {"advancedFilters": list(advanced), **parts}
    return Filter.parse(document, schema_of(event)).admits(event)


def one(operator: str, key: str, **wanted: Any) -> Json:
    return {"operatorType": operator, "key": key, **wanted}


def write(**data: Any) -> Json:
    return {"id": "1", "eventType": WRITE, "subject": "/Accounts/aoai", "topic": "t", "data": data}


@pytest.mark.parametrize("name", PASSED)
def test_the_shipped_filter_passes_what_latch_must_see(name: str) -> None:
    event = sample(name)

    assert Filter.parse(SHIPPED, schema_of(event)).admits(event)


@pytest.mark.parametrize("name", STOPPED)
def test_the_shipped_filter_stops_what_concerns_nobody(name: str) -> None:
    event = sample(name)

    assert not Filter.parse(SHIPPED, schema_of(event)).admits(event)


def test_every_sample_is_judged() -> None:
    """A dead letter is what became of an event; no filter ever sees it."""
    files = (ROOT / "tests" / "events").glob("intake-*.json")
    names = {file.stem.removeprefix("intake-") for file in files}

    assert names == {*PASSED, *STOPPED, "dead-letter", "dead-letter-cloudevents"}


@pytest.mark.parametrize("name", ["event-filter", "watch-filter"])
@pytest.mark.parametrize("schema", Schema)
def test_a_shipped_filter_is_one_that_azure_accepts(name: str, schema: Schema) -> None:
    document = json.loads((ROOT / "infra" / "shared" / f"{name}.json").read_text("utf-8"))

    assert Filter.parse(document, schema).advanced


def test_a_filter_on_the_writer_stops_its_own_writes_and_loses_nothing_without_claims() -> None:
    own = sample("account-write-by-app")
    mine = one("StringNotIn", "data.claims.appid", values=[own["data"]["claims"]["appid"]])

    assert not admits(own, mine)
    assert admits(sample("account-write"), mine)
    assert admits(sample("account-write-bare"), mine)
    assert admits(sample("account-write-stringified"), mine)


@pytest.mark.parametrize(
    ("advanced", "data"),
    [
        (one("NumberIn", "data.n", values=[1, 2]), {"n": 2}),
        (one("NumberNotIn", "data.n", values=[1, 2]), {"n": 3}),
        (one("NumberLessThan", "data.n", value=5), {"n": 4.5}),
        (one("NumberGreaterThan", "data.n", value=5), {"n": 6}),
        (one("NumberLessThanOrEquals", "data.n", value=5), {"n": 5}),
        (one("NumberGreaterThanOrEquals", "data.n", value=5), {"n": 5}),
        (one("NumberInRange", "data.n", values=[[1, 2], [5, 6]]), {"n": 5.5}),
        (one("NumberNotInRange", "data.n", values=[[1, 2], [5, 6]]), {"n": 3}),
        (one("BoolEquals", "data.on", value=True), {"on": True}),
        (one("StringIn", "data.s", values=["a", "B"]), {"s": "b"}),
        (one("StringNotIn", "data.s", values=["a"]), {"s": "b"}),
        (one("StringBeginsWith", "data.s", values=["AB"]), {"s": "abc"}),
        (one("StringNotBeginsWith", "data.s", values=["b"]), {"s": "abc"}),
        (one("StringEndsWith", "data.s", values=["BC"]), {"s": "abc"}),
        (one("StringNotEndsWith", "data.s", values=["b"]), {"s": "abc"}),
        (one("StringContains", "data.s", values=["B"]), {"s": "abc"}),
        (one("StringNotContains", "data.s", values=["x"]), {"s": "abc"}),
        (one("IsNullOrUndefined", "data.s"), {"s": None}),
        (one("IsNotNull", "data.s"), {"s": ["any", "thing"]}),
    ],
    ids=lambda value: value.get("operatorType") if "operatorType" in value else "",
)
def test_each_operator_matches_what_it_names(advanced: Json, data: Json) -> None:
    assert admits(write(**data), advanced)


@pytest.mark.parametrize(
    ("advanced", "data"),
    [
        (one("NumberIn", "data.n", values=[1, 2]), {"n": 3}),
        (one("NumberNotIn", "data.n", values=[1, 2]), {"n": 2}),
        (one("NumberLessThan", "data.n", value=5), {"n": 5}),
        (one("NumberGreaterThan", "data.n", value=5), {"n": 5}),
        (one("NumberLessThanOrEquals", "data.n", value=5), {"n": 6}),
        (one("NumberGreaterThanOrEquals", "data.n", value=5), {"n": 4}),
        (one("NumberInRange", "data.n", values=[[1, 2]]), {"n": 3}),
        (one("NumberNotInRange", "data.n", values=[[1, 2]]), {"n": 1}),
        (one("BoolEquals", "data.on", value=True), {"on": 1}),
        (one("StringIn", "data.s", values=["a"]), {"s": 1}),
        (one("StringNotIn", "data.s", values=["A"]), {"s": "a"}),
        (one("StringBeginsWith", "data.s", values=["b"]), {"s": "abc"}),
        (one("StringNotBeginsWith", "data.s", values=["x", "A"]), {"s": "abc"}),
        (one("StringEndsWith", "data.s", values=["b"]), {"s": "abc"}),
        (one("StringNotEndsWith", "data.s", values=["C"]), {"s": "abc"}),
        (one("StringContains", "data.s", values=["x"]), {"s": "abc"}),
        (one("StringNotContains", "data.s", values=["B"]), {"s": "abc"}),
        (one("IsNullOrUndefined", "data.s"), {"s": ""}),
        (one("IsNotNull", "data.s"), {"s": None}),
    ],
    ids=lambda value: value.get("operatorType") if "operatorType" in value else "",
)
def test_each_operator_stops_the_rest(advanced: Json, data: Json) -> None:
    assert not admits(write(**data), advanced)


@pytest.mark.parametrize(
    ("operator", "wanted", "expected"),
    [
        ("NumberNotIn", {"values": [1]}, True),
        ("StringNotIn", {"values": ["a"]}, True),
        ("IsNullOrUndefined", {}, True),
        ("NumberIn", {"values": [1]}, False),
        ("NumberNotInRange", {"values": [[1, 2]]}, False),
        ("NumberLessThan", {"value": 1}, False),
        ("BoolEquals", {"value": False}, False),
        ("StringIn", {"values": ["a"]}, False),
        ("StringNotContains", {"values": ["a"]}, False),
        ("StringNotBeginsWith", {"values": ["a"]}, False),
        ("StringNotEndsWith", {"values": ["a"]}, False),
        ("IsNotNull", {}, False),
    ],
)
def test_a_missing_key_matches_only_not_in_and_undefined(
    operator: str, wanted: Json, *, expected: bool
) -> None:
    assert expected == admits(write(), one(operator, "data.gone.deeper", **wanted))


def test_filters_must_all_agree_and_values_are_alternatives() -> None:
    either = one("StringIn", "data.s", values=["x", "a"])

    assert admits(write(s="a", n=1), either, one("NumberIn", "data.n", values=[1]))
    assert not admits(write(s="a", n=2), either, one("NumberIn", "data.n", values=[1]))


def test_an_array_is_looked_into_only_when_the_subscription_says_so() -> None:
    tagged = one("StringIn", "data.tags", values=["b"])
    untagged = one("StringNotIn", "data.tags", values=["b"])

    assert not admits(write(tags=["a", "b"]), tagged)
    assert admits(write(tags=["a", "b"]), tagged, enableAdvancedFilteringOnArrays=True)
    assert not admits(write(tags=["a", "b"]), untagged, enableAdvancedFilteringOnArrays=True)


def test_keys_are_found_without_case() -> None:
    assert admits(write(operationName="x"), one("StringIn", "Data.OperationName", values=["X"]))
    assert admits(write(), one("StringIn", "EventType", values=[WRITE.upper()]))


def test_the_subject_is_compared_without_case_unless_asked_for() -> None:
    assert admits(write(), subjectBeginsWith="/accounts/", subjectEndsWith="AOAI")
    assert not admits(write(), subjectBeginsWith="/accounts/", isSubjectCaseSensitive=True)
    assert admits(write(), subjectBeginsWith="/Accounts/", isSubjectCaseSensitive=True)
    assert not admits(write(), subjectEndsWith="other")


def test_only_the_types_that_are_listed_pass() -> None:
    assert admits(write(), includedEventTypes=[WRITE.upper()])
    assert not admits(write(), includedEventTypes=[WRITE.replace("Success", "Failure")])
    assert admits(write(), includedEventTypes=None)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param(
            {"advancedFilters": [one("IsNotNull", "data.a")] * 26}, "26 advanced", id="26 filters"
        ),
        pytest.param(
            {"advancedFilters": [one("StringIn", "data.a", values=["v"] * 13)] * 2},
            "26 values",
            id="26 values in two filters",
        ),
        pytest.param(
            {"advancedFilters": [one("StringIn", "data.a", values=["v" * 513])]},
            "longer than 512",
            id="a value of 513 characters",
        ),
        pytest.param({"subjectBeginsWith": "v" * 513}, "longer than 512", id="a long subject"),
        pytest.param(
            {
                "advancedFilters": [
                    one(
                        "StringIn",
                        "data.claims.http://schemas.microsoft.com/identity/claims/objectidentifier",
                        values=["x"],
                    )
                ]
            },
            "none that",
            id="a key with dots in its name",
        ),
        pytest.param(
            {"advancedFilters": [one("StringIn", "eventTime", values=["x"])]},
            "none that",
            id="a key that cannot be filtered by",
        ),
        pytest.param(
            {"advancedFilters": [one("StringEquals", "data.a", values=["x"])]},
            "unknown operator 'StringEquals'",
            id="an unknown operator",
        ),
        pytest.param(
            {"advancedFilters": [one("StringIn", "data.a", value="x")]},
            "'value' does not belong",
            id="a single value where many belong",
        ),
        pytest.param(
            {"advancedFilters": [one("StringIn", "data.a", values=[])]},
            "values are missing",
            id="no values",
        ),
        pytest.param(
            {"advancedFilters": [one("NumberInRange", "data.a", values=[[1]])]},
            "pair of numbers",
            id="half a range",
        ),
        pytest.param(
            {"advancedFilters": [one("NumberIn", "data.a", values=["1"])]},
            "not a number",
            id="text for a number",
        ),
        pytest.param(
            {"advancedFilters": [one("BoolEquals", "data.a", value="true")]},
            "not true or false",
            id="text for a truth value",
        ),
        pytest.param(
            {"advancedFilters": [{"operatorType": "IsNotNull"}]}, "needs a key", id="no key"
        ),
        pytest.param(
            {"includedEventTypes": ["Microsoft.Storage.BlobCreated"]},
            "no event type",
            id="a type of another topic",
        ),
        pytest.param({"subjectContains": "x"}, "extend event_grid", id="an unknown property"),
        pytest.param({"isSubjectCaseSensitive": "no"}, "true or false", id="text for a flag"),
    ],
)
def test_an_illegal_filter_is_refused(document: Json, message: str) -> None:
    with pytest.raises(FilterError, match=message):
        Filter.parse(document, Schema.EVENT_GRID)


def test_cloud_events_are_filtered_by_their_own_keys() -> None:
    event = {
        "id": "1",
        "type": WRITE,
        "source": "/s",
        "specversion": "1.0",
        "data": {},
        "zone": "a",
    }

    assert admits(event, one("StringIn", "source", values=["/S"]))
    assert admits(event, one("StringIn", "zone", values=["a"]))
    with pytest.raises(FilterError, match="none that"):
        admits(event, one("StringIn", "data.", values=["a"]))
