"""How does a look at many accounts read?"""

import csv
import io
from dataclasses import replace
from datetime import timedelta

import pytest

from remediation.batch import Batch, Entry, Progress
from remediation.report import Drift, Verdict
from tests.builders import ACCOUNT, NOW, OTHER_ACCOUNT, report

BATCH = Batch("batch-1", "all", enforce=False, asked=NOW, listed=True)
DRIFT = Drift("record", ACCOUNT.text, "a record", "none", "warning")


def test_an_entry_names_each_rule_and_reason_once() -> None:
    held = replace(DRIFT, withheld="AUDIT")
    found = report(verdict=Verdict.HELD, drifts=(DRIFT, held, replace(held, rule="zone-link")))

    entry = Entry.of(found)

    assert (entry.drifts, entry.held) == (("record", "zone-link"), ("AUDIT",))
    assert (entry.verdict, entry.report, entry.ended) == (Verdict.HELD, found.id, found.ended)


@pytest.mark.parametrize(
    ("batch", "verdicts", "state"),
    [
        pytest.param(replace(BATCH, listed=False), (), "listing", id="not listed yet"),
        pytest.param(BATCH, (), "done", id="there is nothing in scope"),
        pytest.param(BATCH, (None,), "running", id="nobody has looked"),
        pytest.param(BATCH, (Verdict.WAITING,), "running", id="Azure works on it"),
        pytest.param(BATCH, (Verdict.CONVERGED, None), "running", id="half of it"),
        pytest.param(BATCH, (Verdict.HELD, Verdict.GONE), "done", id="all of it"),
    ],
)
def test_how_far_it_is(batch: Batch, verdicts: tuple[Verdict | None, ...], state: str) -> None:
    entries = tuple(Entry(ACCOUNT, verdict) for verdict in verdicts)

    told = Progress(batch, entries).to_json()

    assert (told["state"], told["total"]) == (state, len(verdicts))


def test_as_a_table_it_has_a_line_for_each_account() -> None:
    looked_at = Entry.of(report(verdict=Verdict.HELD, drifts=(replace(DRIFT, withheld="AUDIT"),)))
    text = Progress(BATCH, (looked_at, Entry(OTHER_ACCOUNT))).to_csv()

    first, second = csv.DictReader(io.StringIO(text))

    assert (first["account"], first["verdict"], first["drifts"]) == (ACCOUNT.text, "held", "record")
    assert (second["account"], second["verdict"], second["ended"]) == (OTHER_ACCOUNT.text, "", "")


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (replace(BATCH, id="else", asked=NOW + timedelta(days=1), scope="ALL"), True),
        (replace(BATCH, enforce=True), False),
        (replace(BATCH, scope=ACCOUNT.text), False),
    ],
)
def test_two_are_the_same_when_they_ask_for_the_same(other: Batch, *, is_same: bool) -> None:
    assert BATCH.is_same(other) is is_same
