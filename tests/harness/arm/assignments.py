"""How does ARM speak of role assignments? They are the very roles that the door asks."""

import re

from tests.harness.arm import bodies
from tests.harness.arm.errors import (
    assignment_exists,
    assignment_fixed,
    not_emulated,
    role_not_found,
)
from tests.harness.arm.exchange import Answer, Exchange, Route
from tests.harness.arm.rbac import Assignment
from tests.harness.ids import key, same
from tests.harness.physics import platform_errors
from tests.harness.world import Json

ASSIGNMENT = "Microsoft.Authorization/roleAssignments"
_PRINCIPAL = re.compile(r"principalid eq '([^']+)'", re.IGNORECASE)


def get(exchange: Exchange) -> Answer:
    return Answer(200, _body(exchange, _found(exchange)))


def list_(exchange: Exchange) -> Answer:
    """Source: role-assignments-list-rest.md: at the scope, above and below; atScope() leaves out what is below."""
    scope = exchange.target.holder
    chosen = [a for a in exchange.roles.assignments if _related(a.scope, scope)]
    asked = exchange.query.get("$filter", "")
    principal = _PRINCIPAL.fullmatch(asked)
    if principal is not None:
        chosen = [a for a in chosen if a.object_id == principal.group(1).casefold()]
    elif asked.casefold() == "atscope()":
        chosen = [a for a in chosen if _above(a.scope, scope)]
    elif asked:
        raise not_emulated(f"$filter={asked}", "tests/harness/arm/assignments.py")
    return Answer(200, {"value": [_body(exchange, a) for a in chosen]})


def put(exchange: Exchange) -> Answer:
    given: Json = exchange.body["properties"]
    role = exchange.roles.defined(given["roleDefinitionId"].rsplit("/", 1)[-1])
    if role is None:
        raise role_not_found(given["roleDefinitionId"])
    wanted = Assignment(
        exchange.target.names[0].casefold(),
        given["principalId"].casefold(),
        role,
        exchange.target.holder,
    )
    for known in exchange.roles.assignments:
        if known.means(wanted) and known.name == wanted.name:
            return Answer(200, _body(exchange, known))
        if known.means(wanted):
            raise assignment_exists(known.name)
        if known.name == wanted.name:
            raise assignment_fixed()
    _check_principal(exchange, wanted)
    if not any(exchange.roles.covers(scope, wanted.scope) for scope in role.assignable):
        raise platform_errors.role_not_assignable(role.name, wanted.scope)
    exchange.roles.add(wanted)
    return Answer(201, _body(exchange, wanted))


def _check_principal(exchange: Exchange, wanted: Assignment) -> None:
    """Who holds a role already is in the directory too, whoever put the lab up."""
    known = {a.object_id for a in exchange.roles.assignments}
    known |= {principal.casefold() for principal in exchange.world.principals}
    if wanted.object_id not in known:
        raise platform_errors.principal_not_found(wanted.object_id, exchange.world.tenant)


def delete(exchange: Exchange) -> Answer:
    """Source: DeleteRoleAssignment.json: 200 with what was deleted."""
    assignment = _find(exchange)
    if assignment is None:
        return Answer(204)
    exchange.roles.drop(assignment)
    return Answer(200, _body(exchange, assignment))


def _found(exchange: Exchange) -> Assignment:
    assignment = _find(exchange)
    if assignment is None:
        raise exchange.not_found(exchange.target)
    return assignment


def _find(exchange: Exchange) -> Assignment | None:
    name = exchange.target.names[0].casefold()
    for assignment in exchange.roles.assignments:
        if assignment.name == name and same(assignment.scope, exchange.target.holder):
            return assignment
    return None


def _related(place: str, scope: str) -> bool:
    return _above(place, scope) or _above(scope, place)


def _above(place: str, scope: str) -> bool:
    """Whether `place` is `scope`, or holds it."""
    return key(place) in {"/", key(scope)} or key(scope).startswith(key(place) + "/")


def _body(exchange: Exchange, assignment: Assignment) -> Json:
    target = exchange.target
    place = f"/subscriptions/{target.subscription}" if target.subscription else target.extended
    definitions = f"{place}/providers"
    return {
        "id": f"{assignment.scope.rstrip('/')}/providers/{ASSIGNMENT}/{assignment.name}",
        "name": assignment.name,
        "type": ASSIGNMENT,
        "properties": {
            "roleDefinitionId": f"{definitions}/Microsoft.Authorization/roleDefinitions/{assignment.role.guid}",
            "principalId": assignment.object_id,
            "scope": assignment.scope,
        },
    }


ROUTES = (
    Route("GET", ASSIGNMENT, get),
    Route("GET", ASSIGNMENT, list_, collection=True, query=frozenset({"$filter"})),
    Route("PUT", ASSIGNMENT, put, shape=bodies.ROLE_ASSIGNMENT),
    Route("DELETE", ASSIGNMENT, delete),
)
