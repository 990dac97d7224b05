"""What is a role? A name, what it allows, and where it may be given."""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """Actions that are allowed; `*` stands for anything. `id` is a custom definition's, `built_in` Azure's own."""

    name: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()
    assignable: tuple[str, ...] = ("/",)
    id: str = ""
    built_in: str = ""

    def allows(self, action: str) -> bool:
        return _any(self.actions, action) and not _any(self.not_actions, action)

    def allows_data(self, action: str) -> bool:
        return _any(self.data_actions, action) and not _any(self.not_data_actions, action)

    @property
    def guid(self) -> str:
        """The name of its definition; for a role that only the lab knows, a pure function of the name."""
        return self.id or self.built_in or str(uuid.uuid5(uuid.NAMESPACE_OID, self.name))


def _any(patterns: Iterable[str], action: str) -> bool:
    return any(_matches(pattern, action) for pattern in patterns)


def _matches(pattern: str, action: str) -> bool:
    expression = re.escape(pattern.casefold()).replace(r"\*", ".*")
    return re.fullmatch(expression, action.casefold()) is not None
