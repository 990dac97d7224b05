"""A policy file is read as it was written, or refused with every mistake where it stands."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from textwrap import dedent

import pytest

from remediation.catalog import RULES
from remediation.desired import RecordsBy, Recreate
from tests.unit.policy_texts import (
    MINIMAL,
    NETWORK,
    SUBNET,
    SUBSCRIPTION,
    VNET,
    ZONES,
    load,
    mistakes_in,
    with_section,
)

SHIPPED = Path(__file__).parents[2] / "policy.yaml"


def test_the_shipped_policy_loads() -> None:
    policy = load(SHIPPED.read_text(encoding="utf-8"))

    assert [profile.name for profile in policy.profiles] == ["production"]


def test_every_example_in_the_shipped_policy_loads() -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    policy = load(text.replace("#: ", ""))

    names = [
        "sandbox",
        "selected-networks",
        "names-kept-elsewhere",
        "fixed-addresses",
        "production",
    ]
    assert [profile.name for profile in policy.profiles] == names
    assert policy.scope.tags == {"latch": "on"}
    assert [exemption.owner for exemption in policy.exemptions] == ["Robin Example"]


def test_what_is_left_out_has_its_default() -> None:
    policy = load(MINIMAL)
    profile = policy.profiles[0]

    assert policy.scope.subscriptions == (SUBSCRIPTION,)
    assert (policy.scope.names, policy.scope.tags, policy.exemptions) == ((), {}, ())
    assert profile.audited == {"link-settings", "record-ttl"}
    assert (profile.public_access, profile.outbound, profile.kinds) == (None, None, ())
    assert (profile.trusted_services, profile.local_auth) == ("keep", "keep")
    assert (profile.endpoint, profile.dns, profile.limits.grace) == (None, None, timedelta())


def test_an_endpoint_and_its_names_have_their_defaults() -> None:
    policy = load(
        with_section(f"endpoint: {{subnet: {SUBNET}}}\ndns: {{resource_group: {NETWORK}/}}")
    )
    endpoint, dns = policy.profiles[0].endpoint, policy.profiles[0].dns

    assert endpoint is not None
    assert str(endpoint.subnet) == SUBNET
    assert (endpoint.name, endpoint.resource_group) == ("pe-{account}", None)
    assert (endpoint.static_ips, endpoint.nic_name) == ({}, None)
    assert (endpoint.recreate, endpoint.other_connections) == (Recreate.MISSING, ())
    assert dns is not None
    assert dns.resource_group == NETWORK
    assert (dns.zones, dns.link, dns.resolution_policy) == ({}, (), "Default")
    assert dns.records is RecordsBy.ZONE_GROUP
    assert dns.custom_servers == ()


def test_words_stay_what_was_written() -> None:
    text = with_section("match: {tags: {latch: on, cost: 0017, open: no, since: 2026-01-01}}")

    tags = load(text).profiles[0].match.tags
    assert tags == {"latch": "on", "cost": "0017", "open": "no", "since": "2026-01-01"}


def test_fixed_addresses_are_addresses() -> None:
    text = with_section(f"endpoint: {{subnet: {SUBNET}, static_ips: {{default: 10.0.0.10}}}}")
    endpoint = load(text).profiles[0].endpoint

    assert endpoint is not None
    assert endpoint.static_ips == {"default": IPv4Address("10.0.0.10")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("0m", timedelta(), id="none"),
        pytest.param("30m", timedelta(minutes=30), id="minutes"),
        pytest.param("2h", timedelta(hours=2), id="hours"),
        pytest.param("1d", timedelta(days=1), id="days"),
    ],
)
def test_a_grace_period_is_a_number_and_a_unit(text: str, expected: timedelta) -> None:
    assert load(with_section(f"limits: {{grace: {text}}}")).profiles[0].limits.grace == expected


def exempt(until: str) -> str:
    entry = f"{{accounts: [demo], until: {until}, reason: fair, owner: Robin}}"
    return f"{MINIMAL}exemptions:\n  - {entry}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "2026-12-31",
            datetime(2026, 12, 31, 23, 59, 59, 999999, UTC),
            id="a plain date lasts to the end of the day",
        ),
        pytest.param(
            "'2026-12-31T18:00:00'",
            datetime(2026, 12, 31, 18, tzinfo=UTC),
            id="a time without a zone is UTC",
        ),
        pytest.param(
            "2026-12-31T18:00:00+09:00",
            datetime(2026, 12, 31, 9, tzinfo=UTC),
            id="a time with a zone is brought to UTC",
        ),
        pytest.param(
            "9999-12-31",
            datetime(9999, 12, 31, 23, 59, 59, 999999, UTC),
            id="the last day there is",
        ),
    ],
)
def test_an_exemption_ends(text: str, expected: datetime) -> None:
    assert load(exempt(text)).exemptions[0].until == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("2026-02-30", id="a day that is not in the calendar"),
        pytest.param("someday", id="a word"),
        pytest.param("31.12.2026", id="another order"),
        pytest.param("9999-12-31T23:59:59-09:00", id="a moment beyond the calendar"),
        pytest.param("[2026-12-31]", id="a list"),
    ],
)
def test_an_exemption_needs_a_date(text: str) -> None:
    line = MINIMAL.count("\n") + 2

    assert mistakes_in(exempt(text)) == [
        (
            f"policy.yaml:{line}:31: exemptions.0.until: "
            "not a date: write 2026-12-31 or 2026-12-31T18:00:00Z"
        )
    ]


def test_every_mistake_is_told_where_it_stands() -> None:
    text = f"""\
        version: 2
        scop: x
        scope:
          subscriptions: [abc, {SUBSCRIPTION}]
          kinds: OpenAI
          kinds: [AIServices]
          tags: {{latch: }}
        profiles:
          - name: a
            mode: enforec
            endpoint:
              subnett: x
              subnet: {VNET}
              resource_group: rg.
              static_ips: {{default: 10.0.0.300}}
              name: pe {{name}}
            dns:
              resource_group: /subscriptions/x/resourceGroups/rg-dns
              zones:
                privatelink.openai.azure.com: {ZONES}/privatelink.openai.azure.us
                privatelink.cognitiveservices.azure.com: nowhere
              link: []
            limits: {{grace: 30}}
          - name: a
            mode: {{axcess: enforce, endpoint: audit, dns: [audit]}}
            endpoint: {{nic_name: "{"n" * 81}"}}
        exemptions:
          - accounts: [demo, {VNET}]
            rules: [public-acess]
            until: soon
            reason: "  "
        """
    *first, last = map(repr, RULES)
    rules = f"{', '.join(first)} or {last}"

    expected = [
        "1:10: version must be 1, not '2'",
        "2:1: unknown key 'scop'; did you mean 'scope'?",
        (
            "4:19: scope.subscriptions.0: "
            "not a subscription id: 32 hexadecimal digits in groups of 8-4-4-4-12"
        ),
        "5:10: scope.kinds must be a list, not 'OpenAI'",
        "6:3: key 'kinds' is there twice",
        "7:16: scope.tags.latch must be text, not nothing",
        (
            "10:11: profiles.0.mode must be 'enforce' or 'audit', not 'enforec'; "
            "did you mean 'enforce'?"
        ),
        "12:7: unknown key 'subnett'; did you mean 'subnet'?",
        (
            "13:15: profiles.0.endpoint.subnet: the id of a microsoft.network/virtualnetworks, "
            "where that of a Microsoft.Network/virtualNetworks/subnets belongs"
        ),
        "14:23: profiles.0.endpoint.resource_group: not the name of a resource group",
        "15:29: profiles.0.endpoint.static_ips.default must be an IPv4 address, not '10.0.0.300'",
        (
            "16:13: profiles.0.endpoint.name: "
            "not a name: letters, digits, dots, dashes and underscores, and {account}"
        ),
        (
            "18:23: profiles.0.dns.resource_group: "
            "not the id of a resource group: /subscriptions/…/resourceGroups/…"
        ),
        (
            "20:39: profiles.0.dns.zones.privatelink.openai.azure.com: the id of zone "
            "privatelink.openai.azure.us, where that of privatelink.openai.azure.com belongs"
        ),
        (
            "21:50: profiles.0.dns.zones.privatelink.cognitiveservices.azure.com: "
            "not the id of a resource: '/nowhere'"
        ),
        "22:13: profiles.0.dns.link: must not be empty",
        (
            "23:21: profiles.0.limits.grace: "
            "not a duration: write minutes, hours or days, such as 30m, 2h or 1d"
        ),
        "24:11: profiles.1.name: 'a' names a profile above already",
        "25:11: profiles.1.mode.access is required",
        "25:12: unknown key 'axcess'; did you mean 'access'?",
        "25:51: profiles.1.mode.dns must be 'enforce' or 'audit', not a list",
        "26:15: profiles.1.endpoint.subnet is required",
        "26:26: profiles.1.endpoint.nic_name: longer than the 80 characters that Azure allows",
        "28:5: exemptions.0.owner is required",
        (
            "28:22: exemptions.0.accounts.1: the id of a microsoft.network/virtualnetworks, "
            "where that of a Microsoft.CognitiveServices/accounts belongs"
        ),
        (
            f"29:13: exemptions.0.rules.0 must be {rules}, not 'public-acess'; "
            "did you mean 'public-access'?"
        ),
        "30:12: exemptions.0.until: not a date: write 2026-12-31 or 2026-12-31T18:00:00Z",
        "31:13: exemptions.0.reason must not be blank, not '  '",
    ]
    assert mistakes_in(dedent(text)) == [f"policy.yaml:{line}" for line in expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "1:1: profiles is required", id="an empty file lacks everything"),
        pytest.param("policy", "1:1: the policy must be a mapping, not 'policy'", id="a word"),
        pytest.param("- version", "1:1: the policy must be a mapping, not a list", id="a list"),
        pytest.param(
            "version: 1\n\tscope: x",
            "2:1: not YAML: while scanning for the next token, "
            "found character '\\t' that cannot start any token",
            id="a tab for blanks",
        ),
        pytest.param(
            "version: 1\nscope: \x07",
            "2:8: not YAML: special characters are not allowed",
            id="a control character",
        ),
        pytest.param(
            "version: 1\n---\nversion: 1",
            "2:1: not YAML: expected a single document in the stream, but found another document",
            id="two documents",
        ),
        pytest.param(
            "[" * 3000 + "]" * 3000, "1:1: nested too deeply to be a policy", id="a deep nest"
        ),
        pytest.param("version: 1\n? [a]\n: b", "2:3: a key must be a word", id="a list for a key"),
        pytest.param(
            MINIMAL.replace("[11", "&ids [11"),
            "3:18: anchors, aliases and tags are not read here: write the value out",
            id="an anchor",
        ),
        pytest.param(
            "version: !!int 1",
            "1:10: anchors, aliases and tags are not read here: write the value out",
            id="a tag",
        ),
        pytest.param(
            MINIMAL + "exemptions:\n",
            "7:12: exemptions must be a list, not nothing",
            id="a key without a value",
        ),
        pytest.param(
            MINIMAL.replace(f"[{SUBSCRIPTION}]", "[]"),
            "3:18: scope.subscriptions: must not be empty; write all for every subscription that Latch can see",
            id="no subscription",
        ),
        pytest.param(
            with_section("public_access: enabled"),
            "7:20: profiles.0.public_access must be 'disabled' or a mapping, not 'enabled'",
            id="an access that is not private",
        ),
        pytest.param(
            with_section("match: {resource_group: [x]}"),
            "7:13: unknown key 'resource_group'; did you mean 'resource_groups'?",
            id="a near miss in a nested section",
        ),
        pytest.param(
            with_section(f"endpoint: {{subnet: {SUBNET}, name: '{'n' * 63}{{account}}'}}"),
            f"7:{27 + len(SUBNET) + 5}: "
            "profiles.0.endpoint.name: longer than the 64 characters that Azure allows",
            id="a name that leaves no room for the account's",
        ),
        pytest.param(
            with_section("match: {names: [{a: b}]}"),
            "7:21: profiles.0.match.names.0 must be text, not a mapping",
            id="a mapping for a word",
        ),
        pytest.param(
            with_section("dns: here"),
            "7:10: profiles.0.dns must be a mapping, not 'here'",
            id="a word for a section",
        ),
    ],
)
def test_a_file_that_is_no_policy_is_refused(text: str, expected: str) -> None:
    assert f"policy.yaml:{expected}" in mistakes_in(text)


@pytest.mark.parametrize(
    "name", ["-{account}", "{account}-", "pe/{account}", "{Account}", "{}", "x", "pe-{account}!"]
)
def test_a_pattern_that_can_be_no_name_is_refused(name: str) -> None:
    text = with_section(f"endpoint: {{subnet: {SUBNET}, name: '{name}'}}")

    assert [line.split(": ")[2] for line in mistakes_in(text)] == ["not a name"]
