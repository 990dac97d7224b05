"""Which properties may a request about the platform carry: storage, sites, topics, identities?

The names are those of the SDK models of each family; monitoring stands in `monitoring_bodies.py`.
"""

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

IDENTITY_OF = record(
    {
        "type": words("None", "SystemAssigned", "UserAssigned", "SystemAssigned, UserAssigned"),
        "userAssignedIdentities": anything,
        "principalId": read_only,
        "tenantId": read_only,
    },
    required="type",
)


def tracked(
    properties: Reader | None = None, *, required: str = "location", **more: Reader
) -> Reader:
    """A resource with a location, tags, and these properties."""
    fields: dict[str, Reader] = {**ENVELOPE, "location": text, "tags": mapping, **more}
    if properties is not None:
        fields["properties"] = properties
    return record(fields, required=required)


def child(properties: Reader, *, required: str = "") -> Reader:
    """A resource without a location of its own."""
    return record({**ENVELOPE, "properties": properties}, required=required)


IDENTITY = tracked(
    record(dict.fromkeys(("tenantId", "principalId", "clientId"), read_only)), isolationScope=text
)

# --- storage

_ACCESS = words("Enabled", "Disabled")
_NETWORK_RULES = record(
    {
        "bypass": text,
        "defaultAction": words("Allow", "Deny"),
        "ipRules": listing(anything),
        "virtualNetworkRules": listing(anything),
    },
    required="defaultAction",
)
STORAGE = tracked(
    record(
        {
            "allowBlobPublicAccess": flag,
            "allowCrossTenantReplication": flag,
            "allowSharedKeyAccess": flag,
            "defaultToOAuthAuthentication": flag,
            "minimumTlsVersion": words("TLS1_0", "TLS1_1", "TLS1_2", "TLS1_3"),
            "publicNetworkAccess": _ACCESS,
            "supportsHttpsTrafficOnly": flag,
            "networkAcls": _NETWORK_RULES,
            **dict.fromkeys(("primaryEndpoints", "provisioningState"), read_only),
        }
    ),
    required="location kind sku",
    kind=words("StorageV2", "BlockBlobStorage", "FileStorage", "Storage", "BlobStorage"),
    sku=record({"name": text, "tier": read_only}, required="name"),
)
BLOBS = child(
    record(
        {
            "deleteRetentionPolicy": anything,
            "containerDeleteRetentionPolicy": anything,
            "cors": anything,
        }
    )
)
PLAIN_SERVICE = child(record({"cors": anything}))
CONTAINER = child(record({"publicAccess": words("None", "Blob", "Container"), "metadata": mapping}))
QUEUE = child(record({"metadata": mapping}))
TABLE = child(record({"signedIdentifiers": anything}))
LIFECYCLE = child(record({"policy": anything}, required="policy"), required="properties")

# --- sites

