"""Which finding, and which remedy, does each deviation from a compliant account give?"""

from dataclasses import replace

import pytest

from remediation import planner
from remediation.desired import (
    Baseline,
    Desired,
    DnsSpec,
    EndpointSpec,
    LinkSpec,
    RecordsBy,
    Recreate,
    ZoneSpec,
)
from remediation.observed import (
    Account,
    Address,
    Endpoint,
    NetworkAcls,
    Observed,
    SubnetRule,
    ZoneConfig,
    ZoneGroup,
)
from remediation.plan import (
    ApproveConnection,
    AttachZones,
    CloseAccess,
    CreateEndpoint,
    CreateZone,
    LinkZone,
    PutRecord,
    RestrictNetwork,
    Severity,
)
from tests.builders import (
    A_PERSON,
    ACCOUNT,
    AI_SERVICES,
    AZURE,
    COGNITIVE_ZONE,
    ENDPOINT,
    ETAG,
    FOREIGN_ENDPOINT,
    FOREIGN_ZONE,
    GUID,
    HUB,
    IPS,
    JAPAN_EAST,
    MARKER,
    OPENAI_ZONE,
    OTHER_ACCOUNT,
    OTHER_ENDPOINT,
    OTHER_GUID,
    OTHER_SUBNET,
    SERVICES_ZONE,
    SHUT_ACLS,
    SPOKE,
    SUBNET,
    Cure,
    account,
    connection,
    cures,
    desired,
    dns_spec,
    endpoint,
    endpoint_spec,
    link,
    observed,
    record,
    resource,
    zone,
    zone_group,
    zone_id,
    zone_names,
    zones,
)

CLOSE = CloseAccess(ACCOUNT, SHUT_ACLS)
REFUSE = RestrictNetwork(ACCOUNT, SHUT_ACLS)
CREATE = CreateEndpoint(ACCOUNT, endpoint_spec(), JAPAN_EAST)
APPROVE = ApproveConnection(ACCOUNT, connection().name)
PUT = PutRecord(zone_id(), ACCOUNT.name, (IPS[OPENAI_ZONE],), MARKER)
PUT_OVER = replace(PUT, etag=ETAG)
OPEN = NetworkAcls("Allow", "None")
SELECTED = NetworkAcls("Deny", "AzureServices", ("203.0.113.7",), (SubnetRule(SUBNET.text),))
NAMED_OPENAI = ("privatelink-openai-azure-com", zone_id())


def link_to(name: str, vnet: LinkSpec, zone_name: str = OPENAI_ZONE) -> LinkZone:
    return LinkZone(zone_id(zone_name), name, vnet)


def attach(*names: str, group: str = "default") -> AttachZones:
    return AttachZones(ENDPOINT, group, tuple((n.replace(".", "-"), zone_id(n)) for n in names))


def test_a_compliant_account_has_no_findings() -> None:
    found = [cures(planner.plan(desired(kind), observed(kind))) for kind in ("OpenAI", AI_SERVICES)]

    assert found == [[], []]


@pytest.mark.parametrize(
    ("deviation", "expected"),
    [
        pytest.param(
            account(public_network_access="Enabled"),
            [("public-access", CLOSE)],
            id="enabled access is closed even when the rules keep the internet out",
        ),
        pytest.param(
            account(public_network_access=None, acls=None),
            [("public-access", CLOSE), ("network-acls", CLOSE)],
            id="access that was never set counts as open",
        ),
        pytest.param(
            account(public_network_access="ENABLED", acls=OPEN),
            [("public-access", CLOSE), ("network-acls", CLOSE)],
            id="the words of Azure are compared without case",
        ),
        pytest.param(
            account(public_network_access="disabled", acls=NetworkAcls("deny", "none")),
            [],
            id="lower-case values are compliant too",
        ),
        pytest.param(
            account(public_network_access="Sometimes"),
            [("public-access", CLOSE)],
            id="an unknown value counts as open",
        ),
        pytest.param(
            account(acls=OPEN),
            [("network-acls", REFUSE)],
            id="a default action of Allow is closed although access is disabled",
        ),
        pytest.param(
            account(acls=NetworkAcls(None, "None")),
            [("network-acls", REFUSE)],
            id="a default action that was never set counts as Allow",
        ),
        pytest.param(
            account(acls=None),
            [("network-acls", REFUSE)],
            id="an account without any rules gets the default action",
        ),
        pytest.param(
            account(public_network_access="Enabled", acls=SELECTED),
            [("public-access", CloseAccess(ACCOUNT, SELECTED))],
            id="selected networks are closed, and their rules sent along whole",
        ),
        pytest.param(
            account(public_network_access="Enabled", acls=None, subdomain=None),
            [("public-access", CloseAccess(ACCOUNT, None)), ("custom-subdomain", A_PERSON)],
            id="an account without a custom subdomain is closed without rules",
        ),
        pytest.param(
            account(acls=None, subdomain=None),
            [("custom-subdomain", A_PERSON)],
            id="an account without a custom subdomain needs no default action",
        ),
        pytest.param(
            account(public_network_access="SecuredByPerimeter", acls=OPEN),
            [("public-access", A_PERSON)],
            id="what a network security perimeter lets in is for a person to judge",
        ),
    ],
)
def test_access(deviation: Account, expected: list[tuple[str, Cure]]) -> None:
    found = cures(planner.plan(desired(), observed(account=deviation)))

    assert expected == found


