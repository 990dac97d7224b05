"""Trusted services, keys and outbound access: what the profile asks for is put back, in one PATCH, and told."""

import pytest

from tests.harness.lab import Lab
from tests.harness.people import Person
from tests.harness.witness import Outcome
from tests.harness.world import Json
from tests.scenarios import policies
from tests.scenarios.neighbors import OtherTeam
from tests.scenarios.story import Story

GUARDED: Json = {
    "disableLocalAuth": True,
    "restrictOutboundNetworkAccess": True,
    "allowedFqdnList": [policies.SEARCH],
}
PASSED_BY: Json = {"networkAcls": {"defaultAction": "Deny", "bypass": "AzureServices"}}
KEYS: Json = {"disableLocalAuth": False}
UNBOUND: Json = {"restrictOutboundNetworkAccess": False}
WIDENED: Json = {"allowedFqdnList": [policies.SEARCH, "paste.example.org"]}
KINDS = pytest.mark.parametrize(
    ("prefix", "kind"),
    [
        pytest.param("aoai", "OpenAI", id="OpenAI"),
        pytest.param("ais", "AIServices", id="AIServices"),
    ],
)


def guarded(lab: Lab, name: str, kind: str = "OpenAI") -> Story:
    """An account as a strict profile wants it."""
    story = Story.private(lab, name, kind)
    story.account.update(GUARDED)
    return story


def as_wanted(story: Story) -> Json:
    return {name: story.account[name] for name in GUARDED}


def told(story: Story) -> list[tuple[str, str]]:
    """The rules that the one alert names, and who is named for it."""
    [alert] = story.alerts
    return [(d["rule"], alert["data"]["actor"]["name"]) for d in alert["data"]["drifts"]]


@KINDS
async def test_trusted_services_are_let_in_no_more(
    lab: Lab, robin: Person, prefix: str, kind: str
) -> None:
    """They pass by the rules even where public access is Disabled."""
    story = guarded(lab, f"{prefix}-bypass-strict", kind)
    others = OtherTeam.beside(story)

    await robin.patch(story.id, {"properties": PASSED_BY})
    await lab.settled()

    acls = story.account["networkAcls"]
    assert ("Deny", "None") == (acls["defaultAction"], acls["bypass"])
    assert ["PATCH accounts"] == story.writes
    assert [("bypass", "Robin Example")] == told(story)
    assert others.is_untouched


@KINDS
async def test_keys_that_were_turned_on_are_turned_off(
    lab: Lab, robin: Person, prefix: str, kind: str
) -> None:
    story = guarded(lab, f"{prefix}-keys-strict", kind)
    others = OtherTeam.beside(story)

    await robin.patch(story.id, {"properties": KEYS})
    assert {Outcome.ANSWERED} == {each.outcome for each in await story.inside()}
    await lab.settled()

    refused = await story.inside()
    assert {"AuthenticationTypeDisabled"} == {each.code for each in refused}
    assert set(story.addresses) == {ip for each in refused for ip in each.addresses}
    assert ["PATCH accounts"] == story.writes
    assert [("local-auth", "Robin Example")] == told(story)
    assert others.is_untouched


@pytest.mark.parametrize(
    ("name", "change"),
    [
        pytest.param("aoai-unbound-strict", UNBOUND, id="everything is let out"),
        pytest.param("ais-widened-strict", WIDENED, id="one more host is let out"),
    ],
)
async def test_what_the_account_may_reach_is_put_back(
    lab: Lab, robin: Person, name: str, change: Json
) -> None:
    story = guarded(lab, name, "AIServices" if name[1] == "i" else "OpenAI")
    others = OtherTeam.beside(story)

    await robin.patch(story.id, {"properties": change})
    await lab.settled()

    assert as_wanted(story) == GUARDED
    assert ["PATCH accounts"] == story.writes
    assert [("outbound", "Robin Example")] == told(story)
    assert others.is_untouched


async def test_an_account_that_reaches_less_than_it_may_is_left_alone(
    lab: Lab, robin: Person
) -> None:
    story = guarded(lab, "aoai-narrowed-strict")

    await robin.patch(story.id, {"properties": {"allowedFqdnList": []}})
    await lab.settled()

    assert [] == story.account["allowedFqdnList"]
    assert ([], []) == (story.writes, story.told)


async def test_agents_in_a_network_of_their_own_are_told_and_not_taken_out(
    lab: Lab, robin: Person
) -> None:
    story = guarded(lab, "ais-agents-strict", "AIServices")
    injected = [{"scenario": "agent", "subnetArmId": f"{policies.VNET}/subnets/snet-apps"}]

    await robin.patch(story.id, {"properties": {"networkInjections": injected}})
    await lab.settled()

    assert injected == story.account["networkInjections"]
    assert [] == story.writes
    assert ["Stalled"] == story.told
    assert [("network-injection", "Robin Example")] == told(story)
    assert "snet-apps" in story.alerts[0]["data"]["headline"]


@KINDS
async def test_everything_at_once_is_one_patch(
    lab: Lab, robin: Person, prefix: str, kind: str
) -> None:
    """Azure takes one change of an account at a time: a second would be refused for half a minute."""
    story = guarded(lab, f"{prefix}-all-strict", kind)
    opened: Json = {
        "publicNetworkAccess": "Enabled",
        "networkAcls": {
            "defaultAction": "Allow",
            "bypass": "AzureServices",
            "ipRules": [{"value": "203.0.113.0/24"}],
        },
    }

    await robin.patch(story.id, {"properties": opened | KEYS | UNBOUND | WIDENED})
    assert {Outcome.ANSWERED} == {each.outcome for each in await story.outside()}
    await lab.settled()

    acls = story.account["networkAcls"]
    assert as_wanted(story) == GUARDED
    assert "Disabled" == story.account["publicNetworkAccess"]
    assert ("Deny", "None") == (acls["defaultAction"], acls["bypass"])
    assert [{"value": "203.0.113.0/24"}] == acls["ipRules"]
    assert ["GET accounts", "PATCH accounts"] == story.calls[:2]
    assert ["PATCH accounts"] == story.writes
    assert {Outcome.FORBIDDEN} == {each.outcome for each in await story.outside()}

    rules = {"public-access", "network-acls", "bypass", "local-auth", "outbound"}
    assert {(rule, "Robin Example") for rule in rules} == set(told(story))


async def test_single_rules_that_are_only_audited_are_told_and_the_rest_is_done(
    lab: Lab, robin: Person
) -> None:
    story = guarded(lab, "aoai-strict-told")

    await robin.opens(story.id)
    await lab.settled()
    story.begins()
    await robin.patch(story.id, {"properties": PASSED_BY | KEYS | WIDENED})
    await lab.settled()

    assert "Disabled" == story.account["publicNetworkAccess"]
    assert "AzureServices" == story.account["networkAcls"]["bypass"]
    assert WIDENED | KEYS == {name: story.account[name] for name in WIDENED | KEYS}
    assert [] == story.writes
    assert ["Held"] == story.told
    assert {("bypass", "AUDIT"), ("local-auth", "AUDIT"), ("outbound", "AUDIT")} == {
        (drift["rule"], drift["withheld"]) for drift in story.alerts[0]["data"]["drifts"]
    }


async def test_what_no_profile_asks_for_is_left_alone(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-switches")
    story.account.update(GUARDED)

    await robin.patch(story.id, {"properties": PASSED_BY | KEYS | UNBOUND})
    await lab.settled()

    assert ([], []) == (story.writes, story.told)
    assert await story.is_private()
