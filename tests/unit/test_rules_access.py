"""What does each profile ask of an account's switches and rules, and what is done where one differs?"""

from dataclasses import replace
from typing import Any

import pytest

from remediation import planner
from remediation.desired import Desired, Outbound
from remediation.observed import Account, NetworkAcls, Observed, SubnetRule
from remediation.plan import (
    AccountChange,
    ChangeAccount,
    CloseAccess,
    DisableLocalAuth,
    RestrictNetwork,
    RestrictOutbound,
    Severity,
    wanted_acls,
)
from tests.builders import (
    A_PERSON,
    ACCOUNT,
    CLIENTS,
    OFFICES,
    OTHER_SUBNET,
    SHUT_ACLS,
    Cure,
    account,
    cures,
    desired,
    observed,
)

LET_IN = desired(selected=OFFICES)
# As the profile names them; a single address is written without a prefix.
OFFICE_RULES = ("203.0.113.0/24", "198.51.100.7")
FROM_CLIENTS = SubnetRule(CLIENTS.text.upper() + "/")
FROM_ELSEWHERE = SubnetRule(OTHER_SUBNET.text, ignores_missing_endpoint=True)


def denying(*ip_rules: str, **changes: Any) -> NetworkAcls:
    return replace(NetworkAcls("Deny", "None", ip_rules), **changes)


def opened(acls: NetworkAcls | None, access: str | None = "Enabled") -> Account:
    return account(public_network_access=access, acls=acls)


def found(wanted: Desired, there: Account) -> list[tuple[str, Cure]]:
    return cures(planner.plan(wanted, Observed(there)))


UNABLE = account(capabilities=frozenset({"containers"}))
ABLE = account(capabilities=frozenset({"containers", "virtualnetworks"}))
UNTOLD = account(capabilities=frozenset())


@pytest.mark.parametrize(
    ("wanted", "there", "expected"),
    [
        pytest.param(desired(), ABLE, [], id="an account that can be closed"),
        pytest.param(desired(), UNTOLD, [], id="one that lists nothing counts as able"),
        pytest.param(desired(), UNABLE, [("network-support", A_PERSON)], id="one that cannot be"),
        pytest.param(desired(kinds=("openai", "AIServices")), ABLE, [], id="an allowed kind"),
        pytest.param(
            desired(kinds=("SpeechServices",)),
            opened(SHUT_ACLS),
            [("public-access", CloseAccess(ACCOUNT, SHUT_ACLS)), ("network-support", A_PERSON)],
            id="a kind that is not allowed is told, and closed all the same",
        ),
    ],
)
def test_kinds(wanted: Desired, there: Account, expected: list[tuple[str, Cure]]) -> None:
    assert expected == found(wanted, there)


def test_an_account_that_cannot_be_closed_gets_that_finding_alone() -> None:
    bare = account(
        public_network_access=None,
        subdomain=None,
        acls=None,
        connections=(),
        capabilities={"faces"},
    )

    plan = planner.plan(desired(local_auth_disabled=True), observed(account=bare, endpoints=()))

    assert cures(plan) == [("network-support", A_PERSON)]


@pytest.mark.parametrize(
    ("deviation", "expected"),
    [
        pytest.param(account(), [], id="a closed account is fine too"),
        pytest.param(opened(denying()), [], id="so is one that its rules keep shut"),
        pytest.param(opened(denying(*OFFICE_RULES)), [], id="what the profile names may come in"),
        pytest.param(
            opened(None),
            [("public-access", RestrictNetwork(ACCOUNT, denying(*OFFICE_RULES)))],
            id="who was let in by an account without rules is named before all others are refused",
        ),
        pytest.param(
            opened(NetworkAcls("Allow", "AzureServices"), access=None),
            [
                (
                    "public-access",
                    RestrictNetwork(ACCOUNT, denying(*OFFICE_RULES, bypass="AzureServices")),
                )
            ],
            id="trusted services stay as they were where nobody asks",
        ),
        pytest.param(
            opened(NetworkAcls("Allow", "None", ("203.0.113.7", "198.51.100.7"))),
            [("public-access", RestrictNetwork(ACCOUNT, denying(*OFFICE_RULES)))],
            id="the allowed ranges take the place of what lies within them",
        ),
        pytest.param(
            account(acls=NetworkAcls("Allow", "None", ("203.0.113.7",))),
            [("network-acls", RestrictNetwork(ACCOUNT, denying("203.0.113.7")))],
            id="a closed account gets the default action, and nobody new is named",
        ),
        pytest.param(
            account(public_network_access="Enabled", acls=None, subdomain=None),
            [("public-access", CloseAccess(ACCOUNT, None)), ("custom-subdomain", A_PERSON)],
            id="without a custom subdomain there are no rules: it is closed",
        ),
        pytest.param(
            opened(denying("0.0.0.0/0"), access="SecuredByPerimeter"),
            [("public-access", A_PERSON)],
            id="where a perimeter decides, the account's own rules are left alone",
        ),
    ],
)
def test_access_where_networks_are_let_in(
    deviation: Account, expected: list[tuple[str, Cure]]
) -> None:
    assert expected == found(LET_IN, deviation)


