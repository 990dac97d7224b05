"""How is a template read? Declarations; their expressions are read in `expressions.py`."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from tests.harness.bicep.cursor import Cursor
from tests.harness.bicep.errors import BicepError, Place, unsupported
from tests.harness.bicep.expressions import (
    arguments,
    condition_of,
    expression,
    loop,
    object_,
    text,
)
from tests.harness.bicep.syntax import (
    Body,
    Decorator,
    If,
    Module,
    Object,
    Output,
    Param,
    Resource,
    Template,
    Type,
    Var,
    object_of,
)
from tests.harness.bicep.tokens import Lexer

SCOPES = ("resourceGroup", "subscription", "managementGroup", "tenant")
_TYPES: dict[str, Type] = {
    "string": "string",
    "int": "int",
    "bool": "bool",
    "object": "object",
    "array": "array",
}
_DECORATORS = {
    "param": {
        "description",
        "metadata",
        "secure",
        "allowed",
        "minLength",
        "maxLength",
        "minValue",
        "maxValue",
    },
    "var": {"description"},
    "resource": {"description", "batchSize"},
    "module": {"description", "batchSize"},
    "output": {"description"},
}


def parse(source: str, file: Path) -> Template:
    """Raises BicepError."""
    return _Parser(source, file).template()


@lru_cache(maxsize=256)
def _read(file: Path, stamp: int) -> Template:
    del stamp
    return parse(file.read_text("utf-8"), file)


def load(file: Path) -> Template:
    """The template in a file, read once for as long as the file stays as it is."""
    return _read(file, file.stat().st_mtime_ns)


class _Parser:
    def __init__(self, source: str, file: Path) -> None:
        self._cursor = Cursor(Lexer(source, file).tokens())
        self._names: dict[str, Place] = {}
        self._scope: str | None = None
        self._found = Template(file, "resourceGroup", {}, {}, {}, {}, {})

    def template(self) -> Template:
        cursor = self._cursor
        cursor.newlines()
        while cursor.token.kind != "end":
            self._declaration()
            cursor.end_of_line()
        return replace(self._found, scope=self._scope or "resourceGroup")

    def _declaration(self) -> None:
        decorators = self._decorators()
        token = self._cursor.token
        if token.kind != "name":
            raise self._cursor.wrong("expected a declaration")
        self._check_decorators(token.text, decorators)
        match token.text:
            case "targetScope":
                self._target_scope()
            case "metadata":
                self._metadata()
            case "param":
                self._param(decorators)
            case "var":
                self._var()
            case "resource":
                self._resource()
            case "module":
                self._module()
            case "output":
                self._output(decorators)
            case word:
                raise unsupported(token.place, f"the declaration {word!r}")

    def _decorators(self) -> tuple[Decorator, ...]:
        found: list[Decorator] = []
        while self._cursor.is_sign("@"):
            place = self._cursor.take().place
            name = self._cursor.expect_kind("name").text
            found.append(Decorator(place, name, arguments(self._cursor)))
            self._cursor.newlines()
        return tuple(found)

    @staticmethod
    def _check_decorators(kind: str, decorators: tuple[Decorator, ...]) -> None:
        for decorator in decorators:
            if decorator.name not in _DECORATORS.get(kind, set()):
                raise unsupported(decorator.place, f"the decorator @{decorator.name} on a {kind}")

    def _named(self) -> tuple[Place, str]:
        """The word of the declaration and the name after it."""
        place = self._cursor.take().place
        token = self._cursor.expect_kind("name")
        return place, token.text

    def _claim(self, place: Place, name: str) -> None:
        if name in self._names:
            raise BicepError(place, f"{name!r} is declared already at {self._names[name]}")
        self._names[name] = place

    def _target_scope(self) -> None:
        place = self._cursor.take().place
        self._cursor.expect("=")
        scope = text(self._cursor).plain
        if self._scope is not None or scope not in SCOPES:
            raise BicepError(place, f"targetScope is given once, and is one of {', '.join(SCOPES)}")
        self._scope = scope

    def _metadata(self) -> None:
        self._named()
        self._cursor.expect("=")
        expression(self._cursor)

    def _type(self) -> Type:
        token = self._cursor.expect_kind("name")
        if token.text not in _TYPES or self._cursor.is_sign("[", "?", "|"):
            raise unsupported(token.place, f"the type {token.text!r} (or what follows it)")
        return _TYPES[token.text]

    def _param(self, decorators: tuple[Decorator, ...]) -> None:
        place, name = self._named()
        self._claim(place, name)
        type_ = self._type()
        default = None
        if self._cursor.accept("="):
            default = expression(self._cursor)
        self._found.params[name] = Param(place, name, type_, default, decorators)

    def _var(self) -> None:
        place, name = self._named()
        self._claim(place, name)
        self._cursor.expect("=")
        self._found.variables[name] = Var(place, name, expression(self._cursor))

    def _output(self, decorators: tuple[Decorator, ...]) -> None:
        place, name = self._named()
        if name in self._found.outputs:
            raise BicepError(place, f"the output {name!r} is declared twice")
        type_ = self._type()
        self._cursor.expect("=")
        self._found.outputs[name] = Output(place, name, type_, expression(self._cursor), decorators)

    def _module(self) -> None:
        place, name = self._named()
        self._claim(place, name)
        path = text(self._cursor)
        if path.plain is None or not path.plain.endswith(".bicep"):
            raise unsupported(path.place, "a module that is no local .bicep file")
        self._cursor.expect("=")
        body = self._body(nested_in=None)
        self._found.modules[name] = Module(place, name, path.plain, body)

    def _resource(self) -> None:
        place, name = self._named()
        self._claim(place, name)
        self._rest_of_resource(place, name, None)

    def _rest_of_resource(self, place: Place, name: str, outer: Resource | None) -> Resource:
        type_, version = self._type_and_version(outer)
        existing = self._cursor.is_word("existing")
        if existing:
            self._cursor.take()
        self._cursor.expect("=")
        inside = outer.name if outer else ""
        full = f"{inside}::{name}" if outer else name
        # The body is read with a stand-in, so that what is nested in it knows where it belongs.
        shell = Resource(place, full, type_, version, existing, Object(place, ()), inside)
        resource = replace(shell, body=self._body(nested_in=shell))
        self._found.resources[full] = resource
        return resource

    def _type_and_version(self, outer: Resource | None) -> tuple[str, str]:
        token = text(self._cursor)
        if token.plain is None:
            raise BicepError(token.place, "the type of a resource is a plain string")
        type_, at, version = token.plain.partition("@")
        if outer is None:
            if not at or "/" not in type_:
                raise BicepError(token.place, "expected 'Namespace/type@version'")
            return type_, version
        short = type_.removeprefix(f"{outer.type}/")
        if "/" in short:
            raise BicepError(token.place, f"expected the last part of a type below {outer.type}")
        return f"{outer.type}/{short}", version or outer.version

    def _body(self, *, nested_in: Resource | None) -> Body:
        def inner(cursor: Cursor) -> Resource:
            if nested_in is None:
                raise unsupported(cursor.place, "a resource inside a module")
            self._check_decorators("nested resource", self._decorators())
            place, name = self._named()
            return self._rest_of_resource(place, name, nested_in)

        cursor = self._cursor
        if cursor.is_word("if"):
            return condition_of(cursor, inner)
        if not cursor.accept("["):
            return object_(cursor, inner)
        cursor.newlines()
        found = loop(cursor, inner)
        if not isinstance(found.body, Object | If):
            raise BicepError(found.place, "the body of a loop of resources is an object")
        if object_of(found).nested:
            raise unsupported(found.place, "a resource nested in a loop")
        return found
