"""One sweep of a lab that runs already, in a process of its own: its numbers as JSON.

Run by `tests.benchmarks.sweep`, with the identity and the certificates of the lab in the environment.
"""

import asyncio
import json
import resource
import sys
import time
from collections import Counter
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
from azure.data.tables.aio import TableServiceClient
from azure.identity.aio import ManagedIdentityCredential
from azure.storage.queue.aio import QueueServiceClient

from remediation import policy
from remediation.adapters.clock import SystemClock
from remediation.adapters.fleet import GraphFleet
from remediation.adapters.graph_checkpoints import TableSweeps
from remediation.adapters.graph_client import GraphClient
from remediation.adapters.outbox import TableOutbox
from remediation.adapters.requests import QueueRequests
from remediation.clouds import PUBLIC
from remediation.fleet import OpenSpot, is_due
from remediation.policy_file import load
from remediation.reach import reach_of
from remediation.sweep import Sweep, Wants

type Lab = dict[str, Any]

RULES = load(Path("policy.yaml").read_text("utf-8"), "policy.yaml")
_SCOPE = "https://management.azure.com/.default"


async def measured(lab: Lab) -> dict[str, float]:
    """All accounts are known before, as after the first sweep."""
    async with AsyncExitStack() as stack:
        index, sweeps, sweep = await _made(stack, lab)
        due, idle = await _make_known(index, sweeps), _peak()
        before = Counter(await _calls(lab))
        started, busy = time.perf_counter(), time.process_time()
        far = await sweep.run()
        seconds, cpu = time.perf_counter() - started, time.process_time() - busy
        assert far is not None
        calls = Counter(await _calls(lab)) - before
        return {
            "accounts": far.looked,
            "seconds": round(seconds, 1),
            "seconds of the processor": round(cpu, 1),
            "most MiB": round(_peak()),
            "MiB before": round(idle),
            "questions to Resource Graph": calls["POST resources"],
            "other calls of Resource Manager": calls.total() - calls["POST resources"],
            "FULL passes asked for": far.asked,
            "of these in turn": due,
        }


async def _made(stack: AsyncExitStack, lab: Lab) -> tuple[GraphFleet, TableSweeps, Sweep]:
    clock, storage = SystemClock(), lab["storage"]["connection_string"]
    credential = ManagedIdentityCredential(client_id=lab["identity"]["client_id"])
    client = GraphClient(await stack.enter_async_context(credential), lab["arm"]["url"], _SCOPE)
    stack.push_async_callback(client.close)
    tables = TableServiceClient.from_connection_string(storage)
    queues = QueueServiceClient.from_connection_string(storage)
    for service in (tables, queues):
        await stack.enter_async_context(service)
    index, sweeps = GraphFleet(client), TableSweeps(tables, clock)
    sweep = Sweep(
        index,
        sweeps,
        QueueRequests(queues),
        TableOutbox(tables, queues, clock),
        clock,
        wants=Wants(
            partial(policy.desired_for, RULES),
            partial(policy.known_zones, cloud=PUBLIC),
            reach_of(RULES),
        ),
        tell=_told,
        count=_counted,
    )
    return index, sweeps, sweep


async def _make_known(index: GraphFleet, sweeps: TableSweeps) -> int:
    """How many have their turn in the next sweep."""
    async with sweeps.lease("bench") as lease:
        due = 0
        async for page in index.accounts(RULES.scope.subscriptions):
            await lease.save(lease.checkpoint, new=[account.id for account in page])
            due += sum(is_due(account.id, lease.checkpoint.number) for account in page)
        return due


async def _calls(lab: Lab) -> list[str]:
    url = f"{lab['control']['url']}/journal"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        journal: list[Lab] = await answer.json()
    return [f"{entry['method']} {entry['id'].rsplit('/', 1)[-1]}" for entry in journal]


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _told(spot: OpenSpot) -> None:
    sys.stderr.write(f"{spot.spot}\n")


async def _counted(accounts: int) -> None:
    """Nobody asks here."""


if __name__ == "__main__":
    found = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    sys.stdout.write(json.dumps(asyncio.run(measured(found))))
