"""Who hears of a change? System topics fed by the world's own writes, and their event subscriptions."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.harness.clock import LabClock
from tests.harness.event_grid.agenda import Agenda
from tests.harness.event_grid.batches import Batching
from tests.harness.event_grid.dead_letters import DeadLetters
from tests.harness.event_grid.delivery import Conditions, Courier, Destination, Service
from tests.harness.event_grid.destinations import WebHook
from tests.harness.event_grid.events import Claims, Event, Schema, event_of
from tests.harness.event_grid.filters import Filter, FilterError
from tests.harness.event_grid.outcomes import RetryPolicy
from tests.harness.event_grid.parcels import Cargo
from tests.harness.event_grid.terms import Terms
from tests.harness.event_grid.trouble import Trouble
from tests.harness.weather import Weather
from tests.harness.world import Change, Json, World

# How long a reordered event waits for the others: then it comes without them.
HELD_SECONDS = 60.0
# How long, in real time, an attempt may stand still beside somebody who waits for the lab's clock.
STUCK_SECONDS = 0.1
# Source: subscription-creation-schema.md.
_NAME = re.compile(r"[A-Za-z0-9-]{3,64}")

type Connect = Callable[[Terms], tuple[Destination, DeadLetters | None]]


@dataclass(frozen=True, slots=True)
class EventSubscription:
    """One subscriber of one topic. `topic` is the Azure subscription's id."""

    topic: str
    name: str
    filter: Filter
    schema: Schema
    courier: Courier

    def admits_raw(self, cargo: Cargo) -> bool:
        return isinstance(cargo, dict) and self.filter.admits(cargo)


