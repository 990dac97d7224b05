"""Do ids, requests, reports and memory survive being written and read again?"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from remediation import planner
from remediation.ids import ResourceId
from remediation.observed import Fingerprint
from remediation.ports import History, NextLook
from remediation.report import (
    REPORTS,
    REQUESTS,
    Actor,
    ActorKind,
    Cause,
    Drift,
    Lane,
    Outcome,
    Report,
    Request,
    Result,
    Trigger,
    Verdict,
)
from tests.builders import NOW
from tests.laws.strategies import World, worlds
from tests.memory import HISTORIES

names = st.text("abkSXZ019-_().", min_size=2, max_size=12).map(lambda text: f"n{text}")


@st.composite
def id_texts(draw: DrawFn) -> str:
    """Of a resource, or of a child some levels down."""
    levels = draw(st.lists(st.tuples(names, names), min_size=1, max_size=3))
    below = "/".join("/".join(level) for level in levels)
    subscription, group, namespace = draw(st.tuples(st.uuids(), names, names))
    return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.{namespace}/{below}"


# Surrogates are no text: neither JSON nor Azure knows them.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
ids = id_texts().map(ResourceId.parse)
times = st.datetimes(
    NOW.replace(tzinfo=None),
    (NOW + timedelta(days=9000)).replace(tzinfo=None),
    timezones=st.just(UTC),
)
seconds = st.none() | st.floats(0, 1e9)
actors = st.builds(Actor, st.sampled_from(ActorKind), texts, texts, texts, texts)
causes = st.builds(Cause, st.sampled_from(Trigger), times, texts, texts, texts, texts, actors)
fingerprints = st.builds(Fingerprint, texts, texts)
requests = st.builds(
    Request,
    ids,
    st.sampled_from(Lane),
    causes,
    times,
    texts,
    st.integers(0, 10_000),
    fingerprint=st.none() | fingerprints,
)
drifts = st.builds(Drift, texts, texts, texts, texts, texts, texts, texts)
results = st.builds(Result, texts, st.sampled_from(Outcome), texts, texts, seconds)
reports = st.builds(
    Report,
    id=texts,
    request_id=texts,
    account=ids,
    lane=st.sampled_from(Lane),
    verdict=st.sampled_from(Verdict),
    cause=causes,
    started=times,
    ended=times,
    profile=texts,
    drifts=st.lists(drifts, max_size=3).map(tuple),
    results=st.lists(results, max_size=3).map(tuple),
    drifted_at=st.none() | times,
    exposed_seconds=seconds,
    retry_after=seconds,
    attempt=st.integers(0, 10_000),
)


chains = st.none() | st.builds(NextLook, texts, times)
histories = st.builds(
    History,
    st.none() | times,
    st.none(),
    st.none() | reports,
    chains,
    looked_at=st.none() | times,
    clean=st.none() | fingerprints,
)


@given(id_texts())
def test_an_id_is_printed_as_it_was_written(text: str) -> None:
    assert str(ResourceId.parse(text)) == text


@given(id_texts(), st.sampled_from([str.upper, str.lower, str.title, str.swapcase]))
def test_ids_that_differ_in_case_are_one(text: str, spelled: Callable[[str], str]) -> None:
    same, other = ResourceId.parse(text), ResourceId.parse(spelled(text))

    assert (same, hash(same)) == (other, hash(other))
    assert (same.type, same.names, same.group) == (other.type, other.names, other.group)


@given(ids, names, names)
def test_a_child_leads_back_to_its_parent(parent: ResourceId, type_: str, name: str) -> None:
    child = parent.child(type_, name)

    assert (child.parent, child.name) == (parent, name)


@given(texts | id_texts().map(lambda text: text.replace("/", "//", 3)))
def test_what_is_no_id_is_refused_in_one_way(text: str) -> None:
    try:
        read = ResourceId.parse(text)
    except ValueError:
        return
    assert ResourceId.parse(str(read)) == read


@given(requests)
def test_a_request_survives_json(request: Request) -> None:
    read = REQUESTS.from_json(json.loads(json.dumps(REQUESTS.to_json(request))))

    assert read == request
    assert read.account.text == request.account.text


@given(reports)
def test_a_report_survives_json(report: Report) -> None:
    assert REPORTS.from_json(json.loads(json.dumps(REPORTS.to_json(report)))) == report


@given(worlds(), histories)
def test_what_is_remembered_survives_json(world: World, history: History) -> None:
    remembered = replace(history, baseline=planner.baseline(world.desired, world.seen))

    assert HISTORIES.from_json(json.loads(json.dumps(HISTORIES.to_json(remembered)))) == remembered
