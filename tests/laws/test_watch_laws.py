"""Whatever lies in the watch queue is read without raising, and what is seen there is clean and bounded."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from remediation import alerts, intake
from remediation.alert import to_event
from remediation.intake import NotOurs
from remediation.watch import OPERATIONS, Notice, Place

EVENTS = Path(__file__).parents[1] / "events"
SAMPLES = json.loads((EVENTS / "watch-every-operation.json").read_text())
NOW = datetime(2026, 11, 21, 9, 15, tzinfo=UTC)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
segments = st.sampled_from(
    ("subscriptions", "s", "resourceGroups", "g", "providers", "Microsoft.Authorization", "locks")
)


@st.composite
def broken_events(draw: st.DrawFn) -> Any:
    """A sample of which any members are something else."""
    event: dict[str, Any] = dict(draw(st.sampled_from(SAMPLES)))
    data = event["data"] | draw(
        st.dictionaries(st.sampled_from(sorted(event["data"])), json_values)
    )
    return (
        event | {"data": data} | draw(st.dictionaries(st.sampled_from(sorted(event)), json_values))
    )


@given(st.text())
def test_any_text_is_read_without_raising(text: str) -> None:
    assert all(isinstance(each, NotOurs) for each in intake.read_watched(text, NOW))


@given(broken_events())
def test_what_is_seen_is_clean_and_can_be_told(event: object) -> None:
    for seen in intake.read_watched(json.dumps(event), NOW):
        if isinstance(seen, Notice):
            told = to_event(alerts.for_notice(seen, None))

            assert seen.operation in OPERATIONS.values()
            assert seen.cause.at <= NOW
            assert told["data"]["headline"].isprintable()
            assert len(json.dumps(told)) < 10_000


@given(st.lists(segments, max_size=14))
def test_a_place_is_found_or_refused(parts: list[str]) -> None:
    text = "/" + "/".join(parts)
    try:
        place = Place.of(text)
    except ValueError:
        return

    assert text.startswith(place.text)
    assert str(place)
