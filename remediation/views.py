"""What was seen of names, from inside and from the internet? Nouns that the prober fills and the proof judges. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Found(StrEnum):
    """How a question for a name ended."""

    ADDRESSES = "addresses"
    NO_ADDRESS = "no address"
    NO_NAME = "no such name"
    NO_ANSWER = "no answer"


@dataclass(frozen=True, slots=True)
class Lookup:
    """The names passed, from the one asked for to the one that has the addresses."""

    found: Found
    chain: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    detail: str = ""

    def __str__(self) -> str:
        end = ", ".join(self.addresses) or self.found
        return " -> ".join((*self.chain, end)) + (f" ({self.detail})" if self.detail else "")


class Reached(StrEnum):
    """How far a call came. Untried: the way to the address is closed to Latch, so it tells nothing."""

    ANSWERED = "answered"
    OTHER_CERTIFICATE = "other certificate"
    UNCONNECTED = "unconnected"
    UNTRIED = "untried"


@dataclass(frozen=True, slots=True)
class Call:
    """One unauthenticated call. `text` is the service's own message, or what went wrong on the way."""

    address: str
    reached: Reached
    status: int = 0
    text: str = ""

    def __str__(self) -> str:
        told = (f"at {self.address}", str(self.status or self.reached), self.text)
        return " ".join(part for part in told if part)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One name from one place: where it led, and what answered there."""

    host: str
    lookup: Lookup
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Views:
    """The same names from two places; `outside` is None when there is no view from the internet.

    `inside_is_sure`: the operator named a resolver inside. Without it a public answer may only mean that Latch itself
    is outside.
    """

    inside: tuple[Sighting, ...]
    outside: tuple[Sighting, ...] | None = None
    inside_is_sure: bool = False
