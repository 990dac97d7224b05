"""Do role assignments over ARM give and take what the door asks for? Raw requests: their SDK is no dependency here."""

import pytest
from azure.core.exceptions import HttpResponseError

from tests.conformance.arm_fixtures import SUBSCRIPTION, Azure, authority, azure
from tests.harness.world import Caller, Json

__all__ = ["authority", "azure"]

LATCH = Caller("latch", "88888888-8888-4888-8888-888888888888", "latch-app", "app")
SCOPE = f"/subscriptions/{SUBSCRIPTION}"
KIND = "providers/Microsoft.Authorization/roleAssignments"
VERSION = "api-version=2022-04-01"
NAME = "12121212-1212-4212-8212-121212121212"
READER = f"{SCOPE}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"


def given(principal: str = LATCH.object_id, role: str = READER) -> Json:
    return {
        "properties": {
            "roleDefinitionId": role,
            "principalId": principal,
            "principalType": "ServicePrincipal",
        }
    }


async def test_an_assignment_gives_and_its_deletion_takes(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")
    latch = azure.as_(LATCH)
    path = f"{SCOPE}/{KIND}/{NAME}?{VERSION}"

    created = await azure.raw("PUT", path, json=given())
    await latch.accounts.get("rg-ai", "aoai")
    deleted = await azure.raw("DELETE", path)
    again = await azure.raw("DELETE", path)
    with pytest.raises(HttpResponseError, match="AuthorizationFailed"):
        await latch.accounts.get("rg-ai", "aoai")

    assert (created[0], deleted[0], again[0]) == (201, 200, 204)
    assert created[1]["properties"]["scope"] == SCOPE
    assert created[1]["name"] == deleted[1]["name"] == NAME
    assert [change.operation for change in azure.changes] == [
        "Microsoft.Authorization/roleAssignments/write",
        "Microsoft.Authorization/roleAssignments/delete",
    ]
    assert azure.changes[1].resource_id == f"{SCOPE}/{KIND}/{NAME}"


async def test_what_the_lab_assigned_is_found_and_can_be_deleted(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")
    azure.roles.assign(LATCH.object_id, "Reader", SCOPE)

    listed = await azure.raw(
        "GET", f"{SCOPE}/{KIND}?{VERSION}&$filter=principalId eq '{LATCH.object_id}'"
    )
    (assignment,) = listed[1]["value"]
    read = await azure.raw("GET", f"{assignment['id']}?{VERSION}")
    await azure.raw("DELETE", f"{assignment['id']}?{VERSION}")

    assert assignment["properties"]["roleDefinitionId"] == READER
    assert read[1] == assignment
    with pytest.raises(HttpResponseError, match="AuthorizationFailed"):
        await azure.as_(LATCH).accounts.get("rg-ai", "aoai")


async def test_a_list_shows_what_holds_at_above_and_below_its_scope(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    azure.roles.assign(LATCH.object_id, "Contributor", account.id)
    group = f"{SCOPE}/resourceGroups/rg-ai"
    other = f"{SCOPE}/resourceGroups/rg-net"

    everything = await azure.raw("GET", f"{group}/{KIND}?{VERSION}")
    above = await azure.raw("GET", f"{group}/{KIND}?{VERSION}&$filter=atScope()")
    elsewhere = await azure.raw("GET", f"{other}/{KIND}?{VERSION}")
    strange = await azure.raw("GET", f"{group}/{KIND}?{VERSION}&$filter=assignedTo('x')")

    assert {a["properties"]["scope"] for a in everything[1]["value"]} == {SCOPE, account.id}
    assert {a["properties"]["scope"] for a in above[1]["value"]} == {SCOPE}
    assert {a["properties"]["scope"] for a in elsewhere[1]["value"]} == {SCOPE}
    assert strange[0] == 501


async def test_which_assignments_are_refused(azure: Azure) -> None:
    azure.as_(LATCH)
    path = f"{SCOPE}/{KIND}/{NAME}?{VERSION}"
    other = f"{SCOPE}/{KIND}/34343434-3434-4434-8434-343434343434?{VERSION}"
    await azure.raw("PUT", path, json=given())

    same = await azure.raw("PUT", other, json=given())
    moved = await azure.raw("PUT", path, json=given("somebody-else"))
    unknown = await azure.raw("PUT", other, json=given(role=READER.replace("acdd", "0000")))

    codes = [answer[1]["error"]["code"] for answer in (same, moved, unknown)]
    assert codes == [
        "RoleAssignmentExists",
        "RoleAssignmentUpdateNotPermitted",
        "RoleDefinitionDoesNotExist",
    ]
