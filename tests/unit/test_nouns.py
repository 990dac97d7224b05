"""Are the words of Azure read as Azure means them?"""

import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from remediation import planner
from remediation.desired import Exemption
from remediation.ids import ResourceId
from remediation.observed import Exposure, NetworkAcls, SubnetRule
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
from tests.builders import (
    ACCOUNT,
    ENDPOINT,
    GUID,
    HUB,
    JAPAN_EAST,
    MARKER,
    NOW,
    OPENAI_ZONE,
    SHUT_ACLS,
    SUBNET,
    SUBSCRIPTION,
    account,
    connection,
    desired,
    dns_spec,
    endpoint,
    endpoint_spec,
    observed,
    zone,
    zone_id,
)

WRITTEN = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/RG-Network/providers/Microsoft.Network"
    "/virtualNetworks/VNet-Hub/subnets/Endpoints"
)


class TestResourceId:
    def test_its_parts_are_in_lower_case(self) -> None:
        id_ = ResourceId.parse(WRITTEN)

        assert (id_.subscription, id_.group) == (SUBSCRIPTION, "rg-network")
        assert id_.type == "microsoft.network/virtualnetworks/subnets"
        assert id_.names == ("vnet-hub", "endpoints")

    def test_what_people_read_is_as_it_was_written(self) -> None:
        id_ = ResourceId.parse(WRITTEN)

        assert (str(id_), id_.name, id_.group_text) == (WRITTEN, "Endpoints", "RG-Network")

    def test_a_child_knows_its_parent(self) -> None:
        assert (SUBNET.parent, HUB.child("subnets", "endpoints")) == (HUB, SUBNET)

    def test_slashes_and_spaces_around_it_do_not_matter(self) -> None:
        assert ResourceId.parse(f"  {WRITTEN[1:]}/ ") == ResourceId.parse(WRITTEN)

    def test_a_resource_without_a_parent_says_so(self) -> None:
        with pytest.raises(ValueError, match="not the id of a resource"):
            _ = ACCOUNT.parent

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("", id="nothing"),
            pytest.param("latch-demo", id="a name"),
            pytest.param(f"/subscriptions/{SUBSCRIPTION}", id="a subscription"),
            pytest.param(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg", id="a group"),
            pytest.param(WRITTEN.rsplit("/", 1)[0], id="a type without a name"),
            pytest.param(WRITTEN.replace("VNet-Hub", ""), id="an empty name"),
            pytest.param(WRITTEN.replace("VNet-Hub", ".."), id="a way up"),
            pytest.param(WRITTEN.replace("VNet-Hub", "a\nb"), id="a line break"),
            pytest.param(WRITTEN.replace("providers", "provider"), id="a wrong word"),
            pytest.param(f"/{WRITTEN}", id="two slashes"),
            pytest.param(f"{WRITTEN}?api-version=2025-06-01", id="a query"),
            pytest.param(f"{WRITTEN}#top", id="a fragment"),
            pytest.param(WRITTEN.replace("VNet-Hub", "%2e%2e"), id="a way up in disguise"),
            pytest.param(WRITTEN.replace("VNet-Hub", "a\\b"), id="a backslash"),
            pytest.param(f"https://management.azure.com{WRITTEN}", id="an address"),
        ],
    )
    def test_it_refuses(self, text: str) -> None:
        with pytest.raises(ValueError, match="not the id of a resource"):
            ResourceId.parse(text)

    def test_a_refusal_quotes_only_the_beginning(self) -> None:
        with pytest.raises(ValueError, match="not the id of a resource") as refusal:
            ResourceId.parse("x" * 10_000)

        assert len(str(refusal.value)) < 300

    def test_in_json_it_is_a_string(self) -> None:
        adapter = TypeAdapter(ResourceId)

        assert adapter.dump_python(ACCOUNT, mode="json") == ACCOUNT.text
        assert adapter.validate_python(ACCOUNT.text) == ACCOUNT == adapter.validate_python(ACCOUNT)

    def test_in_json_nothing_else_will_do(self) -> None:
        with pytest.raises(ValidationError, match="is a string"):
            TypeAdapter(ResourceId).validate_python(7)


RULED = NetworkAcls("Deny", ip_rules=("203.0.113.7",))
SUBNETS = NetworkAcls("deny", subnet_rules=(SubnetRule(SUBNET.text),))


# Who gets in: cognitive-services-virtual-networks.md.
@pytest.mark.parametrize(
    ("access", "acls", "exposure"),
    [
        ("Enabled", None, Exposure.PUBLIC),
        (None, None, Exposure.PUBLIC),
        ("", NetworkAcls(None), Exposure.PUBLIC),
        ("enabled", NetworkAcls("Allow", ip_rules=("203.0.113.7",)), Exposure.PUBLIC),
        ("Enabled", RULED, Exposure.SELECTED),
        (None, SUBNETS, Exposure.SELECTED),
        ("Enabled", NetworkAcls("Deny"), Exposure.SHUT),
        ("Unheard-of", NetworkAcls("Deny"), Exposure.SHUT),
        ("Disabled", None, Exposure.PRIVATE),
        ("DISABLED", NetworkAcls("Allow"), Exposure.PRIVATE),
        ("SecuredByPerimeter", NetworkAcls("Allow"), Exposure.PRIVATE),
    ],
)
def test_exposure(access: str | None, acls: NetworkAcls | None, exposure: Exposure) -> None:
    assert exposure is account(public_network_access=access, acls=acls).exposure


