"""What does a compliant account look like? A test says only how its own differs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Network
from typing import Any

from remediation.desired import Desired, DnsSpec, EndpointSpec, LinkSpec, Selected, ZoneSpec
from remediation.ids import ResourceId
from remediation.observed import (
    Account,
    Address,
    Connection,
    Endpoint,
    Link,
    Network,
    NetworkAcls,
    Observed,
    Perimeter,
    Record,
    Subnet,
    Vnet,
    Zone,
    ZoneConfig,
    ZoneGroup,
)
from remediation.plan import Action, Plan
from remediation.report import Cause, Lane, Report, Request, Trigger, Verdict

NOW = datetime(2026, 10, 14, 9, 0, tzinfo=UTC)
SUBSCRIPTION = "11111111-1111-4111-8111-111111111111"


def resource(type_: str, *names: str, group: str = "rg-network") -> ResourceId:
    """`type_` is what stands between the group and the names, such as "Microsoft.Network/privateEndpoints"."""
    namespace, *types = type_.split("/")
    pairs = "/".join(f"{each}/{name}" for each, name in zip(types, names, strict=True))
    return ResourceId.parse(
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/{namespace}/{pairs}"
    )


ACCOUNT = resource("Microsoft.CognitiveServices/accounts", "latch-demo", group="rg-ai")
OTHER_ACCOUNT = resource("Microsoft.CognitiveServices/accounts", "latch-other", group="rg-ai")
HUB = resource("Microsoft.Network/virtualNetworks", "vnet-hub")
SPOKE = resource("Microsoft.Network/virtualNetworks", "vnet-spoke")
SUBNET = HUB.child("subnets", "endpoints")
OTHER_SUBNET = SPOKE.child("subnets", "endpoints")
CLIENTS = SPOKE.child("subnets", "clients")
ENDPOINT = resource("Microsoft.Network/privateEndpoints", "pe-latch-demo")
OTHER_ENDPOINT = resource("Microsoft.Network/privateEndpoints", "pe-by-hand")
FOREIGN_ENDPOINT = resource("Microsoft.Network/privateEndpoints", "pe-foreign", group="rg-else")
FOREIGN_ZONE = resource("Microsoft.Network/privateDnsZones", "example.org", group="rg-else")
GUID = "aaaaaaaa-0000-4000-8000-000000000001"
OTHER_GUID = "bbbbbbbb-0000-4000-8000-000000000002"
MARKER = f"created by private endpoint {ENDPOINT.name} with resource guid {GUID}"
ETAG = "etag-1"
JAPAN_EAST = "japaneast"
VNET = Vnet(HUB, JAPAN_EAST, subnets=(Subnet(SUBNET),))

OPENAI = "OpenAI"
AI_SERVICES = "AIServices"
OPENAI_ZONE = "privatelink.openai.azure.com"
COGNITIVE_ZONE = "privatelink.cognitiveservices.azure.com"
SERVICES_ZONE = "privatelink.services.ai.azure.com"

# private-endpoint-dns.md; the order of an AIServices account's members: bicep-registry-modules, AVM e2e/max.
MEMBERS: dict[str, tuple[tuple[str, str], ...]] = {
    OPENAI: (("default", OPENAI_ZONE),),
    AI_SERVICES: (
        ("default", COGNITIVE_ZONE),
        ("secondary", OPENAI_ZONE),
        ("third", SERVICES_ZONE),
    ),
}
# A compliant endpoint's addresses, one per zone.
IPS = {OPENAI_ZONE: "10.20.1.4", COGNITIVE_ZONE: "10.20.1.5", SERVICES_ZONE: "10.20.1.6"}
SHUT_ACLS = NetworkAcls("Deny", "None")
# Who may come in beside the private endpoint, in the profiles that let anyone in.
OFFICES = Selected((IPv4Network("203.0.113.0/24"), IPv4Network("198.51.100.7/32")), (CLIENTS,))


def zone_names(kind: str = OPENAI) -> tuple[str, ...]:
    return tuple(zone for _, zone in MEMBERS[kind])


def zone_id(name: str = OPENAI_ZONE, group: str = "rg-network") -> ResourceId:
    return resource("Microsoft.Network/privateDnsZones", name, group=group)


def connection(
    status: str = "Approved", endpoint: ResourceId | None = ENDPOINT, guid: str = GUID
) -> Connection:
    name = "pe-unknown" if endpoint is None else endpoint.name
    return Connection(f"{name}.{guid}", endpoint, status)


def account(kind: str = OPENAI, **changes: Any) -> Account:
    compliant = Account(
        id=ACCOUNT,
        kind=kind,
        location="eastus",
        subdomain=ACCOUNT.name,
        public_network_access="Disabled",
        acls=SHUT_ACLS,
        state="Succeeded",
        connections=(connection(),),
        capabilities=frozenset({"virtualnetworks"}),
    )
    return replace(compliant, **changes)


COMPLIANT = account()


def addresses(kind: str = OPENAI, ips: dict[str, str] | None = None) -> tuple[Address, ...]:
    wanted = ips or IPS
    return tuple(
        Address(wanted[zone], member, (f"{ACCOUNT.name}.{zone.removeprefix('privatelink.')}",))
        for member, zone in MEMBERS[kind]
    )


def zone_group(*zones: str, name: str = "default", state: str = "Succeeded") -> ZoneGroup:
    configs = tuple(
        ZoneConfig(zone.replace(".", "-"), zone_id(zone), (IPS[zone],)) for zone in zones
    )
    return ZoneGroup(name, configs, state)


def endpoint(kind: str = OPENAI, **changes: Any) -> Endpoint:
    compliant = Endpoint(
        id=ENDPOINT,
        location=JAPAN_EAST,
        subnet=SUBNET,
        guid=GUID,
        target=ACCOUNT,
        status="Approved",
        state="Succeeded",
        addresses=addresses(kind),
        zone_group=zone_group(*zone_names(kind)),
    )
    return replace(compliant, **changes)


def link(vnet: ResourceId = HUB, **changes: Any) -> Link:
    return replace(Link(f"to-{vnet.name}", vnet, "Completed"), **changes)


def record(zone_name: str = OPENAI_ZONE, /, **changes: Any) -> Record:
    return replace(Record(ACCOUNT.name, (IPS[zone_name],), 10, ETAG, GUID), **changes)


def zone(name: str = OPENAI_ZONE, /, **changes: Any) -> Zone:
    return replace(Zone(zone_id(name), (link(),), record(name)), **changes)


def zones(kind: str = OPENAI, *, without: str = "") -> tuple[Zone, ...]:
    return tuple(zone(name) for name in zone_names(kind) if name != without)


def observed(
    kind: str = OPENAI,
    *,
    account: Account = COMPLIANT,
    endpoints: Sequence[Endpoint] | None = None,
    zones: Sequence[Zone] | None = None,
    vnet: Vnet | None = VNET,
    perimeters: Sequence[Perimeter] = (),
) -> Observed:
    there = (endpoint(kind),) if endpoints is None else tuple(endpoints)
    known = tuple(zone(name) for name in zone_names(kind)) if zones is None else tuple(zones)
    return Observed(replace(account, kind=kind), Network(there, known, vnet, tuple(perimeters)))


def endpoint_spec(**changes: Any) -> EndpointSpec:
    return replace(EndpointSpec(ENDPOINT, SUBNET), **changes)


def dns_spec(kind: str = OPENAI, vnets: Sequence[ResourceId] = (HUB,), **changes: Any) -> DnsSpec:
    links = tuple(LinkSpec(vnet) for vnet in vnets)
    asked = tuple(ZoneSpec(zone_id(name), links) for name in zone_names(kind))
    return replace(DnsSpec(asked), **changes)


def desired(kind: str = OPENAI, **changes: Any) -> Desired:
    asked = Desired("everything-private", endpoint=endpoint_spec(), dns=dns_spec(kind))
    return replace(asked, **changes)


def request(lane: Lane = Lane.FULL, **changes: Any) -> Request:
    asked = Request(ACCOUNT, lane, Cause(Trigger.SWEEP, NOW), NOW, "request-1")
    return replace(asked, **changes)


def report(**changes: Any) -> Report:
    passed = Report(
        id="report-1",
        request_id="request-1",
        account=ACCOUNT,
        lane=Lane.FULL,
        verdict=Verdict.CONVERGED,
        cause=Cause(Trigger.SWEEP, NOW),
        started=NOW,
        ended=NOW,
        profile="everything-private",
    )
    return replace(passed, **changes)


# What a finding without a remedy waits for.
AZURE = "azure"
A_PERSON = "a person"

type Cure = Action | str


def cures(plan: Plan) -> list[tuple[str, Cure]]:
    """Each finding's rule, and what cures it: an action, Azure, or a person."""
    return [
        (finding.rule, finding.remedy or (AZURE if finding.awaits else A_PERSON))
        for finding in plan.findings
    ]
