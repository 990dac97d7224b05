"""How does ARM speak of private endpoints?"""

import copy

from tests.harness.arm import bodies
from tests.harness.arm.errors import not_emulated
from tests.harness.arm.exchange import Answer, Exchange, Route, success
from tests.harness.arm.operations import network_headers
from tests.harness.arm.paging import listed
from tests.harness.physics import link_targets
from tests.harness.physics.types import ENDPOINT

JOIN_SUBNET = "Microsoft.Network/virtualNetworks/subnets/join/action"
JOIN_SECURITY_GROUP = "Microsoft.Network/applicationSecurityGroups/joinIpConfiguration/action"


def get(exchange: Exchange) -> Answer:
    endpoint = exchange.resource()
    expand = exchange.query.get("$expand")
    if expand is None:
        return success(endpoint)
    if expand.casefold() != "networkinterfaces":
        raise not_emulated(f"$expand={expand}", "tests/harness/arm/endpoints.py")
    body = copy.deepcopy(endpoint.body)
    interface = exchange.physics.interfaces.of(endpoint)
    body["properties"]["networkInterfaces"] = [interface.body] if interface else []
    return Answer(200, body, {"ETag": body["etag"]})


def list_(exchange: Exchange) -> Answer:
    return listed(exchange, list(exchange.world.children(exchange.target.scope, ENDPOINT)))


def put(exchange: Exchange) -> Answer:
    """Recorded: 201 with Azure-AsyncOperation."""
    properties = exchange.body["properties"]
    # Not verified for endpoints (no instance was found); the actions: rbac-permissions.md.
    exchange.require_linked(JOIN_SUBNET, properties["subnet"]["id"])
    for group in properties.get("applicationSecurityGroups", []):
        exchange.require_linked(JOIN_SECURITY_GROUP, group["id"])
    present = exchange.find()
    effect = exchange.physics.endpoints.put(
        present.id if present else exchange.id, exchange.body, approved=_may_approve(exchange)
    )
    assert effect.operation is not None
    body = effect.resource.body
    headers = network_headers(exchange, effect.operation, body["location"])
    return Answer(
        201 if effect.created else 200, body, headers | {"ETag": body["etag"]}, effect.operation
    )


def _may_approve(exchange: Exchange) -> bool:
    links = exchange.body["properties"].get("privateLinkServiceConnections", [])
    targets = [link["properties"]["privateLinkServiceId"] for link in links]
    return all(
        exchange.roles.allowed(exchange.caller, _approval(exchange, target), target)
        for target in targets
    )


def _approval(exchange: Exchange, target_id: str) -> str:
    target = exchange.world.get(target_id)
    if target is not None and link_targets.is_platform(target):
        return link_targets.approval_of(target)
    return exchange.world.switches.approval_action


def delete(exchange: Exchange) -> Answer:
    """Recorded: 202, Succeeded after 11 s."""
    endpoint = exchange.find()
    if endpoint is None:
        return Answer(204)
    operation = exchange.physics.endpoints.delete(endpoint)
    location = endpoint.body["location"]
    headers = network_headers(exchange, operation, location, result=True)
    return Answer(202, None, headers, operation)


ROUTES = (
    Route("GET", ENDPOINT, get, query=frozenset({"$expand"})),
    Route("GET", ENDPOINT, list_, collection=True),
    Route("PUT", ENDPOINT, put, shape=bodies.ENDPOINT),
    Route("DELETE", ENDPOINT, delete),
)
