"""What stands around the private path, and what is asked of links and of names that somebody else keeps?"""

from dataclasses import replace
from typing import Any

import pytest

from remediation import planner
from remediation.desired import Desired, DnsSpec, LinkSpec, Outbound, RecordsBy, ZoneSpec
from remediation.observed import Link, Observed, Perimeter, Record, Subnet, Vnet, Zone
from remediation.plan import LinkZone, PutRecord, Severity
from tests.builders import (
    A_PERSON,
    ACCOUNT,
    AI_SERVICES,
    AZURE,
    COGNITIVE_ZONE,
    HUB,
    OTHER_SUBNET,
    SPOKE,
    SUBNET,
    VNET,
    Cure,
    account,
    addresses,
    cures,
    desired,
    dns_spec,
    endpoint,
    link,
    observed,
    record,
    resource,
    zone,
    zone_id,
)

GROUP = resource("Microsoft.Network/networkSecurityGroups", "nsg-endpoints")
ROUTES = resource("Microsoft.Network/routeTables", "rt-firewall")
PERIMETER = Perimeter("nsp-partners", "Enforced", ("partners",))


def found(wanted: Desired, there: Observed) -> list[tuple[str, Cure]]:
    return cures(planner.plan(wanted, there))


@pytest.mark.parametrize("mode", ["Enforced", "Learning", "Audit", "Unknown"])
@pytest.mark.parametrize("admits", [(), ("partners", "everyone")])
def test_a_perimeter_is_told_whatever_its_mode(mode: str, admits: tuple[str, ...]) -> None:
    plan = planner.plan(desired(), observed(perimeters=[Perimeter("nsp-else", mode, admits)]))

    assert cures(plan) == [("perimeter", A_PERSON)]
    assert (plan.findings[0].resource, plan.findings[0].severity) == (ACCOUNT, Severity.NOTICE)
    assert all(each in str(plan.findings[0]) for each in ("nsp-else", mode, *admits))


def test_every_perimeter_is_told() -> None:
    both = observed(perimeters=[PERIMETER, replace(PERIMETER, name="nsp-else")])

    assert found(desired(), both) == [("perimeter", A_PERSON)] * 2


KNOWN = dns_spec(custom_servers=("10.20.0.4", "10.20.0.5"))


@pytest.mark.parametrize(
    ("wanted", "servers", "unknown"),
    [
        pytest.param(desired(), (), "", id="Azure's resolver by default"),
        pytest.param(desired(), ("168.63.129.16",), "", id="Azure's resolver by its address"),
        pytest.param(desired(), ("10.20.0.4",), "10.20.0.4", id="a server that nobody declared"),
        pytest.param(desired(dns=KNOWN), ("10.20.0.5", "10.20.0.4"), "", id="declared servers"),
        pytest.param(
            desired(dns=KNOWN), ("10.20.0.4", "192.0.2.53"), "192.0.2.53", id="one too many"
        ),
        pytest.param(
            desired(dns=replace(KNOWN, records_by=RecordsBy.EXTERNAL)),
            ("192.0.2.53",),
            "192.0.2.53",
            id="where somebody else keeps the names, too",
        ),
    ],
)
def test_dns_servers(wanted: Desired, servers: tuple[str, ...], unknown: str) -> None:
    plan = planner.plan(wanted, observed(vnet=replace(VNET, dns_servers=servers)))

    assert cures(plan) == ([("custom-dns", A_PERSON)] if unknown else [])
    assert all(each.actual.startswith(unknown) for each in plan.findings)


@pytest.mark.parametrize(
    ("subnet", "names"),
    [
        pytest.param(Subnet(SUBNET, "Disabled", GROUP, ROUTES), (), id="policies that are off"),
        pytest.param(Subnet(SUBNET, "disabled", GROUP), (), id="off, in lower case"),
        pytest.param(Subnet(SUBNET, "Enabled"), (), id="nothing that filters"),
        pytest.param(Subnet(OTHER_SUBNET, "Enabled", GROUP), (), id="another subnet"),
        pytest.param(Subnet(SUBNET, "Enabled", GROUP), (GROUP.name,), id="a security group"),
        pytest.param(
            Subnet(SUBNET, "RouteTableEnabled", None, ROUTES), (ROUTES.name,), id="a route table"
        ),
        pytest.param(
            Subnet(SUBNET, "Enabled", GROUP, ROUTES), (GROUP.name, ROUTES.name), id="both"
        ),
    ],
)
def test_subnet_policies(subnet: Subnet, names: tuple[str, ...]) -> None:
    plan = planner.plan(desired(), observed(vnet=replace(VNET, subnets=(subnet,))))

    assert cures(plan) == ([("subnet-policies", A_PERSON)] if names else [])
    assert all(name in finding.actual for finding in plan.findings for name in names)


