"""Which set-ups may a story start from? Builders that put what is already settled into the world.

They go through the same physics as ARM's callers, so that what Azure could never be in is refused: an endpoint in a
missing subnet, a record without a zone, two zones of one name on one network.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypedDict, Unpack

from tests.harness.ids import ArmId
from tests.harness.physics import Physics
from tests.harness.physics.errors import ArmError, ImpossibleError
from tests.harness.physics.operations import Effect
from tests.harness.physics.types import (
    ACCOUNT,
    ENDPOINT,
    GROUP,
    NETWORK,
    SECURITY_GROUP,
    ZONE,
)
from tests.harness.world import Caller, Json, Resource

FOUNDER = Caller("founder@contoso.example", "founder", "founder", "user")
CLOSED: Json = {"defaultAction": "Deny", "bypass": "None", "ipRules": [], "virtualNetworkRules": []}


class AccountOptions(TypedDict, total=False):
    """What most accounts of a story leave as it is."""

    location: str
    subdomain: str | None
    properties: Json
    tags: Mapping[str, str]


class EndpointOptions(TypedDict, total=False):
    """What most endpoints of a story leave as it is."""

    static: Mapping[str, str]
    interface_name: str
    security_groups: Sequence[Resource]
    tags: Mapping[str, str]
    manual: bool
    approved: bool


class Seeding:
    """Builds in one subscription. Nothing is announced, nothing is left running."""

    def __init__(self, physics: Physics, subscription: str) -> None:
        self._physics = physics
        self._world = physics.world
        self._subscription = subscription
        if subscription not in self._world.subscriptions:
            self._world.subscriptions.append(subscription)

    def id(self, group: str, type_: str, name: str) -> str:
        """The id of a top-level resource in this subscription."""
        return (
            f"/subscriptions/{self._subscription}/resourceGroups/{group}/providers/{type_}/{name}"
        )

    def resource_group(self, name: str, location: str = "eastus") -> Resource:
        group_id = f"/subscriptions/{self._subscription}/resourceGroups/{name}"
        self._refuse_present(group_id)
        return self._physics.put_group(group_id, location)

    def virtual_network(
        self,
        name: str,
        group: str,
        *,
        location: str = "eastus",
        prefix: str = "10.0.0.0/16",
        subnets: Mapping[str, str],
        dns_servers: Sequence[str] = (),
    ) -> Resource:
        """`subnets` maps names to prefixes."""
        network_id = self._place(group, NETWORK, name)
        return self._physics.networks.put(network_id, location, [prefix], subnets, dns_servers)

    def security_group(self, name: str, group: str, *, location: str = "eastus") -> Resource:
        group_id = self._place(group, SECURITY_GROUP, name)
        return self._physics.networks.put_security_group(group_id, location)

    def account(
        self,
        name: str,
        group: str,
        *,
        kind: str = "OpenAI",
        public: bool = False,
        **options: Unpack[AccountOptions],
    ) -> Resource:
        """`subdomain` is the name itself unless given, None for none. `properties` win over what `public` says."""
        chosen = options.get("subdomain", name)
        access: Json = {"publicNetworkAccess": "Enabled" if public else "Disabled"}
        if chosen is not None:
            access["customSubDomainName"] = chosen
            if not public:
                access["networkAcls"] = CLOSED
        body = {
            "kind": kind,
            "location": options.get("location", "eastus"),
            "sku": {"name": "S0"},
            "tags": dict(options.get("tags", {})),
            "properties": access | options.get("properties", {}),
        }
        account_id = self._place(group, ACCOUNT, name)
        account = self._done(lambda: self._physics.accounts.put(account_id, body, FOUNDER))
        self._physics.accounts.forget_lag(account)
        return account

    def private_endpoint(
        self,
        name: str,
        group: str,
        *,
        account: Resource,
        subnet_id: str,
        **options: Unpack[EndpointOptions],
    ) -> Resource:
        """`static` maps members to addresses. A manual or unapproved connection stays pending."""
        network = self._physics.networks.network_of(subnet_id)
        if network is None:
            raise ImpossibleError(f"no such subnet: {subnet_id}")
        manual = options.get("manual", False)
        kind = "manualPrivateLinkServiceConnections" if manual else "privateLinkServiceConnections"
        link = {"privateLinkServiceId": account.id, "groupIds": ["account"]}
        body = {
            "location": network.body["location"],
            "tags": dict(options.get("tags", {})),
            "properties": {
                "subnet": {"id": subnet_id},
                "customNetworkInterfaceName": options.get("interface_name", ""),
                kind: [{"name": f"{name}-conn", "properties": link}],
                "ipConfigurations": [_address(*item) for item in options.get("static", {}).items()],
                "applicationSecurityGroups": [
                    {"id": asg.id} for asg in options.get("security_groups", ())
                ],
            },
        }
        endpoint_id = self._place(group, ENDPOINT, name)
        return self._done(
            lambda: self._physics.endpoints.put(
                endpoint_id, body, approved=options.get("approved", True)
            )
        )

    def zone(self, name: str, group: str) -> Resource:
        zone_id = self._place(group, ZONE, name)
        return self._done(lambda: self._physics.zones.put(zone_id, None))

    def zone_group(
        self, endpoint: Resource, zones: Sequence[Resource], name: str = "default"
    ) -> Resource:
        """Attaches zones to an endpoint; the records that fit are written."""
        group_id = f"{endpoint.id}/privateDnsZoneGroups/{name}"
        configs = [
            {"name": zone.name.replace(".", "-"), "properties": {"privateDnsZoneId": zone.id}}
            for zone in zones
        ]
        self._refuse_present(group_id)
        return self._done(lambda: self._physics.zone_groups.put(endpoint, group_id, configs))

    def link(
        self, zone: Resource, network: Resource, name: str = "", **properties: object
    ) -> Resource:
        """Links a zone to a network; `properties` are ARM's, such as `resolutionPolicy`."""
        link_id = f"{zone.id}/virtualNetworkLinks/{name or f'link-{network.name}'}"
        self._refuse_absent(zone.id, ZONE)
        self._refuse_present(link_id)
        wanted = {"virtualNetwork": {"id": network.id}, **properties}
        return self._done(lambda: self._physics.zones.put_link(link_id, wanted, None))

    def record(
        self, zone: Resource, name: str, addresses: Sequence[str], ttl: int = 3600
    ) -> Resource:
        """A record that somebody wrote by hand."""
        self._refuse_absent(zone.id, ZONE)
        items = [{"ipv4Address": address} for address in addresses]
        return self._physics.records.put(f"{zone.id}/A/{name}", {"ttl": ttl, "aRecords": items})

    def _place(self, group: str, type_: str, name: str) -> str:
        resource_id = self.id(group, type_, name)
        self._refuse_absent(ArmId.parse(resource_id).parent, GROUP)
        self._refuse_present(resource_id)
        return resource_id

    def _refuse_present(self, resource_id: str) -> None:
        if self._world.get(resource_id) is not None:
            raise ImpossibleError(f"already there: {resource_id}")

    def _refuse_absent(self, resource_id: str, type_: str) -> None:
        found = self._world.get(resource_id)
        if found is None or found.type != type_:
            raise ImpossibleError(f"no such {type_}: {resource_id}")

    def _done(self, write: Callable[[], Effect]) -> Resource:
        try:
            effect = write()
        except ArmError as error:
            raise ImpossibleError(f"Azure would refuse this: {error}") from error
        operation = effect.operation
        if operation is not None:
            self._physics.operations.complete(operation)
            if operation.error is not None:
                raise ImpossibleError(f"Azure would fail at this: {operation.error}")
        return effect.resource


def _address(member: str, address: str) -> Json:
    return {
        "name": f"ip-{member}",
        "properties": {"groupId": "account", "memberName": member, "privateIPAddress": address},
    }
