"""How many requests may a caller make before ARM says 429?"""

import math
from dataclasses import dataclass

from tests.harness.arm.errors import throttled
from tests.harness.clock import LabClock
from tests.harness.physics.types import ZONE


@dataclass(frozen=True, slots=True)
class Limit:
    """A bucket's size, and how many tokens it wins back per second."""

    tokens: float
    refill: float


@dataclass(frozen=True, slots=True)
class Limits:
    """One bucket per subscription, caller and kind of operation; Private DNS reads have their own."""

    reads: Limit
    writes: Limit
    deletes: Limit
    dns_reads: Limit


# Source: learn.microsoft.com, request-limits-and-throttling; 500 GETs in 5 minutes: azure-docs page of 2020.
AZURE = Limits(Limit(250, 25), Limit(200, 10), Limit(200, 10), Limit(500, 500 / 300))
# What a lab needs that is not about throttling.
GENEROUS = Limits(*(Limit(1_000_000, 1_000_000),) * 4)


class Throttling:
    """Token buckets on the lab's clock."""

    def __init__(self, clock: LabClock, limits: Limits = GENEROUS) -> None:
        self.limits = limits
        self._clock = clock
        self._buckets: dict[tuple[str, str, str], tuple[float, float]] = {}

    def take(self, subscription: str, principal: str, method: str, type_: str) -> dict[str, str]:
        """Spends a token and says what is left, as a header. Raises 429 with Retry-After."""
        kind = {"GET": "reads", "DELETE": "deletes"}.get(method, "writes")
        left = self._spend((subscription, principal, kind), getattr(self.limits, kind))
        if left < 0:
            # Source: azure-docs#105248.
            seconds = self._wait(left, getattr(self.limits, kind))
            raise throttled(
                "SubscriptionRequestsThrottled",
                f"Number of requests for subscription '{subscription}' and operation '{method}' exceeded the "
                f"backend storage limit. Please try again after '{seconds}' seconds.",
                seconds,
            )
        if not type_.casefold().startswith(ZONE.casefold()):
            return {f"x-ms-ratelimit-remaining-subscription-{kind}": str(int(left))}
        if kind == "reads":
            left = self._spend_dns(subscription)
        # Recorded: Private DNS counts in a header of its own.
        return {"x-ms-ratelimit-remaining-subscription-resource-requests": str(int(left))}

    def _spend_dns(self, subscription: str) -> float:
        limit = self.limits.dns_reads
        left = self._spend((subscription, "", "dns"), limit)
        if left < 0:
            seconds = self._wait(left, limit)
            # Source: azqr#34.
            raise throttled(
                "ResourceRequestsThrottled",
                f"Number of requests for action '{ZONE}/read' exceeded the limit of '{limit.tokens:.0f}' for time "
                f"interval '00:05:00'. Please try again after '{seconds}' seconds.",
                seconds,
            )
        return left

    def _spend(self, bucket: tuple[str, str, str], limit: Limit) -> float:
        """What is left after this request; below zero when there was not enough, and nothing is spent."""
        now = self._clock.time()
        held, since = self._buckets.get(bucket, (limit.tokens, now))
        held = min(limit.tokens, held + (now - since) * limit.refill)
        left = held - 1
        self._buckets[bucket] = (left if left >= 0 else held, now)
        return left

    @staticmethod
    def _wait(left: float, limit: Limit) -> int:
        return max(1, math.ceil(-left / limit.refill))
