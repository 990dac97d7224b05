"""Who may do what, where? Role documents, assignments, and the answer."""

import json
import re
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
        self._assignments: list[tuple[str, Role, str]] = []

    @classmethod
    def load(cls, *files: Path) -> Self:
        """Reads role documents, as they stand in `infra/shared/`, beside the built-in roles."""
        return cls(_read(file) for file in files)

    def assign(self, object_id: str, role: str, scope: str) -> None:
        """Gives a role at a scope. Raises RoleError for a role that nobody defined."""
        definition = self._definitions.get(role.casefold())
        if definition is None:
            raise RoleError(f"unknown role: {role} (known: {sorted(self._definitions)})")
        self._assignments.append((object_id.casefold(), definition, key(scope)))

    def remove(self, object_id: str, role: str, scope: str) -> None:
        """Takes a role away again."""
        wanted = (object_id.casefold(), role.casefold(), key(scope))
        self._assignments = [
            a for a in self._assignments if (a[0], a[1].name.casefold(), a[2]) != wanted
        ]

    def allowed(self, caller: Caller, action: str, scope: str) -> bool:
        """Whether one of the caller's roles at or above `scope` allows `action`."""
        return any(
            holder == caller.object_id.casefold() and _covers(place, scope) and role.allows(action)
            for holder, role, place in self._assignments
        )


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
