"""How many messages may a channel send now, and when the next one? A token bucket. Pure: it is told the time."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from remediation.channel import Rate

# A channel without a rate still ends its turn some time: the next one goes on.
_UNBOUNDED = 25


@dataclass(frozen=True, slots=True)
class Bucket:
    """The tokens left at a moment; a bucket that was never used is full."""

    left: float | None = None
    at: datetime | None = None


def tokens(bucket: Bucket, rate: Rate | None, now: datetime) -> int:
    """Whole messages that may go now."""
    return _UNBOUNDED if rate is None else int(_filled(bucket, rate, now))


def spent(bucket: Bucket, rate: Rate | None, now: datetime, count: int = 1) -> Bucket:
    """The bucket after `count` messages."""
    if rate is None:
        return bucket
    return replace(bucket, left=max(_filled(bucket, rate, now) - count, 0.0), at=now)


def refilled_at(bucket: Bucket, rate: Rate | None, now: datetime) -> datetime:
    """When there is a token again; now, if there is one."""
    if rate is None:
        return now
    missing = max(1 - _filled(bucket, rate, now), 0.0)
    return now + timedelta(minutes=missing / rate.per_minute)


def _filled(bucket: Bucket, rate: Rate, now: datetime) -> float:
    if bucket.left is None or bucket.at is None:
        return float(rate.burst)
    minutes = max((now - bucket.at).total_seconds(), 0.0) / 60
    return min(bucket.left + minutes * rate.per_minute, float(rate.burst))
