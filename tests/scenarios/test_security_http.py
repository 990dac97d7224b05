"""Who asks over HTTP without the right to, or for what is none of ours, is told no, and nothing is touched."""

import json

import pytest

from tests.harness.lab import LATCH, Lab
from tests.scenarios.story import ask, recheck

ROUTES = (("POST", "recheck"), ("GET", "recheck/some-id"), ("GET", "openapi.json"))
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def asked_of_arm(lab: Lab) -> int:
    """How much Latch has asked of Resource Manager so far."""
    return sum(entry.principal == LATCH.name for entry in lab.world.journal)


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("key", ["", "guessed", "x" * 5000])
async def test_no_route_answers_without_its_key(lab: Lab, method: str, path: str, key: str) -> None:
    before = asked_of_arm(lab)

    status, _, _ = await ask(lab, method, path, {}, {"x-functions-key": key})

    assert 401 == status
    assert before == asked_of_arm(lab)


@pytest.mark.parametrize(
    ("method", "path"),
    [(m, p) for _, p in ROUTES for m in METHODS if (m, p) not in ROUTES],
)
async def test_a_method_that_a_route_does_not_have_finds_nothing(
    lab: Lab, method: str, path: str
) -> None:
    before = asked_of_arm(lab)

    status, _, _ = await ask(lab, method, path, {})

    assert status in {404, 405}
    assert before == asked_of_arm(lab)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("[" * 3000, id="JSON that is nested too deep"),
        pytest.param('{"account": "' + "x" * 300_000 + '"}', id="an id of 300 kB"),
        pytest.param('{"account": "\\ud800"}', id="half a character"),
        pytest.param('{"account": "/subscriptions/\\u0000"}', id="a zero in the id"),
        pytest.param('{"accounts": ' + json.dumps(["/x"] * 20_000) + "}", id="a long list"),
        pytest.param('{"account": {"$ref": "file:///etc/passwd"}}', id="an object for an id"),
        pytest.param('{"mode": "enforce"}', id="no account"),
        pytest.param("\x00\x01\x02", id="no text"),
        pytest.param("NaN", id="no number"),
    ],
)
async def test_a_hostile_body_is_refused_and_reads_nothing(lab: Lab, body: str) -> None:
    before = asked_of_arm(lab)

    status, answer = await recheck(lab, body)

    assert status in {400, 413}
    assert answer["error"]["message"]
    assert before == asked_of_arm(lab)


def _escapes(account: str) -> list[str]:
    """Ids that lead, or seem to lead, out of the policy's scope."""
    parent = account.rpartition("/")[0]
    return [
        account.replace("11111111-1111", "22222222-2222"),
        account.replace("rg-ai-prod", "rg-finance"),
        account.replace("rg-ai-prod", "rg-ai-prod/../rg-finance"),
        f"{parent}/../../../../rg-finance/providers/Microsoft.CognitiveServices/accounts/aoai-x",
        f"{account}?api-version=2025-09-01",
        f"{account}/listKeys",
        f"{account}#aoai",
        f"{account}%2f..%2faoai-other",
        account.replace("CognitiveServices/accounts", "Storage/storageAccounts"),
        f"https://evil.example{account}",
        f"{parent}/aöai-contoso",
    ]


async def test_an_id_that_leads_out_of_the_scope_is_refused_and_reads_nothing_else(
    lab: Lab,
) -> None:
    """A strange name of an account in scope may be asked for: it is one segment, and there is no such account."""
    parent = f"{lab.account_id.rpartition('/')[0]}/".casefold()
    before = asked_of_arm(lab)

    answers = {each: await recheck(lab, {"account": each}) for each in _escapes(lab.account_id)}

    wrong = {each: status for each, (status, _) in answers.items() if status not in {400, 404}}
    assert {} == wrong
    asked = [e for e in lab.world.journal if e.principal == LATCH.name][before:]
    assert [] == [
        e.id for e in asked if e.method != "GET" or not e.id.casefold().startswith(parent)
    ]
    assert [] == [e.id for e in asked if e.status != 404]


async def test_progress_is_told_of_no_id_but_of_those_that_were_given(lab: Lab) -> None:
    for guess in ("..", "%2e%2e%2f", "a" * 2000, "'%20or%20'1'='1", "lease"):
        status, _, _ = await ask(lab, "GET", f"recheck/{guess}")

        assert status in {400, 404}, guess
