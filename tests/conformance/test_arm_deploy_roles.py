"""Do role definitions, assignments and identities over ARM keep to Azure's rules?"""

import pytest

from tests.conformance.arm_fixtures import SUBSCRIPTION, Azure, authority, azure
from tests.conformance.platform_fixtures import DANA, GROUP, STORE, Dana, dana, http
from tests.harness.bicep import Manager, RefusedError
from tests.harness.tokens import ARM
from tests.harness.world import Caller, Json

__all__ = ["authority", "azure", "dana", "http"]

HERE = f"/subscriptions/{SUBSCRIPTION}"
TEAM = "/providers/Microsoft.Management/managementGroups/team"
DEFINITIONS = "providers/Microsoft.Authorization/roleDefinitions"
ROLE = "77777777-7777-4777-8777-777777777777"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-latch"


def role(
    *actions: str, name: str = "Closer", scope: str = HERE, data: tuple[str, ...] = ()
) -> Json:
    return {
        "properties": {
            "roleName": name,
            "type": "CustomRole",
            "assignableScopes": [scope],
            "permissions": [{"actions": list(actions), "dataActions": list(data)}],
        }
    }


async def principal(dana: Dana) -> str:
    made = await dana.put(IDENTITY, {"location": "japaneast"})
    found: str = made["properties"]["principalId"]
    return found


async def test_an_identity_keeps_its_principal_when_it_is_written_again(dana: Dana) -> None:
    assert await principal(dana) == await principal(dana)


async def test_a_custom_role_allows_what_it_says_and_follows_its_definition(
    dana: Dana, azure: Azure
) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    latch = await principal(dana)
    path = f"{HERE}/{DEFINITIONS}/{ROLE}"
    await dana.put(path, role("Microsoft.CognitiveServices/accounts/read"))
    await dana.gives(latch, ROLE, HERE)
    caller = Caller("latch", latch, "latch", "app")
    write = "Microsoft.CognitiveServices/accounts/write"

    before = azure.roles.allowed(caller, write, account.id)
    await dana.put(path, role("Microsoft.CognitiveServices/accounts/*"))

    assert (before, azure.roles.allowed(caller, write, account.id)) == (False, True)


async def test_a_role_is_given_to_principals_that_exist_only(dana: Dana) -> None:
    with pytest.raises(RefusedError, match="PrincipalNotFound"):
        await dana.gives("00000000-0000-4000-8000-000000000000", READER, HERE)


async def test_a_role_goes_with_the_principal_of_a_deleted_identity(
    dana: Dana, azure: Azure
) -> None:
    latch = await principal(dana)
    deleted = await azure.raw("DELETE", f"{IDENTITY}?api-version=2023-01-31")

    with pytest.raises(RefusedError, match="PrincipalNotFound"):
        await dana.gives(latch, READER, HERE)
    assert deleted[0] == 200


async def test_the_same_assignment_again_changes_nothing(dana: Dana, azure: Azure) -> None:
    latch = await principal(dana)

    first = await dana.gives(latch, READER, HERE)
    count = len(azure.roles.assignments)

    assert first == await dana.gives(latch, READER, HERE)
    assert count == len(azure.roles.assignments)


async def test_a_role_is_assigned_where_it_may_be(dana: Dana) -> None:
    latch = await principal(dana)
    await dana.put(f"{GROUP}/{DEFINITIONS}/{ROLE}", role("*/read", scope=GROUP))

    with pytest.raises(RefusedError, match="RoleAssignmentScopeNotAssignable"):
        await dana.gives(latch, ROLE, HERE)
    await dana.gives(latch, ROLE, GROUP)


async def test_two_roles_of_one_display_name_are_refused(dana: Dana) -> None:
    await dana.put(f"{HERE}/{DEFINITIONS}/{ROLE}", role("*/read"))

    with pytest.raises(RefusedError, match="RoleDefinitionWithSameNameExists"):
        await dana.put(f"{HERE}/{DEFINITIONS}/{READER}", role("*/read"))


