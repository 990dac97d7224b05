"""Which network rules does an account accept, and what is stored of them?"""

from ipaddress import IPv4Address, IPv4Network, ip_network

from tests.harness.ids import ArmId
from tests.harness.physics import errors
from tests.harness.physics.types import SUBNET
from tests.harness.world import Json

# Source: cognitive-services-virtual-networks.md: at most 100 rules of each kind.
MAXIMUM_RULES = 100
# Source: the same page: private ranges (RFC 1918) are refused.
PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))


def complete(acls: Json) -> Json:
    """The stored form of `networkAcls`: the lists are never absent (recorded)."""
    return {"defaultAction": "Allow", "ipRules": [], "virtualNetworkRules": []} | acls


def check(acls: Json) -> None:
    """Raises ArmError for a rule that Azure refuses."""
    addresses = acls.get("ipRules") or []
    networks = acls.get("virtualNetworkRules") or []
    for name, rules in (("ipRules", addresses), ("virtualNetworkRules", networks)):
        if len(rules) > MAXIMUM_RULES:
            raise errors.invalid_property(f"networkAcls.{name}", "at most 100 rules are allowed.")
    for rule in addresses:
        _check_address(rule["value"])
    for rule in networks:
        _check_subnet(rule["id"])


def _check_address(value: str) -> None:
    """Public IPv4 only; /31 and /32 are refused (azure-powershell#25455)."""
    name = "networkAcls.ipRules"
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        raise errors.invalid_property(name, f"'{value}' is no address range.") from None
    if "/" in value and network.prefixlen > 30:
        raise errors.invalid_property(name, f"'{value}': use a single address for /31 and /32.")
    address = network.network_address
    if not isinstance(address, IPv4Address):
        raise errors.invalid_property(name, f"'{value}' is not IPv4.")
    if any(address in private for private in PRIVATE):
        raise errors.invalid_property(name, f"'{value}' is a private address range.")


def _check_subnet(value: str) -> None:
    name = "networkAcls.virtualNetworkRules"
    try:
        parsed = ArmId.parse(value)
    except ValueError:
        raise errors.invalid_property(name, f"'{value}' is no resource id.") from None
    if parsed.type.casefold() != SUBNET.casefold():
        raise errors.invalid_property(name, f"'{value}' is no subnet.")
