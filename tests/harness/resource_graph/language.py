"""Which questions does the index understand? A small part of Kusto, and nothing beside it.

    table | where CONDITION | project NAME [= VALUE], ... | order by NAME asc

CONDITION: `=~`, `contains`, `in~ (...)`, `isnotempty(...)`, `and`, `or`, parentheses.
VALUE: a column, a path into a dynamic column, `tostring(...)`, `tolower(...)`, a string.
What is not listed is refused, and says so: this file is the one to extend.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.harness.world import Json

type Value = Callable[[Json], Any]

_TOKEN = re.compile(r"\s*(?:('[^'\\]*')|([A-Za-z_][A-Za-z0-9_]*)|(=~|in~|[|,().=]))")
_WORDS = frozenset({"where", "project", "order", "by", "asc", "and", "or", "contains", "in"})


class KqlError(ValueError):
    """A construct that the lab does not know."""


@dataclass(frozen=True, slots=True)
class Query:
    """One question: rows of a table that fit, some of their columns, in an order."""

    table: str
    conditions: tuple[Value, ...]
    columns: Mapping[str, Value] | None
    order: str

    def rows(self, table: list[Json]) -> list[Json]:
        """The rows that fit, in the order asked for, not projected yet."""
        fitting = [row for row in table if all(condition(row) for condition in self.conditions)]
        return sorted(fitting, key=lambda row: sorting(row[self.order])) if self.order else fitting

    def shown(self, row: Json) -> Json:
        if self.columns is None:
            return row
        return {name: value(row) for name, value in self.columns.items()}


def parse(text: str, tables: Mapping[str, frozenset[str]]) -> Query:
    """`tables` says which columns each table has. Raises KqlError."""
    return _Parser(_tokens(text), tables).query()


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise KqlError(f"what begins with {text[at:].strip()[:30]!r}")
        at = found.end()
        token = found.group(found.lastindex or 0)
        joined = token == "in" and text[at : at + 1] == "~"
        at += joined
        tokens.append("in~" if joined else token)
    return tokens


class _Parser:
    def __init__(self, tokens: list[str], tables: Mapping[str, frozenset[str]]) -> None:
        self._tokens = tokens
        self._tables = tables
        self._known: frozenset[str] = frozenset()

    def query(self) -> Query:
        table = self._name().casefold()
        if table not in self._tables:
            raise KqlError(f"the table {table}")
        self._known = self._tables[table]
        conditions: list[Value] = []
        columns: dict[str, Value] | None = None
        order = ""
        while self._tokens:
            self._expect("|")
            verb = self._take()
            if verb == "where" and columns is None:
                conditions.append(self._condition())
            elif verb == "project" and columns is None:
                columns = self._projection()
            elif verb == "order" and not order:
                order = self._order(columns)
            else:
                raise KqlError(f"{verb} at this place")
        return Query(table, tuple(conditions), columns, order)

    def _projection(self) -> dict[str, Value]:
        columns: dict[str, Value] = {}
        while True:
            name = self._name()
            if self._next("="):
                columns[name] = self._value()
            else:
                columns[name] = self._path([name])
            if not self._next(","):
                return columns

    def _order(self, columns: dict[str, Value] | None) -> str:
        self._expect("by")
        name = self._name()
        self._expect("asc")
        if name not in self._known or (columns is not None and name not in columns):
            raise KqlError(f"an order by {name}")
        return name

    def _condition(self) -> Value:
        """`and` binds more closely than `or`."""
        choices = [self._conjunction()]
        while self._next("or"):
            choices.append(self._conjunction())
        return lambda row: any(choice(row) for choice in choices)

    def _conjunction(self) -> Value:
        parts = [self._comparison()]
        while self._next("and"):
            parts.append(self._comparison())
        return lambda row: all(part(row) for part in parts)

    def _comparison(self) -> Value:
        if self._next("("):
            inner = self._condition()
            self._expect(")")
            return inner
        if self._next("isnotempty"):
            value = self._argument()
            return lambda row: as_text(value(row)) != ""
        left, operator = self._value(), self._take()
        if operator == "=~":
            right = self._value()
            return lambda row: as_text(left(row)).casefold() == as_text(right(row)).casefold()
        if operator == "contains":
            part = self._string().casefold()
            return lambda row: part in as_text(left(row)).casefold()
        if operator == "in~":
            words = self._strings()
            return lambda row: as_text(left(row)).casefold() in words
        raise KqlError(f"the operator {operator}")

    def _value(self) -> Value:
        if self._tokens and self._tokens[0].startswith("'"):
            text = self._string()
            return lambda _: text
        name = self._name()
        if self._tokens and self._tokens[0] == "(":
            return self._function(name)
        path = [name]
        while self._next("."):
            path.append(self._name())
        return self._path(path)

    def _function(self, name: str) -> Value:
        functions: dict[str, Callable[[Any], str]] = {
            "tostring": as_text,
            "tolower": lambda value: as_text(value).lower(),
        }
        function = functions.get(name)
        if function is None:
            raise KqlError(f"the function {name}")
        value = self._argument()
        return lambda row: function(value(row))

    def _argument(self) -> Value:
        self._expect("(")
        value = self._value()
        self._expect(")")
        return value

    def _path(self, path: list[str]) -> Value:
        """What is not there is null. The names of properties are compared with case."""
        if path[0] not in self._known:
            raise KqlError(f"the column {path[0]}")

        def value(row: Json) -> Any:
            found: Any = row
            for name in path:
                found = found.get(name) if isinstance(found, dict) else None
            return found

        return value

    def _strings(self) -> frozenset[str]:
        self._expect("(")
        words = {self._string().casefold()}
        while self._next(","):
            words.add(self._string().casefold())
        self._expect(")")
        return frozenset(words)

    def _string(self) -> str:
        token = self._take()
        if not token.startswith("'"):
            raise KqlError(f"{token} where a string should be")
        return token[1:-1]

    def _name(self) -> str:
        token = self._take()
        if not token[0].isidentifier() or token in _WORDS:
            raise KqlError(f"{token} where a name should be")
        return token

    def _take(self) -> str:
        if not self._tokens:
            raise KqlError("a question that ends too early")
        return self._tokens.pop(0)

    def _next(self, token: str) -> bool:
        there = bool(self._tokens) and self._tokens[0] == token
        if there:
            self._tokens.pop(0)
        return there

    def _expect(self, token: str) -> None:
        found = self._take()
        if found != token:
            raise KqlError(f"{found} where {token} should be")


def sorting(value: Any) -> str:
    """What rows are ordered by. How Azure orders ids that differ in case alone is not verified."""
    return as_text(value).casefold()


def as_text(value: Any) -> str:
    """As `tostring`: null is empty, what is dynamic becomes JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
