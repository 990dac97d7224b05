"""Private DNS zones, their links and A records, as Resource Graph shows them.

Records stand in a table of their own (`dnsresources`, supported-tables-resources.md). Whether it holds those of every
zone is not verified: a zone that counts more record sets than its own, and shows no record, is one whose records are
not known.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from remediation.adapters.wire import word
from remediation.fleet import Names
from remediation.ids import ResourceId
from remediation.observed import Link, Record, Zone
from remediation.report import Json

ZONES = """
resources
| where type =~ 'microsoft.network/privatednszones'
| where name contains 'privatelink.'
| project id, sets = properties.numberOfRecordSets
| order by id asc
"""

LINKS = """
resources
| where type =~ 'microsoft.network/privatednszones/virtualnetworklinks'
| where id contains '/privatednszones/privatelink.'
| project id, name,
    vnet = tostring(properties.virtualNetwork.id),
    state = tostring(properties.virtualNetworkLinkState),
    registration = properties.registrationEnabled,
    resolution = tostring(properties.resolutionPolicy)
| order by id asc
"""

# The zones of Cognitive Services in every cloud: private-endpoint-dns.md. A hub holds many others.
RECORDS = """
dnsresources
| where type =~ 'microsoft.network/privatednszones/a'
| where id contains '/privatednszones/privatelink.cognitiveservices.'
    or id contains '/privatednszones/privatelink.openai.'
    or id contains '/privatednszones/privatelink.services.ai.'
| project id, name,
    addresses = properties.aRecords,
    ttl = properties.ttl,
    creator = tostring(properties.metadata.creator)
| order by id asc
"""

_GUID = re.compile(r"resource guid\s+([0-9a-f-]+)", re.IGNORECASE)
# The start of authority, which every zone has.
_OWN_SETS = 1


def zones(
    found: Iterable[Json], links: Iterable[Json], records: Iterable[Json]
) -> Mapping[ResourceId, Names]:
    linked: defaultdict[ResourceId, list[Link]] = defaultdict(list)
    for row in links:
        linked[ResourceId.parse(row["id"]).parent].append(_link(row))
    named: defaultdict[ResourceId, dict[str, Record]] = defaultdict(dict)
    for row in records:
        named[ResourceId.parse(row["id"]).parent][row["name"].casefold()] = _record(row)
    read: dict[ResourceId, Names] = {}
    for row in found:
        id_ = ResourceId.parse(row["id"])
        is_known = id_ in named or (row.get("sets") or 0) <= _OWN_SETS
        read[id_] = Names(Zone(id_, tuple(linked[id_])), named.get(id_, {}) if is_known else None)
    return read


def _link(row: Json) -> Link:
    return Link(
        row["name"],
        ResourceId.parse(row["vnet"]),
        word(row.get("state"), "Completed"),
        registration=bool(row.get("registration")),
        resolution_policy=word(row.get("resolution"), "Default"),
    )


def _record(row: Json) -> Record:
    """Without an etag: what is in the index is never written upon."""
    owner = _GUID.search(row.get("creator") or "")
    return Record(
        name=row["name"],
        addresses=tuple(each["ipv4Address"] for each in row.get("addresses") or ()),
        ttl=row.get("ttl") or 0,
        etag="",
        owner=owner.group(1).casefold() if owner else None,
    )
