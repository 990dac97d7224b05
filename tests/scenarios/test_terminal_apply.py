"""A person restores from a terminal: what was shown is done, within the limits that were given, and remembered."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness.lab import LATCH, Lab, Plan
from tests.harness.people import Person
from tests.scenarios.story import Story, writes_in
from tests.scenarios.terminal_fixtures import CLEAN, DRIFT, ERROR, Terminal


@pytest.fixture
async def lab(policy: Path) -> AsyncIterator[Lab]:
    async with Lab(Plan(world="empty", policy=policy, functions=False)) as lab:
        yield lab


@pytest.fixture
def latch(lab: Lab, policy: Path) -> Terminal:
    return Terminal(lab, "--policy", str(policy))


async def test_apply_restores_and_a_second_scan_is_clean(
    lab: Lab, latch: Terminal, robin: Person
) -> None:
    opened, misled = Story.private(lab, "aoai-opened"), Story.private(lab, "aoai-misled")
    await robin.opens(opened.id)
    await robin.points(misled.zone_id(), misled.name, "10.99.0.4")
    await lab.settled()

    applied = await latch("apply", "--yes", "--format", "json", keeps_time=True)
    again = await latch("scan")

    assert CLEAN == applied.code, applied.errors
    assert {"remedied"} == {each["state"] for each in applied.document["accounts"]}
    assert CLEAN == again.code
    assert await opened.is_private()
    assert await misled.is_private()


async def test_what_azure_works_on_is_left_when_nobody_waits(
    lab: Lab, latch: Terminal, robin: Person
) -> None:
    story = Story.private(lab, "aoai-rebuilt-later")
    await robin.delete(story.endpoint_id)
    await lab.settled()

    first = await latch("apply", "--yes", "--wait", "0")
    await lab.settled()
    second = await latch("apply", "--yes", "--wait", "0")
    await lab.settled()

    assert (DRIFT, DRIFT) == (first.code, second.code)
    assert "in work: look again" in first.out
    assert CLEAN == (await latch("scan")).code
    assert await story.is_private()


async def test_without_a_yes_nothing_is_done(lab: Lab, latch: Terminal, robin: Person) -> None:
    await robin.opens(Story.private(lab, "aoai-unasked").id)
    await lab.settled()

    ended = await latch("apply")

    assert ERROR == ended.code
    assert "say --yes" in ended.errors
    assert [] == writes_in(lab)


async def test_one_rule_is_applied_and_the_others_are_left(
    lab: Lab, latch: Terminal, robin: Person
) -> None:
    story = Story.private(lab, "aoai-one-rule")
    await robin.opens(story.id)
    await robin.points(story.zone_id(), story.name, "10.99.0.4")
    await lab.settled()

    ended = await latch("apply", "--yes", "--only", "record", keeps_time=True)

    assert CLEAN == ended.code, ended.out
    assert story.record() == story.addresses
    assert "Enabled" == story.account["publicNetworkAccess"]
    assert ["PUT A"] == story.writes


async def test_exposed_accounts_come_first_and_no_more_than_asked_for(
    lab: Lab, latch: Terminal, robin: Person
) -> None:
    misled, opened = Story.private(lab, "aoai-a-misled"), Story.private(lab, "aoai-b-opened")
    await robin.points(misled.zone_id(), misled.name, "10.99.0.4")
    await robin.opens(opened.id)
    await lab.settled()

    await latch("apply", "--yes", "--max", "1", "--wait", "0")

    assert "Disabled" == opened.account["publicNetworkAccess"]
    assert ["10.99.0.4"] == misled.record()


async def test_one_account_is_applied_and_a_near_miss_is_told(
    lab: Lab, latch: Terminal, robin: Person
) -> None:
    one, other = Story.private(lab, "aoai-one"), Story.private(lab, "aoai-other")
    await robin.opens(one.id)
    await robin.opens(other.id)
    await lab.settled()

    wrong = await latch("apply", "--yes", "--only", "aoai-on")
    await latch("apply", "--yes", "--only", "aoai-one", "--wait", "0")

    assert ERROR == wrong.code
    assert "did you mean 'aoai-one'?" in wrong.errors
    assert "Disabled" == one.account["publicNetworkAccess"]
    assert "Enabled" == other.account["publicNetworkAccess"]


async def test_an_account_that_is_named_is_read_whatever_the_index_shows(
    lab: Lab, latch: Terminal, robin: Person
) -> None:
    story = Story.private(lab, "aoai-opened-just-now")
    lab.arm.graph.index.catch_up()
    lab.weather.add({"door": "graph", "delay": 10_000})
    await robin.opens(story.id)
    await lab.settled()

    unseen = await latch("scan")
    await latch("apply", "--yes", "--only", story.name, "--wait", "0")

    assert CLEAN == unseen.code
    assert "Disabled" == story.account["publicNetworkAccess"]


async def test_a_missing_right_is_an_error(lab: Lab, latch: Terminal, robin: Person) -> None:
    story = Story.private(lab, "aoai-locked")
    lock = {"properties": {"level": "ReadOnly"}}
    owner = lab.person("Kim Example", "Owner")
    await robin.opens(story.id)
    await lab.settled()
    await owner.put(f"{story.id}/providers/Microsoft.Authorization/locks/keep", lock)

    ended = await latch("apply", "--yes", "--wait", "0")

    assert ERROR == ended.code
    assert "ScopeLocked" in ended.out or "lock" in ended.out
    assert "Enabled" == story.account["publicNetworkAccess"]


async def test_what_was_done_is_remembered_where_a_deployment_looks(
    lab: Lab, latch: Terminal, robin: Person
) -> None:
    story = Story.private(lab, "aoai-remembered-pass")
    state = ("--state", lab.azurite.table_url)
    await robin.opens(story.id)
    await lab.settled()

    planned = await latch("plan", *state)
    before = await latch("history", story.name, "--format", "json", *state)
    await latch("apply", "--yes", "--wait", "0", *state)
    after = await latch("history", story.name, "--format", "json", *state)
    table = await latch("history", story.name, *state)

    assert DRIFT == planned.code
    assert [] == before.document
    [passed] = after.document
    assert [each["rule"] for each in passed["drifts"]] == ["public-access", "network-acls"]
    assert LATCH.object_id == passed["cause"]["actor"]["object_id"]
    assert "Close public network access of aoai-remembered-pass: done" in table.out


async def test_nothing_to_apply_is_said(latch: Terminal) -> None:
    ended = await latch("apply", "--yes")

    assert (CLEAN, "There is nothing to apply.\n") == (ended.code, ended.out)
