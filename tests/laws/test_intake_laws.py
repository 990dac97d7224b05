"""What holds for every event, however broken: intake never raises, case never matters, ids survive."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from remediation import intake
from remediation.ids import ResourceId
from remediation.intake import NotOurs, Sighting
from remediation.report import REQUESTS, Lane, Request
from tests.unit.fakes import EVENTS

NOW = datetime(2026, 11, 21, 9, 15, tzinfo=UTC)
RECORDED = tuple(json.loads(path.read_text()) for path in sorted(EVENTS.glob("intake-*.json")))

type Path = tuple[str | int, ...]

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["{}", "[]", "null", '{"name": {}}', "/", "\ud800", "\x00"])
)
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12
)


def places(value: object, at: Path = ()) -> list[Path]:
    """Where a value can be changed: every member and element, the whole included."""
    members: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        members = list(value.items())
    elif isinstance(value, list):
        members = list(enumerate(value))
    return [at, *(place for key, member in members for place in places(member, (*at, key)))]


def changed(value: Any, place: Path, part: object) -> Any:
    """A copy of the value with another part at `place`."""
    if not place:
        return part
    copy: Any = list(value) if isinstance(value, list) else dict(value)
    copy[place[0]] = changed(value[place[0]], place[1:], part)
    return copy


@st.composite
def broken_events(draw: st.DrawFn) -> object:
    """A recorded event with up to three parts replaced by something else."""
    event: object = draw(st.sampled_from(RECORDED))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(places(event)))
        event = changed(event, place, draw(json_values))
    return event


def recased(value: Any, change: Callable[[str], str]) -> Any:
    """The same value with every name and every id, type and operation in another case."""
    if isinstance(value, dict):
        return {change(name): recased(member, change) for name, member in value.items()}
    if isinstance(value, list):
        return [recased(each, change) for each in value]
    is_word = isinstance(value, str) and ("/" in value or value.startswith("Microsoft."))
    return change(value) if is_word and not value.startswith("{") else value


def seen(event: object) -> tuple[Sighting | NotOurs, ...]:
    return intake.read_text(json.dumps(event), NOW)


@given(json_values)
def test_any_json_is_read_without_raising(value: object) -> None:
    assert isinstance(intake.read(value, NOW), NotOurs)


@given(st.text())
def test_any_text_is_read_without_raising(text: str) -> None:
    assert all(isinstance(each, NotOurs) for each in intake.read_text(text, NOW))


@given(broken_events())
def test_a_broken_event_is_read_without_raising(event: object) -> None:
    for each in seen(event):
        assert isinstance(each, Sighting) or len(each.detail) <= 200


@given(broken_events())
def test_what_is_seen_is_clean_and_bounded(event: object) -> None:
    for each in seen(event):
        if isinstance(each, Sighting):
            actor = each.cause.actor
            words = (actor.name, actor.object_id, actor.app_id, actor.ip, each.cause.event_id)

            assert all(word.isprintable() and len(word) <= 256 for word in words)
            assert each.cause.at <= NOW
            assert each.resource.type in intake.WATCHED
            assert len(each.resource.text) <= 1024


@given(broken_events())
def test_what_is_seen_survives_the_queue(event: object) -> None:
    for each in seen(event):
        if isinstance(each, Sighting):
            request = Request(each.resource, Lane.FULL, each.cause, NOW, "r")
            text = json.dumps(REQUESTS.to_json(request))

            assert request == REQUESTS.from_json(json.loads(text))
            assert len(text.encode()) < 48_000


@given(st.sampled_from(RECORDED), st.sampled_from([str.upper, str.lower, str.swapcase]))
def test_case_never_matters(event: object, change: Callable[[str], str]) -> None:
    for as_sent, as_changed in zip(seen(event), seen(recased(event, change)), strict=True):
        if isinstance(as_sent, Sighting):
            assert isinstance(as_changed, Sighting)
            assert as_sent.resource == as_changed.resource
            assert as_sent.cause.operation == as_changed.cause.operation
            assert as_sent.cause.actor.object_id == as_changed.cause.actor.object_id
        else:
            assert isinstance(as_changed, NotOurs)
            assert as_sent.drop is as_changed.drop


@given(broken_events())
def test_ids_survive_being_written_and_read(event: object) -> None:
    for each in seen(event):
        if isinstance(each, Sighting):
            assert each.resource == ResourceId.parse(str(each.resource))
            assert each.resource == ResourceId.parse(each.resource.key)
            assert each.resource.text == ResourceId.parse(str(each.resource)).text


@given(broken_events())
def test_reading_twice_sees_the_same(event: object) -> None:
    assert seen(event) == seen(event)
