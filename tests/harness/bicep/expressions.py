"""How is an expression read? One function per level of precedence, loosest first."""

from collections.abc import Callable

from tests.harness.bicep.cursor import Cursor
from tests.harness.bicep.errors import BicepError, unsupported
from tests.harness.bicep.syntax import (
    Array,
    Binary,
    Call,
    Entry,
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
    Resource,
    Ternary,
    Text,
    Unary,
)
from tests.harness.bicep.tokens import Token

# Source: learn.microsoft.com, Bicep operators: precedence, tightest last.
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("??",),
    ("||",),
    ("&&",),
    ("==", "!=", "=~", "!~"),
    ("<", "<=", ">", ">="),
    ("+", "-"),
    ("*", "/", "%"),
)
_WORDS = {"true": True, "false": False, "null": None}
type Inner = Callable[[Cursor], Resource]


def expression(cursor: Cursor) -> Expression:
    condition = _binary(cursor, 0)
    if not cursor.is_sign("?"):
        return condition
    place = cursor.take().place
    cursor.newlines()
    then = expression(cursor)
    cursor.expect(":")
    cursor.newlines()
    return Ternary(place, condition, then, expression(cursor))


def _binary(cursor: Cursor, level: int) -> Expression:
    if level == len(_LEVELS):
        return _unary(cursor)
    left = _binary(cursor, level + 1)
    while cursor.is_sign(*_LEVELS[level]):
        sign = cursor.take()
        cursor.newlines()
        left = Binary(sign.place, sign.text, left, _binary(cursor, level + 1))
    return left


def _unary(cursor: Cursor) -> Expression:
    sign = cursor.accept("!", "-")
    if sign is not None:
        return Unary(sign.place, sign.text, _unary(cursor))
    return _postfix(cursor)


def _postfix(cursor: Cursor) -> Expression:
    found = _primary(cursor)
    while True:
        place = cursor.place
        if cursor.accept(".", ".?"):
            safe = cursor.ahead(-1).text == ".?"
            name = cursor.expect_kind("name").text
            if cursor.is_sign("("):
                raise unsupported(place, f"the call of {name}() on a value")
            found = Member(place, found, name, safe)
        elif cursor.accept("["):
            safe = cursor.accept("?") is not None
            found = Index(place, found, expression(cursor), safe)
            cursor.expect("]")
        elif cursor.accept("::"):
            found = Nested(place, found, cursor.expect_kind("name").text)
        elif cursor.is_sign("!"):
            raise unsupported(place, "the operator ! after a value")
        else:
            return found


def _primary(cursor: Cursor) -> Expression:
    token = cursor.token
    match token.kind:
        case "number":
            return Literal(cursor.take().place, int(token.text))
        case "string":
            return text(cursor)
        case "name":
            return _named(cursor)
        case "sign" if token.text == "{":
            return object_(cursor)
        case "sign" if token.text == "[":
            return _array(cursor)
        case "sign" if token.text == "(":
            return _parenthesized(cursor)
        case _:
            raise cursor.wrong("expected a value")


def text(cursor: Cursor) -> Text:
    token = cursor.expect_kind("string")
    parts = tuple(p if isinstance(p, str) else _interpolated(p) for p in token.parts)
    kept = tuple(part for part in parts if part != "")
    return Text(token.place, kept or ("",))


def _interpolated(tokens: tuple[Token, ...]) -> Expression:
    inner = Cursor(tokens)
    found = expression(inner)
    if inner.token.kind != "end":
        raise inner.wrong("expected the end of the interpolation")
    return found


def _named(cursor: Cursor) -> Expression:
    token = cursor.take()
    if token.text in _WORDS:
        return Literal(token.place, _WORDS[token.text])
    if cursor.is_sign("=>"):
        cursor.take()
        return Lambda(token.place, (token.text,), expression(cursor))
    if not cursor.is_sign("("):
        return Name(token.place, token.text)
    return Call(token.place, token.text, arguments(cursor))


def arguments(cursor: Cursor) -> tuple[Expression, ...]:
    """Newlines may stand between them."""
    cursor.expect("(")
    found: list[Expression] = []
    cursor.newlines()
    while not cursor.is_sign(")"):
        found.append(expression(cursor))
        cursor.newlines()
        if not cursor.is_sign(")"):
            cursor.expect(",")
            cursor.newlines()
    cursor.take()
    return tuple(found)


