"""Which endpoint and which zones make up the private path of an account? Pure.

What the policy and the baseline leave open is adopted from what is there, so that nothing is invented and nothing is
doubled.
"""

from dataclasses import dataclass, replace

from remediation.desired import Desired, DnsSpec, EndpointSpec, LinkSpec, ZoneSpec
from remediation.ids import ResourceId
from remediation.observed import (
    FINAL_STATUSES,
    Account,
    Address,
    Connection,
    Endpoint,
    Network,
    Record,
)


@dataclass(frozen=True, slots=True)
class Path:
    """One account's private path: what is wanted, completed by what is there, beside what is there."""

    account: Account
    network: Network
    spec: EndpointSpec | None
    declared: bool
    endpoint: Endpoint | None
    dns: DnsSpec | None
    asks_for_names: bool

    @classmethod
    def trace(cls, desired: Desired, account: Account, network: Network) -> "Path":
        """Finds the endpoint that serves the account and completes the specification from it."""
        endpoint = _serving(desired.endpoint, account, network)
        spec = desired.endpoint
        if endpoint is not None:
            spec = spec_of(endpoint) if spec is None else replace(spec, id=endpoint.id)
        dns = desired.dns or _dns_of(endpoint, network)
        declared = (
            desired.endpoint is not None
            and endpoint is not None
            and desired.endpoint.id == endpoint.id
        )
        return cls(account, network, spec, declared, endpoint, dns, desired.dns is not None)

    @property
    def connection(self) -> Connection | None:
        """The account's side of the endpoint, and not of one that bore its name before."""
        endpoint = self.endpoint
        if endpoint is None:
            return None
        mine = [c for c in self.account.connections if c.endpoint == endpoint.id]
        return min(mine, key=lambda c: c.guid != endpoint.guid.casefold(), default=None)

    @property
    def is_settled(self) -> bool:
        """True when there is an endpoint and Azure has ended its work on it."""
        return self.endpoint is not None and self.endpoint.state.casefold() == "succeeded"

    @property
    def is_going(self) -> bool:
        """True while Azure deletes the endpoint, and its records with it."""
        return self.endpoint is not None and self.endpoint.state.casefold() == "deleting"

    @property
    def final_status(self) -> str:
        """The word that says that the connection will never carry traffic again; empty when none does."""
        theirs = "" if self.endpoint is None else self.endpoint.status
        ours = "" if self.connection is None else self.connection.status
        return next((each for each in (theirs, ours) if each.casefold() in FINAL_STATUSES), "")

    @property
    def leads_elsewhere(self) -> bool:
        """True when the name asked for is that of another account's endpoint: not ours to change."""
        return self.endpoint is not None and self.endpoint.target not in (None, self.account.id)

    def is_taken(self, record: Record | None) -> bool:
        """True when the platform wrote it for another endpoint that still carries traffic to the account."""
        mine = None if self.endpoint is None else self.endpoint.id
        others = {c.guid for c in self.account.connections if c.is_approved and c.endpoint != mine}
        return record is not None and (record.owner or "").casefold() in others

    @property
    def is_name_taken(self) -> bool:
        """True when the account's name leads to another live endpoint in any of the zones: a zone group writes all."""
        return any(self.is_taken(zone.record) for zone in self.network.zones)

    def addresses(self, zone: ZoneSpec) -> tuple[tuple[str, Address], ...]:
        """The record names in this zone, with the address that each must have."""
        if self.endpoint is None:
            return ()
        suffix = "." + zone.name.removeprefix("privatelink.")
        return tuple(
            (fqdn.casefold().removesuffix(suffix), address)
            for address in self.endpoint.addresses
            for fqdn in address.fqdns
            if fqdn.casefold().endswith(suffix)
        )


def _serving(spec: EndpointSpec | None, account: Account, network: Network) -> Endpoint | None:
    """The endpoint asked for, else an approved one that does its work already: never a second one beside it."""
    mine = [e for e in network.endpoints if e.target is None or e.target == account.id]
    if spec is None:
        candidates = [e for e in mine if e.is_approved]
    else:
        named = [e for e in network.endpoints if e.id == spec.id]
        candidates = named or [e for e in mine if e.is_approved and e.subnet == spec.subnet]
    return min(candidates, key=lambda e: _merit(e, network), default=None)


def _merit(endpoint: Endpoint, network: Network) -> tuple[bool, bool, ResourceId]:
    """Sorts the endpoint first that the names lead to, then one that registers names at all."""
    led_to = {ip for zone in network.zones if zone.record for ip in zone.record.addresses}
    works = any(address.ip in led_to for address in endpoint.addresses)
    return not works, endpoint.zone_group is None, endpoint.id


def spec_of(endpoint: Endpoint) -> EndpointSpec:
    return EndpointSpec(
        endpoint.id,
        endpoint.subnet,
        endpoint.static_ips,
        endpoint.security_groups,
        endpoint.tags,
        endpoint.nic_name,
    )


def _dns_of(endpoint: Endpoint | None, network: Network) -> DnsSpec | None:
    """The zones that the endpoint registers in, with the links they have, as those are: they may serve others too."""
    if endpoint is None or endpoint.zone_group is None:
        return None
    zones = []
    for config in endpoint.zone_group.configs:
        zone = network.zone(config.zone)
        links = () if zone is None else zone.links
        adopted = tuple(
            LinkSpec(link.vnet, link.resolution_policy or "Default")
            for link in links
            if not link.registration
        )
        zones.append(ZoneSpec(config.zone, adopted))
    return DnsSpec(tuple(zones))
