"""What do operators make of two values?"""

from tests.harness.bicep.errors import BicepError
from tests.harness.bicep.syntax import Binary, Node
from tests.harness.bicep.values import Value


def kind_of(value: Value) -> str:
    match value:
        case bool():
            return "a bool"
        case dict():
            return "an object"
        case list():
            return "an array"
        case None:
            return "null"
        case _:
            return f"a {type(value).__name__}"


def number_of(node: Node, value: Value) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise BicepError(node.place, f"expected a number, not {kind_of(value)}")
    return value


def arithmetic(node: Binary, left: int, right: int) -> int | bool:
    match node.sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left // right
        case "%":
            return left % right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left >= right
