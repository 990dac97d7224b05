"""ARM resource ids: read once, compared without case, shown as written."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class ArmId:
    """`/subscriptions/{s}[/resourceGroups/{g}[/providers/{namespace}/{type}/{name}...]]`.

    A second `/providers/` begins an extension of the resource before it, such as a lock: its type is the last one.
    """

    text: str
    subscription: str
    group: str
    type: str
    names: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError when `text` is no resource id."""
        parts = text.strip("/").split("/")
        if len(parts) < 2 or parts[0].casefold() != "subscriptions":
            raise ValueError(f"not a resource id: {text}")
        subscription, group, rest = parts[1], "", parts[2:]
        if len(rest) >= 2 and rest[0].casefold() == "resourcegroups":
            group, rest = rest[1], rest[2:]
        if not rest:
            type_ = (
                "Microsoft.Resources/resourceGroups"
                if group
                else "Microsoft.Resources/subscriptions"
            )
            return cls(text, subscription, group, type_, (group or subscription,))
        if rest[0].casefold() != "providers" or len(rest) < 4 or len(rest) % 2:
            raise ValueError(f"not a resource id: {text}")
        last = max(i for i in range(0, len(rest), 2) if rest[i].casefold() == "providers")
        tail = rest[last + 1 :]
        return cls(text, subscription, group, "/".join((tail[0], *tail[1::2])), tuple(tail[2::2]))

    @property
    def key(self) -> str:
        return key(self.text)

    @property
    def name(self) -> str:
        return self.names[-1]

    @property
    def parent(self) -> str:
        """The id one level up: of the parent resource, or of the group."""
        if len(self.names) > 1:
            return self.text.rstrip("/").rsplit("/", 2)[0]
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"


def key(text: str) -> str:
    """The form in which two ids of one resource are equal."""
    return "/" + text.strip("/").casefold()


def same(left: str, right: str) -> bool:
    return key(left) == key(right)
