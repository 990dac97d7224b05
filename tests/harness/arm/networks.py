"""How does ARM speak of networks, subnets and interfaces?"""

from tests.harness.arm import bodies, network_bodies
from tests.harness.arm.exchange import Answer, Exchange, Route, success
from tests.harness.arm.operations import network_headers
from tests.harness.arm.paging import listed
from tests.harness.physics.operations import Effect
from tests.harness.physics.types import INTERFACE, NETWORK, SUBNET
from tests.harness.world import Json

# Source: permissions/networking.md: what a subnet refers to is joined.
JOIN_SECURITY_GROUP = "Microsoft.Network/networkSecurityGroups/join/action"
JOIN_ROUTE_TABLE = "Microsoft.Network/routeTables/join/action"


def get(exchange: Exchange) -> Answer:
    return success(exchange.resource())


def list_(exchange: Exchange) -> Answer:
    return listed(
        exchange, list(exchange.world.children(exchange.target.scope, exchange.route.type))
    )


def put(exchange: Exchange) -> Answer:
    """Recorded: 201 with Azure-AsyncOperation, state Updating."""
    for subnet in exchange.body["properties"].get("subnets", []):
        _check_joins(exchange, subnet.get("properties", {}))
    present = exchange.find()
    effect = exchange.physics.networks.put(present.id if present else exchange.id, exchange.body)
    return accepted(exchange, effect, effect.resource.body)


def accepted(exchange: Exchange, effect: Effect, body: Json) -> Answer:
    """The answer to a write of a network or of what stands beside it."""
    assert effect.operation is not None
    location = effect.resource.body["location"]
    headers = network_headers(exchange, effect.operation, location) | {"ETag": body["etag"]}
    return Answer(201 if effect.created else 200, body, headers, effect.operation)


def patch_tags(exchange: Exchange) -> Answer:
    """Source: virtualNetwork.json: UpdateTags answers 200 at once, and replaces the tags."""
    resource = exchange.resource()
    resource.body["tags"] = exchange.body.get("tags", {})
    exchange.world.touch()
    return success(resource)


def delete(exchange: Exchange) -> Answer:
    network = exchange.find()
    if network is None:
        return Answer(204)
    operation = exchange.physics.networks.delete(network)
    headers = network_headers(exchange, operation, network.body["location"], result=True)
    return Answer(202, None, headers, operation)


def get_subnet(exchange: Exchange) -> Answer:
    subnet = exchange.physics.networks.subnet(exchange.id)
    if subnet is None:
        raise exchange.not_found(exchange.target)
    return Answer(200, subnet, {"ETag": subnet["etag"]})


def list_subnets(exchange: Exchange) -> Answer:
    return Answer(200, {"value": exchange.parent().properties["subnets"]})


def put_subnet(exchange: Exchange) -> Answer:
    _check_joins(exchange, exchange.body["properties"])
    present = exchange.physics.networks.subnet(exchange.id)
    own_id = present["id"] if present else exchange.id
    effect = exchange.physics.networks.put_subnet(exchange.parent(), own_id, exchange.body)
    subnet = exchange.physics.networks.subnet(own_id)
    assert subnet is not None
    return accepted(exchange, effect, subnet)


def delete_subnet(exchange: Exchange) -> Answer:
    if exchange.physics.networks.subnet(exchange.id) is None:
        return Answer(204)
    network = exchange.parent()
    operation = exchange.physics.networks.delete_subnet(network, exchange.id)
    headers = network_headers(exchange, operation, network.body["location"], result=True)
    return Answer(202, None, headers, operation)


def _check_joins(exchange: Exchange, properties: Json) -> None:
    for name, action in (
        ("networkSecurityGroup", JOIN_SECURITY_GROUP),
        ("routeTable", JOIN_ROUTE_TABLE),
    ):
        if name in properties:
            exchange.require_linked(action, properties[name]["id"])


ROUTES = (
    Route("GET", NETWORK, get),
    Route("GET", NETWORK, list_, collection=True),
    Route("PUT", NETWORK, put, shape=network_bodies.NETWORK),
    Route("PATCH", NETWORK, patch_tags, shape=bodies.TAGS_ONLY),
    Route("DELETE", NETWORK, delete),
    Route("GET", SUBNET, get_subnet),
    Route("GET", SUBNET, list_subnets, collection=True),
    Route("PUT", SUBNET, put_subnet, shape=network_bodies.SUBNET),
    Route("DELETE", SUBNET, delete_subnet),
    Route("GET", INTERFACE, get),
    Route("GET", INTERFACE, list_, collection=True),
)
