"""How does ARM speak of resource groups?"""

from tests.harness.arm import bodies
from tests.harness.arm.errors import group_not_found, resource_not_found
from tests.harness.arm.exchange import Answer, Exchange, Route
from tests.harness.arm.paging import listed
from tests.harness.arm.paths import RESULTS
from tests.harness.physics.marks import guid
from tests.harness.physics.operations import Operation
from tests.harness.physics.types import GROUP
from tests.harness.world import Change, Resource


def get(exchange: Exchange) -> Answer:
    return Answer(200, _group(exchange).body)


def list_(exchange: Exchange) -> Answer:
    return listed(exchange, list(exchange.world.children(exchange.target.scope, GROUP)))


def put(exchange: Exchange) -> Answer:
    present = exchange.find()
    body = exchange.body
    group_id = present.id if present else exchange.id
    group = exchange.physics.groups.put(group_id, body["location"], body.get("tags"))
    return Answer(200 if present else 201, group.body)


def patch(exchange: Exchange) -> Answer:
    group = _group(exchange)
    group.body["tags"] = exchange.body.get("tags", group.body["tags"])
    exchange.world.touch()
    return Answer(200, group.body)


def delete(exchange: Exchange) -> Answer:
    """Recorded: 202 with Location and Retry-After 15, no body."""
    group = _group(exchange)
    doomed = list(exchange.physics.groups.inside(group))
    operation = exchange.physics.groups.delete(group)
    if exchange.world.switches.group_delete_announces:
        operation.watchers.append(lambda _: _announce(exchange, doomed))
    version = exchange.query["api-version"]
    url = f"{exchange.url}/subscriptions/{exchange.target.subscription}/operationresults"
    headers = {"Location": f"{url}/{operation.id}?api-version={version}", "Retry-After": "15"}
    return Answer(202, None, headers, operation)


def result(exchange: Exchange) -> Answer:
    """Recorded: 202 while it runs, then 200 without a body."""
    operation = _operation(exchange)
    if operation.status == "Running":
        return Answer(202, None, {"Location": exchange.url + exchange.target.path})
    if operation.error is not None:
        raise operation.error
    return Answer(200)


def _operation(exchange: Exchange) -> Operation:
    operation = exchange.physics.operations.find(exchange.target.names[-1])
    if operation is None:
        raise resource_not_found(RESULTS, "")
    return operation


def _group(exchange: Exchange) -> Resource:
    group = exchange.find()
    if group is None:
        raise group_not_found(exchange.target.group)
    return group


def _announce(exchange: Exchange, doomed: list[Resource]) -> None:
    """One event for each resource that went with its group."""
    correlation = guid()
    for resource in doomed:
        if exchange.world.get(resource.id) is not None:
            continue
        exchange.world.announce(
            Change(
                kind="Delete",
                outcome="Success",
                resource_id=resource.id,
                operation=f"{resource.type}/delete",
                method="DELETE",
                url=f"https://management.azure.com{exchange.target.path}",
                caller=exchange.caller,
                time=exchange.world.clock.now(),
                correlation_id=correlation,
            )
        )


# Source: permissions/management-and-governance.md: the actions carry the subscription's name.
_ACTION = "Microsoft.Resources/subscriptions/resourceGroups"
ROUTES = (
    Route("GET", GROUP, get, right=f"{_ACTION}/read"),
    Route("GET", GROUP, list_, collection=True, right=f"{_ACTION}/read"),
    Route("PUT", GROUP, put, shape=bodies.GROUP, right=f"{_ACTION}/write"),
    Route("PATCH", GROUP, patch, shape=bodies.TAGS_ONLY, right=f"{_ACTION}/write"),
    Route("DELETE", GROUP, delete, right=f"{_ACTION}/delete"),
    Route("GET", RESULTS, result, free=True),
)
