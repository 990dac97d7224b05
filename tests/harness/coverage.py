"""Which calls of ARM does the lab answer? The table in README.md, written from the routes of the ARM door.

Run `python -m tests.harness.coverage` from the root; a test compares the page with what this would write.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.harness.arm.exchange import Route
from tests.harness.arm.routing import ROUTES, versions

PAGE = Path(__file__).with_name("README.md")
BEGIN = "<!-- coverage: written by `python -m tests.harness.coverage` -->"
END = "<!-- coverage ends -->"

_HEAD = """\
| type | one | all of them | besides `api-version` | api-versions |
|---|---|---|---|---|
"""
_METHODS = ("GET", "PUT", "PATCH", "DELETE", "POST")


def table() -> str:
    """One row for each type, in the order of the alphabet."""
    types = sorted({route.type for route in ROUTES})
    return _HEAD + "".join(_row(type_) for type_ in types)


def renewed(page: str) -> str:
    """The page with the table as it is today. Raises ValueError when the marks are not there."""
    before, mark, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise ValueError(f"{PAGE} lacks {BEGIN if not mark else END}")
    return f"{before}{BEGIN}\n\n{table()}\n{END}{after}"


def write() -> None:
    PAGE.write_text(renewed(PAGE.read_text("utf-8")), "utf-8")


def _row(type_: str) -> str:
    routes = [route for route in ROUTES if route.type == type_]
    cells = (
        f"`{type_}`",
        _methods(route for route in routes if not route.collection),
        _methods(route for route in routes if route.collection),
        _extras(routes),
        ", ".join(versions(type_)),
    )
    return f"| {' | '.join(cells)} |\n"


def _methods(routes: Iterable[Route]) -> str:
    have = {route.method for route in routes}
    return ", ".join(method for method in _METHODS if method in have)


def _extras(routes: Sequence[Route]) -> str:
    """Query parameters, and the headers of conditional writes."""
    names = sorted(set[str]().union(*(route.query for route in routes)))
    if any(route.conditional for route in routes):
        names += ["If-Match", "If-None-Match"]
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    write()
