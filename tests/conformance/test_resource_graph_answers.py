"""How does Resource Graph answer: in pages, to whom, how old, and how often?"""

from dataclasses import replace

import pytest

from tests.conformance.arm_fixtures import ROBIN, SUBSCRIPTION, Azure, authority, azure
from tests.conformance.graph_questions import ACCOUNTS, IDS, ask, names, rows
from tests.harness.arm.role import Role
from tests.harness.physics.seeding import Seeding
from tests.harness.tokens import ARM
from tests.harness.world import Caller

__all__ = ["authority", "azure"]

OTHER = "22222222-2222-4222-8222-222222222222"
SAM = Caller("sam@contoso.example", "sam-oid", "sam-app", "user")


ASKER = Role("Asker", ("Microsoft.ResourceGraph/resources/read",))


@pytest.fixture
def stranger(azure: Azure) -> str:
    """Somebody without any role."""
    return azure.tokens.issue(SAM, ARM)


@pytest.fixture
def token(azure: Azure, stranger: str) -> str:
    """Somebody who may ask, and read nothing."""
    azure.roles.define(ASKER)
    azure.roles.assign(SAM.object_id, ASKER.name, f"/subscriptions/{SUBSCRIPTION}")
    return stranger


# Pages -----------------------------------------------------------------------------------------------------------


async def test_pages_follow_each_other_without_a_gap(azure: Azure) -> None:
    for number in range(5):
        azure.seed.account(f"aoai-{number}", "rg-ai")
    found, token = [], ""
    for _ in range(3):
        options = {"$top": 2, **({"$skipToken": token} if token else {})}
        _, answer, _ = await ask(azure, IDS, options=options)
        found.append([row["name"] for row in answer["data"]])
        token = answer.get("$skipToken", "")

    assert found == [["aoai-0", "aoai-1"], ["aoai-2", "aoai-3"], ["aoai-4"]]
    assert (token, answer["totalRecords"], answer["resultTruncated"]) == ("", 5, "false")


async def test_a_page_goes_on_where_it_was_though_a_row_before_it_is_gone(azure: Azure) -> None:
    accounts = [azure.seed.account(f"aoai-{number}", "rg-ai") for number in range(4)]
    _, first, _ = await ask(azure, IDS, options={"$top": 2})
    azure.world.remove(accounts[0].id)
    azure.door.graph.index.catch_up()

    rest = await names(azure, options={"$top": 2, "$skipToken": first["$skipToken"]})

    assert rest == ["aoai-2", "aoai-3"]


async def test_a_second_page_needs_an_order(azure: Azure) -> None:
    for number in range(3):
        azure.seed.account(f"aoai-{number}", "rg-ai")

    status, answer, _ = await ask(azure, f"{ACCOUNTS} | project id", options={"$top": 2})

    assert (status, answer["error"]["code"]) == (501, "NotEmulated")


async def test_an_answer_can_be_cut_without_a_way_to_the_rest(azure: Azure) -> None:
    for number in range(3):
        azure.seed.account(f"aoai-{number}", "rg-ai")
    azure.door.graph.cuts_at = 2

    _, answer, _ = await ask(azure, IDS)

    assert (len(answer["data"]), answer["resultTruncated"]) == (2, "true")
    assert "$skipToken" not in answer