@pytest.mark.parametrize(
    ("acls", "severity"),
    [
        pytest.param(None, Severity.CRITICAL, id="open to all networks"),
        pytest.param(SELECTED, Severity.CRITICAL, id="open to selected networks"),
        pytest.param(SHUT_ACLS, Severity.WARNING, id="kept shut by its rules alone"),
    ],
)
def test_exposure_decides_the_severity(acls: NetworkAcls | None, severity: Severity) -> None:
    exposed = account(public_network_access="Enabled", acls=acls)

    first = planner.plan(desired(), Observed(exposed)).findings[0]

    assert severity is first.severity


NO_CONNECTION = account(connections=())
REJECTED = account(connections=(connection("Rejected"),))
PENDING = account(connections=(connection("Pending"),))
BY_HAND = account(connections=(connection(endpoint=OTHER_ENDPOINT),))
FOREIGN = account(connections=(connection(endpoint=FOREIGN_ENDPOINT, guid=OTHER_GUID),))
TWO_APPROVED = account(
    connections=(connection(), connection(endpoint=FOREIGN_ENDPOINT, guid=OTHER_GUID))
)
OUTLIVED = connection("Rejected", guid=OTHER_GUID)
NAMES = endpoint().addresses[0].fqdns
DELETED = observed(account=NO_CONNECTION, endpoints=())


