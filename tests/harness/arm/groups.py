"""How does ARM speak of resource groups?"""

from tests.harness.arm import bodies
from tests.harness.arm.errors import group_not_found
from tests.harness.arm.exchange import Answer, Exchange, Route
from tests.harness.arm.paging import listed
from tests.harness.physics.types import GROUP


def get(exchange: Exchange) -> Answer:
    group = exchange.find()
    if group is None:
        raise group_not_found(exchange.target.group)
    return Answer(200, group.body)


def list_(exchange: Exchange) -> Answer:
    return listed(exchange, list(exchange.world.children(exchange.target.scope, GROUP)))


def put(exchange: Exchange) -> Answer:
    present = exchange.find()
    body = exchange.body
    group_id = present.id if present else exchange.id
    group = exchange.physics.put_group(group_id, body["location"], body.get("tags"))
    return Answer(200 if present else 201, group.body)


# Source: permissions/management-and-governance.md: the actions carry the subscription's name.
_ACTION = "Microsoft.Resources/subscriptions/resourceGroups"
ROUTES = (
    Route("GET", GROUP, get, right=f"{_ACTION}/read"),
    Route("GET", GROUP, list_, collection=True, right=f"{_ACTION}/read"),
    Route("PUT", GROUP, put, shape=bodies.GROUP, right=f"{_ACTION}/write"),
)
