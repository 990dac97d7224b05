"""Do deployments and projects keep their account busy, as people report?"""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError

from tests.conformance.arm_fixtures import Azure, authority, azure
from tests.harness.world import Json, Resource

__all__ = ["authority", "azure"]

GPT: Json = {
    "sku": {"name": "Standard", "capacity": 10},
    "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-11-20"}},
}


def deployments(azure: Azure) -> Any:
    return azure.robin.cognitive.deployments


def projects(azure: Azure) -> Any:
    return azure.robin.cognitive.projects


def foundry(azure: Azure, **properties: Any) -> Resource:
    return azure.seed.account(
        "foundry",
        "rg-ai",
        kind="AIServices",
        properties={"allowProjectManagement": True, **properties},
    )


async def test_a_deployment_is_made_and_its_account_is_busy_meanwhile(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")

    poller = await deployments(azure).begin_create_or_update(
        "rg-ai", "aoai", "chat", GPT, polling=False
    )
    creating = await poller.result()
    busy = await azure.robin.accounts.get("rg-ai", "aoai")
    await azure.clock.advance(31)
    made = await deployments(azure).get("rg-ai", "aoai", "chat")
    idle = await azure.robin.accounts.get("rg-ai", "aoai")

    assert creating.properties.provisioning_state == "Creating"
    assert busy.properties.provisioning_state == "Accepted"
    assert made.properties.provisioning_state == "Succeeded"
    assert made.properties.model.name == "gpt-4o"
    assert idle.properties.provisioning_state == "Succeeded"


async def test_while_a_deployment_is_made_other_work_on_the_account_is_refused(
    azure: Azure,
) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    await deployments(azure).begin_create_or_update("rg-ai", "aoai", "chat", GPT, polling=False)
    link = {"privateLinkServiceId": account.id, "groupIds": ["account"]}
    endpoint = {
        "location": "japaneast",
        "properties": {
            "subnet": {"id": azure.subnet_id},
            "privateLinkServiceConnections": [{"name": "conn", "properties": link}],
        },
    }

    with pytest.raises(ResourceExistsError, match="performed on the parent resource"):
        await deployments(azure).begin_create_or_update("rg-ai", "aoai", "more", GPT)
    with pytest.raises(ResourceExistsError, match="state is not terminal"):
        await azure.robin.accounts.begin_update("rg-ai", "aoai", {"tags": {}})
    with pytest.raises(HttpResponseError, match="AccountProvisioningStateInvalid"):
        await azure.robin.endpoints.begin_create_or_update("rg-ai", "pe", endpoint)


async def test_deployments_are_listed_deleted_and_announced(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    azure.seed.deployment(account, "chat")
    azure.seed.deployment(account, "embed", "text-embedding-3-large")
    names = [d.name async for d in deployments(azure).list("rg-ai", "aoai")]

    await azure.finish(deployments(azure).begin_delete("rg-ai", "aoai", "chat"))
    await azure.finish(deployments(azure).begin_delete("rg-ai", "aoai", "chat"))
    await azure.clock.advance(31)
    await azure.finish(deployments(azure).begin_create_or_update("rg-ai", "aoai", "chat", GPT))

    assert names == ["chat", "embed"]
    assert [(change.kind, change.operation) for change in azure.changes] == [
        ("Delete", "Microsoft.CognitiveServices/accounts/deployments/delete"),
        ("Write", "Microsoft.CognitiveServices/accounts/deployments/write"),
    ]
    assert azure.changes[0].resource_id == f"{account.id}/deployments/chat"


async def test_a_project_is_made_in_an_account_that_allows_it(azure: Azure) -> None:
    foundry(azure)

    made = await azure.finish(
        projects(azure).begin_create(
            "rg-ai",
            "foundry",
            "first",
            {"location": "East US", "properties": {"displayName": "First"}},
        )
    )
    names = [p.name async for p in projects(azure).list("rg-ai", "foundry")]

    assert made.properties.is_default is True
    assert made.properties.display_name == "First"
    assert "foundry.services.ai.azure.com" in next(iter(made.properties.endpoints.values()))
    assert names == ["first"]
    assert [change.operation for change in azure.changes] == [
        "Microsoft.CognitiveServices/accounts/projects/write"
    ]


async def test_a_project_needs_kind_and_consent(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai", properties={"allowProjectManagement": True})
    foundry(azure, allowProjectManagement=False)

    for account in ("aoai", "foundry"):
        with pytest.raises(HttpResponseError, match="does not allow projects"):
            await projects(azure).begin_create("rg-ai", account, "first", {"location": "eastus"})


async def test_an_account_with_projects_is_not_deleted(azure: Azure) -> None:
    account = foundry(azure)
    azure.seed.project(account, "first")

    with pytest.raises(ResourceExistsError) as nested:
        await azure.robin.accounts.begin_delete("rg-ai", "foundry")
    await azure.finish(projects(azure).begin_delete("rg-ai", "foundry", "first"))
    await azure.clock.advance(31)
    await azure.finish(azure.robin.accounts.begin_delete("rg-ai", "foundry"))

    assert nested.value.error is not None
    assert nested.value.error.code == "CannotDeleteResource"
    assert "accounts/foundry/projects/first" in nested.value.message


async def test_deployments_go_with_their_account(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    deployment = azure.seed.deployment(account, "chat")

    await azure.finish(azure.robin.accounts.begin_delete("rg-ai", "aoai"))

    assert azure.world.get(deployment.id) is None
