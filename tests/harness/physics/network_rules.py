"""Which network rules does an account accept, and what is stored of them?"""

from ipaddress import IPv4Address, IPv4Network, ip_network

from tests.harness.ids import ArmId
from tests.harness.physics import account_errors, errors
from tests.harness.physics.networks import Networks
from tests.harness.physics.types import SUBNET
from tests.harness.world import Json, World

# Source: cognitive-services-virtual-networks.md: at most 100 rules of each kind.
MAXIMUM_RULES = 100
# Source: the same page: private ranges (RFC 1918) are refused.
PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
SERVICE = "Microsoft.CognitiveServices"


def complete(acls: Json) -> Json:
    """The stored form of `networkAcls`: the lists are never absent (recorded)."""
    return {"defaultAction": "Allow", "ipRules": [], "virtualNetworkRules": []} | acls


class NetworkRules:
    """Checks what is asked for against the networks that are there."""

    def __init__(self, world: World, networks: Networks) -> None:
        self._world = world
        self._networks = networks

    def check(self, acls: Json) -> None:
        """Raises ArmError for a rule that Azure refuses."""
        addresses = acls.get("ipRules") or []
        networks = acls.get("virtualNetworkRules") or []
        for name, rules in (("ipRules", addresses), ("virtualNetworkRules", networks)):
            if len(rules) > MAXIMUM_RULES:
                raise errors.invalid_property(
                    f"networkAcls.{name}", "at most 100 rules are allowed."
                )
        for rule in addresses:
            self._check_address(rule["value"])
        for rule in networks:
            self._check_subnet(rule)

    def _check_address(self, value: str) -> None:
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
        if network.prefixlen == 0 and not self._world.switches.everywhere_rule_accepted:
            raise errors.invalid_property(name, f"'{value}' is every address.")

    def _check_subnet(self, rule: Json) -> None:
        """Source: cognitive-services-virtual-networks.md: the subnet needs the service endpoint, and may be foreign."""
        name, subnet_id = "networkAcls.virtualNetworkRules", rule["id"]
        try:
            parsed = ArmId.parse(subnet_id)
        except ValueError:
            raise errors.invalid_property(name, f"'{subnet_id}' is no resource id.") from None
        if parsed.type.casefold() != SUBNET.casefold():
            raise errors.invalid_property(name, f"'{subnet_id}' is no subnet.")
        known = (s.casefold() for s in self._world.subscriptions)
        if parsed.subscription.casefold() not in known:
            return
        subnet = self._networks.subnet(subnet_id)
        if subnet is None:
            # That such a rule is refused is not verified.
            raise errors.invalid_property(name, f"'{subnet_id}' does not exist.")
        if not rule.get("ignoreMissingVnetServiceEndpoint") and not _has_service(subnet):
            raise account_errors.no_service_endpoint([parsed.name])


def _has_service(subnet: Json) -> bool:
    services = (s["service"].casefold() for s in subnet["properties"]["serviceEndpoints"])
    return SERVICE.casefold() in services
