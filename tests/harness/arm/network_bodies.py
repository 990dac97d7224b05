"""Which properties may a request about networks, their rules or their perimeters carry?"""

from tests.harness.arm.bodies import ENVELOPE, REFERENCE
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


def _reference(value: object, path: str) -> object:
    """A resource that is referred to; a body that was read and sent back may hold more of it."""
    fields = {"id": text, "tags": read_only, **dict.fromkeys(_SHOWN, read_only)}
    return record(fields, required="id")(value, path)


_SHOWN = ("name", "type", "etag", "location", "properties")


def _part(properties: Reader, *, required: str = "name properties") -> Reader:
    """A thing inside another, with a name and properties of its own."""
    return record(
        {**ENVELOPE, "name": text, "properties": properties},
        required=required,
    )


_SERVICE_ENDPOINT = record(
    {"service": text, "locations": listing(text), "provisioningState": read_only},
    required="service",
)
_POLICIES = words("Enabled", "Disabled", "NetworkSecurityGroupEnabled", "RouteTableEnabled")
_SUBNET = record(
    {
        "addressPrefix": text,
        "addressPrefixes": listing(text),
        "networkSecurityGroup": _reference,
        "routeTable": _reference,
        "natGateway": _reference,
        "serviceEndpoints": listing(_SERVICE_ENDPOINT),
        "delegations": anything,
        "privateEndpointNetworkPolicies": _POLICIES,
        "privateLinkServiceNetworkPolicies": words("Enabled", "Disabled"),
        "defaultOutboundAccess": flag,
        **dict.fromkeys(
            (
                "provisioningState",
                "privateEndpoints",
                "ipConfigurations",
                "serviceAssociationLinks",
                "resourceNavigationLinks",
                "purpose",
            ),
            read_only,
        ),
    }
)
SUBNET = _part(_SUBNET, required="properties")

NETWORK = record(
    {
        **ENVELOPE,
        "location": text,
        "tags": mapping,
        "properties": record(
            {
                "addressSpace": record(
                    {"addressPrefixes": listing(text)}, required="addressPrefixes"
                ),
                "dhcpOptions": record({"dnsServers": listing(text)}),
                "subnets": listing(_part(_SUBNET)),
                "virtualNetworkPeerings": anything,
                "enableDdosProtection": flag,
                "provisioningState": read_only,
                "resourceGuid": read_only,
            },
            required="addressSpace",
        ),
    },
    required="location properties",
)

_TEXTS = (
    "description",
    "sourcePortRange",
    "destinationPortRange",
    "sourceAddressPrefix",
    "destinationAddressPrefix",
)
_LISTS = (
    "sourcePortRanges",
    "destinationPortRanges",
    "sourceAddressPrefixes",
    "destinationAddressPrefixes",
)
_SECURITY_RULE = record(
    {
        "protocol": words("Tcp", "Udp", "Icmp", "Esp", "Ah", "*"),
        "access": words("Allow", "Deny"),
        "direction": words("Inbound", "Outbound"),
        "priority": number,
        **dict.fromkeys(_TEXTS, text),
        **dict.fromkeys(_LISTS, listing(text)),
        "sourceApplicationSecurityGroups": listing(REFERENCE),
        "destinationApplicationSecurityGroups": listing(REFERENCE),
        "provisioningState": read_only,
    },
    required="protocol access direction priority",
)
_ROUTE = record(
    {
        "addressPrefix": text,
        "nextHopType": words(
            "VirtualNetworkGateway", "VnetLocal", "Internet", "VirtualAppliance", "None"
        ),
        "nextHopIpAddress": text,
        "hasBgpOverride": read_only,
        "provisioningState": read_only,
    },
    required="nextHopType",
)


def _beside(properties: dict[str, Reader]) -> Reader:
    derived = dict.fromkeys(
        ("provisioningState", "resourceGuid", "subnets", "networkInterfaces"), read_only
    )
    fields = {"location": text, "tags": mapping, "properties": record({**properties, **derived})}
    return record({**ENVELOPE, **fields}, required="location")


NETWORK_SECURITY_GROUP = _beside(
    {
        "securityRules": listing(_part(_SECURITY_RULE)),
        "flushConnection": flag,
        "defaultSecurityRules": read_only,
    }
)
ROUTE_TABLE = _beside(
    {"routes": listing(_part(_ROUTE)), "disableBgpRoutePropagation": flag},
)
SECURITY_GROUP = _beside({})

# Source: the models of azure-mgmt-network 33.1.0 (NetworkSecurityPerimeter and Nsp*).
PERIMETER = record(
    {**ENVELOPE, "location": text, "tags": mapping, "properties": read_only}, required="location"
)
PERIMETER_PROFILE = record({**ENVELOPE, "properties": read_only})
PERIMETER_RULE = record(
    {
        **ENVELOPE,
        "properties": record(
            {
                "direction": words("Inbound", "Outbound"),
                "addressPrefixes": listing(text),
                "subscriptions": listing(record({"id": text}, required="id")),
                "fullyQualifiedDomainNames": listing(text),
                "emailAddresses": listing(text),
                "phoneNumbers": listing(text),
                "serviceTags": listing(text),
                "provisioningState": read_only,
                "networkSecurityPerimeters": read_only,
            },
            required="direction",
        ),
    },
    required="properties",
)
PERIMETER_ASSOCIATION = record(
    {
        **ENVELOPE,
        "properties": record(
            {
                "privateLinkResource": REFERENCE,
                "profile": REFERENCE,
                "accessMode": words("Learning", "Enforced", "Audit"),
                "provisioningState": read_only,
                "hasProvisioningIssues": read_only,
            },
            required="privateLinkResource profile",
        ),
    },
    required="properties",
)