@pytest.mark.parametrize(
    ("wanted", "found", "expected"),
    [
        pytest.param(
            desired(),
            DELETED,
            [("endpoint-missing", CREATE)],
            id="a deleted endpoint is created in the region of its network",
        ),
        pytest.param(
            desired(endpoint=None),
            DELETED,
            [("endpoint-missing", A_PERSON)],
            id="a network is never invented",
        ),
        pytest.param(
            desired(endpoint=endpoint_spec(recreate=Recreate.NEVER)),
            DELETED,
            [("endpoint-missing", A_PERSON)],
            id="the policy may say never to create it",
        ),
        pytest.param(
            desired(),
            observed(account=account(connections=(), subdomain=None), endpoints=()),
            [("custom-subdomain", A_PERSON), ("endpoint-missing", A_PERSON)],
            id="an account without a custom subdomain cannot have an endpoint",
        ),
        pytest.param(
            desired(),
            observed(account=NO_CONNECTION, endpoints=(), vnet=None),
            [("endpoint-missing", A_PERSON)],
            id="an endpoint needs a network that exists",
        ),
        pytest.param(
            desired(),
            observed(endpoints=[endpoint(state="Failed")]),
            [("endpoint-state", CREATE)],
            id="a failed endpoint is written again",
        ),
        pytest.param(
            desired(),
            observed(endpoints=[endpoint(state="failed")]),
            [("endpoint-state", CREATE)],
            id="a failed endpoint is recognized without regard to case",
        ),
        pytest.param(
            desired(),
            observed(account=BY_HAND, endpoints=[endpoint(id=OTHER_ENDPOINT, state="Failed")]),
            [("endpoint-state", A_PERSON)],
            id="a failed endpoint that nobody declared is for a person",
        ),
        pytest.param(
            desired(),
            observed(endpoints=[endpoint(state="Updating")]),
            [("endpoint-state", AZURE)],
            id="an endpoint that Azure works on is left alone",
        ),
        pytest.param(
            desired(),
            observed(account=NO_CONNECTION, endpoints=[endpoint(target=OTHER_ACCOUNT)]),
            [("endpoint-state", A_PERSON)],
            id="the declared name taken by an endpoint of another account is for a person",
        ),
        pytest.param(
            desired(),
            observed(
                account=NO_CONNECTION,
                endpoints=[endpoint(target=OTHER_ACCOUNT, zone_group=None)],
                zones=[zone(record=None)],
            ),
            [("endpoint-state", A_PERSON)],
            id="an endpoint of another account is never registered for this one",
        ),
        pytest.param(
            desired(),
            observed(account=BY_HAND, endpoints=[endpoint(id=OTHER_ENDPOINT)]),
            [],
            id="an approved endpoint in the same subnet is adopted, not doubled",
        ),
        pytest.param(
            desired(endpoint=None),
            observed(account=BY_HAND, endpoints=[endpoint(id=OTHER_ENDPOINT)]),
            [],
            id="an approved endpoint is adopted where the policy names none",
        ),
        pytest.param(
            desired(),
            observed(
                account=FOREIGN,
                endpoints=[endpoint(id=FOREIGN_ENDPOINT, guid=OTHER_GUID, subnet=OTHER_SUBNET)],
            ),
            [("endpoint-missing", CREATE), ("unknown-connection", A_PERSON)],
            id="an approved endpoint in another subnet does not replace the declared one",
        ),
        pytest.param(
            desired(endpoint=None),
            observed(
                account=TWO_APPROVED,
                endpoints=[
                    endpoint(),
                    endpoint(
                        id=FOREIGN_ENDPOINT,
                        guid=OTHER_GUID,
                        subnet=OTHER_SUBNET,
                        addresses=(Address("10.9.9.9", "default", NAMES),),
                        zone_group=None,
                    ),
                ],
            ),
            [("unknown-connection", A_PERSON)],
            id="of several approved endpoints the one that the names lead to is adopted",
        ),
        pytest.param(
            desired(),
            observed(account=PENDING, endpoints=[endpoint(status="Pending")]),
            [("connection-state", APPROVE)],
            id="the pending connection of the declared endpoint is approved",
        ),
        pytest.param(
            desired(endpoint=None),
            observed(account=PENDING, endpoints=[endpoint(status="Pending")]),
            [("endpoint-missing", A_PERSON), ("unknown-connection", A_PERSON)],
            id="the pending connection of an endpoint that nobody declared is never approved",
        ),
        pytest.param(
            desired(),
            observed(
                account=account(connections=(connection("Pending", OTHER_ENDPOINT),)),
                endpoints=[endpoint(id=OTHER_ENDPOINT)],
            ),
            [("connection-state", A_PERSON)],
            id="an adopted endpoint whose connection became pending is for a person",
        ),
        pytest.param(
            desired(),
            observed(account=REJECTED, endpoints=[endpoint(status="Rejected")]),
            [("connection-state", A_PERSON)],
            id="a rejected connection is final",
        ),
        pytest.param(
            desired(),
            observed(account=REJECTED),
            [("connection-state", A_PERSON)],
            id="a connection rejected on the account's side alone is final too",
        ),
        pytest.param(
            desired(),
            observed(endpoints=[endpoint(status="Rejected")]),
            [("connection-state", A_PERSON)],
            id="a connection rejected on the endpoint's side alone is final too",
        ),
        pytest.param(
            desired(),
            observed(account=NO_CONNECTION, endpoints=[endpoint(status="Disconnected")]),
            [("connection-state", A_PERSON)],
            id="a connection that was removed is final",
        ),
        pytest.param(
            desired(),
            observed(account=NO_CONNECTION),
            [("connection-state", AZURE)],
            id="a connection that the account does not list yet is waited for",
        ),
        pytest.param(
            desired(),
            observed(account=account(connections=(OUTLIVED, connection()))),
            [],
            id="the connection of an endpoint that bore the same name before does not count",
        ),
    ],
)
def test_the_endpoint(wanted: Desired, found: Observed, expected: list[tuple[str, Cure]]) -> None:
    assert expected == cures(planner.plan(wanted, found))