async def test_an_answer_that_is_too_large_is_refused(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")
    azure.door.graph.largest_answer = 100

    status, answer, _ = await ask(azure, IDS)

    assert (status, answer["error"]["code"]) == (400, "ResponsePayloadTooLarge")


# Rights ----------------------------------------------------------------------------------------------------------


async def test_who_may_not_ask_is_refused_without_a_word_about_the_right(
    azure: Azure, stranger: str
) -> None:
    status, answer, _ = await ask(azure, IDS, token=stranger)

    assert (status, answer["error"]["code"]) == (403, "AccessDenied")
    assert "Microsoft.ResourceGraph" not in str(answer)


async def test_the_right_to_ask_may_be_needless(azure: Azure, stranger: str) -> None:
    azure.world.switches = replace(azure.world.switches, graph_needs_right=False)

    assert await rows(azure, IDS, token=stranger) == []


async def test_what_nobody_may_read_is_silently_absent(azure: Azure, token: str) -> None:
    azure.seed.account("aoai", "rg-ai")

    assert await rows(azure, IDS, token=token) == []


async def test_a_right_at_one_resource_shows_that_one(azure: Azure, token: str) -> None:
    one = azure.seed.account("aoai-one", "rg-ai")
    azure.seed.account("aoai-two", "rg-ai")
    azure.roles.assign(SAM.object_id, "Reader", one.id)

    assert await names(azure, token=token) == ["aoai-one"]


async def test_a_right_to_another_type_shows_nothing_of_this_one(azure: Azure, token: str) -> None:
    azure.private_account()
    azure.roles.assign(SAM.object_id, "Network Contributor", f"/subscriptions/{SUBSCRIPTION}")

    found = await rows(azure, "resources | project id, type | order by id asc", token=token)

    assert {row["type"].split("/")[0] for row in found} == {"microsoft.network"}


async def test_only_the_subscriptions_that_were_named_are_looked_at(azure: Azure) -> None:
    other = Seeding(azure.physics, OTHER)
    other.resource_group("rg-other")
    other.account("aoai-other", "rg-other")
    azure.seed.account("aoai", "rg-ai")
    azure.roles.assign(ROBIN.object_id, "Reader", f"/subscriptions/{OTHER}")

    assert await names(azure) == ["aoai"]


# Age -------------------------------------------------------------------------------------------------------------


async def test_a_change_shows_after_some_seconds(azure: Azure) -> None:
    azure.seed.account("aoai-one", "rg-ai")
    before = await names(azure)
    azure.seed.account("aoai-two", "rg-ai")
    at_once = await names(azure)
    await azure.clock.advance(azure.world.switches.graph_lag_seconds)

    assert (before, at_once) == (["aoai-one"], ["aoai-one"])
    assert await names(azure) == ["aoai-one", "aoai-two"]


async def test_the_weather_makes_the_index_older(azure: Azure) -> None:
    azure.seed.account("aoai-one", "rg-ai")
    await names(azure)
    azure.weather.add({"door": "graph", "delay": 600})
    azure.seed.account("aoai-two", "rg-ai")
    await azure.clock.advance(500)
    early = await names(azure)
    await azure.clock.advance(200)

    assert early == ["aoai-one"]
    assert await names(azure) == ["aoai-one", "aoai-two"]


async def test_what_is_gone_is_still_shown_for_a_while(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    await names(azure)
    azure.world.remove(account.id)

    assert await names(azure) == ["aoai"]


# Quota -----------------------------------------------------------------------------------------------------------


async def test_every_answer_says_what_is_left_of_the_quota(azure: Azure) -> None:
    left = [(await ask(azure, IDS))[2]["x-ms-user-quota-remaining"] for _ in range(2)]

    assert left == ["14", "13"]


async def test_who_asks_too_often_is_told_when_to_come_back(azure: Azure) -> None:
    azure.door.graph.quota.questions = 2
    statuses = [(await ask(azure, IDS))[0] for _ in range(3)]
    _, answer, headers = await ask(azure, IDS)

    assert statuses == [200, 200, 429]
    assert answer["error"]["code"] == "RateLimiting"
    assert headers["x-ms-user-quota-remaining"] == "0"
    assert headers["x-ms-user-quota-resets-after"] == f"00:00:0{headers['Retry-After']}"


async def test_a_new_window_has_a_new_quota(azure: Azure, token: str) -> None:
    azure.door.graph.quota.questions = 1
    statuses = [(await ask(azure, IDS))[0] for _ in range(2)]
    other = (await ask(azure, IDS, token=token))[0]
    await azure.clock.advance(5)

    assert (statuses, other) == ([200, 429], 200)
    assert (await ask(azure, IDS))[0] == 200
