"""How does ARM speak of network security groups, route tables and application security groups?"""

from tests.harness.arm import bodies, network_bodies
from tests.harness.arm.exchange import Answer, Exchange, Route
from tests.harness.arm.networks import accepted, get, list_, patch_tags
from tests.harness.arm.operations import network_headers
from tests.harness.arm.shapes import Reader
from tests.harness.physics.types import NETWORK_SECURITY_GROUP, ROUTE_TABLE, SECURITY_GROUP


def put(exchange: Exchange) -> Answer:
    """As a network is written: 201 with Azure-AsyncOperation."""
    present = exchange.find()
    own_id = present.id if present else exchange.id
    effect = exchange.physics.traffic_rules.put(own_id, exchange.route.type, exchange.body)
    return accepted(exchange, effect, effect.resource.body)


def delete(exchange: Exchange) -> Answer:
    resource = exchange.find()
    if resource is None:
        return Answer(204)
    operation = exchange.physics.traffic_rules.delete(resource)
    headers = network_headers(exchange, operation, resource.body["location"], result=True)
    return Answer(202, None, headers, operation)


def _routes(type_: str, shape: Reader) -> tuple[Route, ...]:
    return (
        Route("GET", type_, get),
        Route("GET", type_, list_, collection=True),
        Route("PUT", type_, put, shape=shape),
        Route("PATCH", type_, patch_tags, shape=bodies.TAGS_ONLY),
        Route("DELETE", type_, delete),
    )


ROUTES = (
    *_routes(NETWORK_SECURITY_GROUP, network_bodies.NETWORK_SECURITY_GROUP),
    *_routes(ROUTE_TABLE, network_bodies.ROUTE_TABLE),
    *_routes(SECURITY_GROUP, network_bodies.SECURITY_GROUP),
)