FOREIGN_CONFIG = ZoneConfig("mine", FOREIGN_ZONE)
SAME_NAME = zone_id(group="rg-else")
BY_POLICY = zone_group(COGNITIVE_ZONE, name="deployedByPolicy")
IN_BOTH = desired(dns=dns_spec(vnets=(HUB, SPOKE)))
BY_RECORDS = desired(dns=dns_spec(records_by=RecordsBy.RECORDS))


def with_endpoint(kind: str = "OpenAI", **changes: object) -> Observed:
    return observed(kind, endpoints=[endpoint(kind, **changes)])


@pytest.mark.parametrize(
    ("wanted", "found", "expected"),
    [
        pytest.param(
            desired(),
            observed(zones=[]),
            [("zone-missing", CreateZone(zone_id()))],
            id="a deleted zone is created again, although the group still names it",
        ),
        pytest.param(
            desired(),
            observed(zones=[], endpoints=[endpoint(zone_group=None)]),
            [("zone-missing", CreateZone(zone_id())), ("zone-group", AZURE)],
            id="a zone group waits for its zone",
        ),
        pytest.param(
            desired(AI_SERVICES),
            observed(AI_SERVICES, zones=zones(AI_SERVICES, without=SERVICES_ZONE)),
            [("zone-missing", CreateZone(zone_id(SERVICES_ZONE)))],
            id="of an AIServices account's three zones only the missing one is created",
        ),
        pytest.param(
            desired(),
            observed(zones=[zone(links=())]),
            [("zone-link", link_to("link-vnet-hub-2759cd64", LinkSpec(HUB)))],
            id="a network whose link was removed is linked again",
        ),
        pytest.param(
            IN_BOTH,
            observed(),
            [("zone-link", link_to("link-vnet-spoke-0339cbe7", LinkSpec(SPOKE)))],
            id="every declared network is linked",
        ),
        pytest.param(
            desired(),
            observed(zones=[zone(links=(link(state="InProgress"),))]),
            [("zone-link", AZURE)],
            id="a link that Azure works on is waited for",
        ),
        pytest.param(
            desired(),
            observed(zones=[zone(links=(link(name="by-hand"), link(SPOKE)))]),
            [],
            id="a link of any name counts, and links that nobody declared stay",
        ),
        pytest.param(
            desired(),
            with_endpoint(zone_group=None),
            [("zone-group", attach(OPENAI_ZONE))],
            id="a deleted zone group is written again",
        ),
        pytest.param(
            desired(),
            with_endpoint(zone_group=None, state="Updating"),
            [("endpoint-state", AZURE), ("zone-group", AZURE)],
            id="a zone group waits for its endpoint",
        ),
        pytest.param(
            desired(),
            with_endpoint(zone_group=zone_group(OPENAI_ZONE, state="Updating")),
            [("zone-group", AZURE)],
            id="a zone group that Azure works on is waited for",
        ),
        pytest.param(
            desired(),
            with_endpoint(zone_group=zone_group(OPENAI_ZONE, state="Failed")),
            [("zone-group", attach(OPENAI_ZONE))],
            id="a failed zone group is written again",
        ),
        pytest.param(
            desired(),
            with_endpoint(zone_group=ZoneGroup("default", (FOREIGN_CONFIG,))),
            [
                (
                    "zone-group",
                    AttachZones(ENDPOINT, "default", (("mine", FOREIGN_CONFIG.zone), NAMED_OPENAI)),
                )
            ],
            id="what a zone group holds beside the wanted zones stays",
        ),
        pytest.param(
            desired(),
            with_endpoint(zone_group=ZoneGroup("default", (ZoneConfig("wrong", SAME_NAME),))),
            [("zone-group", attach(OPENAI_ZONE))],
            id="a zone of the same name elsewhere is replaced by the declared one",
        ),
        pytest.param(
            desired(AI_SERVICES),
            with_endpoint(AI_SERVICES, zone_group=BY_POLICY),
            [("zone-group", attach(*zone_names(AI_SERVICES), group="deployedByPolicy"))],
            id="the group of Azure Policy is adopted and given the zones it lacks",
        ),
        pytest.param(
            desired(dns=None),
            with_endpoint(zone_group=None),
            [],
            id="names that the policy leaves to others are not judged",
        ),
        pytest.param(
            desired(dns=None),
            observed(zones=[]),
            [("zone-missing", CreateZone(zone_id()))],
            id="where the policy names no zones those of the group count",
        ),
    ],
)
def test_zones(wanted: Desired, found: Observed, expected: list[tuple[str, Cure]]) -> None:
    assert expected == cures(planner.plan(wanted, found))


