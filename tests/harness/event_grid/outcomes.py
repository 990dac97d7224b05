"""What does an answer mean for the next attempt, and when is that?"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

# Source: delivery-and-retry.md (2023-03): only these five are success.
SUCCESS = frozenset({200, 201, 202, 203, 204})
DEADLINE = 30.0
# Source: the same: a success this long after the attempt still takes its retry out of the queue.
LATE_SUCCESS = 180.0

_MINUTE, _HOUR = 60.0, 3600.0
# Source: the same. Azure adds some randomness (here: Trouble.jitter) and may skip steps, which the lab never does.
SCHEDULE = (
    10.0,
    30.0,
    _MINUTE,
    5 * _MINUTE,
    10 * _MINUTE,
    30 * _MINUTE,
    _HOUR,
    3 * _HOUR,
    6 * _HOUR,
    12 * _HOUR,
)
# Source: dead-letter guide: written five minutes after the last attempt, dropped when it cannot be for four hours.
DEAD_LETTER_DELAY = 5 * _MINUTE
DEAD_LETTER_PATIENCE = 4 * _HOUR


class EndpointType(StrEnum):
    """Kinds of destination, as ARM spells them."""

    FUNCTION = "AzureFunction"
    WEB_HOOK = "WebHook"
    QUEUE = "StorageQueue"


class Failure(StrEnum):
    """`lastDeliveryOutcome` of a dead letter. Source: azure-docs delivery-and-retry.md."""

    BAD_REQUEST = "BadRequest"
    UNAUTHORIZED = "Unauthorized"
    FORBIDDEN = "Forbidden"
    NOT_FOUND = "NotFound"
    TIMED_OUT = "TimedOut"
    TOO_LARGE = "PayloadTooLarge"
    BUSY = "Busy"
    SOCKET_ERROR = "SocketError"
    PROBATION = "Probation"


class GaveUp(StrEnum):
    """`deadLetterReason`. Only the first was ever seen; the second is not verified."""

    ATTEMPTS = "MaxDeliveryAttemptsExceeded"
    TIME = "TimeToLiveExceeded"


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Whichever ends first. The time is looked at when an attempt is due, never before."""

    max_attempts: int = 30
    time_to_live_minutes: int = 1440

    def __post_init__(self) -> None:
        # Source: delivery-and-retry.md: the ranges of both.
        if not 1 <= self.max_attempts <= 30:
            raise ValueError(f"maxDeliveryAttempts must be 1 to 30, not {self.max_attempts}")
        if not 1 <= self.time_to_live_minutes <= 1440:
            raise ValueError(
                f"eventTimeToLiveInMinutes must be 1 to 1440, not {self.time_to_live_minutes}"
            )


# Source: delivery-and-retry.md, table by endpoint type: None is never tried again, a number is the least delay.
_AZURE_RESOURCE: Mapping[int, float | None] = {
    400: None,
    401: 5 * _MINUTE,
    403: None,
    404: 5 * _MINUTE,
    408: 2 * _MINUTE,
    413: None,
    503: 30.0,
}
# A 404 of a web hook is in no row: not verified, so the world has a switch for it.
_WEB_HOOK: Mapping[int, float | None] = {
    400: None,
    401: None,
    403: None,
    408: 2 * _MINUTE,
    413: None,
    503: 30.0,
}

_WORDS = {
    400: Failure.BAD_REQUEST,
    401: Failure.UNAUTHORIZED,
    403: Failure.FORBIDDEN,
    404: Failure.NOT_FOUND,
    408: Failure.TIMED_OUT,
    413: Failure.TOO_LARGE,
}


def failure_of(status: int) -> Failure:
    """The word for a status; that 5xx and 429 are Busy is not verified."""
    return _WORDS.get(status, Failure.BUSY)


def delay_after(
    attempts: int, status: int | None, endpoint: EndpointType, *, webhook_404_final: bool
) -> float | None:
    """Seconds until the next attempt, or None when there is none. `status` is None when nobody answered."""
    scheduled = SCHEDULE[min(attempts, len(SCHEDULE)) - 1]
    if status is None:
        return scheduled
    is_hook = endpoint is EndpointType.WEB_HOOK
    if is_hook and webhook_404_final and status == HTTPStatus.NOT_FOUND:
        return None
    least = (_WEB_HOOK if is_hook else _AZURE_RESOURCE).get(status, SCHEDULE[0])
    return None if least is None else max(scheduled, least)
