"""A storm: many events about few accounts. How many FULL passes does it cost, and is anything lost?"""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.figures import Figure
from tests.harness.lab import Lab, Plan
from tests.harness.worlds import ACCOUNTS
from tests.scenarios import events, policies
from tests.scenarios.conftest import NEVER

ACCOUNT = "Microsoft.CognitiveServices/accounts"
STORMED, EVENTS = 40, 800


async def measure() -> list[Figure]:
    """Each account is opened once, and then spoken of again and again."""
    with TemporaryDirectory(prefix="latch-bench-") as folder:
        plan = Plan(
            world=f"fleet:{STORMED}",
            policy=policies.written(Path(folder)),
            settings=NEVER | {"LATCH_PROBE": "off"},
        )
        async with Lab(plan) as lab:
            ids = [lab.id(ACCOUNTS, ACCOUNT, f"aoai-{number:05}") for number in range(STORMED)]
            return await _storm(lab, ids)


async def _storm(lab: Lab, ids: list[str]) -> list[Figure]:
    for account in ids:
        found = lab.world.get(account)
        assert found is not None
        found.properties["publicNetworkAccess"] = "Enabled"
    began = time.perf_counter()
    lab.grid.deliver_raw(
        [
            events.written(ids[number % STORMED], id=f"00000000-0000-4000-8000-{number:012}")
            for number in range(EVENTS)
        ]
    )
    await lab.settled(within=600)
    took = time.perf_counter() - began
    ended = [line for line in lab.worker_log.splitlines() if "pass ended" in line]
    passes = sum('"lane": "full"' in line for line in ended)
    closed = sum(_is_closed(lab, account) for account in ids)
    return [
        Figure(f"accounts closed, of {STORMED}", closed, "", STORMED, at_least=True),
        Figure(f"events a second, {EVENTS} in all", EVENTS / took, "1/s"),
        Figure("FULL passes that looked, per changed account", passes / STORMED, "", 1.2),
    ]


def _is_closed(lab: Lab, account: str) -> bool:
    found = lab.world.get(account)
    return found is not None and found.properties["publicNetworkAccess"] == "Disabled"