async def test_a_role_that_somebody_holds_is_not_deleted(dana: Dana, azure: Azure) -> None:
    path = f"{HERE}/{DEFINITIONS}/{ROLE}"
    await dana.put(path, role("*/read"))
    await dana.gives(await principal(dana), ROLE, HERE)

    status, body, _ = await azure.raw("DELETE", f"{path}?api-version=2022-04-01")

    assert (status, body["error"]["code"]) == (400, "RoleDefinitionHasAssignments")


async def test_a_contributor_can_neither_define_nor_give_roles(dana: Dana, azure: Azure) -> None:
    latch = await principal(dana)
    azure.roles.remove(DANA.object_id, "Owner", HERE)
    azure.roles.assign(DANA.object_id, "Contributor", HERE)

    with pytest.raises(RefusedError, match="AuthorizationFailed"):
        await dana.put(f"{HERE}/{DEFINITIONS}/{ROLE}", role("*/read"))
    with pytest.raises(RefusedError, match="AuthorizationFailed"):
        await dana.gives(latch, READER, HERE)


async def test_what_holds_at_a_management_group_holds_in_its_subscriptions(
    dana: Dana, azure: Azure
) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    azure.roles.management_groups["team"] = (SUBSCRIPTION,)
    azure.roles.assign(DANA.object_id, "Owner", TEAM)
    latch = await principal(dana)
    caller = Caller("latch", latch, "latch", "app")
    read = "Microsoft.CognitiveServices/accounts/read"

    await dana.put(f"{TEAM}/{DEFINITIONS}/{ROLE}", role(read, scope=TEAM))
    await dana.gives(latch, ROLE, TEAM)

    assert azure.roles.allowed(caller, read, account.id)
    assert not azure.roles.allowed(caller, read, "/subscriptions/2222")


async def test_a_management_group_takes_no_role_with_data_actions(dana: Dana, azure: Azure) -> None:
    azure.roles.management_groups["team"] = (SUBSCRIPTION,)
    azure.roles.assign(DANA.object_id, "Owner", TEAM)
    body = role(scope=TEAM, data=("Microsoft.EventGrid/events/send/action",))

    with pytest.raises(RefusedError, match="dataActions"):
        await dana.put(f"{TEAM}/{DEFINITIONS}/{ROLE}", body)


async def test_a_management_group_that_is_not_there_is_not_found(dana: Dana, azure: Azure) -> None:
    azure.roles.assign(DANA.object_id, "Owner", "/")

    with pytest.raises(RefusedError, match="ResourceNotFound"):
        await dana.put(f"{TEAM}/{DEFINITIONS}/{ROLE}", role("*/read", scope=TEAM))


async def test_a_data_role_opens_data_and_nothing_of_arm(dana: Dana, azure: Azure) -> None:
    await dana.store()
    latch = await principal(dana)
    await dana.gives(latch, "974c5e8b-45b9-4653-ba55-5f855dd0fb88")
    queue = f"{STORE}/queueServices/default/queues/events"
    messages = "Microsoft.Storage/storageAccounts/queueServices/queues/messages"
    caller = Caller("latch", latch, "latch", "app")

    assert azure.roles.may(latch, f"{messages}/process/action", queue)
    assert not azure.roles.may(latch, f"{messages}/process/action", GROUP)
    assert not azure.roles.allowed(caller, f"{messages}/process/action", queue)


async def test_whoever_puts_an_identity_on_a_site_may_assign_it(
    azure: Azure, dana: Dana, http: object
) -> None:
    del http
    await principal(dana)
    scope = f"{HERE}/resourceGroups/rg-net"
    robin = Caller("Robin Small", "66666666-6666-4666-8666-666666666666", "az", "user")
    azure.roles.assign(robin.object_id, "Contributor", scope)
    token = azure.tokens.issue(robin, ARM, seconds=3600)
    small = Manager(dana.manager._http, azure.door.url, token, azure.clock)
    body = {
        "location": "japaneast",
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}},
        "properties": {},
    }

    with pytest.raises(RefusedError, match=r"LinkedAuthorizationFailed.*assign/action"):
        await small.put(f"{scope}/providers/Microsoft.EventGrid/topics/t", "2025-02-15", body)
