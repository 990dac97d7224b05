"""What each part of a policy may say, and what it may not."""

from ipaddress import IPv4Network
from textwrap import dedent, indent

import pytest

from remediation.catalog import RULES
from remediation.desired import RuleGroup
from remediation.ids import ResourceId
from tests.unit.policy_texts import MINIMAL, SUBNET, VNET, load, mistakes_in, with_section

type Who = tuple[tuple[IPv4Network, ...], tuple[ResourceId, ...]]


STATED_RULES = ("ip-rules", "subnet-rules", "bypass", "local-auth", "outbound", "endpoint-members")
STATED = f"""\
public_access: {{selected: {{subnets: ['{SUBNET}']}}}}
trusted_services: none
local_auth: disabled
outbound: restricted
endpoint: {{subnet: '{SUBNET}', recreate: broken}}
"""


# Each waits for a word of its own.
UNNAMED = {"link-settings", "record-ttl"}


def audited(section: str) -> frozenset[str]:
    return (
        load(MINIMAL.replace("    mode: enforce\n", indent(dedent(section), "    ")))
        .profiles[0]
        .audited
    )


def rules_of(*groups: RuleGroup) -> set[str]:
    return {name for name, rule in RULES.items() if rule.group in groups}


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        pytest.param(
            "mode: enforce", UNNAMED, id="what waits for a word is audited until it comes"
        ),
        pytest.param("mode: audit", set(RULES), id="one mode stands for every group"),
        pytest.param(
            "mode: {access: enforce, endpoint: audit, dns: audit}",
            rules_of(RuleGroup.ENDPOINT, RuleGroup.DNS),
            id="a mode can differ from group to group",
        ),
        pytest.param(
            "mode: enforce\nrules: {link-settings: enforce}", {"record-ttl"}, id="the word has come"
        ),
        pytest.param(
            "mode: enforce\nrules: {record: audit}",
            {*UNNAMED, "record"},
            id="a single rule can be audited",
        ),
        pytest.param(
            "mode: audit\nrules: {record: enforce, zone-link: audit}",
            set(RULES) - {"record"},
            id="a single rule can be enforced",
        ),
        pytest.param(
            f"mode: audit\n{STATED}rules: {{{': enforce, '.join(STATED_RULES)}: enforce}}",
            set(RULES) - set(STATED_RULES),
            id="rules can be enforced where the profile states what they ask for",
        ),
        pytest.param(
            "mode: enforce\nrules: {bypass: audit}\ntrusted_services: none",
            {"bypass", *UNNAMED},
            id="what the profile states can be audited",
        ),
        pytest.param(
            "mode: enforce\nrules: {perimeter: audit}",
            {"perimeter", *UNNAMED},
            id="a rule without a remedy can be said to be audited",
        ),
    ],
)
def test_the_rules_that_are_only_audited(section: str, expected: set[str]) -> None:
    assert audited(section + "\n") == expected


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        pytest.param("public_access: disabled", None, id="nobody"),
        pytest.param(
            "public_access: {selected: {ranges: [203.0.113.0/24, 198.51.100.7]}}",
            ((IPv4Network("203.0.113.0/24"), IPv4Network("198.51.100.7/32")), ()),
            id="ranges and single addresses",
        ),
        pytest.param(
            "public_access: {selected: {ranges: [203.0.0.0/16, 198.51.100.8/30]}}",
            ((IPv4Network("203.0.0.0/16"), IPv4Network("198.51.100.8/30")), ()),
            id="the widest range and the narrowest",
        ),
        pytest.param(
            f"public_access: {{selected: {{subnets: ['{SUBNET}']}}}}",
            ((), (ResourceId.parse(SUBNET),)),
            id="a subnet",
        ),
    ],
)
def test_who_gets_in_from_outside(section: str, expected: Who | None) -> None:
    access = load(with_section(section)).profiles[0].public_access

    assert expected == (access and (access.selected.ranges, access.selected.subnets))


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        pytest.param("outbound: keep", None, id="what is is left"),
        pytest.param("outbound: restricted", (), id="nothing"),
        pytest.param(
            "outbound: {allow: [API.example.org, x-1.y.net]}",
            ("api.example.org", "x-1.y.net"),
            id="some hosts",
        ),
    ],
)
def test_what_the_account_reaches(section: str, expected: tuple[str, ...] | None) -> None:
    outbound = load(with_section(section)).profiles[0].outbound

    assert (None if outbound is None else outbound.allow) == expected