STALE = record(owner=OTHER_GUID, addresses=("10.20.1.99",))
SHARED = account(connections=(connection(), connection("Approved", FOREIGN_ENDPOINT, OTHER_GUID)))
DEAD = account(connections=(connection(), connection("Rejected", FOREIGN_ENDPOINT, OTHER_GUID)))


@pytest.mark.parametrize(
    ("wanted", "found", "expected"),
    [
        pytest.param(
            desired(),
            observed(zones=[zone(record=None)]),
            [("record", PUT)],
            id="a deleted record is written again",
        ),
        pytest.param(
            desired(),
            observed(zones=[zone(record=record(addresses=("10.9.9.9",)))]),
            [("record", PUT_OVER)],
            id="a record that leads elsewhere is put right, unless it changes meanwhile",
        ),
        pytest.param(
            desired(),
            observed(zones=[zone(record=record(addresses=(IPS[OPENAI_ZONE], "10.9.9.9")))]),
            [("record", PUT_OVER)],
            id="an address beside the right one is taken out",
        ),
        pytest.param(
            desired(),
            observed(zones=[zone(record=record(addresses=()))]),
            [("record", PUT_OVER)],
            id="an empty record is filled",
        ),
        pytest.param(
            desired(),
            observed(zones=[zone(record=record(name=ACCOUNT.name.upper()))]),
            [],
            id="names are compared without case",
        ),
        pytest.param(
            desired(),
            observed(zones=[zone(record=STALE)]),
            [("record", PUT_OVER)],
            id="a record left behind by an endpoint that is gone is put right",
        ),
        pytest.param(
            desired(),
            observed(account=SHARED, zones=[zone(record=STALE)]),
            [("unknown-connection", A_PERSON), ("record", A_PERSON)],
            id="the record of another live endpoint is reported, not fought over",
        ),
        pytest.param(
            desired(),
            observed(account=SHARED, zones=[zone(record=record(owner=OTHER_GUID.upper()))]),
            [("unknown-connection", A_PERSON)],
            id="a record that leads to the right address is right, whoever wrote it",
        ),
        pytest.param(
            desired(),
            observed(account=DEAD, zones=[zone(record=STALE)]),
            [("record", PUT_OVER)],
            id="the record of an endpoint that was rejected is put right",
        ),
        pytest.param(
            desired(),
            observed(
                account=SHARED, endpoints=[endpoint(zone_group=None)], zones=[zone(record=STALE)]
            ),
            [
                ("unknown-connection", A_PERSON),
                ("zone-group", A_PERSON),
                ("record", A_PERSON),
            ],
            id="a name that another live endpoint has is not taken over by registering it",
        ),
        pytest.param(
            desired(AI_SERVICES),
            observed(
                AI_SERVICES,
                account=SHARED,
                endpoints=[endpoint(AI_SERVICES, zone_group=None)],
                zones=[
                    zone(COGNITIVE_ZONE, record=None),
                    zone(record=STALE),
                    zone(SERVICES_ZONE),
                ],
            ),
            [
                ("unknown-connection", A_PERSON),
                ("zone-group", A_PERSON),
                ("record", A_PERSON),
                ("record", A_PERSON),
            ],
            id="nothing is waited for of a group that is not written",
        ),
        pytest.param(
            desired(),
            observed(endpoints=[endpoint(zone_group=None)], zones=[zone(record=None)]),
            [("zone-group", attach(OPENAI_ZONE)), ("record", AZURE)],
            id="a record that the zone group will write is waited for",
        ),
        pytest.param(
            BY_RECORDS,
            observed(endpoints=[endpoint(zone_group=None)]),
            [],
            id="without zone groups by policy a right record is enough",
        ),
        pytest.param(
            BY_RECORDS,
            observed(endpoints=[endpoint(zone_group=None)], zones=[zone(record=None)]),
            [("record", PUT)],
            id="without zone groups by policy a missing record is written at once",
        ),
        pytest.param(
            desired(),
            with_endpoint(addresses=()),
            [("endpoint-members", A_PERSON)],
            id="an endpoint without an address is never taken for compliant",
        ),
        pytest.param(
            desired(),
            with_endpoint(addresses=(), state="Updating"),
            [("endpoint-state", AZURE)],
            id="an endpoint that Azure works on will have its address later",
        ),
        pytest.param(
            desired(AI_SERVICES),
            with_endpoint(AI_SERVICES, addresses=endpoint(AI_SERVICES).addresses[:2]),
            [("endpoint-members", A_PERSON)],
            id="an AIServices endpoint lacks its third address",
        ),
    ],
)
def test_records(wanted: Desired, found: Observed, expected: list[tuple[str, Cure]]) -> None:
    assert expected == cures(planner.plan(wanted, found))


