"""How does ARM speak of management locks?"""

from tests.harness.arm import bodies
from tests.harness.arm.errors import not_emulated
from tests.harness.arm.exchange import Answer, Exchange, Route, success
from tests.harness.arm.paging import listed
from tests.harness.physics.types import LOCK


def get(exchange: Exchange) -> Answer:
    return success(exchange.resource())


def list_(exchange: Exchange) -> Answer:
    """Source: locks.json 2016-09-01: at the scope and below it; atScope() means at the scope and above."""
    locks, scope = exchange.physics.locks, exchange.target.holder
    asked = exchange.query.get("$filter")
    if asked is None:
        return listed(exchange, locks.at_or_below(scope))
    if asked.casefold() != "atscope()":
        raise not_emulated(f"$filter={asked}", "tests/harness/arm/locks.py")
    return listed(exchange, locks.at_or_above(scope))


def put(exchange: Exchange) -> Answer:
    present = exchange.find()
    lock = exchange.physics.locks.put(
        present.id if present else exchange.id, exchange.body["properties"]
    )
    return success(lock, 200 if present else 201)


def delete(exchange: Exchange) -> Answer:
    lock = exchange.find()
    if lock is None:
        return Answer(204)
    exchange.world.remove(lock.id)
    return Answer(200)


ROUTES = (
    Route("GET", LOCK, get),
    Route("GET", LOCK, list_, collection=True, query=frozenset({"$filter"})),
    Route("PUT", LOCK, put, shape=bodies.LOCK),
    Route("DELETE", LOCK, delete),
)
