"""When is an event tried again, and when is it given up? One courier per event subscription, on the lab's clock."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from tests.harness.clock import LabClock
from tests.harness.event_grid import outcomes
from tests.harness.event_grid.agenda import Agenda
from tests.harness.event_grid.batches import Batching
from tests.harness.event_grid.dead_letters import DeadLetter, DeadLetters
from tests.harness.event_grid.health import Health
from tests.harness.event_grid.outcomes import EndpointType, Failure, GaveUp, RetryPolicy
from tests.harness.event_grid.parcels import Cargo, Parcel, packed
from tests.harness.weather import Sighting, Weather
from tests.harness.world import Json, Switches


class UnreachableError(Exception):
    """Nobody answered at the destination."""


class Destination(Protocol):
    """Where an event subscription sends its events."""

    endpoint: EndpointType

    async def deliver(self, parcel: Parcel) -> int:
        """One attempt: the status of the answer. Raises UnreachableError."""


@dataclass(slots=True, eq=False)
class Delivery:
    """Events on their way to one destination; a batch stays together."""

    cargos: tuple[Cargo, ...]
    published: datetime
    attempts: int = 0
    outcome: Failure = Failure.SOCKET_ERROR
    last_attempt: datetime | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """What every courier of a lab has in common. `lateness` is what the next retry comes late by."""

    clock: LabClock
    weather: Weather
    switches: Switches
    lateness: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Service:
    """What an event subscription asks for beside its filter."""

    retry: RetryPolicy = field(default_factory=RetryPolicy)
    batching: Batching = field(default_factory=Batching)
    dead_letters: DeadLetters | None = None


class Courier:
    """Carries events to one destination: attempts, retries, probation, dead letters."""

    def __init__(
        self, name: str, destination: Destination, conditions: Conditions, service: Service
    ) -> None:
        self.destination = destination
        self.counts: Counter[str] = Counter()
        self._name = name
        self._clock = conditions.clock
        self._weather = conditions.weather
        self._switches = conditions.switches
        self._lateness = conditions.lateness
        self._service = service
        self._health = Health(conditions.clock, conditions.switches)
        self._agenda = Agenda(conditions.clock)
        self._gathered: list[Cargo] = []
        self._late: set[asyncio.Task[int]] = set()

    def send(self, cargo: Cargo, delay: float = 0.0) -> None:
        """Makes the first attempt, now or in `delay` seconds of the lab's time."""
        if delay > 0:
            late = Delivery((cargo,), self._clock.now())
            self._agenda.later(late, delay, lambda: self._due(late))
        elif self._service.batching.max_events > 1:
            self._gather(cargo)
        else:
            self._due(Delivery((cargo,), self._clock.now()))

    def in_flight(self) -> int:
        return self._agenda.running() + len(self._gathered)

    async def idle(self) -> None:
        """Waits until nothing is being attempted."""
        while self.in_flight():
            await asyncio.sleep(0)
            await self._agenda.idle()

    def pending(self) -> int:
        return self._agenda.waiting()

    def next_due(self) -> float | None:
        return self._agenda.next_due()

    async def close(self) -> None:
        await self._agenda.close()
        late = tuple(self._late)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _gather(self, cargo: Cargo) -> None:
        """Source: delivery-and-retry.md: nothing waits for a batch to fill; what is there at once goes together."""
        if not self._gathered:
            asyncio.get_running_loop().call_soon(self._send_gathered)
        self._gathered.append(cargo)

    def _send_gathered(self) -> None:
        cargos, self._gathered = self._gathered, []
        for batch in self._service.batching.split(cargos):
            self._due(Delivery(batch, self._clock.now()))

    def _due(self, delivery: Delivery) -> None:
        age = (self._clock.now() - delivery.published).total_seconds()
        wait = self._health.wait()
        if age > self._service.retry.time_to_live_minutes * 60:
            self._give_up(delivery, GaveUp.TIME)
        elif wait and self._switches.probation_sheds:
            delivery.outcome = Failure.PROBATION
            self._give_up(delivery, GaveUp.ATTEMPTS)
        elif wait:
            self.counts["postponed"] += len(delivery.cargos)
            self._agenda.later(delivery, wait, lambda: self._due(delivery))
        else:
            self._agenda.start(self._attempt(delivery))

    async def _attempt(self, delivery: Delivery) -> None:
        parcel = packed(self._name, delivery.cargos, delivery.attempts)
        delivery.attempts += 1
        delivery.last_attempt = self._clock.now()
        self.counts["attempts"] += 1
        call = asyncio.create_task(self._carry(parcel))
        self._late.add(call)
        call.add_done_callback(self._late.discard)
        await self._answered(delivery, call)

    async def _answered(self, delivery: Delivery, call: asyncio.Task[int]) -> None:
        """Within the deadline or not: what follows is reckoned from the very moment of the lab's time."""
        over = asyncio.Event()
        timed_out = False

        def time_out() -> None:
            nonlocal timed_out
            timed_out = True
            self._time_out(delivery, call)
            over.set()

        deadline = self._clock.call_later(outcomes.DEADLINE, time_out)
        call.add_done_callback(lambda _: over.set())
        try:
            await over.wait()
        finally:
            deadline.cancel()
        if not timed_out:
            self._conclude(delivery, call)

    async def _carry(self, parcel: Parcel) -> int:
        """Through the weather, which may answer instead of the destination, or after it."""
        rule = self._weather.strike(Sighting("delivery", "POST", principal=self._name))
        if rule is None:
            return await self.destination.deliver(parcel)
        taken = await self.destination.deliver(parcel) if rule.after_write else None
        if rule.delay:
            await self._clock.sleep(rule.delay)
        if rule.reset:
            raise UnreachableError("the weather broke the connection")
        if rule.status is not None:
            return rule.status
        return await self.destination.deliver(parcel) if taken is None else taken

    def _conclude(self, delivery: Delivery, call: asyncio.Task[int]) -> None:
        try:
            status = call.result()
        except UnreachableError:
            self._failed(delivery, None, Failure.SOCKET_ERROR)
            return
        if status in outcomes.SUCCESS:
            self._health.succeeded()
            self.counts["delivered"] += len(delivery.cargos)
        else:
            self._failed(delivery, status, outcomes.failure_of(status))

    def _time_out(self, delivery: Delivery, call: asyncio.Task[int]) -> None:
        attempted = delivery.last_attempt or delivery.published

        def arrived(ended: asyncio.Task[int]) -> None:
            if ended.cancelled() or ended.exception() or ended.result() not in outcomes.SUCCESS:
                return
            late = (self._clock.now() - attempted).total_seconds()
            if late <= outcomes.LATE_SUCCESS and self._agenda.cancel(delivery):
                self.counts["delivered"] += len(delivery.cargos)

        self._failed(delivery, None, Failure.TIMED_OUT)
        call.add_done_callback(arrived)

    def _failed(self, delivery: Delivery, status: int | None, outcome: Failure) -> None:
        delivery.outcome = outcome
        self.counts["failed"] += 1
        begun = (delivery.last_attempt or delivery.published).timestamp()
        self._health.failed(outcome, begun)
        final = self._switches.webhook_404_final
        endpoint = self.destination.endpoint
        delay = outcomes.delay_after(delivery.attempts, status, endpoint, webhook_404_final=final)
        if delay is None or delivery.attempts >= self._service.retry.max_attempts:
            self._give_up(delivery, GaveUp.ATTEMPTS)
        else:
            late = delay + self._lateness()
            self._agenda.later(delivery, late, lambda: self._due(delivery))

    def _give_up(self, delivery: Delivery, reason: GaveUp) -> None:
        box = self._service.dead_letters
        events = [cargo for cargo in delivery.cargos if not isinstance(cargo, str)]
        if box is None or not events:
            self.counts["dropped"] += len(delivery.cargos)
            return
        letters = tuple(_letter(event, delivery, reason) for event in events)
        since = (self._clock.now() - letters[0].last_attempt).total_seconds()
        self._bury_in(max(outcomes.DEAD_LETTER_DELAY - since, 0), letters, box)

    def _bury_in(self, seconds: float, letters: Sequence[DeadLetter], box: DeadLetters) -> None:
        self._agenda.later(
            letters[0], seconds, lambda: self._agenda.start(self._bury(letters, box))
        )

    async def _bury(self, letters: Sequence[DeadLetter], box: DeadLetters) -> None:
        now = self._clock.now()
        if await box.write(self._name, letters, now):
            self.counts["dead_lettered"] += len(letters)
        elif (now - letters[0].last_attempt).total_seconds() < outcomes.DEAD_LETTER_PATIENCE:
            self._bury_in(outcomes.DEAD_LETTER_DELAY, letters, box)
        else:
            self.counts["dropped"] += len(letters)


def _letter(event: Json, delivery: Delivery, reason: GaveUp) -> DeadLetter:
    return DeadLetter(
        event,
        reason,
        delivery.attempts,
        delivery.outcome,
        delivery.published,
        delivery.last_attempt or delivery.published,
    )
