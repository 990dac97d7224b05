"""The Events API v2 of PagerDuty: does it take this event, and which incidents are open then?

Source: PagerDuty api-schema, reference/events-v2/openapiv3.json.
"""

from datetime import datetime
from typing import Any

from tests.harness.channels.checks import fields, https, items, require, text
from tests.harness.world import Json

_LARGEST = 512 * 1024
_SUMMARY = 1_024
_DEDUP_KEY = 255
_LONG = 100_000
_SEVERITIES = {"critical", "error", "warning", "info"}
_OPTIONAL = {"timestamp", "component", "group", "class", "custom_details"}


class Incidents:
    """What a service with deduplication makes of the events."""

    def __init__(self) -> None:
        self.open: dict[str, Json] = {}
        self.triggered = 0

    def take(self, event: Json) -> str:
        key = str(event["dedup_key"])
        if event["event_action"] == "resolve":
            # A resolve without an open alert is dropped without a word.
            self.open.pop(key, None)
        else:
            self.triggered += key not in self.open
            self.open[key] = event
        return key


def check(body: bytes, event: Any) -> Json:
    require(len(body) <= _LARGEST, f"the event has {len(body)} bytes")
    action = event.get("event_action") if isinstance(event, dict) else None
    require(action in ("trigger", "resolve"), f"event_action {action}")
    head = {"routing_key", "event_action", "dedup_key"}
    if action == "resolve":
        known = fields(event, "the event", head)
    else:
        known = fields(event, "the event", head | {"payload"}, {"links", "client", "client_url"})
        _payload(known["payload"])
        for link in items(known["links"], "links", 20) if "links" in known else ():
            https(fields(link, "a link", {"href"}, {"text"})["href"], "the address of a link")
    text(known["dedup_key"], "dedup_key", _DEDUP_KEY)
    require(len(str(known["routing_key"])) == 32, "Length of 'routing_key' is incorrect")
    return known


def _payload(payload: Any) -> None:
    known = fields(payload, "the payload", {"summary", "source", "severity"}, _OPTIONAL)
    text(known["summary"], "summary", _SUMMARY)
    text(known["source"], "source", _LONG)
    require(known["severity"] in _SEVERITIES, f"severity {known['severity']}")
    require(datetime.fromisoformat(known["timestamp"]).tzinfo, "timestamp has no zone")
    require(isinstance(known.get("custom_details", {}), dict), "custom_details is no object")
    for name in _OPTIONAL - {"timestamp", "custom_details"}:
        if name in known:
            text(known[name], name, _LONG)
