"""What the host reads: host.json, settings, bindings, and JSON as its own library rewrites it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.apps import StaticCredential
from tests.harness.clock import LabClock
from tests.harness.host.bindings import Function
from tests.harness.host.config import ConfigError, HostConfig, resolve, timespan
from tests.harness.host.connections import Connections
from tests.harness.host.newtonsoft import NotModelledError, texts
from tests.harness.host.protos import TypedData


def test_the_queue_options_are_read() -> None:
    options = HostConfig.parse(
        {
            "version": "2.0",
            "extensions": {
                "queues": {
                    "batchSize": 4,
                    "newBatchThreshold": 2,
                    "maxDequeueCount": 3,
                    "maxPollingInterval": "00:00:02",
                    "visibilityTimeout": "00:00:30",
                    "messageEncoding": "none",
                }
            },
        }
    ).queues

    assert (options.batch_size, options.new_batch_threshold, options.max_dequeue_count) == (4, 2, 3)
    assert (options.max_polling_interval, options.visibility_timeout) == (2, 30)
    assert not options.base64


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        pytest.param({}, "version must be 2.0", id="no version"),
        pytest.param({"version": "2.0", "retry": {}}, "retry is not modeled", id="unknown key"),
        pytest.param(
            {"version": "2.0", "extensions": {"queues": {"newBatchSize": 1}}},
            "newBatchSize is not modeled: extend tests/harness/host/config.py",
            id="there is no newBatchSize",
        ),
        pytest.param(
            {"version": "2.0", "extensions": {"queues": {"batchSize": 33}}},
            "batchSize: 33 is not from 1 to 32",
            id="a batch too large",
        ),
        pytest.param(
            {"version": "2.0", "extensions": {"queues": {"messageEncoding": "utf8"}}},
            "messageEncoding: utf8",
            id="an unknown encoding",
        ),
        pytest.param(
            {"version": "2.0", "functionTimeout": "soon"}, "not a time span", id="no time span"
        ),
    ],
)
def test_a_host_json_that_is_wrong_or_not_modeled_is_refused(
    raw: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ConfigError, match=complaint):
        HostConfig.parse(raw)


def test_a_missing_host_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        HostConfig.load(tmp_path)


def test_an_unbounded_function_timeout_is_none() -> None:
    assert HostConfig.parse({"version": "2.0", "functionTimeout": "-1"}).function_timeout is None


def test_time_spans_have_days_and_fractions() -> None:
    assert timespan("1.02:03:04.5") == 93784.5


def test_settings_stand_for_names_in_percent_signs() -> None:
    assert resolve("pre-%QUEUE%", {"QUEUE": "work"}) == "pre-work"
    with pytest.raises(ConfigError, match="%NONE% does not resolve"):
        resolve("%NONE%", {})


@pytest.mark.parametrize(
    ("binding", "complaint"),
    [
        pytest.param(
            {"direction": "IN", "type": "blobTrigger", "name": "b"},
            "binding blobTrigger is not modeled",
            id="another trigger",
        ),
        pytest.param(
            {"direction": "IN", "type": "eventGridTrigger", "name": "e", "cardinality": "MANY"},
            "eventGridTrigger: .'cardinality'. is not modeled",
            id="another property",
        ),
        pytest.param(
            {"direction": "OUT", "type": "queue", "name": "q"}, "exactly one trigger", id="none"
        ),
    ],
)
def test_a_binding_that_is_not_modeled_is_refused(binding: dict[str, str], complaint: str) -> None:
    wire = {"name": "f", "id": "1", "bindings": [json.dumps(binding)], "retry": None}

    with pytest.raises(ConfigError, match=complaint):
        Function.parse(wire, {})


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        pytest.param({}, "set Store__queueServiceUri, or a connection string", id="nothing"),
        pytest.param(
            {"Store__accountName": "store"}, "'accountName'. is not modeled", id="account name"
        ),
    ],
)
def test_a_connection_that_leads_nowhere_is_refused(
    settings: dict[str, str], complaint: str
) -> None:
    connections = Connections(settings, StaticCredential(LabClock()), LabClock())

    with pytest.raises(ConfigError, match=complaint):
        connections.queue("Store", "work")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1, true, null, {}]", ["1", "True", "", "{}"]),
        ('{"a": {"b": []}}', ['{\n  "a": {\n    "b": []\n  }\n}']),
        ('{"é": "ü\\u2028"}', ['{\n  "é": "ü\\u2028"\n}']),
        ('{"at": "2026-11-10T15:54:21.0000000"}', ['{\n  "at": "2026-11-10T15:54:21"\n}']),
        ('{"at": "2026-13-10T15:54:21Z"}', ['{\n  "at": "2026-13-10T15:54:21Z"\n}']),
        ('{"at": "2026-11-10"}', ['{\n  "at": "2026-11-10"\n}']),
    ],
)
def test_json_is_written_as_the_hosts_library_writes_it(text: str, expected: list[str]) -> None:
    assert texts(text, dates=True) == expected


def test_without_dates_a_date_stays_as_it_was_written() -> None:
    assert texts('["2026-11-10T15:54:21.100Z"]', dates=False) == ["2026-11-10T15:54:21.100Z"]


@pytest.mark.parametrize(
    "text",
    ['["2026-11-10T15:54:21Z"]', '{"a": "/Date(1)/"}', '{"a": 1e20}', "[1.5]"],
)
def test_what_nobody_wrote_down_is_refused(text: str) -> None:
    with pytest.raises(NotModelledError, match="extend tests/harness/host/newtonsoft"):
        texts(text, dates=True)


def test_a_value_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="extend tests/harness/host/protos"):
        TypedData(stream=b"")