def selected(ranges: str) -> str:
    return with_section(f"public_access: {{selected: {{ranges: [{ranges}]}}}}")


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        pytest.param("1.1.1.1, x", "1: not an IPv4 range", id="a word"),
        pytest.param("'2001:db8::1'", "0: not an IPv4 range", id="IPv6"),
        pytest.param("203.0.113.0/33", "0: not an IPv4 range", id="a prefix beyond an address"),
        pytest.param("203.0.0.0/15", "0: wider than /16", id="a range that is too wide"),
        pytest.param("0.0.0.0/0", "0: wider than /16", id="everything"),
        pytest.param("0.0.0.0/1, 128.0.0.0/1", "1: wider than /16", id="everything in two halves"),
        pytest.param(
            "203.0.113.6/31",
            "0: the service refuses /31 and /32: write single addresses (203.0.113.6, 203.0.113.7)",
            id="a pair as a range",
        ),
        pytest.param(
            "203.0.113.6/32",
            "0: the service refuses /31 and /32: write single addresses (203.0.113.6)",
            id="a single address as a range",
        ),
        pytest.param(
            "203.0.113.6/24",
            "0: 203.0.113.6 is within the range: write 203.0.113.0/24",
            id="an address within its range",
        ),
        pytest.param(
            "10.1.0.0/16",
            "0: not public, but private (RFC 1918); name its subnet instead",
            id="private",
        ),
        pytest.param("172.31.0.1", "0: not public, but private", id="the end of a private range"),
        pytest.param("192.168.1.0/24", "0: not public, but private", id="at home"),
        pytest.param("127.0.0.1", "0: not public, but loopback", id="the machine itself"),
        pytest.param("169.254.169.254", "0: not public, but link-local", id="the link"),
        pytest.param("100.64.0.0/16", "0: not public, but a carrier's own", id="a carrier's"),
        pytest.param("224.0.0.5", "0: not public, but multicast", id="many"),
        pytest.param("255.255.255.255", "0: not public, but reserved", id="everybody near"),
        pytest.param("0.1.2.3", "0: not public, but no network", id="nobody"),
        pytest.param("203.0.113.7, 203.0.113.7", "1: 203.0.113.7 is there twice", id="twice"),
        pytest.param(
            "203.0.113.7, 203.0.113.0/24",
            "0: 203.0.113.7 is within 203.0.113.0/24, which lets it in already",
            id="an address in a later range",
        ),
        pytest.param(
            "203.0.0.0/16, 203.0.113.0/24",
            "1: 203.0.113.0/24 is within 203.0.0.0/16, which lets it in already",
            id="a range in a range",
        ),
    ],
)
def test_a_range_that_the_service_or_we_refuse(ranges: str, expected: str) -> None:
    at = int(expected.partition(":")[0])
    column = 41 + len(ranges.partition(", ")[0] + ", ") * at
    line = f"policy.yaml:7:{column}: profiles.0.public_access.selected.ranges.{expected}"

    assert any(each.startswith(line) for each in mistakes_in(selected(ranges)))


def test_the_service_takes_a_hundred_ranges_and_no_more() -> None:
    most = [f"203.0.{each}.0/24" for each in range(100)]
    access = load(selected(", ".join(most))).profiles[0].public_access

    assert access is not None
    assert len(access.selected.ranges) == 100
    assert mistakes_in(selected(", ".join([*most, "203.0.200.0/24"]))) == [
        (
            "policy.yaml:7:40: profiles.0.public_access.selected.ranges: "
            "101 of them, where the service takes 100"
        )
    ]


