"""Accounts as Resource Graph shows them: the same values that a GET gives, from rows instead of SDK models.

Rows are plain JSON because ten thousand models would cost seconds; a test compares both ways on one world.
"""

from datetime import UTC, datetime
from typing import Any

from remediation.adapters.wire import word
from remediation.ids import ResourceId
from remediation.observed import Account, Connection, NetworkAcls, SubnetRule
from remediation.report import Json

ACCOUNTS = """
resources
| where type =~ 'microsoft.cognitiveservices/accounts'
| project id, kind, location, tags,
    subdomain = properties.customSubDomainName,
    access = properties.publicNetworkAccess,
    acls = properties.networkAcls,
    state = properties.provisioningState,
    connections = properties.privateEndpointConnections,
    created = properties.dateCreated,
    keysOff = properties.disableLocalAuth,
    outbound = properties.restrictOutboundNetworkAccess,
    fqdns = properties.allowedFqdnList,
    injections = properties.networkInjections,
    capabilities = properties.capabilities
| order by id asc
"""


def account(row: Json) -> Account:
    return Account(
        id=ResourceId.parse(row["id"]),
        kind=row.get("kind") or "",
        location=row.get("location") or "",
        subdomain=row.get("subdomain") or None,
        public_network_access=row.get("access") or None,
        acls=_acls(row.get("acls")),
        state=word(row.get("state"), "Succeeded"),
        connections=tuple(map(_connection, row.get("connections") or ())),
        tags=tuple(sorted((row.get("tags") or {}).items())),
        created=_created(row.get("created")),
        local_auth_disabled=bool(row.get("keysOff")),
        outbound_restricted=bool(row.get("outbound")),
        allowed_fqdns=tuple(row.get("fqdns") or ()),
        injections=tuple(
            _injection(each)
            for each in row.get("injections") or ()
            if word(each.get("scenario"), "none").casefold() != "none"
        ),
        capabilities=frozenset(
            (each.get("name") or "").casefold() for each in row.get("capabilities") or ()
        ),
    )


def _acls(rules: Json | None) -> NetworkAcls | None:
    if not rules:
        return None
    return NetworkAcls(
        rules.get("defaultAction"),
        rules.get("bypass"),
        tuple(rule["value"] for rule in rules.get("ipRules") or ()),
        tuple(
            SubnetRule(rule["id"], rule.get("ignoreMissingVnetServiceEndpoint"))
            for rule in rules.get("virtualNetworkRules") or ()
        ),
    )


def _connection(found: Json) -> Connection:
    """`name` carries the account's name as well (azure-rest-api-specs#16702), so the id is believed."""
    properties: Json = found.get("properties") or {}
    endpoint = (properties.get("privateEndpoint") or {}).get("id")
    state: Json = properties.get("privateLinkServiceConnectionState") or {}
    return Connection(
        str(found.get("id")).rsplit("/", 1)[-1],
        ResourceId.parse(endpoint) if endpoint else None,
        word(state.get("status"), "Unknown"),
    )


def _injection(found: Json) -> str:
    if found.get("useMicrosoftManagedNetwork"):
        return "a network that Microsoft manages"
    return found.get("subnetArmId") or "a network without an id"


def _created(value: Any) -> datetime | None:
    if not value:
        return None
    created = datetime.fromisoformat(value)
    return created if created.tzinfo else created.replace(tzinfo=UTC)
