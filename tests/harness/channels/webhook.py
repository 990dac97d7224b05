"""A receiver of Standard Webhooks: is this message genuine, and new enough?

Source: standard-webhooks, spec/standard-webhooks.md.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from tests.harness.channels.checks import require

# Source: the reference libraries take five minutes either way.
_TOLERANCE = 300


def check(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> str:
    """The id of the message."""
    message_id, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    require(message_id and moment.isdecimal(), "webhook-id or webhook-timestamp is missing")
    require(abs(now - int(moment)) <= _TOLERANCE, "the message is too old or too new")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join((message_id.encode(), moment.encode(), body))
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [each.partition(",") for each in headers.get("webhook-signature", "").split(" ")]
    genuine = any(v == "v1" and hmac.compare_digest(mark, wanted) for v, _, mark in given)
    require(genuine, "no signature matches")
    return message_id


def check_event(content_type: str, event: Any) -> None:
    # Source: CloudEvents 1.0, HTTP binding, structured mode.
    require(content_type == "application/cloudevents+json", f"content type {content_type}")
    for name in ("id", "source", "type", "specversion"):
        require(isinstance(event, dict) and event.get(name), f"the event lacks {name}")
