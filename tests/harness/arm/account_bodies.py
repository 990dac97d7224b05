"""Which properties may a request about an account, or about what is below one, carry?"""

from collections.abc import Mapping

from tests.harness.arm.bodies import ENVELOPE
from tests.harness.arm.shapes import (
    Reader,
    anything,
    flag,
    listing,
    mapping,
    number,
    read_only,
    record,
    text,
    words,
)

NETWORK_RULES = record(
    {
        "defaultAction": words("Allow", "Deny"),
        "bypass": words("None", "AzureServices"),
        "ipRules": listing(record({"value": text}, required="value")),
        "virtualNetworkRules": listing(
            record(
                {"id": text, "state": text, "ignoreMissingVnetServiceEndpoint": flag}, required="id"
            )
        ),
    }
)

ACCOUNT_PROPERTIES = record(
    {
        "customSubDomainName": text,
        "networkAcls": NETWORK_RULES,
        "publicNetworkAccess": words("Enabled", "Disabled", "SecuredByPerimeter"),
        "disableLocalAuth": flag,
        "restrictOutboundNetworkAccess": flag,
        "allowedFqdnList": listing(text),
        "dynamicThrottlingEnabled": flag,
        "storedCompletionsDisabled": flag,
        "restore": flag,
        "allowProjectManagement": flag,
        "defaultProject": text,
        "associatedProjects": listing(text),
        "networkInjections": listing(
            record(
                {
                    "scenario": words("none", "agent"),
                    "subnetArmId": text,
                    "useMicrosoftManagedNetwork": flag,
                }
            )
        ),
        "apiProperties": anything,
        "encryption": anything,
        "userOwnedStorage": anything,
        **dict.fromkeys(
            (
                "provisioningState",
                "endpoint",
                "endpoints",
                "internalId",
                "capabilities",
                "isMigrated",
                "privateEndpointConnections",
                "dateCreated",
                "callRateLimit",
                "quotaLimit",
                "skuChangeInfo",
                "deletionDate",
                "scheduledPurgeDate",
            ),
            read_only,
        ),
    },
    keep_null=True,
)

_ACCOUNT: Mapping[str, Reader] = {
    **ENVELOPE,
    "location": text,
    "kind": text,
    "sku": record({"name": text, "tier": text, "capacity": number}),
    "identity": record(
        {
            "type": text,
            "userAssignedIdentities": anything,
            "principalId": read_only,
            "tenantId": read_only,
        }
    ),
    "tags": mapping,
    "properties": ACCOUNT_PROPERTIES,
}

ACCOUNT = record(_ACCOUNT, required="location")
ACCOUNT_UPDATE = record(_ACCOUNT)

DOMAIN = record({"subdomainName": text, "type": text, "kind": text}, required="subdomainName type")

CONNECTION = record(
    {
        **ENVELOPE,
        "location": text,
        "properties": record(
            {
                "privateLinkServiceConnectionState": record(
                    {"status": text, "description": text, "actionsRequired": text},
                    required="status",
                ),
                "groupIds": listing(text),
                "privateEndpoint": read_only,
                "provisioningState": read_only,
            },
            required="privateLinkServiceConnectionState",
        ),
    },
    required="properties",
)

# Source: the models Deployment and Project of azure-mgmt-cognitiveservices 14.1.0.
_SKU = record({"name": text, "tier": text, "size": text, "family": text, "capacity": number})
_MODEL = record(
    {
        **dict.fromkeys(
            ("publisher", "format", "name", "version", "source", "sourceAccount"), text
        ),
        "callRateLimit": read_only,
    },
    required="format name",
)
DEPLOYMENT = record(
    {
        **ENVELOPE,
        "sku": _SKU,
        "tags": mapping,
        "properties": record(
            {
                "model": _MODEL,
                "raiPolicyName": text,
                "versionUpgradeOption": text,
                "currentCapacity": number,
                "scaleSettings": anything,
                **dict.fromkeys(
                    (
                        "provisioningState",
                        "capabilities",
                        "callRateLimit",
                        "rateLimits",
                        "dynamicThrottlingEnabled",
                    ),
                    read_only,
                ),
            },
            required="model",
        ),
    },
    required="properties",
)

PROJECT = record(
    {
        **ENVELOPE,
        "location": text,
        "tags": mapping,
        "identity": record({"type": text, "principalId": read_only, "tenantId": read_only}),
        "properties": record(
            {
                "displayName": text,
                "description": text,
                **dict.fromkeys(("provisioningState", "endpoints", "isDefault"), read_only),
            }
        ),
    }
)

REGENERATE = record({"keyName": words("Key1", "Key2")}, required="keyName")
