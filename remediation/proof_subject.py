"""What is to be proven of an account: which names, and where must they lead? Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from remediation.observed import Account, Endpoint, Network


@dataclass(frozen=True, slots=True)
class Name:
    """A public name of the account, and where it must lead inside.

    `addresses` are what the endpoint's network interface says; none while there is no endpoint. `is_registered` tells
    that zone, record and a link are right as far as Resource Manager says.
    """

    host: str
    addresses: tuple[str, ...] = ()
    is_registered: bool = False

    @property
    def domain(self) -> str:
        return self.host.partition(".")[2]

    @property
    def alias(self) -> str:
        """The name that a private zone answers for."""
        return f"{self.host.partition('.')[0]}.privatelink.{self.domain}"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be proven of an account.

    `has_path`: an endpoint is wanted, or there. `dns_servers`: the network's own. `rules_refuse`: selected networks or
    a perimeter may do the refusing; else only public access that is disabled counts.
    """

    names: tuple[Name, ...]
    has_path: bool = True
    dns_servers: tuple[str, ...] = ()
    rules_refuse: bool = False

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(name.host for name in self.names)


def subject(
    account: Account,
    network: Network,
    endpoint: Endpoint | None,
    zones: Iterable[str],
    *,
    wants_endpoint: bool,
    wants_selected: bool,
) -> Subject:
    """`endpoint` is the one that serves the account; `zones` are the names of the zones that its own names need."""
    names = tuple(
        _name(account.subdomain, z, endpoint, network) for z in zones if account.subdomain
    )
    return Subject(
        names,
        wants_endpoint or endpoint is not None,
        () if network.vnet is None else network.vnet.dns_servers,
        wants_selected or account.is_in_perimeter or bool(network.perimeters),
    )


def _name(subdomain: str, zone_name: str, endpoint: Endpoint | None, network: Network) -> Name:
    zone_name = zone_name.casefold()
    host = f"{subdomain}.{zone_name.removeprefix('privatelink.')}".casefold()
    told = () if endpoint is None else endpoint.addresses
    addresses = tuple(each.ip for each in told if host in map(str.casefold, each.fqdns))
    is_registered = any(
        zone.links and zone.record is not None and set(zone.record.addresses) == set(addresses)
        for zone in network.zones
        if zone.name == zone_name
    )
    return Name(host, addresses, is_registered and bool(addresses))
