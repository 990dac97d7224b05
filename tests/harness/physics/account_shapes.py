"""Which properties of an account are its owner's, which are Azure's, and what follows from its kind?"""

from tests.harness.physics import network_rules
from tests.harness.physics.kinds import COGNITIVE, Kind, kind_of
from tests.harness.world import Json, Resource

READ_ONLY = (
    "internalId",
    "dateCreated",
    "callRateLimit",
    "isMigrated",
    "privateEndpointConnections",
    "capabilities",
)
DERIVED = (
    *READ_ONLY,
    "endpoint",
    "endpoints",
    "provisioningState",
    "deletionDate",
    "scheduledPurgeDate",
)


def stored(properties: Json) -> Json:
    """What is kept of what was sent."""
    kept = dict(properties)
    if kept.get("networkAcls") is not None:
        kept["networkAcls"] = network_rules.complete(kept["networkAcls"])
    return kept


def read_only(properties: Json) -> Json:
    """What a PUT leaves of the account that was there."""
    kept = {name: properties[name] for name in READ_ONLY if name in properties}
    return kept | {"publicNetworkAccess": "Enabled"}


def settable(properties: Json) -> Json:
    return {name: value for name, value in properties.items() if name not in DERIVED}


def endpoint_of(account: Resource) -> str:
    """Recorded: without a subdomain the account is reached under its region's name."""
    kind = kind_of(account.body["kind"])
    subdomain = account.properties.get("customSubDomainName")
    if not subdomain:
        return f"https://{account.body['location']}.api.cognitive.microsoft.com/"
    return f"https://{subdomain}.{kind.endpoint_domain if kind else COGNITIVE}/"


def capabilities(kind: Kind) -> list[Json]:
    # Recorded on TextAnalytics, FormRecognizer and Face: kinds with network support say so.
    networked = ("VirtualNetworks", "CustomerManagedKey", "NetworkSecurityPerimeter")
    return [{"name": name} for name in (networked if kind.private_link else ("Container",))]
