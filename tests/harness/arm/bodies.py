"""Which properties may a request carry, resource by resource? Whatever is not listed is refused by name.

Endpoints, zones and groups stand here; accounts and what is below them in `account_bodies.py`, networks in
`network_bodies.py`.
"""

from tests.harness.arm.shapes import flag, listing, mapping, number, read_only, record, text, words

REFERENCE = record({"id": text}, required="id")
ENVELOPE = dict.fromkeys(("id", "name", "type", "etag", "systemData"), read_only)

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

_LINK_PROPERTIES = {
    "virtualNetwork": REFERENCE,
    "registrationEnabled": flag,
    "resolutionPolicy": words("Default", "NxDomainRedirect"),
    "virtualNetworkLinkState": read_only,
    "provisioningState": read_only,
}
_LINK = {**ENVELOPE, "location": words("global"), "tags": mapping}
LINK = record(
    {**_LINK, "properties": record(_LINK_PROPERTIES, required="virtualNetwork")},
    required="properties",
)
LINK_UPDATE = record({**_LINK, "properties": record(_LINK_PROPERTIES)})

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

TAGS_ONLY = record({"tags": mapping})

ZONE_UPDATE = record(
    {**ENVELOPE, "location": words("global"), "tags": mapping, "properties": read_only}
)

GROUP = record(
    {**ENVELOPE, "location": text, "tags": mapping, "properties": read_only}, required="location"
)

LOCK = record(
    {
        **ENVELOPE,
        "properties": record(
            {
                "level": words("CanNotDelete", "ReadOnly"),
                "notes": text,
                "owners": listing(record({"applicationId": text})),
            },
            required="level",
        ),
    },
    required="properties",
)

# Source: authorization-RoleAssignmentsCalls.json 2022-04-01.
ROLE_ASSIGNMENT = record(
    {
        **ENVELOPE,
        "properties": record(
            {
                "roleDefinitionId": text,
                "principalId": text,
                "principalType": words("User", "Group", "ServicePrincipal"),
                "description": text,
                **dict.fromkeys(
                    ("scope", "createdOn", "updatedOn", "createdBy", "updatedBy"), read_only
                ),
            },
            required="roleDefinitionId principalId",
        ),
    },
    required="properties",
)

_TAGS = record({"tags": mapping}, required="tags")
TAGS = record({**ENVELOPE, "properties": _TAGS}, required="properties")
TAGS_UPDATE = record(
    {"operation": words("Merge", "Replace", "Delete"), "properties": _TAGS},
    required="operation properties",
)
