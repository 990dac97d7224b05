"""Where are we among the tokens, and what may come next?"""

from collections.abc import Sequence

from tests.harness.bicep.errors import BicepError, Place
from tests.harness.bicep.tokens import Kind, Token


class Cursor:
    """Reads tokens one by one."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def token(self) -> Token:
        return self._tokens[self._at]

    @property
    def place(self) -> Place:
        return self.token.place

    def ahead(self, steps: int) -> Token:
        return self._tokens[min(self._at + steps, len(self._tokens) - 1)]

    def take(self) -> Token:
        token = self.token
        self._at += 1
        return token

    def is_sign(self, *signs: str) -> bool:
        return self.token.kind == "sign" and self.token.text in signs

    def is_word(self, *words: str) -> bool:
        return self.token.kind == "name" and self.token.text in words

    def accept(self, *signs: str) -> Token | None:
        return self.take() if self.is_sign(*signs) else None

    def expect(self, sign: str) -> Token:
        if not self.is_sign(sign):
            raise self.wrong(f"expected {sign!r}")
        return self.take()

    def expect_kind(self, kind: Kind) -> Token:
        if self.token.kind != kind:
            raise self.wrong(f"expected a {kind}")
        return self.take()

    def newlines(self) -> bool:
        """Skips newlines; says whether there were any."""
        before = self._at
        while self.token.kind == "newline":
            self._at += 1
        return self._at > before

    def end_of_line(self) -> None:
        if self.token.kind != "end" and not self.newlines():
            raise self.wrong("expected the end of the line")

    def wrong(self, message: str) -> BicepError:
        token = self.token
        found = {"end": "the end", "newline": "a new line", "string": "a string"}.get(
            token.kind, repr(token.text)
        )
        return BicepError(token.place, f"{message}, found {found}")
