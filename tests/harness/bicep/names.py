"""Which declarations does an expression speak of?"""

from collections.abc import Iterator

from tests.harness.bicep.syntax import (
    Expression,
    Index,
    Lambda,
    Loop,
    Name,
    Nested,
    Node,
    Resource,
    Template,
    Var,
    object_of,
    parts_of,
)


def references(node: Node, hidden: frozenset[str] = frozenset()) -> Iterator[Name]:
    """Every free name; `outer::inner` is one name. What loops and lambdas name themselves is left out."""
    match node:
        case Name() if node.name not in hidden:
            yield node
        case Nested():
            yield Name(node.place, symbol_of(node))
        case Loop():
            yield from references(node.over, hidden)
            yield from references(node.body, hidden | node.names)
        case Lambda():
            yield from references(node.body, hidden | frozenset(node.names))
        case _:
            for part in parts_of(node):
                if not isinstance(part, Resource):
                    yield from references(part, hidden)


def symbol_of(node: Expression) -> str:
    """The symbol that `outer::inner`, `rg[0]` or `rg` begins with; empty when it is none."""
    match node:
        case Name():
            return node.name
        case Index():
            return symbol_of(node.base)
        case Nested():
            return f"{symbol_of(node.base)}::{node.name}"
        case _:
            return ""


def needs(template: Template, symbol: str) -> frozenset[str]:
    """The resources and modules that must be there first: also those behind variables and existing resources.

    One element of a loop waits for all elements of another that it names, where Azure waits for the one it names.
    """
    found: set[str] = set()
    seen: set[str] = {symbol}
    waiting = list(_direct(template, symbol))
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        declared = template.symbol(name)
        is_behind = isinstance(declared, Var) or (
            isinstance(declared, Resource) and declared.existing
        )
        if is_behind:
            waiting.extend(_direct(template, name))
        elif name in template.resources or name in template.modules:
            found.add(name)
    return frozenset(found)


def _direct(template: Template, symbol: str) -> Iterator[str]:
    declared = template.symbol(symbol)
    if declared is None:
        return
    yield from (reference.name for reference in references(declared))
    if isinstance(declared, Resource) and declared.inside:
        yield declared.inside


def entry(node: Node, name: str) -> Expression | None:
    """An entry of the body of a resource or a module."""
    assert hasattr(node, "body")
    return object_of(node.body).find(name)
