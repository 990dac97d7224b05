"""Which functions of Bicep are there, and what do they answer? Those that need no deployment."""

import base64
import hashlib
import ipaddress
import json
import uuid
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any

from tests.harness.bicep.values import Function, Value

# That ARM's guid() uses this namespace and joins with a dash is not verified; only stability matters here.
_NAMESPACE = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


def guid(*texts: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, "-".join(texts)))


def unique_string(*texts: str) -> str:
    """A stand-in: 13 characters that depend on nothing else. Azure's own algorithm is not published."""
    digest = hashlib.sha256("-".join(texts).encode()).digest()
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:13])


def union(*values: Value) -> Value:
    """Source: bicep-functions-object: objects merge deeply, arrays without doubles."""
    if all(isinstance(value, list) for value in values):
        items: list[Value] = []
        for item in chain.from_iterable(values):
            if item not in items:
                items.append(item)
        return items
    merged: dict[str, Value] = {}
    for value in values:
        if not isinstance(value, Mapping):
            raise TypeError("union() takes objects, or arrays")
        merged = _merged(merged, value)
    return merged


def _merged(first: Mapping[str, Value], second: Mapping[str, Value]) -> dict[str, Value]:
    found = dict(first)
    for name, value in second.items():
        before = found.get(name)
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        found[name] = _merged(before, value) if before is not None and both else value
    return found


def contains(container: Value, item: Value) -> bool:
    """Source: bicep-functions-object: the names of an object without case, everything else with it."""
    if isinstance(container, Mapping):
        return str(item).casefold() in {name.casefold() for name in container}
    return item in container


def text_of(value: Value) -> str:
    """What `string()` and an interpolation make of a value."""
    match value:
        case str():
            return value
        case bool():
            return "True" if value else "False"
        case int():
            return str(value)
        case dict() | list():
            return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        case _:
            raise TypeError(f"{type(value).__name__} is no text")


def format_(pattern: str, *values: Value) -> str:
    for number, value in enumerate(values):
        pattern = pattern.replace(f"{{{number}}}", text_of(value))
    return pattern


def split(text: str, separator: str | list[str]) -> list[str]:
    if isinstance(separator, list):
        raise TypeError("split() with several separators is not supported")
    return text.split(separator)


def items(value: Mapping[str, Value]) -> list[Value]:
    """Source: bicep-functions-object: sorted by key."""
    return [{"key": name, "value": value[name]} for name in sorted(value)]


def flatten(lists: list[list[Value]]) -> list[Value]:
    return list(chain.from_iterable(lists))


def intersection(first: list[Value], second: list[Value]) -> list[Value]:
    return [item for item in first if item in second]


def int_(value: Value) -> int:
    return int(value)


def array(value: Value) -> list[Value]:
    return value if isinstance(value, list) else [value]


def take(value: Value, count: int) -> Value:
    return value[: max(count, 0)]


def skip(value: Value, count: int) -> Value:
    return value[max(count, 0) :]


def range_(start: int, count: int) -> list[int]:
    return list(range(start, start + count))


def first(value: Value) -> Value:
    """Source: bicep-functions-array: null for an empty array, an empty text for an empty text."""
    return value[0] if value else ("" if isinstance(value, str) else None)


def last(value: Value) -> Value:
    return value[-1] if value else ("" if isinstance(value, str) else None)


def starts_with(text: str, start: str) -> bool:
    return text.casefold().startswith(start.casefold())


def ends_with(text: str, end: str) -> bool:
    return text.casefold().endswith(end.casefold())


def cidr_subnet(prefix: str, size: int, index: int) -> str:
    network = ipaddress.ip_network(prefix)
    return str(list(network.subnets(new_prefix=size))[index])


def pad_left(value: Value, width: int, filler: str = " ") -> str:
    return text_of(value).rjust(width, filler)


def map_(values: list[Value], function: Function) -> list[Value]:
    return [function(value) for value in values]


def filter_(values: list[Value], function: Function) -> list[Value]:
    return [value for value in values if function(value)]


def to_object(
    values: list[Value], name: Function, value: Function | None = None
) -> dict[str, Value]:
    return {name(each): value(each) if value else each for each in values}


def reduce(values: list[Value], start: Value, function: Function) -> Value:
    for value in values:
        start = function(start, value)
    return start


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def subscription_resource_id(*parts: str) -> str:
    """`[subscription,] type, names`; the evaluator puts the subscription in front."""
    subscription, type_, *names = parts
    return f"/subscriptions/{subscription}/providers/{_path(type_, names)}"


def resource_id(*parts: str) -> str:
    subscription, group, type_, *names = parts
    return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{_path(type_, names)}"


def tenant_resource_id(type_: str, *names: str) -> str:
    return f"/providers/{_path(type_, list(names))}"


def extension_resource_id(holder: str, type_: str, *names: str) -> str:
    return f"{holder}/providers/{_path(type_, list(names))}"


def _path(type_: str, names: list[str]) -> str:
    namespace, *kinds = type_.split("/")
    if len(kinds) != len(names):
        raise TypeError(f"{type_} takes {len(kinds)} names, not {len(names)}")
    pairs = (f"{kind}/{name}" for kind, name in zip(kinds, names, strict=True))
    return "/".join((namespace, *pairs))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "any": lambda value: value,
    "array": array,
    "base64": _base64,
    "bool": lambda value: value if isinstance(value, bool) else str(value).casefold() == "true",
    "cidrSubnet": cidr_subnet,
    "concat": lambda *values: (
        flatten(list(values)) if isinstance(values[0], list) else "".join(values)
    ),
    "contains": contains,
    "empty": lambda value: value is None or len(value) == 0,
    "endsWith": ends_with,
    "extensionResourceId": extension_resource_id,
    "filter": filter_,
    "first": first,
    "flatten": flatten,
    "format": format_,
    "guid": guid,
    "indexOf": lambda text, part: text.casefold().find(part.casefold()),
    "int": int_,
    "intersection": intersection,
    "items": items,
    "join": lambda values, separator: separator.join(map(text_of, values)),
    "json": json.loads,
    "last": last,
    "length": len,
    "map": map_,
    "max": lambda *values: max(values),
    "min": lambda *values: min(values),
    "objectKeys": sorted,
    "padLeft": pad_left,
    "range": range_,
    "reduce": reduce,
    "replace": lambda text, old, new: text.replace(old, new),
    "skip": skip,
    "split": split,
    "startsWith": starts_with,
    "string": text_of,
    "substring": lambda text, start, count=None: (
        text[start:] if count is None else text[start : start + count]
    ),
    "take": take,
    "tenantResourceId": tenant_resource_id,
    "toLower": lambda text: text.lower(),
    "toObject": to_object,
    "toUpper": lambda text: text.upper(),
    "trim": lambda text: text.strip(),
    "union": union,
    "uniqueString": unique_string,
}
