"""How does ARM speak of networks, subnets, interfaces and application security groups?"""

from tests.harness.arm.exchange import Answer, Exchange, Route, success
from tests.harness.arm.paging import listed
from tests.harness.physics.types import INTERFACE, NETWORK, SECURITY_GROUP, SUBNET


def get(exchange: Exchange) -> Answer:
    return success(exchange.resource())


def list_(exchange: Exchange) -> Answer:
    return listed(
        exchange, list(exchange.world.children(exchange.target.scope, exchange.route.type))
    )


def get_subnet(exchange: Exchange) -> Answer:
    subnet = exchange.physics.networks.subnet(exchange.id)
    if subnet is None:
        raise exchange.not_found(exchange.target)
    return Answer(200, subnet, {"ETag": subnet["etag"]})


def list_subnets(exchange: Exchange) -> Answer:
    return Answer(200, {"value": exchange.parent().properties["subnets"]})


ROUTES = (
    Route("GET", NETWORK, get),
    Route("GET", NETWORK, list_, collection=True),
    Route("GET", SUBNET, get_subnet),
    Route("GET", SUBNET, list_subnets, collection=True),
    Route("GET", INTERFACE, get),
    Route("GET", INTERFACE, list_, collection=True),
    Route("GET", SECURITY_GROUP, get),
    Route("GET", SECURITY_GROUP, list_, collection=True),
)
