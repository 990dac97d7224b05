"""How does ARM speak of role definitions, and of the policies that stand in front of Latch?"""

from tests.harness.arm import monitoring_bodies as bodies
from tests.harness.arm.errors import role_not_found
from tests.harness.arm.exchange import Answer, Exchange, Route
from tests.harness.arm.plain import Family
from tests.harness.arm.role import Role
from tests.harness.ids import key
from tests.harness.physics import platform_errors
from tests.harness.physics.platform_types import POLICY_ASSIGNMENT
from tests.harness.world import Json

DEFINITION = "Microsoft.Authorization/roleDefinitions"
_BUILT_IN_POLICY = "/providers/microsoft.authorization/policydefinitions/"


def get(exchange: Exchange) -> Answer:
    return Answer(200, _body(exchange, _found(exchange)))


def put(exchange: Exchange) -> Answer:
    """Source: authorization-RoleDefinitionsCalls.json: 201 in either case."""
    given: Json = exchange.body["properties"]
    for scope in given["assignableScopes"]:
        exchange.require_linked(f"{DEFINITION}/write", scope)
    role = _role(exchange.target.names[0], given)
    _check(exchange, role)
    exchange.roles.define(role)
    return Answer(201, _body(exchange, role))


def _check(exchange: Exchange, role: Role) -> None:
    namesake = exchange.roles.named(role.name)
    if namesake is not None and namesake.guid != role.guid:
        raise platform_errors.role_name_taken(role.name)
    # Source: DOCS custom-roles: roles with dataActions cannot be assigned at a management group.
    above = [s for s in role.assignable if key(s).startswith("/providers/")]
    if role.data_actions and above:
        raise platform_errors.invalid("A role with dataActions has no management group as scope.")


def delete(exchange: Exchange) -> Answer:
    role = exchange.roles.defined(exchange.target.names[0])
    if role is None:
        return Answer(204)
    if any(a.role.guid == role.guid for a in exchange.roles.assignments):
        raise platform_errors.role_in_use(role.name)
    exchange.roles.undefine(role)
    return Answer(200, _body(exchange, role))


def _found(exchange: Exchange) -> Role:
    role = exchange.roles.defined(exchange.target.names[0])
    if role is None:
        raise role_not_found(exchange.id)
    return role


def _role(name: str, given: Json) -> Role:
    permissions: list[Json] = given["permissions"]
    if len(permissions) != 1:
        raise platform_errors.invalid("The lab knows roles with one set of permissions.")
    (permission,) = permissions
    return Role(
        given["roleName"],
        tuple(permission.get("actions") or ()),
        tuple(permission.get("notActions") or ()),
        tuple(permission.get("dataActions") or ()),
        tuple(permission.get("notDataActions") or ()),
        tuple(given["assignableScopes"]),
        name.casefold(),
    )


def _body(exchange: Exchange, role: Role) -> Json:
    permission = {
        "actions": list(role.actions),
        "notActions": list(role.not_actions),
        "dataActions": list(role.data_actions),
        "notDataActions": list(role.not_data_actions),
    }
    return {
        "id": f"{exchange.target.holder}/providers/{DEFINITION}/{role.guid}",
        "name": role.guid,
        "type": DEFINITION,
        "properties": {
            "roleName": role.name,
            "type": "CustomRole" if role.id else "BuiltInRole",
            "assignableScopes": list(role.assignable),
            "permissions": [permission],
        },
    }


def _check_policy(exchange: Exchange) -> None:
    """The lab keeps assignments of built-in policies; it does not enforce them."""
    definition: str = exchange.body["properties"]["policyDefinitionId"]
    if not definition.casefold().startswith(_BUILT_IN_POLICY):
        raise platform_errors.invalid("The lab knows built-in policies only.")


ROUTES = (
    Route("GET", DEFINITION, get),
    Route("PUT", DEFINITION, put, shape=bodies.ROLE_DEFINITION),
    Route("DELETE", DEFINITION, delete),
    *Family(POLICY_ASSIGNMENT, bodies.POLICY_ASSIGNMENT, check=_check_policy).routes(),
)
