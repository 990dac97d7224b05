"""How does ARM speak of an account's private endpoint connections?"""

from tests.harness.arm import account_bodies
from tests.harness.arm.exchange import Answer, Exchange, Route, success
from tests.harness.arm.paging import listed
from tests.harness.physics.errors import put_of_absent_connection
from tests.harness.physics.types import CONNECTION


def get(exchange: Exchange) -> Answer:
    return success(exchange.resource())


def list_(exchange: Exchange) -> Answer:
    return listed(exchange, exchange.physics.connections.of(exchange.parent()))


def put(exchange: Exchange) -> Answer:
    """Recorded: synchronous; approving what is approved is quick, rejecting takes 22 s."""
    connection = exchange.find()
    if connection is None:
        raise put_of_absent_connection()
    exchange.physics.accounts.check_idle_parent(exchange.parent())
    wanted = exchange.body["properties"]["privateLinkServiceConnectionState"]
    before = connection.properties["privateLinkServiceConnectionState"]["status"]
    exchange.physics.connections.change(
        connection, wanted["status"], wanted.get("description", wanted["status"])
    )
    slow = before != wanted["status"]
    after = exchange.world.switches.connection_reject_seconds if slow else 0.0
    answer = success(connection)
    return Answer(answer.status, answer.body, answer.headers, after=after)


def delete(exchange: Exchange) -> Answer:
    """Recorded: synchronous 200, 12 s."""
    connection = exchange.find()
    if connection is None:
        return Answer(204)
    exchange.physics.accounts.check_idle_parent(exchange.parent())
    exchange.physics.connections.remove(connection)
    return Answer(200, after=exchange.world.switches.connection_delete_seconds)


ROUTES = (
    Route("GET", CONNECTION, get),
    Route("GET", CONNECTION, list_, collection=True),
    Route("PUT", CONNECTION, put, shape=account_bodies.CONNECTION),
    Route("DELETE", CONNECTION, delete),
)
