"""How do Cognitive Services accounts come, change, settle and go?"""

from collections.abc import Callable

from tests.harness.ids import ArmId
from tests.harness.physics import account_errors, network_rules
from tests.harness.physics.account_shapes import (
    capabilities,
    endpoint_of,
    read_only,
    settable,
    stored,
)
from tests.harness.physics.connections import Connections
from tests.harness.physics.deleted_accounts import DeletedAccounts
from tests.harness.physics.kinds import Kind, kind_of, may_become
from tests.harness.physics.marks import account_etag, guid, region, stamp, system_data
from tests.harness.physics.operations import Effect, Operation, Operations
from tests.harness.physics.subdomains import Subdomains
from tests.harness.physics.types import ACCOUNT, DEPLOYMENT, PROJECT
from tests.harness.world import Caller, Json, Resource, World

TERMINAL = frozenset({"Succeeded", "Failed", "Canceled"})
RULES_OF_ACCESS = ("publicNetworkAccess", "networkAcls")

type Upgraded = Callable[[Resource], None]


class Accounts:
    """Writes show at once, in state Accepted; the account settles later."""

    def __init__(
        self,
        world: World,
        operations: Operations,
        connections: Connections,
        rules: network_rules.NetworkRules,
    ) -> None:
        self._world = world
        self._operations = operations
        self._connections = connections
        self._rules = rules
        self._upgraded: list[Upgraded] = []
        self.deleted = DeletedAccounts(world)
        self.subdomains = Subdomains(world, self.deleted)

    def on_upgrade(self, callback: Upgraded) -> None:
        """Calls `callback` with an account that took another kind."""
        self._upgraded.append(callback)

    # --- writing

    def put(self, account_id: str, body: Json, caller: Caller) -> Effect:
        """Creates or replaces: what the body leaves out is gone (azure-ai-docs, REST accounts PUT)."""
        existing = self._world.get(account_id)
        properties = dict(body.get("properties") or {})
        restored = self._take_deleted(account_id, wanted=bool(properties.pop("restore", False)))
        if existing is None:
            if restored is not None:
                body = restored.body
                properties = self._restorable(restored) | properties
            account = self._new(account_id, body, properties)
            account.hidden |= {"keys": restored.hidden.get("keys", {})} if restored else {}
            operation = self._create(account)
        else:
            account = existing
            self._replace(account, body, properties)
            operation = self._accept(account)
        self._describe(account, body, caller)
        self._world.put(account)
        return Effect(account, existing is None, operation)

    def patch(self, account: Resource, body: Json, caller: Caller) -> Effect:
        """Recorded: 202 with the whole account, the new values visible, state Accepted."""
        self._check_idle(account)
        properties = dict(body.get("properties") or {})
        if "customSubDomainName" in properties:
            self.subdomains.check_change(account, properties["customSubDomainName"])
        acls = properties.get("networkAcls")
        if acls and self._world.switches.acls_merge:
            properties["networkAcls"] = (account.properties.get("networkAcls") or {}) | acls
        self._check_acls(account, properties)
        self._take_kind(account, body.get("kind"))
        account.properties.update(stored(properties))
        self._name_endpoint(account)
        for name in ("tags", "sku", "identity"):
            if name in body:
                account.body[name] = body[name]
        account.body["systemData"] = system_data(
            caller, self._world.clock.now(), account.body["systemData"]
        )
        return Effect(account, operation=self._accept(account))

    def _replace(self, account: Resource, body: Json, properties: Json) -> None:
        self._check_idle(account)
        self.subdomains.check_change(account, properties.get("customSubDomainName"))
        self._check_acls(account, properties)
        self._take_kind(account, body.get("kind"))
        account.body["properties"] = read_only(account.properties) | stored(properties)

    def _new(self, account_id: str, body: Json, properties: Json) -> Resource:
        kind = kind_of(body["kind"])
        if kind is None:
            raise account_errors.kind_unknown(body["kind"])
        subdomain = properties.get("customSubDomainName")
        if subdomain is not None:
            self.subdomains.check_free(subdomain)
        account = Resource(account_id, ACCOUNT, {"id": account_id})
        account.body |= {
            "name": ArmId.parse(account_id).name,
            "type": ACCOUNT,
            "location": region(body["location"]),
            "kind": kind.name,
            "properties": {
                "internalId": guid().replace("-", ""),
                "dateCreated": stamp(self._world.clock.now()),
                "callRateLimit": {"rules": []},
                "isMigrated": False,
                "privateEndpointConnections": [],
                "capabilities": capabilities(kind),
                # Recorded: an account made without the property answers Enabled, and has no networkAcls key.
                "publicNetworkAccess": "Enabled",
                **stored(properties),
            },
        }
        self._check_acls(account, properties)
        return account

    def _check_acls(self, account: Resource, properties: Json) -> None:
        acls = properties.get("networkAcls")
        if not acls:
            return
        if not (account.properties | properties).get("customSubDomainName"):
            raise account_errors.subdomain_missing(account.id, "networkAcls")
        self._rules.check(acls)

    def _take_kind(self, account: Resource, wanted: str | None) -> None:
        """Source: upgrade-azure-openai.md: kind AIServices over the old one; name, keys and settings stay."""
        present: str = account.body["kind"]
        if wanted is None or wanted.casefold() == present.casefold():
            return
        kind = self._next_kind(account, wanted)
        account.hidden["upgraded_from"] = present
        account.body["kind"] = kind.name
        account.properties["capabilities"] = capabilities(kind)
        for callback in self._upgraded:
            callback(account)

    @staticmethod
    def _next_kind(account: Resource, wanted: str) -> Kind:
        present: str = account.body["kind"]
        kind = kind_of(wanted)
        if kind is None:
            raise account_errors.kind_unknown(wanted)
        # Source: upgrade-azure-openai-auto.md: an upgrade can be rolled back.
        back = account.hidden.get("upgraded_from") == kind.name
        if not may_become(present, kind.name) and not back:
            raise account_errors.kind_fixed(present, wanted)
        return kind

    def _describe(self, account: Resource, body: Json, caller: Caller) -> None:
        now = self._world.clock.now()
        account.body["sku"] = body.get("sku") or {"name": "S0"}
        for name in ("tags", "identity"):
            account.body.pop(name, None)
            if body.get(name) is not None:
                account.body[name] = body[name]
        if "SystemAssigned" in str(account.body.get("identity", {}).get("type", "")):
            account.body["identity"] = {"principalId": guid(), "tenantId": self._world.tenant} | (
                account.body["identity"]
            )
        account.body["systemData"] = system_data(caller, now, account.body.get("systemData"))
        self._name_endpoint(account)

    def _name_endpoint(self, account: Resource) -> None:
        self.subdomains.claim(account)
        url = endpoint_of(account)
        account.properties["endpoint"] = url
        account.properties["endpoints"] = {account.body["kind"]: url}

    # --- settling

    def work_below(self, account: Resource) -> None:
        """A child is written: that puts the account back to Accepted (bicep-registry-modules PR 7205)."""
        self._start(account, "Accepted", self._world.switches.account_child_seconds)

    def _accept(self, account: Resource) -> Operation:
        return self._start(account, "Accepted", self._world.switches.account_seconds)

    def _create(self, account: Resource) -> Operation:
        return self._start(account, "Creating", self._world.switches.account_create_seconds)

    def _start(self, account: Resource, state: str, seconds: float) -> Operation:
        account.properties["provisioningState"] = state
        account.body["etag"] = account_etag()
        self._world.touch()

        def settle() -> None:
            if account.hidden.get("operation") != operation.id:
                return
            account.properties["provisioningState"] = "Succeeded"
            # Recorded: the etag moves again when the operation ends.
            account.body["etag"] = account_etag()
            account.hidden["settled"] = self._world.clock.time()
            self._world.touch()

        operation = self._operations.start(account.id, seconds, settle)
        account.hidden["operation"] = operation.id
        return operation

    def _check_idle(self, account: Resource) -> None:
        idle = account.properties["provisioningState"] in TERMINAL
        if not idle and self._world.switches.busy_account_conflicts:
            raise account_errors.account_busy(account.id)

    def check_idle_parent(self, account: Resource) -> None:
        """Raises when a child of the account cannot be written now."""
        idle = account.properties["provisioningState"] in TERMINAL
        if not idle and self._world.switches.busy_account_conflicts:
            raise account_errors.parent_busy(account.id)

    def check_open_to_endpoints(self, account: Resource) -> None:
        """Raises AccountProvisioningStateInvalid; the network provider sees an older state than GET does."""
        settled: float = account.hidden.get("settled", 0.0)
        lag = self._world.switches.account_lag_seconds
        if account.properties["provisioningState"] not in TERMINAL:
            raise account_errors.account_in_state(account.id, "Accepted")
        if self._world.clock.time() < settled + lag:
            raise account_errors.account_in_state(account.id, "Accepted")

    def forget_lag(self, account: Resource) -> None:
        """For seeding: the account settled long ago."""
        account.hidden.pop("settled", None)

    # --- deleting

    def delete(self, account: Resource) -> None:
        """For a caller of ARM. Raises while the account is busy, or has projects."""
        self._check_idle(account)
        projects = list(self._world.children(account.id, PROJECT))
        if projects:
            # Source: terraform-provider-azapi#894. That deployments go with their account is not verified.
            raise account_errors.nested(projects)
        self.bury(account)

    def bury(self, account: Resource) -> None:
        """Soft: the name stays taken until purge, and the endpoints stay, disconnected."""
        self._world.remove(account.id)
        for type_ in (DEPLOYMENT, PROJECT):
            for child in self._world.children(account.id, type_):
                self._world.remove(child.id)
        self._connections.lose_account(account)
        account.properties["privateEndpointConnections"] = []
        self.deleted.keep(account)

    def _take_deleted(self, account_id: str, *, wanted: bool) -> Resource | None:
        deleted = self.deleted.find(account_id)
        if deleted is None:
            if wanted and self._world.get(account_id) is None:
                raise account_errors.nothing_to_restore(account_id)
            return None
        if not wanted:
            raise account_errors.must_restore(account_id)
        self._world.remove(deleted.id)
        return deleted

    def _restorable(self, deleted: Resource) -> Json:
        kept = settable(deleted.properties)
        if self._world.switches.restore_keeps_network:
            return kept
        return {name: value for name, value in kept.items() if name not in RULES_OF_ACCESS}
