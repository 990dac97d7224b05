"""What happens in Azure by itself, and when people change something? A small world at the level of the model.

The facts behind it are those of tests/harness/physics, where their sources stand.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from remediation.ids import ResourceId
from remediation.observed import (
    Account,
    Address,
    Connection,
    Endpoint,
    Link,
    Network,
    Observed,
    Perimeter,
    Record,
    Vnet,
)
from tests.builders import HUB, JAPAN_EAST, MEMBERS, SPOKE, VNET
from tests.memory.clock import MovableClock

ACCOUNT_SECONDS = 31.0
ENDPOINT_SECONDS = 20.0
DELETION_SECONDS = 11.0
ZONE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Work:
    """What Azure will have ended by itself, and when."""

    due: datetime
    end: Callable[[], None]


class Azure:
    """Accounts, endpoints, links by zone, records by zone and name. People may change all of it at any time."""

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.accounts: dict[ResourceId, Account] = {}
        self.endpoints: dict[ResourceId, Endpoint] = {}
        self.zones: dict[ResourceId, tuple[Link, ...]] = {}
        self.records: dict[tuple[ResourceId, str], Record] = {}
        self.vnets: dict[ResourceId, Vnet] = {HUB: VNET, SPOKE: Vnet(SPOKE, JAPAN_EAST)}
        self.perimeters: dict[ResourceId, tuple[Perimeter, ...]] = {}
        self._work: list[Work] = []
        self._numbers = itertools.count(1)

    @classmethod
    def showing(cls, seen: Observed, clock: MovableClock) -> "Azure":
        """The world in which `seen` is observed; what is under way in it will end."""
        azure = cls(clock)
        network = seen.network or Network(vnet=VNET)
        azure.accounts[seen.account.id] = seen.account
        azure.perimeters[seen.account.id] = network.perimeters
        azure.vnets.pop(HUB)
        if network.vnet is not None:
            azure.vnets[network.vnet.id] = network.vnet
        azure.endpoints = {each.id: each for each in network.endpoints}
        azure.zones = {each.id: each.links for each in network.zones}
        azure.records = {
            (each.id, each.record.name.casefold()): each.record
            for each in network.zones
            if each.record
        }
        azure._finish_what_is_under_way()
        return azure

    # Time -----------------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Ends what is due by now."""
        due = [work for work in self._work if work.due <= self.clock.now()]
        self._work = [work for work in self._work if work.due > self.clock.now()]
        for work in sorted(due, key=lambda each: each.due):
            work.end()

    def settle(self) -> None:
        """Moves the clock until nothing is under way."""
        while self._work:
            latest = max(work.due for work in self._work)
            self.clock.move(max((latest - self.clock.now()).total_seconds(), 0.0))
            self.tick()

    def later(self, seconds: float, end: Callable[[], None]) -> None:
        self._work.append(Work(self.clock.now() + timedelta(seconds=seconds), end))

    def number(self) -> int:
        return next(self._numbers)

    def _finish_what_is_under_way(self) -> None:
        for account in self.accounts.values():
            if not account.is_settled:
                self.later(ACCOUNT_SECONDS, partial(self._end_account, account.id))
        for endpoint in self.endpoints.values():
            if endpoint.state == "Updating":
                self.later(ENDPOINT_SECONDS, partial(self.end_endpoint, endpoint.id))
            if endpoint.state == "Deleting":
                self.remove_endpoint(endpoint.id)
            if endpoint.zone_group and endpoint.zone_group.state == "Updating":
                self.later(ZONE_SECONDS, partial(self.end_group, endpoint.id))
        for zone, links in self.zones.items():
            if any(link.state == "InProgress" for link in links):
                self.later(ZONE_SECONDS, partial(self.end_links, zone))

    # What people do -------------------------------------------------------------------------------------------

    def change_account(self, account: ResourceId, **changes: Any) -> None:
        self.accounts[account] = replace(self.accounts[account], state="Accepted", **changes)
        self.later(ACCOUNT_SECONDS, partial(self._end_account, account))

    def add_endpoint(self, endpoint: Endpoint) -> None:
        """It writes its records when it is approved and has a zone group."""
        self.endpoints[endpoint.id] = endpoint
        self._connect(endpoint, endpoint.status)
        self.write_records(endpoint.id)

    def set_connection(self, endpoint: ResourceId, status: str) -> None:
        """Approves or rejects: both sides see it, and the records come and go with it."""
        there = self.endpoints[endpoint]
        self.endpoints[endpoint] = replace(there, status=status)
        self._connect(there, status)
        if status == "Approved":
            self.write_records(endpoint)
        else:
            self._erase_records(there)

    def delete_endpoint(self, endpoint: ResourceId) -> None:
        there = self.endpoints.pop(endpoint)
        self._erase_records(there)
        if there.target in self.accounts:
            account = self.accounts[there.target]
            left = tuple(c for c in account.connections if c.endpoint != endpoint)
            self.accounts[account.id] = replace(account, connections=left)

    def remove_endpoint(self, endpoint: ResourceId) -> None:
        """It is `Deleting` for a while; another one may bear its name by then."""
        there = self.endpoints[endpoint]
        self.endpoints[endpoint] = replace(there, state="Deleting")

        def end() -> None:
            left = self.endpoints.get(endpoint)
            if left is not None and left.guid == there.guid:
                self.delete_endpoint(endpoint)

        self.later(DELETION_SECONDS, end)

    def delete_zone_group(self, endpoint: ResourceId) -> None:
        self._erase_records(self.endpoints[endpoint])
        self.endpoints[endpoint] = replace(self.endpoints[endpoint], zone_group=None)

    def delete_zone(self, zone: ResourceId) -> None:
        """Links and records go with it; the zone groups go on naming it."""
        del self.zones[zone]
        self.records = {key: value for key, value in self.records.items() if key[0] != zone}

    def put_record(
        self, zone: ResourceId, name: str, ips: tuple[str, ...], owner: str | None = None
    ) -> None:
        record = Record(name, ips, 10, f"etag-{self.number()}", owner)
        self.records[zone, name.casefold()] = record

    # What Azure does by itself --------------------------------------------------------------------------------

    def _end_account(self, account: ResourceId) -> None:
        if account in self.accounts:
            self.accounts[account] = replace(self.accounts[account], state="Succeeded")

    def end_endpoint(self, endpoint: ResourceId) -> None:
        there = self.endpoints.get(endpoint)
        if there is None or there.state != "Updating" or there.target not in self.accounts:
            return
        account = self.accounts[there.target]
        addresses = there.addresses or self._addresses(there, account)
        self.endpoints[endpoint] = replace(there, state="Succeeded", addresses=addresses)
        if all(c.endpoint != endpoint for c in account.connections):
            self._connect(there, there.status)
        if not there.addresses:
            self.write_records(endpoint)

    def end_group(self, endpoint: ResourceId) -> None:
        there = self.endpoints.get(endpoint)
        if there is not None and there.zone_group is not None:
            group = replace(there.zone_group, state="Succeeded")
            self.endpoints[endpoint] = replace(there, zone_group=group)
            self.write_records(endpoint)

    def end_links(self, zone: ResourceId) -> None:
        if zone in self.zones:
            self.zones[zone] = tuple(replace(each, state="Completed") for each in self.zones[zone])

    def write_records(self, endpoint: ResourceId) -> None:
        """In every zone that fits one of the endpoint's names; the last writer wins."""
        there = self.endpoints[endpoint]
        group = there.zone_group
        if there.status == "Approved" and group is not None and group.state == "Succeeded":
            for zone, name, ip in _leads(there):
                if zone in self.zones:
                    self.put_record(zone, name, (ip,), there.guid)

    def _erase_records(self, endpoint: Endpoint) -> None:
        """Even those that meanwhile belong to another endpoint."""
        for zone, name, _ in _leads(endpoint):
            self.records.pop((zone, name), None)

    def _addresses(self, endpoint: Endpoint, account: Account) -> tuple[Address, ...]:
        static = dict(endpoint.static_ips)
        return tuple(
            Address(
                static.get(member) or f"10.20.2.{self.number() % 250 + 4}",
                member,
                (f"{account.subdomain}.{zone.removeprefix('privatelink.')}",),
            )
            for member, zone in MEMBERS[account.kind]
        )

    def _connect(self, endpoint: Endpoint, status: str) -> None:
        account = None if endpoint.target is None else self.accounts.get(endpoint.target)
        if account is not None:
            others = tuple(c for c in account.connections if c.endpoint != endpoint.id)
            mine = Connection(f"{endpoint.id.name}.{endpoint.guid}", endpoint.id, status)
            self.accounts[account.id] = replace(account, connections=(*others, mine))


def _leads(endpoint: Endpoint) -> list[tuple[ResourceId, str, str]]:
    """Zone, record name and address of all that the zone group registers."""
    configs = () if endpoint.zone_group is None else endpoint.zone_group.configs
    return [
        (config.zone, fqdn.partition(".")[0].casefold(), address.ip)
        for config in configs
        for address in endpoint.addresses
        for fqdn in address.fqdns
        if config.zone.name.casefold() == f"privatelink.{fqdn.partition('.')[2]}".casefold()
    ]
