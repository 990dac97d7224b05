"""HTTP functions of the host: who is let in, which function answers, and what it sees."""

import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.conformance.apps import Storage, hosting, quiet, storage
from tests.harness.host.functions import FunctionsHost
from tests.harness.host.keys import Keys


@pytest.fixture(scope="module")
async def store(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Storage]:
    async with storage(tmp_path_factory.mktemp("http")) as running:
        yield running


@pytest.fixture(scope="module")
async def host(store: Storage) -> AsyncIterator[FunctionsHost]:
    keys = Keys(functions={"recheck": "only-for-recheck"})
    async with hosting("sample", store, keys=keys) as running:
        yield running


async def ask(
    host: FunctionsHost, path: str, key: str = "", method: str = "GET", body: str | None = None
) -> tuple[int, str]:
    headers = {"x-functions-key": key, "X-Asked-By": "a test"}
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, f"{host.url}/{path}", headers=headers, data=body) as answer,
    ):
        return answer.status, await answer.text()


async def test_a_function_sees_the_request(host: FunctionsHost) -> None:
    path = "api/accounts/aoai-1/recheck?lane=full&empty="
    status, text = await ask(host, path, host.keys.host, "POST", '{"a": 1}')

    assert status == 201
    assert json.loads(text) == {
        "method": "POST",
        "url": f"{host.url}/{path}",
        "name": "aoai-1",
        "query": {"lane": "full"},
        "header": "a test",
        "body": '{"a": 1}',
    }


async def test_a_request_without_a_body_is_an_empty_body(host: FunctionsHost) -> None:
    _, text = await ask(host, "api/accounts/aoai/recheck", host.keys.host)

    assert json.loads(text)["body"] == ""


async def test_the_key_may_stand_in_the_query(host: FunctionsHost) -> None:
    path = f"api/accounts/aoai/recheck?code={host.keys.host}"

    assert (await ask(host, path))[0] == 201


@pytest.mark.parametrize("key", ["", "wrong"])
async def test_a_function_stays_shut_without_its_key(host: FunctionsHost, key: str) -> None:
    assert (await ask(host, "api/accounts/aoai/recheck", key))[0] == 401


async def test_function_host_and_master_key_open_a_function(host: FunctionsHost) -> None:
    keys = ("only-for-recheck", host.keys.host, host.keys.master)
    answers = [(await ask(host, "api/accounts/aoai/recheck", key))[0] for key in keys]

    assert answers == [201, 201, 201]


async def test_the_key_of_an_extension_opens_no_function(host: FunctionsHost) -> None:
    assert (await ask(host, "api/accounts/aoai/recheck", host.keys.system))[0] == 401


async def test_an_admin_function_opens_to_the_master_key_alone(host: FunctionsHost) -> None:
    assert (await ask(host, "api/secret", host.keys.host))[0] == 401
    assert await ask(host, "api/secret", host.keys.master) == (200, "GET")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("api/numbers/42", "number 42"),
        ("api/numbers/many", "word many"),
        ("api/greeting", "hello nobody"),
        ("api/greeting/you", "hello you"),
        ("api/files/a/b/c", "a/b/c"),
        ("API/Numbers/7", "number 7"),
    ],
)
async def test_a_route_finds_its_function(host: FunctionsHost, path: str, said: str) -> None:
    assert await ask(host, path) == (200, said)


@pytest.mark.parametrize("path", ["", "api", "api/nosuch", "numbers/42", "api/numbers/4/2"])
async def test_an_unknown_path_is_404(host: FunctionsHost, path: str) -> None:
    assert (await ask(host, path))[0] == 404


async def test_a_wrong_method_is_404(host: FunctionsHost) -> None:
    answer = await ask(host, "api/accounts/aoai/recheck", host.keys.host, "DELETE")

    assert answer[0] == 404


async def test_a_function_that_raises_is_500_and_tells_nothing(host: FunctionsHost) -> None:
    assert await ask(host, "api/boom") == (500, "")


async def test_a_manual_run_needs_the_master_key(host: FunctionsHost) -> None:
    path = "admin/functions/on_work"

    assert (await ask(host, path, host.keys.host, "POST", "{}"))[0] == 401
    assert (await ask(host, "admin/functions/nosuch", host.keys.master, "POST", "{}"))[0] == 404


async def test_a_manual_run_passes_its_input(host: FunctionsHost, store: Storage) -> None:
    body = json.dumps({"input": json.dumps({"subject": "s", "data": {"lines": ["by hand"]}})})
    answer = await ask(host, "admin/functions/on_event", host.keys.master, "POST", body)
    await quiet(host)

    assert answer[0] == 202
    assert await store.take("lines") == ["by hand"]


async def test_what_the_admin_api_does_not_model_is_said(host: FunctionsHost) -> None:
    by_hand = await ask(host, "admin/functions/recheck", host.keys.master, "POST", "{}")
    status = await ask(host, "admin/host/status", host.keys.master)

    assert {by_hand[0], status[0]} == {501}
    assert "tests/harness/host/front.py" in by_hand[1]
    assert "tests/harness/host/front.py" in status[1]


async def test_an_empty_route_prefix_leaves_the_bare_route(store: Storage) -> None:
    async with hosting("slow", store) as host:
        status, _ = await ask(host, "remember")

    assert status == 200
