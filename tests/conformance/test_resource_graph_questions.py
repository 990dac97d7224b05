"""What can Resource Graph be asked, and what is in it?"""

import pytest

from tests.conformance.arm_fixtures import SUBSCRIPTION, Azure, authority, azure
from tests.conformance.graph_questions import ACCOUNTS, IDS, ask, names, rows
from tests.harness.resource_graph.topics import system_topic
from tests.harness.world import Json

__all__ = ["authority", "azure"]


async def test_a_row_has_the_type_in_lower_case_and_the_id_as_it_was_written(azure: Azure) -> None:
    account = azure.seed.account("AOAI-One", "rg-ai")

    [row] = await rows(azure, f"{ACCOUNTS} | order by id asc")

    assert row["id"] == account.id
    assert row["type"] == "microsoft.cognitiveservices/accounts"
    assert (row["resourceGroup"], row["location"]) == ("rg-ai", "eastus")
    assert row["properties"]["customSubDomainName"] == "AOAI-One"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("type =~ 'MICROSOFT.cognitiveservices/accounts'", ["aoai-a", "aoai-b"]),
        ("kind =~ 'openai'", ["aoai-a"]),
        ("name contains 'OAI-B'", ["aoai-b"]),
        ("name in~ ('AOAI-A', 'nobody')", ["aoai-a"]),
        ("tolower(kind) =~ 'openai' or name =~ 'aoai-b'", ["aoai-a", "aoai-b"]),
        ("kind =~ 'openai' and (name =~ 'aoai-b' or name =~ 'aoai-a')", ["aoai-a"]),
        ("isnotempty(properties.customSubDomainName)", ["aoai-a", "aoai-b"]),
        ("isnotempty(properties.nothing.at.all)", []),
        ('tostring(properties.networkAcls) contains \'"defaultAction":"deny"\'', ["aoai-a"]),
    ],
)
async def test_conditions(azure: Azure, condition: str, expected: list[str]) -> None:
    azure.seed.account("aoai-a", "rg-ai")
    azure.seed.account("aoai-b", "rg-ai", kind="AIServices", public=True)

    asked = f"{ACCOUNTS} | where {condition} | project id, name | order by id asc"

    assert await names(azure, asked) == expected


async def test_a_projection_names_what_it_takes_and_null_is_null(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")

    asked = f"{ACCOUNTS} | project id, access = properties.publicNetworkAccess, no = properties.no"
    [row] = await rows(azure, f"{asked}, text = tostring(properties.no) | order by id asc")

    assert set(row) == {"id", "access", "no", "text"}
    assert (row["access"], row["no"], row["text"]) == ("Disabled", None, "")


async def test_zone_groups_and_subnets_are_in_no_table(azure: Azure) -> None:
    azure.private_account()

    found = [
        {row["type"] for row in await rows(azure, f"{table} | order by id asc")}
        for table in ("resources", "dnsresources", "resourcecontainers")
    ]

    assert found == [
        {
            "microsoft.cognitiveservices/accounts",
            "microsoft.network/networkinterfaces",
            "microsoft.network/privateendpoints",
            "microsoft.network/privatednszones",
            "microsoft.network/privatednszones/virtualnetworklinks",
            "microsoft.network/virtualnetworks",
        },
        {"microsoft.network/privatednszones/a"},
        {"microsoft.resources/subscriptions", "microsoft.resources/resourcegroups"},
    ]


async def test_whether_records_are_in_the_index_is_a_switch(azure: Azure) -> None:
    azure.world.switches.graph_knows_records = False
    azure.private_account()

    assert await rows(azure, "dnsresources | order by id asc") == []


async def test_a_system_topic_is_in_the_index_and_its_event_subscriptions_are_not(
    azure: Azure,
) -> None:
    system_topic(azure.world, SUBSCRIPTION, "rg-ai")

    [row] = await rows(
        azure,
        "resources | where type contains 'eventgrid' | project id, properties | order by id asc",
    )

    assert row["properties"]["source"] == f"/subscriptions/{SUBSCRIPTION}"


async def test_a_subscription_shows_its_management_groups(azure: Azure) -> None:
    azure.roles.management_groups["mg-ai"] = (SUBSCRIPTION,)

    [row] = await rows(
        azure,
        "resourcecontainers | where type =~ 'microsoft.resources/subscriptions'"
        " | project id, groups = properties.managementGroupAncestorsChain | order by id asc",
    )

    assert [group["name"] for group in row["groups"]] == ["mg-ai"]


@pytest.mark.parametrize(
    "query",
    [
        "resources | summarize count() by type",
        "resources | where name startswith 'a'",
        "resources | where isnull(name)",
        "resources | where name == 'a'",
        "resources | where nothing =~ 'a'",
        "resources | order by id desc",
        "resources | project name | order by id asc",
        "securityresources | order by id asc",
        'resources | where name =~ "a"',
        "resources | limit 5",
        "resources | where name =~",
    ],
)
async def test_what_the_lab_does_not_know_is_refused_by_name(azure: Azure, query: str) -> None:
    status, answer, _ = await ask(azure, query)

    assert (status, answer["error"]["code"]) == (501, "NotEmulated")
    assert "tests/harness/resource_graph/language.py" in answer["error"]["message"]


@pytest.mark.parametrize(
    "body",
    [
        {"options": {"resultFormat": "table"}},
        {"options": {"$skip": 5}},
        {"facets": []},
        {"subscriptions": [SUBSCRIPTION] * 1001},
        {"options": {"$skipToken": "not one of ours!"}},
    ],
)
async def test_a_body_that_the_lab_does_not_know_is_refused(azure: Azure, body: Json) -> None:
    status, _, _ = await ask(azure, IDS, **body)

    assert status == 400


async def test_an_unknown_api_version_is_refused(azure: Azure) -> None:
    path = "/providers/Microsoft.ResourceGraph/resources?api-version=2019-04-01"

    status, answer, _ = await ask(azure, IDS, path=path)

    assert (status, answer["error"]["code"]) == (400, "NoRegisteredProviderFound")


async def test_a_question_is_no_change(azure: Azure) -> None:
    await ask(azure, IDS)

    assert azure.changes == []
    assert [entry.method for entry in azure.requests()] == ["POST"]