def test_an_open_account_is_closed_before_anything_is_built() -> None:
    broken = account(public_network_access=None, acls=None, connections=())

    plan = planner.plan(desired(), observed(account=broken, endpoints=(), zones=()))

    assert plan.actions == (CLOSE, CREATE, CreateZone(zone_id()))


def test_two_networks_of_one_name_get_two_links() -> None:
    twin = resource("Microsoft.Network/virtualNetworks", HUB.name, group="rg-else")
    wanted = desired(dns=dns_spec(vnets=(HUB, twin)))

    actions = planner.plan(wanted, observed(zones=[zone(links=())])).actions
    names = {action.name for action in actions if isinstance(action, LinkZone)}

    assert len(names) == 2


def test_a_link_is_named_within_the_length_that_azure_allows() -> None:
    longest = resource("Microsoft.Network/virtualNetworks", "v" * 64)
    wanted = desired(dns=dns_spec(vnets=(longest,)))

    (action,) = planner.plan(wanted, observed()).actions

    assert isinstance(action, LinkZone)
    assert len(action.name) <= 80


def test_without_a_network_only_access_is_judged() -> None:
    seen = Observed(account(public_network_access="Enabled", connections=()))

    assert cures(planner.plan(desired(), seen)) == [("public-access", CLOSE)]


class TestBaseline:
    def test_it_is_the_endpoint_with_its_zones_and_links(self) -> None:
        there: Endpoint = endpoint(
            static_ips=(("default", "10.20.1.4"),), tags=(("team", "ai"),), nic_name="nic-latch"
        )

        remembered = planner.baseline(
            desired(endpoint=None, dns=None),
            observed(endpoints=[there], zones=[zone(links=(link(), link(SPOKE)))]),
        )

        spec = EndpointSpec(
            ENDPOINT, SUBNET, there.static_ips, (), there.tags, nic_name="nic-latch"
        )
        dns = DnsSpec((ZoneSpec(zone_id(), (LinkSpec(HUB), LinkSpec(SPOKE))),))
        assert remembered == Baseline(spec, dns)

    def test_the_policy_always_wins_over_what_is_there(self) -> None:
        remembered = planner.baseline(IN_BOTH, observed())

        assert remembered.dns == IN_BOTH.dns

    def test_nothing_is_remembered_of_what_was_not_looked_at(self) -> None:
        assert planner.baseline(desired(), Observed(account())) == Baseline()

    def test_a_restored_endpoint_is_asked_for_as_it_was(self) -> None:
        remembered = planner.baseline(desired(endpoint=None, dns=None), observed())

        again = planner.plan(desired(endpoint=remembered.endpoint, dns=remembered.dns), DELETED)

        assert again.actions == (CREATE,)


class TestServes:
    def test_an_account_is_served_by_its_endpoint_network_and_zones(self) -> None:
        served = planner.serves(desired(AI_SERVICES), observed(AI_SERVICES))

        assert served == (ENDPOINT, HUB, *(zone_id(name) for name in zone_names(AI_SERVICES)))

    def test_nothing_serves_an_account_whose_network_was_not_looked_at(self) -> None:
        assert planner.serves(desired(), Observed(account())) == ()

    def test_nothing_serves_an_account_without_a_path(self) -> None:
        assert planner.serves(desired(endpoint=None, dns=None), DELETED) == ()


def test_the_marker_names_the_endpoint_as_the_platform_does() -> None:
    assert f"resource guid {GUID}" in PUT.owner
