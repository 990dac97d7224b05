"""What does one stored alert say? Its CloudEvent, read once for all channels. Pure."""

from dataclasses import dataclass
from datetime import datetime

from remediation.channel import Kind, Standing
from remediation.channels.text import members, objects, string
from remediation.plan import Severity
from remediation.report import Json

_PREFIX = "Latch.Alert."
_GROUP = 4


@dataclass(frozen=True, slots=True)
class Word:
    """One alert. `actor` is empty when nobody knows; `actor_key` tells actors apart, whatever they are called."""

    id: str
    kind: Kind
    severity: Severity
    at: datetime
    headline: str
    advice: str
    subject: str
    account: str
    incident: str
    profile: str
    actor: str
    actor_key: str
    event: Json

    @property
    def standing(self) -> Standing:
        return self.kind.standing

    @property
    def name(self) -> str:
        """Of the account, or of what else it is about."""
        return (self.account or self.subject).rstrip("/").rsplit("/", 1)[-1]

    @property
    def resource_group(self) -> str:
        """Of the account, empty when the alert is about none."""
        parts = self.account.split("/")
        return parts[_GROUP] if len(parts) > _GROUP else ""

    @property
    def dedup_key(self) -> str:
        """One drift from beginning to end; an alert without one is a matter of its own."""
        return self.incident or self.id

    @property
    def exposed_seconds(self) -> float | None:
        """How long the account could be reached from the internet, None when it could not."""
        seconds = members(self.event["data"]).get("exposedSeconds")
        return float(seconds) if isinstance(seconds, int | float) else None


def read(event: Json) -> Word:
    """Raises ValueError when it is no alert of Latch."""
    data = members(event.get("data"))
    kind = string(event.get("type"))
    if not kind.startswith(_PREFIX) or not string(event.get("id")):
        raise ValueError(f"not an alert of Latch: type {kind[:80]!r}")
    actor, key = _actor(members(data.get("actor")))
    return Word(
        id=string(event["id"]),
        kind=Kind(kind.removeprefix(_PREFIX)),
        severity=Severity(string(data.get("severity"))),
        at=datetime.fromisoformat(string(event.get("time"))),
        headline=string(data.get("headline")) or "An alert without a headline",
        advice=string(data.get("advice")),
        subject=string(event.get("subject")),
        account=string(data.get("account")),
        incident=string(data.get("incident")),
        profile=string(data.get("profile")),
        actor=actor,
        actor_key=key,
        event=event,
    )


def _actor(actor: Json) -> tuple[str, str]:
    """The name that people know, and what does not change when a name does."""
    name, object_id, app_id = (string(actor.get(each)) for each in ("name", "objectId", "appId"))
    return name or object_id or app_id, object_id or app_id or name


def drifts(word: Word) -> list[Json]:
    return objects(members(word.event["data"]).get("drifts"))


def results(word: Word) -> list[Json]:
    return objects(members(word.event["data"]).get("results"))
