"""How often may somebody ask?"""

import math

from tests.harness.clock import LabClock

# Source: guidance-for-throttled-requests: 15 questions in 5 seconds for each user.
QUESTIONS = 15
WINDOW = 5.0


class Quota:
    """Windows on the lab's clock, one for each principal."""

    def __init__(self, clock: LabClock) -> None:
        self._clock = clock
        self._windows: dict[str, tuple[float, int]] = {}
        self.questions = QUESTIONS

    def spend(self, principal: str) -> tuple[int, int]:
        """What is left after this question, below zero when it was one too many, and the seconds until the reset."""
        now = self._clock.time()
        ends, left = self._windows.get(principal, (0.0, 0))
        if now >= ends:
            ends, left = now + WINDOW, self.questions
        self._windows[principal] = ends, max(left - 1, 0)
        return left - 1, max(math.ceil(ends - now), 1)


def headers(left: int, seconds: int) -> dict[str, str]:
    return {
        "x-ms-user-quota-remaining": str(max(left, 0)),
        "x-ms-user-quota-resets-after": f"00:00:{seconds:02}",
    }
