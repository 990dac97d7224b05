"""Is every rule needed? Without it there is a world that its planner takes for private, and that is not."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from remediation import planner
from remediation.desired import Desired, Outbound
from remediation.observed import NetworkAcls, Observed, Perimeter, Subnet, SubnetRule
from remediation.path import Path
from remediation.plan import Finding
from tests.builders import (
    AI_SERVICES,
    FOREIGN_ENDPOINT,
    OFFICES,
    OTHER_GUID,
    OTHER_SUBNET,
    SUBNET,
    VNET,
    account,
    addresses,
    connection,
    desired,
    endpoint,
    endpoint_spec,
    link,
    observed,
    record,
    resource,
    zone,
)
from tests.laws.oracle import is_private

COMPLIANT = desired()


@dataclass(frozen=True, slots=True)
class Wrong:
    """A world in which nothing but what one rule looks at is wrong, and what that rule calls it."""

    called: str
    seen: Observed
    wanted: Desired = COMPLIANT


def with_rules(acls: NetworkAcls) -> Observed:
    return observed(account=account(public_network_access="Enabled", acls=acls))


LET_IN = desired(selected=OFFICES)
FILTERED = Subnet(
    SUBNET, "Enabled", resource("Microsoft.Network/networkSecurityGroups", "nsg-else")
)
TWO_OF_THREE = endpoint(AI_SERVICES, addresses=addresses(AI_SERVICES)[:2])
STRANGER = connection(endpoint=FOREIGN_ENDPOINT, guid=OTHER_GUID)

WRONG: dict[str, tuple[Wrong, ...]] = {
    "public_access": (
        Wrong("public-access", observed(account=account(public_network_access="Enabled"))),
    ),
    "network_acls": (Wrong("network-acls", observed(account=account(acls=NetworkAcls("Allow")))),),
    "network_rules": (
        Wrong("ip-rules", with_rules(NetworkAcls("Deny", "None", ("192.0.2.1",))), LET_IN),
        Wrong(
            "subnet-rules",
            with_rules(NetworkAcls("Deny", "None", (), (SubnetRule(OTHER_SUBNET.text),))),
            LET_IN,
        ),
    ),
    "bypass": (
        Wrong(
            "bypass",
            observed(account=account(acls=NetworkAcls("Deny", "AzureServices"))),
            desired(no_bypass=True),
        ),
    ),
    "local_auth": (Wrong("local-auth", observed(), desired(local_auth_disabled=True)),),
    "outbound": (Wrong("outbound", observed(), desired(outbound=Outbound())),),
    "network_injection": (
        Wrong(
            "network-injection",
            observed(account=account(outbound_restricted=True, injections=(OTHER_SUBNET.text,))),
            desired(outbound=Outbound()),
        ),
    ),
    "custom_subdomain": (
        Wrong("custom-subdomain", observed(account=account(subdomain=None, acls=None))),
    ),
    "network_support": (
        Wrong("network-support", observed(account=account(capabilities=frozenset({"containers"})))),
        Wrong("network-support", observed(), desired(kinds=("SpeechServices",))),
    ),
    "endpoint_missing": (
        Wrong("endpoint-missing", observed(account=account(connections=()), endpoints=())),
    ),
    "endpoint_state": (Wrong("endpoint-state", observed(endpoints=[endpoint(state="Updating")])),),
    "connection_state": (
        Wrong("connection-state", observed(account=account(connections=(connection("Rejected"),)))),
    ),
    "endpoint_members": (
        Wrong(
            "endpoint-members",
            observed(AI_SERVICES, endpoints=[TWO_OF_THREE]),
            desired(AI_SERVICES),
        ),
    ),
    "endpoint_settings": (
        Wrong(
            "endpoint-settings",
            observed(endpoints=[endpoint(subnet=OTHER_SUBNET)]),
            desired(endpoint=endpoint_spec(stated=True)),
        ),
    ),
    "unknown_connection": (
        Wrong(
            "unknown-connection", observed(account=account(connections=(connection(), STRANGER)))
        ),
    ),
    "zone_missing": (Wrong("zone-missing", observed(zones=())),),
    "zone_link": (Wrong("zone-link", observed(zones=[zone(links=())])),),
    "link_settings": (
        Wrong("link-settings", observed(zones=[zone(links=(link(registration=True),))])),
    ),
    "zone_group": (Wrong("zone-group", observed(endpoints=[endpoint(zone_group=None)])),),
    "record": (Wrong("record", observed(zones=[zone(record=None)])),),
    "record_ttl": (Wrong("record-ttl", observed(zones=[zone(record=record(ttl=86_400))])),),
    "perimeter": (
        Wrong("perimeter", observed(perimeters=[Perimeter("nsp", "Enforced", ("partners",))])),
    ),
    "custom_dns": (Wrong("custom-dns", observed(vnet=replace(VNET, dns_servers=("192.0.2.53",)))),),
    "subnet_policies": (
        Wrong("subnet-policies", observed(vnet=replace(VNET, subnets=(FILTERED,)))),
    ),
}

RULES = tuple(rule.__name__ for rule in (*planner.ACCESS_RULES, *planner.PATH_RULES))
CASES = [
    pytest.param(rule, wrong, id=f"{rule}: {wrong.called}")
    for rule in RULES
    for wrong in WRONG.get(rule, ())
]


def findings_without(left_out: str, wrong: Wrong) -> Iterator[Finding]:
    """What a planner finds that lacks one rule."""
    assert wrong.seen.network is not None
    path = Path.trace(wrong.wanted, wrong.seen.account, wrong.seen.network)
    for judge in planner.ACCESS_RULES:
        if judge.__name__ != left_out:
            yield from judge(wrong.seen.account, wrong.wanted)
    for rule in planner.PATH_RULES:
        if rule.__name__ != left_out:
            yield from rule(path)


def test_there_is_a_wrong_world_for_every_rule() -> None:
    assert set(WRONG) == set(RULES)


@pytest.mark.parametrize(("rule", "wrong"), CASES)
def test_without_the_rule_silence_would_not_mean_private(rule: str, wrong: Wrong) -> None:
    assert list(findings_without(rule, wrong)) == []
    assert not is_private(wrong.wanted, wrong.seen)


@pytest.mark.parametrize(("rule", "wrong"), CASES)
def test_the_rule_finds_what_is_wrong(rule: str, wrong: Wrong) -> None:
    found = planner.plan(wrong.wanted, wrong.seen).findings

    assert [finding.rule for finding in found] == [wrong.called], rule


@pytest.mark.parametrize("kind", ["OpenAI", AI_SERVICES])
def test_the_oracle_takes_a_compliant_account_for_private(kind: str) -> None:
    assert is_private(desired(kind), observed(kind))
