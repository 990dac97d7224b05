"""What does telling people need of the world? Protocols; a port raises nothing but RemediationError."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from remediation.channels.letter import Letter
from remediation.channels.turn import State, Waiting
from remediation.channels.word import Word


class Sender(Protocol):
    """One channel's wire.

    Must: send a message whole, with the same id each time; raise Retryable when the channel may take it later, Refused
    when it will not take this message, any other Terminal when the channel itself needs a person.
    Must not: take longer than half a minute; follow a redirect; show an address or a key.
    """

    async def send(self, letter: Letter) -> None:
        """Returns when the channel took it."""
        ...


class Turn(Protocol):
    """The right to send through one channel; it ends by itself when its holder dies."""

    @property
    def state(self) -> State:
        """As the last turn left it."""
        ...

    async def delivered(self, waiting: Sequence[Waiting]) -> None:
        """These wait no longer."""
        ...

    async def aside(self, waiting: Sequence[Waiting], until: datetime) -> None:
        """These wait until then, and hold up no others."""
        ...

    async def record(self, state: State) -> None:
        """For the next turn."""
        ...


class Deliveries(Protocol):
    """What each channel has still to be told, and what it was told of before: shared by all processes."""

    async def put(self, channel: str, word: Word, *, ends: bool) -> None:
        """Stores an alert for a channel once; the same id again changes nothing."""
        ...

    async def is_open(self, channel: str, incident: str) -> bool:
        """Whether the channel was told of an incident, and not yet of its end."""
        ...

    async def waiting(self, channel: str) -> tuple[Waiting, ...]:
        """The oldest first; not all of them, when there are very many."""
        ...

    def turn(self, channel: str, holder: str) -> AbstractAsyncContextManager[Turn]:
        """The channel's turn; raises Busy when another process has it."""
        ...

    async def ask(self, channel: str, delay: float) -> None:
        """Asks for a turn of the channel after `delay` seconds."""
        ...
