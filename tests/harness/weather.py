"""What goes wrong, and for whom? Scripted faults: the only source of trouble in the lab."""

from dataclasses import dataclass, fields
from typing import Any, Self, get_args

from tests.harness.world import Json


class WeatherError(ValueError):
    """A rule that the lab does not understand."""


@dataclass(slots=True)
class Rule:
    """Which requests are struck, and what they get. Times are of the lab's clock."""

    method: str | None = None
    type: str | None = None
    id: str | None = None
    principal: str | None = None
    operation: str | None = None
    door: str = "arm"
    status: int | None = None
    code: str | None = None
    retry_after: int | None = None
    delay: float = 0.0
    reset: bool = False
    malformed: bool = False
    count: int | None = None
    after_write: bool = False

    @classmethod
    def from_json(cls, rule: Json) -> Self:
        """Raises WeatherError for a key or a value that is not known."""
        known = {field.name: field.type for field in fields(cls)}
        for name, value in rule.items():
            if name not in known:
                raise WeatherError(
                    f"unknown key in a weather rule: {name} (known: {sorted(known)})"
                )
            if not _fits(value, known[name]):
                raise WeatherError(f"wrong value in a weather rule: {name}={value!r}")
        made = cls(**rule)
        if made.door not in DOORS:
            raise WeatherError(f"unknown door: {made.door} (known: {sorted(DOORS)})")
        if made.door != "arm" and (made.type or made.id or made.operation):
            raise WeatherError(f"door {made.door} knows method and principal alone")
        if made.door == "delivery" and (
            made.malformed or made.code or made.retry_after is not None
        ):
            raise WeatherError("of an answer to Event Grid its status alone counts")
        if made.status is None and not (made.reset or made.malformed or made.delay):
            raise WeatherError("a weather rule needs a status, reset, malformed or delay")
        return made

    def strikes(self, sighting: "Sighting") -> bool:
        pairs = (
            (self.method, sighting.method),
            (self.type, sighting.type),
            (self.principal, sighting.principal),
            (self.operation, sighting.operation),
            (self.id and self.id.strip("/"), sighting.id.strip("/")),
        )
        spent = self.count is not None and self.count <= 0
        same = all(want is None or want.casefold() == is_.casefold() for want, is_ in pairs)
        return self.door == sighting.door and same and not spent


# "graph" is the index of Resource Graph: the delay is how much older it is.
# "delivery" is the way from Event Grid to a destination; its principal is the name of the event subscription.
# "channel" is every vendor's webhook; its principal is the vendor.
DOORS = frozenset({"arm", "channel", "delivery", "graph", "identity", "topic"})


def _fits(value: Any, annotation: Any) -> bool:
    allowed = get_args(annotation) or (annotation,)
    if isinstance(value, bool):
        return bool in allowed
    if float in allowed and isinstance(value, int):
        return True
    return any(isinstance(value, kind) for kind in allowed)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A request as the weather sees it."""

    door: str
    method: str = ""
    type: str = ""
    id: str = ""
    principal: str = ""
    operation: str = ""


class Weather:
    """The rules in force. The first that strikes is the one that counts."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def add(self, rule: Json) -> None:
        """Puts a rule in force. Raises WeatherError."""
        self.rules.append(Rule.from_json(rule))

    def clear(self) -> None:
        self.rules.clear()

    def strike(self, sighting: Sighting) -> Rule | None:
        """The rule that strikes this request, counted."""
        for rule in self.rules:
            if rule.strikes(sighting):
                if rule.count is not None:
                    rule.count -= 1
                return rule
        return None
