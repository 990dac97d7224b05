"""What does an expression amount to, here and now?"""

from collections.abc import Callable, Mapping

from tests.harness.bicep import functions
from tests.harness.bicep.errors import BicepError, unsupported
from tests.harness.bicep.files import LOADERS
from tests.harness.bicep.names import symbol_of
from tests.harness.bicep.operators import arithmetic, kind_of, number_of
from tests.harness.bicep.surroundings import OWN, Symbols
from tests.harness.bicep.syntax import (
    Array,
    Binary,
    Call,
    Expression,
    If,
    Index,
    Lambda,
    Literal,
    Loop,
    Member,
    Name,
    Nested,
    Object,
    Ternary,
    Text,
    Unary,
)
from tests.harness.bicep.syntax import Node as SyntaxNode
from tests.harness.bicep.values import Function, Instance, Json, NeedsError, Place, Run, Value

type Locals = Mapping[str, Value]


class Evaluator:
    """Evaluates expressions over the symbols of one template."""

    def __init__(self, symbols: Symbols) -> None:
        self._symbols = symbols

    def evaluate(self, node: Expression, given: Locals) -> Value:
        """Raises BicepError; NeedsError when something that exists must be read first."""
        match node:
            case Literal():
                return node.value
            case Text():
                return "".join(self._part(part, given) for part in node.parts)
            case Array():
                return [self.evaluate(item, given) for item in node.items]
            case Object():
                return self.object(node, given)
            case Loop():
                return self._loop(node, given)
            case Lambda():
                return self._lambda(node, given)
            case Name() | Nested() | Member() | Index() | Call():
                return self._named(node, given)
            case _:
                return self._chosen(node, given)

    def _named(self, node: Name | Nested | Member | Index | Call, given: Locals) -> Value:
        match node:
            case Name():
                return given[node.name] if node.name in given else self._symbols.value(node)
            case Nested():
                return self._symbols.value(Name(node.place, symbol_of(node)))
            case Member():
                return self._member(node, given)
            case Index():
                return self._index(node, given)
            case Call():
                return self._call(node, given)

    def _chosen(self, node: Ternary | Unary | Binary, given: Locals) -> Value:
        match node:
            case Ternary():
                chosen = node.then if self.truth(node.condition, given) else node.otherwise
                return self.evaluate(chosen, given)
            case Unary():
                return self._unary(node, given)
            case Binary():
                return self._binary(node, given)

    def object(self, node: Object, given: Locals, without: frozenset[str] = frozenset()) -> Json:
        """The entries, but for some."""
        return {
            self.evaluate(entry.key, given): self.evaluate(entry.value, given)
            for entry in node.entries
            if entry.key.plain not in without
        }

    def truth(self, node: Expression, given: Locals) -> bool:
        value = self.evaluate(node, given)
        if not isinstance(value, bool):
            raise BicepError(node.place, f"expected true or false, not {kind_of(value)}")
        return value

    def turns(self, node: Loop, given: Locals) -> list[Locals]:
        """What the names of a loop stand for, turn by turn."""
        over = self.evaluate(node.over, given)
        if not isinstance(over, list):
            raise BicepError(node.place, f"a loop goes over an array, not {kind_of(over)}")
        named = ({node.item: item} for item in over)
        index = node.index
        return [
            {**given, **turn, **({index: number} if index else {})}
            for number, turn in enumerate(named)
        ]

    # --- how

    def _part(self, part: str | Expression, given: Locals) -> str:
        if isinstance(part, str):
            return part
        return str(_guarded(part, lambda: functions.text_of(self.evaluate(part, given))))

    def _loop(self, node: Loop, given: Locals) -> list[Value]:
        if isinstance(node.body, If):
            raise unsupported(node.body.place, "a condition in a loop of values")
        return [self.evaluate(node.body, turn) for turn in self.turns(node, given)]

    def _lambda(self, node: Lambda, given: Locals) -> Function:
        def call(*values: Value) -> Value:
            named = dict(zip(node.names, values, strict=True))
            return self.evaluate(node.body, {**given, **named})

        return call

    def _member(self, node: Member, given: Locals) -> Value:
        base = self.evaluate(node.base, given)
        match base:
            case Instance():
                return _of_instance(node, base)
            case Run():
                return _of_run(node, base)
            case Place() if node.name in base.facts:
                return base.facts[node.name]
            case dict() if node.name in base or node.safe:
                return base.get(node.name)
            case None if node.safe:
                return None
            case dict():
                raise BicepError(node.place, f"there is no property {node.name!r}: {sorted(base)}")
            case _:
                raise BicepError(node.place, f"{kind_of(base)} has no property {node.name!r}")

    def _index(self, node: Index, given: Locals) -> Value:
        base = self.evaluate(node.base, given)
        index = self.evaluate(node.index, given)
        match base, index:
            case None, _ if node.safe:
                return None
            case dict(), str() if index in base or node.safe:
                return base.get(index)
            case list(), int() if 0 <= index < len(base):
                return base[index]
            case list(), int() if node.safe:
                return None
            case _:
                raise BicepError(node.place, f"{kind_of(base)} has no element {index!r}")

    def _unary(self, node: Unary, given: Locals) -> Value:
        if node.sign == "!":
            return not self.truth(node.operand, given)
        return -number_of(node.operand, self.evaluate(node.operand, given))

    def _binary(self, node: Binary, given: Locals) -> Value:
        match node.sign:
            case "&&":
                return self.truth(node.left, given) and self.truth(node.right, given)
            case "||":
                return self.truth(node.left, given) or self.truth(node.right, given)
            case "??":
                left = self.evaluate(node.left, given)
                return self.evaluate(node.right, given) if left is None else left
            case _:
                return self._compared(node, given)

    def _compared(self, node: Binary, given: Locals) -> Value:
        left, right = self.evaluate(node.left, given), self.evaluate(node.right, given)
        match node.sign:
            case "==":
                return kind_of(left) == kind_of(right) and left == right
            case "!=":
                return kind_of(left) != kind_of(right) or left != right
            case "=~":
                return str(left).casefold() == str(right).casefold()
            case "!~":
                return str(left).casefold() != str(right).casefold()
            case _:
                return arithmetic(node, number_of(node.left, left), number_of(node.right, right))

    # --- functions

    def _call(self, node: Call, given: Locals) -> Value:
        own = OWN.get(node.function)
        if own is not None:
            return _guarded(node, lambda: own(self._symbols, *self._values(node, given)))
        if node.function in LOADERS:
            return _loaded(node)
        plain = functions.FUNCTIONS.get(node.function)
        if plain is None:
            raise unsupported(node.place, f"the function {node.function}()")
        values = self._values(node, given)
        return _guarded(node, lambda: plain(*values))

    def _values(self, node: Call, given: Locals) -> list[Value]:
        return [self.evaluate(argument, given) for argument in node.arguments]


