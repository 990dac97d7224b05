"""What the policy wants of one account."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network
from textwrap import dedent, indent
from typing import Any

import pytest

from remediation import policy_file
from remediation.catalog import RULES
from remediation.clouds import CHINA, PUBLIC, US_GOVERNMENT, Cloud
from remediation.desired import (
    Baseline,
    Desired,
    DnsSpec,
    EndpointSpec,
    Exemption,
    LinkSpec,
    Outbound,
    RecordsBy,
    Recreate,
    RuleGroup,
    Selected,
    ZoneSpec,
)
from remediation.ids import ResourceId
from remediation.observed import Account
from remediation.policy import (
    OutOfScope,
    desired_for,
    is_in_scope,
    known_zones,
    speaks_of,
    ties,
)
from remediation.policy_document import Policy
from remediation.reach import reach_of
from tests.unit.policy_texts import MINIMAL, SUBSCRIPTION, load, mistakes_in

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)

WORK = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups"
HUB = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups"
SUBNET = (
    f"{HUB}/rg-Network/providers/Microsoft.Network/virtualNetworks/vnet-japaneast"
    "/subnets/snet-endpoints"
)
VNET = ResourceId.parse(SUBNET).parent
OTHER_VNET = ResourceId.parse(f"{HUB}/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-hub")
# Each of these rules waits for a word of its own.
UNNAMED = frozenset({"link-settings", "record-ttl"})
OPENAI = "privatelink.openai.azure.com"
COGNITIVE = "privatelink.cognitiveservices.azure.com"


def account_id(name: str = "aoai-contoso-prod") -> ResourceId:
    path = "providers/Microsoft.CognitiveServices/accounts"
    return ResourceId.parse(f"{WORK}/rg-AI-prod/{path}/{name}")


ACCOUNT = Account(
    account_id(),
    "OpenAI",
    "eastus",
    "aoai-contoso-prod",
    "Disabled",
    None,
    "Succeeded",
    tags=(("Latch", "on"), ("environment", "prod")),
)


def endpoint_id(name: str = "pe-aoai-contoso-prod", group: str = "rg-Network") -> ResourceId:
    return ResourceId.parse(f"{HUB}/{group}/providers/Microsoft.Network/privateEndpoints/{name}")


def zone_id(name: str, group: str = f"{HUB}/rg-dns-hub") -> ResourceId:
    return ResourceId.parse(f"{group}/providers/Microsoft.Network/privateDnsZones/{name}")


REMEMBERED = Baseline(
    EndpointSpec(endpoint_id("pe-by-hand"), OTHER_VNET.child("subnets", "snet-a")),
    DnsSpec((ZoneSpec(zone_id(OPENAI, f"{WORK}/rg-by-hand"), (LinkSpec(OTHER_VNET),)),)),
)

ENDPOINT = f"endpoint: {{subnet: {SUBNET}}}\n"
DNS = f"dns: {{resource_group: {HUB}/rg-dns-hub}}\n"


def policy(profile: str = "", scope: str = "", more: str = "", mode: str = "enforce") -> Policy:
    """A policy of one profile for everything, with these lines added to profile, scope and document."""
    head = "version: 1\nscope:\n  subscriptions: [11111111-1111-1111-1111-111111111111]\n"
    profiles = f"profiles:\n  - name: production\n    mode: {mode}\n"
    text = head + indent(dedent(scope), "  ") + "\n" + profiles + indent(dedent(profile), "    ")
    return policy_file.load(f"{text}\n{more}", "policy.yaml")


def desired(
    given: Policy,
    *,
    account: Account = ACCOUNT,
    zones: tuple[str, ...] = (OPENAI,),
    baseline: Baseline | None = None,
    now: datetime = NOW,
) -> Desired:
    wanted = desired_for(given, account, zones, baseline, now)
    assert isinstance(wanted, Desired)
    return wanted


@pytest.mark.parametrize(
    "scope",
    [
        pytest.param("", id="everything in the subscription"),
        pytest.param("resource_groups: [rg-ai-*]", id="a pattern for the group, whatever its case"),
        pytest.param("resource_groups: [rg-x, RG-AI-PROD]", id="one of several groups"),
        pytest.param("kinds: [aiservices, openai]", id="one of several kinds, whatever its case"),
        pytest.param("names: [AOAI-*-prod]", id="a pattern for the name, whatever its case"),
        pytest.param("tags: {latch: on}", id="a tag, whatever the case of its name"),
        pytest.param("tags: {latch: on, environment: prod}", id="all of several tags"),
    ],
)
def test_an_account_is_in_scope_of(scope: str) -> None:
    assert desired(policy(scope=scope)).profile == "production"
    assert desired(policy(f"match: {{{scope}}}")).profile == "production"


@pytest.mark.parametrize(
    ("scope", "reason"),
    [
        pytest.param("resource_groups: [rg-ai]", "resource group rg-AI-prod", id="another group"),
        pytest.param("kinds: [AIServices]", "kind OpenAI", id="another kind"),
        pytest.param("names: ['*-dev']", "name aoai-contoso-prod", id="another name"),
        pytest.param("tags: {latch: On}", "tag latch is not 'On'", id="a tag in another case"),
        pytest.param(
            "tags: {latch: on, team: x}", "tag team is not 'x'", id="one of its tags is missing"
        ),
    ],
)
def test_an_account_is_out_of_scope_of(scope: str, reason: str) -> None:
    wanted = desired_for(policy(scope=scope), ACCOUNT, (OPENAI,), None, NOW)
    unmatched = desired_for(policy(f"match: {{{scope}}}"), ACCOUNT, (OPENAI,), None, NOW)

    assert wanted == OutOfScope(f"not in the policy's scope: {reason}")
    assert unmatched == OutOfScope("in the policy's scope, but no profile matches")


def test_an_account_of_another_subscription_is_out_of_scope() -> None:
    elsewhere = ResourceId.parse(str(account_id()).replace("1111", "3333"))
    wanted = desired_for(policy(), replace(ACCOUNT, id=elsewhere), (OPENAI,), None, NOW)

    subscription = "33333333-3333-3333-3333-333333333333"
    assert wanted == OutOfScope(f"not in the policy's scope: subscription {subscription}")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("aoai-contoso-prod", "production", id="the first of two that match"),
        pytest.param("aoai-contoso-dev", "the-rest", id="the second when the first does not"),
    ],
)
def test_the_first_profile_that_matches_is_the_one(name: str, expected: str) -> None:
    second = "  - name: the-rest\n    mode: audit\n"
    given = policy("match: {names: ['*-prod']}\n", more=second)

    assert desired(given, account=replace(ACCOUNT, id=account_id(name))).profile == expected


def test_a_bare_profile_invents_nothing() -> None:
    assert desired(policy()) == Desired("production", audited=UNNAMED)


def test_groups_of_rules_and_single_rules_are_audited_by_themselves() -> None:
    given = policy(
        "rules: {record: audit}", mode="{access: enforce, endpoint: audit, dns: enforce}"
    )
    endpoint = {name for name, rule in RULES.items() if rule.group is RuleGroup.ENDPOINT}

    assert desired(given).audited == endpoint | {"record"} | UNNAMED


RANGE, ADDRESS = IPv4Network("203.0.113.0/24"), IPv4Network("198.51.100.7")


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        pytest.param("public_access: disabled", {}, id="nobody gets in"),
        pytest.param(
            f"public_access: {{selected: {{ranges: [{RANGE}, 198.51.100.7], subnets: ['{SUBNET}']}}}}",
            {"selected": Selected((RANGE, ADDRESS), (ResourceId.parse(SUBNET),))},
            id="selected networks get in",
        ),
        pytest.param("trusted_services: keep", {}, id="trusted services are left"),
        pytest.param("trusted_services: none", {"no_bypass": True}, id="trusted services end"),
        pytest.param("local_auth: keep", {}, id="keys are left"),
        pytest.param("local_auth: disabled", {"local_auth_disabled": True}, id="keys end"),
        pytest.param("outbound: keep", {}, id="what it reaches is left"),
        pytest.param("outbound: restricted", {"outbound": Outbound()}, id="it reaches nothing"),
        pytest.param(
            "outbound: {allow: [api.example.org]}",
            {"outbound": Outbound(("api.example.org",))},
            id="it reaches one host",
        ),
        pytest.param(
            "kinds: [OpenAI, AIServices]", {"kinds": ("OpenAI", "AIServices")}, id="allowed kinds"
        ),
    ],
)
def test_a_profile_states_who_gets_in_and_what_gets_out(
    profile: str, expected: dict[str, Any]
) -> None:
    assert desired(policy(profile)) == replace(desired(policy()), **expected)


def test_a_grace_period_is_passed_on() -> None:
    assert desired(policy("limits: {grace: 2h}")).grace == timedelta(hours=2)


def test_an_endpoint_is_named_after_its_account_and_lives_with_its_network() -> None:
    spec = EndpointSpec(endpoint_id(), ResourceId.parse(SUBNET), stated=True)

    assert desired(policy(ENDPOINT)).endpoint == spec
    assert str(spec.id) == str(endpoint_id())


def test_an_endpoint_can_be_spelled_out() -> None:
    group = f"{HUB}/rg-Network/providers/Microsoft.Network/applicationSecurityGroups/asg"
    given = policy(f"""\
        endpoint:
          subnet: {SUBNET}
          resource_group: rg-endpoints
          name: "{{account}}-private"
          static_ips: {{default: 10.0.0.10, secondary: 10.0.0.11}}
          application_security_groups: [{group}]
          tags: {{owner: platform}}
          nic_name: "nic-{{account}}"
          recreate: broken
          other_connections: [{endpoint_id("pe-other")}, 22222222-AAAA-2222-2222-222222222222, "*"]
        """)

    assert desired(given).endpoint == EndpointSpec(
        endpoint_id("aoai-contoso-prod-private", "rg-endpoints"),
        ResourceId.parse(SUBNET),
        (("default", "10.0.0.10"), ("secondary", "10.0.0.11")),
        (ResourceId.parse(group),),
        (("owner", "platform"),),
        "nic-aoai-contoso-prod",
        Recreate.BROKEN,
        (str(endpoint_id("pe-other")), "22222222-aaaa-2222-2222-222222222222", "*"),
        stated=True,
    )


def test_a_name_that_would_be_too_long_is_cut_and_stays_unique() -> None:
    longest = "a" * 64
    names = [
        desired(policy(ENDPOINT), account=replace(ACCOUNT, id=account_id(name))).endpoint
        for name in (longest, longest[:-1] + "b")
    ]

    assert [spec is not None and len(spec.id.name) for spec in names] == [64, 64]
    assert len({spec.id.name for spec in names if spec is not None}) == 2


@pytest.mark.parametrize(
    ("profile", "baseline", "expected"),
    [
        pytest.param("", None, None, id="neither: nothing is asked for"),
        pytest.param("", Baseline(), None, id="an empty baseline: nothing is asked for"),
        pytest.param("", REMEMBERED, REMEMBERED.endpoint, id="the baseline fills what is open"),
        pytest.param(
            ENDPOINT,
            REMEMBERED,
            EndpointSpec(endpoint_id(), ResourceId.parse(SUBNET), stated=True),
            id="the policy wins over the baseline",
        ),
    ],
)
def test_the_endpoint_comes_from(
    profile: str, baseline: Baseline | None, expected: EndpointSpec | None
) -> None:
    assert desired(policy(profile), baseline=baseline).endpoint == expected


@pytest.mark.parametrize(
    ("profile", "baseline", "expected"),
    [
        pytest.param("", None, None, id="neither: nothing is asked for"),
        pytest.param("", REMEMBERED, REMEMBERED.dns, id="the baseline fills what is open"),
        pytest.param(
            ENDPOINT, REMEMBERED, REMEMBERED.dns, id="the baseline fills beside an endpoint"
        ),
        pytest.param(
            DNS, None, DnsSpec((ZoneSpec(zone_id(OPENAI)),)), id="no network is known: no link"
        ),
        pytest.param(
            ENDPOINT + DNS,
            REMEMBERED,
            DnsSpec((ZoneSpec(zone_id(OPENAI), (LinkSpec(VNET),)),)),
            id="the policy wins, and links the network of its endpoint",
        ),
        pytest.param(
            DNS,
            REMEMBERED,
            DnsSpec((ZoneSpec(zone_id(OPENAI), (LinkSpec(OTHER_VNET),)),)),
            id="the policy wins, and links the network of the remembered endpoint",
        ),
    ],
)
def test_the_names_come_from(
    profile: str, baseline: Baseline | None, expected: DnsSpec | None
) -> None:
    assert desired(policy(profile), baseline=baseline).dns == expected


def test_names_can_be_spelled_out() -> None:
    single = zone_id(COGNITIVE, f"{WORK}/rg-own-zone")
    given = policy(f"""\
        endpoint: {{subnet: {SUBNET}}}
        dns:
          resource_group: {HUB}/rg-dns-hub
          zones: {{PrivateLink.CognitiveServices.azure.com: {single}}}
          link: [{VNET}, {OTHER_VNET}]
          resolution_policy: NxDomainRedirect
          records: records
          custom_servers: [10.0.0.4, 10.0.0.5]
        """)

    links = (LinkSpec(VNET, "NxDomainRedirect"), LinkSpec(OTHER_VNET, "NxDomainRedirect"))
    assert desired(given, zones=(COGNITIVE, OPENAI)).dns == DnsSpec(
        (ZoneSpec(single, links), ZoneSpec(zone_id(OPENAI), links)),
        RecordsBy.RECORDS,
        ("10.0.0.4", "10.0.0.5"),
    )


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        pytest.param("", f"{WORK}/rg-AI-prod", id="in the account's group, for want of another"),
        pytest.param(f"resource_group: {HUB}/rg-dns-hub,", f"{HUB}/rg-dns-hub", id="as given"),
    ],
)
def test_names_that_somebody_else_keeps_have_no_links(group: str, expected: str) -> None:
    given = policy(f"{ENDPOINT}dns: {{{group} records: external}}")

    zone = ZoneSpec(zone_id(OPENAI, expected))
    spec = DnsSpec((zone,), RecordsBy.EXTERNAL)
    assert desired(given).dns == spec


def test_without_the_names_of_zones_a_profile_asks_for_none() -> None:
    assert desired(policy(DNS), zones=(), baseline=REMEMBERED).dns is None


def exemptions(accounts: str, until: str = "2026-06-01", rules: str = "") -> str:
    reason = "reason: trade fair, owner: Robin Example"
    return f"exemptions:\n  - {{accounts: [{accounts}], until: {until}, {rules}{reason}}}\n"


@pytest.mark.parametrize(
    ("accounts", "expected"),
    [
        pytest.param("aoai-contoso-prod", 1, id="its name"),
        pytest.param("AOAI-*", 1, id="a pattern for its name, whatever the case"),
        pytest.param(str(account_id()).upper(), 1, id="its id, whatever the case"),
        pytest.param("x, aoai-contoso-prod", 1, id="one of several names"),
        pytest.param("aoai-contoso", 0, id="the beginning of its name"),
        pytest.param(str(account_id("other")), 0, id="another id"),
    ],
)
def test_an_exemption_speaks_of_an_account_by(accounts: str, expected: int) -> None:
    assert len(desired(policy(more=exemptions(accounts))).exemptions) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(NOW, 1, id="on its last day it holds"),
        pytest.param(datetime(2026, 6, 1, 23, 59, 59, tzinfo=UTC), 1, id="to the last second"),
        pytest.param(datetime(2026, 6, 2, tzinfo=UTC), 0, id="the next day it has lapsed"),
    ],
)
def test_an_exemption_lapses_by_itself(now: datetime, expected: int) -> None:
    given = policy(more=exemptions("aoai-*"))

    assert len(desired(given, now=now).exemptions) == expected


def test_an_exemption_lapses_at_its_moment() -> None:
    given = policy(more=exemptions("aoai-*", "2026-06-01T12:00:00Z"))

    assert desired(given, now=NOW).exemptions == ()
    assert len(desired(given, now=NOW - timedelta(seconds=1)).exemptions) == 1


def test_an_exemption_says_what_why_and_who() -> None:
    given = policy(more=exemptions("aoai-*", rules="rules: [record, zone-link], "))

    end = datetime(2026, 6, 1, 23, 59, 59, 999999, UTC)
    granted = Exemption(frozenset({"record", "zone-link"}), end, "trade fair", "Robin Example")
    assert desired(given).exemptions == (granted,)


@pytest.mark.parametrize(
    ("kind", "cloud", "expected"),
    [
        pytest.param("OpenAI", PUBLIC, (OPENAI,), id="OpenAI has one zone"),
        pytest.param(
            "aiservices",
            PUBLIC,
            (COGNITIVE, OPENAI, "privatelink.services.ai.azure.com"),
            id="AIServices has three, in the order of its members",
        ),
        pytest.param("FormRecognizer", PUBLIC, None, id="other kinds have to be asked"),
        pytest.param("OpenAI", US_GOVERNMENT, None, id="US Government has to be asked"),
        pytest.param("AIServices", CHINA, None, id="China has to be asked"),
    ],
)
def test_the_zones_of_a_kind_are_known(
    kind: str, cloud: Cloud, expected: tuple[str, ...] | None
) -> None:
    assert known_zones(kind, cloud) == expected


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        pytest.param("", True, id="its subscription is enough"),
        pytest.param("kinds: [AIServices]", True, id="its kind is not in its id"),
        pytest.param("tags: {team: x}", True, id="its tags are not in its id"),
        pytest.param("resource_groups: [rg-x]", False, id="another group"),
        pytest.param("names: [x]", False, id="another name"),
    ],
)
def test_the_id_alone_can_rule_an_account_out(scope: str, *, expected: bool) -> None:
    assert speaks_of(policy(scope=scope), ACCOUNT.id) is expected


def test_an_account_that_no_profile_matches_is_not_in_scope() -> None:
    assert is_in_scope(policy(), ACCOUNT, NOW)
    assert not is_in_scope(policy("match: {names: [x]}"), ACCOUNT, NOW)


def is_tied(given: Policy, resource: ResourceId) -> bool:
    return ties(given, lambda kind: known_zones(kind, PUBLIC), ACCOUNT, resource, NOW)


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param(endpoint_id(), id="its endpoint"),
        pytest.param(endpoint_id().child("privateDnsZoneGroups", "x"), id="its zone group"),
        pytest.param(VNET, id="the network of its endpoint"),
        pytest.param(zone_id(OPENAI.upper()), id="its zone, whatever the case"),
        pytest.param(zone_id(OPENAI).child("A", "aoai-contoso-prod"), id="a record of its zone"),
    ],
)
def test_a_policy_ties_an_account_to(resource: ResourceId) -> None:
    assert is_tied(policy(ENDPOINT + DNS), resource)
    assert not is_tied(policy(), resource)
    assert not is_tied(policy(ENDPOINT + DNS, scope="names: [x]"), resource)


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param(endpoint_id("pe-aoai-contoso-prod-2"), id="a name that begins alike"),
        pytest.param(endpoint_id(group="rg-other"), id="the same name in another group"),
        pytest.param(zone_id(COGNITIVE), id="a zone that its kind does not need"),
        pytest.param(OTHER_VNET, id="another network"),
    ],
)
def test_a_policy_does_not_tie_an_account_to(resource: ResourceId) -> None:
    assert not is_tied(policy(ENDPOINT + DNS), resource)


EVERYWHERE = load(MINIMAL.replace(f"[{SUBSCRIPTION}]", "all"))


def test_a_policy_may_speak_of_every_subscription() -> None:
    stranger = replace(
        ACCOUNT, id=ResourceId.parse(ACCOUNT.id.text.replace("11111111", "99999999"))
    )

    assert speaks_of(EVERYWHERE, stranger.id)
    assert is_in_scope(EVERYWHERE, stranger, NOW)
    assert reach_of(EVERYWHERE).everything
    assert not reach_of(policy()).everything


@pytest.mark.parametrize("written", ["[]", "some", "''"])
def test_no_other_word_stands_for_all_of_them(written: str) -> None:
    assert mistakes_in(MINIMAL.replace(f"[{SUBSCRIPTION}]", written))
