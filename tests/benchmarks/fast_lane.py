"""From the event to the PATCH: Latch's own time on top of what ARM takes, its CPU, its memory, its cold start.

ARM's own time is measured in the same run: the same GET and the same PATCH, by a bare client, one after the other.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.figures import Figure, cpu_seconds, peak_mib, percentile
from tests.harness.lab import LATCH, Lab, Plan
from tests.harness.people import Person
from tests.harness.worlds import ACCOUNTS
from tests.scenarios import events, policies
from tests.scenarios.conftest import NEVER

WARM, MEASURED = 10, 150
CLOSED = {"properties": {"publicNetworkAccess": "Disabled"}}


@asynccontextmanager
async def _lab(size: int) -> AsyncIterator[Lab]:
    """Events are pushed, and nothing follows them: FULL passes of others would share the two cores."""
    with TemporaryDirectory(prefix="latch-bench-") as folder:
        plan = Plan(
            world=f"fleet:{size}",
            policy=policies.written(Path(folder)),
            ingest="push",
            settings=NEVER | {"LATCH_PROBE": "off"},
        )
        async with Lab(plan) as lab:
            yield lab


async def measure() -> list[Figure]:
    """Every figure of the FAST lane."""
    async with _lab(WARM + 2 * MEASURED + 2) as lab:
        robin = lab.person("Robin Example")
        cold = await _cold_start(lab)
        ids = [_account(lab, number) for number in range(2, WARM + 2 * MEASURED + 2)]
        for account in ids[:WARM]:
            await _closing(lab, account)
        baseline = [await _bare(lab, robin, each) for each in ids[WARM : WARM + MEASURED]]
        await lab.settled(within=600)
        cpu = cpu_seconds(_pid(lab))
        passes = [await _closing(lab, each) for each in ids[WARM + MEASURED :]]
        cpu = (cpu_seconds(_pid(lab)) - cpu) / MEASURED
        memory = peak_mib(_pid(lab))
    own = [each - percentile(baseline, 50) for each in passes]
    return [
        Figure("ARM alone: GET and PATCH, p50", percentile(baseline, 50) * 1000, "ms"),
        Figure("event in -> PATCH answered, p50", percentile(passes, 50) * 1000, "ms"),
        Figure("Latch's own time on top of ARM's, p50", percentile(own, 50) * 1000, "ms", 10),
        Figure("Latch's own time on top of ARM's, p95", percentile(own, 95) * 1000, "ms", 30),
        Figure("CPU per drifted event, with the FULL pass that follows", cpu * 1000, "ms"),
        Figure("peak memory of the worker after FAST and FULL passes", memory, "MiB", 160),
        Figure("worker killed -> spawned -> first PATCH", cold, "s", 1.5),
    ]


async def _closing(lab: Lab, account: str) -> float:
    """Seconds from an event in to the answer of the PATCH that it leads to."""
    _open(lab, account)
    began = time.perf_counter()
    await _deliver(lab, account)
    took = _closed_at(lab, account) - began
    await _drained(lab)
    return took


async def _deliver(lab: Lab, account: str) -> None:
    assert lab.host is not None
    url = f"{lab.host.url}/runtime/webhooks/eventgrid?functionName=on_event"
    headers = {"x-functions-key": lab.host.keys.system, "aeg-event-type": "Notification"}
    async with lab.http.post(url, json=[events.written(account)], headers=headers) as answer:
        answer.raise_for_status()


def _closed_at(lab: Lab, account: str) -> float:
    """When the PATCH was answered, on the clock of perf_counter."""
    since = time.perf_counter() - lab.clock.time()
    entry = next(
        each
        for each in reversed(lab.world.journal)
        if (each.method, each.principal) == ("PATCH", LATCH.name) and each.id == account
    )
    return entry.time.timestamp() + since


async def _bare(lab: Lab, robin: Person, account: str) -> float:
    _open(lab, account)
    began = time.perf_counter()
    await robin.get(account)
    await robin.patch(account, CLOSED)
    return time.perf_counter() - began


async def _cold_start(lab: Lab) -> float:
    """Kills the worker; the first event finds nobody and is sent again until somebody answers."""
    assert lab.host is not None
    account = _account(lab, 0)
    _open(lab, account)
    lab.host.kill_worker()
    began = time.perf_counter()
    while True:
        try:
            await _deliver(lab, account)
        except OSError:
            continue
        return _closed_at(lab, account) - began


async def _drained(lab: Lab) -> None:
    """FULL passes have come to their end before the next event is timed."""
    assert lab.host is not None
    while await lab.host.poll_queues():
        await lab.host.idle()


def _account(lab: Lab, number: int) -> str:
    return lab.id(ACCOUNTS, "Microsoft.CognitiveServices/accounts", f"aoai-{number:05}")


def _open(lab: Lab, account: str) -> None:
    """As somebody's write would leave it, without the event that a write raises."""
    found = lab.world.get(account)
    assert found is not None
    found.properties["publicNetworkAccess"] = "Enabled"


def _pid(lab: Lab) -> int:
    assert lab.host is not None
    return lab.host.worker_pid
