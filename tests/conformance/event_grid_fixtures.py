"""A grid with nothing behind it but the test: destinations that answer as told, dead letters in memory."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from tests.harness.clock import LabClock
from tests.harness.event_grid import (
    DeadLetter,
    EndpointType,
    EventGrid,
    Parcel,
    Schema,
    UnreachableError,
)
from tests.harness.weather import Weather
from tests.harness.world import Caller, Change, Json, World

SUBSCRIPTION = "5b1f0a3e-0000-4000-8000-00000000a001"
HUB = "5b1f0a3e-0000-4000-8000-00000000a002"
KIM = Caller("Kim Sample", "5b1f0a3e-0000-4000-8000-00000000d001", "portal", "user")
UNREACHABLE, LATE = -1, -2


class Recorder:
    """A destination that answers as it is told, and remembers when it was asked."""

    def __init__(
        self, clock: LabClock, *answers: int, endpoint: EndpointType = EndpointType.FUNCTION
    ) -> None:
        self.endpoint = endpoint
        self.parcels: list[Parcel] = []
        self.times: list[int] = []
        self.asked, self.released, self.answered = (asyncio.Event() for _ in range(3))
        self._clock = clock
        self._start = clock.time()
        self._answers = list(answers)

    async def deliver(self, parcel: Parcel) -> int:
        self.parcels.append(parcel)
        self.times.append(round(self._clock.time() - self._start))
        self.asked.set()
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if answer == UNREACHABLE:
            raise UnreachableError("nobody there")
        if answer == LATE:
            await self.released.wait()
            self.answered.set()
            return 200
        return answer


class Box:
    """Dead letters in memory; the first `failures` writes fail."""

    def __init__(self, failures: int = 0) -> None:
        self.letters: list[tuple[str, DeadLetter, datetime]] = []
        self.failures = failures

    async def write(self, subscription: str, letters: Sequence[DeadLetter], now: datetime) -> bool:
        if self.failures > 0:
            self.failures -= 1
            return False
        self.letters.extend((subscription, letter, now) for letter in letters)
        return True


class Bench:
    """A grid with nothing behind it but the test."""

    def __init__(self) -> None:
        self.clock = LabClock()
        self.world = World(self.clock)
        self.weather = Weather()
        self.grid = EventGrid(
            self.world, self.clock, lambda caller: {"appid": caller.client_id}, self.weather
        )

    async def subscribe(
        self,
        *answers: int,
        endpoint: EndpointType = EndpointType.FUNCTION,
        topic: str = SUBSCRIPTION,
        box: Box | None = None,
        schema: Schema = Schema.EVENT_GRID,
        **terms: Any,
    ) -> Recorder:
        recorder = Recorder(self.clock, *answers, endpoint=endpoint)
        await self.grid.subscribe(topic, "latch", {}, recorder, schema, dead_letters=box, **terms)
        return recorder

    def announce(self, subscription: str = SUBSCRIPTION) -> None:
        self.world.announce(change(self.clock, subscription))

    async def quiet(self) -> None:
        async with asyncio.timeout(5):
            await self.grid.idle()

    async def to_the_end(self) -> None:
        """Lets the lab's time pass until nothing is due any more."""
        await self.quiet()
        while (due := self.grid.next_due()) is not None:
            await self.clock.advance(max(due - self.clock.time(), 0))
            await self.quiet()


def change(clock: LabClock, subscription: str) -> Change:
    account = (
        f"/subscriptions/{subscription}/resourceGroups/rg"
        "/providers/Microsoft.CognitiveServices/accounts/aoai"
    )
    return Change(
        "Write",
        "Success",
        account,
        "Microsoft.CognitiveServices/accounts/write",
        "PATCH",
        f"https://management.azure.com{account}?api-version=2025-09-01",
        KIM,
        clock.now(),
        "5b1f0a3e-0000-4000-a000-000000000001",
    )


@asynccontextmanager
async def benched() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    await bench.grid.close()
    bench.clock.close()


def events(recorder: Recorder) -> list[Json]:
    """What came, in order, attempt by attempt."""
    cargos = (cargo for parcel in recorder.parcels for cargo in parcel.cargos)
    return [cargo for cargo in cargos if isinstance(cargo, dict)]


def ids(recorder: Recorder) -> list[str]:
    return [event["id"] for event in events(recorder)]


def event(**members: Any) -> Json:
    return {"id": "1", "topic": f"/subscriptions/{SUBSCRIPTION}", "dataVersion": "2", **members}