def test_the_subnet_of_an_adopted_endpoint_counts() -> None:
    there = Vnet(SPOKE, VNET.location, subnets=(Subnet(OTHER_SUBNET, "Enabled", GROUP),))
    adopted = endpoint(subnet=OTHER_SUBNET)

    plan = planner.plan(desired(endpoint=None), observed(endpoints=[adopted], vnet=there))

    assert cures(plan) == [("subnet-policies", A_PERSON)]


def test_of_a_network_that_is_not_there_nothing_is_told() -> None:
    assert found(desired(), observed(vnet=None)) == []


REDIRECTING = DnsSpec((ZoneSpec(zone_id(), (LinkSpec(HUB, "NxDomainRedirect"),)),))


def as_asked(name: str, policy: str = "Default") -> list[tuple[str, Cure]]:
    return [("link-settings", LinkZone(zone_id(), name, LinkSpec(HUB, policy)))]


@pytest.mark.parametrize(
    ("wanted", "there", "expected"),
    [
        pytest.param(desired(), link(), [], id="a link that says nothing has the default"),
        pytest.param(desired(), link(resolution_policy="default"), [], id="default, in lower case"),
        pytest.param(
            desired(),
            link(name="by-hand", resolution_policy="NxDomainRedirect"),
            as_asked("by-hand"),
            id="a link that leads names out is written again under its own name",
        ),
        pytest.param(
            desired(),
            link(registration=True),
            as_asked("to-vnet-hub"),
            id="a link that registers machines is written again",
        ),
        pytest.param(
            desired(dns=REDIRECTING),
            link(),
            as_asked("to-vnet-hub", "NxDomainRedirect"),
            id="a link that does not lead names out where that is asked for",
        ),
        pytest.param(
            desired(dns=REDIRECTING),
            link(resolution_policy="NxDomainRedirect"),
            [],
            id="a link as it was asked for",
        ),
        pytest.param(
            desired(),
            link(state="InProgress", registration=True),
            [("zone-link", AZURE)],
            id="a link that Azure works on is judged when that is done",
        ),
    ],
)
def test_link_settings(wanted: Desired, there: Link, expected: list[tuple[str, Cure]]) -> None:
    assert expected == found(wanted, observed(zones=[zone(links=(there,))]))


TO_OTHERS = link(SPOKE, registration=True, resolution_policy="NxDomainRedirect")


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(desired(), id="whose network the policy does not name"),
        pytest.param(desired(dns=None), id="in a zone that nobody asked for"),
    ],
)
def test_the_settings_of_a_link_are_left_alone(wanted: Desired) -> None:
    assert found(wanted, observed(zones=[zone(links=(link(), TO_OTHERS))])) == []


def test_what_is_remembered_of_links_asks_for_no_change_of_them() -> None:
    """Zones are shared: whatever the links were when all was well, they are not to be changed for this account."""
    shared = observed(zones=[zone(links=(link(resolution_policy="NxDomainRedirect"), TO_OTHERS))])
    remembered = planner.baseline(desired(dns=None), shared)

    assert found(desired(dns=remembered.dns), shared) == []


def external(kind: str = "OpenAI") -> Desired:
    return desired(kind, dns=dns_spec(kind, (HUB, SPOKE), records_by=RecordsBy.EXTERNAL))


