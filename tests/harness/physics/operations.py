"""What is Azure still working on, and how did it end?"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tests.harness.clock import LabClock, Timer
from tests.harness.ids import same
from tests.harness.physics.errors import ArmError
from tests.harness.physics.marks import guid
from tests.harness.world import Resource

type Watcher = Callable[["Operation"], None]


@dataclass(slots=True, eq=False)
class Operation:
    """Something that was accepted and ends later, for better or worse."""

    resource_id: str
    started: datetime
    finish: Callable[[], None]
    fail: Callable[[], None]
    id: str = field(default_factory=guid)
    status: Literal["Running", "Succeeded", "Failed"] = "Running"
    ended: datetime | None = None
    error: ArmError | None = None
    watchers: list[Watcher] = field(default_factory=list)
    timer: Timer | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a write did: the resource as it is now, and what goes on."""

    resource: Resource
    created: bool = False
    operation: Operation | None = None


def nothing() -> None:
    """Failing leaves no trace."""


class Operations:
    """Runs operations on the lab's clock."""

    def __init__(self, clock: LabClock) -> None:
        self._clock = clock
        self._operations: dict[str, Operation] = {}
        self._running: dict[str, Operation] = {}

    def start(
        self,
        resource_id: str,
        seconds: float,
        finish: Callable[[], None],
        fail: Callable[[], None] = nothing,
    ) -> Operation:
        """Calls `finish` when the time is up; when that raises ArmError, calls `fail`."""
        operation = Operation(resource_id, self._clock.now(), finish, fail)
        self._operations[operation.id] = operation
        self._running[operation.id] = operation
        operation.timer = self._clock.call_later(seconds, lambda: self.complete(operation))
        return operation

    def complete(self, operation: Operation) -> None:
        """Ends an operation now."""
        if operation.status != "Running":
            return
        if operation.timer is not None:
            operation.timer.cancel()
        try:
            operation.finish()
            operation.status = "Succeeded"
        except ArmError as error:
            operation.error = error
            operation.status = "Failed"
            operation.fail()
        operation.ended = self._clock.now()
        del self._running[operation.id]
        for watcher in operation.watchers:
            watcher(operation)

    def find(self, operation_id: str) -> Operation | None:
        return self._operations.get(operation_id)

    def running(self) -> int:
        return len(self._running)

    def concerns(self, resource_id: str) -> bool:
        """Whether anything still runs on this very resource."""
        return any(same(o.resource_id, resource_id) for o in self._running.values())
