"""How do findings read as SARIF? Pure. Version 2.1.0 (OASIS, sarif-v2.1.0-os); the sections are those of its text."""

import hashlib
from collections.abc import Iterable
from urllib.parse import quote

from remediation import VERSION
from remediation.plan import Severity
from remediation.report import Drift, Json
from remediation.restraint import Reason
from remediation.terminal import rule_texts
from remediation.terminal.look import Exit, Look, Survey

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
# 3.27.10 level.
_LEVELS = {Severity.CRITICAL: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}


def to_sarif(survey: Survey) -> Json:
    """One run; a rule for each name that the findings bear."""
    found = [(look, drift) for look in survey.looks for drift in look.report.drifts]
    names = tuple(dict.fromkeys(drift.rule for _, drift in found))
    run = {
        "tool": {
            "driver": {"name": "Latch", "version": VERSION, "rules": [_rule(n) for n in names]}
        },
        "invocations": [_invocation(survey)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(look, drift, names) for look, drift in found],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(name: str) -> Json:
    text = rule_texts.of(name)
    return {
        "id": name,
        "name": text.title.title().replace(" ", ""),
        "shortDescription": {"text": f"{text.title}."},
        "fullDescription": {"text": text.says},
        "help": {"text": f"{text.says} {text.cure}"},
        "properties": {"tags": ["security", "network", text.group]},
    }


def _result(look: Look, drift: Drift, names: tuple[str, ...]) -> Json:
    """3.27; an account is an artifact (3.29), and what differs of it a logical location (3.33)."""
    name = drift.resource.rsplit("/", 1)[-1]
    result: Json = {
        "ruleId": drift.rule,
        "ruleIndex": names.index(drift.rule),
        "kind": "fail",
        "level": _LEVELS[Severity(drift.severity)],
        "message": {"text": f"{name}: {drift.expected} is wanted, but {drift.actual}"},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": quote(look.id.text)}},
                "logicalLocations": [
                    {"name": name, "fullyQualifiedName": drift.resource, "kind": "resource"}
                ],
            }
        ],
        "partialFingerprints": {"latchFinding/v1": fingerprint(look, drift)},
        "properties": {"profile": look.report.profile, "held": drift.withheld},
    }
    if drift.withheld == Reason.EXEMPT:
        # 3.35.2: outside of what was looked at, which the policy is.
        result["suppressions"] = [{"kind": "external", "justification": drift.message}]
    return result


def fingerprint(look: Look, drift: Drift) -> str:
    """The same for the same finding of the same account, whenever it is looked at."""
    parts = (look.id.key, drift.rule, drift.resource.casefold())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _invocation(survey: Survey) -> Json:
    """3.20: what could not be seen is told here, because it is no finding of any rule."""
    return {
        "executionSuccessful": survey.exit is not Exit.ERROR,
        "endTimeUtc": survey.at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "toolExecutionNotifications": [
            *({"level": "error", "message": {"text": text}} for text in _unseen(survey)),
            *({"level": "note", "message": {"text": text}} for text in survey.notes),
        ],
    }


def _unseen(survey: Survey) -> Iterable[str]:
    yield from survey.blind
    for look in survey.looks:
        for each in look.failures:
            yield f"{look.id.name}: {each.message}"
