"""May this caller use the account by this way? Read from the account's own switches, at the moment of the call."""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address, ip_network
from typing import Self

from tests.harness.ids import key, same
from tests.harness.names import View
from tests.harness.physics.types import (
    CONNECTION,
    INTERFACE,
    PERIMETER_ASSOCIATION,
    PERIMETER_RULE,
)
from tests.harness.world import Json, Resource, World

# Source: RFC 5737 for both: addresses from which the lab's callers reach the internet.
OUTSIDE_ADDRESS = "198.51.100.10"
INSIDE_EGRESS = "198.51.100.20"

_PUBLIC_SIDE = ip_network("203.0.113.0/24")


class Admission(StrEnum):
    """What the front of the service decides before it looks at the request."""

    ADMITTED = "admitted"
    DISABLED = "disabled"
    FIREWALL = "firewall"


@dataclass(frozen=True, slots=True)
class Origin:
    """Who calls over the public side: the address seen there, and the network behind it."""

    address: str
    network: View

    @classmethod
    def of(cls, view: View) -> Self:
        return cls(OUTSIDE_ADDRESS if view is None else INSIDE_EGRESS, view)


def is_public_side(address: str) -> bool:
    return ip_address(address) in _PUBLIC_SIDE


def admit_public(world: World, account: Resource, origin: Origin) -> Admission:
    """The public side of an account: its perimeter when it has one, else its own switches."""
    # Source: network-security-perimeter-transition.md: Enforced obeys the perimeter alone, Learning falls back to the
    # account's own rules. Audit is an enum value of azure-mgmt-network 33.1.0; that it decides nothing is not verified.
    association = association_of(world, account)
    mode = "" if association is None else association.properties["accessMode"].casefold()
    own = (account.properties.get("publicNetworkAccess") or "Enabled").casefold()
    if association is not None and _lets_in(world, association, origin) and mode != "audit":
        return Admission.ADMITTED
    # Source: network-security-perimeter-concepts.md: without an association only private link is let in.
    if mode == "enforced" or own == "securedbyperimeter":
        # Not verified: no source shows the words of a perimeter's refusal.
        return Admission.FIREWALL
    return _admit_alone(account, own, origin)


def association_of(world: World, account: Resource) -> Resource | None:
    """The account's place in a network security perimeter."""
    for association in world.of_type(PERIMETER_ASSOCIATION):
        if same(association.properties["privateLinkResource"]["id"], account.id):
            return association
    return None


def _lets_in(world: World, association: Resource, origin: Origin) -> bool:
    """Rules by address. Those by subscription need a managed identity, which the lab's callers do not show."""
    rules = world.children(association.properties["profile"]["id"], PERIMETER_RULE)
    inbound = (r.properties for r in rules if r.properties["direction"].casefold() == "inbound")
    prefixes = (prefix for rule in inbound for prefix in rule.get("addressPrefixes") or ())
    return any(ip_address(origin.address) in ip_network(prefix) for prefix in prefixes)


def _admit_alone(account: Resource, own: str, origin: Origin) -> Admission:
    # Source: cognitive-services-virtual-networks.md and the SDK's NetworkRuleSet: null is open, rules count under Deny.
    match own:
        case "disabled":
            return Admission.DISABLED
        case "enabled":
            return _admit_by_rules(account.properties.get("networkAcls") or {}, origin)
        case other:
            raise ValueError(f"publicNetworkAccess {other!r}: extend data_plane/admission.py")


def account_behind(world: World, address: str, view: View) -> str | None:
    """The id of the account that a private address leads to; None where no approved endpoint answers."""
    interfaces = [i for i in world.of_type(INTERFACE) if address in _addresses(i)]
    # Two networks may use the same addresses: the caller's own comes first. Other networks count as peered.
    interfaces.sort(key=lambda interface: not _is_in(interface, view))
    for interface in interfaces:
        endpoint_id = interface.properties.get("privateEndpoint", {}).get("id", "")
        account_id = _approved_for(world, endpoint_id)
        if account_id is not None:
            return account_id
    return None


def _admit_by_rules(rules: Json, origin: Origin) -> Admission:
    if (rules.get("defaultAction") or "Allow").casefold() == "allow":
        return Admission.ADMITTED
    ranges = [ip_network(rule["value"], strict=False) for rule in rules.get("ipRules") or ()]
    subnets = [key(rule["id"]) for rule in rules.get("virtualNetworkRules") or ()]
    listed = any(ip_address(origin.address) in each for each in ranges)
    network = None if origin.network is None else key(origin.network)
    neighbor = network is not None and any(id_.startswith(f"{network}/") for id_ in subnets)
    return Admission.ADMITTED if listed or neighbor else Admission.FIREWALL


def _approved_for(world: World, endpoint_id: str) -> str | None:
    # Source: manage-private-endpoint.md: only an approved connection carries traffic.
    for connection in world.of_type(CONNECTION):
        state = connection.properties["privateLinkServiceConnectionState"]["status"]
        if state == "Approved" and same(
            connection.properties["privateEndpoint"]["id"], endpoint_id
        ):
            return connection.id.rsplit("/", 2)[0]
    return None


def _addresses(interface: Resource) -> set[str]:
    configurations: list[Json] = interface.properties.get("ipConfigurations", [])
    return {each["properties"]["privateIPAddress"] for each in configurations}


def _is_in(interface: Resource, view: View) -> bool:
    subnets = [c["properties"]["subnet"]["id"] for c in interface.properties["ipConfigurations"]]
    return view is not None and any(key(subnet).startswith(f"{key(view)}/") for subnet in subnets)
