"""How does ARM speak of private DNS zones?"""

from tests.harness.arm import bodies
from tests.harness.arm.exchange import Answer, Exchange, Route, success
from tests.harness.arm.operations import dns_headers
from tests.harness.arm.paging import listed
from tests.harness.physics.types import ZONE

TOP = frozenset({"$top", "$skiptoken"})


def get(exchange: Exchange) -> Answer:
    return success(exchange.resource())


def list_(exchange: Exchange) -> Answer:
    return listed(exchange, list(exchange.world.children(exchange.target.scope, ZONE)))


def put(exchange: Exchange) -> Answer:
    """Recorded: 202 with the body {}, then polls that answer 202 while running."""
    present = exchange.find()
    effect = exchange.physics.zones.put(
        present.id if present else exchange.id, exchange.body.get("tags")
    )
    assert effect.operation is not None
    return Answer(202, {}, dns_headers(exchange, effect.operation), effect.operation)


def patch(exchange: Exchange) -> Answer:
    """Source: privatedns.json 2024-06-01: as a PUT is answered; of a zone only the tags change."""
    zone = exchange.resource()
    tags = exchange.body.get("tags", zone.body.get("tags"))
    effect = exchange.physics.zones.patch(zone, tags)
    assert effect.operation is not None
    return Answer(202, {}, dns_headers(exchange, effect.operation), effect.operation)


def delete(exchange: Exchange) -> Answer:
    zone = exchange.find()
    if zone is None:
        return Answer(204)
    operation = exchange.physics.zones.delete(zone)
    return Answer(202, {}, dns_headers(exchange, operation), operation)


ROUTES = (
    Route("GET", ZONE, get),
    Route("GET", ZONE, list_, collection=True, query=TOP),
    Route("PUT", ZONE, put, shape=bodies.ZONE, conditional=True),
    Route("PATCH", ZONE, patch, shape=bodies.ZONE_UPDATE, conditional=True),
    Route("DELETE", ZONE, delete, conditional=True),
)
