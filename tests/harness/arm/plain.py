"""How are resources written that do nothing by themselves? One factory for their routes.

What each family adds: the shape of its body, what Azure derives, and what must be there first.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.harness.arm.exchange import Answer, Exchange, Route, success
from tests.harness.arm.paging import listed
from tests.harness.arm.shapes import Reader
from tests.harness.ids import key
from tests.harness.physics import platform_errors
from tests.harness.world import Json, Resource

type Derive = Callable[[Exchange], Json]
type Check = Callable[[Exchange], None]

ASSIGN_IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"


def nothing(exchange: Exchange) -> Json:
    del exchange
    return {}


def unchecked(exchange: Exchange) -> None:
    del exchange


@dataclass(frozen=True, slots=True)
class Family:
    """One type of resource."""

    type: str
    shape: Reader
    derive: Derive = nothing
    check: Check = unchecked
    after: Callable[[Exchange, Resource], None] | None = None

    def put(self, exchange: Exchange) -> Answer:
        _check_identity(exchange)
        self.check(exchange)
        present = exchange.find()
        own_id = present.id if present else exchange.id
        derived = {"provisioningState": "Succeeded", **self.derive(exchange)}
        effect = exchange.physics.stored.put(own_id, self.type, exchange.body, derived)
        if self.after is not None:
            self.after(exchange, effect.resource)
        return success(effect.resource, 201 if effect.created else 200)

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("GET", self.type, get),
            Route("GET", self.type, list_, collection=True),
            Route("PUT", self.type, self.put, shape=self.shape),
            Route("DELETE", self.type, delete),
        )


def get(exchange: Exchange) -> Answer:
    return success(exchange.resource())


def list_(exchange: Exchange) -> Answer:
    target = exchange.target
    holder = target.path.rstrip("/").rsplit("/", 1)[0] if target.names else target.holder
    return listed(exchange, list(exchange.world.children(holder, exchange.route.type)))


def delete(exchange: Exchange) -> Answer:
    resource = exchange.find()
    if resource is None:
        return Answer(204)
    exchange.physics.stored.remove(resource)
    return Answer(200)


def require(exchange: Exchange, type_: str, resource_ids: Iterable[str]) -> None:
    """Raises for the first that is not there, or is of another type."""
    for resource_id in resource_ids:
        found = exchange.world.get(resource_id)
        if found is None or key(found.type) != key(type_):
            raise platform_errors.linked_not_found(resource_id, type_)


def _check_identity(exchange: Exchange) -> None:
    """Source: permissions/identity.md: whoever puts an identity on a resource assigns it."""
    identity: Json = exchange.body.get("identity") or {}
    for identity_id in identity.get("userAssignedIdentities") or {}:
        require(exchange, "Microsoft.ManagedIdentity/userAssignedIdentities", [identity_id])
        exchange.require_linked(ASSIGN_IDENTITY, identity_id)
