"""What the index tells of an account, and whose turn it is."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from remediation import fleet
from remediation.desired import Desired, RecordsBy
from remediation.fleet import (
    ROTATION,
    Blindness,
    BlindSpot,
    Checkpoint,
    Names,
    OpenSpot,
    Surroundings,
)
from remediation.ids import ResourceId
from remediation.observed import Account
from remediation.policy_file import load
from remediation.reach import Reach, Subscription, reach_of
from tests.builders import (
    ACCOUNT,
    COMPLIANT,
    ENDPOINT,
    HUB,
    NOW,
    OPENAI_ZONE,
    OTHER_SUBNET,
    VNET,
    account,
    connection,
    desired,
    dns_spec,
    endpoint,
    endpoint_spec,
    link,
    record,
    zone,
    zone_id,
)

HERE = "11111111-1111-4111-8111-111111111111"
THERE = "22222222-2222-4222-8222-222222222222"
DARK = "33333333-3333-4333-8333-333333333333"


def around(**changes: Any) -> Surroundings:
    """A clean private path, as the index shows it: without the zone group."""
    clean = Surroundings(
        {ENDPOINT: replace(endpoint(), zone_group=None)},
        frozenset(),
        {zone_id(): Names(replace(zone(), record=None), {ACCOUNT.name: record()})},
        {HUB: VNET},
    )
    return replace(clean, **changes)


def names(**changes: Any) -> dict[ResourceId, Names]:
    return {zone_id(): replace(around().zones[zone_id()], **changes)}


CASES = [
    pytest.param(COMPLIANT, around(), [], id="of a clean account nothing is found"),
    pytest.param(
        account(public_network_access="Enabled"), around(), ["public-access"], id="an open account"
    ),
    pytest.param(
        account(connections=()),
        around(endpoints={}),
        ["endpoint-missing"],
        id="an endpoint that is gone",
    ),
    pytest.param(
        account(connections=(connection("Rejected"),)),
        around(),
        ["connection-state"],
        id="a rejected connection",
    ),
    pytest.param(
        COMPLIANT,
        around(endpoints={ENDPOINT: replace(endpoint(), zone_group=None, addresses=())}),
        ["endpoint-members"],
        id="an endpoint without an address",
    ),
    pytest.param(COMPLIANT, around(zones={}), ["zone-missing"], id="a zone that is gone"),
    pytest.param(
        COMPLIANT, around(zones=names(zone=zone(links=()))), ["zone-link"], id="a link that is gone"
    ),
    pytest.param(
        COMPLIANT,
        around(zones=names(zone=zone(links=(link(registration=True),)))),
        ["link-settings"],
        id="a link that registers machines",
    ),
    pytest.param(
        COMPLIANT, around(zones=names(records={})), ["record"], id="a record that is gone"
    ),
    pytest.param(
        COMPLIANT,
        around(zones=names(records={ACCOUNT.name: record(addresses=("192.0.2.1",))})),
        ["record"],
        id="a record that leads elsewhere",
    ),
    pytest.param(
        COMPLIANT,
        around(zones=names(records=None)),
        [],
        id="records that the index does not have are not missed",
    ),
    pytest.param(
        COMPLIANT,
        around(unregistered=frozenset({ENDPOINT})),
        ["zone-group"],
        id="an endpoint that shows its names has no zone group",
    ),
]


@pytest.mark.parametrize(("seen", "surroundings", "expected"), CASES)
def test_what_the_index_tells(
    seen: Account, surroundings: Surroundings, expected: list[str]
) -> None:
    found = fleet.drifts(desired(), seen, surroundings)

    assert [finding.rule for finding in found] == expected


def test_without_an_endpoint_of_its_name_those_that_are_connected_count() -> None:
    network = around().network(COMPLIANT, desired(endpoint=None))

    assert [each.id for each in network.endpoints] == [ENDPOINT]
    assert network.vnet == VNET


def test_the_network_is_that_of_the_policy() -> None:
    wanted = desired(endpoint=endpoint_spec(subnet=OTHER_SUBNET))

    assert around().network(COMPLIANT, wanted).vnet is None


def test_an_account_without_a_path_has_no_network() -> None:
    assert around().network(account(connections=()), desired(endpoint=None)).vnet is None


@pytest.mark.parametrize(
    "wanted", [desired(dns=None), desired(dns=dns_spec(records_by=RecordsBy.EXTERNAL))]
)
def test_zones_count_only_where_they_are_written(wanted: Desired) -> None:
    assert around().network(COMPLIANT, wanted).zones == ()


def test_a_record_is_found_under_the_subdomain() -> None:
    seen = account(subdomain="Elsewhere")
    there = around(zones=names(records={"elsewhere": record(name="elsewhere")}))

    [found] = there.network(seen, desired()).zones

    assert (found.name, found.record) == (OPENAI_ZONE, record(name="elsewhere"))


# Turns -----------------------------------------------------------------------------------------------------------


def ids(count: int) -> list[ResourceId]:
    return [ResourceId.parse(f"{ACCOUNT.text}-{number}") for number in range(count)]


@pytest.mark.parametrize("begin", [0, 7, 1000])
def test_every_account_has_its_turn_once_in_a_rotation(begin: int) -> None:
    turns = [
        sum(fleet.is_due(id_, sweep) for sweep in range(begin, begin + ROTATION))
        for id_ in ids(300)
    ]

    assert set(turns) == {1}


def test_a_turn_is_a_fair_share_of_the_fleet() -> None:
    everybody = ids(1000)
    due = [sum(fleet.is_due(id_, sweep, 10) for id_ in everybody) for sweep in range(10)]

    assert max(due) < 150


# Blind spots -----------------------------------------------------------------------------------------------------

SPOT = BlindSpot(Blindness.EVENTS, HERE)


@pytest.mark.parametrize("kind", Blindness)
def test_every_blind_spot_says_what_it_is_and_what_to_do(kind: Blindness) -> None:
    spot = BlindSpot(kind, "the-subject", "the detail")

    assert str(spot).startswith("Blind spot: ")
    assert "the-subject" in str(spot)
    assert str(spot).endswith("(the detail)")
    assert spot.advice.endswith(".")


def test_a_spot_that_stays_keeps_its_beginning() -> None:
    known = (OpenSpot(SPOT, NOW),)
    later = NOW.replace(year=2027)
    other = replace(SPOT, subject=THERE)

    assert fleet.opened(known, [SPOT, other, SPOT], later) == (
        OpenSpot(SPOT, NOW),
        OpenSpot(other, later),
    )
    assert fleet.opened(known, [], later) == ()


@pytest.mark.parametrize(
    ("checkpoint", "expected"),
    [
        (Checkpoint(), False),
        (Checkpoint(began=NOW), True),
        (Checkpoint(began=NOW, ended=NOW.replace(year=2025)), True),
        (Checkpoint(began=NOW, ended=NOW), False),
    ],
)
def test_a_sweep_is_interrupted_until_it_ends(checkpoint: Checkpoint, *, expected: bool) -> None:
    assert checkpoint.is_interrupted is expected


# Reach -----------------------------------------------------------------------------------------------------------

VISIBLE = (Subscription(HERE), Subscription(THERE))


@pytest.mark.parametrize(
    ("reach", "expected"),
    [
        (Reach((HERE,)), (HERE,)),
        (Reach((HERE, DARK)), (HERE, DARK)),
        (Reach(everything=True), (HERE, THERE)),
        (Reach((THERE,), everything=True), (THERE, HERE)),
    ],
)
def test_a_subscription_is_in_reach_by_itself(reach: Reach, expected: Sequence[str]) -> None:
    assert reach.accounts_in(VISIBLE) == expected


def test_only_a_subscription_that_is_named_can_be_missed() -> None:
    assert Reach((HERE, DARK), everything=True).unseen(VISIBLE) == (DARK,)


_NETWORK = f"/subscriptions/{THERE}/resourceGroups/rg-net"
_VNET = f"{_NETWORK}/providers/Microsoft.Network/virtualNetworks/vnet"
_DNS = f"/subscriptions/{DARK}/resourceGroups/rg-dns"
POLICY = f"""\
version: 1
scope: {{subscriptions: [{HERE}]}}
profiles:
  - name: one
    match: {{names: [a]}}
    mode: enforce
    endpoint: {{subnet: {_VNET}/subnets/snet}}
    dns:
      resource_group: {_NETWORK}
      zones:
        {OPENAI_ZONE}: {_DNS}/providers/Microsoft.Network/privateDnsZones/{OPENAI_ZONE}
  - name: two
    mode: audit
"""


def test_the_policy_says_where_else_to_look() -> None:
    reach = reach_of(load(POLICY, "policy.yaml"))

    assert reach == Reach((HERE,), networks=(THERE, DARK), vnets=(ResourceId.parse(_VNET),))
