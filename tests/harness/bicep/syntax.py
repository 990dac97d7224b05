"""What is a template made of? Declarations and expressions, each with its place."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal as OneOf

from tests.harness.bicep.errors import Place


@dataclass(frozen=True, slots=True)
class Node:
    place: Place


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A number, a truth value or null."""

    value: int | bool | None


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A string: texts and interpolated expressions in turn."""

    parts: tuple["str | Expression", ...]

    @property
    def plain(self) -> str | None:
        """What it says when nothing is interpolated."""
        only = self.parts[0]
        return only if len(self.parts) == 1 and isinstance(only, str) else None


@dataclass(frozen=True, slots=True)
class Array(Node):
    items: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Entry(Node):
    key: Text
    value: "Expression"


@dataclass(frozen=True, slots=True)
class Object(Node):
    entries: tuple[Entry, ...]
    nested: tuple["Resource", ...] = ()

    def find(self, name: str) -> "Expression | None":
        return next((e.value for e in self.entries if e.key.plain == name), None)


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Member(Node):
    """`base.name`, or `base.?name` when safe."""

    base: "Expression"
    name: str
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Index(Node):
    """`base[index]`, or `base[?index]` when safe."""

    base: "Expression"
    index: "Expression"
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Nested(Node):
    """`base::name`: a resource that is declared inside another."""

    base: "Expression"
    name: str


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: str
    arguments: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Lambda(Node):
    names: tuple[str, ...]
    body: "Expression"


@dataclass(frozen=True, slots=True)
class Unary(Node):
    sign: str
    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Binary(Node):
    sign: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Ternary(Node):
    condition: "Expression"
    then: "Expression"
    otherwise: "Expression"


@dataclass(frozen=True, slots=True)
class If(Node):
    """The condition of a resource, a module or an item of a loop."""

    condition: "Expression"
    body: Object


@dataclass(frozen=True, slots=True)
class Loop(Node):
    item: str
    index: str | None
    over: "Expression"
    body: "Expression | If"

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for name in (self.item, self.index) if name)


type Expression = (
    Literal
    | Text
    | Array
    | Object
    | Name
    | Member
    | Index
    | Nested
    | Call
    | Lambda
    | Unary
    | Binary
    | Ternary
    | Loop
)
type Body = Object | If | Loop
type Type = OneOf["string", "int", "bool", "object", "array"]


@dataclass(frozen=True, slots=True)
class Decorator(Node):
    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Param(Node):
    name: str
    type: Type
    default: Expression | None
    decorators: tuple[Decorator, ...]

    def decorator(self, name: str) -> Decorator | None:
        return next((d for d in self.decorators if d.name == name), None)


@dataclass(frozen=True, slots=True)
class Var(Node):
    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Resource(Node):
    """`resource name 'type@version'`; one inside another has the other's name in `inside`."""

    name: str
    type: str
    version: str
    existing: bool
    body: Body
    inside: str = ""


@dataclass(frozen=True, slots=True)
class Module(Node):
    name: str
    path: str
    body: Body


@dataclass(frozen=True, slots=True)
class Output(Node):
    name: str
    type: Type
    value: Expression
    decorators: tuple[Decorator, ...]


type Symbol = Param | Var | Resource | Module
type Declaration = Param | Var | Resource | Module | Output


@dataclass(frozen=True, slots=True)
class Template:
    """One file. Nested resources stand among the others, under `outer::inner`."""

    file: Path
    scope: str
    params: dict[str, Param]
    variables: dict[str, Var]
    resources: dict[str, Resource]
    modules: dict[str, Module]
    outputs: dict[str, Output]

    def symbol(self, name: str) -> Symbol | None:
        """What a name in an expression stands for; outputs cannot be referred to."""
        return (
            self.params.get(name)
            or self.variables.get(name)
            or self.resources.get(name)
            or self.modules.get(name)
        )


def object_of(body: Body) -> Object:
    """The object inside a condition or a loop."""
    while not isinstance(body, Object):
        inner = body.body
        assert isinstance(inner, Object | If)
        body = inner
    return body


def parts_of(node: Node) -> Iterator[Node]:
    """The nodes directly inside a node."""
    for field in fields(node):
        value = getattr(node, field.name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Node):
                yield each


def walk(node: Node) -> Iterator[Node]:
    """The node and everything inside it; resources inside a resource stand for themselves."""
    yield node
    for part in parts_of(node):
        if not isinstance(part, Resource):
            yield from walk(part)
