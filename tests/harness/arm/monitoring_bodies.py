"""Which properties may a request carry about logs, alerts, workbooks, roles and policies?"""

from tests.harness.arm.platform_bodies import child, tracked
from tests.harness.arm.shapes import (
    anything,
    flag,
    listing,
    number,
    read_only,
    record,
    text,
    words,
)

_ACCESS = words("Enabled", "Disabled")
_SEVERITY = number

WORKSPACE = tracked(
    record(
        {
            "retentionInDays": number,
            "publicNetworkAccessForIngestion": _ACCESS,
            "publicNetworkAccessForQuery": _ACCESS,
            "sku": record({"name": text}, required="name"),
            "features": record({"disableLocalAuth": flag}),
            **dict.fromkeys(("customerId", "provisioningState"), read_only),
        }
    )
)
INSIGHTS = tracked(
    record(
        {
            "Application_Type": words("web", "other"),
            "DisableLocalAuth": flag,
            "WorkspaceResourceId": text,
            "publicNetworkAccessForIngestion": _ACCESS,
            "publicNetworkAccessForQuery": _ACCESS,
            **dict.fromkeys(("ConnectionString", "InstrumentationKey", "AppId"), read_only),
        },
        required="Application_Type",
    ),
    required="location kind properties",
    kind=text,
)
WORKBOOK = tracked(
    record(
        {
            "displayName": text,
            "serializedData": text,
            "category": text,
            "version": text,
            "sourceId": text,
        },
        required="displayName serializedData category",
    ),
    required="location kind properties",
    kind=words("shared"),
)
_RECEIVER = {"name": text, "useCommonAlertSchema": flag}
ACTION_GROUP = tracked(
    record(
        {
            "enabled": flag,
            "groupShortName": text,
            "emailReceivers": listing(
                record({**_RECEIVER, "emailAddress": text}, required="name emailAddress")
            ),
            "armRoleReceivers": listing(
                record({**_RECEIVER, "roleId": text}, required="name roleId")
            ),
        },
        required="enabled groupShortName",
    ),
    required="location properties",
)
_LEAF = {"field": text, "equals": text, "containsAny": listing(text)}
ACTIVITY_ALERT = tracked(
    record(
        {
            "enabled": flag,
            "description": text,
            "scopes": listing(text),
            "condition": record(
                {"allOf": listing(record({**_LEAF, "anyOf": listing(record(_LEAF))}))},
                required="allOf",
            ),
            "actions": record(
                {
                    "actionGroups": listing(
                        record({"actionGroupId": text}, required="actionGroupId")
                    )
                },
                required="actionGroups",
            ),
        },
        required="scopes condition actions",
    ),
    required="location properties",
)
METRIC_ALERT = tracked(
    record(
        {
            "description": text,
            "severity": _SEVERITY,
            "enabled": flag,
            "scopes": listing(text),
            "evaluationFrequency": text,
            "windowSize": text,
            "autoMitigate": flag,
            "criteria": anything,
            "actions": listing(record({"actionGroupId": text}, required="actionGroupId")),
            "targetResourceType": text,
            "targetResourceRegion": text,
        },
        required="severity enabled scopes evaluationFrequency windowSize criteria",
    ),
    required="location properties",
)
_CRITERION = record(
    {
        "query": text,
        "timeAggregation": words("Average", "Count", "Maximum", "Minimum", "Total"),
        "operator": words(
            "Equals", "GreaterThan", "GreaterThanOrEqual", "LessThan", "LessThanOrEqual"
        ),
        "threshold": number,
        "metricMeasureColumn": text,
        "resourceIdColumn": text,
        "dimensions": listing(anything),
        "failingPeriods": record(
            {"numberOfEvaluationPeriods": number, "minFailingPeriodsToAlert": number}
        ),
    },
    required="query timeAggregation operator threshold",
)
QUERY_ALERT = tracked(
    record(
        {
            "displayName": text,
            "description": text,
            "severity": _SEVERITY,
            "enabled": flag,
            "scopes": listing(text),
            "evaluationFrequency": text,
            "windowSize": text,
            "autoMitigate": flag,
            "skipQueryValidation": flag,
            "criteria": record({"allOf": listing(_CRITERION)}, required="allOf"),
            "actions": record({"actionGroups": listing(text)}),
        },
        required="severity scopes evaluationFrequency windowSize criteria",
    ),
    required="location properties",
    kind=words("LogAlert", "LogToMetric"),
)
_CATEGORY = record({"category": text, "categoryGroup": text, "enabled": flag}, required="enabled")
DIAGNOSTICS = child(
    record({"workspaceId": text, "logs": listing(_CATEGORY), "metrics": listing(_CATEGORY)}),
    required="properties",
)
MONITOR_SCOPE = tracked(
    record(
        {
            "accessModeSettings": record(
                {
                    "ingestionAccessMode": words("Open", "PrivateOnly"),
                    "queryAccessMode": words("Open", "PrivateOnly"),
                    "exclusions": listing(anything),
                },
                required="ingestionAccessMode queryAccessMode",
            )
        },
        required="accessModeSettings",
    ),
    required="location properties",
)
SCOPED = child(
    record({"linkedResourceId": text}, required="linkedResourceId"), required="properties"
)

_PERMISSION = record(
    {
        "actions": listing(text),
        "notActions": listing(text),
        "dataActions": listing(text),
        "notDataActions": listing(text),
    }
)
ROLE_DEFINITION = child(
    record(
        {
            "roleName": text,
            "description": text,
            "type": words("CustomRole"),
            "assignableScopes": listing(text),
            "permissions": listing(_PERMISSION),
            **dict.fromkeys(("createdOn", "updatedOn", "createdBy", "updatedBy"), read_only),
        },
        required="roleName assignableScopes permissions",
    ),
    required="properties",
)
POLICY_ASSIGNMENT = child(
    record(
        {
            "displayName": text,
            "description": text,
            "policyDefinitionId": text,
            "parameters": anything,
            "enforcementMode": words("Default", "DoNotEnforce"),
            "nonComplianceMessages": listing(anything),
        },
        required="policyDefinitionId",
    ),
    required="properties",
)
