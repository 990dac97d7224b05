"""May an endpoint be tried now? Event Grid leaves alone for a while what keeps failing."""

from collections.abc import Mapping

from tests.harness.clock import LabClock
from tests.harness.event_grid.outcomes import Failure
from tests.harness.world import Switches

# Source: delivery-and-retry.md, the table of probations. What is not in it says nothing about the endpoint.
PROBATIONS: Mapping[Failure, float] = {
    Failure.BUSY: 10.0,
    Failure.TIMED_OUT: 10.0,
    Failure.SOCKET_ERROR: 30.0,
    Failure.NOT_FOUND: 300.0,
    Failure.UNAUTHORIZED: 300.0,
    Failure.FORBIDDEN: 300.0,
}


class Health:
    """One endpoint's record: failures in a row, and until when it is on probation."""

    def __init__(self, clock: LabClock, switches: Switches) -> None:
        self._clock = clock
        self._switches = switches
        self._failures = 0
        self._probations = 0
        self._until = 0.0

    def wait(self) -> float:
        """Seconds until the endpoint may be tried; 0 when it is well."""
        return max(self._until - self._clock.time(), 0.0)

    def succeeded(self) -> None:
        self._failures, self._probations, self._until = 0, 0, 0.0

    def failed(self, outcome: Failure, begun: float) -> None:
        """`begun` is when the attempt was: one from before the probation tells nothing new."""
        length = PROBATIONS.get(outcome)
        if length is None:
            return
        self._failures += 1
        if self._failures < self._switches.probation_after or begun < self._until:
            return
        # Source: delivery-and-retry.md: "up to several hours". That it doubles is invented: nothing is published.
        longest = self._switches.probation_longest_seconds
        self._until = self._clock.time() + min(length * 2.0**self._probations, longest)
        self._probations += 1
