"""A person looks from a terminal: scan, plan, explain, verify, replay. Nothing of it writes."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness.lab import LATCH, Lab, Plan
from tests.harness.physics.types import ACCOUNT, ENDPOINT
from tests.harness.scan import break_some
from tests.harness.world import Json
from tests.harness.worlds import ACCOUNTS, DNS, NETWORK, SUBSCRIPTION
from tests.scenarios.story import writes_in
from tests.scenarios.terminal_fixtures import CLEAN, DRIFT, ERROR, Terminal

BROKEN = {
    "aoai-00001": ["public-access", "network-acls"],
    "aoai-00004": ["record"],
    "aoai-00007": ["endpoint-missing"],
    "aoai-00010": ["record"],
}
EVENTS = Path(__file__).parents[1] / "events"


@pytest.fixture(scope="module")
async def lab(policy: Path) -> AsyncIterator[Lab]:
    """A fleet of which four accounts are broken; nobody mends it."""
    async with Lab(Plan(world="fleet:12", policy=policy, functions=False)) as lab:
        await break_some(lab, lab.person("Robin Example"))
        yield lab
        assert [] == writes_in(lab)


@pytest.fixture
def latch(lab: Lab, policy: Path) -> Terminal:
    return Terminal(lab, "--policy", str(policy))


def account(lab: Lab, name: str) -> str:
    return lab.id(ACCOUNTS, ACCOUNT, name)


async def test_a_scan_finds_what_is_broken(latch: Terminal) -> None:
    ended = await latch("scan", "--format", "json")

    assert DRIFT == ended.code
    assert BROKEN == ended.rules
    assert (ended.document["total"], ended.document["clean"]) == (12, 8)


async def test_a_scan_reads_only_what_differs_and_says_so(lab: Lab, latch: Terminal) -> None:
    begun = len(lab.world.journal)
    ended = await latch("scan", "--format", "json")

    seen = [entry.id.split("/") for entry in lab.world.journal[begun:]]
    read = {parts[-1] for parts in seen if parts[-2] == "accounts"}
    assert set(BROKEN) == read
    assert set(BROKEN) == {
        each["account"].rsplit("/", 1)[-1] for each in ended.document["accounts"] if each["read"]
    }
    assert ["8 clean accounts were not read" in each for each in ended.document["notes"]] == [True]


async def test_every_account_is_read_where_that_is_asked_for(latch: Terminal) -> None:
    ended = await latch("scan", "--full", "--verbose", "--format", "json")

    assert BROKEN == ended.rules
    assert "pass ended" in ended.errors
    assert "Unclosed" not in ended.errors
    assert [] == ended.document["notes"]
    assert {True} == {each["read"] for each in ended.document["accounts"]}


async def test_without_resource_graph_every_account_is_read_and_that_is_said(
    lab: Lab, latch: Terminal
) -> None:
    lab.weather.add({"type": "Microsoft.ResourceGraph/resources", "status": 403})
    ended = await latch("scan", "--format", "json")
    lab.weather.clear()

    assert (DRIFT, BROKEN) == (ended.code, ended.rules)
    assert ["every account was read" in each for each in ended.document["notes"]] == [True]


async def test_a_scan_for_people_says_what_becomes_of_each(latch: Terminal) -> None:
    ended = await latch("scan")

    assert DRIFT == ended.code
    assert "12 accounts: 8 clean, 4 with drift." in ended.out
    assert "Latch restores it" in ended.out
    assert "\x1b[" not in ended.out
    assert "" == ended.errors


async def test_a_plan_shows_values_before_and_after(latch: Terminal) -> None:
    ended = await latch("plan")

    assert DRIFT == ended.code
    assert "~ publicNetworkAccess Enabled -> Disabled" in ended.out
    assert "~ record aoai-00004.privatelink.openai.azure.com 10.99.0.4 -> 10.20." in ended.out
    assert "+ private endpoint pe-aoai-00007 in snet-endpoints, japaneast" in ended.out
    assert "+ record aoai-00010.privatelink.openai.azure.com 10.20." in ended.out
    assert "6 changes of 4 accounts, 0 held back, 0 for a person; 8 of 12" in ended.out


@pytest.fixture
def audited(policy: Path, tmp_path: Path) -> Path:
    file = tmp_path / "audited.yaml"
    file.write_text(policy.read_text("utf-8").replace("mode: enforce", "mode: audit"), "utf-8")
    return file


async def test_an_audited_fleet_is_planned_as_held_back(lab: Lab, audited: Path) -> None:
    ended = await Terminal(lab, "--policy", str(audited))("plan")

    assert DRIFT == ended.code
    assert "0 changes of 0 accounts, 5 held back" in ended.out


async def test_an_account_is_explained_by_name(latch: Terminal) -> None:
    ended = await latch("explain", "AOAI-00007")

    assert DRIFT == ended.code
    assert "Profile audited does not match: it asks for names *-audited." in ended.out
    assert "Profile production is the first that matches" in ended.out
    assert "!!  endpoint" in ended.out
    assert "--    record" in ended.out


async def test_an_account_that_is_clean_is_explained_too(latch: Terminal) -> None:
    near = await latch("explain", "aoai-0000")
    ended = await latch("explain", "aoai-00000")

    assert ERROR == near.code
    assert "there is no such account; did you mean 'aoai-0" in near.errors
    assert CLEAN == ended.code
    assert "Nothing differs." in ended.out


@pytest.mark.parametrize(
    ("group", "says"),
    [(ACCOUNTS, "there is no such account"), (DNS, "the policy does not speak of it")],
)
async def test_what_cannot_be_explained_is_an_error(
    lab: Lab, latch: Terminal, group: str, says: str
) -> None:
    ended = await latch("explain", lab.id(group, ACCOUNT, "aoai-00099"))

    assert ERROR == ended.code
    assert says in ended.out


async def test_verify_proves_what_clients_see(latch: Terminal) -> None:
    whole = await latch("verify", "aoai-00000", "--format", "json")
    misled = await latch("verify", "aoai-00004")

    [statements] = [each["proof"]["statements"] for each in whole.document["accounts"]]
    assert CLEAN == whole.code
    assert {"proven"} == {each["standing"] for each in statements}
    assert DRIFT == misled.code
    assert "The A record points elsewhere." in misled.out


def event(name: str, resource: str) -> Json:
    """A recorded event, about another resource."""
    found: Json = json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
    found["subject"] = found["data"]["resourceUri"] = resource
    return found


async def test_an_event_is_replayed_up_to_the_plan(
    lab: Lab, latch: Terminal, tmp_path: Path
) -> None:
    opened = event("intake-account-write", account(lab, "aoai-00001"))
    foreign = json.loads((EVENTS / "intake-foreign-write.json").read_text("utf-8"))
    file = tmp_path / "events.json"
    file.write_text(json.dumps([opened, *foreign]), "utf-8")
    ended = await latch("replay", str(file))

    assert DRIFT == ended.code
    assert "at once: Close public network access of aoai-00001" in ended.errors
    assert "dropped: This is about something that Latch does not watch." in ended.errors
    assert "~ publicNetworkAccess Enabled -> Disabled" in ended.out


async def test_an_event_of_an_endpoint_that_is_gone_leads_to_its_account(
    lab: Lab, latch: Terminal, tmp_path: Path
) -> None:
    gone = event("intake-endpoint-delete", lab.id(NETWORK, ENDPOINT, "pe-aoai-00007"))
    file = tmp_path / "event.json"
    file.write_text(json.dumps(gone), "utf-8")
    ended = await latch("replay", str(file), "--format", "json")

    assert DRIFT == ended.code
    assert {"aoai-00007": ["endpoint-missing"]} == ended.rules


async def test_an_event_about_nobody_here_is_dropped(
    lab: Lab, latch: Terminal, tmp_path: Path
) -> None:
    others = event("intake-endpoint-delete", lab.id(NETWORK, ENDPOINT, "pe-of-others"))
    file = tmp_path / "event.json"
    file.write_text(json.dumps(others), "utf-8")
    ended = await latch("replay", str(file))

    assert (CLEAN, "No account would be looked at.\n") == (ended.code, ended.out)
    assert "it concerns no account of the policy" in ended.errors


async def test_a_watched_change_is_replayed_as_what_people_hear(
    lab: Lab, latch: Terminal, tmp_path: Path
) -> None:
    listed = "watch-list-keys-cloudevents"
    both = [event(listed, lab.id(group, ACCOUNT, "aoai-00002")) for group in (ACCOUNTS, DNS)]
    file = tmp_path / "events.json"
    file.write_text(json.dumps(both), "utf-8")
    ended = await latch("replay", str(file))

    assert CLEAN == ended.code
    assert "people are told: Kim Rivera listed the keys of" in ended.errors
    assert "dropped: Kim Rivera listed the keys of" in ended.errors


async def test_what_is_no_event_is_an_error(latch: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text("{", "utf-8")
    ended = await latch("replay", str(file))

    assert ERROR == ended.code
    assert "not an event that Latch can read" in ended.errors


async def test_an_answer_is_written_into_a_file(latch: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "findings.sarif"
    ended = await latch("scan", "--format", "sarif", "--output", str(file))

    assert (DRIFT, "") == (ended.code, ended.out)
    [run] = json.loads(file.read_text("utf-8"))["runs"]
    assert len(run["results"]) == 5


async def test_a_subscription_narrows_only_within_the_policy(latch: Terminal) -> None:
    mine = await latch("scan", "--subscription", SUBSCRIPTION)
    other = await latch("scan", "--subscription", "22222222-2222-2222-2222-222222222222")

    assert DRIFT == mine.code
    assert ERROR == other.code
    assert "the policy does not speak of subscription 2222" in other.errors


async def test_what_matches_nothing_is_linted_with_the_accounts(lab: Lab, policy: Path) -> None:
    ended = await Terminal(lab)("policy", "lint", str(policy), "--live")

    assert CLEAN == ended.code
    assert "no account that can be seen has profile graced" in ended.out
    assert "profile production" not in ended.out


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (
            {
                "IDENTITY_ENDPOINT": "",
                "IDENTITY_HEADER": "",
                "AZURE_TOKEN_CREDENTIALS": "AzureCliCredential",
                "PATH": "/nowhere",
            },
            "nobody is signed in",
        ),
        ({"LATCH_ARM_ENDPOINT": "https://127.0.0.1:9"}, "Azure cannot be reached"),
        ({"LATCH_CLOUD": "moon"}, "LATCH_CLOUD: is 'moon'"),
    ],
)
async def test_what_stands_in_the_way_is_told_in_a_sentence(
    latch: Terminal, more: dict[str, str], says: str
) -> None:
    ended = await latch("scan", more=more)

    assert ERROR == ended.code
    assert says in ended.out + ended.errors
    assert "Traceback" not in ended.errors


async def test_a_subscription_that_may_not_be_read_is_a_blind_spot_and_an_error(
    lab: Lab, latch: Terminal
) -> None:
    scope = f"/subscriptions/{SUBSCRIPTION}"
    for role in ("Latch lockdown", "Latch network"):
        lab.roles.remove(LATCH.object_id, role, scope)
    ended = await latch("scan", "--format", "json")
    for role in ("Latch lockdown", "Latch network"):
        lab.roles.assign(LATCH.object_id, role, scope)

    assert ERROR == ended.code
    assert ["`Latch audit`" in each for each in ended.document["blind"]] == [True]


async def test_a_zone_that_may_not_be_read_is_an_error_of_its_accounts(
    lab: Lab, latch: Terminal
) -> None:
    scope = f"/subscriptions/{SUBSCRIPTION}"
    lab.roles.remove(LATCH.object_id, "Latch network", scope)
    ended = await latch("scan")
    lab.roles.assign(LATCH.object_id, "Latch network", scope)

    assert ERROR == ended.code
    assert "no right to Microsoft.Network/" in ended.out