@pytest.mark.parametrize(
    ("capabilities", "supports"),
    [
        pytest.param((), True, id="an account that lists nothing"),
        pytest.param(("virtualnetworks", "containers"), True, id="one that lists networks"),
        pytest.param(("containers",), False, id="one that lists everything else"),
    ],
)
def test_whether_an_account_can_be_closed(capabilities: tuple[str, ...], *, supports: bool) -> None:
    assert account(capabilities=frozenset(capabilities)).supports_networks is supports


@pytest.mark.parametrize("state", ["Succeeded", "succeeded", "Failed", "Canceled"])
def test_an_account_is_settled_when_azure_has_ended_its_work(state: str) -> None:
    assert account(state=state).is_settled


@pytest.mark.parametrize("state", ["Accepted", "Creating", "Deleting", "Moving", "ResolvingDNS"])
def test_an_account_that_azure_works_on_is_not_settled(state: str) -> None:
    assert not account(state=state).is_settled


def test_a_perimeter_is_recognized_without_regard_to_case() -> None:
    assert account(public_network_access="securedByPerimeter").is_in_perimeter


def test_the_guid_of_a_connection_is_behind_the_last_dot_of_its_name() -> None:
    assert connection(guid=GUID.upper()).guid == GUID


def test_an_endpoint_and_its_connection_are_approved_without_regard_to_case() -> None:
    assert connection("approved").is_approved
    assert endpoint(status="APPROVED").is_approved


def test_a_zone_is_found_by_its_id() -> None:
    network = observed().network

    assert network is not None
    assert network.zone(zone_id()) == zone()
    assert network.zone(zone_id(group="rg-else")) is None


def test_zones_are_named_in_lower_case() -> None:
    shouted = ResourceId.parse(zone_id().text.upper())

    assert zone(id=shouted).name == OPENAI_ZONE


def test_an_exemption_covers_the_rules_that_it_names() -> None:
    exemption = Exemption(frozenset({"record"}), NOW + timedelta(days=1), "a demo", "ai-team")

    assert [exemption.covers(rule) for rule in ("record", "zone-link")] == [True, False]


def test_an_exemption_that_names_no_rules_covers_all() -> None:
    assert Exemption(frozenset(), NOW, "a demo", "ai-team").covers("record")


LINK = dns_spec().zones[0].links[0]


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        (CloseAccess(ACCOUNT, None), "Close public network access of latch-demo"),
        (
            RestrictNetwork(ACCOUNT, SHUT_ACLS, ("192.0.2.1",)),
            "Restrict the network rules of latch-demo",
        ),
        (DisableLocalAuth(ACCOUNT), "Turn off the keys of latch-demo"),
        (RestrictOutbound(ACCOUNT, ()), "Restrict outbound access of latch-demo"),
        (
            ChangeAccount(ACCOUNT, (CloseAccess(ACCOUNT, None), DisableLocalAuth(ACCOUNT))),
            "Close public network access of latch-demo; Turn off the keys of latch-demo",
        ),
        (
            RemoveBrokenEndpoint(ENDPOINT, "its connection is Rejected"),
            "Delete private endpoint pe-latch-demo (its connection is Rejected), to create it again",
        ),
        (
            CreateEndpoint(ACCOUNT, endpoint_spec(), JAPAN_EAST),
            "Create private endpoint pe-latch-demo in vnet-hub",
        ),
        (ApproveConnection(ACCOUNT, "pe.guid"), "Approve connection pe.guid"),
        (
            AttachZones(ENDPOINT, "default", (("a", zone_id()), ("b", zone_id("example.org")))),
            f"Attach {OPENAI_ZONE}, example.org to pe-latch-demo",
        ),
        (CreateZone(zone_id()), f"Create zone {OPENAI_ZONE}"),
        (LinkZone(zone_id(), "link", LINK), f"Link zone {OPENAI_ZONE} to vnet-hub"),
        (
            PutRecord(zone_id(), "latch-demo", ("10.20.1.4", "10.20.1.5"), MARKER),
            f"Point latch-demo.{OPENAI_ZONE} to 10.20.1.4, 10.20.1.5",
        ),
    ],
)
def test_an_action_prints_as_an_imperative_sentence(action: Action, sentence: str) -> None:
    assert sentence == str(action)


def test_a_finding_prints_as_what_is_wrong() -> None:
    (finding,) = planner.plan(desired(), observed(zones=[zone(links=())])).findings

    assert str(finding) == f"{OPENAI_ZONE}: a link to vnet-hub, but there is none"


class TestTheFingerprintOfAnAccount:
    def test_is_the_same_in_every_process(self) -> None:
        """Sets have an order of their own in each, by PYTHONHASHSEED."""
        told = {_fingerprint_in_another_process(seed) for seed in ("1", "2", "3")}

        assert len(told) == 1

    def test_keeps_the_state_apart(self) -> None:
        accepted, ended = account(state="Accepted").fingerprint, account().fingerprint

        assert accepted.digest == ended.digest
        assert (accepted.state, ended.state) == ("accepted", "succeeded")

    @pytest.mark.parametrize(
        "changes",
        [
            {"public_network_access": "Enabled"},
            {"acls": NetworkAcls("Deny", "AzureServices")},
            {"connections": ()},
            {"tags": (("team", "search"),)},
            {"local_auth_disabled": True},
            {"capabilities": frozenset({"virtualnetworks", "customerManagedKey"})},
        ],
        ids=str,
    )
    def test_differs_when_anything_else_does(self, changes: dict[str, Any]) -> None:
        assert account(**changes).fingerprint != account().fingerprint


def _fingerprint_in_another_process(seed: str) -> str:
    code = (
        "from tests.builders import account\n"
        "print(account(capabilities=frozenset('abcdefgh')).fingerprint)"
    )
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.check_output(  # noqa: S603 - the code stands above
        [sys.executable, "-c", code], text=True, env=environment
    )