def test_the_service_takes_a_hundred_subnets_and_each_once() -> None:
    listed = ", ".join(f"{SUBNET}-{each}" for each in range(101))
    twice = f"{SUBNET}, {SUBNET.upper()}"
    where = "profiles.0.public_access.selected.subnets"

    assert mistakes_in(with_section(f"public_access: {{selected: {{subnets: [{listed}]}}}}")) == [
        f"policy.yaml:7:41: {where}: 101 of them, where the service takes 100"
    ]
    assert mistakes_in(with_section(f"public_access: {{selected: {{subnets: [{twice}]}}}}")) == [
        f"policy.yaml:7:{44 + len(SUBNET)}: {where}.1: SNET-ENDPOINTS is there twice"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            with_section("public_access:"),
            "7:19: profiles.0.public_access must be 'disabled' or a mapping, not nothing",
            id="an access that says nothing",
        ),
        pytest.param(
            with_section("public_access: {selectted: {}}"),
            "7:21: unknown key 'selectted'; did you mean 'selected'?",
            id="a near miss in a section that may be a word",
        ),
        pytest.param(
            with_section("public_access: {selected: {}}"),
            "7:31: profiles.0.public_access.selected: "
            "names neither ranges nor subnets; write disabled to let nobody in",
            id="selected networks that are none",
        ),
        pytest.param(
            with_section("public_access: {selected: {ranges: []}}"),
            "7:40: profiles.0.public_access.selected.ranges: must not be empty",
            id="an empty list of ranges",
        ),
        pytest.param(
            with_section(f"public_access: {{selected: {{subnets: ['{VNET}']}}}}"),
            "7:42: profiles.0.public_access.selected.subnets.0: the id of a "
            "microsoft.network/virtualnetworks, "
            "where that of a Microsoft.Network/virtualNetworks/subnets belongs",
            id="a whole network for a subnet",
        ),
        pytest.param(
            with_section("trusted_services: non"),
            "7:23: profiles.0.trusted_services must be 'keep' or 'none', not 'non'; "
            "did you mean 'none'?",
            id="a near miss for trusted services",
        ),
        pytest.param(
            with_section("local_auth: on"),
            "7:17: profiles.0.local_auth must be 'keep' or 'disabled', not 'on'",
            id="keys are never turned on",
        ),
        pytest.param(
            with_section("outbound: restrict"),
            "7:15: profiles.0.outbound must be 'keep', 'restricted' or a mapping, "
            "not 'restrict'; did you mean 'restricted'?",
            id="a near miss for outbound access",
        ),
        pytest.param(
            with_section("outbound: {allow: []}"),
            "7:23: profiles.0.outbound.allow: must not be empty",
            id="no hosts, where restricted says so",
        ),
        pytest.param(
            with_section("outbound: {allow: [api.example.org, 'https://example.org/x']}"),
            "7:41: profiles.0.outbound.allow.1: "
            "not a host name: write api.example.org, without scheme, port and path",
            id="an address of a page for a host",
        ),
        pytest.param(
            with_section("kinds: []"),
            "7:12: profiles.0.kinds: must not be empty",
            id="no kinds at all",
        ),
        pytest.param(
            with_section("rules: {link-setings: enforce}"),
            "7:13: unknown key 'link-setings'; did you mean 'link-settings'?",
            id="a near miss for a rule",
        ),
        pytest.param(
            with_section("rules: {record: enforced}"),
            "7:21: profiles.0.rules.record must be 'enforce' or 'audit', not 'enforced'; "
            "did you mean 'enforce'?",
            id="a near miss for the mode of a rule",
        ),
        pytest.param(
            with_section("rules: {record: audit, perimeter: enforce}"),
            "7:39: profiles.0.rules.perimeter: it has no remedy and is only ever reported",
            id="a rule without a remedy",
        ),
        pytest.param(
            with_section("rules: {local-auth: enforce}"),
            "7:25: profiles.0.rules.local-auth: "
            "it has nothing to enforce without local_auth: disabled",
            id="a rule whose desire is not stated",
        ),
        pytest.param(
            with_section("rules: {endpoint-members: enforce}"),
            "7:31: profiles.0.rules.endpoint-members: "
            "it has nothing to enforce without endpoint: {recreate: broken}",
            id="a rule that may not rebuild",
        ),
        pytest.param(
            with_section("rules: {ip-rules: enforce, outbound: enforce}"),
            "7:42: profiles.0.rules.outbound: "
            "it has nothing to enforce without outbound: restricted",
            id="the second of two rules whose desire is not stated",
        ),
        pytest.param(
            with_section("rules: {zone-link: enforce}\ndns: {records: external}"),
            "7:24: profiles.0.rules.zone-link: nothing is written where records are external",
            id="a rule about names that somebody else keeps",
        ),
        pytest.param(
            with_section("rules: {}"), "7:12: profiles.0.rules: must not be empty", id="no rules"
        ),
        pytest.param(
            with_section("dns: {records: zone-group}"),
            "7:10: profiles.0.dns: resource_group is required, unless records are external",
            id="zones that live nowhere",
        ),
        pytest.param(
            with_section(f"dns: {{records: external, link: ['{VNET}']}}"),
            "7:36: profiles.0.dns.link: nothing is written where records are external",
            id="links to zones that somebody else keeps",
        ),
        pytest.param(
            with_section("dns: {records: external, custom_servers: [10.0.0.4, 10.0.0]}"),
            "7:57: profiles.0.dns.custom_servers.1 must be an IPv4 address, not '10.0.0'",
            id="a part of an address for a DNS server",
        ),
        pytest.param(
            with_section(f"endpoint: {{subnet: {SUBNET}, other_connections: [everyone]}}"),
            f"7:{len(SUBNET) + 46}: profiles.0.endpoint.other_connections.0: "
            "not the id of a private endpoint or of a subscription, and not '*'",
            id="a word for other connections",
        ),
        pytest.param(
            with_section(f"endpoint: {{subnet: {SUBNET}, other_connections: ['{VNET}']}}"),
            f"7:{len(SUBNET) + 46}: profiles.0.endpoint.other_connections.0: the id "
            "of a microsoft.network/virtualnetworks, "
            "where that of a Microsoft.Network/privateEndpoints belongs",
            id="a network for other connections",
        ),
        pytest.param(
            with_section(f"endpoint: {{subnet: {SUBNET}, recreate: brokken}}"),
            f"7:{len(SUBNET) + 36}: profiles.0.endpoint.recreate must be 'never', "
            "'missing' or 'broken', not 'brokken'; did you mean 'broken'?",
            id="a near miss for when to recreate",
        ),
    ],
)
def test_a_part_that_makes_no_sense_is_refused(text: str, expected: str) -> None:
    assert f"policy.yaml:{expected}" in mistakes_in(text)
