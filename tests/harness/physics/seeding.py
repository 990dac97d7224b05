"""Which set-ups may a story start from? Builders that put what is already settled into the world.

They go through the same physics as ARM's callers, so that what Azure could never be in is refused: an endpoint in a
missing subnet, a record without a zone, two zones of one name on one network.
"""

from collections.abc import Mapping, Sequence
from typing import TypedDict, Unpack

from tests.harness.physics.errors import ImpossibleError
from tests.harness.physics.seeding_networks import NetworkSeeding
from tests.harness.physics.types import ACCOUNT, ENDPOINT, PERIMETER, ZONE
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


class Seeding(NetworkSeeding):
    """Builds in one subscription. Nothing is announced, nothing is left running."""

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

    def deployment(self, account: Resource, name: str, model: str = "gpt-4o") -> Resource:
        """A model that is served."""
        body = {"properties": {"model": {"format": "OpenAI", "name": model, "version": "1"}}}
        child_id = f"{account.id}/deployments/{name}"
        self._refuse_present(child_id)
        child = self._done(
            lambda: self._physics.children.put_deployment(account, child_id, body, FOUNDER)
        )
        self._quiet(account)
        return child

    def project(self, account: Resource, name: str) -> Resource:
        child_id = f"{account.id}/projects/{name}"
        self._refuse_present(child_id)
        child = self._done(
            lambda: self._physics.children.put_project(account, child_id, {}, FOUNDER)
        )
        self._quiet(account)
        return child

    def perimeter(
        self,
        name: str,
        group: str,
        *,
        account: Resource,
        mode: str = "Enforced",
        rules: Mapping[str, Json] | None = None,
    ) -> Resource:
        """A perimeter around an account. `rules` maps names to ARM's properties; returns the association."""
        perimeter_id = self._place(group, PERIMETER, name)
        perimeters = self._physics.perimeters
        perimeters.put(perimeter_id, account.body["location"], None)
        profile = perimeters.put_profile(f"{perimeter_id}/profiles/default")
        for rule, properties in (rules or {}).items():
            perimeters.put_rule(f"{profile.id}/accessRules/{rule}", properties)
        wanted = {
            "privateLinkResource": {"id": account.id},
            "profile": {"id": profile.id},
            "accessMode": mode,
        }
        own_id = f"{perimeter_id}/resourceAssociations/{account.name}"
        return self._checked(lambda: perimeters.associate(own_id, wanted))

    def lock(self, holder: Resource, level: str = "CanNotDelete", name: str = "keep") -> Resource:
        """A lock on a group or a resource."""
        lock_id = f"{holder.id}/providers/Microsoft.Authorization/locks/{name}"
        self._refuse_present(lock_id)
        return self._physics.locks.put(lock_id, {"level": level})

    def _quiet(self, account: Resource) -> None:
        """The account settled long ago."""
        operation = self._physics.operations.find(account.hidden["operation"])
        if operation is not None:
            self._physics.operations.complete(operation)
        self._physics.accounts.forget_lag(account)

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


def _address(member: str, address: str) -> Json:
    return {
        "name": f"ip-{member}",
        "properties": {"groupId": "account", "memberName": member, "privateIPAddress": address},
    }
