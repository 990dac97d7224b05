"""What time is it? Whatever the test says."""

from datetime import datetime, timedelta

from tests.builders import NOW


class MovableClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def move(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
