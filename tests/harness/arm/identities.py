"""How does ARM speak of user-assigned identities?"""

from tests.harness.arm.exchange import Exchange
from tests.harness.arm.plain import Family
from tests.harness.arm.platform_bodies import IDENTITY as SHAPE
from tests.harness.physics.platform_types import IDENTITY
from tests.harness.world import Json


def _derived(exchange: Exchange) -> Json:
    """A new principal for a new identity; there is no provisioningState (azure-mgmt-msi, Identity)."""
    present = exchange.find()
    if present is not None:
        return {n: present.properties[n] for n in ("tenantId", "principalId", "clientId")}
    principal, client = exchange.physics.stored.identity_of(exchange.target.names[0])
    return {"tenantId": exchange.world.tenant, "principalId": principal, "clientId": client}


ROUTES = Family(IDENTITY, SHAPE, _derived).routes()
