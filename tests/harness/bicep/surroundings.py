"""Which functions depend on where something is deployed, and by whom?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tests.harness.bicep import functions
from tests.harness.bicep.scopes import Scope
from tests.harness.bicep.syntax import Name
from tests.harness.bicep.values import Instance, Json, Place, Value


@dataclass(frozen=True, slots=True)
class Environment:
    """What a template may ask of the cloud and of whoever deploys it."""

    tenant: str
    deployer: str = ""
    cloud: str = "AzureCloud"
    # Source: Bicep's environment() for the public cloud.
    suffixes: tuple[tuple[str, str], ...] = (("storage", "core.windows.net"),)

    def facts(self) -> Json:
        return {"name": self.cloud, "suffixes": dict(self.suffixes)}


class Symbols(Protocol):
    """What the names of a template stand for."""

    scope: Scope
    environment: Environment

    def value(self, name: Name) -> Value: ...
    def group(self) -> Instance: ...


def _subscription(symbols: Symbols, subscription: str = "") -> Place:
    own = subscription or symbols.scope.subscription
    if not own:
        raise TypeError("subscription() needs an id in a template of a management group")
    scope = Scope.of_subscription(own)
    tenant = symbols.environment.tenant
    return Place(scope, {"id": scope.id, "subscriptionId": own, "tenantId": tenant})


def _resource_group(symbols: Symbols, *names: str) -> Value:
    if not names:
        return symbols.group()
    subscription = names[0] if len(names) > 1 else symbols.scope.subscription
    if not subscription:
        raise TypeError("resourceGroup() needs a subscription here")
    scope = Scope.of_group(subscription, names[-1])
    return Place(scope, {"id": scope.id, "name": names[-1]})


def _management_group(symbols: Symbols, name: str = "") -> Place:
    scope = Scope.of_management_group(name) if name else symbols.scope
    if scope.kind != "managementGroup":
        raise TypeError("managementGroup() needs a name outside a template of a management group")
    return Place(scope, {"id": scope.id, "name": scope.id.rpartition("/")[2]})


def _subscription_resource_id(symbols: Symbols, *parts: str) -> str:
    own = () if "/" not in parts[0] else (symbols.scope.subscription,)
    return functions.subscription_resource_id(*own, *parts)


def _resource_id(symbols: Symbols, *parts: str) -> str:
    before = next(number for number, part in enumerate(parts) if "/" in part)
    own = (symbols.scope.subscription, symbols.scope.group)
    return functions.resource_id(*own[: 2 - before], *parts)


OWN: dict[str, Callable[..., Value]] = {
    "deployer": lambda symbols: {
        "objectId": symbols.environment.deployer,
        "tenantId": symbols.environment.tenant,
    },
    "environment": lambda symbols: symbols.environment.facts(),
    "managementGroup": _management_group,
    "resourceGroup": _resource_group,
    "resourceId": _resource_id,
    "subscription": _subscription,
    "subscriptionResourceId": _subscription_resource_id,
    "tenant": lambda symbols: {"tenantId": symbols.environment.tenant},
}