@pytest.mark.parametrize(
    ("rules", "removed"),
    [
        pytest.param(("203.0.113.7",), (), id="an address within an allowed range"),
        pytest.param(("203.0.113.64/26",), (), id="a part of an allowed range"),
        pytest.param(("203.0.113.9/24",), (), id="a range that is written with a host in it"),
        pytest.param(("198.51.100.7",), (), id="the allowed address"),
        pytest.param(("198.51.100.8",), ("198.51.100.8",), id="the address beside it"),
        pytest.param(("203.0.112.0/23",), ("203.0.112.0/23",), id="a wider range"),
        pytest.param(("0.0.0.0/0",), ("0.0.0.0/0",), id="everyone"),
        pytest.param(
            ("0.0.0.0/1", "128.0.0.0/1"), ("0.0.0.0/1", "128.0.0.0/1"), id="everyone in two halves"
        ),
        pytest.param(("192.0.2.0/24",), ("192.0.2.0/24",), id="a foreign range"),
        pytest.param(("2001:db8::1",), ("2001:db8::1",), id="what is not IPv4"),
        pytest.param(("the office",), ("the office",), id="what is no address"),
        pytest.param(
            ("203.0.113.7", "192.0.2.1", "198.51.100.7", "192.0.2.2"),
            ("192.0.2.1", "192.0.2.2"),
            id="those among others that are not allowed",
        ),
    ],
)
def test_ip_rules(rules: tuple[str, ...], removed: tuple[str, ...]) -> None:
    acls = denying(*rules)
    remedy = RestrictNetwork(ACCOUNT, acls, removed_ranges=removed)

    assert found(LET_IN, opened(acls)) == ([("ip-rules", remedy)] if removed else [])


@pytest.mark.parametrize(
    ("rules", "removed"),
    [
        pytest.param((FROM_CLIENTS,), (), id="an allowed subnet, however it is written"),
        pytest.param((FROM_ELSEWHERE,), (OTHER_SUBNET.text,), id="a foreign subnet"),
        pytest.param(
            (FROM_ELSEWHERE, FROM_CLIENTS), (OTHER_SUBNET.text,), id="the foreign one of two"
        ),
        pytest.param((SubnetRule("a subnet"),), ("a subnet",), id="what is no id of a subnet"),
    ],
)
def test_subnet_rules(rules: tuple[SubnetRule, ...], removed: tuple[str, ...]) -> None:
    acls = denying(subnet_rules=rules)
    remedy = RestrictNetwork(ACCOUNT, acls, removed_subnets=removed)

    assert found(LET_IN, opened(acls)) == ([("subnet-rules", remedy)] if removed else [])


@pytest.mark.parametrize(
    ("there", "severity"),
    [
        pytest.param(opened(denying("192.0.2.1")), Severity.CRITICAL, id="that let someone in"),
        pytest.param(account(acls=denying("192.0.2.1")), Severity.WARNING, id="that would"),
    ],
)
def test_the_severity_of_rules(there: Account, severity: Severity) -> None:
    (finding,) = planner.plan(LET_IN, Observed(there)).findings

    assert severity is finding.severity


def test_rules_are_moot_where_nobody_gets_in() -> None:
    assert (
        found(desired(), account(acls=denying("0.0.0.0/0", subnet_rules=(FROM_ELSEWHERE,)))) == []
    )


TRUSTING = denying(bypass="AzureServices")


@pytest.mark.parametrize(
    ("wanted", "acls", "expected"),
    [
        pytest.param(desired(), TRUSTING, [], id="trusted services stay where nobody asks"),
        pytest.param(desired(no_bypass=True), denying(), [], id="none come in"),
        pytest.param(desired(no_bypass=True), denying(bypass=None), [], id="none were ever named"),
        pytest.param(desired(no_bypass=True), denying(bypass="NONE"), [], id="none, in capitals"),
        pytest.param(
            desired(no_bypass=True),
            TRUSTING,
            [("bypass", RestrictNetwork(ACCOUNT, TRUSTING, bypass="None"))],
            id="trusted services are refused, also by a closed account",
        ),
    ],
)
def test_bypass(wanted: Desired, acls: NetworkAcls, expected: list[tuple[str, Cure]]) -> None:
    assert expected == found(wanted, account(acls=acls))


