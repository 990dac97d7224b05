"""Does everything come right after anything? Random people, drifts, weather, deaths and lost events, by a seed.

However wild it was: when it is calm again and a sweep has run, every account is private, every change was told, and
nobody else's things were touched.
"""

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from tests.faults.lab import FaultLab
from tests.faults.matrix import foreign_writes, is_private, repetitions
from tests.harness.lab import LATCH
from tests.harness.people import Person, RefusedByArmError
from tests.harness.weather import Rule
from tests.scenarios.story import Story

_WITHIN = 600.0
_HOUR = 3600.0
# A change is mended by three writes at most: the account, its endpoint, the zone group. Bad weather multiplies them,
# but not without end.
_WRITES_A_STEP = 30

type Deed = Callable[[], Awaitable[str]]

_PEOPLE = ("Robin Example", "Kim Example", "deploy-ci")
_STATUSES = (409, 412, 429, 500, 503)
_DOORS = ("arm", "arm", "arm", "identity", "queue", "table", "topic")


@dataclass(slots=True)
class Run:
    """What one seed brought about."""

    seed: int
    deeds: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    writes: int = 0
    told: int = 0


class Chaos:
    """Steps that are drawn by a seed, over some accounts."""

    def __init__(self, lab: FaultLab, seed: int, accounts: int) -> None:
        self._lab = lab
        self._random = random.Random(seed)  # noqa: S311 - repeatable, and no secret
        self.stories = [Story.private(lab, f"aoai-chaos-{seed}-{n}") for n in range(accounts)]
        self._people = [lab.person(name) for name in _PEOPLE]
        self._changed: set[str] = set()
        self.run = Run(seed)

    async def go(self, steps: int) -> Run:
        for _ in range(steps):
            await self._step()
        await self._calm()
        await self._judge(steps)
        return self.run

    async def _step(self) -> None:
        weights, deeds = zip(*self._deeds(), strict=True)
        [deed] = self._random.choices(deeds, weights)
        self.run.deeds.append(await deed())

    def _deeds(self) -> Sequence[tuple[int, Deed]]:
        """What may happen, and how often compared with the rest."""
        return (
            (5, self._drift),
            (3, self._storm),
            (2, self._trouble_of_events),
            (1, self._death),
            (3, self._time),
            (1, self._fine_weather),
        )

    # Deeds -------------------------------------------------------------------------------------------------------

    async def _drift(self) -> str:
        story, person = self._random.choice(self.stories), self._random.choice(self._people)
        drift = self._random.choice((self._open, self._cut, self._forget, self._mislead))
        try:
            await drift(person, story)
        except RefusedByArmError as refused:
            return f"{person.caller.name} was refused: {str(refused)[:80]}"
        return f"{person.caller.name} does {drift.__name__} to {story.name}"

    async def _open(self, person: Person, story: Story) -> None:
        await person.opens(story.id)
        self._changed.add(story.name)

    async def _cut(self, person: Person, story: Story) -> None:
        if self._lab.world.get(story.endpoint_id) is not None:
            await person.delete(story.endpoint_id)
            self._changed.add(story.name)

    async def _forget(self, person: Person, story: Story) -> None:
        if self._lab.world.get(story.record_id()) is not None:
            await person.delete(story.record_id())

    async def _mislead(self, person: Person, story: Story) -> None:
        if self._lab.world.get(story.record_id()) is not None:
            await person.points(story.zone_id(), story.name, "10.20.99.99")

    async def _storm(self) -> str:
        door, count = self._random.choice(_DOORS), self._random.randint(1, 6)
        rule = Rule(door=door, count=count)
        if door != "topic":
            rule.principal = LATCH.name
        kind = self._random.choice(("status", "reset", "malformed", "delay"))
        if kind == "status":
            rule.status = self._random.choice(_STATUSES)
            rule.retry_after = 20 if rule.status == 429 else None
        elif kind == "delay":
            rule.delay = self._random.uniform(1, 30)
        elif kind == "reset":
            rule.reset = True
        else:
            rule.malformed = True
        rule.after_write = kind != "status" and self._random.random() < 0.5
        self._lab.weather.rules.append(rule)
        return f"{count} calls at {door}: {kind} {rule.status or ''}"

    async def _trouble_of_events(self) -> str:
        trouble = self._lab.grid.trouble
        kind = self._random.choice(("drop", "duplicate", "reorder"))
        setattr(trouble, kind, self._random.randint(1, 3))
        return f"events: {kind}"

    async def _death(self) -> str:
        if self._lab.host is not None:
            self._lab.host.kill_worker()
        return "the worker dies"

    async def _time(self) -> str:
        seconds = self._random.choice((1, 10, 60))
        await self._lab.clock.advance(seconds)
        return f"{seconds} s pass"

    async def _fine_weather(self) -> str:
        self._lab.clear()
        return "the weather is fine"

    # The end -----------------------------------------------------------------------------------------------------

    async def _calm(self) -> None:
        """Fine weather, and two sweeps: what the first one finds may be busy still."""
        self._lab.clear()
        trouble = self._lab.grid.trouble
        trouble.drop = trouble.duplicate = trouble.reorder = 0
        await self._lab.settled(_WITHIN)
        for _ in range(2):
            await self._lab.clock.advance(_HOUR)
            await self._lab.swept()
            await self._lab.settled(_WITHIN)

    async def _judge(self, steps: int) -> None:
        run = self.run
        for story in self.stories:
            if not await is_private(story):
                run.faults.append(f"{story.name} is not private")
            if story.name in self._changed and not story.told:
                run.faults.append(f"nobody was told of {story.name}")
            run.faults += [f"{story.name}: {each}" for each in repetitions(story)]
            run.writes += len(story.writes)
            run.told += len(story.told)
        run.faults += foreign_writes(self.stories)
        if run.writes > _WRITES_A_STEP * steps:
            run.faults.append(f"{run.writes} writes for {steps} steps")
