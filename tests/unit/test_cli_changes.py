"""What a person reads: lines of a plan, legs of the private path, tables in which names stay names."""

import io

import pytest
from rich.console import Console, RenderableType

from remediation.catalog import RULES
from remediation.desired import LinkSpec, Selected
from remediation.observed import NetworkAcls, SubnetRule
from remediation.plan import (
    Action,
    ApproveConnection,
    AttachZones,
    ChangeAccount,
    CloseAccess,
    CreateEndpoint,
    CreateZone,
    DisableLocalAuth,
    LinkZone,
    PutRecord,
    RemoveBrokenEndpoint,
    RestrictNetwork,
    RestrictOutbound,
)
from remediation.terminal import legs, tables
from remediation.terminal.changes import changes
from remediation.terminal.legs import State
from remediation.terminal.look import Look
from tests import builders
from tests.builders import ACCOUNT, ENDPOINT, HUB, OPENAI_ZONE
from tests.unit import looks

ZONE = builders.zone_id()
OPEN_RULES = NetworkAcls("Allow", "AzureServices", ("203.0.113.9",), (SubnetRule("/s/one"),))
OPEN = builders.observed(account=builders.account(public_network_access=None, acls=OPEN_RULES))


def lines(*actions: Action) -> list[str]:
    return [str(change) for change in changes(looks.look(observed=OPEN, actions=actions))]


def shown(table: RenderableType) -> str:
    stream = io.StringIO()
    Console(file=stream, width=300).print(table)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("action", "line"),
    [
        (CloseAccess(ACCOUNT, None), "~ publicNetworkAccess (not set) -> Disabled"),
        (DisableLocalAuth(ACCOUNT), "~ disableLocalAuth false -> true"),
        (
            RestrictOutbound(ACCOUNT, ("a.example",)),
            "~ restrictOutboundNetworkAccess, to everything -> a.example",
        ),
        (
            CreateEndpoint(ACCOUNT, builders.endpoint_spec(), "japaneast"),
            "+ private endpoint pe-latch-demo in endpoints, japaneast",
        ),
        (
            RemoveBrokenEndpoint(ENDPOINT, "it is Failed"),
            "- private endpoint pe-latch-demo (it is Failed)",
        ),
        (ApproveConnection(ACCOUNT, "pe.1"), "~ connection pe.1 Pending -> Approved"),
        (
            AttachZones(ENDPOINT, "default", (("a", ZONE),)),
            f"~ zone group pe-latch-demo/default {OPENAI_ZONE}",
        ),
        (CreateZone(ZONE), f"+ zone {OPENAI_ZONE} in rg-network"),
        (LinkZone(ZONE, "to-hub", LinkSpec(HUB)), f"+ link {OPENAI_ZONE}/to-hub to vnet-hub"),
        (
            LinkZone(ZONE, "to-hub", LinkSpec(HUB, "NxDomainRedirect")),
            f"+ link {OPENAI_ZONE}/to-hub to vnet-hub (NxDomainRedirect)",
        ),
        (
            PutRecord(ZONE, "latch-demo", ("10.0.0.9",), "me", "etag-1"),
            f"~ record latch-demo.{OPENAI_ZONE} 10.20.1.4 -> 10.0.0.9",
        ),
        (
            PutRecord(builders.zone_id("other.example"), "latch-demo", ("10.0.0.9",), "me"),
            "+ record latch-demo.other.example 10.0.0.9",
        ),
    ],
)
def test_an_action_reads_as_a_line_with_its_sign(action: Action, line: str) -> None:
    assert lines(action) == [line]


def test_rules_are_shown_one_by_one() -> None:
    wanted = NetworkAcls("Deny", "None", ("198.51.100.7",), (SubnetRule("/s/two"),))

    assert lines(RestrictNetwork(ACCOUNT, wanted)) == [
        "~ networkAcls.defaultAction Allow -> Deny",
        "~ networkAcls.bypass AzureServices -> None",
        "- networkAcls.ipRules 203.0.113.9",
        "+ networkAcls.ipRules 198.51.100.7",
        "- networkAcls.virtualNetworkRules /s/one",
        "+ networkAcls.virtualNetworkRules /s/two",
    ]


def test_several_changes_of_an_account_are_shown_as_one_patch() -> None:
    both = ChangeAccount(ACCOUNT, (CloseAccess(ACCOUNT, None), DisableLocalAuth(ACCOUNT)))

    assert lines(both) == [
        "~ publicNetworkAccess (not set) -> Disabled",
        "~ disableLocalAuth false -> true",
    ]


def states(look: Look) -> dict[str, State]:
    return {leg.name.strip(): leg.state for leg in legs.legs(look)}


def test_every_leg_of_a_whole_path_carries() -> None:
    assert set(states(looks.look()).values()) == {State.WHOLE}


def test_what_depends_on_a_missing_endpoint_is_moot() -> None:
    account = builders.account(connections=())
    seen = builders.observed(account=account, endpoints=(), zones=(builders.zone(record=None),))
    found = states(looks.look(observed=seen))

    assert found["endpoint"] is State.BROKEN
    assert {found[name] for name in ("connection", "address", "record")} == {State.MOOT}
    assert found["public access"] is State.WHOLE


def test_a_leg_that_a_finding_breaks_is_broken_even_where_it_is_held_back() -> None:
    found = states(looks.opened(audited=frozenset(RULES)))

    assert found["public access"] is State.BROKEN


def test_an_account_that_was_not_read_has_no_legs() -> None:
    assert legs.legs(looks.unread()) == ()


def test_a_scan_shows_findings_and_counts_the_clean() -> None:
    text = shown(tables.scan(looks.survey(looks.opened(), looks.look())))

    assert "public-access" in text
    assert "Latch restores it" in text
    assert "2 accounts: 1 clean, 1 with drift." in text


def test_names_from_azure_are_never_markup() -> None:
    assert "[red]" in shown(tables.scan(looks.survey(looks.hostile())))


def test_a_plan_says_what_is_held_back_and_what_a_person_must_do() -> None:
    foreign = builders.connection(endpoint=builders.FOREIGN_ENDPOINT, guid=builders.OTHER_GUID)
    account = builders.account(
        public_network_access="Enabled", connections=(builders.connection(), foreign)
    )
    seen = builders.observed(account=account)
    audited = builders.desired(audited=frozenset({"public-access"}))
    text = shown(tables.plan(looks.survey(looks.look(audited, seen), command="plan")))

    assert "= held back (AUDIT" in text
    assert "! a person must act: unknown-connection" in text
    assert "0 changes of 0 accounts, 1 held back, 1 for a person" in text


def test_a_profile_that_lets_networks_in_is_planned_as_such() -> None:
    wanted = builders.desired(selected=Selected(builders.OFFICES.ranges))
    text = shown(tables.plan(looks.survey(looks.look(wanted, OPEN), command="plan")))

    assert "~ networkAcls.defaultAction Allow -> Deny" in text
    assert "publicNetworkAccess" not in text


def test_what_could_not_be_seen_is_shown() -> None:
    text = shown(tables.scan(looks.survey(looks.unread(), blind=("s1: no right",))))

    assert "! s1: no right" in text
    assert "! latch-demo: no right to read" in text
    assert "1 with errors" in text
