"""Tokens for the lab's own clients, as azure-core asks for them."""

from typing import Any, Self

from azure.core.credentials import AccessToken

from tests.harness.tokens import Tokens
from tests.harness.world import Caller


class LabCredential:
    """An asynchronous token credential that speaks for one caller."""

    def __init__(self, tokens: Tokens, caller: Caller) -> None:
        self._tokens = tokens
        self._caller = caller

    async def get_token(self, *scopes: str, **kwargs: Any) -> AccessToken:
        del kwargs
        audience = scopes[0].removesuffix("/.default")
        # Clients keep a token by the machine's clock, and stories move the lab's by days.
        seconds = 30 * 86400
        token = self._tokens.issue(self._caller, audience, seconds)
        return AccessToken(token, int(self._tokens.clock.time()) + seconds)

    async def close(self) -> None:
        return

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return
