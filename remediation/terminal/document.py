"""How do the looks of a run read as JSON and as CSV? Pure."""

import csv
import io
from collections.abc import Iterable, Iterator

from remediation.report import REPORTS, Drift, Json, Report
from remediation.terminal.changes import changes
from remediation.terminal.look import Look, Survey

_COLUMNS = (
    "account",
    "profile",
    "state",
    "rule",
    "severity",
    "resource",
    "expected",
    "actual",
    "held",
    "message",
)
# A spreadsheet takes such a cell for a formula: owasp.org, CSV Injection.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_json(survey: Survey) -> Json:
    """Every look whole: what differs, what would be or was done, what failed."""
    return {
        "command": survey.command,
        "at": survey.at.isoformat(),
        "exit": survey.exit.value,
        "total": len(survey.looks),
        "clean": survey.clean,
        "blind": list(survey.blind),
        "notes": list(survey.notes),
        "accounts": [_look(look) for look in survey.looks],
    }


def _look(look: Look) -> Json:
    told = REPORTS.to_json(look.report)
    return {
        "account": told["account"],
        "profile": told["profile"],
        "state": look.state,
        "note": look.note,
        "read": not look.indexed,
        "findings": [
            drift | {"person": look.needs_a_person(each)}
            for drift, each in zip(told["drifts"], look.report.drifts, strict=True)
        ],
        "actions": [str(action) for action in look.actions],
        "changes": [str(change) for change in changes(look)],
        "failures": [
            {"action": each.action, "message": each.message, "code": each.code}
            for each in look.failures
        ],
        "proof": told["proof"],
    }


def to_csv(survey: Survey) -> str:
    """One line a finding, and one for an account without any (RFC 4180)."""
    return _table(_COLUMNS, (row for look in survey.looks for row in _rows(look)))


def _rows(look: Look) -> Iterator[tuple[str, ...]]:
    head = (look.id.text, look.report.profile, look.state)
    for each in look.report.drifts:
        yield (*head, *_cells(each))
    if not look.report.drifts:
        failures = "; ".join(each.message for each in look.failures)
        yield (*head, *[""] * 6, failures or look.note)


def _cells(drift: Drift) -> tuple[str, ...]:
    evidence = (drift.expected, drift.actual, drift.withheld, drift.message)
    return (drift.rule, drift.severity, drift.resource, *evidence)


def history_csv(reports: Iterable[Report]) -> str:
    """One line a pass."""
    columns = ("ended", "lane", "verdict", "trigger", "actor", "drifts", "actions", "report")
    return _table(columns, map(_pass, reports))


def _pass(report: Report) -> tuple[str, ...]:
    return (
        report.ended.isoformat(),
        report.lane.value,
        report.verdict.value,
        report.cause.trigger.value,
        str(report.cause.actor),
        " ".join(dict.fromkeys(drift.rule for drift in report.drifts)),
        "; ".join(f"{result.action}: {result.outcome}" for result in report.results),
        report.id,
    )


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row])
    return text.getvalue()
