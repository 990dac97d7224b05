"""The sweep of the fleet beside a lab's worker: genuine adapters, as that worker would make them.

What it asks for waits in the worker's own queue.
"""

import os
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Self

from azure.core.pipeline.transport import AioHttpTransport
from azure.data.tables.aio import TableServiceClient
from azure.storage.queue.aio import QueueServiceClient

from remediation import policy
from remediation.adapters.fleet import GraphFleet
from remediation.adapters.graph_checkpoints import TableSweeps
from remediation.adapters.graph_client import GraphClient
from remediation.adapters.outbox import TableOutbox
from remediation.adapters.requests import QueueRequests
from remediation.clouds import PUBLIC
from remediation.fleet import Checkpoint, OpenSpot
from remediation.policy_file import load
from remediation.reach import Reach, reach_of
from remediation.sweep import Sweep, Wants
from tests.harness.credentials import LabCredential
from tests.harness.lab import LATCH, Lab

_SCOPE = "https://management.azure.com/.default"


@dataclass(slots=True)
class Sweeper:
    """Sweeps of one lab. `told` is what people hear of blind spots; who waits, moves the lab's clock."""

    lab: Lab
    rotation: int = 96
    told: list[OpenSpot] = field(default_factory=list)
    counted: list[int] = field(default_factory=list)
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def sweep(self, reach: Reach | None = None) -> Checkpoint | None:
        """One sweep, and everything that follows from it. The index has had the time that it takes."""
        await self.lab.clock.advance(self.lab.world.switches.graph_lag_seconds)
        far = await (await self.worker(reach)).run()
        await self.lab.settled(600)
        return far

    async def worker(self, reach: Reach | None = None) -> Sweep:
        """A worker of its own: nothing but Azure is shared."""
        rules = load(self.lab.plan.policy.read_text("utf-8"), "policy.yaml")
        credential = LabCredential(self.lab.tokens, LATCH)
        transport = AioHttpTransport(session=self.lab.http, session_owner=False)
        options = {"connection_verify": os.fspath(self.lab.authority.ca_file)}
        storage = self.lab.azurite.connection_string
        tables = TableServiceClient.from_connection_string(storage, **options)
        queues = QueueServiceClient.from_connection_string(storage, **options)
        for service in (tables, queues):
            await self._open.enter_async_context(service)
        client = GraphClient(
            credential, self.lab.arm.url, _SCOPE, wait=self.lab.clock.advance, transport=transport
        )
        return Sweep(
            GraphFleet(client),
            TableSweeps(tables, self.lab.clock),
            QueueRequests(queues),
            TableOutbox(tables, queues, self.lab.clock),
            self.lab.clock,
            wants=Wants(
                partial(policy.desired_for, rules),
                partial(policy.known_zones, cloud=PUBLIC),
                reach or reach_of(rules),
            ),
            tell=self._tell,
            count=self._count,
            rotation=self.rotation,
        )

    async def knows_all(self) -> None:
        """Every account that is there has been looked at."""
        await self.sweep()
        self.told.clear()

    @property
    def spots(self) -> list[str]:
        return [str(each.spot) for each in self.told]

    async def _tell(self, spot: OpenSpot) -> None:
        self.told.append(spot)

    async def _count(self, accounts: int) -> None:
        self.counted.append(accounts)


def asked_of_arm(lab: Lab, since: int) -> list[str]:
    """What Latch asked of Resource Manager since then: `METHOD last-part`."""
    entries = (entry for entry in lab.world.journal[since:] if entry.principal == LATCH.name)
    return [f"{entry.method} {entry.id.rsplit('/', 1)[-1]}" for entry in entries]
