"""What does the internet say about the accounts' names?"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tests.harness.physics.kinds import COGNITIVE, FOUNDRY, OPENAI, kind_of
from tests.harness.physics.types import ACCOUNT, CONNECTION
from tests.harness.world import Resource, World

DOMAINS = (COGNITIVE, OPENAI, FOUNDRY)
# Recorded: the endpoint of an account without a subdomain, azure-cli cognitiveservices recordings.
REGIONAL = "api.cognitive.microsoft.com"
_TRAFFIC_MANAGER = "prod.vnet.cog.trafficmanager.net"
_CLOUD_APP = "cloudapp.azure.com"
_GATEWAY = "vnetproxyv1"

# Source: dig output in "Cognitive Services Speech private link" articles: 900 for the alias to privatelink.
ALIAS_TTL = 900
# Not verified: no source shows the time to live of the rest of the chain.
REST_TTL = 60


@dataclass(frozen=True, slots=True)
class Record:
    """One resource record."""

    name: str
    ttl: int
    type: Literal["A", "CNAME"]
    value: str


def hosts_of(account: Resource) -> tuple[str, ...]:
    """Every host name of an account, one per domain of its kind."""
    subdomain = account.properties.get("customSubDomainName")
    kind = kind_of(account.body["kind"])
    if not subdomain or kind is None:
        return ()
    domains = dict.fromkeys(member.domain for member in kind.members) or {
        kind.endpoint_domain: None
    }
    return tuple(f"{subdomain}.{domain}".casefold() for domain in domains)


def account_of(world: World, host: str) -> Resource | None:
    """The account whose host name this is."""
    name = host.rstrip(".").casefold()
    return next((a for a in world.of_type(ACCOUNT) if name in hosts_of(a)), None)


def records_of(world: World, name: str) -> tuple[Record, ...]:
    """The next record of the chain: a name here has one alias, or one address."""
    return next(_answers(world, name), ())


def is_known(name: str) -> bool:
    """Whether the lab speaks for the domain of this name."""
    return name.endswith(tuple(f".{d}" for d in (*DOMAINS, REGIONAL, _TRAFFIC_MANAGER, _CLOUD_APP)))


def address_of(region: str) -> str:
    """The public address of a region's gateway, the same for all its accounts."""
    # Source: RFC 5737: 203.0.113.0/24 is for documentation.
    digest = hashlib.sha256(region.casefold().encode()).digest()
    return f"203.0.113.{1 + digest[0] % 254}"


def region_at(world: World, address: str) -> str | None:
    """The region whose gateway has this address, if any account lives there."""
    regions = (account.body["location"] for account in world.of_type(ACCOUNT))
    return next((region for region in regions if address_of(region) == address), None)


def _answers(world: World, name: str) -> Iterator[tuple[Record, ...]]:
    for account in world.of_type(ACCOUNT):
        region = account.body["location"]
        gateway = f"{_GATEWAY}-{region}-prod.{region}.{_CLOUD_APP}"
        yield from _names_of(world, account, name)
        # Source: dig output in jpaiblog and the Speech private link article, for cognitiveservices; others by analogy.
        if name == f"{region}.{REGIONAL}":
            yield (Record(name, REST_TTL, "CNAME", f"{region}.{_TRAFFIC_MANAGER}"),)
        if name == f"{region}.{_TRAFFIC_MANAGER}":
            yield (Record(name, REST_TTL, "CNAME", gateway),)
        if name == gateway:
            yield (Record(name, REST_TTL, "A", address_of(region)),)


def _names_of(world: World, account: Resource, name: str) -> Iterator[tuple[Record, ...]]:
    outside = f"{account.body['location']}.{_TRAFFIC_MANAGER}"
    # Source: cognitive-services-virtual-networks.md: the privatelink alias exists only with a private endpoint.
    connected = next(world.children(account.id, CONNECTION), None) is not None
    for host in hosts_of(account):
        subdomain, _, domain = host.partition(".")
        private = f"{subdomain}.privatelink.{domain}"
        if name == host and connected:
            yield (Record(name, ALIAS_TTL, "CNAME", private),)
        elif name == host or (name == private and connected):
            yield (Record(name, REST_TTL, "CNAME", outside),)
