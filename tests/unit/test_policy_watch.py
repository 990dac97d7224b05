"""What a policy watches, and where: on accounts that were read, on bare ids, in groups and subscriptions."""

from datetime import UTC, datetime
from textwrap import indent

import pytest

from remediation import policy_file, policy_watch
from remediation.errors import SettingsError
from remediation.ids import ResourceId
from remediation.policy_document import Policy
from remediation.policy_watch import Topics
from remediation.watch import Place, Topic
from tests.builders import account

NOW = datetime(2026, 11, 21, 9, 15, tzinfo=UTC)
SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
HUB = "22222222-2222-2222-2222-222222222222"
ELSEWHERE = "33333333-3333-3333-3333-333333333333"
NETWORK = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-network/providers/Microsoft.Network"
EVERYTHING = frozenset(Topic)
NOTHING: Topics = frozenset()
KEYS = frozenset({Topic.KEYS})

SCOPE = f"""\
version: 1
scope:
  subscriptions: ['{SUBSCRIPTION}']
  resource_groups: ['rg-ai-*']
profiles:
"""
BY_TAG = "name: tagged\nmode: audit\nmatch: {tags: {stage: lab}}\nwatch: [keys]\n"
BY_NAME = "name: quiet\nmode: audit\nmatch: {names: ['quiet-*']}\nwatch: none\n"
PRODUCTION = f"""\
name: production
mode: enforce
endpoint:
  subnet: {NETWORK}/virtualNetworks/vnet/subnets/endpoints
  resource_group: rg-endpoints
dns:
  resource_group: /subscriptions/{HUB}/resourceGroups/RG-DNS
  zones:
    privatelink.openai.azure.com: {NETWORK}/privateDnsZones/privatelink.openai.azure.com
"""


def policy(*profiles: str) -> Policy:
    listed = "".join(f"  -\n{indent(profile, '    ')}" for profile in profiles)
    return policy_file.load(SCOPE + listed, "policy.yaml")


def an_id(name: str, group: str = "rg-ai-prod", subscription: str = SUBSCRIPTION) -> ResourceId:
    return ResourceId.parse(
        f"/subscriptions/{subscription}/resourceGroups/{group}"
        f"/providers/Microsoft.CognitiveServices/accounts/{name}"
    )


@pytest.mark.parametrize(
    ("watch", "expected"),
    [
        pytest.param("", EVERYTHING, id="nothing said is all"),
        pytest.param("watch: all", EVERYTHING, id="all"),
        pytest.param("watch: none", NOTHING, id="none"),
        pytest.param(
            "watch: [keys, account-delete]",
            frozenset({Topic.KEYS, Topic.ACCOUNT_DELETE}),
            id="a list",
        ),
    ],
)
def test_what_a_profile_watches(watch: str, expected: Topics) -> None:
    rules = policy(f"name: production\nmode: enforce\n{watch}\n")

    assert expected == policy_watch.of_profile(rules, "production")


@pytest.mark.parametrize(
    ("watch", "message"),
    [
        pytest.param("watch: []", "policy.yaml:9:12: profiles.0.watch: must not be empty", id="[]"),
        pytest.param(
            "watch: [keys, tag]", "policy.yaml:9:19: profiles.0.watch.1 must be", id="no topic"
        ),
        pytest.param(
            "watch: keys", "policy.yaml:9:12: profiles.0.watch must be a list", id="no list"
        ),
    ],
)
def test_a_mistake_is_told_where_it_stands(watch: str, message: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        policy(f"name: production\nmode: enforce\n{watch}\n")

    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "tags", "expected"),
    [
        pytest.param("chat", (("stage", "lab"),), KEYS, id="the first profile that matches"),
        pytest.param("quiet-chat", (), NOTHING, id="one that watches nothing"),
        pytest.param("chat", (), EVERYTHING, id="the last one"),
    ],
)
def test_an_account_that_was_read_has_one_profile(
    name: str, tags: tuple[tuple[str, str], ...], expected: Topics
) -> None:
    rules = policy(BY_TAG, BY_NAME, PRODUCTION)

    seen = policy_watch.of_account(rules, account(id=an_id(name), tags=tags), NOW)

    assert expected == seen


def test_an_account_out_of_scope_is_not_watched() -> None:
    outside = account(id=an_id("chat", group="rg-else"))

    assert NOTHING == policy_watch.of_account(policy(PRODUCTION), outside, NOW)


@pytest.mark.parametrize(
    ("id_", "expected"),
    [
        pytest.param(an_id("chat"), EVERYTHING, id="every profile that may fit speaks"),
        pytest.param(an_id("QUIET-chat"), KEYS, id="none after the first that fits for certain"),
        pytest.param(an_id("chat", group="rg-else"), NOTHING, id="another group"),
        pytest.param(an_id("chat", subscription=ELSEWHERE), NOTHING, id="another subscription"),
    ],
)
def test_what_may_be_watched_on_a_bare_id(id_: ResourceId, expected: Topics) -> None:
    assert expected == policy_watch.of_id(policy(BY_TAG, BY_NAME, PRODUCTION), id_)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        pytest.param(f"/subscriptions/{SUBSCRIPTION}", EVERYTHING, id="a subscription of accounts"),
        pytest.param(f"/subscriptions/{HUB}", EVERYTHING, id="the subscription of the zones"),
        pytest.param(f"/subscriptions/{ELSEWHERE}", NOTHING, id="another subscription"),
        pytest.param(
            f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-AI-prod", EVERYTHING, id="accounts"
        ),
        pytest.param(
            f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-network", EVERYTHING, id="networks"
        ),
        pytest.param(
            f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-endpoints", EVERYTHING, id="endpoints"
        ),
        pytest.param(f"/subscriptions/{HUB}/resourceGroups/rg-dns", EVERYTHING, id="zones"),
        pytest.param(f"/subscriptions/{HUB}/resourceGroups/rg-ai-hub", NOTHING, id="a wrong pair"),
        pytest.param(
            f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-else", NOTHING, id="another group"
        ),
        pytest.param(
            f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-else"
            "/providers/Microsoft.Network/networkSecurityPerimeters/nsp/resourceAssociations/a",
            EVERYTHING,
            id="a perimeter may govern any account of its subscription",
        ),
        pytest.param(
            f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-ai-prod"
            "/providers/Microsoft.KeyVault/vaults/kv",
            NOTHING,
            id="any other resource",
        ),
    ],
)
def test_what_is_watched_in_a_place(place: str, expected: Topics) -> None:
    assert expected == policy_watch.of_place(policy(PRODUCTION), Place.of(place))


def test_in_a_place_every_profile_that_may_have_accounts_there_speaks() -> None:
    rules = policy(BY_TAG, BY_NAME)
    group = Place.of(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-ai-prod")

    assert KEYS == policy_watch.of_place(rules, group)


def test_the_groups_of_names_that_somebody_else_keeps_are_not_watched() -> None:
    rules = policy("name: external\nmode: enforce\ndns: {records: external}\n")

    assert NOTHING == policy_watch.of_place(rules, Place.of(f"/subscriptions/{HUB}"))
