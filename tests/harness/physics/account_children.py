"""What happens to an account when a model is deployed in it, or a project made?"""

from collections.abc import Callable

from tests.harness.ids import ArmId
from tests.harness.physics import account_errors
from tests.harness.physics.accounts import Accounts
from tests.harness.physics.kinds import FOUNDRY, kind_of
from tests.harness.physics.marks import account_etag, guid, region, system_data
from tests.harness.physics.operations import Effect, Operation, Operations
from tests.harness.physics.types import DEPLOYMENT, PROJECT
from tests.harness.world import Caller, Json, Resource, World


class AccountChildren:
    """Deployments and projects. Their writes keep the account busy: bicep-registry-modules PR 7205."""

    def __init__(self, world: World, operations: Operations, accounts: Accounts) -> None:
        self._world = world
        self._operations = operations
        self._accounts = accounts

    def put_deployment(
        self, account: Resource, child_id: str, body: Json, caller: Caller
    ) -> Effect:
        """Source: GetDeployment.json of cognitiveservices 2025-06-01 for the shape."""
        properties: Json = {"versionUpgradeOption": "OnceNewDefaultVersionAvailable"}
        properties |= body.get("properties") or {}
        shown = {"sku": body.get("sku") or {"name": "Standard", "capacity": 1}}
        return self._put(account, child_id, DEPLOYMENT, shown | {"properties": properties}, caller)

    def put_project(self, account: Resource, child_id: str, body: Json, caller: Caller) -> Effect:
        """Source: CreateProject.json of cognitiveservices 2025-06-01 for the shape."""
        foundry = kind_of(account.body["kind"]) is kind_of("AIServices")
        if not foundry or account.properties.get("allowProjectManagement") is not True:
            raise account_errors.projects_need_foundry(account.id)
        name = ArmId.parse(child_id).name
        default = not any(self._world.children(account.id, PROJECT))
        subdomain = account.properties.get("customSubDomainName")
        properties = {
            **(body.get("properties") or {}),
            "isDefault": default,
            "endpoints": {"AI Foundry API": f"https://{subdomain}.{FOUNDRY}/api/projects/{name}"},
        }
        shown = {
            "location": region(body.get("location") or account.body["location"]),
            "identity": {"type": "SystemAssigned", "principalId": guid()},
            "properties": properties,
        }
        return self._put(account, child_id, PROJECT, shown, caller)

    def _put(
        self, account: Resource, child_id: str, type_: str, shown: Json, caller: Caller
    ) -> Effect:
        self._accounts.check_idle_parent(account)
        present = self._world.get(child_id)
        before = present.body if present else {}
        body = {
            "id": child_id,
            "name": ArmId.parse(child_id).name,
            "type": type_,
            "etag": account_etag(),
            "systemData": system_data(caller, self._world.clock.now(), before.get("systemData")),
            **shown,
        }
        child = present or Resource(child_id, type_, body)
        child.body = body
        child.properties["provisioningState"] = "Updating" if present else "Creating"
        self._world.put(child)
        self._accounts.work_below(account)

        def settle() -> None:
            child.properties["provisioningState"] = "Succeeded"
            self._world.touch()

        return Effect(child, present is None, self._start(child, settle))

    def delete(self, account: Resource, child: Resource) -> Operation:
        self._accounts.check_idle_parent(account)
        child.properties["provisioningState"] = "Deleting"
        self._accounts.work_below(account)
        return self._start(child, lambda: self._vanish(child))

    def _vanish(self, child: Resource) -> None:
        self._world.remove(child.id)

    def _start(self, child: Resource, finish: Callable[[], None]) -> Operation:
        seconds = self._world.switches.account_child_seconds
        return self._operations.start(child.id, seconds, finish)
