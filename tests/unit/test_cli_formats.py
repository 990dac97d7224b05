"""Findings as programs read them: SARIF, OCSF, CSV, JSON, HTML."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import jsonschema_rs
import pytest

from remediation.catalog import RULES
from remediation.desired import Exemption
from remediation.terminal import document, ocsf, page, rule_texts, sarif
from remediation.terminal.look import Exit, Survey
from remediation.terminal.writing import WRITERS, Format
from tests.builders import ACCOUNT, NOW
from tests.unit import looks
from tests.unit.finding_formats import OCSF, SARIF
from tests.unit.looks import HOSTILE

EXEMPT = Exemption(frozenset(), NOW + timedelta(days=1), "Trade fair", "Robin Example")
SURVEYS = {
    "nothing": looks.survey(),
    "clean": looks.survey(looks.look()),
    "open": looks.survey(looks.opened()),
    "exempt": looks.survey(looks.opened(exemptions=(EXEMPT,))),
    "audited": looks.survey(looks.opened(audited=frozenset(RULES))),
    "unread": looks.survey(looks.unread(), blind=("subscription s1: no right",)),
    "hostile": looks.survey(looks.hostile()),
}
every_survey = pytest.mark.parametrize("survey", SURVEYS.values(), ids=SURVEYS.keys())


def mistakes(schema: dict[str, Any], value: Any) -> list[str]:
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    return [str(error) for error in validator.iter_errors(value)]


@every_survey
def test_sarif_is_as_its_specification_says(survey: Survey) -> None:
    assert [] == mistakes(SARIF, sarif.to_sarif(survey))


@every_survey
def test_ocsf_is_as_its_schema_says(survey: Survey) -> None:
    assert [] == mistakes(OCSF, ocsf.to_ocsf(survey))


@every_survey
@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS.keys())
def test_every_format_writes_every_survey(survey: Survey, write: Callable[[Survey], str]) -> None:
    assert write(survey).endswith("\n")


def test_a_sarif_result_names_account_rule_and_level() -> None:
    [run] = sarif.to_sarif(SURVEYS["open"])["runs"]
    first, second = run["results"]

    assert first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == ACCOUNT.text
    assert (first["ruleId"], first["level"]) == ("public-access", "error")
    assert (second["ruleId"], second["level"]) == ("network-acls", "warning")
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [
        "public-access",
        "network-acls",
    ]
    assert run["invocations"][0]["executionSuccessful"]


def test_a_sarif_result_that_is_exempt_is_suppressed_with_its_reason() -> None:
    [run] = sarif.to_sarif(SURVEYS["exempt"])["runs"]

    assert all("Trade fair" in r["suppressions"][0]["justification"] for r in run["results"])


def test_what_could_not_be_seen_is_told_in_sarif() -> None:
    [run] = sarif.to_sarif(SURVEYS["unread"])["runs"]
    [invocation] = run["invocations"]

    assert not invocation["executionSuccessful"]
    texts = [each["message"]["text"] for each in invocation["toolExecutionNotifications"]]
    assert texts == ["subscription s1: no right", f"{ACCOUNT.name}: no right to read"]


def test_the_same_finding_has_the_same_fingerprint_another_day() -> None:
    today = SURVEYS["open"]
    later = replace(today, at=NOW + timedelta(days=1))
    [one], [two] = (sarif.to_sarif(each)["runs"] for each in (today, later))

    assert one["results"] == two["results"]
    assert [e["finding_info"]["uid"] for e in ocsf.to_ocsf(today)] == [
        r["partialFingerprints"]["latchFinding/v1"] for r in one["results"]
    ]


def test_an_exempt_finding_is_suppressed_in_ocsf() -> None:
    assert {event["status"] for event in ocsf.to_ocsf(SURVEYS["exempt"])} == {"Suppressed"}


def test_csv_has_a_line_for_each_finding_and_no_formulas() -> None:
    drift = looks.opened().report.drifts[0]
    risky = replace(looks.opened().report, drifts=(replace(drift, actual='=HYPERLINK("x")'),))
    look = replace(looks.opened(), report=risky)
    rows = list(csv.DictReader(io.StringIO(document.to_csv(looks.survey(look, looks.look())))))

    assert [row["rule"] for row in rows] == ["public-access", ""]
    assert [row["state"] for row in rows] == ["drifted", "clean"]
    assert rows[0]["actual"] == '\'=HYPERLINK("x")'


def test_json_says_what_would_change_and_who_must_act() -> None:
    told = document.to_json(SURVEYS["open"])
    [account] = told["accounts"]

    assert told["exit"] == Exit.DRIFT
    assert account["state"] == "drifted"
    assert account["actions"] == ["Close public network access of latch-demo"]
    assert [finding["person"] for finding in account["findings"]] == [False, False]
    assert "~ publicNetworkAccess Enabled -> Disabled" in account["changes"]


class Tags(HTMLParser):
    """Which elements and attributes a page has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_a_page_has_no_script_and_hostile_names_are_inert() -> None:
    text = page.to_html(SURVEYS["hostile"])
    tags = Tags(text)

    assert not {"script", "img", "link", "iframe"} & tags.found
    assert not [
        name for name in tags.attributes if name in ("src", "href") or name.startswith("on")
    ]
    assert HOSTILE not in text
    assert "default-src 'none'" in text


def test_a_page_shows_clean_accounts_last() -> None:
    text = page.to_html(looks.survey(looks.look(), looks.unread()))

    assert text.index("error</h2>") < text.index("clean</h2>")


def test_json_is_one_document() -> None:
    assert json.loads(WRITERS[Format.JSON](SURVEYS["hostile"]))["accounts"]


@pytest.mark.parametrize("name", [*RULES, "flapping"])
def test_every_rule_is_told_in_words(name: str) -> None:
    text = rule_texts.of(name)

    assert text.says.endswith(".")
    assert text.cure
    assert text.title


@pytest.mark.parametrize(
    ("survey", "exit_"),
    [
        (SURVEYS["nothing"], Exit.CLEAN),
        (SURVEYS["clean"], Exit.CLEAN),
        (SURVEYS["open"], Exit.DRIFT),
        (SURVEYS["exempt"], Exit.CLEAN),
        (SURVEYS["audited"], Exit.DRIFT),
        (SURVEYS["unread"], Exit.ERROR),
        (looks.survey(looks.opened(), looks.unread()), Exit.ERROR),
        (looks.survey(blind=("s1",)), Exit.ERROR),
    ],
)
def test_the_exit_code_is_error_before_drift_before_clean(survey: Survey, exit_: Exit) -> None:
    assert exit_ is survey.exit
