"""What does a channel's answer mean: taken, later, or not like this? Pure."""

from http import HTTPStatus

from remediation.channel import Vendor
from remediation.channels.text import cut, one_line
from remediation.errors import (
    Forbidden,
    Misconfigured,
    Refused,
    RemediationError,
    Throttled,
    Unavailable,
)

_LONGEST = 200

# Slack takes with 200 alone (docs.slack.dev, incoming webhooks); PagerDuty with 202 alone (api-schema, events-v2).
# Workflows answers 202 before the flow runs: accepted is all that anybody can know.
_TAKEN: dict[Vendor, frozenset[int]] = {
    Vendor.SLACK: frozenset({200}),
    Vendor.PAGERDUTY: frozenset({202}),
    Vendor.TEAMS: frozenset({200, 202}),
}
_ANY_SUCCESS = frozenset(range(200, 300))

_LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})
_NOT_THERE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_NO_RIGHT = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


def error(
    vendor: Vendor, who: str, status: int, text: str, retry_after: float | None
) -> RemediationError | None:
    """None when the channel took it. `text` must be redacted already."""
    if status in _TAKEN.get(vendor, _ANY_SUCCESS):
        return None
    said = f"{who} answered {status}: {cut(one_line(text), _LONGEST)}".rstrip(": ")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Throttled(said, retry_after=retry_after)
    if status in _LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unavailable(said, retry_after=retry_after)
    if status in _NO_RIGHT:
        return Forbidden(said)
    if status in _NOT_THERE or _leads_elsewhere(status) or _is_wrong_key(vendor, status, text):
        return Misconfigured(said)
    return Refused(said)


def _leads_elsewhere(status: int) -> bool:
    """Redirects are not followed, they could lead anywhere; and a success of another sort than agreed is none."""
    return status < HTTPStatus.BAD_REQUEST


def _is_wrong_key(vendor: Vendor, status: int, text: str) -> bool:
    """PagerDuty tells a wrong key by the same status as a wrong event (api-schema, events-v2)."""
    return vendor is Vendor.PAGERDUTY and status == HTTPStatus.BAD_REQUEST and "routing_key" in text
