"""How does ARM speak of the links between private DNS zones and networks?"""

from tests.harness.arm import bodies
from tests.harness.arm.exchange import Answer, Exchange, Route, success
from tests.harness.arm.operations import dns_headers
from tests.harness.arm.paging import listed
from tests.harness.arm.zones import TOP
from tests.harness.physics.types import LINK

# Source: permissions/networking.md; a 403 across subscriptions was seen in azurerm#24724.
JOIN_NETWORK = "Microsoft.Network/virtualNetworks/join/action"


def get(exchange: Exchange) -> Answer:
    return success(exchange.resource())


def list_(exchange: Exchange) -> Answer:
    return listed(exchange, list(exchange.world.children(exchange.parent().id, LINK)))


def put(exchange: Exchange) -> Answer:
    """Recorded: 202 with the body {}."""
    properties = exchange.body["properties"]
    exchange.require_linked(JOIN_NETWORK, properties["virtualNetwork"]["id"])
    present = exchange.find()
    effect = exchange.physics.zones.put_link(
        present.id if present else exchange.id, properties, exchange.body.get("tags")
    )
    assert effect.operation is not None
    return Answer(202, {}, dns_headers(exchange, effect.operation), effect.operation)


def patch(exchange: Exchange) -> Answer:
    """Source: privatedns.json 2024-06-01: as a PUT is answered."""
    link = exchange.resource()
    network = exchange.body.get("properties", {}).get("virtualNetwork", {})
    if network:
        exchange.require_linked(JOIN_NETWORK, network["id"])
    effect = exchange.physics.zones.patch_link(link, exchange.body)
    assert effect.operation is not None
    return Answer(202, {}, dns_headers(exchange, effect.operation), effect.operation)


def delete(exchange: Exchange) -> Answer:
    link = exchange.find()
    if link is None:
        return Answer(204)
    operation = exchange.physics.zones.delete_link(link)
    return Answer(202, {}, dns_headers(exchange, operation), operation)


ROUTES = (
    Route("GET", LINK, get),
    Route("GET", LINK, list_, collection=True, query=TOP),
    Route("PUT", LINK, put, shape=bodies.LINK, conditional=True),
    Route("PATCH", LINK, patch, shape=bodies.LINK_UPDATE, conditional=True),
    Route("DELETE", LINK, delete, conditional=True),
)
