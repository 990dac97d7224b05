"""May a parameter have this value, and which value has it when none is given?"""

from collections.abc import Callable, Mapping

from tests.harness.bicep.errors import BicepError, Place
from tests.harness.bicep.evaluation import Evaluator
from tests.harness.bicep.syntax import Decorator, Node, Param, Template
from tests.harness.bicep.values import Json, Value, type_of


def check_names(template: Template, given: Mapping[str, Value], node: Node | None = None) -> None:
    """Raises for what the template does not take, and for what it needs and does not get."""
    unknown = sorted(set(given) - set(template.params))
    missing = sorted(n for n, p in template.params.items() if p.default is None and n not in given)
    for names, what in ((unknown, "does not take"), (missing, "needs")):
        if names:
            place = node.place if node else start_of(template)
            raise BicepError(place, f"{template.file.name} {what} the parameters {names}")


def start_of(template: Template) -> Place:
    return Place(template.file, 1, 1)


def check_value(param: Param, value: Value, evaluator: Evaluator) -> None:
    """Raises when the value is of another type, or outside what the decorators say."""
    if type_of(value) != param.type:
        raise BicepError(param.place, f"{param.name!r} is {_article(param.type)}, not {value!r}")
    for decorator in param.decorators:
        _check(param, decorator, value, [evaluator.evaluate(a, {}) for a in decorator.arguments])


def _check(param: Param, decorator: Decorator, value: Value, said: list[Value]) -> None:
    refused = _REFUSALS.get(decorator.name)
    if refused is not None and refused(value, said[0]):
        raise BicepError(
            param.place, f"{param.name!r} is {value!r}: against @{decorator.name}({said[0]!r})"
        )


_REFUSALS: dict[str, Callable[[Value, Value], bool]] = {
    "allowed": lambda value, said: value not in said and not _all_in(value, said),
    "minLength": lambda value, said: len(value) < said,
    "maxLength": lambda value, said: len(value) > said,
    "minValue": lambda value, said: value < said,
    "maxValue": lambda value, said: value > said,
}


def _all_in(value: Value, allowed: Value) -> bool:
    """Source: Bicep's parameters: of an array with @allowed every item must be allowed."""
    return isinstance(value, list) and all(item in allowed for item in value)


def _article(type_: str) -> str:
    return f"an {type_}" if type_[0] in "aio" else f"a {type_}"


def check_output(place_of: Node, name: str, type_: str, value: Value) -> None:
    if type_of(value) != type_:
        raise BicepError(place_of.place, f"the output {name!r} is {_article(type_)}, not {value!r}")


def plain(node: Node, value: Value, path: str = "") -> Value:
    """The value as JSON. Raises when a resource or a scope stands where text should."""
    match value:
        case dict():
            return {name: plain(node, item, f"{path}.{name}") for name, item in value.items()}
        case list():
            return [plain(node, item, f"{path}[{n}]") for n, item in enumerate(value)]
        case str() | bool() | int() | None:
            return value
        case _:
            raise BicepError(node.place, f"the value{path} is no JSON: {type_of(value)}")


def body_of(document: Json) -> dict[str, Value]:
    """The values in a parameters file. Raises ValueError."""
    unknown = set(document) - {"$schema", "contentVersion", "parameters"}
    if unknown:
        raise ValueError(f"unknown entries of a parameters file: {sorted(unknown)}")
    return {name: given["value"] for name, given in document["parameters"].items()}
