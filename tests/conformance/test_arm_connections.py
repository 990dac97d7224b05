"""Do both sides of a private endpoint connection tell the same story?"""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError

from tests.conformance.arm_fixtures import Azure, authority, azure
from tests.harness.world import Caller, Resource

__all__ = ["authority", "azure"]


def state(status: str) -> Any:
    return {"properties": {"privateLinkServiceConnectionState": {"status": status}}}


def name_of(endpoint: Resource) -> str:
    return f"{endpoint.name}.{endpoint.properties['resourceGuid']}"


def status_of(endpoint: Any) -> str:
    link = endpoint.properties.private_link_service_connections[0].properties
    return str(link.private_link_service_connection_state.status)


async def test_a_connection_is_named_after_endpoint_and_guid_and_carries_the_accounts_name(
    azure: Azure,
) -> None:
    path = azure.private_account()

    connection = await azure.robin.connections.get("rg-ai", "aoai", name_of(path.endpoint))
    listed = await azure.robin.connections.list("rg-ai", "aoai")
    account = await azure.robin.accounts.get("rg-ai", "aoai")

    assert connection.id.endswith(f"/privateEndpointConnections/{name_of(path.endpoint)}")
    assert connection.name == f"aoai/{name_of(path.endpoint)}"
    assert connection.properties.private_endpoint.id == path.endpoint.id
    assert [item.id for item in listed.value] == [connection.id]
    embedded = account.properties.private_endpoint_connections[0]
    assert (embedded.id, embedded.etag, embedded.location) == (connection.id, None, None)
    assert embedded.properties.provisioning_state is None


async def test_a_rejection_reaches_the_endpoint_and_takes_the_record(azure: Azure) -> None:
    path = azure.private_account()

    await azure.finish(
        azure.until_done(
            azure.robin.connections.begin_create_or_update(
                "rg-ai", "aoai", name_of(path.endpoint), state("Rejected")
            )
        )
    )

    assert status_of(await azure.robin.endpoints.get("rg-ai", "pe-aoai")) == "Rejected"
    with pytest.raises(ResourceNotFoundError):
        await azure.robin.records.get("rg-dns", path.zone.name, "A", "aoai")


async def test_a_rejection_takes_22_seconds_and_answers_once(azure: Azure) -> None:
    path = azure.private_account()
    before = azure.clock.time()

    await azure.until_done(
        azure.robin.connections.begin_create_or_update(
            "rg-ai", "aoai", name_of(path.endpoint), state("Rejected"), polling=False
        )
    )

    assert azure.clock.time() - before > 21
    assert [entry.status for entry in azure.requests()] == [200]


async def rejected(azure: Azure) -> tuple[str, str, str]:
    """A private path whose connection was rejected: group, account and connection."""
    path = azure.private_account()
    azure.world.switches.connection_reject_seconds = 0
    arguments = ("rg-ai", "aoai", name_of(path.endpoint))
    await azure.robin.connections.begin_create_or_update(
        *arguments, state("Rejected"), polling=False
    )
    return arguments


async def test_a_rejected_connection_cannot_be_approved(azure: Azure) -> None:
    arguments = await rejected(azure)

    with pytest.raises(HttpResponseError):
        await azure.robin.connections.begin_create_or_update(*arguments, state("Approved"))

    assert status_of(await azure.robin.endpoints.get("rg-ai", "pe-aoai")) == "Rejected"


async def test_a_rejected_connection_can_be_approved_when_switched(azure: Azure) -> None:
    arguments = await rejected(azure)
    azure.world.switches.rejected_can_be_approved = True

    await azure.robin.connections.begin_create_or_update(
        *arguments, state("Approved"), polling=False
    )

    assert status_of(await azure.robin.endpoints.get("rg-ai", "pe-aoai")) == "Approved"


async def test_removing_a_connection_disconnects_the_endpoint_for_ever(azure: Azure) -> None:
    path = azure.private_account()

    await azure.until_done(
        azure.robin.connections.begin_delete("rg-ai", "aoai", name_of(path.endpoint), polling=False)
    )
    await azure.clock.advance(3600)
    endpoint = await azure.robin.endpoints.get("rg-ai", "pe-aoai")
    account = await azure.robin.accounts.get("rg-ai", "aoai")

    assert status_of(endpoint) == "Disconnected"
    assert endpoint.properties.provisioning_state == "Succeeded"
    assert account.properties.private_endpoint_connections == []


async def test_deleting_the_account_disconnects_its_endpoints_even_when_it_returns(
    azure: Azure,
) -> None:
    azure.private_account()
    await azure.finish(azure.robin.accounts.begin_delete("rg-ai", "aoai"))

    restored = {"location": "eastus", "properties": {"restore": True}}
    await azure.finish(azure.robin.accounts.begin_create("rg-ai", "aoai", restored))

    assert status_of(await azure.robin.endpoints.get("rg-ai", "pe-aoai")) == "Disconnected"


async def test_a_put_without_an_endpoint_is_not_allowed(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")

    with pytest.raises(HttpResponseError) as refused:
        await azure.robin.connections.begin_create_or_update(
            "rg-ai", "aoai", "invented", state("Approved")
        )

    assert refused.value.status_code == 405


async def test_a_manual_connection_waits_for_approval_and_then_gets_its_record(
    azure: Azure,
) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    endpoint = azure.seed.private_endpoint(
        "pe", "rg-ai", account=account, subnet_id=azure.subnet_id, manual=True
    )
    zone = azure.seed.zone("privatelink.openai.azure.com", "rg-dns")
    azure.seed.zone_group(endpoint, [zone])
    before = [r.name async for r in azure.robin.records.list_by_type("rg-dns", zone.name, "A")]

    await azure.until_done(
        azure.robin.connections.begin_create_or_update(
            "rg-ai", "aoai", name_of(endpoint), state("Approved"), polling=False
        )
    )
    after = [r.name async for r in azure.robin.records.list_by_type("rg-dns", zone.name, "A")]

    assert (before, after) == ([], ["aoai"])


async def test_without_the_right_to_approve_the_endpoint_comes_up_pending(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    builder = azure.as_(Caller("net", "net-oid", "net-app", "app"), "Network Contributor")
    link = {"privateLinkServiceId": account.id, "groupIds": ["account"]}
    body = {
        "location": "japaneast",
        "properties": {
            "subnet": {"id": azure.subnet_id},
            "privateLinkServiceConnections": [{"name": "conn", "properties": link}],
        },
    }

    made = await azure.finish(builder.endpoints.begin_create_or_update("rg-ai", "pe", body))

    assert status_of(made) == "Pending"


async def test_a_busy_account_refuses_changes_of_its_connections(azure: Azure) -> None:
    path = azure.private_account()
    await azure.robin.accounts.begin_update("rg-ai", "aoai", {"tags": {}}, polling=False)

    with pytest.raises(ResourceExistsError) as refused:
        await azure.robin.connections.begin_create_or_update(
            "rg-ai", "aoai", name_of(path.endpoint), state("Rejected")
        )

    assert refused.value.error is not None
    assert refused.value.error.code == "RequestConflict"
    assert "parent resource" in refused.value.message
