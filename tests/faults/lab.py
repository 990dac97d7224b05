"""A lab in which everything between the worker and the world can fail: storage has doors, operations have moods.

Nothing of the app changes for it: the addresses of storage are settings, and operators have them too.
"""

import base64
import re
from collections.abc import Callable

from tests.harness.ids import key
from tests.harness.lab import LATCH, Lab, Plan
from tests.harness.physics.errors import ArmError
from tests.harness.physics.operations import Operation, Operations, nothing
from tests.harness.storage_door import Service, StorageDoor
from tests.harness.weather import Rule, Sighting, Weather
from tests.harness.world import World

type Watcher = Callable[[Sighting], Rule | None]

_ACCOUNT = re.compile(r"aoai-[a-z0-9-]+")
_MESSAGE = re.compile(r"<MessageText>([A-Za-z0-9+/=]+)</MessageText>")
OWN_DOORS = frozenset({"arm", "identity", "queue", "table", "topic"})


class WatchedWeather(Weather):
    """Weather that also tells of each call of the worker, when it arrives at a door."""

    def __init__(self) -> None:
        super().__init__()
        self.watcher: Watcher | None = None

    def strike(self, sighting: Sighting) -> Rule | None:
        if self.watcher is not None and is_of_worker(sighting):
            rule = self.watcher(sighting)
            if rule is not None:
                return rule
        return super().strike(sighting)


def is_of_worker(sighting: Sighting) -> bool:
    """The topic does not know who calls: nobody else does."""
    return sighting.door in OWN_DOORS and (
        sighting.principal == LATCH.name or sighting.door == "topic"
    )


def account_in(text: str) -> str:
    """The name of the first account that a path or a body speaks of; messages are packed in base64."""
    packed = _MESSAGE.search(text)
    if packed is not None:
        text = base64.b64decode(packed.group(1)).decode("utf-8", "replace")
    found = _ACCOUNT.search(text)
    return found.group() if found else ""


class Moods:
    """Operations of some resources that fail, or never end, until they are relieved."""

    def __init__(self, world: World, operations: Operations) -> None:
        self._world = world
        self._operations = operations
        self._failing: dict[str, int] = {}
        self._endless: set[str] = set()
        self._stuck: list[Operation] = []
        self._met: set[str] = set()

    def fails(self, resource_id: str, count: int) -> None:
        self._failing[key(resource_id)] = count

    def never_ends(self, resource_id: str) -> None:
        self._endless.add(key(resource_id))

    def relieve(self) -> None:
        """Azure is well again: what was stuck comes to its end."""
        self._failing.clear()
        self._endless.clear()
        stuck, self._stuck = self._stuck, []
        for operation in stuck:
            self._operations.complete(operation)

    def __call__(self, _: float) -> None:
        """Follows the clock: no operation ends before it has moved."""
        for operation in list(self._operations._running.values()):
            if operation.id not in self._met:
                self._meet(operation)

    def _meet(self, operation: Operation) -> None:
        self._met.add(operation.id)
        own = key(operation.resource_id)
        if own in self._endless and operation.timer is not None:
            operation.timer.cancel()
            self._stuck.append(operation)
        elif self._failing.get(own, 0) > 0:
            self._failing[own] -= 1
            operation.finish = _refuse
            if operation.fail is nothing:
                operation.fail = lambda: self._mark(own)

    def _mark(self, resource_id: str) -> None:
        """What cannot be failed by the lab itself is left in the state that Azure calls so."""
        resource = self._world.get(resource_id)
        if resource is not None:
            resource.properties["provisioningState"] = "Failed"
            self._world.touch()


def _refuse() -> None:
    raise ArmError(500, "InternalServerError", "Scripted: the operation failed.")


class FaultLab(Lab):
    """A lab whose worker reaches queues and tables through doors that the weather strikes."""

    weather: WatchedWeather

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.queues: StorageDoor
        self.tables: StorageDoor

    async def _open_azure(self) -> None:
        self.weather = WatchedWeather()
        await super()._open_azure()
        self.moods = Moods(self.world, self.physics.operations)
        self.clock.follow(self.moods)
        self.queues = self._door("queue", self.azurite.queue_url)
        self.tables = self._door("table", self.azurite.table_url)
        for door in (self.queues, self.tables):
            await door.start()
            self._stack.push_async_callback(door.close)

    def _door(self, service: Service, upstream: str) -> StorageDoor:
        between = (self.clock, self.tokens, self.weather, self.authority)
        return StorageDoor(service, upstream, *between, account_in)

    def _told_otherwise(self) -> dict[str, str]:
        return {
            "LATCH_STATE__queueServiceUri": self.queues.url,
            "LATCH_STATE__tableServiceUri": self.tables.url,
        }

    def _hidden(self) -> int:
        return super()._hidden() + self.queues.hidden

    def clear(self) -> None:
        """The weather is fine, and Azure is well."""
        self.weather.clear()
        self.weather.watcher = None
        self.moods.relieve()
