"""What is a world in the making? A policy, and what is there before and after things happened to it."""

from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from remediation.desired import Desired, Recreate
from remediation.ids import ResourceId
from remediation.observed import Account, Endpoint, Perimeter, Vnet, Zone
from tests.builders import FOREIGN_ENDPOINT, VNET, connection


@dataclass(slots=True)
class Draft:
    """A world in the making: things happen to it one after the other."""

    kind: str
    desired: Desired
    account: Account
    endpoints: list[Endpoint]
    zones: list[Zone]
    vnet: Vnet | None = VNET
    perimeters: tuple[Perimeter, ...] = ()
    final: bool = False
    story: list[str] = field(default_factory=list)

    @property
    def own(self) -> Endpoint | None:
        """The account's own endpoint, whatever others are connected."""
        return next((each for each in self.endpoints if each.id != FOREIGN_ENDPOINT), None)

    @property
    def is_declared(self) -> bool:
        """Whether the policy asks for the very endpoint that is there."""
        spec = self.desired.endpoint
        return spec is not None and self.own is not None and spec.id == self.own.id

    @property
    def is_rebuilt(self) -> bool:
        """Whether the policy has this very endpoint deleted and created again when it is broken."""
        spec = self.desired.endpoint
        return spec is not None and self.is_declared and spec.recreate is Recreate.BROKEN

    @property
    def is_restored(self) -> bool:
        """Whether the policy has an endpoint created where there is none."""
        spec = self.desired.endpoint
        return spec is not None and spec.recreate is not Recreate.NEVER

    def change_account(self, **changes: Any) -> None:
        self.account = replace(self.account, **changes)

    def change_endpoint(self, **changes: Any) -> None:
        own = self.own
        self.endpoints = [replace(e, **changes) if e is own else e for e in self.endpoints]

    def change_zone(self, draw: DrawFn, **changes: Any) -> None:
        if self.zones:
            which = draw(st.integers(0, len(self.zones) - 1))
            self.zones[which] = replace(self.zones[which], **changes)

    def change_vnet(self, **changes: Any) -> None:
        if self.vnet is not None:
            self.vnet = replace(self.vnet, **changes)

    def connect(self, status: str, to: ResourceId, guid: str) -> None:
        others = tuple(c for c in self.account.connections if c.endpoint != to)
        mine = () if status == "Disconnected" else (connection(status, to, guid),)
        self.change_account(connections=(*others, *mine))


class Happening(Protocol):
    """Something that changes a draft."""

    __name__: str

    def __call__(self, draw: DrawFn, draft: Draft, /) -> None: ...
