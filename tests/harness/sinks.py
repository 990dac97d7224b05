"""What reached the people who listen? Keeps every alert that the topic accepted."""

from dataclasses import dataclass
from datetime import datetime

from tests.harness.world import Json


@dataclass(slots=True)
class Alert:
    """An accepted event; `copies` counts how often it came."""

    time: datetime
    event: Json
    copies: int = 1

    def to_json(self) -> Json:
        return {"time": self.time.isoformat(), "event": self.event, "copies": self.copies}


class AlertSink:
    """Alerts in the order of their first arrival. Two events with one source and id are one alert."""

    def __init__(self) -> None:
        self._alerts: dict[tuple[str, str], Alert] = {}

    def accept(self, event: Json, time: datetime) -> None:
        # Source: CloudEvents 1.0: source and id together identify an event.
        identity = (str(event["source"]), str(event["id"]))
        known = self._alerts.get(identity)
        if known is None:
            self._alerts[identity] = Alert(time, event)
        else:
            known.copies += 1

    def alerts(self) -> tuple[Alert, ...]:
        return tuple(self._alerts.values())

    def to_json(self) -> list[Json]:
        return [alert.to_json() for alert in self._alerts.values()]

    def clear(self) -> None:
        self._alerts.clear()
