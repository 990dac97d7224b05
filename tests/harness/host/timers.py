"""When a timer function runs: six-field NCRONTAB on the lab's clock, never two runs of one timer at a time."""

import asyncio
import json
from datetime import datetime

from croniter import croniter

from tests.harness.clock import LabClock, Timer
from tests.harness.host.bindings import Function
from tests.harness.host.config import ConfigError
from tests.harness.host.invoking import Invoker, Outcome
from tests.harness.host.protos import TypedData


class TimerListener:
    """Runs one timer function. The next occurrence counts from the end of a run: none is caught up on.

    Source: azure-webjobs-sdk TimerListener.cs. Its lease across instances and the past-due state that survives a
    restart are not modeled.
    """

    def __init__(self, function: Function, invoker: Invoker, clock: LabClock) -> None:
        self._function = function
        self._invoker = invoker
        self._clock = clock
        self._schedule = schedule_of(function)
        self._last: datetime | None = None
        self._stopped = False
        self._due: Timer | None = None
        self._run: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._function.trigger.values.get("runOnStartup"):
            self._fall_due()
        else:
            self._wait()

    def stop(self) -> None:
        """Starts no run any more; one that runs is counted by the invoker, and waited for there."""
        self._stopped = True
        if self._due is not None:
            self._due.cancel()

    async def run(self) -> Outcome:
        return await self._invoker.run(self._function, self._status())

    def next_after(self, moment: datetime) -> datetime:
        found: datetime = croniter(self._schedule, moment, second_at_beginning=True).get_next(
            datetime
        )
        return found

    def _wait(self) -> None:
        if not self._stopped:
            due = self.next_after(self._clock.now())
            seconds = due.timestamp() - self._clock.time()
            self._due = self._clock.call_later(seconds, self._fall_due, periodic=True)

    def _fall_due(self) -> None:
        self._run = asyncio.create_task(self._run_then_wait())

    async def _run_then_wait(self) -> None:
        begun = self._clock.now()
        await self.run()
        self._last = begun
        self._wait()

    def _status(self) -> TypedData:
        """Observed with azure-functions 2.3.0."""
        now = self._clock.now()
        status = {
            "Last": (self._last or now).isoformat(),
            "Next": self.next_after(now).isoformat(),
            "LastUpdated": (self._last or now).isoformat(),
        }
        monitored = self._function.trigger.values.get("useMonitor")
        return TypedData(
            json=json.dumps(
                {
                    "Schedule": {"AdjustForDST": True},
                    "ScheduleStatus": status if monitored else None,
                    "IsPastDue": False,
                }
            )
        )


def schedule_of(function: Function) -> str:
    schedule: str = function.trigger.values["schedule"]
    fields = schedule.split()
    if len(fields) != 6 or not croniter.is_valid(schedule, second_at_beginning=True):
        raise ConfigError(f"function {function.name}: {schedule!r} is not six-field NCRONTAB")
    if fields[3] != "*" and fields[5] != "*":
        raise ConfigError(
            f"function {function.name}: {schedule!r} restricts both day and day of week, which is "
            "not modeled: extend tests/harness/host/timers.py"
        )
    return schedule
