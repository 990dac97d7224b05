"""Azurite in the lab: reached over TLS with tokens, and living by the lab's clock."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.data.tables.aio import TableServiceClient
from azure.storage.queue.aio import QueueServiceClient

from tests.conformance.apps import StaticCredential, Storage, storage
from tests.harness.azurite import Azurite, AzuriteError
from tests.harness.certificates import Authority
from tests.harness.clock import LabClock

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
async def store(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Storage]:
    async with storage(tmp_path_factory.mktemp("azurite")) as running:
        yield running


async def test_a_token_opens_the_queue_service(store: Storage) -> None:
    client = QueueServiceClient(
        store.azurite.queue_url, credential=store.credential, transport=store.transport()
    )
    async with client:
        await client.create_queue("by-token")
        names = [queue.name async for queue in client.list_queues()]

    assert "by-token" in names


async def test_a_token_opens_the_table_service_and_its_batches(store: Storage) -> None:
    client = TableServiceClient(
        store.azurite.table_url, credential=store.credential, transport=store.transport()
    )
    async with client:
        table = await client.create_table("ledger")
        rows = [{"PartitionKey": "account", "RowKey": key} for key in ("lease", "state")]
        await table.submit_transaction([("create", row) for row in rows])
        found = [row["RowKey"] async for row in table.list_entities()]

    assert found == ["lease", "state"]


async def test_the_connection_string_opens_the_blob_service(store: Storage) -> None:
    assert f"BlobEndpoint={store.azurite.blob_url};" in store.azurite.connection_string
    reader, writer = await asyncio.open_connection(
        "127.0.0.1",
        int(store.azurite.blob_url.split(":")[2].split("/")[0]),
        ssl=store.authority.client(),
    )
    writer.write(
        b"GET /devstoreaccount1?comp=list HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()

    assert b"Azurite-Blob" in answer


async def test_a_hidden_message_appears_when_the_clock_is_moved(store: Storage) -> None:
    async with store.queue("hidden") as queue:
        await queue.create_queue()
    await store.send("hidden", "later", delay=600)

    assert await store.take("hidden") == []
    await store.clock.advance(590)
    assert await store.take("hidden") == []
    await store.clock.advance(10)
    assert await store.take("hidden") == ["later"]


async def test_times_that_azurite_writes_are_the_labs(store: Storage) -> None:
    await store.clock.advance(86400)
    async with store.queue("times") as queue:
        await queue.create_queue()
        sent = await queue.send_message("now")

    assert sent.inserted_on is not None
    assert abs(sent.inserted_on - store.clock.now()) < timedelta(seconds=5)


async def test_a_token_expires_by_the_labs_clock(store: Storage) -> None:
    of_today = StaticCredential(LabClock())
    await store.clock.advance(2 * 86400)
    client = QueueServiceClient(
        store.azurite.queue_url, credential=of_today, transport=store.transport()
    )
    async with client:
        with pytest.raises((ClientAuthenticationError, HttpResponseError), match="expired"):
            await client.create_queue("too-late")


async def test_what_azurite_printed_is_told_when_it_does_not_start(tmp_path: Path) -> None:
    clock = LabClock()
    azurite = Azurite(Authority(tmp_path), clock, start_seconds=0.001)

    with pytest.raises(AzuriteError, match="did not start"):
        await azurite.start()
    assert azurite.pid == 0
    clock.close()


async def test_azurite_ends_when_the_lab_dies(tmp_path: Path) -> None:
    script = (
        "import asyncio, os, pathlib, sys\n"
        "from tests.harness.azurite import Azurite\n"
        "from tests.harness.certificates import Authority\n"
        "from tests.harness.clock import LabClock\n"
        "async def main():\n"
        "    azurite = Azurite(Authority(pathlib.Path(sys.argv[1])), LabClock())\n"
        "    await azurite.start()\n"
        "    print(azurite.pid, flush=True)\n"
        "    os._exit(1)\n"
        "asyncio.run(main())\n"
    )
    died = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", script, os.fspath(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": os.fspath(tmp_path)},
        capture_output=True,
        check=False,
    )

    for _ in range(500):
        if not _runs(int(died.stdout)):
            break
        await asyncio.sleep(0.02)
    assert not _runs(int(died.stdout))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
