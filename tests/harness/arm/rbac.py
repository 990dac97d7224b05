"""Who may do what, where? Role documents, assignments, and the answer."""

import json
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.harness.ids import key
from tests.harness.world import Caller

_KEYS = frozenset({"roleName", "description", "actions", "notActions"})


class RoleError(ValueError):
    """A role document that the lab cannot read, or a role that it does not know."""


@dataclass(frozen=True, slots=True)
class Role:
    """A name and the actions that it allows; `*` stands for anything."""

    name: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...] = ()

    def allows(self, action: str) -> bool:
        return _any(self.actions, action) and not _any(self.not_actions, action)

    @property
    def guid(self) -> str:
        """The name of its definition: Azure's for a built-in role, for others a pure function of the name."""
        return _GUIDS.get(self.name) or str(uuid.uuid5(uuid.NAMESPACE_OID, self.name))


# Source: learn.microsoft.com, Azure built-in roles.
_GUIDS = {
    "Owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "Cognitive Services Contributor": "25fbc0a9-bd7c-42a3-aa1a-3b75d497ee68",
    "Network Contributor": "4d97b98b-1d4f-4787-a291-c67834d212e7",
    "Private DNS Zone Contributor": "b12aa53e-6015-4669-85d0-8515ebb3ae7f",
}


@dataclass(frozen=True, slots=True)
class Assignment:
    """One role of one principal at one scope."""

    name: str
    object_id: str
    role: Role
    scope: str

    def means(self, other: Self) -> bool:
        """Whether both say the same, whatever their names."""
        mine, theirs = ((a.object_id, a.role.name.casefold(), key(a.scope)) for a in (self, other))
        return mine == theirs


def _any(patterns: Iterable[str], action: str) -> bool:
    return any(_matches(pattern, action) for pattern in patterns)


def _matches(pattern: str, action: str) -> bool:
    expression = re.escape(pattern.casefold()).replace(r"\*", ".*")
    return re.fullmatch(expression, action.casefold()) is not None


# Source: learn.microsoft.com, Azure built-in roles.
BUILT_IN = (
    Role("Owner", ("*",)),
    Role(
        "Contributor",
        ("*",),
        (
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
        ),
    ),
    Role("Reader", ("*/read",)),
    Role(
        "Cognitive Services Contributor",
        ("Microsoft.CognitiveServices/*", "Microsoft.Resources/subscriptions/resourceGroups/read"),
    ),
    Role(
        "Network Contributor",
        ("Microsoft.Network/*", "Microsoft.Resources/subscriptions/resourceGroups/read"),
    ),
    Role(
        "Private DNS Zone Contributor",
        (
            "Microsoft.Network/privateDnsZones/*",
            "Microsoft.Network/privateDnsOperationResults/*",
            "Microsoft.Network/privateDnsOperationStatuses/*",
            "Microsoft.Network/virtualNetworks/read",
            "Microsoft.Network/virtualNetworks/join/action",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
        ),
    ),
)


class Roles:
    """Role definitions and who holds them. A scope covers everything below it."""

    def __init__(self, definitions: Iterable[Role] = ()) -> None:
        self._definitions = {role.name.casefold(): role for role in (*BUILT_IN, *definitions)}
        self.assignments: list[Assignment] = []

    @classmethod
    def load(cls, *files: Path) -> Self:
        """Reads role documents, as they stand in `infra/shared/`, beside the built-in roles."""
        return cls(_read(file) for file in files)

    def assign(self, object_id: str, role: str, scope: str) -> None:
        """Gives a role at a scope. Raises RoleError for a role that nobody defined."""
        definition = self._definitions.get(role.casefold())
        if definition is None:
            raise RoleError(f"unknown role: {role} (known: {sorted(self._definitions)})")
        self.add(_assignment(object_id, definition, scope))

    def remove(self, object_id: str, role: str, scope: str) -> None:
        """Takes a role away again."""
        definition = self._definitions.get(role.casefold())
        if definition is None:
            return
        gone = _assignment(object_id, definition, scope)
        self.assignments = [a for a in self.assignments if not a.means(gone)]

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

    def allowed(self, caller: Caller, action: str, scope: str) -> bool:
        """Whether one of the caller's roles at or above `scope` allows `action`."""
        return any(
            a.object_id == caller.object_id.casefold()
            and _covers(key(a.scope), scope)
            and a.role.allows(action)
            for a in self.assignments
        )


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
