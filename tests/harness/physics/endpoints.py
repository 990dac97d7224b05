"""How do private endpoints come to be, connect, and go?"""

from collections.abc import Callable

from tests.harness.ids import ArmId, same
from tests.harness.physics import account_errors, errors, link_targets
from tests.harness.physics.accounts import Accounts
from tests.harness.physics.addresses import Addresses
from tests.harness.physics.connections import Connections, link_of, target_of
from tests.harness.physics.endpoint_shapes import endpoint_shape
from tests.harness.physics.errors import ArmError
from tests.harness.physics.interfaces import Interfaces, static_addresses
from tests.harness.physics.kinds import Kind, kind_of
from tests.harness.physics.marks import network_etag, region
from tests.harness.physics.operations import Effect, Operation, Operations
from tests.harness.physics.types import ACCOUNT, ENDPOINT, SECURITY_GROUP
from tests.harness.physics.zone_groups import ZoneGroups
from tests.harness.world import Json, Resource, World

type Check = Callable[[], None]


class Endpoints:
    """An endpoint is accepted at once; interface, addresses and connection come when the work is done."""

    def __init__(
        self,
        world: World,
        operations: Operations,
        accounts: Accounts,
        connections: Connections,
        addresses: Addresses,
        interfaces: Interfaces,
        zone_groups: ZoneGroups,
    ) -> None:
        self._world = world
        self._operations = operations
        self._accounts = accounts
        self._connections = connections
        self._addresses = addresses
        self._interfaces = interfaces
        self._zone_groups = zone_groups
        accounts.on_upgrade(self.grow)

    def put(self, endpoint_id: str, body: Json, *, approved: bool) -> Effect:
        """`approved`: whether the caller may approve connections of the account that is named."""
        wanted = endpoint_shape(endpoint_id, body)
        existing = self._world.get(endpoint_id)
        if existing is not None:
            self.check_idle(existing)
        account = self._account(wanted)
        self._check_place(wanted, body["location"])
        refused = self._check_open(account)
        if existing is not None and existing.hidden.get("made"):
            self._check_unchanged(existing, wanted)
            return Effect(existing, operation=self._update(existing, body, wanted, refused))
        self._check_addresses(wanted, account)
        endpoint = self._begin(wanted, body)
        operation = self._operations.start(
            endpoint_id,
            self._world.switches.endpoint_seconds,
            lambda: self._make(endpoint, refused, approved=approved),
            lambda: self._fail(endpoint),
        )
        return Effect(endpoint, existing is None, operation)

    def delete(self, endpoint: Resource) -> Operation:
        self.check_idle(endpoint)
        self._connections.check_removable(endpoint)
        endpoint.properties["provisioningState"] = "Deleting"
        self._world.touch()
        seconds = self._world.switches.endpoint_delete_seconds
        return self._operations.start(endpoint.id, seconds, lambda: self.vanish(endpoint))

    def vanish(self, endpoint: Resource) -> None:
        """Source: private-endpoint-dns-integration.md: the zone group's records go with the endpoint."""
        self._zone_groups.erase(endpoint)
        group = self._zone_groups.of(endpoint)
        if group is not None:
            self._world.remove(group.id)
        self._interfaces.delete(endpoint)
        self._world.remove(endpoint.id)
        self._connections.forget(endpoint)

    def grow(self, account: Resource) -> None:
        """The account took a kind with more members; whether its endpoints follow is a switch."""
        if not self._world.switches.upgrade_grows_endpoints:
            return
        subdomain: str = account.properties["customSubDomainName"]
        for endpoint in self._world.of_type(ENDPOINT):
            if endpoint.hidden.get("connected") and same(target_of(endpoint), account.id):
                self._interfaces.grow(endpoint, _kind(account, endpoint), subdomain)
                self._zone_groups.write(endpoint)
                self._zone_groups.refresh_custom_dns(endpoint)

    def check_idle(self, endpoint: Resource) -> None:
        """Raises when something still runs on the endpoint or its zone group."""
        group = self._zone_groups.of(endpoint)
        related = [endpoint.id, *([group.id] if group else [])]
        for resource_id in related:
            if self._operations.concerns(resource_id):
                raise errors.another_operation(resource_id)

    # --- checks

    def _account(self, wanted: Resource) -> Resource:
        target = target_of(wanted)
        account = self._world.get(target)
        if account is not None and link_targets.is_platform(account):
            link_targets.kind_for(account, link_of(wanted)["properties"].get("groupIds") or [])
            return account
        if account is None or account.type != ACCOUNT:
            raise errors.missing_reference(target, wanted.id)
        kind = kind_of(account.body["kind"])
        if kind is None or not kind.private_link:
            raise errors.not_private_linkable(target, "the kind has no private link.")
        # Source: azurerm#7338: an endpoint needs the account's custom subdomain.
        if not account.properties.get("customSubDomainName"):
            raise account_errors.subdomain_missing(account.id, "private endpoints")
        groups = link_of(wanted)["properties"].get("groupIds") or []
        if [g.casefold() for g in groups] != ["account"]:
            raise errors.not_private_linkable(target, f"group ids {groups}, expected ['account'].")
        return account

    def _check_place(self, wanted: Resource, location: str) -> None:
        """Source: private-endpoint-overview.md: same region and subscription as the network."""
        subnet_id = wanted.properties["subnet"]["id"]
        network = self._addresses.networks.network_of(subnet_id)
        if network is None or self._addresses.networks.subnet(subnet_id) is None:
            raise errors.missing_reference(subnet_id, wanted.id)
        elsewhere = network.body["location"] != region(location)
        if elsewhere or not _same_subscription(network.id, wanted.id):
            raise errors.missing_reference(network.id, wanted.id)
        for group in wanted.properties["applicationSecurityGroups"]:
            found = self._world.get(group["id"])
            if found is None or found.type != SECURITY_GROUP:
                raise errors.missing_reference(group["id"], wanted.id)

    def _check_open(self, account: Resource) -> ArmError | None:
        """The error with which the operation will fail, or None; raises when the answer itself is the refusal."""
        if link_targets.is_platform(account):
            return None
        try:
            self._accounts.check_open_to_endpoints(account)
        except ArmError as error:
            if self._world.switches.busy_account_fails_endpoint == "answer":
                raise
            return error
        return None

    def _check_addresses(self, wanted: Resource, account: Resource) -> None:
        static = static_addresses(wanted.properties)
        if not static:
            return
        required = {member.name for member in _kind(account, wanted).members}
        missing = sorted(required - set(static))
        if missing or set(static) - required:
            given = [f"GroupId: account, MemberName: {name}" for name in static]
            lacking = [f"GroupId: account, MemberName: {name}" for name in missing]
            raise errors.members_missing(wanted.id, given, lacking)
        self._addresses.check_static(wanted.properties["subnet"]["id"], list(static.values()))

    @staticmethod
    def _check_unchanged(existing: Resource, wanted: Resource) -> None:
        before, after = link_of(existing), link_of(wanted)
        if before["name"] != after["name"] or not same(target_of(existing), target_of(wanted)):
            raise errors.another_connection(existing.id, before["id"])
        if not same(existing.properties["subnet"]["id"], wanted.properties["subnet"]["id"]):
            raise errors.fixed_at_creation(existing.id, "subnet")
        if static_addresses(existing.properties) != static_addresses(wanted.properties):
            raise errors.fixed_at_creation(existing.id, "ipConfigurations")
        names = [r.properties["customNetworkInterfaceName"] for r in (existing, wanted)]
        if names[0] != names[1]:
            raise errors.fixed_at_creation(existing.id, "customNetworkInterfaceName")

    # --- making

    def _begin(self, wanted: Resource, body: Json) -> Resource:
        wanted.body |= {"location": region(body["location"]), "tags": body.get("tags") or {}}
        wanted.properties["provisioningState"] = "Updating"
        self._world.put(wanted)
        return wanted

    def _make(self, endpoint: Resource, refused: ArmError | None, *, approved: bool) -> None:
        if refused is not None:
            raise refused
        account = self._account(endpoint)
        self._interfaces.create(endpoint, _kind(account, endpoint), _subdomain(account))
        endpoint.hidden["made"] = True
        manual = bool(endpoint.properties["manualPrivateLinkServiceConnections"])
        if link_targets.is_platform(account):
            self._connections.note(endpoint, approved=approved and not manual)
        else:
            self._connections.create(account, endpoint, approved=approved and not manual)
        self._zone_groups.refresh_custom_dns(endpoint)
        self._settle(endpoint, "Succeeded")

    def _update(
        self, existing: Resource, body: Json, wanted: Resource, refused: ArmError | None
    ) -> Operation:
        existing.body["tags"] = body.get("tags") or {}
        groups = wanted.properties["applicationSecurityGroups"]
        existing.properties["applicationSecurityGroups"] = groups
        existing.properties["provisioningState"] = "Updating"
        existing.body["etag"] = network_etag()
        self._world.touch()

        def settle() -> None:
            if refused is not None:
                raise refused
            self._settle(existing, "Succeeded")

        seconds = self._world.switches.endpoint_seconds
        return self._operations.start(existing.id, seconds, settle, lambda: self._fail(existing))

    def _fail(self, endpoint: Resource) -> None:
        self._settle(endpoint, "Failed")

    def _settle(self, endpoint: Resource, state: str) -> None:
        endpoint.properties["provisioningState"] = state
        link_of(endpoint)["properties"]["provisioningState"] = state
        endpoint.body["etag"] = network_etag()
        self._world.touch()


def _subdomain(target: Resource) -> str:
    if link_targets.is_platform(target):
        return link_targets.label_of(target)
    subdomain: str = target.properties["customSubDomainName"]
    return subdomain


def _kind(account: Resource, endpoint: Resource) -> Kind:
    if link_targets.is_platform(account):
        return link_targets.kind_for(account, link_of(endpoint)["properties"]["groupIds"])
    kind = kind_of(account.body["kind"])
    if kind is None:
        raise errors.not_private_linkable(account.id, "unknown kind.")
    return kind


def _same_subscription(left: str, right: str) -> bool:
    return ArmId.parse(left).subscription.casefold() == ArmId.parse(right).subscription.casefold()
