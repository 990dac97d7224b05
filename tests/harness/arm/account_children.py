"""How does ARM speak of the deployments and projects of an account?"""

from tests.harness.arm import account_bodies
from tests.harness.arm.exchange import Answer, Exchange, Route, success
from tests.harness.arm.operations import cognitive_headers
from tests.harness.arm.paging import listed
from tests.harness.physics.operations import Effect
from tests.harness.physics.types import DEPLOYMENT, PROJECT


def get(exchange: Exchange) -> Answer:
    return success(exchange.resource())


def list_(exchange: Exchange) -> Answer:
    children = exchange.world.children(exchange.parent().id, exchange.route.type)
    return listed(exchange, list(children))


def put_deployment(exchange: Exchange) -> Answer:
    present = exchange.find()
    effect = exchange.physics.children.put_deployment(
        exchange.parent(), present.id if present else exchange.id, exchange.body, exchange.caller
    )
    return _accepted(exchange, effect)


def put_project(exchange: Exchange) -> Answer:
    present = exchange.find()
    effect = exchange.physics.children.put_project(
        exchange.parent(), present.id if present else exchange.id, exchange.body, exchange.caller
    )
    return _accepted(exchange, effect)


def _accepted(exchange: Exchange, effect: Effect) -> Answer:
    """As an account is created: 201 with Azure-AsyncOperation. For its children that is not verified."""
    assert effect.operation is not None
    body = effect.resource.body
    headers = cognitive_headers(exchange, effect.operation, _location(exchange))
    del headers["Location"]
    status = 201 if effect.created else 200
    return Answer(status, body, headers | {"ETag": body["etag"]}, effect.operation)


def delete(exchange: Exchange) -> Answer:
    """Source: cognitiveservices.json: 202 with Location."""
    child = exchange.find()
    if child is None:
        return Answer(204)
    operation = exchange.physics.children.delete(exchange.parent(), child)
    return Answer(202, None, cognitive_headers(exchange, operation, _location(exchange)), operation)


def _location(exchange: Exchange) -> str:
    location: str = exchange.parent().body["location"]
    return location


ROUTES = (
    Route("GET", DEPLOYMENT, get),
    Route("GET", DEPLOYMENT, list_, collection=True),
    Route("PUT", DEPLOYMENT, put_deployment, shape=account_bodies.DEPLOYMENT),
    Route("DELETE", DEPLOYMENT, delete),
    Route("GET", PROJECT, get),
    Route("GET", PROJECT, list_, collection=True),
    Route("PUT", PROJECT, put_project, shape=account_bodies.PROJECT),
    Route("DELETE", PROJECT, delete),
)
