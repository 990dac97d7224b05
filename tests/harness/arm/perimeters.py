"""How does ARM speak of network security perimeters, and what does an account tell of its own?"""

from tests.harness.arm import network_bodies
from tests.harness.arm.errors import not_json
from tests.harness.arm.exchange import Answer, Exchange, Route, success
from tests.harness.arm.networks import get
from tests.harness.arm.paging import listed
from tests.harness.physics.perimeters import CONFIGURATION
from tests.harness.physics.types import (
    PERIMETER,
    PERIMETER_ASSOCIATION,
    PERIMETER_PROFILE,
    PERIMETER_RULE,
)

# Source: permissions/ai-machine-learning.md.
JOIN = "Microsoft.CognitiveServices/accounts/joinPerimeter/action"
_TOP = frozenset({"$top", "$skipToken"})


def list_(exchange: Exchange) -> Answer:
    return listed(exchange, list(exchange.world.children(exchange.target.scope, PERIMETER)))


def list_below(exchange: Exchange) -> Answer:
    children = exchange.world.children(exchange.parent().id, exchange.route.type)
    return listed(exchange, list(children))


def put(exchange: Exchange) -> Answer:
    body = exchange.body
    created = exchange.find() is None
    perimeter = exchange.physics.perimeters.put(
        _own_id(exchange), body["location"], body.get("tags")
    )
    return success(perimeter, 201 if created else 200)


def put_profile(exchange: Exchange) -> Answer:
    created = exchange.find() is None
    profile = exchange.physics.perimeters.put_profile(_own_id(exchange))
    return success(profile, 201 if created else 200)


def put_rule(exchange: Exchange) -> Answer:
    created = exchange.find() is None
    properties = exchange.body["properties"]
    rule = exchange.physics.perimeters.put_rule(_own_id(exchange), properties)
    return success(rule, 201 if created else 200)


def associate(exchange: Exchange) -> Answer:
    """Not verified: that the answer is final, without an operation to poll, and that the account sends no event."""
    properties = exchange.body["properties"]
    exchange.require_linked(JOIN, properties["privateLinkResource"]["id"])
    created = exchange.find() is None
    association = exchange.physics.perimeters.associate(_own_id(exchange), properties)
    return success(association, 201 if created else 200)


def delete(exchange: Exchange) -> Answer:
    resource = exchange.find()
    if resource is None:
        return Answer(204)
    force = exchange.query.get("forceDeletion", "false").casefold()
    if force not in {"true", "false"}:
        raise not_json(f"forceDeletion must be true or false, not '{force}'")
    exchange.physics.perimeters.delete(resource, force=force == "true")
    return Answer(200)


def list_configurations(exchange: Exchange) -> Answer:
    return listed(exchange, exchange.physics.perimeters.configurations(exchange.parent()))


def get_configuration(exchange: Exchange) -> Answer:
    name = exchange.target.names[-1].casefold()
    for configuration in exchange.physics.perimeters.configurations(exchange.parent()):
        if configuration.name.casefold() == name:
            return success(configuration)
    raise exchange.not_found(exchange.target)


def _own_id(exchange: Exchange) -> str:
    present = exchange.find()
    return present.id if present else exchange.id


ROUTES = (
    Route("GET", PERIMETER, get),
    Route("GET", PERIMETER, list_, collection=True, query=_TOP),
    Route("PUT", PERIMETER, put, shape=network_bodies.PERIMETER),
    Route("DELETE", PERIMETER, delete, query=frozenset({"forceDeletion"})),
    Route("GET", PERIMETER_PROFILE, get),
    Route("GET", PERIMETER_PROFILE, list_below, collection=True, query=_TOP),
    Route("PUT", PERIMETER_PROFILE, put_profile, shape=network_bodies.PERIMETER_PROFILE),
    Route("GET", PERIMETER_RULE, get),
    Route("GET", PERIMETER_RULE, list_below, collection=True, query=_TOP),
    Route("PUT", PERIMETER_RULE, put_rule, shape=network_bodies.PERIMETER_RULE),
    Route("DELETE", PERIMETER_RULE, delete),
    Route("GET", PERIMETER_ASSOCIATION, get),
    Route("GET", PERIMETER_ASSOCIATION, list_below, collection=True, query=_TOP),
    Route("PUT", PERIMETER_ASSOCIATION, associate, shape=network_bodies.PERIMETER_ASSOCIATION),
    Route("DELETE", PERIMETER_ASSOCIATION, delete),
    Route("GET", CONFIGURATION, list_configurations, collection=True),
    Route("GET", CONFIGURATION, get_configuration),
)
