"""Who may do what, where? Role documents, assignments, and the answer."""

import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from tests.harness.arm.built_in_roles import BUILT_IN
from tests.harness.arm.role import Role
from tests.harness.ids import key
from tests.harness.world import Caller

_KEYS = frozenset({"roleName", "description", "actions", "notActions"})


class RoleError(ValueError):
    """A role document that the lab cannot read, or a role that it does not know."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One role of one principal at one scope."""

    name: str
    object_id: str
    role: Role
    scope: str

    def means(self, other: Self) -> bool:
        """Whether both say the same, whatever their names."""
        mine, theirs = ((a.object_id, a.role.guid, key(a.scope)) for a in (self, other))
        return mine == theirs


class Roles:
    """Role definitions and who holds them. A scope covers everything below it."""

    def __init__(self, definitions: Iterable[Role] = ()) -> None:
        self._definitions = {role.name.casefold(): role for role in (*BUILT_IN, *definitions)}
        self.assignments: list[Assignment] = []
        # Each management group with the subscriptions in it.
        self.management_groups: dict[str, tuple[str, ...]] = {}

    @classmethod
    def load(cls, *files: Path) -> Self:
        """Reads role documents, as they stand in `infra/shared/`, beside the built-in roles."""
        return cls(_read(file) for file in files)

    def assign(self, object_id: str, role: str, scope: str) -> None:
        """Gives a role at a scope. Raises RoleError for a role that nobody defined."""
        definition = self._known(role, scope)
        if definition is None:
            raise RoleError(f"unknown role: {role} (known: {sorted(self._definitions)})")
        self.add(_assignment(object_id, definition, scope))

    def remove(self, object_id: str, role: str, scope: str) -> None:
        """Takes a role away again."""
        definition = self._known(role, scope)
        if definition is None:
            return
        gone = _assignment(object_id, definition, scope)
        self.assignments = [a for a in self.assignments if not a.means(gone)]

    def _known(self, name: str, scope: str) -> Role | None:
        """The one that an installation defined for that place: `Name (where)`; else that of the name."""
        own = self._definitions.get(name.casefold())
        begun = (r for n, r in self._definitions.items() if n.startswith(f"{name.casefold()} ("))
        there = (r for r in begun if any(self.covers(place, scope) for place in r.assignable))
        return next(there, own)

    def add(self, assignment: Assignment) -> None:
        """Keeps an assignment; the same one twice is one."""
        if not any(known.means(assignment) for known in self.assignments):
            self.assignments.append(assignment)

    def drop(self, assignment: Assignment) -> None:
        self.assignments.remove(assignment)

    def defined(self, guid: str) -> Role | None:
        """The role whose definition has this name."""
        roles = self._definitions.values()
        return next((role for role in roles if role.guid == guid.casefold()), None)

    def named(self, name: str) -> Role | None:
        return self._definitions.get(name.casefold())

    def custom(self) -> list[Role]:
        """The roles that somebody defined over ARM."""
        return [role for role in self._definitions.values() if role.id]

    def define(self, role: Role) -> None:
        """Creates or replaces a custom role; who holds it holds it as it is now."""
        self.undefine(role)
        self._definitions[role.name.casefold()] = role
        self.assignments = [
            replace(a, role=role) if a.role.guid == role.guid else a for a in self.assignments
        ]

    def undefine(self, role: Role) -> None:
        kept = self._definitions.items()
        self._definitions = {name: known for name, known in kept if known.guid != role.guid}

    def allowed(self, caller: Caller, action: str, scope: str) -> bool:
        """Whether one of the caller's roles at or above `scope` allows `action`."""
        return any(role.allows(action) for role in self._held(caller.object_id, scope))

    def holds(self, caller: Caller, action: str) -> bool:
        """Whether one of the caller's roles allows `action`, wherever he holds it."""
        held = (a.role for a in self.assignments if a.object_id == caller.object_id.casefold())
        return any(role.allows(action) for role in held)

    def may(self, object_id: str, data_action: str, scope: str) -> bool:
        """Whether a principal may do something with data."""
        return any(role.allows_data(data_action) for role in self._held(object_id, scope))

    def covers(self, place: str, scope: str) -> bool:
        """Whether what holds at `place` holds at `scope` too."""
        if _covers(key(place), scope):
            return True
        inside = self.management_groups.get(place.rpartition("/")[2], ())
        is_group = key(place).startswith("/providers/microsoft.management/")
        return is_group and any(_covers(key(f"/subscriptions/{s}"), scope) for s in inside)

    def _held(self, object_id: str, scope: str) -> Iterator[Role]:
        for assignment in self.assignments:
            if assignment.object_id == object_id.casefold() and self.covers(
                assignment.scope, scope
            ):
                yield assignment.role


def _assignment(object_id: str, role: Role, scope: str) -> Assignment:
    name = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{object_id}/{role.name}/{key(scope)}"))
    return Assignment(name, object_id.casefold(), role, scope)


def _covers(place: str, scope: str) -> bool:
    inside = key(scope)
    return place in {"/", inside} or inside.startswith(place + "/")


def _read(file: Path) -> Role:
    document = json.loads(file.read_text())
    unknown = set(document) - _KEYS
    if unknown:
        raise RoleError(f"{file.name}: unknown keys {sorted(unknown)}; extend {__name__}")
    return Role(
        document["roleName"], tuple(document["actions"]), tuple(document.get("notActions", ()))
    )
