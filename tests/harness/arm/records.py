"""How does ARM speak of record sets?"""

from ipaddress import IPv4Address

from tests.harness.arm import bodies
from tests.harness.arm.errors import not_json
from tests.harness.arm.exchange import Answer, Exchange, Route, success
from tests.harness.arm.paging import listed
from tests.harness.physics.types import RECORD_A, RECORD_SOA, ZONE
from tests.harness.world import Json, Resource

ALL = f"{ZONE}/ALL"
LISTING = frozenset({"$top", "$skiptoken", "$recordsetnamesuffix"})


def get(exchange: Exchange) -> Answer:
    return success(exchange.resource())


def list_all(exchange: Exchange) -> Answer:
    """Observed: the SDK spells the path `aLL`."""
    return _list(exchange, RECORD_SOA, RECORD_A)


def list_type(exchange: Exchange) -> Answer:
    return _list(exchange, exchange.route.type)


def _list(exchange: Exchange, *types: str) -> Answer:
    zone = exchange.parent()
    suffix = exchange.query.get("$recordsetnamesuffix", "").casefold()
    found: list[Resource] = [
        record
        for type_ in types
        for record in exchange.world.children(zone.id, type_)
        if record.name.casefold().endswith(suffix)
    ]
    return listed(exchange, found)


def put(exchange: Exchange) -> Answer:
    """Recorded: synchronous, the whole set is replaced; 201 when it is new."""
    created = exchange.find() is None
    properties = {"ttl": 3600, "aRecords": [], **exchange.body["properties"]}
    record = exchange.physics.records.put(exchange.id, _checked(properties))
    return success(record, 201 if created else 200)


def patch(exchange: Exchange) -> Answer:
    record = exchange.resource()
    properties = {**record.properties, **exchange.body["properties"]}
    return success(exchange.physics.records.put(record.id, _checked(properties)))


def _checked(properties: Json) -> Json:
    for item in properties["aRecords"]:
        try:
            IPv4Address(item["ipv4Address"])
        except ValueError:
            raise not_json(f"'{item['ipv4Address']}' is no IPv4 address") from None
    return properties


def delete(exchange: Exchange) -> Answer:
    zone, record = exchange.parent(), exchange.find()
    if record is None:
        return Answer(204)
    exchange.physics.records.delete(zone.id, record.name)
    return Answer(200)


ROUTES = (
    Route("GET", RECORD_A, get),
    Route("GET", RECORD_A, list_type, collection=True, query=LISTING),
    Route("PUT", RECORD_A, put, shape=bodies.RECORD_A, conditional=True),
    Route("PATCH", RECORD_A, patch, shape=bodies.RECORD_A, conditional=True),
    Route("DELETE", RECORD_A, delete, conditional=True),
    Route("GET", RECORD_SOA, get),
    Route("GET", RECORD_SOA, list_type, collection=True, query=LISTING),
    Route("GET", ALL, list_all, collection=True, query=LISTING),
)
