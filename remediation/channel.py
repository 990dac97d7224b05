"""What is a channel to people, and what does it want to hear? Nouns that policy, decisions and adapters share. Pure."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from remediation.plan import Severity

RUNBOOK = "docs/runbook.md"

# The event subscription of a topic decides for itself: that channel gets everything.
TOPIC_CHANNEL = "event-grid"


class Standing(StrEnum):
    """Whether an alert waits for a person: it does, it is over, or it never did."""

    OPEN = "open"
    OVER = "over"
    NEWS = "news"


class Kind(StrEnum):
    """What an alert tells; the value ends its CloudEvent type."""

    CLOSED = "Closed"
    RESTORED = "Restored"
    RESOLVED = "Resolved"
    INTERRUPTED = "Interrupted"
    HELD = "Held"
    STALLED = "Stalled"
    GAVE_UP = "GaveUp"
    NOTICED = "Noticed"
    BLIND = "Blind"
    ALIVE = "Alive"

    @property
    def anchor(self) -> str:
        """Where the runbook says what it means and what to do."""
        return f"{RUNBOOK}#{self.name.lower().replace('_', '-')}"

    @property
    def standing(self) -> Standing:
        """Closed is news: the FULL pass that follows knows whether anything is left."""
        if self in (Kind.RESTORED, Kind.RESOLVED):
            return Standing.OVER
        news = (Kind.CLOSED, Kind.INTERRUPTED, Kind.ALIVE)
        return Standing.NEWS if self in news else Standing.OPEN


class Vendor(StrEnum):
    """Who takes the message."""

    EVENT_GRID = "event-grid"
    TEAMS = "teams"
    SLACK = "slack"
    PAGERDUTY = "pagerduty"
    WEBHOOK = "webhook"
    APPRISE = "apprise"

    @property
    def is_read_by_people(self) -> bool:
        """People want few messages; machines want every single one, and count for themselves."""
        return self in (Vendor.TEAMS, Vendor.SLACK, Vendor.APPRISE)


class Every(StrEnum):
    """How often a channel is told that Latch is alive."""

    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


_RANKS = {Severity.NOTICE: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}


def rank(severity: Severity) -> int:
    """The more severe, the higher."""
    return _RANKS[severity]


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket of tokens, one for each message: it holds `burst`, and `per_minute` drop in."""

    burst: int
    per_minute: int


@dataclass(frozen=True, slots=True)
class Route:
    """Which alerts a channel wants; empty means all."""

    least: Severity = Severity.NOTICE
    kinds: frozenset[Kind] = frozenset()
    profiles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Settings:
    """Names of the app settings that hold what is secret about a channel; the values stand in no file."""

    url: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to people. `rate` of None is unbounded; `endpoint` is an address that is no secret."""

    name: str
    vendor: Vendor
    route: Route = Route()
    rate: Rate | None = None
    window: timedelta = timedelta()
    heartbeat: Every = Every.NEVER
    endpoint: str = ""
    settings: Settings = Settings()
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Links:
    """Where the buttons of a message lead; empty means no such button."""

    portal: str = "https://portal.azure.com"
    runbook: str = ""


@dataclass(frozen=True, slots=True)
class Channels:
    """All channels of a deployment."""

    each: tuple[Channel, ...] = ()
    links: Links = field(default_factory=Links)

    def named(self, name: str) -> Channel | None:
        return next((channel for channel in self.each if channel.name == name), None)
