"""What is valid in a policy and surely not meant is warned of, where it stands."""

from collections.abc import Sequence

import pytest

from remediation import policy_lint
from remediation.observed import Account
from tests import builders
from tests.builders import NOW
from tests.unit.policy_texts import MINIMAL, NETWORK, SUBNET, SUBSCRIPTION, VNET, load, with_section

ANSWERED = "reason: Trade fair, owner: Robin Example"


def warnings_of(text: str, accounts: Sequence[Account] | None = None) -> list[str]:
    found = policy_lint.warnings(load(text), text, "policy.yaml", NOW, accounts)
    return [str(each) for each in found]


def with_two(first: str, second: str) -> str:
    """Two profiles, one after the other, with these matches."""
    head = MINIMAL.partition("profiles:")[0]
    return f"""{head}profiles:
  - {{name: first, mode: audit, match: {first}}}
  - {{name: second, mode: audit, match: {second}}}
"""


def test_a_policy_that_means_what_it_says_has_no_warnings() -> None:
    assert warnings_of(MINIMAL) == []


@pytest.mark.parametrize(
    ("section", "warning"),
    [
        (
            f"endpoint: {{subnet: {SUBNET}}}",
            "7:15: an endpoint without dns: of an account that is new, the names are not judged",
        ),
        (
            "limits: {grace: 2d}",
            "7:21: a new account may stay open for longer than a day",
        ),
        (
            "public_access: {selected: {ranges: [198.51.100.0/24, 203.0.112.0/20]}}",
            "7:58: 203.0.112.0/20 lets in 4096 addresses",
        ),
        (
            (
                f"endpoint: {{subnet: {SUBNET}}}\n"
                f"dns: {{link: [{VNET}-hub], resource_group: {NETWORK}}}"
            ),
            "8:17: the endpoint's own network vnet-japaneast is not linked",
        ),
    ],
)
def test_a_section_that_is_not_meant_is_warned_of(section: str, warning: str) -> None:
    assert warnings_of(with_section(section)) == [f"policy.yaml:{warning}"]


def test_building_while_leaving_open_is_warned_of() -> None:
    modes = "mode: {access: audit, endpoint: enforce, dns: enforce}"

    assert warnings_of(MINIMAL.replace("mode: enforce", modes)) == [
        "policy.yaml:6:11: the private path is built, and the account is left open"
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{}", "{kinds: [OpenAI]}"),
        ("{names: ['*']}", "{names: ['aoai-*']}"),
        ("{kinds: [OpenAI, AIServices]}", "{kinds: [openai]}"),
        ("{tags: {a: b}}", "{tags: {A: b, c: d}}"),
    ],
)
def test_a_profile_that_no_account_can_get_is_warned_of(first: str, second: str) -> None:
    assert warnings_of(with_two(first, second)) == [
        "policy.yaml:6:12: no account gets profile second: first above takes them all"
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{kinds: [OpenAI]}", "{}"),
        ("{kinds: [OpenAI]}", "{names: ['aoai-*']}"),
        ("{tags: {a: b, c: d}}", "{tags: {a: b}}"),
        ("{tags: {a: b}}", "{tags: {a: c}}"),
        ("{resource_groups: ['rg-ai-*']}", "{resource_groups: ['rg-*']}"),
    ],
)
def test_a_profile_that_some_account_may_get_is_not(first: str, second: str) -> None:
    assert warnings_of(with_two(first, second)) == []


def test_a_lapsed_exemption_is_warned_of() -> None:
    text = f"{MINIMAL}exemptions:\n  - {{accounts: [aoai-demo], until: 2026-01-31, {ANSWERED}}}\n"

    assert warnings_of(text) == [
        "policy.yaml:8:36: this exemption lapsed on 2026-01-31: delete it, or renew it"
    ]


def test_what_matches_none_of_the_accounts_is_warned_of() -> None:
    exemption = f"until: 2027-01-31, {ANSWERED}"
    text = with_two("{kinds: [OpenAI]}", "{tags: {a: b}}").replace(
        SUBSCRIPTION, builders.SUBSCRIPTION
    )
    text += f"""exemptions:
  - {{accounts: [latch-demo, "old-*"], {exemption}}}
  - {{accounts: [latch-dmeo], {exemption}}}
"""

    assert warnings_of(text, [builders.COMPLIANT]) == [
        "policy.yaml:6:12: no account that can be seen has profile second",
        "policy.yaml:9:16: no account that can be seen is exempted by this",
    ]


def test_a_scope_without_accounts_is_warned_of_once() -> None:
    assert warnings_of(with_two("{kinds: [OpenAI]}", "{tags: {a: b}}"), []) == [
        "policy.yaml:3:3: no account that can be seen is in this scope"
    ]
