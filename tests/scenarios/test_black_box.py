"""The lab as a program: whoever speaks HTTP can drive it, and a signal ends it with all its children."""

import asyncio
import json
import os
import signal
import ssl
import sys
from asyncio.subprocess import STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx2
import pytest
from openai import AsyncOpenAI, PermissionDeniedError

from tests.harness.lab import REPOSITORY
from tests.harness.world import Json
from tests.scenarios import events

MAIN = (
    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-ai-prod"
    "/providers/Microsoft.CognitiveServices/accounts/aoai-contoso-prod"
)
ALL_NETWORKS = {
    "properties": {
        "publicNetworkAccess": "Enabled",
        "networkAcls": {"defaultAction": "Allow", "ipRules": [], "virtualNetworkRules": []},
    }
}


@dataclass(frozen=True, slots=True)
class Box:
    """A lab in another process, its ready file, and a client that trusts its certificates."""

    process: Process
    ready: Json
    http: aiohttp.ClientSession

    async def get(self, path: str) -> Any:
        async with self.http.get(self.ready["control"]["url"] + path) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def post(self, path: str, body: object = None, expected: int = 200) -> Json:
        url = self.ready["control"]["url"] + path
        async with self.http.post(url, json={} if body is None else body) as answer:
            assert answer.status == expected, await answer.text()
            found: Json = await answer.json()
            return found

    async def arm(self, method: str, resource_id: str, token: str, body: Json | None = None) -> int:
        url = f"{self.ready['arm']['url']}{resource_id}?api-version=2025-09-01"
        headers = {"Authorization": f"Bearer {token}"}
        async with self.http.request(method, url, json=body, headers=headers) as answer:
            return answer.status

    async def opens(self) -> None:
        """Robin opens the article's account."""
        asked = {"principal": "Robin Example", "roles": ["Contributor"]}
        token = (await self.post("/token", asked))["token"]
        assert await self.arm("PATCH", MAIN, token, ALL_NETWORKS) == 202


@asynccontextmanager
async def boxed(folder: Path, *options: str) -> AsyncIterator[Box]:
    """Ends it by SIGTERM, and leaves nothing running."""
    file, printed = folder / "lab.json", folder / "lab.log"
    with printed.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.harness", "serve", "--ready-file", os.fspath(file)),
            *options,
            cwd=REPOSITORY,
            stdout=log,
            stderr=STDOUT,
        )
    try:
        ready = await _read(file, process, printed)
        trusted = ssl.create_default_context(cafile=ready["arm"]["ca_file"])
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusted)) as http:
            yield Box(process, ready, http)
    finally:
        await _ended(process)


async def _read(file: Path, process: Process, printed: Path) -> Json:
    async with asyncio.timeout(60):
        while not (text := _text(file)):
            assert process.returncode is None, _text(printed)
            await asyncio.sleep(0.05)
    found: Json = json.loads(text)
    return found


def _text(file: Path) -> str:
    return file.read_text("utf-8") if file.exists() else ""


async def _ended(process: Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(30):
        await process.wait()


@pytest.fixture(scope="module")
async def box(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Box]:
    async with boxed(tmp_path_factory.mktemp("box")) as box:
        yield box


async def ask(box: Box, side: str) -> str:
    """One question to the model, by the way that the ready file names for this side."""
    trusted = ssl.create_default_context(cafile=box.ready["arm"]["ca_file"])
    way = box.ready["openai"]
    async with AsyncOpenAI(
        base_url=way[f"{side}_base_url"],
        api_key=way["api_key"],
        max_retries=0,
        http_client=httpx2.AsyncClient(verify=trusted),
    ) as client:
        answer = await client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": "Who are you?"}]
        )
    return answer.choices[0].message.content or ""


async def test_the_ready_file_has_the_shape_of_the_contract(box: Box) -> None:
    named = {section: set(content) for section, content in box.ready.items()}

    assert {"url", "ca_file", "subscriptions"} <= named["arm"]
    assert {"url", "host_key", "master_key", "system_key"} <= named["functions"]
    assert {"endpoint", "header"} <= named["identity"]
    assert {"connection_string"} <= named["storage"]
    assert {"inside", "outside"} <= named["dns"]
    assert {"inside_base_url", "outside_base_url", "api_key"} <= named["openai"]
    assert {"topic_endpoint", "topic_key"} <= named["event_grid"]
    assert {"url"} <= named["control"]


async def test_an_opened_account_is_closed_and_told(box: Box) -> None:
    await box.post("/settle")
    told, written = len(await box.get("/alerts")), len(await box.get("/journal"))

    await box.opens()
    assert "aoai-contoso-prod" in await ask(box, "outside")
    settled = await box.post("/settle", {"timeout": 60})

    assert settled["settled"]
    assert "Disabled" == (await box.get("/world"))[MAIN]["properties"]["publicNetworkAccess"]
    [alert] = (await box.get("/alerts"))[told:]
    assert "Latch.Alert.Closed" == alert["type"]
    entries = [e for e in (await box.get("/journal"))[written:] if e["id"] == MAIN]
    assert ["PATCH", "GET", "PATCH"] == [entry["method"] for entry in entries[:3]]
    assert {"principal", "method", "id", "status"} <= set(entries[0])


async def test_inside_is_answered_and_outside_refused(box: Box) -> None:
    await box.post("/settle")

    assert "aoai-contoso-prod" in await ask(box, "inside")
    with pytest.raises(PermissionDeniedError):
        await ask(box, "outside")


