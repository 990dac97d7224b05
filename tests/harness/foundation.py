"""How does every lab of a test run stand on the shipped templates, when deploying them takes a second?

The first lab that wants an installation deploys it over ARM; what then stands in its world is kept, and the next lab
of the same wishes begins with a copy. Nothing of the copy was made in any other way.
"""

import copy
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.harness.arm.rbac import Assignment, Roles
from tests.harness.arm.role import Role
from tests.harness.deployment import Installation
from tests.harness.world import Json, Resource, World

type Deploy = Callable[[], Awaitable[Installation]]


@dataclass(frozen=True, slots=True)
class Picture:
    """What an installation added to a world."""

    resources: tuple[Resource, ...]
    principals: dict[str, str]
    roles: tuple[Role, ...]
    assignments: tuple[Assignment, ...]
    outputs: Json


_PICTURES: dict[object, Picture] = {}


async def laid(wishes: object, world: World, roles: Roles, deploy: Deploy) -> Installation:
    """The installation in this world: deployed, or copied from the first one of the same wishes."""
    known = _PICTURES.get(wishes)
    if known is not None:
        return _copied(known, world, roles)
    before = set(world.everything())
    held, principals = list(roles.assignments), dict(world.principals)
    installation = await deploy()
    added = [world.get(name) for name in world.everything() if name not in before]
    picture = Picture(
        tuple(resource for resource in added if resource is not None),
        {n: kind for n, kind in world.principals.items() if n not in principals},
        tuple(roles.custom()),
        tuple(a for a in roles.assignments if a not in held),
        installation.outputs,
    )
    _PICTURES[wishes] = copy.deepcopy(picture)
    return installation


def _copied(picture: Picture, world: World, roles: Roles) -> Installation:
    for resource in copy.deepcopy(picture.resources):
        world.put(resource)
    world.principals.update(picture.principals)
    for role in picture.roles:
        roles.define(role)
    for assignment in picture.assignments:
        roles.add(assignment)
    return Installation(picture.outputs, world)
