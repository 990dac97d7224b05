"""A person asks about a subscription or about everything, and comes back for the verdicts."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.harness.lab import Lab, Plan
from tests.harness.people import Person
from tests.harness.world import Json
from tests.harness.worlds import HUB, SUBSCRIPTION, private_account
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import Story, ask, recheck, writes_in

FLEET = 5


@pytest.fixture(scope="module")
async def lab(policy: Path) -> AsyncIterator[Lab]:
    """A fleet of its own: a look at everything would see the accounts of all other stories."""
    async with Lab(Plan(world=f"fleet:{FLEET}", policy=policy, settings=NEVER)) as lab:
        yield lab


async def looked(lab: Lab, body: Json, **headers: str) -> Json:
    """What a look at many came to."""
    status, begun, got = await ask(lab, "POST", "recheck", body, headers)
    assert status == 202
    assert isinstance(begun, dict)
    assert (begun["state"], got["Location"]) == ("listing", f"/api/recheck/{begun['id']}")
    await lab.settled()
    status, progress, _ = await ask(lab, "GET", f"recheck/{begun['id']}")
    assert status == 200
    assert isinstance(progress, dict)
    return progress


@pytest.mark.parametrize(
    ("scope", "name"),
    [
        pytest.param({"all": True}, "everything", id="everything"),
        pytest.param({"subscription": SUBSCRIPTION.upper()}, "subscription", id="a subscription"),
    ],
)
async def test_everything_in_scope_is_looked_at_and_nothing_is_changed(
    lab: Lab, robin: Person, scope: Json, name: str
) -> None:
    story = Story.private(lab, f"aoai-in-{name}")
    unspoken = lab.seeding.account(f"nobody-speaks-of-{name}", "rg-ai-prod")
    lab.grid.trouble.drop = 1
    await robin.opens(story.id)
    await lab.settled()
    before = writes_in(lab)

    progress = await looked(lab, scope)

    verdicts = {
        each["account"].rsplit("/", 1)[-1]: each["verdict"] for each in progress["accounts"]
    }
    assert ("done", "audit") == (progress["state"], progress["mode"])
    assert (progress["total"], progress["done"]) == (len(verdicts), len(verdicts))
    assert "held" == verdicts[story.name]
    assert {"converged"} == {verdicts[f"aoai-{number:05}"] for number in range(FLEET)}
    assert unspoken.name not in verdicts
    assert before == writes_in(lab)


async def test_enforcing_restores_what_drifted_and_follows_it_to_the_end(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-restored-among-many")
    lab.grid.trouble.drop = 2
    await robin.opens(story.id)
    await robin.delete(story.endpoint_id)
    await lab.settled()

    progress = await looked(lab, {"all": True, "mode": "enforce"})

    [entry] = [each for each in progress["accounts"] if each["account"] == story.id]
    assert ("done", "remedied") == (progress["state"], entry["verdict"])
    assert await story.is_private()


async def test_the_verdicts_come_as_a_table_too(lab: Lab) -> None:
    progress = await looked(lab, {"all": True})

    for path, headers in (("?format=csv", {}), ("", {"Accept": "text/csv"})):
        status, text, got = await ask(
            lab, "GET", f"recheck/{progress['id']}{path}", headers=headers
        )
        assert (status, got["Content-Type"]) == (200, "text/csv; charset=utf-8")
        assert isinstance(text, str)
        rows = list(csv.DictReader(io.StringIO(text)))
        assert {row["account"] for row in rows} == {a["account"] for a in progress["accounts"]}


async def test_asking_again_with_one_key_starts_nothing_new(lab: Lab) -> None:
    first = await looked(lab, {"all": True}, **{"Idempotency-Key": "monday"})
    asked = len(lab.world.journal)

    status, again, _ = await ask(
        lab, "POST", "recheck", {"all": True}, {"Idempotency-Key": "monday"}
    )
    await lab.settled()

    assert isinstance(again, dict)
    assert (status, again["id"]) == (202, first["id"])
    assert asked == len(lab.world.journal)


async def test_a_key_that_asked_for_something_else_is_refused(lab: Lab) -> None:
    await looked(lab, {"all": True}, **{"Idempotency-Key": "tuesday"})

    body = {"all": True, "mode": "enforce"}
    status, answer, _ = await ask(lab, "POST", "recheck", body, {"Idempotency-Key": "tuesday"})

    assert status == 422
    assert isinstance(answer, dict)
    assert answer["error"]["code"] == "IdempotencyKeyReused"


async def test_who_asked_is_remembered(lab: Lab) -> None:
    asker = {
        "X-MS-CLIENT-PRINCIPAL-NAME": "robin@example.com",
        "X-Forwarded-For": "192.0.2.7, 10.0.0.1",
    }

    progress = await looked(lab, {"all": True}, **asker)

    assert ("robin@example.com", "192.0.2.7") == (progress["by"]["name"], progress["by"]["ip"])


async def test_who_waits_is_answered_with_the_verdicts(lab: Lab) -> None:
    (status, answer, _), _ = await asyncio.gather(
        ask(lab, "POST", "recheck", {"all": True, "wait": 60}), lab.settled()
    )

    assert isinstance(answer, dict)
    assert (status, answer["state"]) == (200, "done")


async def test_a_look_at_one_account_can_be_followed_too(lab: Lab, robin: Person) -> None:
    account = private_account(lab.seeding, lab.places, "aoai-followed")
    story = Story(lab, "aoai-followed")
    lab.grid.trouble.drop = 1
    await robin.delete(story.endpoint_id)
    await lab.settled()

    status, report, got = await ask(
        lab, "POST", "recheck", {"account": account.id, "mode": "enforce"}
    )
    assert isinstance(report, dict)
    assert (status, report["verdict"]) == (202, "waiting")
    await lab.settled()
    status, progress, _ = await ask(lab, "GET", got["Location"].removeprefix("/api/"))

    assert isinstance(progress, dict)
    assert (status, progress["state"]) == (200, "done")
    assert ["remedied"] == [each["verdict"] for each in progress["accounts"]]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"all": True, "subscription": SUBSCRIPTION}, id="two scopes"),
        pytest.param({"all": False}, id="not all"),
        pytest.param({"all": 1}, id="all that is a number"),
        pytest.param({"subscription": ""}, id="no subscription"),
        pytest.param({"subscription": "production"}, id="the name of a subscription"),
        pytest.param({"all": True, "wait": 121}, id="too long a wait"),
        pytest.param({"all": True, "wait": -1}, id="a wait before now"),
        pytest.param({"all": True, "wait": True}, id="a wait that is no number"),
        pytest.param({"all": True, "wait": "60"}, id="a wait that is text"),
    ],
)
async def test_what_makes_no_sense_is_refused_with_the_reason(lab: Lab, body: Json) -> None:
    status, answer = await recheck(lab, body)

    assert (status, answer["error"]["code"]) == (400, "BadRequest")


async def test_a_key_that_is_too_long_is_refused(lab: Lab) -> None:
    status, _, _ = await ask(lab, "POST", "recheck", {"all": True}, {"Idempotency-Key": "x" * 129})

    assert status == 400


async def test_a_subscription_that_the_policy_does_not_speak_of_is_not_found(lab: Lab) -> None:
    asked = len(lab.world.journal)

    status, _ = await recheck(lab, {"subscription": HUB})

    assert (status, asked) == (404, len(lab.world.journal))


@pytest.mark.parametrize("id_", ["unknown", "..%2F..%2Fsecrets", "%00", "a%27%20or%201%20eq%201"])
async def test_a_look_that_nobody_asked_for_is_not_found(lab: Lab, id_: str) -> None:
    status, _, _ = await ask(lab, "GET", f"recheck/{id_}")

    assert status == 404


async def test_progress_needs_a_key_as_well(lab: Lab) -> None:
    status, _, _ = await ask(lab, "GET", "recheck/unknown", headers={"x-functions-key": "guessed"})

    assert status == 401


async def test_personal_data_of_who_asks_is_dropped_where_it_must_not_be_kept(policy: Path) -> None:
    plan = Plan(policy=policy, settings=NEVER | {"LATCH_PERSONAL_DATA": "drop"})
    asker = {
        "X-MS-CLIENT-PRINCIPAL-NAME": "robin@example.com",
        "X-MS-CLIENT-PRINCIPAL-ID": "object-1",
    }
    async with Lab(replace(plan, world="article")) as lab:
        progress = await looked(lab, {"all": True}, **asker)

    assert {
        "name": "",
        "ip": "",
        "object_id": "object-1",
        "app_id": "",
        "kind": "user",
    } == progress["by"]
