"""Does a template speak only of what is there, and use all that it declares? Nothing is evaluated for it."""

from collections.abc import Iterator
from pathlib import Path

from tests.harness.bicep.errors import BicepError
from tests.harness.bicep.evaluation import KNOWN_FUNCTIONS
from tests.harness.bicep.files import LOADERS
from tests.harness.bicep.names import references, symbol_of
from tests.harness.bicep.parser import load
from tests.harness.bicep.syntax import (
    Call,
    Declaration,
    Member,
    Module,
    Node,
    Object,
    Template,
    Text,
    object_of,
    walk,
)

_OF_MODULES = frozenset({"name", "scope", "params", "dependsOn"})


def check(template: Template) -> None:
    """Raises the first of `faults`."""
    for fault in faults(template):
        raise fault


def faults(template: Template) -> Iterator[BicepError]:
    """Everything that is wrong, in this template and in its modules."""
    used: set[str] = set()
    for declared in _declarations(template):
        for spoken in references(declared):
            used.add(spoken.name)
            if template.symbol(spoken.name) is None:
                yield BicepError(spoken.place, f"nothing is called {spoken.name!r}")
        yield from _calls(declared)
        yield from _outputs(template, declared)
    for name, own in {**template.params, **template.variables}.items():
        if name not in used:
            yield BicepError(own.place, f"{name!r} is never used")
    for module in template.modules.values():
        yield from _module(template, module)


def _declarations(template: Template) -> Iterator[Declaration]:
    yield from template.params.values()
    yield from template.variables.values()
    yield from template.resources.values()
    yield from template.modules.values()
    yield from template.outputs.values()


def _calls(declared: Node) -> Iterator[BicepError]:
    for node in walk(declared):
        if not isinstance(node, Call):
            continue
        if node.function not in KNOWN_FUNCTIONS:
            yield BicepError(node.place, f"the function {node.function}() is not supported")
        elif node.function in LOADERS:
            yield from _loads(node)


def _loads(node: Call) -> Iterator[BicepError]:
    for argument in node.arguments:
        path = argument.plain if isinstance(argument, Text) else None
        if path is None:
            yield BicepError(node.place, f"{node.function}() takes one plain path")
        elif not (node.place.file.parent / path).is_file():
            yield BicepError(node.place, f"there is no file {path}")


def _outputs(template: Template, declared: Node) -> Iterator[BicepError]:
    """`module.outputs.x`, for an x that the module has not."""
    for node in walk(declared):
        if not isinstance(node, Member) or not isinstance(node.base, Member):
            continue
        module = template.modules.get(symbol_of(node.base.base))
        if module is None or node.base.name != "outputs":
            continue
        file = _file(template, module)
        if file.is_file() and node.name not in load(file).outputs:
            yield BicepError(node.place, f"{module.path} has no output {node.name!r}")


def _module(template: Template, module: Module) -> Iterator[BicepError]:
    body = object_of(module.body)
    for entry in body.entries:
        if entry.key.plain not in _OF_MODULES:
            yield BicepError(entry.place, f"a module has no {entry.key.plain!r}")
    file = _file(template, module)
    if not file.is_file():
        yield BicepError(module.place, f"there is no file {module.path}")
        return
    inner = load(file)
    params = body.find("params")
    given = {e.key.plain: e for e in params.entries} if isinstance(params, Object) else {}
    for name, entry in given.items():
        if name not in inner.params:
            yield BicepError(entry.place, f"{module.path} takes no parameter {name!r}")
    for name, param in inner.params.items():
        if param.default is None and name not in given:
            yield BicepError(module.place, f"{module.path} needs the parameter {name!r}")
    yield from faults(inner)


def _file(template: Template, module: Module) -> Path:
    return (template.file.parent / module.path).resolve()
