"""Does a lock hold, in ARM's words? Raw requests: the SDK of locks is no dependency of this project."""

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError

from tests.conformance.arm_fixtures import SUBSCRIPTION, Azure, authority, azure
from tests.harness.world import Json

__all__ = ["authority", "azure"]

LOCKS = "providers/Microsoft.Authorization/locks"
VERSION = "api-version=2016-09-01"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-ai"
CLOSE: Json = {"properties": {"publicNetworkAccess": "Disabled"}}
NO_DELETE: Json = {"properties": {"level": "CanNotDelete", "notes": "ours"}}
READ_ONLY: Json = {"properties": {"level": "ReadOnly"}}


def refused(error: pytest.ExceptionInfo[HttpResponseError]) -> tuple[int | None, str | None]:
    assert error.value.error is not None
    return error.value.status_code, error.value.error.code


async def test_a_lock_against_deletion_lets_writes_through(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai", public=True)
    path = f"{account.id}/{LOCKS}/keep?{VERSION}"

    created = await azure.raw("PUT", path, json=NO_DELETE)
    with pytest.raises(ResourceExistsError) as kept:
        await azure.robin.accounts.begin_delete("rg-ai", "aoai")
    await azure.robin.accounts.begin_update("rg-ai", "aoai", CLOSE, polling=False)

    assert created[0] == 201
    assert created[1]["id"] == f"{account.id}/{LOCKS}/keep"
    assert refused(kept) == (409, "ScopeLocked")
    assert (
        f"The scope '{account.id}' cannot perform delete operation because following scope(s) are locked: "
        f"'{account.id}'. Please remove the lock and try again."
    ) in kept.value.message


async def test_a_read_only_lock_on_the_group_stops_every_write_below(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai", public=True)
    await azure.raw("PUT", f"{GROUP}/{LOCKS}/still?{VERSION}", json=READ_ONLY)

    with pytest.raises(ResourceExistsError) as written:
        await azure.robin.accounts.begin_update("rg-ai", "aoai", CLOSE)
    with pytest.raises(ResourceExistsError) as listed:
        await azure.robin.accounts.list_keys("rg-ai", "aoai")
    read = await azure.robin.accounts.get("rg-ai", "aoai")

    assert refused(written) == refused(listed) == (409, "ScopeLocked")
    assert f"'{account.id}' cannot perform write operation" in written.value.message
    assert f"are locked: '{GROUP}'" in written.value.message
    assert f"'{account.id}' cannot perform write operation" in listed.value.message
    assert read.properties.public_network_access == "Enabled"


async def test_a_lock_can_be_removed_and_both_are_announced(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    path = f"{account.id}/{LOCKS}/keep?{VERSION}"

    await azure.raw("PUT", path, json=READ_ONLY)
    changed = await azure.raw("PUT", path, json=NO_DELETE)
    removed = await azure.raw("DELETE", path)
    absent = await azure.raw("DELETE", path)
    await azure.finish(azure.robin.accounts.begin_delete("rg-ai", "aoai"))

    assert (changed[0], removed[0], absent[0]) == (200, 200, 204)
    assert [change.operation for change in azure.changes[:3]] == [
        "Microsoft.Authorization/locks/write",
        "Microsoft.Authorization/locks/write",
        "Microsoft.Authorization/locks/delete",
    ]
    assert {change.resource_id for change in azure.changes[:3]} == {f"{account.id}/{LOCKS}/keep"}


async def test_locks_are_listed_at_their_scope_below_it_and_above(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    group = azure.world.get(GROUP)
    assert group is not None
    azure.seed.lock(account, name="own")
    azure.seed.lock(group, "ReadOnly", name="groups")

    at_group = await azure.raw("GET", f"{GROUP}/{LOCKS}?{VERSION}")
    at_account = await azure.raw("GET", f"{account.id}/{LOCKS}?{VERSION}")
    above = await azure.raw("GET", f"{account.id}/{LOCKS}?{VERSION}&$filter=atScope()")
    one = await azure.raw("GET", f"{account.id}/{LOCKS}/own?{VERSION}")

    assert {lock["name"] for lock in at_group[1]["value"]} == {"own", "groups"}
    assert [lock["name"] for lock in at_account[1]["value"]] == ["own"]
    assert {lock["name"] for lock in above[1]["value"]} == {"own", "groups"}
    assert one[1]["properties"] == {"level": "CanNotDelete"}


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        pytest.param(
            f"{GROUP}/{LOCKS}/x?{VERSION}",
            {"properties": {"level": "Never"}},
            400,
            "InvalidRequestContent",
            id="an unknown level",
        ),
        pytest.param(
            f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/gone/{LOCKS}/x?{VERSION}",
            NO_DELETE,
            404,
            "ResourceNotFound",
            id="nothing to lock",
        ),
        pytest.param(
            f"{GROUP}/{LOCKS}/x?api-version=2010-01-01",
            NO_DELETE,
            400,
            "NoRegisteredProviderFound",
            id="an unknown version",
        ),
    ],
)
async def test_which_locks_are_refused(
    azure: Azure, path: str, body: Json, status: int, code: str
) -> None:
    answer = await azure.raw("PUT", path, json=body)

    assert (answer[0], answer[1]["error"]["code"]) == (status, code)


async def test_a_contributor_cannot_lock_or_unlock(azure: Azure) -> None:
    azure.roles.remove(
        "44444444-4444-4444-8444-444444444444", "Owner", f"/subscriptions/{SUBSCRIPTION}"
    )
    azure.roles.assign(
        "44444444-4444-4444-8444-444444444444", "Contributor", f"/subscriptions/{SUBSCRIPTION}"
    )

    answer = await azure.raw("PUT", f"{GROUP}/{LOCKS}/x?{VERSION}", json=NO_DELETE)

    assert (answer[0], answer[1]["error"]["code"]) == (403, "AuthorizationFailed")


async def test_an_endpoint_of_a_locked_account_is_not_deleted(azure: Azure) -> None:
    path = azure.private_account()
    azure.seed.lock(path.account)

    with pytest.raises(ResourceExistsError) as kept:
        await azure.robin.endpoints.begin_delete("rg-ai", "pe-aoai")

    assert refused(kept) == (409, "ScopeLocked")
    assert "Call to Microsoft.CognitiveServices/accounts failed" in kept.value.message
    assert "/privateEndpointConnectionProxies/pe-aoai." in kept.value.message
