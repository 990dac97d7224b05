"""How does ARM speak of a private endpoint's zone groups?"""

from tests.harness.arm import bodies
from tests.harness.arm.exchange import Answer, Exchange, Route, success
from tests.harness.arm.operations import network_headers
from tests.harness.arm.paging import listed
from tests.harness.physics.types import ZONE_GROUP

JOIN_ZONE = "Microsoft.Network/privateDnsZones/join/action"


def get(exchange: Exchange) -> Answer:
    return success(exchange.resource())


def list_(exchange: Exchange) -> Answer:
    return listed(exchange, list(exchange.world.children(exchange.parent().id, ZONE_GROUP)))


def put(exchange: Exchange) -> Answer:
    """Recorded: 201 with Azure-AsyncOperation, done after 10 s."""
    configs = exchange.body["properties"]["privateDnsZoneConfigs"]
    for config in configs:
        # Source: data-landing-zone#203.
        exchange.require_linked(JOIN_ZONE, config["properties"]["privateDnsZoneId"])
    endpoint, present = exchange.parent(), exchange.find()
    exchange.physics.endpoints.check_idle(endpoint)
    effect = exchange.physics.zone_groups.put(
        endpoint, present.id if present else exchange.id, configs
    )
    assert effect.operation is not None
    body = effect.resource.body
    headers = network_headers(exchange, effect.operation, endpoint.body["location"])
    return Answer(
        201 if effect.created else 200, body, headers | {"ETag": body["etag"]}, effect.operation
    )


def delete(exchange: Exchange) -> Answer:
    """Source: PrivateEndpointDnsZoneGroupDelete.json: 202 with Azure-AsyncOperation."""
    group = exchange.find()
    if group is None:
        return Answer(204)
    endpoint = exchange.parent()
    exchange.physics.endpoints.check_idle(endpoint)
    operation = exchange.physics.zone_groups.delete(endpoint, group)
    location = endpoint.body["location"]
    headers = network_headers(exchange, operation, location, result=True)
    return Answer(202, None, headers, operation)


ROUTES = (
    Route("GET", ZONE_GROUP, get),
    Route("GET", ZONE_GROUP, list_, collection=True),
    Route("PUT", ZONE_GROUP, put, shape=bodies.ZONE_GROUP),
    Route("DELETE", ZONE_GROUP, delete),
)
