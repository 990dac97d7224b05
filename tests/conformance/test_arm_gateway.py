"""Does ARM refuse what it cannot read, and say why?"""

from typing import Any

import pytest

from tests.conformance.arm_fixtures import ROBIN, SUBSCRIPTION, Azure, authority, azure

__all__ = ["authority", "azure"]

ACCOUNTS = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/accounts"


def code_of(answer: tuple[int, Any, Any]) -> tuple[int, str]:
    return answer[0], answer[1]["error"]["code"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        pytest.param("GET", ACCOUNTS, 400, "MissingApiVersionParameter", id="no api-version"),
        pytest.param(
            "GET",
            f"{ACCOUNTS}?api-version=latest",
            400,
            "InvalidApiVersionParameter",
            id="an api-version that is no date",
        ),
        pytest.param(
            "GET",
            f"{ACCOUNTS}?api-version=2016-02-01",
            400,
            "NoRegisteredProviderFound",
            id="an api-version that the type does not have",
        ),
        pytest.param(
            "GET",
            f"{ACCOUNTS}?api-version=2025-09-01&$filter=x",
            501,
            "NotEmulated",
            id="an unknown query parameter",
        ),
        pytest.param(
            "POST",
            f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-ai/providers"
            "/Microsoft.CognitiveServices/accounts/aoai/calculate?api-version=2025-09-01",
            501,
            "NotEmulated",
            id="an action that the lab does not have",
        ),
        pytest.param(
            "GET", "/tenants?api-version=2020-01-01", 501, "NotEmulated", id="an unknown path"
        ),
        pytest.param(
            "GET",
            f"{ACCOUNTS.replace('1111', '3333')}?api-version=2025-09-01",
            404,
            "SubscriptionNotFound",
            id="an unknown subscription",
        ),
        pytest.param(
            "GET",
            f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-gone/providers"
            "/Microsoft.Network/privateEndpoints?api-version=2024-05-01",
            404,
            "ResourceGroupNotFound",
            id="an unknown group",
        ),
    ],
)
async def test_what_the_gateway_refuses(
    azure: Azure, method: str, path: str, status: int, code: str
) -> None:
    azure.roles.assign(ROBIN.object_id, "Owner", "/")

    answer = await azure.raw(method, path)

    assert code_of(answer) == (status, code)
    assert azure.requests()[-1].code == code


async def test_a_refusal_of_the_lab_names_the_file_to_extend(azure: Azure) -> None:
    answer = await azure.raw("GET", "/tenants?api-version=2020-01-01")

    assert "Extend tests/harness/arm/" in answer[1]["error"]["message"]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        pytest.param(
            '{"properties":{"publicAccess":"x"}}', "properties.publicAccess", id="unknown"
        ),
        pytest.param('{"properties":{"publicNetworkAccess":1}}', "Expected a string", id="type"),
        pytest.param('{"properties":{"publicNetworkAccess":"Off"}}', "is not one of", id="word"),
        pytest.param('{"properties":{"networkAcls":{"ipRules":[{}]}}}', "'value'", id="required"),
        pytest.param('{"properties":', "Expecting value", id="broken"),
        pytest.param("[]", "Expected an object", id="no object"),
    ],
)
async def test_a_body_is_read_strictly(azure: Azure, body: str, complaint: str) -> None:
    account = azure.seed.account("aoai", "rg-ai")

    answer = await azure.raw("PATCH", f"{account.id}?api-version=2025-09-01", data=body)

    assert code_of(answer) == (400, "InvalidRequestContent")
    assert complaint in answer[1]["error"]["message"]


async def test_a_body_that_was_read_can_be_sent_back(azure: Azure) -> None:
    path = azure.private_account()

    answers = [
        await azure.raw("PUT", f"{r.id}?api-version={version}", json=r.body)
        for r, version in (
            (path.account, "2025-09-01"),
            (path.zone, "2024-06-01"),
            (path.link, "2024-06-01"),
            (path.group, "2026-03-01"),
        )
    ]

    assert [answer[0] for answer in answers] == [200, 202, 202, 200]


async def test_resource_groups_are_found_in_any_case(azure: Azure) -> None:
    base = f"/subscriptions/{SUBSCRIPTION}/RESOURCEGROUPS"

    one = await azure.raw("GET", f"{base}/RG-AI?api-version=2021-04-01")
    made = await azure.raw(
        "PUT", f"{base}/rg-new?api-version=2021-04-01", json={"location": "West Europe"}
    )
    listed = await azure.raw("GET", f"{base}?api-version=2021-04-01")
    gone = await azure.raw("GET", f"{base}/rg-gone?api-version=2021-04-01")

    assert one[1]["name"] == "rg-ai"
    assert (made[0], made[1]["location"]) == (201, "westeurope")
    assert [g["name"] for g in listed[1]["value"]] == ["rg-ai", "rg-net", "rg-dns", "rg-new"]
    assert code_of(gone) == (404, "ResourceGroupNotFound")


async def test_a_long_list_comes_in_pages_that_the_sdk_follows(azure: Azure) -> None:
    azure.door.page_size = 2
    names = [f"acc-{number}" for number in range(5)]
    for name in names:
        azure.seed.account(name, "rg-ai")

    found = [account.name async for account in azure.robin.accounts.list()]

    assert found == names
    assert len(azure.requests()) == 3
