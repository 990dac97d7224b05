"""How is a request's body read, strictly? Small readers, put together into shapes in `bodies.py`.

What a shape does not list is refused by name; what it calls read-only is accepted and dropped, as Azure does with a
body that was read and sent back.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tests.harness.arm.errors import member_unknown, not_json
from tests.harness.world import Json

type Reader = Callable[[Any, str], Any]


def text(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise not_json(f"Expected a string. Path '{path}'.")
    return value


def flag(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise not_json(f"Expected a boolean. Path '{path}'.")
    return value


def number(value: Any, path: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise not_json(f"Expected an integer. Path '{path}'.")
    return value


def anything(value: Any, path: str) -> Any:
    """Kept as it is: the lab derives nothing from it."""
    del path
    return value


def read_only(value: Any, path: str) -> None:
    """Accepted and dropped."""
    del value, path


def words(*allowed: str) -> Reader:
    """One of a few words; case does not matter, Azure's spelling is kept."""

    def read(value: Any, path: str) -> str:
        known = {word.casefold(): word for word in allowed}
        spelled = known.get(text(value, path).casefold())
        if spelled is None:
            raise not_json(f"'{value}' is not one of {', '.join(allowed)}. Path '{path}'.")
        return spelled

    return read


def listing(item: Reader) -> Reader:
    def read(value: Any, path: str) -> list[Any]:
        if not isinstance(value, list):
            raise not_json(f"Expected an array. Path '{path}'.")
        return [item(element, f"{path}[{index}]") for index, element in enumerate(value)]

    return read


def mapping(value: Any, path: str) -> dict[str, str]:
    if not isinstance(value, dict):
        raise not_json(f"Expected an object. Path '{path}'.")
    return {name: text(item, f"{path}.{name}") for name, item in value.items()}


def record(fields: Mapping[str, Reader], *, required: str = "", keep_null: bool = False) -> Reader:
    """An object with these properties and no others; null means absent unless `keep_null`."""

    def read(value: Any, path: str) -> Json:
        if not isinstance(value, dict):
            raise not_json(f"Expected an object. Path '{path}'.")
        found: Json = {}
        for name, item in value.items():
            where = f"{path}.{name}".lstrip(".")
            reader = fields.get(name)
            if reader is None:
                raise member_unknown(where)
            if reader is not read_only and (item is not None or keep_null):
                found[name] = item if item is None else reader(item, where)
        for name in required.split():
            if found.get(name) is None:
                raise not_json(f"Required property '{name}' not found. Path '{path}'.")
        return found

    return read
