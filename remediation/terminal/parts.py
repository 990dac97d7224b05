"""What does an operator work with? Ports, the policy, and how an app is made of them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from remediation.app import App
from remediation.policy_document import Policy
from remediation.ports import Clock, Cloud, Fleet, Ledger
from remediation.report import Request
from remediation.sweep_ports import FleetIndex

type Done = Callable[[], None]
type KnownZones = Callable[[str], tuple[str, ...] | None]


class Asked(Protocol):
    """Where passes are asked for; `asked` holds them in order."""

    asked: list[Request]

    async def put(self, request: Request, delay: float = 0) -> None:
        """As the port `Requests`."""
        ...


class Assemble(Protocol):
    """Makes the app on the parts that differ from look to look."""

    def __call__(
        self, rules: Policy, *, cloud: Cloud, ledger: Ledger, requests: Asked, proves: bool
    ) -> App:
        """`proves`: whether names are asked for and called."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What an operator works with.

    `aside` makes a ledger that writes nothing to the real one; `who` are the headers that name whoever asks.
    `remembers`: whether the ledger is that of a deployment.
    """

    rules: Policy
    cloud: Cloud
    fleet: Fleet
    index: FleetIndex
    ledger: Ledger
    aside: Callable[[], Ledger]
    requests: Callable[[], Asked]
    clock: Clock
    assemble: Assemble
    known_zones: KnownZones
    who: Mapping[str, str]
    remembers: bool = False
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep
