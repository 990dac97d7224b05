"""How do Cognitive Services accounts come, change, settle and go?"""

import re
from collections.abc import Iterator
from datetime import timedelta

from tests.harness.ids import ArmId, same
from tests.harness.physics import errors, network_rules
from tests.harness.physics.connections import Connections
from tests.harness.physics.errors import ArmError
from tests.harness.physics.kinds import COGNITIVE, Kind, kind_of
from tests.harness.physics.marks import account_etag, guid, region, stamp, system_data
from tests.harness.physics.operations import Effect, Operation, Operations
from tests.harness.physics.types import ACCOUNT, DELETED_ACCOUNT
from tests.harness.world import Caller, Json, Resource, World

TERMINAL = frozenset({"Succeeded", "Failed", "Canceled"})
# Source: recover-purge-resources.md: a deleted account can be restored for 48 hours.
RESTORABLE = timedelta(hours=48)
SUBDOMAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,62}[a-z0-9]", re.IGNORECASE)


class Accounts:
    """Writes show at once, in state Accepted; the account settles later."""

    def __init__(self, world: World, operations: Operations, connections: Connections) -> None:
        self._world = world
        self._operations = operations
        self._connections = connections
        self._subdomains: dict[str, str] = {}

    # --- writing

    def put(self, account_id: str, body: Json, caller: Caller) -> Effect:
        """Creates or replaces: what the body leaves out is gone (azure-ai-docs, REST accounts PUT)."""
        existing = self._world.get(account_id)
        properties = dict(body.get("properties") or {})
        restored = self._take_deleted(account_id, wanted=bool(properties.pop("restore", False)))
        if existing is None:
            if restored is not None:
                body = restored.body
                properties = _settable(restored.properties) | properties
            account = self._new(account_id, body, properties)
            operation = self._create(account)
        else:
            self._check_idle(existing)
            account = existing
            self._check_subdomain(account, properties.get("customSubDomainName"))
            _check_acls(account, properties)
            account.body["properties"] = _read_only(account.properties) | _stored(properties)
            operation = self._accept(account)
        self._describe(account, body, caller)
        self._world.put(account)
        return Effect(account, existing is None, operation)

    def patch(self, account: Resource, body: Json, caller: Caller) -> Effect:
        """Recorded: 202 with the whole account, the new values visible, state Accepted."""
        self._check_idle(account)
        properties = dict(body.get("properties") or {})
        if "customSubDomainName" in properties:
            self._check_subdomain(account, properties["customSubDomainName"])
        acls = properties.get("networkAcls")
        if acls and self._world.switches.acls_merge:
            properties["networkAcls"] = (account.properties.get("networkAcls") or {}) | acls
        _check_acls(account, properties)
        account.properties.update(_stored(properties))
        self._name_endpoint(account)
        for name in ("tags", "sku", "identity"):
            if name in body:
                account.body[name] = body[name]
        account.body["systemData"] = system_data(
            caller, self._world.clock.now(), account.body["systemData"]
        )
        return Effect(account, operation=self._accept(account))

    def _new(self, account_id: str, body: Json, properties: Json) -> Resource:
        kind = self._kind(body)
        subdomain = properties.get("customSubDomainName")
        if subdomain is not None:
            self._check_free(subdomain)
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
                "capabilities": _capabilities(kind),
                # Recorded: an account made without the property answers Enabled, and has no networkAcls key.
                "publicNetworkAccess": "Enabled",
                **_stored(properties),
            },
        }
        _check_acls(account, properties)
        return account

    @staticmethod
    def _kind(body: Json) -> Kind:
        kind = kind_of(body["kind"])
        if kind is None:
            raise ArmError(
                400,
                "InvalidApiSetId",
                f"The account type '{body['kind']}' is either invalid or unavailable in given region. "
                "(The lab's kinds stand in tests/harness/physics/kinds.py.)",
            )
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
        """Recorded: without a subdomain the account is reached under its region's name."""
        kind = kind_of(account.body["kind"])
        subdomain = account.properties.get("customSubDomainName")
        domain = kind.endpoint_domain if kind else COGNITIVE
        host = f"{account.body['location']}.api.cognitive.microsoft.com"
        url = f"https://{subdomain}.{domain}/" if subdomain else f"https://{host}/"
        if subdomain:
            self._subdomains[subdomain.casefold()] = account.id
        account.properties["endpoint"] = url
        account.properties["endpoints"] = {account.body["kind"]: url}

    # --- settling

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
            raise errors.account_busy(account.id)

    def check_idle_parent(self, account: Resource) -> None:
        """Raises when a child of the account cannot be written now."""
        idle = account.properties["provisioningState"] in TERMINAL
        if not idle and self._world.switches.busy_account_conflicts:
            raise errors.parent_busy(account.id)

    def check_open_to_endpoints(self, account: Resource) -> None:
        """Raises AccountProvisioningStateInvalid; the network provider sees an older state than GET does."""
        settled: float = account.hidden.get("settled", 0.0)
        lag = self._world.switches.account_lag_seconds
        if account.properties["provisioningState"] not in TERMINAL:
            raise errors.account_in_state(account.id, "Accepted")
        if self._world.clock.time() < settled + lag:
            raise errors.account_in_state(account.id, "Accepted")

    def forget_lag(self, account: Resource) -> None:
        """For seeding: the account settled long ago."""
        account.hidden.pop("settled", None)

    # --- subdomains

    def _check_subdomain(self, account: Resource, wanted: str | None) -> None:
        present = account.properties.get("customSubDomainName")
        if present is None and wanted is not None:
            self._check_free(wanted)
        elif present is not None and (wanted is None or wanted.casefold() != present.casefold()):
            raise errors.subdomain_fixed()

    def _check_free(self, subdomain: str) -> None:
        if not SUBDOMAIN.fullmatch(subdomain):
            raise errors.subdomain_invalid(subdomain)
        if not self.is_free(subdomain):
            raise errors.subdomain_taken(subdomain)

    def is_free(self, subdomain: str) -> bool:
        owner = self._subdomains.get(subdomain.casefold())
        if owner is None:
            return True
        holders = [d for d in self.deleted() if same(d.hidden["account"], owner)]
        present = self._world.get(owner)
        return not any(
            str(holder.properties.get("customSubDomainName")).casefold() == subdomain.casefold()
            for holder in (*holders, *([present] if present else []))
        )

    # --- deleting

    def delete(self, account: Resource) -> None:
        """Soft: the name stays taken until purge, and the endpoints stay, disconnected."""
        self._check_idle(account)
        now = self._world.clock.now()
        self._world.remove(account.id)
        self._connections.lose_account(account)
        account.properties["privateEndpointConnections"] = []
        parsed = ArmId.parse(account.id)
        deleted_id = (
            f"/subscriptions/{parsed.subscription}/providers/Microsoft.CognitiveServices/locations/"
            f"{account.body['location']}/resourceGroups/{parsed.group}/deletedAccounts/{account.name}"
        )
        deleted = Resource(deleted_id, DELETED_ACCOUNT, dict(account.body))
        deleted.body |= {"id": deleted_id, "type": DELETED_ACCOUNT}
        deleted.properties["deletionDate"] = stamp(now)
        deleted.properties["scheduledPurgeDate"] = stamp(now + RESTORABLE)
        deleted.hidden |= {
            "account": account.id,
            "purge": (now + RESTORABLE).timestamp(),
        }
        self._world.put(deleted)

    def deleted(self) -> Iterator[Resource]:
        """What can still be restored; what is overdue is purged on the way."""
        for deleted in self._world.of_type(DELETED_ACCOUNT):
            if deleted.hidden["purge"] <= self._world.clock.time():
                self._world.remove(deleted.id)
            else:
                yield deleted

    def _take_deleted(self, account_id: str, *, wanted: bool) -> Resource | None:
        deleted = next((d for d in self.deleted() if same(d.hidden["account"], account_id)), None)
        if deleted is None:
            return None
        if not wanted:
            raise errors.must_restore(account_id)
        self._world.remove(deleted.id)
        return deleted


def _stored(properties: Json) -> Json:
    stored = dict(properties)
    if stored.get("networkAcls") is not None:
        stored["networkAcls"] = network_rules.complete(stored["networkAcls"])
    return stored


def _check_acls(account: Resource, properties: Json) -> None:
    acls = properties.get("networkAcls")
    if not acls:
        return
    known = account.properties | properties
    if not known.get("customSubDomainName"):
        raise errors.subdomain_missing(account.id, "networkAcls")
    network_rules.check(acls)


READ_ONLY = (
    "internalId",
    "dateCreated",
    "callRateLimit",
    "isMigrated",
    "privateEndpointConnections",
    "capabilities",
)
DERIVED = (*READ_ONLY, "endpoint", "endpoints", "provisioningState", "deletionDate")


def _read_only(properties: Json) -> Json:
    kept = {name: properties[name] for name in READ_ONLY if name in properties}
    return kept | {"publicNetworkAccess": "Enabled"}


def _settable(properties: Json) -> Json:
    hidden = (*DERIVED, "scheduledPurgeDate")
    return {name: value for name, value in properties.items() if name not in hidden}


def _capabilities(kind: Kind) -> list[Json]:
    # Recorded: kinds with network support say so.
    names = ("VirtualNetworks", "CustomerManagedKey") if kind.private_link else ("Container",)
    return [{"name": name} for name in names]
