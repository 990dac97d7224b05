"""What can an expression amount to? JSON values, and what stands for a resource, a module or a scope."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.harness.bicep.scopes import Scope
from tests.harness.bicep.syntax import Module, Resource, Type

type Json = dict[str, Any]
type Value = Any


@dataclass(slots=True, eq=False)
class Instance:
    """One resource of a deployment: its id is known from the start, the rest once it is there."""

    declared: Resource
    id: str
    name: str
    active: bool
    body: Json | None = None


@dataclass(slots=True, eq=False)
class Run:
    """One deployment of a module; its outputs are known once it has ended."""

    declared: Module
    name: str
    active: bool
    outputs: Json | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A scope as a value: `resourceGroup(...)`, `subscription()`, with what can be read of it."""

    scope: Scope
    facts: Json = field(default_factory=dict)


class NeedsError(Exception):
    """The value of something that exists is wanted: it must be read first."""

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance.id)
        self.instance = instance


type Function = Callable[..., Value]


def type_of(value: Value) -> Type | str:
    match value:
        case bool():
            return "bool"
        case int():
            return "int"
        case str():
            return "string"
        case dict():
            return "object"
        case list():
            return "array"
        case None:
            return "null"
        case _:
            return type(value).__name__.casefold()
