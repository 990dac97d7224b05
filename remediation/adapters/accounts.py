"""Cognitive Services accounts: from the wire to the model, and from an action to a call.

api-version: the default of azure-mgmt-cognitiveservices 14.1.0, 2025-09-01.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any, assert_never

from azure.mgmt.cognitiveservices import models

from remediation.adapters.clients import Clients
from remediation.adapters.faults import or_none, translated
from remediation.adapters.wire import word
from remediation.errors import Terminal
from remediation.ids import ResourceId
from remediation.observed import Account, Connection, Exposure, NetworkAcls, Perimeter, SubnetRule
from remediation.plan import (
    AccountChange,
    ApproveConnection,
    CloseAccess,
    DisableLocalAuth,
    RestrictNetwork,
    RestrictOutbound,
    wanted_acls,
)
from remediation.report import Outcome

# No smaller change would help: the right to write the account is missing, or a lock is on it.
_REFUSED_ANYWAY = frozenset({"authorizationfailed", "scopelocked"})


class Accounts:
    """Reads accounts, closes them, and approves declared connections."""

    def __init__(self, clients: Clients) -> None:
        """Takes the clients of all subscriptions."""
        self._clients = clients

    async def get(self, account: ResourceId) -> Account | None:
        """One GET; None when there is no such account."""
        client = self._clients.accounts(account.subscription)
        with translated(f"read account {account.name}"):
            found = await or_none(client.accounts.get(account.group_text, account.name))
        return None if found is None else _account(found)

    async def list(self, subscription: str) -> AsyncIterator[Account]:
        """Every account of a subscription."""
        client = self._clients.accounts(subscription)
        with translated(f"list the accounts of subscription {subscription}"):
            async for found in client.accounts.list():
                yield _account(found)

    async def zone_names(self, account: ResourceId) -> tuple[str, ...]:
        """The zones that `privateLinkResources` requires, in the order of its members."""
        client = self._clients.accounts(account.subscription)
        with translated(f"read the private link resources of {account.name}"):
            answer = await client.private_link_resources.list(account.group_text, account.name)
        resources = [each.properties for each in answer.value or () if each.properties]
        names = (name for each in resources for name in each.required_zone_names or ())
        return tuple(dict.fromkeys(name.casefold() for name in names))

    async def perimeters(self, account: ResourceId) -> tuple[Perimeter, ...]:
        """The network security perimeters that the account is associated with."""
        client = self._clients.accounts(account.subscription)
        with translated(f"read the network security perimeters of {account.name}"):
            listed = client.network_security_perimeter_configurations.list(
                account.group_text, account.name
            )
            return tuple([_perimeter(each.properties) async for each in listed if each.properties])

    async def change(self, account: ResourceId, changes: Sequence[AccountChange]) -> Outcome:
        """One PATCH, without waiting: the new settings count from the answer on, the account is `Accepted` a while.

        Rules that Azure refuses, such as one for a subnet that Latch may not join, must not keep an account open: then
        it is closed without them, and the next pass tells what is wrong with them.
        """
        try:
            await self._patch(account, _patch(changes))
        except Terminal as error:
            if error.code.casefold() in _REFUSED_ANYWAY or not await self._stays_open(
                account, changes
            ):
                raise
            await self._patch(account, models.AccountProperties(public_network_access="Disabled"))
        return Outcome.DONE

    async def _patch(self, account: ResourceId, properties: models.AccountProperties) -> None:
        client = self._clients.accounts(account.subscription)
        with translated(f"change account {account.name}"):
            await client.accounts.begin_update(
                account.group_text,
                account.name,
                models.Account(properties=properties),
                polling=False,
            )

    async def _stays_open(self, account: ResourceId, changes: Sequence[AccountChange]) -> bool:
        """Whether an account is still open that the changes were to close; one that is closed is never written."""
        acls = wanted_acls(changes)
        there = await self.get(account) if acls is not None and acls.denies else None
        if there is None:
            return False
        closes = any(isinstance(change, CloseAccess) for change in changes)
        return there.exposure in (
            (Exposure.PUBLIC, Exposure.SELECTED) if closes else (Exposure.PUBLIC,)
        )

    async def approve(self, action: ApproveConnection) -> Outcome:
        """PUT of the connection that an endpoint made; one cannot be made from here (pulumi-azure-native#2754)."""
        state = models.PrivateLinkServiceConnectionState(
            status="Approved", description="Approved by Latch"
        )
        connection = models.PrivateEndpointConnection(
            properties=models.PrivateEndpointConnectionProperties(
                group_ids=["account"], private_link_service_connection_state=state
            )
        )
        client = self._clients.accounts(action.account.subscription)
        with translated(f"approve connection {action.connection}"):
            await client.private_endpoint_connections.begin_create_or_update(
                action.account.group_text,
                action.account.name,
                action.connection,
                connection,
                polling=False,
            )
        return Outcome.STARTED


def _account(found: models.Account) -> Account:
    properties = found.properties or models.AccountProperties()
    return Account(
        id=ResourceId.parse(found.id or ""),
        kind=found.kind or "",
        location=found.location or "",
        subdomain=properties.custom_sub_domain_name or None,
        public_network_access=properties.public_network_access
        and word(properties.public_network_access, ""),
        acls=_acls(properties.network_acls),
        # No state means Succeeded (azure-resource-manager-rpc, asynchronous operations).
        state=word(properties.provisioning_state, "Succeeded"),
        connections=tuple(map(_connection, properties.private_endpoint_connections or ())),
        tags=tuple(sorted((found.tags or {}).items())),
        created=_created(found, properties),
        local_auth_disabled=bool(properties.disable_local_auth),
        outbound_restricted=bool(properties.restrict_outbound_network_access),
        allowed_fqdns=tuple(properties.allowed_fqdn_list or ()),
        injections=tuple(
            _injection(each)
            for each in properties.network_injections or ()
            if word(each.scenario, "none").casefold() != "none"
        ),
        capabilities=frozenset((c.name or "").casefold() for c in properties.capabilities or ()),
    )


def _injection(found: models.NetworkInjection) -> str:
    if found.use_microsoft_managed_network:
        return "a network that Microsoft manages"
    return found.subnet_arm_id or "a network without an id"


def _patch(changes: Sequence[AccountChange]) -> models.AccountProperties:
    properties = models.AccountProperties()
    acls = wanted_acls(changes)
    if acls is not None:
        properties.network_acls = _rule_set(acls)
    for change in changes:
        match change:
            case CloseAccess():
                properties.public_network_access = "Disabled"
            case DisableLocalAuth():
                properties.disable_local_auth = True
            case RestrictOutbound():
                properties.restrict_outbound_network_access = True
                properties.allowed_fqdn_list = list(change.fqdns)
            case RestrictNetwork():
                pass
            case _:
                assert_never(change)
    return properties


def _acls(rules: models.NetworkRuleSet | None) -> NetworkAcls | None:
    if rules is None:
        return None
    return NetworkAcls(
        rules.default_action,
        rules.bypass,
        tuple(rule.value for rule in rules.ip_rules or ()),
        tuple(
            SubnetRule(rule.id, rule.ignore_missing_vnet_service_endpoint)
            for rule in rules.virtual_network_rules or ()
        ),
    )


def _rule_set(acls: NetworkAcls) -> models.NetworkRuleSet:
    """The whole object: whether a part of it would keep or reset the rest is not verified."""
    return models.NetworkRuleSet(
        default_action=acls.default_action,
        bypass=acls.bypass,
        ip_rules=[models.IpRule(value=value) for value in acls.ip_rules],
        virtual_network_rules=[
            models.VirtualNetworkRule(
                id=rule.subnet, ignore_missing_vnet_service_endpoint=rule.ignores_missing_endpoint
            )
            for rule in acls.subnet_rules
        ],
    )


def _connection(found: models.PrivateEndpointConnection) -> Connection:
    """`name` carries the account's name as well (azure-rest-api-specs#16702), so the id is believed."""
    properties: Any = found.properties
    endpoint = properties and properties.private_endpoint and properties.private_endpoint.id
    state = properties and properties.private_link_service_connection_state
    return Connection(
        str(found.id).rsplit("/", 1)[-1],
        ResourceId.parse(endpoint) if endpoint else None,
        word(state.status if state else None, "Unknown"),
    )


def _perimeter(properties: models.NetworkSecurityPerimeterConfigurationProperties) -> Perimeter:
    profile, association = properties.profile, properties.resource_association
    inbound = [
        rule.name or "a rule"
        for rule in (profile.access_rules if profile else None) or ()
        if rule.properties and (rule.properties.direction or "").casefold() == "inbound"
    ]
    perimeter = properties.network_security_perimeter
    return Perimeter(
        str((perimeter and perimeter.id) or "a perimeter").rsplit("/", 1)[-1],
        word(association.access_mode if association else None, "Unknown"),
        tuple(inbound),
    )


def _created(found: models.Account, properties: models.AccountProperties) -> datetime | None:
    created: datetime | None = found.system_data.created_at if found.system_data else None
    if created is None and properties.date_created:
        created = datetime.fromisoformat(properties.date_created)
    if created is not None and created.tzinfo is None:
        created = created.replace(tzinfo=UTC)
    return created
