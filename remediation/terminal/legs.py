"""Where does the private path of an account break? Each leg with what is there. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from remediation.observed import Exposure
from remediation.path import Path
from remediation.terminal.look import Look

_ACCESS = frozenset({"public-access", "network-acls", "ip-rules", "subnet-rules", "bypass"})
_EXPOSURES = {
    Exposure.PUBLIC: "everybody",
    Exposure.SELECTED: "the networks of its rules",
    Exposure.SHUT: "nobody, but only because its rules name nobody",
    Exposure.PRIVATE: "nobody",
}


_NONE = "none"


class State(StrEnum):
    """Whether a leg carries: `moot` where it is missing because one before it is."""

    WHOLE = "whole"
    BROKEN = "broken"
    MOOT = "moot"


@dataclass(frozen=True, slots=True)
class Leg:
    """One part of the path; `rules` are those whose findings break it."""

    name: str
    says: str
    rules: frozenset[str]
    state: State = State.WHOLE


def legs(look: Look) -> tuple[Leg, ...]:
    """From the account to the names that clients ask for; fewer where less was seen."""
    broken = {drift.rule for drift in look.report.drifts}
    return tuple(replace(leg, state=_state(leg, broken)) for leg in _legs(look))


def _state(leg: Leg, broken: set[str]) -> State:
    if leg.rules & broken:
        return State.BROKEN
    return State.MOOT if leg.says == _NONE else State.WHOLE


def _legs(look: Look) -> Iterator[Leg]:
    account = look.account
    if account is None:
        return
    reach = "decided by a perimeter" if account.is_in_perimeter else _EXPOSURES[account.exposure]
    access = account.public_network_access or "not set"
    yield Leg("public access", f"{access}; from the internet it lets in: {reach}", _ACCESS)
    if look.desired is None or look.network is None:
        return
    path = Path.trace(look.desired, account, look.network)
    yield from _of_endpoint(path)
    yield from _of_names(path)


def _of_endpoint(path: Path) -> Iterator[Leg]:
    endpoint, connection = path.endpoint, path.connection
    says = _NONE if endpoint is None else f"{endpoint.id.name}, {endpoint.state}"
    yield Leg("endpoint", says, frozenset({"endpoint-missing", "endpoint-state"}))
    status = _NONE if connection is None else connection.status
    yield Leg("connection", status, frozenset({"connection-state"}))
    told = () if endpoint is None else endpoint.addresses
    addresses = ", ".join(f"{each.member} {each.ip}" for each in told) or _NONE
    yield Leg("address", addresses, frozenset({"endpoint-members"}))


def _of_names(path: Path) -> Iterator[Leg]:
    wanted = () if path.dns is None else path.dns.zones
    for spec in wanted:
        zone = path.network.zone(spec.id)
        there = _NONE if zone is None else zone.id.group_text
        yield Leg(f"zone {spec.name}", there, frozenset({"zone-missing", "zone-group"}))
        links = () if zone is None else zone.links
        linked = ", ".join(f"{link.vnet.name} ({link.state})" for link in links) or _NONE
        yield Leg("  link", linked, frozenset({"zone-link", "link-settings"}))
        record = None if zone is None else zone.record
        leads = _NONE if record is None else f"{record.name} -> {', '.join(record.addresses)}"
        yield Leg("  record", leads, frozenset({"record", "record-ttl"}))