async def test_the_clock_only_goes_forward(box: Box) -> None:
    before = (await box.get("/stats"))["clock"]["offset"]

    await box.post("/clock", {"advance": 90})
    await box.post("/clock", {"advance": -1}, expected=400)

    # What passed on the wall clock meanwhile counts, too.
    assert (await box.get("/stats"))["clock"]["offset"] > before + 80


async def test_weather_strikes_and_is_cleared(box: Box) -> None:
    token = (await box.post("/token", {"principal": "Kim Example", "roles": ["Reader"]}))["token"]

    await box.post("/weather", {"method": "GET", "status": 503, "principal": "Kim Example"})
    struck = await box.arm("GET", MAIN, token)
    await box.post("/weather", {"clear": True})

    assert (503, 200) == (struck, await box.arm("GET", MAIN, token))


async def test_a_token_has_the_rights_of_its_roles(box: Box) -> None:
    token = (await box.post("/token", {"principal": "Lee Example", "roles": ["Reader"]}))["token"]

    assert 403 == await box.arm("PATCH", MAIN, token, ALL_NETWORKS)


async def test_raw_events_are_delivered_as_they_are(box: Box) -> None:
    foreign = events.written(MAIN.replace("11111111-1111", "22222222-2222"))

    answer = await box.post("/events", {"events": ["no JSON", foreign, foreign]})
    await box.post("/settle")

    assert answer == {"deliveries": 3}


async def test_event_grid_loses_and_doubles_on_demand(box: Box) -> None:
    await box.post("/settle")
    before = (await box.get("/stats"))["eventGrid"]

    await box.post("/event-grid", {"drop": 1, "duplicate": 1})
    await box.opens()
    await box.post("/settle")
    token = (await box.post("/token", {"principal": "Robin Example"}))["token"]
    await box.arm("PATCH", MAIN, token, {"tags": {"team": "search"}})
    await box.post("/settle")

    after = (await box.get("/stats"))["eventGrid"]
    assert (1, 1) == tuple(after[name] - before.get(name, 0) for name in ("lost", "doubled"))
    assert "Disabled" == (await box.get("/world"))[MAIN]["properties"]["publicNetworkAccess"]


async def test_the_worker_can_be_killed_and_comes_back(box: Box) -> None:
    killed = (await box.post("/functions/kill"))["killed"]

    await box.opens()
    await box.post("/settle")
    killed_next = (await box.post("/functions/kill"))["killed"]

    assert killed != killed_next
    assert "Disabled" == (await box.get("/world"))[MAIN]["properties"]["publicNetworkAccess"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/settle", {"patience": 1}),
        ("/token", {}),
        ("/weather", {"sky": "blue"}),
        ("/weather", {"status": "503"}),
        ("/clock", {"advance": "soon"}),
        ("/clock", []),
        ("/event-grid", {"drop": -1}),
        ("/functions/kill", {"gently": True}),
    ],
)
async def test_a_mistake_is_answered_with_what_is_wrong(box: Box, path: str, body: object) -> None:
    answer = await box.post(path, body, expected=400)

    assert answer["error"]


async def test_the_functions_are_reached_with_the_keys_of_the_file(box: Box) -> None:
    functions = box.ready["functions"]
    url, headers = f"{functions['url']}/api/recheck", {"x-functions-key": functions["host_key"]}
    await box.post("/settle")

    async with box.http.post(url, json={"account": MAIN}, headers=headers) as answer:
        assert (200, "converged") == (answer.status, (await answer.json())["verdict"])


async def test_a_signal_ends_the_lab_and_all_its_children(tmp_path: Path) -> None:
    async with boxed(tmp_path, "--world", "fleet:3", "--ingest", "push") as box:
        accounts = [id_ for id_ in await box.get("/world") if id_.split("/")[-2] == "accounts"]
        worker = (await box.post("/functions/kill"))["killed"]
        await box.post("/settle")
        worker = (await box.post("/functions/kill"))["killed"]
        places = [box.ready["arm"]["url"], box.ready["functions"]["url"], _queues(box)]

    assert 3 == len(accounts)
    assert 0 == box.process.returncode
    assert not (tmp_path / "lab.json").exists()
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
    assert [False, False, False] == [await _listens(place) for place in places]


async def test_a_lab_without_functions_leaves_open_what_people_open(tmp_path: Path) -> None:
    async with boxed(tmp_path, "--no-functions") as box:
        await box.opens()
        await box.post("/settle")
        found = (await box.get("/world"))[MAIN]["properties"]["publicNetworkAccess"]
        functions = box.ready["functions"]
        await box.post("/functions/kill", expected=400)

    assert "Enabled" == found
    assert {None} == set(functions.values())


async def test_an_empty_world_has_networks_and_no_account(tmp_path: Path) -> None:
    async with boxed(tmp_path, "--world", "empty", "--no-functions") as box:
        types = {id_.split("/")[-2] for id_ in await box.get("/world")}

    assert "virtualNetworks" in types
    assert "accounts" not in types


def _queues(box: Box) -> str:
    """Azurite is a child too."""
    parts: list[str] = box.ready["storage"]["connection_string"].split(";")
    named = dict(part.split("=", 1) for part in parts if part)
    return named["QueueEndpoint"]


async def _listens(url: str) -> bool:
    parts = urlsplit(url)
    try:
        _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    except ConnectionRefusedError:
        return False
    writer.close()
    return True
