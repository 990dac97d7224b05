"""What does a handler see of a request, and what does it answer?"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.harness.arm.errors import linked_authorization_failed, resource_not_found
from tests.harness.arm.paths import Target
from tests.harness.arm.rbac import Roles
from tests.harness.arm.shapes import Reader
from tests.harness.physics import Physics
from tests.harness.physics.operations import Operation
from tests.harness.resource_graph import ResourceGraph
from tests.harness.world import Caller, Json, Resource, World

type Method = Literal["GET", "PUT", "PATCH", "DELETE", "POST"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. `after` is how long the provider takes, in the lab's seconds."""

    status: int
    body: Json | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    operation: Operation | None = None
    after: float = 0.0

    def text(self) -> str:
        return "" if self.body is None else json.dumps(self.body)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request that passed the gateway."""

    target: Target
    route: "Route"
    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Json
    caller: Caller
    url: str
    page_size: int
    physics: Physics
    roles: Roles
    graph: ResourceGraph

    @property
    def world(self) -> World:
        return self.physics.world

    @property
    def id(self) -> str:
        return self.target.id(self.route.type)

    def find(self) -> Resource | None:
        return self.world.get(self.id)

    def resource(self) -> Resource:
        """Raises ResourceNotFound."""
        found = self.find()
        if found is None:
            raise self.not_found(self.target)
        return found

    def parent(self) -> Resource:
        """Raises ResourceNotFound; that a GET below an absent parent says so is not verified."""
        found = self.world.get(self._parent_id)
        if found is None:
            raise self.not_found(self.target)
        return found

    @property
    def _parent_id(self) -> str:
        path = self.target.path.rstrip("/")
        return path.rsplit("/", 1)[0] if self.target.collection else path.rsplit("/", 2)[0]

    @property
    def subject(self) -> str:
        """What an event about this request speaks of: an action belongs to the resource that it was done to."""
        own_id = self._parent_id if self.target.collection else self.id
        found = self.world.get(own_id)
        return found.id if found else own_id

    def holder(self) -> Resource | None:
        """The group or resource that an extension extends; None for a subscription."""
        return self.world.get(self.target.holder)

    def not_found(self, target: Target) -> Exception:
        namespace, *kinds = self.route.type.split("/")
        pairs = (f"{kind}/{name}" for kind, name in zip(kinds, target.names, strict=False))
        return resource_not_found(f"{namespace}/{'/'.join(pairs)}", target.group)

    def require_linked(self, action: str, scope: str) -> None:
        """Raises LinkedAuthorizationFailed unless the caller may do `action` on what the body points at."""
        if not self.roles.allowed(self.caller, action, scope):
            raise linked_authorization_failed(
                self.caller, self.route.action, self.id, action, scope
            )


type Handler = Callable[[Exchange], Answer]

VERBS = {"GET": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete", "POST": "action"}


@dataclass(frozen=True, slots=True)
class Route:
    """One row of the door's table."""

    method: Method
    type: str
    handler: Handler
    collection: bool = False
    shape: Reader | None = None
    query: frozenset[str] = frozenset()
    conditional: bool = False
    # Operation results are read without a right of their own: which right ARM asks for is not verified.
    free: bool = False
    announced: bool = True
    at_subscription: bool = False
    right: str = ""

    @property
    def action(self) -> str:
        """The right that the caller needs, as Azure spells it."""
        return self.right or f"{self.type}/{VERBS[self.method]}"


def success(resource: Resource, status: int = 200) -> Answer:
    """The resource as it is, with its etag in the header."""
    headers = {"ETag": resource.body["etag"]} if "etag" in resource.body else {}
    return Answer(status, resource.body, headers)