@pytest.mark.parametrize(
    ("wanted", "is_disabled", "expected"),
    [
        pytest.param(desired(), False, [], id="keys stay where nobody asks"),
        pytest.param(desired(local_auth_disabled=True), True, [], id="keys are off"),
        pytest.param(
            desired(local_auth_disabled=True),
            False,
            [("local-auth", DisableLocalAuth(ACCOUNT))],
            id="keys are turned off",
        ),
    ],
)
def test_local_auth(
    wanted: Desired, *, is_disabled: bool, expected: list[tuple[str, Cure]]
) -> None:
    assert expected == found(wanted, account(local_auth_disabled=is_disabled))


NOWHERE = Outbound()
TO_THE_API = Outbound(("api.example.com",))


@pytest.mark.parametrize(
    ("outbound", "there", "expected"),
    [
        pytest.param(None, {}, [], id="nobody asks"),
        pytest.param(NOWHERE, {"outbound_restricted": True}, [], id="restricted, with no list"),
        pytest.param(
            NOWHERE, {}, [("outbound", RestrictOutbound(ACCOUNT, ()))], id="it reached everything"
        ),
        pytest.param(
            TO_THE_API,
            {"allowed_fqdns": ("attacker.example",)},
            [("outbound", RestrictOutbound(ACCOUNT, ("api.example.com",)))],
            id="where it reached everything it is given the profile's list",
        ),
        pytest.param(
            TO_THE_API,
            {"outbound_restricted": True, "allowed_fqdns": ("API.example.com",)},
            [],
            id="names are compared without case",
        ),
        pytest.param(
            TO_THE_API,
            {"outbound_restricted": True},
            [],
            id="a list that is shorter than the profile's is stricter",
        ),
        pytest.param(
            TO_THE_API,
            {
                "outbound_restricted": True,
                "allowed_fqdns": ("attacker.example", "API.example.com"),
            },
            [("outbound", RestrictOutbound(ACCOUNT, ("API.example.com",)))],
            id="what the profile allows stays on the list, as it was written",
        ),
    ],
)
def test_outbound(
    outbound: Outbound | None, there: dict[str, Any], expected: list[tuple[str, Cure]]
) -> None:
    assert expected == found(desired(outbound=outbound), account(**there))


def test_a_custom_subdomain_is_never_added() -> None:
    assert found(desired(), account(subdomain=None, acls=None)) == [("custom-subdomain", A_PERSON)]


class TestOnePatch:
    """Several changes of an account are one PATCH, and one whole set of rules."""

    def test_they_are_folded_in_the_order_of_the_rules(self) -> None:
        wanted = desired(
            selected=OFFICES, no_bypass=True, local_auth_disabled=True, outbound=NOWHERE
        )
        rules = NetworkAcls(
            "Allow", "AzureServices", ("192.0.2.1", "203.0.113.7"), (FROM_ELSEWHERE, FROM_CLIENTS)
        )

        (action,) = planner.plan(wanted, Observed(opened(rules))).actions

        assert isinstance(action, ChangeAccount)
        assert DisableLocalAuth(ACCOUNT) in action.changes
        assert RestrictOutbound(ACCOUNT, ()) in action.changes
        assert wanted_acls(action.changes) == denying(*OFFICE_RULES, subnet_rules=(FROM_CLIENTS,))

    def test_closing_sends_the_rules_as_the_other_changes_leave_them(self) -> None:
        rules = NetworkAcls("Allow", "AzureServices", ("192.0.2.1",))

        (action,) = planner.plan(desired(no_bypass=True), Observed(opened(rules))).actions

        assert isinstance(action, ChangeAccount)
        assert wanted_acls(action.changes) == denying("192.0.2.1")

    def test_one_change_is_sent_as_it_is(self) -> None:
        plan = planner.plan(desired(local_auth_disabled=True), observed())

        assert plan.actions == (DisableLocalAuth(ACCOUNT),)

    @pytest.mark.parametrize(
        "changes",
        [
            pytest.param((DisableLocalAuth(ACCOUNT), RestrictOutbound(ACCOUNT, ())), id="others"),
            pytest.param((CloseAccess(ACCOUNT, None),), id="a closing without a custom subdomain"),
        ],
    )
    def test_without_a_word_about_rules_none_are_sent(
        self, changes: tuple[AccountChange, ...]
    ) -> None:
        assert wanted_acls(changes) is None

    def test_a_rule_that_is_mended_alone_leaves_the_default_action_as_it_is(self) -> None:
        """Whether the account is open may be audited, or exempt: another remedy must not decide it by the way."""
        rules = NetworkAcls("Allow", "AzureServices", ("192.0.2.1",))
        wanted = replace(LET_IN, no_bypass=True)

        alone = [
            finding.remedy
            for finding in planner.plan(wanted, Observed(opened(rules))).findings
            if isinstance(finding.remedy, RestrictNetwork) and finding.rule != "public-access"
        ]

        assert wanted_acls(alone) == NetworkAcls("Allow", "None")
