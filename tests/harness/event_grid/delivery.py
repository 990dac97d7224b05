"""When is an event tried again, and when is it given up? One courier per event subscription, on the lab's clock.

Probation is not modeled: the first attempt is always made at once.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tests.harness.clock import LabClock, Timer
from tests.harness.event_grid import outcomes
from tests.harness.event_grid.dead_letters import DeadLetter, DeadLetters
from tests.harness.event_grid.outcomes import EndpointType, Failure, GaveUp, RetryPolicy
from tests.harness.world import Json

# An event, or any text that someone wants delivered as it stands.
type Cargo = Json | str


class UnreachableError(Exception):
    """Nobody answered at the destination."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a destination gets in one attempt."""

    cargo: Cargo
    headers: Mapping[str, str]


class Destination(Protocol):
    """Where an event subscription sends its events."""

    endpoint: EndpointType

    async def deliver(self, parcel: Parcel) -> int:
        """One attempt: the status of the answer. Raises UnreachableError."""


@dataclass(slots=True, eq=False)
class Delivery:
    """One event on its way to one destination."""

    cargo: Cargo
    published: datetime
    attempts: int = 0
    outcome: Failure = Failure.SOCKET_ERROR
    last_attempt: datetime | None = None


class Courier:
    """Carries events to one destination: attempts, retries, dead letters."""

    def __init__(
        self,
        name: str,
        destination: Destination,
        clock: LabClock,
        policy: RetryPolicy,
        dead_letters: DeadLetters | None = None,
    ) -> None:
        self.destination = destination
        self.counts: Counter[str] = Counter()
        self._name = name
        self._clock = clock
        self._policy = policy
        self._dead_letters = dead_letters
        self._attempting: set[asyncio.Task[None]] = set()
        self._late: set[asyncio.Task[int]] = set()
        self._waiting: dict[Delivery | DeadLetter, Timer] = {}

    def send(self, cargo: Cargo, delay: float = 0.0) -> None:
        """Makes the first attempt, now or in `delay` seconds of the lab's time."""
        delivery = Delivery(cargo, self._clock.now())
        if delay > 0:
            self._attempt_in(delay, delivery)
        else:
            self._start(delivery)

    def in_flight(self) -> int:
        return len(self._attempting)

    async def idle(self) -> None:
        """Waits until nothing is being attempted."""
        while self._attempting:
            await asyncio.wait(self._attempting)

    def pending(self) -> int:
        return len(self._waiting)

    def next_due(self) -> float | None:
        return min((timer.when for timer in self._waiting.values()), default=None)

    async def close(self) -> None:
        for timer in self._waiting.values():
            timer.cancel()
        self._waiting.clear()
        tasks = (*self._attempting, *self._late)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _attempt_in(self, seconds: float, delivery: Delivery) -> None:
        self._waiting[delivery] = self._clock.call_later(seconds, lambda: self._due(delivery))

    def _due(self, delivery: Delivery) -> None:
        del self._waiting[delivery]
        age = (self._clock.now() - delivery.published).total_seconds()
        if delivery.attempts and age > self._policy.time_to_live_minutes * 60:
            self._give_up(delivery, GaveUp.TIME)
        else:
            self._start(delivery)

    def _start(self, delivery: Delivery) -> None:
        task = asyncio.create_task(self._attempt(delivery))
        self._attempting.add(task)
        task.add_done_callback(self._attempting.discard)

    async def _attempt(self, delivery: Delivery) -> None:
        parcel = Parcel(delivery.cargo, headers(self._name, delivery))
        delivery.attempts += 1
        delivery.last_attempt = self._clock.now()
        self.counts["attempts"] += 1
        call = asyncio.create_task(self.destination.deliver(parcel))
        self._late.add(call)
        call.add_done_callback(self._late.discard)
        deadline = asyncio.create_task(self._clock.sleep(outcomes.DEADLINE, periodic=True))
        try:
            await asyncio.wait({call, deadline}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            deadline.cancel()
        if call.done():
            self._conclude(delivery, call)
        else:
            self._time_out(delivery, call)

    def _conclude(self, delivery: Delivery, call: asyncio.Task[int]) -> None:
        try:
            status = call.result()
        except UnreachableError:
            self._failed(delivery, None, Failure.SOCKET_ERROR)
            return
        if status in outcomes.SUCCESS:
            self.counts["delivered"] += 1
        else:
            self._failed(delivery, status, outcomes.failure_of(status))

    def _time_out(self, delivery: Delivery, call: asyncio.Task[int]) -> None:
        attempted = delivery.last_attempt or delivery.published

        def arrived(ended: asyncio.Task[int]) -> None:
            if ended.cancelled() or ended.exception() or ended.result() not in outcomes.SUCCESS:
                return
            timer = self._waiting.get(delivery)
            late = (self._clock.now() - attempted).total_seconds()
            if timer is not None and late <= outcomes.LATE_SUCCESS:
                timer.cancel()
                del self._waiting[delivery]
                self.counts["delivered"] += 1

        self._failed(delivery, None, Failure.TIMED_OUT)
        call.add_done_callback(arrived)

    def _failed(self, delivery: Delivery, status: int | None, outcome: Failure) -> None:
        delivery.outcome = outcome
        self.counts["failed"] += 1
        delay = outcomes.delay_after(delivery.attempts, status, self.destination.endpoint)
        if delay is None or delivery.attempts >= self._policy.max_attempts:
            self._give_up(delivery, GaveUp.ATTEMPTS)
        else:
            self._attempt_in(delay, delivery)

    def _give_up(self, delivery: Delivery, reason: GaveUp) -> None:
        if self._dead_letters is None or isinstance(delivery.cargo, str):
            self.counts["dropped"] += 1
            return
        letter = DeadLetter(
            delivery.cargo,
            reason,
            delivery.attempts,
            delivery.outcome,
            delivery.published,
            delivery.last_attempt or delivery.published,
        )
        since = (self._clock.now() - letter.last_attempt).total_seconds()
        self._bury_in(max(outcomes.DEAD_LETTER_DELAY - since, 0), letter, self._dead_letters)

    def _bury_in(self, seconds: float, letter: DeadLetter, box: DeadLetters) -> None:
        def due() -> None:
            del self._waiting[letter]
            task = asyncio.create_task(self._bury(letter, box))
            self._attempting.add(task)
            task.add_done_callback(self._attempting.discard)

        self._waiting[letter] = self._clock.call_later(seconds, due)

    async def _bury(self, letter: DeadLetter, box: DeadLetters) -> None:
        if await box.write(self._name, letter, self._clock.now()):
            self.counts["dead_lettered"] += 1
        elif (
            self._clock.now() - letter.last_attempt
        ).total_seconds() < outcomes.DEAD_LETTER_PATIENCE:
            self._bury_in(outcomes.DEAD_LETTER_DELAY, letter, box)
        else:
            self.counts["dropped"] += 1


def headers(name: str, delivery: Delivery) -> dict[str, str]:
    """The headers of an attempt. Source: event-grid delivery-and-retry.md; the count starts at 0: azure-docs#34600."""
    cargo = delivery.cargo if isinstance(delivery.cargo, dict) else {}
    common = {
        "aeg-subscription-name": name.upper(),
        "aeg-delivery-count": str(delivery.attempts),
        "aeg-event-type": "Notification",
        "aeg-metadata-version": str(cargo.get("metadataVersion", "1")),
        "aeg-output-event-id": str(cargo.get("id", "")),
    }
    if "specversion" in cargo:
        return common | {"Content-Type": "application/cloudevents+json; charset=utf-8"}
    return common | {
        "Content-Type": "application/json; charset=utf-8",
        "aeg-data-version": str(cargo.get("dataVersion", "")),
    }
