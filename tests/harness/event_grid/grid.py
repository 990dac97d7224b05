"""Who hears of a change? System topics fed by the world's own writes, and their event subscriptions."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.harness.clock import LabClock
from tests.harness.event_grid.dead_letters import DeadLetters
from tests.harness.event_grid.delivery import Cargo, Courier, Destination
from tests.harness.event_grid.destinations import WebHook
from tests.harness.event_grid.events import Claims, Event, Schema, event_of
from tests.harness.event_grid.filters import Filter
from tests.harness.event_grid.outcomes import RetryPolicy
from tests.harness.event_grid.trouble import Trouble
from tests.harness.world import Change, Json, World


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

    def __init__(self, world: World, clock: LabClock, claims: Claims) -> None:
        self.trouble = Trouble()
        self._clock = clock
        self._claims = claims
        self._tenant = world.tenant
        self._subscriptions: list[EventSubscription] = []
        self._counts: Counter[str] = Counter()
        self._screening: set[str] = set()
        world.watch(self._publish)

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
    ) -> EventSubscription:
        """Creates an event subscription. Raises FilterError or HandshakeError where Azure would refuse it."""
        parsed = Filter.parse(filter_, schema)
        if isinstance(destination, WebHook):
            topic = f"/subscriptions/{topic_subscription_id}"
            await destination.shake_hands(topic, schema, self._clock.now())
        policy = retry or RetryPolicy()
        courier = Courier(name, destination, self._clock, policy, dead_letters)
        made = EventSubscription(topic_subscription_id, name, parsed, schema, courier)
        self._subscriptions.append(made)
        return made

    def screen_raw(self, name: str) -> None:
        """What is delivered raw comes to this subscriber only if its filter admits it."""
        self._screening.add(name)

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
            for subscription in self._subscriptions:
                await subscription.courier.idle()

    def pending(self) -> int:
        """How many deliveries wait: for a retry, a delay, or to become a dead letter."""
        return sum(subscription.courier.pending() for subscription in self._subscriptions)

    def next_due(self) -> float | None:
        """The moment of the lab's time at which the first of them is due."""
        dues = (subscription.courier.next_due() for subscription in self._subscriptions)
        return min((due for due in dues if due is not None), default=None)

    @property
    def stats(self) -> dict[str, int]:
        total = Counter(self._counts)
        for subscription in self._subscriptions:
            total.update(subscription.courier.counts)
        return dict(total)

    async def close(self) -> None:
        await asyncio.gather(*(each.courier.close() for each in self._subscriptions))

    def _publish(self, change: Change) -> None:
        event = event_of(change, self._claims, self._tenant)
        self._counts["published"] += 1
        for subscription in self._subscriptions:
            if f"/subscriptions/{subscription.topic}".casefold() == event.topic.casefold():
                self._offer(event, subscription)

    def _offer(self, event: Event, subscription: EventSubscription) -> None:
        rendered = event.render(subscription.schema)
        if not subscription.filter.admits(rendered):
            self._counts["filtered"] += 1
            return
        copies = self.trouble.copies()
        self._counts["lost"] += copies == 0
        self._counts["doubled"] += copies == 2
        for _ in range(copies):
            subscription.courier.send(rendered, self.trouble.delay)

    def _addressees(self, cargo: Cargo) -> list[EventSubscription]:
        """Those of the topic that the event names; for any other event one per destination.

        What a screening one admits is meant for it, and for others only if their filters admit it too.
        """
        named = self._named(cargo)
        admitting = [s for s in named if s.admits_raw(cargo)]
        if any(s.name in self._screening for s in admitting):
            return admitting
        return [s for s in named if s.name not in self._screening]

    def _named(self, cargo: Cargo) -> list[EventSubscription]:
        if isinstance(cargo, dict):
            topic = str(cargo.get("topic", cargo.get("source", ""))).casefold()
            named = [s for s in self._subscriptions if _within(topic, s.topic)]
            if named:
                return named
        return list({id(s.courier.destination): s for s in self._subscriptions}.values())


def _within(topic: str, subscription: str) -> bool:
    """A topic's path may name a resource group below the subscription."""
    own = f"/subscriptions/{subscription}".casefold()
    return topic == own or topic.startswith(f"{own}/")
