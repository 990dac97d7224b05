"""Is it time to say that Latch is alive? A channel that stays silent looks the same as a guard that died. Pure."""

from datetime import UTC, datetime

from remediation.channel import Channel, Every, Kind
from remediation.channels.text import digest, moment
from remediation.plan import Severity
from remediation.report import Json

_ADVICE = (
    "Nothing to do. When this message stays away, Latch or its way to you is broken: "
    "look at the health of the function app."
)


def event(channel: Channel, accounts: int, now: datetime) -> Json | None:
    """A sign of life, the same all through its day or week, so that it is told once; None for who wants none."""
    at = now.astimezone(UTC)
    period = _period(channel.heartbeat, at)
    if not period:
        return None
    noun = "account" if accounts == 1 else "accounts"
    return {
        "specversion": "1.0",
        "id": digest(Kind.ALIVE, channel.name, period),
        "source": "/latch",
        "type": f"Latch.Alert.{Kind.ALIVE}",
        "subject": "/latch",
        "time": at.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": {
            "headline": f"Latch is alive: it watches {accounts} {noun}, last looked {moment(at)}",
            "severity": Severity.NOTICE.value,
            "advice": _ADVICE,
            "runbook": Kind.ALIVE.anchor,
            "account": None,
            "incident": "",
        },
    }


def _period(every: Every, at: datetime) -> str:
    match every:
        case Every.DAILY:
            return at.strftime("%Y-%m-%d")
        case Every.WEEKLY:
            return at.strftime("%G-W%V")
        case Every.NEVER:
            return ""
