"""Which parts of SARIF and OCSF are written, and what does each specification ask of them? Closed JSON schemas.

SARIF 2.1.0: oasis-open.org, sarif-v2.1.0-os; the numbers are its sections. OCSF 1.5.0: ocsf/ocsf-schema, release 1.5.0,
events/findings/compliance_finding.json and what it extends and refers to. Whatever they do not name here is refused.
"""

from typing import Any

type Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}


def closed(required: dict[str, Any], optional: dict[str, Any] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": required | (optional or {}),
        "required": list(required),
        "additionalProperties": False,
    }


def listed(item: Schema, least: int = 0) -> Schema:
    return {"type": "array", "items": item, "minItems": least}


# 3.11: a message has text or an id.
_MESSAGE = closed({"text": TEXT})
# 3.49: of a rule only the id is required.
_RULE = closed(
    {"id": TEXT},
    {
        "name": {"type": "string", "pattern": "^[A-Za-z]+$"},
        "shortDescription": _MESSAGE,
        "fullDescription": _MESSAGE,
        "help": _MESSAGE,
        "properties": closed({"tags": listed(TEXT)}),
    },
)
_LOCATION = closed(
    {
        "physicalLocation": closed(
            {"artifactLocation": closed({"uri": {"type": "string", "format": "uri-reference"}})}
        ),
        "logicalLocations": listed(
            closed({"name": TEXT, "fullyQualifiedName": TEXT, "kind": {"const": "resource"}})
        ),
    }
)
_SARIF_RESULT = closed(
    {"message": _MESSAGE},
    {
        "ruleId": TEXT,
        "ruleIndex": {"type": "integer", "minimum": 0},
        # 3.27.9, 3.27.10.
        "kind": {"const": "fail"},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "locations": listed(_LOCATION),
        # 3.27.17: names of fingerprints are versioned hierarchical strings.
        "partialFingerprints": {
            "type": "object",
            "patternProperties": {r"^[A-Za-z]+/v\d+$": TEXT},
            "additionalProperties": False,
        },
        # 3.35.
        "suppressions": listed(
            closed({"kind": {"enum": ["inSource", "external"]}}, {"justification": TEXT})
        ),
        "properties": {"type": "object"},
    },
)
SARIF = closed(
    {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": listed(
            closed(
                {
                    "tool": closed(
                        {
                            "driver": closed(
                                {"name": TEXT}, {"version": TEXT, "rules": listed(_RULE)}
                            )
                        }
                    ),
                    "results": listed(_SARIF_RESULT),
                },
                {
                    # 3.20.
                    "invocations": listed(
                        closed(
                            {"executionSuccessful": {"type": "boolean"}},
                            {
                                "endTimeUtc": {"type": "string", "format": "date-time"},
                                "toolExecutionNotifications": listed(
                                    closed({"message": _MESSAGE}, {"level": {"const": "error"}})
                                ),
                            },
                        )
                    ),
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                },
            ),
            1,
        ),
    }
)

_OCSF_METADATA = closed(
    {
        "version": {"const": "1.5.0"},
        "product": closed({"name": TEXT}, {"vendor_name": TEXT, "version": TEXT}),
    },
    {"profiles": {"const": ["cloud"]}},
)
_OCSF_EVENT = closed(
    {
        "activity_id": {"enum": [1, 2, 3]},
        "category_uid": {"const": 2},
        "class_uid": {"const": 2003},
        "type_uid": {"const": 200301},
        "time": {"type": "integer", "minimum": 1_500_000_000_000},
        "severity_id": {"enum": [1, 2, 3, 4, 5, 6]},
        "metadata": _OCSF_METADATA,
        "finding_info": closed({"uid": TEXT}, {"title": TEXT, "desc": TEXT, "types": listed(TEXT)}),
        "compliance": closed(
            {"control": TEXT, "standards": listed(TEXT, 1)},
            {
                "status_id": {"enum": [0, 1, 2, 3, 99]},
                "status": TEXT,
                "status_details": listed(TEXT),
            },
        ),
        # profiles/cloud.json asks for it.
        "cloud": closed(
            {"provider": TEXT},
            {"account": closed({"uid": TEXT}, {"type_id": {"const": 13}, "type": TEXT})},
        ),
    },
    {
        "activity_name": {"const": "Create"},
        "category_name": {"const": "Findings"},
        "class_name": {"const": "Compliance Finding"},
        "severity": TEXT,
        "status_id": {"enum": [1, 2, 3, 4, 5, 6]},
        "status": TEXT,
        "status_detail": {"type": "string"},
        "message": TEXT,
        "remediation": closed({"desc": TEXT}),
        "resources": listed(
            closed(
                {"uid": TEXT},
                {
                    "name": TEXT,
                    "type": TEXT,
                    "group": closed({"name": TEXT}),
                    "labels": listed(TEXT),
                    "region": TEXT,
                },
            )
        ),
    },
)
OCSF = listed(_OCSF_EVENT)
