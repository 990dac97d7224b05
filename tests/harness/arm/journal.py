"""What is written down of each request, and what does the world hear of it?"""

from dataclasses import dataclass, field
from typing import Literal

from tests.harness.arm.exchange import Answer, Exchange
from tests.harness.physics.marks import guid
from tests.harness.physics.operations import Operation
from tests.harness.world import Change, JournalEntry, World

KINDS: dict[str, Literal["Write", "Delete", "Action"]] = {
    "PUT": "Write",
    "PATCH": "Write",
    "DELETE": "Delete",
    "POST": "Action",
}


@dataclass(slots=True)
class Visit:
    """One request from arrival to answer, as far as it came."""

    method: str
    id: str
    path_and_query: str
    principal: str = "anonymous"
    code: str = ""
    correlation: str = field(default_factory=guid)

    def enter(self, world: World, status: int) -> None:
        """Writes the journal's line."""
        world.journal.append(
            JournalEntry(world.clock.now(), self.principal, self.method, self.id, status, self.code)
        )


def announce(exchange: Exchange, visit: Visit, answer: Answer) -> None:
    """Tells the world of a change: at once, or when the long operation ends (a switch)."""
    if exchange.method == "GET" or not exchange.route.announced or answer.status == 204:
        return
    operation = answer.operation
    if operation is None or operation.status != "Running":
        tell(exchange, visit, succeeded=operation is None or operation.error is None)
    elif exchange.world.switches.publish == "accepted":
        tell(exchange, visit, succeeded=True)
        operation.watchers.append(lambda ended: _tell_failure(exchange, visit, ended))
    else:
        operation.watchers.append(
            lambda ended: tell(exchange, visit, succeeded=ended.error is None)
        )


def _tell_failure(exchange: Exchange, visit: Visit, operation: Operation) -> None:
    if operation.error is not None:
        tell(exchange, visit, succeeded=False)


def tell(exchange: Exchange, visit: Visit, *, succeeded: bool) -> None:
    # There is no topic of a management group (azure-docs#60716).
    if not exchange.target.subscription:
        return
    # Recorded (event-samples): the url is ARM's own, whatever door the caller used.
    exchange.world.announce(
        Change(
            kind=KINDS[exchange.method],
            outcome="Success" if succeeded else "Failure",
            resource_id=exchange.subject,
            operation=exchange.route.action,
            method=exchange.method,
            url=f"https://management.azure.com{visit.path_and_query}",
            caller=exchange.caller,
            time=exchange.world.clock.now(),
            correlation_id=visit.correlation,
        )
    )
