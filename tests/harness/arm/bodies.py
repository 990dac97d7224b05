"""Which properties may a request carry, resource by resource? Whatever is not listed here is refused by name."""

from collections.abc import Mapping

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

REFERENCE = record({"id": text}, required="id")
ENVELOPE = dict.fromkeys(("id", "name", "type", "etag", "systemData"), read_only)

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
        "networkInjections": anything,
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

_LINK_TO_SERVICE = record(
    {
        "id": read_only,
        "type": read_only,
        "etag": read_only,
        "name": text,
        "properties": record(
            {
                "privateLinkServiceId": text,
                "groupIds": listing(text),
                "requestMessage": text,
                "privateLinkServiceConnectionState": read_only,
                "provisioningState": read_only,
            },
            required="privateLinkServiceId",
        ),
    },
    required="name properties",
)

ENDPOINT = record(
    {
        **ENVELOPE,
        "location": text,
        "tags": mapping,
        "properties": record(
            {
                "subnet": record(
                    {"id": text, "name": read_only, "properties": read_only}, required="id"
                ),
                "customNetworkInterfaceName": text,
                "privateLinkServiceConnections": listing(_LINK_TO_SERVICE),
                "manualPrivateLinkServiceConnections": listing(_LINK_TO_SERVICE),
                "ipConfigurations": listing(
                    record(
                        {
                            "id": read_only,
                            "type": read_only,
                            "etag": read_only,
                            "name": text,
                            "properties": record(
                                {"groupId": text, "memberName": text, "privateIPAddress": text},
                                required="groupId memberName privateIPAddress",
                            ),
                        },
                        required="name properties",
                    )
                ),
                "applicationSecurityGroups": listing(REFERENCE),
                "provisioningState": read_only,
                "resourceGuid": read_only,
                "networkInterfaces": read_only,
                "customDnsConfigs": read_only,
            },
            required="subnet",
        ),
    },
    required="location properties",
)

ZONE_GROUP = record(
    {
        "id": read_only,
        "type": read_only,
        "etag": read_only,
        "name": text,
        "properties": record(
            {
                "provisioningState": read_only,
                "privateDnsZoneConfigs": listing(
                    record(
                        {
                            "id": read_only,
                            "type": read_only,
                            "etag": read_only,
                            "name": text,
                            "properties": record(
                                {
                                    "privateDnsZoneId": text,
                                    "recordSets": read_only,
                                    "provisioningState": read_only,
                                },
                                required="privateDnsZoneId",
                            ),
                        },
                        required="properties",
                    )
                ),
            },
            required="privateDnsZoneConfigs",
        ),
    },
    required="properties",
)

# Source: privatedns.json 2024-06-01: every property of a zone is read-only.
ZONE = record(
    {**ENVELOPE, "location": words("global"), "tags": mapping, "properties": read_only},
    required="location",
)

LINK = record(
    {
        **ENVELOPE,
        "location": words("global"),
        "tags": mapping,
        "properties": record(
            {
                "virtualNetwork": REFERENCE,
                "registrationEnabled": flag,
                "resolutionPolicy": words("Default", "NxDomainRedirect"),
                "virtualNetworkLinkState": read_only,
                "provisioningState": read_only,
            },
            required="virtualNetwork",
        ),
    },
    required="properties",
)

RECORD_A = record(
    {
        **ENVELOPE,
        "properties": record(
            {
                "metadata": mapping,
                "ttl": number,
                "aRecords": listing(record({"ipv4Address": text}, required="ipv4Address")),
                "fqdn": read_only,
                "isAutoRegistered": read_only,
            }
        ),
    },
    required="properties",
)

GROUP = record(
    {**ENVELOPE, "location": text, "tags": mapping, "properties": read_only}, required="location"
)