def _guarded(node: SyntaxNode, work: Callable[[], Value]) -> Value:
    """What goes wrong inside a function is told with the place of its call."""
    try:
        return work()
    except (BicepError, NeedsError):
        raise
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise BicepError(node.place, str(error)) from error


def _loaded(node: Call) -> Value:
    """Source: bicep-functions-files: the path is a constant, relative to the template."""
    paths = [a.plain for a in node.arguments if isinstance(a, Text)]
    if len(paths) != 1 or len(node.arguments) != 1 or paths[0] is None:
        raise unsupported(node.place, f"{node.function}() with anything but one plain path")
    file = node.place.file.parent / paths[0]
    if not file.is_file():
        raise BicepError(node.place, f"there is no file {file}")
    return _guarded(node, lambda: LOADERS[node.function](file))


def _of_instance(node: Member, instance: Instance) -> Value:
    known = {
        "id": instance.id,
        "name": instance.name,
        "type": instance.declared.type,
        "apiVersion": instance.declared.version,
    }
    if node.name in known:
        return known[node.name]
    if not instance.active:
        raise BicepError(node.place, f"{instance.id} is not deployed: its condition is false")
    if instance.body is None and instance.declared.existing:
        raise NeedsError(instance)
    if instance.body is None:
        raise BicepError(
            node.place,
            f"{node.name!r} of {instance.declared.name!r} is known only once it is deployed",
        )
    if node.name not in instance.body and not node.safe:
        raise BicepError(node.place, f"{instance.id} has no {node.name!r}: {sorted(instance.body)}")
    return instance.body.get(node.name)


def _of_run(node: Member, run: Run) -> Value:
    if node.name == "name":
        return run.name
    if node.name != "outputs":
        raise BicepError(node.place, f"a module has no {node.name!r}")
    if not run.active:
        raise BicepError(
            node.place, f"the module {run.name!r} does not run: its condition is false"
        )
    if run.outputs is None:
        raise BicepError(node.place, f"the outputs of {run.name!r} are known only once it has run")
    return run.outputs


KNOWN_FUNCTIONS = frozenset({*functions.FUNCTIONS, *LOADERS, *OWN})
