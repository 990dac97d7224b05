"""How does ARM speak of storage accounts and of what is in them?"""

import re

from tests.harness.arm import platform_bodies as bodies
from tests.harness.arm.exchange import Exchange
from tests.harness.arm.plain import Family
from tests.harness.physics import platform_errors
from tests.harness.physics.platform_types import (
    BLOBS,
    CONTAINER,
    LIFECYCLE,
    QUEUE,
    QUEUES,
    STORAGE,
    TABLE,
    TABLES,
)
from tests.harness.world import Json, Resource

_NAME = re.compile(r"[a-z0-9]{3,24}")
# Source: learn.microsoft.com, naming and referencing containers, queues (names) and tables.
_INSIDE = {
    CONTAINER: re.compile(r"[a-z0-9](-?[a-z0-9]){2,62}"),
    QUEUE: re.compile(r"[a-z0-9](-?[a-z0-9]){2,62}"),
    TABLE: re.compile(r"[A-Za-z][A-Za-z0-9]{2,62}"),
}
SERVICES = ("blob", "queue", "table", "file", "dfs", "web")


def _check(exchange: Exchange) -> None:
    name = exchange.target.names[0]
    if not _NAME.fullmatch(name):
        raise platform_errors.storage_name_invalid(name)
    others = (a for a in exchange.world.of_type(STORAGE) if a.name == name)
    if any(other.id.casefold() != exchange.id.casefold() for other in others):
        raise platform_errors.storage_name_taken(name)


def _derived(exchange: Exchange) -> Json:
    name = exchange.target.names[0]
    return {
        "primaryEndpoints": {s: f"https://{name}.{s}.core.windows.net/" for s in SERVICES},
        "primaryLocation": exchange.body["location"],
    }


def _services(exchange: Exchange, account: Resource) -> None:
    """An account has its services from the start, under the name `default`."""
    for type_ in (BLOBS, QUEUES, TABLES):
        own_id = f"{account.id}/{type_.rpartition('/')[2]}/default"
        if exchange.world.get(own_id) is None:
            exchange.physics.stored.put(own_id, type_, {}, {})


def _check_service(exchange: Exchange) -> None:
    if exchange.target.names[-1] != "default":
        raise platform_errors.invalid("A service of a storage account is named 'default'.")


def _check_name(exchange: Exchange) -> None:
    name = exchange.target.names[-1]
    if not _INSIDE[exchange.route.type].fullmatch(name):
        raise platform_errors.invalid(f"'{name}' is no name for a {exchange.route.type}.")


ROUTES = (
    *Family(STORAGE, bodies.STORAGE, _derived, _check, _services).routes(),
    *Family(BLOBS, bodies.BLOBS, check=_check_service).routes(),
    *Family(QUEUES, bodies.PLAIN_SERVICE, check=_check_service).routes(),
    *Family(TABLES, bodies.PLAIN_SERVICE, check=_check_service).routes(),
    *Family(CONTAINER, bodies.CONTAINER, check=_check_name).routes(),
    *Family(QUEUE, bodies.QUEUE, check=_check_name).routes(),
    *Family(TABLE, bodies.TABLE, check=_check_name).routes(),
    *Family(LIFECYCLE, bodies.LIFECYCLE, check=_check_service).routes(),
)
