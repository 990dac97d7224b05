"""Private DNS zones, their A records and links.

api-version: the default of azure-mgmt-privatedns 2.0.0, 2024-06-01. This module is imported with the FULL lane only.
"""

import asyncio
import re
from collections.abc import Collection

from azure.core import MatchConditions
from azure.mgmt.privatedns import models

from remediation.adapters.clients import Clients
from remediation.adapters.faults import or_none, translated
from remediation.adapters.wire import word
from remediation.errors import Forbidden
from remediation.ids import ResourceId
from remediation.observed import Link, Record, Zone
from remediation.plan import CreateZone, LinkZone, PutRecord
from remediation.report import Outcome

# What the platform writes for a zone group (AzureTRE#3767); so clients learn a new address within seconds.
TTL = 10
_GUID = re.compile(r"resource guid\s+([0-9a-f-]+)", re.IGNORECASE)


class Zones:
    """Reads a zone with one record, and writes zones, links and records."""

    def __init__(self, clients: Clients) -> None:
        """Takes the clients of all subscriptions."""
        self._clients = clients

    async def get(self, zone: ResourceId, record: str) -> Zone | None:
        """Links and the record `record`, read at once; None when there is no such zone."""
        client = self._clients.zones(zone.subscription)
        with translated(f"read zone {zone.name}"):
            links, there = await asyncio.gather(
                or_none(self._links(zone)),
                or_none(client.record_sets.get(zone.group_text, zone.name, "A", record)),
            )
            # How Azure answers for a child of what is not there is not verified, so an empty list proves nothing.
            if (
                not links
                and await or_none(client.private_zones.get(zone.group_text, zone.name)) is None
            ):
                return None
        return Zone(zone, links or (), None if there is None else _record(there))

    async def named(self, names: Collection[str], subscription: str) -> tuple[Zone, ...]:
        """The zones of a subscription with these names, and their links; none where Latch may not look."""
        client = self._clients.zones(subscription)
        try:
            with translated(f"list the zones of subscription {subscription}"):
                listed = [
                    ResourceId.parse(each.id or "") async for each in client.private_zones.list()
                ]
                ids = [each for each in listed if each.name.casefold() in names]
                links = await asyncio.gather(*(or_none(self._links(each)) for each in ids))
        except Forbidden:
            return ()
        return tuple(Zone(id_, each or ()) for id_, each in zip(ids, links, strict=True))

    async def create(self, action: CreateZone) -> Outcome:
        """PUT, without waiting, and only when there is none: a zone is never taken over."""
        client = self._clients.zones(action.zone.subscription)
        with translated(f"create zone {action.zone.name}"):
            await client.private_zones.begin_create_or_update(
                action.zone.group_text,
                action.zone.name,
                models.PrivateZone(location="global"),
                match_condition=MatchConditions.IfMissing,
                polling=False,
            )
        return Outcome.STARTED

    async def link(self, action: LinkZone) -> Outcome:
        """PUT, without waiting; a privatelink zone never registers the machines of a network."""
        body = models.VirtualNetworkLink(
            location="global",
            properties=models.VirtualNetworkLinkProperties(
                virtual_network=models.SubResource(id=action.link.vnet.text),
                registration_enabled=False,
                resolution_policy=action.link.resolution_policy,
            ),
        )
        client = self._clients.zones(action.zone.subscription)
        with translated(f"link zone {action.zone.name}"):
            await client.virtual_network_links.begin_create_or_update(
                action.zone.group_text, action.zone.name, action.name, body, polling=False
            )
        return Outcome.STARTED

    async def put(self, action: PutRecord) -> Outcome:
        """PUT of the whole record set, on condition that it still is what was looked at."""
        body = models.RecordSet(
            properties=models.RecordSetProperties(
                ttl=TTL,
                a_records=[models.ARecord(ipv4_address=ip) for ip in action.addresses],
                metadata={"creator": action.owner},
            )
        )
        missing = action.etag is None
        client = self._clients.zones(action.zone.subscription)
        with translated(f"write record {action.name} in {action.zone.name}"):
            await client.record_sets.create_or_update(
                action.zone.group_text,
                action.zone.name,
                "A",
                action.name,
                body,
                etag=action.etag,
                match_condition=MatchConditions.IfMissing
                if missing
                else MatchConditions.IfNotModified,
            )
        return Outcome.DONE

    async def _links(self, zone: ResourceId) -> tuple[Link, ...]:
        links = self._clients.zones(zone.subscription).virtual_network_links.list(
            zone.group_text, zone.name
        )
        return tuple([_link(link) async for link in links])


def _link(found: models.VirtualNetworkLink) -> Link:
    properties = found.properties or models.VirtualNetworkLinkProperties()
    vnet = properties.virtual_network and properties.virtual_network.id
    return Link(
        found.name or "",
        ResourceId.parse(vnet or ""),
        word(properties.virtual_network_link_state, "Completed"),
        registration=bool(properties.registration_enabled),
        resolution_policy=word(properties.resolution_policy, "Default"),
    )


def _record(found: models.RecordSet) -> Record:
    properties = found.properties or models.RecordSetProperties()
    owner = _GUID.search((properties.metadata or {}).get("creator", ""))
    return Record(
        name=found.name or "",
        addresses=tuple(
            each.ipv4_address for each in properties.a_records or () if each.ipv4_address
        ),
        ttl=properties.ttl or 0,
        etag=found.etag or "",
        owner=owner.group(1).casefold() if owner else None,
    )
