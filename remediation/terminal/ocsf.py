"""How do findings read as OCSF? Pure. Compliance Finding of version 1.5.0, with the profile `cloud`.

Source: ocsf/ocsf-schema, release 1.5.0 (commit f0c227b4): events/findings/compliance_finding.json (class 3 of category
2, hence 2003), events/findings/finding.json, profiles/cloud.json, compliance.json and
resource_details.json in objects.
"""

from remediation import VERSION
from remediation.plan import Severity
from remediation.report import Drift, Json
from remediation.restraint import Reason
from remediation.terminal import rule_texts
from remediation.terminal.look import Look, Survey
from remediation.terminal.sarif import fingerprint

_VERSION = "1.5.0"
_CATEGORY, _CLASS, _CREATE = 2, 2003, 1
# events/base_event.json severity_id: 2 low, 3 medium, 5 critical.
_SEVERITIES = {
    Severity.CRITICAL: (5, "Critical"),
    Severity.WARNING: (3, "Medium"),
    Severity.NOTICE: (2, "Low"),
}
# events/findings/finding.json status_id: 1 new, 3 suppressed.
_NEW, _SUPPRESSED = (1, "New"), (3, "Suppressed")
# objects/compliance.json status_id: 3 fail.
_FAIL = (3, "Fail")
# objects/account.json type_id.
_SUBSCRIPTION = (13, "Azure Subscription")


def to_ocsf(survey: Survey) -> list[Json]:
    """One event a finding."""
    return [_event(survey, look, drift) for look in survey.looks for drift in look.report.drifts]


def _event(survey: Survey, look: Look, drift: Drift) -> Json:
    """Times are milliseconds since 1970 (type timestamp_t)."""
    text, now = rule_texts.of(drift.rule), int(survey.at.timestamp() * 1000)
    severity_id, severity = _SEVERITIES[Severity(drift.severity)]
    status_id, status = _SUPPRESSED if drift.withheld == Reason.EXEMPT else _NEW
    name = drift.resource.rsplit("/", 1)[-1]
    return {
        "activity_id": _CREATE,
        "activity_name": "Create",
        "category_uid": _CATEGORY,
        "category_name": "Findings",
        "class_uid": _CLASS,
        "class_name": "Compliance Finding",
        "type_uid": _CLASS * 100 + _CREATE,
        "time": now,
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "status_detail": drift.message,
        "message": f"{name}: {drift.expected} is wanted, but {drift.actual}",
        "metadata": {
            "version": _VERSION,
            "profiles": ["cloud"],
            "product": {"name": "Latch", "vendor_name": "Latch", "version": VERSION},
        },
        "cloud": {
            "provider": "Azure",
            "account": {
                "uid": look.id.subscription,
                "type_id": _SUBSCRIPTION[0],
                "type": _SUBSCRIPTION[1],
            },
        },
        "finding_info": {
            "uid": fingerprint(look, drift),
            "title": text.title,
            "desc": text.says,
            "types": [text.group],
        },
        "compliance": {
            "control": drift.rule,
            "standards": ["Latch policy"],
            "status_id": _FAIL[0],
            "status": _FAIL[1],
            "status_details": [f"wanted: {drift.expected}", f"found: {drift.actual}"],
        },
        "remediation": {"desc": text.cure},
        "resources": [_resource(look, drift)],
    }


def _resource(look: Look, drift: Drift) -> Json:
    found: Json = {
        "uid": look.id.text,
        "name": look.id.name,
        "type": "Microsoft.CognitiveServices/accounts",
        "group": {"name": look.id.group_text},
        "labels": [f"resource: {drift.resource}"],
    }
    if look.account is not None:
        found["region"] = look.account.location
    return found