def _parenthesized(cursor: Cursor) -> Expression:
    place = cursor.expect("(").place
    names = _lambda_names(cursor)
    if names is not None:
        return Lambda(place, names, expression(cursor))
    cursor.newlines()
    found = expression(cursor)
    cursor.newlines()
    cursor.expect(")")
    return found


def _lambda_names(cursor: Cursor) -> tuple[str, ...] | None:
    """The names in `(a, b) =>`, when that is what stands here."""
    step, names = 0, []
    while cursor.ahead(step).kind == "name":
        names.append(cursor.ahead(step).text)
        step += 1
        if cursor.ahead(step).text != ",":
            break
        step += 1
    if cursor.ahead(step).text != ")" or cursor.ahead(step + 1).text != "=>":
        return None
    for _ in range(step + 2):
        cursor.take()
    return tuple(names)


def _array(cursor: Cursor) -> Array | Loop:
    place = cursor.expect("[").place
    cursor.newlines()
    if cursor.is_word("for"):
        return loop(cursor)
    items: list[Expression] = []
    while not cursor.is_sign("]"):
        items.append(expression(cursor))
        _separator(cursor, "]")
    cursor.take()
    return Array(place, tuple(items))


def _separator(cursor: Cursor, closing: str) -> None:
    """A comma or a new line; before the closing sign neither is needed."""
    comma = cursor.accept(",")
    if not cursor.newlines() and comma is None and not cursor.is_sign(closing):
        raise cursor.wrong(f"expected a comma, a new line or {closing!r}")


def object_(cursor: Cursor, inner: Inner | None = None) -> Object:
    """`inner` reads a resource that is declared inside another one's body."""
    place = cursor.expect("{").place
    cursor.newlines()
    entries: list[Entry] = []
    nested: list[Resource] = []
    while not cursor.is_sign("}"):
        if inner is not None and _begins_resource(cursor):
            nested.append(inner(cursor))
        else:
            entries.append(_entry(cursor))
        _separator(cursor, "}")
    cursor.take()
    _check_unique(entries)
    return Object(place, tuple(entries), tuple(nested))


def _begins_resource(cursor: Cursor) -> bool:
    return cursor.is_sign("@") or (cursor.is_word("resource") and cursor.ahead(1).kind == "name")


def _entry(cursor: Cursor) -> Entry:
    place = cursor.place
    if cursor.is_sign("..."):
        raise unsupported(place, "the spread operator")
    key = (
        text(cursor)
        if cursor.token.kind == "string"
        else Text(place, (cursor.expect_kind("name").text,))
    )
    cursor.expect(":")
    cursor.newlines()
    return Entry(place, key, expression(cursor))


def _check_unique(entries: list[Entry]) -> None:
    seen: set[str] = set()
    for entry in entries:
        name = entry.key.plain
        if name is not None and name in seen:
            raise BicepError(entry.place, f"the property {name!r} is given twice")
        seen.add(name or "")


def loop(cursor: Cursor, inner: Inner | None = None) -> Loop:
    """`for x in xs: body]`, after the bracket."""
    place = cursor.expect_kind("name").place
    index = None
    if cursor.accept("("):
        item = cursor.expect_kind("name").text
        cursor.expect(",")
        index = cursor.expect_kind("name").text
        cursor.expect(")")
    else:
        item = cursor.expect_kind("name").text
    if not cursor.is_word("in"):
        raise cursor.wrong("expected 'in'")
    cursor.take()
    over = expression(cursor)
    cursor.expect(":")
    cursor.newlines()
    body = condition_of(cursor, inner) if cursor.is_word("if") else _loop_body(cursor, inner)
    cursor.newlines()
    cursor.expect("]")
    return Loop(place, item, index, over, body)


def _loop_body(cursor: Cursor, inner: Inner | None) -> Expression:
    return object_(cursor, inner) if cursor.is_sign("{") and inner else expression(cursor)


def condition_of(cursor: Cursor, inner: Inner | None = None) -> If:
    place = cursor.take().place
    cursor.expect("(")
    condition = expression(cursor)
    cursor.expect(")")
    return If(place, condition, object_(cursor, inner))
