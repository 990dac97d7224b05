"""What a policy makes of accounts, tried from a file: differences are shown, mistakes have line and column."""

from pathlib import Path
from textwrap import dedent, indent

import pytest

from remediation import policy_file, policy_test
from remediation.errors import SettingsError
from remediation.policy_test import Outcome
from tests.builders import NOW
from tests.unit.policy_texts import NETWORK, SUBNET, load, with_section

ROOT = Path(__file__).parents[2]
WHOLE = f"endpoint: {{subnet: {SUBNET}}}\ndns: {{resource_group: {NETWORK}}}"


def run(case: str, section: str = WHOLE) -> Outcome:
    text = "version: 1\ncases:\n" + indent(f"- name: tried\n{indent(dedent(case), '  ')}", "  ")
    [outcome] = policy_test.run(load(with_section(section)), text, "cases.yaml", NOW)
    return outcome


def mistakes_in(text: str) -> list[str]:
    with pytest.raises(SettingsError) as refusal:
        policy_test.run(load(with_section(WHOLE)), dedent(text), "cases.yaml", NOW)
    return str(refusal.value).splitlines()


def test_the_shipped_cases_hold_for_the_shipped_policy() -> None:
    rules = policy_file.load((ROOT / "policy.yaml").read_text("utf-8"), "policy.yaml")
    text = (ROOT / "policy-test.yaml").read_text("utf-8")

    outcomes = policy_test.run(rules, text, "policy-test.yaml", NOW)

    assert [outcome for outcome in outcomes if outcome.differs] == []
    assert len(outcomes) > 5


@pytest.mark.parametrize(
    "section",
    [
        pytest.param(WHOLE, id="stated whole"),
        pytest.param("", id="left to what there was"),
        pytest.param(f"{WHOLE[:-1]}, records: records}}", id="records that Latch writes"),
        pytest.param(f"endpoint: {{subnet: {SUBNET}}}\ndns: {{records: external}}", id="external"),
    ],
)
@pytest.mark.parametrize("kind", ["OpenAI", "AIServices", "FormRecognizer"])
def test_an_account_of_which_nothing_is_said_is_as_its_profile_wants_it(
    section: str, kind: str
) -> None:
    case = (
        f"account: {{name: a1, kind: {kind}}}\nexpect: {{profile: all, findings: [], actions: []}}"
    )

    assert run(case, section).differs == ()


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ("account: {name: a1, public_network_access: Enabled}", "public-access"),
        ("account: {name: a1, default_action: not-set}", "network-acls"),
        ("account: {name: a1}\nnetwork: {endpoint: missing}", "endpoint-missing"),
        ("account: {name: a1}\nnetwork: {endpoint: failed}", "endpoint-state"),
        ("account: {name: a1}\nnetwork: {connection: Pending}", "connection-state"),
        ("account: {name: a1}\nnetwork: {zone_group: missing}", "zone-group"),
        ("account: {name: a1}\nnetwork: {zones: missing}", "zone-missing"),
        ("account: {name: a1}\nnetwork: {links: missing}", "zone-link"),
        ("account: {name: a1}\nnetwork: {records: missing}", "record"),
        ("account: {name: a1}\nnetwork: {records: elsewhere}", "record"),
        ("account: {name: a1}\nnetwork: {dns_servers: [10.0.0.4]}", "custom-dns"),
    ],
)
def test_what_a_case_says_is_wrong_is_what_is_found(wrong: str, rule: str) -> None:
    assert run(f"{wrong}\nexpect: {{findings: [{rule}]}}").differs == ()


def test_a_difference_is_shown_as_a_diff() -> None:
    outcome = run(
        """\
        account: {name: a1, public_network_access: Enabled}
        expect: {profile: other, findings: [record], actions: []}
        """
    )

    assert outcome.where == "cases.yaml:3:5"
    assert outcome.differs == (
        "profile:",
        "- other",
        "+ all",
        "findings:",
        "- record",
        "+ public-access",
        "actions:",
        "+ CloseAccess",
    )


def test_what_is_held_back_is_compared() -> None:
    case = """\
        account: {name: a1, age: 5m, public_network_access: Enabled}
        expect: {actions: [], held: {public-access: GRACE}}
        """

    assert run(case, f"{WHOLE}\nlimits: {{grace: 10m}}").differs == ()
    assert run(case).differs == ("actions:", "+ CloseAccess", "held:", "- public-access: GRACE")


def test_several_changes_of_an_account_are_named_one_by_one() -> None:
    case = """\
        account: {name: a1, public_network_access: Enabled, local_auth: enabled}
        expect: {actions: [DisableLocalAuth, CloseAccess]}
        """

    assert run(case, f"{WHOLE}\nlocal_auth: disabled").differs == (
        "actions:",
        "  DisableLocalAuth",
        "  CloseAccess",
        "  in this order: CloseAccess, DisableLocalAuth",
    )


def test_an_account_without_a_subdomain_has_no_endpoint() -> None:
    case = "account: {name: a1, subdomain: none}\nexpect: {findings: [custom-subdomain, endpoint-missing]}"

    assert run(case).differs == ()


def test_an_account_of_another_subscription_has_no_profile() -> None:
    other = "33333333-3333-3333-3333-333333333333"

    assert (
        run(f"account: {{name: a1, subscription: {other}}}\nexpect: {{profile: none}}").differs
        == ()
    )


def test_mistakes_have_their_places_and_near_words() -> None:
    mistakes = mistakes_in(
        """\
        version: 1
        cases:
          - name: one
            acount: {name: a1}
            expect: {finding: []}
          - name: one
            account: {name: a2}
            network: {endpoint: mising}
            expect: {findings: [recrod]}
        """
    )

    assert mistakes[0] == "cases.yaml:3:5: cases.0.account is required"
    assert mistakes[1] == "cases.yaml:4:5: unknown key 'acount'; did you mean 'account'?"
    assert mistakes[2] == "cases.yaml:5:14: unknown key 'finding'; did you mean 'findings'?"
    assert mistakes[3].startswith("cases.yaml:6:11: cases.1.name: 'one' names a case above")
    assert mistakes[4].endswith("did you mean 'missing'?")
    assert mistakes[5].endswith("did you mean 'record'?")
