"""How does ARM speak of function apps: plan, site, settings, doors?"""

from tests.harness.arm import platform_bodies as bodies
from tests.harness.arm.endpoints import JOIN_SUBNET
from tests.harness.arm.exchange import Answer, Exchange, Route, success
from tests.harness.arm.plain import Family, get, list_, require
from tests.harness.physics import platform_errors
from tests.harness.physics.platform_types import (
    PLAN,
    PUBLISHING,
    SITE,
    SITE_CONFIG,
    SITE_FUNCTION,
)
from tests.harness.world import Json

# Source: DOCS flex-consumption-plan.md: what the app's subnet is delegated to.
DELEGATION = "Microsoft.App/environments"
_SIZES = (512, 2048, 4096)
SETTINGS_LIST = f"{SITE_CONFIG}/list"
_KINDS = ("appsettings",)


def _check_site(exchange: Exchange) -> None:
    given: Json = exchange.body["properties"]
    require(exchange, PLAN, [given["serverFarmId"]])
    _check_subnet(exchange, given.get("virtualNetworkSubnetId"))
    flex: Json = given.get("functionAppConfig") or {}
    if not flex:
        raise platform_errors.invalid("A function app on Flex Consumption has functionAppConfig.")
    scale = flex["scaleAndConcurrency"]
    # Source: azure-functions-flex-consumption-samples: the sizes, and 40 to 1000 instances.
    if scale["instanceMemoryMB"] not in _SIZES or not 40 <= scale["maximumInstanceCount"] <= 1000:
        raise platform_errors.invalid("instanceMemoryMB or maximumInstanceCount is out of range.")


def _check_subnet(exchange: Exchange, subnet_id: str | None) -> None:
    if subnet_id is None:
        return
    exchange.require_linked(JOIN_SUBNET, subnet_id)
    subnet = exchange.physics.networks.subnet(subnet_id)
    if subnet is None:
        raise platform_errors.linked_not_found(subnet_id, "subnet")
    delegations: list[Json] = subnet["properties"]["delegations"]
    if DELEGATION not in [d["properties"]["serviceName"] for d in delegations]:
        raise platform_errors.invalid(f"The subnet '{subnet_id}' is not delegated to {DELEGATION}.")


def _site(exchange: Exchange) -> Json:
    name = exchange.target.names[0]
    return {"defaultHostName": f"{name}.azurewebsites.net", "state": "Running"}


def _check_settings(exchange: Exchange) -> None:
    if exchange.target.names[-1] not in _KINDS:
        raise platform_errors.invalid(f"config '{exchange.target.names[-1]}': extend arm/web.py")


def _check_publishing(exchange: Exchange) -> None:
    if exchange.target.names[-1] not in {"ftp", "scm"}:
        raise platform_errors.invalid("The doors for publishing are called 'ftp' and 'scm'.")


def list_settings(exchange: Exchange) -> Answer:
    """Source: web.json, ListApplicationSettings: app settings are read with POST, because they may hold secrets."""
    return success(exchange.parent())


def _settings_put(exchange: Exchange) -> Answer:
    """All of them are replaced; Azure adds nothing to a list of names and values."""
    _check_settings(exchange)
    effect = exchange.physics.stored.put(exchange.id, SITE_CONFIG, exchange.body, {})
    return success(effect.resource)


ROUTES = (
    *Family(PLAN, bodies.PLAN).routes(),
    *Family(SITE, bodies.SITE, _site, _check_site).routes(),
    *Family(PUBLISHING, bodies.PUBLISHING, check=_check_publishing).routes(),
    Route("PUT", SITE_CONFIG, _settings_put, shape=bodies.SITE_CONFIG),
    Route("POST", SETTINGS_LIST, list_settings, collection=True, right=f"{SETTINGS_LIST}/action"),
    Route("GET", SITE_FUNCTION, get),
    Route("GET", SITE_FUNCTION, list_, collection=True),
)
