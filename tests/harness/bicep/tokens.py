"""Which words does a template consist of? Newlines count: they separate items and end declarations."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.harness.bicep.errors import BicepError, Place, unsupported

type Kind = Literal["name", "number", "string", "sign", "newline", "end"]
type Parts = tuple["str | tuple[Token, ...]", ...]

_WHITE = re.compile(r"(?:[ \t]|//[^\n]*|/\*.*?\*/|#(?:disable|restore)-[^\n]*)+", re.DOTALL)
_NEWLINES = re.compile(r"(?:\r?\n)+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"[0-9]+")
_SIGN = re.compile(r"\.\.\.|=>|==|!=|=~|!~|<=|>=|&&|\|\||\?\?|\.\?|::|[\[\]{}().,:?!<>=+\-*/%@|]")
_ESCAPE = re.compile(r"\\(?:u\{([0-9A-Fa-f]+)\}|(.))", re.DOTALL)
_ESCAPES = {"\\": "\\", "'": "'", "n": "\n", "r": "\r", "t": "\t", "$": "$"}


@dataclass(frozen=True, slots=True)
class Token:
    """One word. A string carries its parts: texts, and the tokens of what is interpolated."""

    kind: Kind
    text: str
    place: Place
    parts: Parts = ()


class Lexer:
    """Cuts one file into tokens."""

    def __init__(self, source: str, file: Path) -> None:
        self._source = source
        self._file = file
        self._at = 0

    def tokens(self) -> tuple[Token, ...]:
        found = tuple(self._until(""))
        return (*found, Token("end", "", self._place()))

    def _place(self) -> Place:
        line = self._source.count("\n", 0, self._at) + 1
        return Place(self._file, line, self._at - self._source.rfind("\n", 0, self._at))

    def _until(self, closing: str) -> Iterator[Token]:
        """The tokens up to the brace that closes what was opened before."""
        depth = 0
        while self._at < len(self._source):
            token = self._next()
            if token is None:
                continue
            depth += (token.text == "{") - (token.text == "}") if token.kind == "sign" else 0
            if closing and depth < 0:
                return
            yield token
        if closing:
            raise BicepError(self._place(), "the interpolation is not closed")

    def _next(self) -> Token | None:
        """The next token, or None for white space."""
        place = self._place()
        if self._take(_WHITE) is not None:
            return None
        if self._source.startswith("'''", self._at):
            return self._multi_line(place)
        if self._source.startswith("'", self._at):
            self._at += 1
            return Token("string", "", place, tuple(self._parts(place)))
        kinds: tuple[tuple[Kind, re.Pattern[str]], ...] = (
            ("newline", _NEWLINES),
            ("name", _NAME),
            ("number", _NUMBER),
            ("sign", _SIGN),
        )
        for kind, pattern in kinds:
            text = self._take(pattern)
            if text is not None:
                return Token(kind, text, place)
        raise unsupported(place, f"the character {self._source[self._at]!r}")

    def _take(self, pattern: re.Pattern[str]) -> str | None:
        match = pattern.match(self._source, self._at)
        if match is None:
            return None
        self._at = match.end()
        return match.group()

    def _multi_line(self, place: Place) -> Token:
        """Source: Bicep's data types: no escapes, no interpolation, a newline right after the quotes is dropped."""
        end = self._source.find("'''", self._at + 3)
        if end < 0:
            raise BicepError(place, "the multi-line string is not closed")
        text = self._source[self._at + 3 : end]
        self._at = end + 3
        return Token("string", "", place, (re.sub(r"^\r?\n", "", text),))

    def _parts(self, place: Place) -> Iterator["str | tuple[Token, ...]"]:
        text = ""
        while True:
            char = self._source[self._at : self._at + 1]
            if char in {"", "\n"}:
                raise BicepError(place, "the string is not closed")
            if char == "\\":
                text += self._escape()
            elif self._source.startswith("${", self._at):
                self._at += 2
                yield text
                yield (*self._until("}"), Token("end", "", self._place()))
                text = ""
            else:
                self._at += 1
                if char == "'":
                    yield text
                    return
                text += char

    def _escape(self) -> str:
        match = _ESCAPE.match(self._source, self._at)
        if match is None or (match[2] and match[2] not in _ESCAPES):
            raise BicepError(self._place(), "unknown escape in a string")
        self._at = match.end()
        return chr(int(match[1], 16)) if match[1] else _ESCAPES[match[2]]