class EventGrid:
    """One system topic per Azure subscription; it exists as soon as somebody subscribes."""

    def __init__(
        self, world: World, clock: LabClock, claims: Claims, weather: Weather | None = None
    ) -> None:
        self.trouble = Trouble()
        self._clock = clock
        self._claims = claims
        self._tenant = world.tenant
        self._conditions = Conditions(clock, weather or Weather(), world.switches, self._lateness)
        self._subscriptions: list[EventSubscription] = []
        self._counts: Counter[str] = Counter()
        self._screening: set[str] = set()
        self._held: list[Event] = []
        self._agenda = Agenda(clock)
        world.watch(self._publish)

    # Event subscriptions -----------------------------------------------------------------------------------------

    async def subscribe(
        self,
        topic_subscription_id: str,
        name: str,
        filter_: Json,
        destination: Destination,
        schema: Schema = Schema.EVENT_GRID,
        *,
        retry: RetryPolicy | None = None,
        dead_letters: DeadLetters | None = None,
        batching: Batching | None = None,
    ) -> EventSubscription:
        """Creates an event subscription. Raises FilterError or HandshakeError where Azure would refuse it."""
        parsed = Filter.parse(filter_, schema)
        terms = Terms(parsed, schema, retry or RetryPolicy(), batching or Batching())
        return await self._subscribe(topic_subscription_id, name, terms, destination, dead_letters)

    async def create(
        self, topic_subscription_id: str, name: str, properties: Json, connect: Connect
    ) -> EventSubscription:
        """The same from the body that ARM is given; one of the same name on the topic is replaced, as by a PUT."""
        terms = Terms.parse(properties)
        destination, dead_letters = connect(terms)
        earlier = self._named(topic_subscription_id, name)
        made = await self._subscribe(topic_subscription_id, name, terms, destination, dead_letters)
        await self._end(earlier)
        return made

    async def remove(self, topic_subscription_id: str, name: str) -> bool:
        """Ends an event subscription, and what it had not yet delivered. Whether there was one."""
        return await self._end(self._named(topic_subscription_id, name))

    def screen_raw(self, name: str) -> None:
        """What is delivered raw comes to this subscriber only if its filter admits it."""
        self._screening.add(name)

    async def _subscribe(
        self,
        topic: str,
        name: str,
        terms: Terms,
        destination: Destination,
        dead_letters: DeadLetters | None,
    ) -> EventSubscription:
        if not _NAME.fullmatch(name):
            raise FilterError(f"{name!r} is no name: 3 to 64 characters of A-Z, a-z, 0-9 and -")
        if isinstance(destination, WebHook):
            now = self._clock.now()
            await destination.shake_hands(f"/subscriptions/{topic}", terms.schema, now)
        service = Service(terms.retry, terms.batching, dead_letters)
        courier = Courier(name, destination, self._conditions, service)
        made = EventSubscription(topic, name, terms.filter, terms.schema, courier)
        self._subscriptions.append(made)
        return made

    def _named(self, topic: str, name: str) -> EventSubscription | None:
        both = (topic.casefold(), name.casefold())
        found = (s for s in self._subscriptions if (s.topic.casefold(), s.name.casefold()) == both)
        return next(found, None)

    async def _end(self, subscription: EventSubscription | None) -> bool:
        if subscription is None:
            return False
        self._subscriptions.remove(subscription)
        self._counts.update(subscription.courier.counts)
        await subscription.courier.close()
        return True

    # Deliveries --------------------------------------------------------------------------------------------------

    def deliver_raw(self, events: Sequence[Cargo], *, filtered: bool = False) -> int:
        """Delivers what is given as it is; says how many deliveries were started."""
        started = 0
        for cargo in events:
            for subscription in self._addressees(cargo):
                if filtered and not subscription.admits_raw(cargo):
                    continue
                subscription.courier.send(cargo)
                started += 1
        return started

    def in_flight(self) -> int:
        """How many deliveries are being attempted now."""
        return sum(subscription.courier.in_flight() for subscription in self._subscriptions)

    async def idle(self) -> None:
        """Waits until nothing is being attempted."""
        while self.in_flight():
            for subscription in tuple(self._subscriptions):
                await subscription.courier.idle()

    def pending(self) -> int:
        """How many deliveries wait: for others, a retry, a delay, a probation's end, or to become a dead letter."""
        waiting = sum(subscription.courier.pending() for subscription in self._subscriptions)
        return waiting + len(self._held)

    def next_due(self) -> float | None:
        """The moment of the lab's time at which the first of them is due."""
        dues = [subscription.courier.next_due() for subscription in self._subscriptions]
        return min(
            (due for due in (*dues, self._agenda.next_due()) if due is not None), default=None
        )

    async def let_pass(self, seconds: float) -> None:
        """Moves the lab's clock; what is due on the way is attempted at its own moment, and its answer waited for."""
        end = self._clock.time() + seconds
        await self._rest()
        while (due := self._clock.next_due()) is not None and due <= end:
            await self._clock.advance(max(due - self._clock.time(), 0.0))
            await self._rest()
        await self._clock.advance(max(end - self._clock.time(), 0.0))
        await self._rest()

    @property
    def stats(self) -> dict[str, int]:
        total = Counter(self._counts)
        for subscription in self._subscriptions:
            total.update(subscription.courier.counts)
        return dict(total)

    async def close(self) -> None:
        await self._agenda.close()
        await asyncio.gather(*(each.courier.close() for each in self._subscriptions))

    async def _rest(self) -> None:
        """Until nothing is attempted, or what is attempted waits for the lab's clock itself."""
        patience = time.monotonic() + STUCK_SECONDS
        while self.in_flight():
            if self._clock.sleepers and time.monotonic() > patience:
                return
            await asyncio.sleep(0)

    # What the world's changes become -----------------------------------------------------------------------------

    def _publish(self, change: Change) -> None:
        """A single event goes on at once; those of a reordering wait until they are all there."""
        self._counts["published"] += 1
        self._held.append(event_of(change, self._claims, self._tenant))
        if len(self._held) >= self.trouble.reorder:
            self._release()
        elif len(self._held) == 1:
            self._agenda.later(self, HELD_SECONDS, self._release)

    def _lateness(self) -> float:
        return self.trouble.lateness()

    def _release(self) -> None:
        self._agenda.cancel(self)
        held, self._held, self.trouble.reorder = self._held, [], 0
        self._counts["reordered"] += len(held) - 1
        for event in reversed(held):
            for subscription in self._subscriptions:
                if f"/subscriptions/{subscription.topic}".casefold() == event.topic.casefold():
                    self._offer(event, subscription)

    def _offer(self, event: Event, subscription: EventSubscription) -> None:
        rendered = event.render(subscription.schema)
        if not subscription.filter.admits(rendered):
            self._counts["filtered"] += 1
            return
        copies = 0 if self.trouble.outage else self.trouble.copies()
        self._counts["lost"] += copies == 0
        self._counts["doubled"] += copies == 2
        for _ in range(copies):
            subscription.courier.send(rendered, self.trouble.delay)

    def _addressees(self, cargo: Cargo) -> list[EventSubscription]:
        """Those of the topic that the event names; for any other event one per destination.

        What a screening one admits is meant for it, and for others only if their filters admit it too.
        """
        of_topic = self._of_topic(cargo)
        admitting = [s for s in of_topic if s.admits_raw(cargo)]
        if any(s.name in self._screening for s in admitting):
            return admitting
        return [s for s in of_topic if s.name not in self._screening]

    def _of_topic(self, cargo: Cargo) -> list[EventSubscription]:
        if isinstance(cargo, dict):
            topic = str(cargo.get("topic", cargo.get("source", ""))).casefold()
            found = [s for s in self._subscriptions if _within(topic, s.topic)]
            if found:
                return found
        return list({id(s.courier.destination): s for s in self._subscriptions}.values())


def _within(topic: str, subscription: str) -> bool:
    """A topic's path may name a resource group below the subscription."""
    own = f"/subscriptions/{subscription}".casefold()
    return topic == own or topic.startswith(f"{own}/")
