"""The worker process: what it is given, how it fails, whose time it has, and who shares its memory."""

import json
import os
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest

from tests.conformance.apps import APPS, Storage, hosting, quiet, storage
from tests.harness.host.functions import FunctionsHost
from tests.harness.host.worker import WorkerFailedError


@pytest.fixture(scope="module")
async def store(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Storage]:
    async with storage(tmp_path_factory.mktemp("worker")) as running:
        yield running


async def get(host: FunctionsHost, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"{host.url}/{path}") as answer:
        return answer.status, await answer.text()


async def process(host: FunctionsHost) -> dict[str, Any]:
    _, text = await get(host, "api/process")
    known: dict[str, Any] = json.loads(text)
    return known


async def test_the_app_is_indexed_well_within_the_hosts_limit(store: Storage) -> None:
    async with hosting("sample", store) as host:
        assert 0 < host.init_seconds < 10
        assert sorted(host.stats) == [
            *("boom", "files", "greeting", "number", "on_cloud_event", "on_event", "on_timer"),
            *("on_work", "process", "recheck", "secret", "word"),
        ]


async def test_a_broken_app_does_not_start_and_says_why(store: Storage) -> None:
    with pytest.raises(WorkerFailedError, match="invalid non-type annotation"):
        async with hosting("broken", store):
            pass


async def test_the_environment_is_the_app_settings_and_nothing_of_the_lab(store: Storage) -> None:
    async with hosting("sample", store, {"POLICY": "policy.yaml"}) as host:
        known = await process(host)

    added = {"PATH", "HOME", "LANG", "AzureWebJobsScriptRoot", "POLICY"}
    environment = known["environment"]
    assert environment.keys() - added == store.settings().keys()
    assert environment["AzureWebJobsScriptRoot"] == known["folder"] == str(APPS / "sample")
    assert not known["harness"]


async def test_the_workers_clock_follows_the_labs(store: Storage) -> None:
    async with hosting("sample", store) as host:
        await store.clock.advance(86400)
        first = await process(host)
        await store.clock.advance(86400)
        later = await process(host)

    now = store.clock.now()
    assert abs(datetime.fromisoformat(later["now"]) - now) < timedelta(seconds=5)
    assert abs(later["time"] - first["time"] - 86400) < 5
    assert later["pid"] == first["pid"]


async def test_a_worker_that_starts_later_has_the_labs_time_from_the_start(store: Storage) -> None:
    await store.clock.advance(86400)
    async with hosting("sample", store) as host:
        known = await process(host)

    assert abs(known["time"] - store.clock.time()) < 5


async def test_every_line_of_a_run_bears_its_invocation(store: Storage) -> None:
    async with hosting("sample", store, log_file=store.folder / "correlated.log") as host:
        await process(host)

    lines = (store.folder / "correlated.log").read_text().splitlines()
    told = [line.split() for line in lines if " sample: " in line]
    assert [line[-3:] for line in told] == [["asked", "by", "GET"], ["from", "a", "task"]]
    assert len({line[3] for line in told}) == 1
    assert len(told[0][3]) == 36


async def test_a_killed_worker_is_replaced_at_once(store: Storage) -> None:
    async with hosting("sample", store) as host:
        first = host.worker_pid
        host.kill_worker()
        known = await process(host)

        assert known["pid"] == host.worker_pid != first


@pytest.mark.parametrize("path", ["forever", "blocked"])
async def test_a_function_that_exceeds_its_time_costs_the_worker_its_life(
    store: Storage, path: str
) -> None:
    async with hosting("slow", store) as host:
        first = host.worker_pid
        assert await get(host, path) == (500, "")
        assert (await get(host, "remember"))[0] == 200
        assert host.worker_pid != first


async def test_the_worker_ends_with_its_host(store: Storage) -> None:
    async with hosting("sample", store) as host:
        pid = host.worker_pid

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_functions_share_memory_in_one_process(store: Storage) -> None:
    async with hosting("slow", store) as host:
        _, remembered_by = await get(host, "remember")
        _, recalled = await get(host, "recall")

    assert recalled == f"{remembered_by} 1 GET"


async def test_functions_share_nothing_with_a_process_each(store: Storage) -> None:
    async with hosting("slow", store, processes_per_function=True) as host:
        _, remembered_by = await get(host, "remember")
        pid, remembered, _ = (await get(host, "recall"))[1].split()
        host.kill_worker("recall")
        _, recalled = await get(host, "recall")
        await quiet(host)

    assert pid != remembered_by
    assert remembered == "0"
    assert not recalled.startswith(pid)