@pytest.mark.parametrize(
    ("found_there", "expected"),
    [
        pytest.param(observed(zones=()), [], id="without a zone"),
        pytest.param(observed(zones=[zone(links=(TO_OTHERS,))]), [], id="with links of others"),
        pytest.param(observed(zones=[zone(record=None)]), [], id="without a record"),
        pytest.param(observed(endpoints=[endpoint(zone_group=None)]), [], id="without a group"),
        pytest.param(
            observed(endpoints=[endpoint(addresses=())]),
            [("endpoint-members", A_PERSON)],
            id="but an endpoint without an address is told",
        ),
    ],
)
def test_names_that_somebody_else_keeps_are_left_alone(
    found_there: Observed, expected: list[tuple[str, Cure]]
) -> None:
    assert expected == found(external(), found_there)


def test_an_ai_services_endpoint_needs_its_addresses_whoever_keeps_the_names() -> None:
    two: Any = endpoint(AI_SERVICES, addresses=addresses(AI_SERVICES)[:2], zone_group=None)

    there = observed(AI_SERVICES, endpoints=[two], zones=())

    assert found(external(AI_SERVICES), there) == [("endpoint-members", A_PERSON)]


def test_the_network_is_judged_in_the_full_lane_only() -> None:
    seen = observed(perimeters=[PERIMETER], vnet=replace(VNET, dns_servers=("192.0.2.53",)))

    assert found(desired(), Observed(seen.account)) == []
    assert found(desired(), replace(seen, account=account(kind="OpenAI"))) == [
        ("perimeter", A_PERSON),
        ("custom-dns", A_PERSON),
    ]


RIVAL = Zone(zone_id(group="rg-else"), (link(),))


def test_a_network_that_is_linked_to_a_rival_zone_is_told_with_that_zone() -> None:
    """Azure would refuse the link; the rival is somebody else's."""
    seen = observed(zones=[zone(links=())])
    assert seen.network is not None
    seen = replace(seen, network=replace(seen.network, rivals=(RIVAL,)))

    plan = planner.plan(desired(), seen)

    assert cures(plan) == [("zone-link", A_PERSON)]
    assert RIVAL.id.text in plan.findings[0].actual


@pytest.mark.parametrize(
    "rival",
    [
        pytest.param(replace(RIVAL, links=(link(SPOKE),)), id="linked to another network"),
        pytest.param(replace(RIVAL, id=zone_id(COGNITIVE_ZONE, "rg-else")), id="of another name"),
    ],
)
def test_a_zone_elsewhere_is_no_rival(rival: Zone) -> None:
    seen = observed(zones=[zone(links=())])
    assert seen.network is not None
    seen = replace(seen, network=replace(seen.network, rivals=(rival,)))

    [(rule, cure)] = cures(planner.plan(desired(), seen))

    assert (rule, type(cure)) == ("zone-link", LinkZone)


@pytest.mark.parametrize("ttl", [3601, 86_400])
def test_a_record_that_is_kept_for_long_is_written_anew(ttl: int) -> None:
    seen = observed(zones=[zone(record=record(ttl=ttl))])

    [(rule, cure)] = cures(planner.plan(desired(), seen))

    assert rule == "record-ttl"
    assert isinstance(cure, PutRecord)
    assert (cure.addresses, cure.etag) == (record().addresses, record().etag)


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        pytest.param(desired(), record(ttl=3600), id="an hour, as Terraform often has it"),
        pytest.param(
            desired(dns=dns_spec(records_by=RecordsBy.EXTERNAL)),
            record(ttl=86_400),
            id="kept by others",
        ),
    ],
)
def test_a_record_may_be_kept_for_a_while(wanted: Desired, there: Record) -> None:
    assert cures(planner.plan(wanted, observed(zones=[zone(record=there)]))) == []


def test_a_wrong_record_that_is_kept_for_long_is_one_finding() -> None:
    seen = observed(zones=[zone(record=record(ttl=86_400, addresses=("10.9.9.9",)))])

    assert [rule for rule, _ in cures(planner.plan(desired(), seen))] == ["record"]


def test_agents_that_go_out_through_a_network_of_their_own_are_told() -> None:
    injected = account(outbound_restricted=True, injections=(OTHER_SUBNET.text,))
    plan = planner.plan(desired(outbound=Outbound()), observed(account=injected))

    assert cures(plan) == [("network-injection", A_PERSON)]
    assert OTHER_SUBNET.text in plan.findings[0].actual
    assert cures(planner.plan(desired(), observed(account=injected))) == []
