"""How long may a document be that we store, and what gives way when it is longer?

A report is never lost for its length: long texts and long lists are cut, and say so.
"""

import json
from typing import Any

from remediation.report import Json

# Source: learn.microsoft.com, understanding-the-table-service-data-model: a row holds 1 MiB, a string 64 KiB, and two
# bytes count for each character. The documents are ASCII, so characters are what is counted here.
LONGEST_DOCUMENT = 450_000
LONGEST_PROPERTY = 32_000
# Source: learn.microsoft.com, storage queues: 64 KiB after base64, which makes four characters of three.
LONGEST_MESSAGE = 48_000

# No resource id is this long, so cutting never makes another id of one.
_LONGEST_TEXT = 1_024
_LONGEST_LIST = 30


def written(document: Json) -> str:
    """Compact JSON in ASCII."""
    return json.dumps(document, separators=(",", ":"))


def fitted(document: Json, longest: int) -> Json:
    """The document as it is, or its short form when it has more than `longest` characters."""
    return document if len(written(document)) <= longest else shortened(document)


def fitted_report(report: Json) -> Json:
    """The same for a report, whose drifts then end with one that says how many are left out."""
    if len(written(report)) <= LONGEST_DOCUMENT:
        return report
    short = shortened(report)
    short["drifts"].append(
        {
            "rule": "report-shortened",
            "resource": report["account"],
            "expected": f"{len(report['drifts'])} findings and {len(report['results'])} results",
            "actual": f"only the first {_LONGEST_LIST} of each are kept: the report was too long",
            "severity": "notice",
        }
    )
    return short


def shortened(document: Json) -> Json:
    """A document of the same shape with its long texts and lists cut."""
    short: Json = _cut(document)
    return short


def _cut(value: Any) -> Any:
    match value:
        case str() if len(value) > _LONGEST_TEXT:
            return value[: _LONGEST_TEXT - 1] + "…"
        case list():
            return [_cut(each) for each in value[:_LONGEST_LIST]]
        case dict():
            return {name: _cut(each) for name, each in value.items()}
        case _:
            return value