PLAN = tracked(
    record({"reserved": flag, "zoneRedundant": flag}),
    required="location sku",
    kind=text,
    sku=record({"name": text, "tier": text}, required="name tier"),
)
_RESTRICTION = record(
    {
        "name": text,
        "description": text,
        "action": words("Allow", "Deny"),
        "priority": number,
        "tag": words("Default", "ServiceTag", "XffProxy"),
        "ipAddress": text,
        "vnetSubnetResourceId": text,
        "headers": anything,
    },
    required="action",
)
_SITE_CONFIG = record(
    {
        "ftpsState": words("Disabled", "FtpsOnly", "AllAllowed"),
        "http20Enabled": flag,
        "minTlsVersion": text,
        "scmMinTlsVersion": text,
        "ipSecurityRestrictions": listing(_RESTRICTION),
        "ipSecurityRestrictionsDefaultAction": words("Allow", "Deny"),
        "scmIpSecurityRestrictions": listing(_RESTRICTION),
        "scmIpSecurityRestrictionsDefaultAction": words("Allow", "Deny"),
        "scmIpSecurityRestrictionsUseMain": flag,
    }
)
_DEPLOYMENT = record(
    {
        "storage": record(
            {
                "type": words("blobContainer"),
                "value": text,
                "authentication": record(
                    {
                        "type": words(
                            "SystemAssignedIdentity",
                            "UserAssignedIdentity",
                            "StorageAccountConnectionString",
                        ),
                        "userAssignedIdentityResourceId": text,
                        "storageAccountConnectionStringName": text,
                    },
                    required="type",
                ),
            },
            required="type value authentication",
        )
    },
    required="storage",
)
_SCALE = record(
    {
        "alwaysReady": listing(
            record({"name": text, "instanceCount": number}, required="name instanceCount")
        ),
        "instanceMemoryMB": number,
        "maximumInstanceCount": number,
        "triggers": anything,
    },
    required="instanceMemoryMB maximumInstanceCount",
)
SITE = tracked(
    record(
        {
            "serverFarmId": text,
            "httpsOnly": flag,
            "keyVaultReferenceIdentity": text,
            "publicNetworkAccess": _ACCESS,
            "virtualNetworkSubnetId": text,
            "clientAffinityEnabled": flag,
            "siteConfig": _SITE_CONFIG,
            "functionAppConfig": record(
                {
                    "deployment": _DEPLOYMENT,
                    "runtime": record({"name": text, "version": text}, required="name version"),
                    "scaleAndConcurrency": _SCALE,
                },
                required="deployment runtime scaleAndConcurrency",
            ),
            **dict.fromkeys(("defaultHostName", "state", "provisioningState"), read_only),
        },
        required="serverFarmId",
    ),
    required="location kind properties",
    kind=text,
    identity=IDENTITY_OF,
)
SITE_CONFIG = child(mapping, required="properties")
PUBLISHING = child(record({"allow": flag}, required="allow"), required="properties")

# --- topics

TOPIC = tracked(
    record(
        {
            "inputSchema": words("EventGridSchema", "CloudEventSchemaV1_0", "CustomEventSchema"),
            "minimumTlsVersionAllowed": words("1.0", "1.1", "1.2"),
            "publicNetworkAccess": _ACCESS,
            "disableLocalAuth": flag,
            "inboundIpRules": listing(anything),
            "endpoint": read_only,
        }
    ),
    identity=IDENTITY_OF,
)
SYSTEM_TOPIC = tracked(
    record(
        {
            "source": text,
            "topicType": words("Microsoft.Resources.Subscriptions"),
            "metricResourceId": read_only,
        },
        required="source topicType",
    ),
    required="location properties",
    identity=IDENTITY_OF,
)

_QUEUE_DESTINATION = {
    "resourceId": text,
    "queueName": text,
    "queueMessageTimeToLiveInSeconds": number,
}
_FUNCTION_DESTINATION = {
    "resourceId": text,
    "maxEventsPerBatch": number,
    "preferredBatchSizeInKilobytes": number,
    "deliveryAttributeMappings": listing(anything),
}
_DESTINATION = record(
    {
        "endpointType": words("StorageQueue", "AzureFunction"),
        "properties": record(
            {**_QUEUE_DESTINATION, **_FUNCTION_DESTINATION}, required="resourceId"
        ),
    },
    required="endpointType properties",
)
_DEAD_LETTERS = record(
    {
        "endpointType": words("StorageBlob"),
        "properties": record(
            {"resourceId": text, "blobContainerName": text}, required="resourceId blobContainerName"
        ),
    },
    required="endpointType properties",
)
_OWN_IDENTITY = record(
    {"type": words("SystemAssigned", "UserAssigned"), "userAssignedIdentity": text}, required="type"
)
EVENT_SUBSCRIPTION = child(
    record(
        {
            "destination": _DESTINATION,
            "deliveryWithResourceIdentity": record(
                {"identity": _OWN_IDENTITY, "destination": _DESTINATION},
                required="identity destination",
            ),
            "deadLetterDestination": _DEAD_LETTERS,
            "deadLetterWithResourceIdentity": record(
                {"identity": _OWN_IDENTITY, "deadLetterDestination": _DEAD_LETTERS},
                required="identity deadLetterDestination",
            ),
            "eventDeliverySchema": words("EventGridSchema", "CloudEventSchemaV1_0"),
            "filter": anything,
            "retryPolicy": record(
                {"maxDeliveryAttempts": number, "eventTimeToLiveInMinutes": number}
            ),
            "labels": listing(text),
            **dict.fromkeys(("topic", "provisioningState"), read_only),
        },
        required="eventDeliverySchema filter",
    ),
    required="properties",
)
