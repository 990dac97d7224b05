"""How does ARM speak of tags apart from the resource that carries them?"""

from tests.harness.arm import bodies
from tests.harness.arm.errors import not_emulated
from tests.harness.arm.exchange import Answer, Exchange, Route
from tests.harness.world import Json, Resource

TAGS = "Microsoft.Resources/tags"


def get(exchange: Exchange) -> Answer:
    return _shown(exchange, _tagged(exchange))


def put(exchange: Exchange) -> Answer:
    """Source: resources.json 2021-04-01, Tags_CreateOrUpdateAtScope: replaces all of them."""
    return _write(exchange, exchange.body["properties"]["tags"])


def patch(exchange: Exchange) -> Answer:
    """Source: resources.json 2021-04-01, Tags_UpdateAtScope."""
    present: Json = _tagged(exchange).body.get("tags") or {}
    given: Json = exchange.body["properties"]["tags"]
    match exchange.body["operation"]:
        case "Merge":
            return _write(exchange, present | given)
        case "Replace":
            return _write(exchange, given)
        case _:
            kept = {n: v for n, v in present.items() if given.get(n) != v}
            return _write(exchange, kept)


def delete(exchange: Exchange) -> Answer:
    _write(exchange, {})
    return Answer(200)


def _write(exchange: Exchange, tags: Json) -> Answer:
    """That this sends no event of the resource itself, and leaves its etag and its state alone, is not verified."""
    resource = _tagged(exchange)
    resource.body["tags"] = dict(tags)
    exchange.world.touch()
    return _shown(exchange, resource)


def _tagged(exchange: Exchange) -> Resource:
    if exchange.target.names[0].casefold() != "default":
        raise not_emulated(f"tags/{exchange.target.names[0]}", "tests/harness/arm/tags.py")
    holder = exchange.holder()
    if holder is None:
        raise not_emulated("tags of a subscription", "tests/harness/arm/tags.py")
    return holder


def _shown(exchange: Exchange, resource: Resource) -> Answer:
    body = {
        "id": exchange.id,
        "name": "default",
        "type": TAGS,
        "properties": {"tags": resource.body.get("tags") or {}},
    }
    return Answer(200, body)


ROUTES = (
    Route("GET", TAGS, get),
    Route("PUT", TAGS, put, shape=bodies.TAGS),
    Route("PATCH", TAGS, patch, shape=bodies.TAGS_UPDATE),
    Route("DELETE", TAGS, delete),
)
