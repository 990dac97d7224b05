"""What people do beside the private path, from anywhere: it is told, never undone, and starts no loop."""

import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from textwrap import indent

import pytest

from tests.harness.event_grid import Filter, Schema, event_of
from tests.harness.lab import LATCH, REPOSITORY, SHARED, Lab, Plan
from tests.harness.people import Person
from tests.harness.world import Change, Json
from tests.harness.worlds import ACCOUNTS, NETWORK, SUBSCRIPTION
from tests.scenarios import policies
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import Story, queue

EVENTS = REPOSITORY / "tests" / "events"
FILTER: Json = json.loads((SHARED / "watch-filter.json").read_text("utf-8"))
SAMPLES: list[Json] = json.loads((EVENTS / "watch-every-operation.json").read_text("utf-8"))
LISTED = next(each for each in SAMPLES if "/listKeys/" in each["data"]["operationName"])
DEPLOYMENT: Json = {
    "sku": {"name": "Standard", "capacity": 1},
    "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-11-20"}},
}
VERSIONS = {
    "deployments": "2025-09-01",
    "projects": "2025-09-01",
    "listKeys": "2025-09-01",
    "regenerateKey": "2025-09-01",
    "deletedAccounts": "2025-09-01",
    "locks": "2020-05-01",
    "roleAssignments": "2022-04-01",
    "tags": "2021-04-01",
}
POLICY = f"""\
version: 1
scope:
  subscriptions: ['{SUBSCRIPTION}']
  resource_groups: ['rg-ai-*']
profiles:
  - name: quiet
    match: {{names: ['*-quiet']}}
    mode: enforce
    watch: none
  - name: production
    match: {{tags: {{guarded: 'yes'}}}}
    mode: enforce
{indent(policies.ENDPOINT + policies.DNS, "    ")}"""


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Which accounts are guarded, a tag says."""
    file = tmp_path_factory.mktemp("policy") / "policy.yaml"
    file.write_text(POLICY, "utf-8")
    return file


@pytest.fixture(scope="module")
async def lab(policy: Path) -> AsyncIterator[Lab]:
    async with Lab(Plan(policy=policy, settings=NEVER)) as lab:
        yield lab


@pytest.fixture
def kim(lab: Lab) -> Person:
    return lab.person("Kim Example", "Owner")


def guarded(lab: Lab, name: str) -> Story:
    """An account with its private path, and the tag."""
    story = Story.private(lab, name)
    account = lab.world.get(story.id)
    assert account is not None
    account.body["tags"] = {"guarded": "yes"}
    return story


async def ask(person: Person, method: str, path: str, body: Json | None = None) -> None:
    """What `Person` has no word for."""
    type_ = next(part for part in reversed(path.split("/")) if part in VERSIONS)
    url = f"{person.arm_url}{path}?api-version={VERSIONS[type_]}"
    headers = {"Authorization": f"Bearer {person.token}"}
    async with person.http.request(method, url, json=body, headers=headers) as answer:
        assert answer.status < 400, await answer.text()


def headlines(story: Story) -> list[str]:
    return [alert["data"]["headline"] for alert in story.alerts]


def is_watched(event: Json) -> bool:
    return Filter.parse(FILTER, Schema.EVENT_GRID).admits(event)


# What is told ----------------------------------------------------------------------------------------------------


async def test_a_model_is_deployed_from_the_internet_and_people_are_told(
    lab: Lab, robin: Person
) -> None:
    """The article's finding: closing the network does not close the control plane."""
    story = guarded(lab, "aoai-deployed")

    await ask(robin, "PUT", f"{story.id}/deployments/gpt-4o", DEPLOYMENT)
    await lab.settled()
    await ask(robin, "DELETE", f"{story.id}/deployments/gpt-4o")
    await lab.settled()

    assert [
        "Robin Example wrote model deployment gpt-4o of aoai-deployed",
        "Robin Example deleted model deployment gpt-4o of aoai-deployed",
    ] == headlines(story)
    assert {"notice"} == {alert["data"]["severity"] for alert in story.alerts}
    assert [] == story.writes


async def test_keys_are_listed_again_and_again_and_told_once(lab: Lab, robin: Person) -> None:
    story = guarded(lab, "aoai-keys")

    for _ in range(3):
        await ask(robin, "POST", f"{story.id}/listKeys")
    await ask(robin, "POST", f"{story.id}/regenerateKey", {"keyName": "Key1"})
    await lab.settled()

    assert {
        "Robin Example listed the keys of aoai-keys",
        "Robin Example regenerated a key of aoai-keys",
    } == set(headlines(story))
    assert 2 == len(story.told)


async def test_what_event_grid_delivers_twice_is_told_once(lab: Lab, robin: Person) -> None:
    story = guarded(lab, "aoai-doubled")
    lab.grid.trouble.duplicate = 1

    await ask(robin, "POST", f"{story.id}/listKeys")
    await lab.settled()

    assert ["Noticed"] == story.told


async def test_an_account_is_deleted_and_comes_back(lab: Lab, robin: Person) -> None:
    story = guarded(lab, "aoai-phoenix")
    await story.rechecked()

    await robin.delete(story.id)
    await lab.settled()
    assert ["Robin Example deleted aoai-phoenix"] == headlines(story)

    story.begins()
    await robin.put(story.id, {"location": "eastus", "properties": {"restore": True}})
    await lab.settled()

    assert "Robin Example restored aoai-phoenix, or created it again" in headlines(story)


async def test_a_purge_is_told_though_the_account_is_gone(lab: Lab, robin: Person) -> None:
    story = guarded(lab, "aoai-purged")
    await robin.delete(story.id)
    await lab.settled()
    story.begins()

    location = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/locations"
    purged = f"{location}/eastus/resourceGroups/{ACCOUNTS}/deletedAccounts/{story.name}"
    await ask(robin, "DELETE", purged)
    await lab.settled()

    assert ["Robin Example purged aoai-purged for good"] == headlines(story)


async def test_a_lock_is_removed_and_latch_goes_on_at_once(
    lab: Lab, robin: Person, kim: Person
) -> None:
    story = guarded(lab, "aoai-locked")
    lock = f"{story.id}/providers/Microsoft.Authorization/locks/freeze"
    await robin.opens(story.id)
    await ask(kim, "PUT", lock, {"properties": {"level": "ReadOnly"}})
    await lab.settled()
    assert "Stalled" in story.told

    story.begins()
    await ask(kim, "DELETE", lock)
    await lab.settled()

    assert "Kim Example removed lock freeze from aoai-locked" in headlines(story)
    assert await story.is_private()
    [restored] = [each for each in story.alerts if each["type"].endswith("Restored")]
    assert "Robin Example" == restored["data"]["actor"]["name"]


async def test_an_account_that_loses_its_tag_leaves_the_scope_and_people_are_warned(
    lab: Lab, robin: Person
) -> None:
    story = guarded(lab, "aoai-leaver")
    await story.rechecked()

    tags: Json = {"operation": "Replace", "properties": {"tags": {"team": "search"}}}
    await ask(robin, "PATCH", f"{story.id}/providers/Microsoft.Resources/tags/default", tags)
    await lab.settled()

    expected = "Robin Example changed aoai-leaver, of which the policy does not speak any more"
    assert [expected] == headlines(story)
    assert "warning" == story.alerts[0]["data"]["severity"]


async def test_an_account_that_gains_its_tag_is_guarded_at_once(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-joiner")
    await robin.opens(story.id)
    await lab.settled()
    assert not await story.is_private()

    tags: Json = {"properties": {"tags": {"guarded": "yes"}}}
    await ask(robin, "PUT", f"{story.id}/providers/Microsoft.Resources/tags/default", tags)
    await lab.settled()

    assert "Robin Example wrote tags of aoai-joiner" in headlines(story)
    assert await story.is_private()


async def test_a_role_on_an_account_is_given_and_taken(lab: Lab, kim: Person) -> None:
    story = guarded(lab, "aoai-role")
    role = f"{story.id}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
    reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
    definitions = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
    body = {
        "properties": {
            "roleDefinitionId": f"{definitions}/{reader}",
            "principalId": kim.caller.object_id,
            "principalType": "User",
        }
    }

    await ask(kim, "PUT", role, body)
    await ask(kim, "DELETE", role)
    await lab.settled()

    assert {
        "Kim Example gave somebody a role on aoai-role",
        "Kim Example took a role on aoai-role from somebody",
    } == set(headlines(story))
    assert [] == story.writes


async def test_a_lock_on_the_group_of_the_networks_is_told_for_the_group(
    lab: Lab, kim: Person
) -> None:
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{NETWORK}"
    lock = f"{group}/providers/Microsoft.Authorization/locks/keep"
    told = len(lab.sink.alerts())

    await ask(kim, "PUT", lock, {"properties": {"level": "CanNotDelete"}})
    await ask(kim, "DELETE", lock)
    await lab.settled()

    seen = [alert.event for alert in lab.sink.alerts()[told:]]
    assert {group} == {event["subject"] for event in seen}
    assert {
        "Kim Example set lock keep on resource group rg-network",
        "Kim Example removed lock keep from resource group rg-network",
    } == {event["data"]["headline"] for event in seen}


# What is not told ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("aoai-unguarded", id="no profile speaks of it"),
        pytest.param("aoai-quiet", id="its profile watches nothing"),
    ],
)
async def test_an_account_nobody_watches_is_counted_and_dropped(
    lab: Lab, robin: Person, name: str
) -> None:
    story, logged = Story.private(lab, name), len(lab.worker_log)

    await ask(robin, "POST", f"{story.id}/listKeys")
    await lab.settled()

    assert [] == story.told
    assert "the policy does not watch" in lab.worker_log[logged:]


async def test_nothing_that_latch_does_is_watched(lab: Lab, robin: Person) -> None:
    """It closes, rebuilds, names and links; and not one of its own writes comes back as a watched change."""
    changes: list[Change] = []
    lab.world.watch(changes.append)
    story = guarded(lab, "aoai-life")

    await robin.opens(story.id)
    await robin.delete(story.endpoint_id)
    await robin.delete(story.record_id())
    await lab.settled()

    own = [change for change in changes if change.caller.object_id == LATCH.object_id]
    events = [event_of(each, lab.tokens.event_claims, lab.world.tenant) for each in own]
    assert await story.is_private()
    assert {"accounts", "privateEndpoints"} <= {each.operation.split("/")[1] for each in own}
    assert not [e for e in events if is_watched(e.render(Schema.EVENT_GRID))]


async def test_what_was_given_up_is_told_with_the_account(lab: Lab) -> None:
    told = len(lab.sink.alerts())
    event = LISTED
    async with queue(lab, "latch-watch-poison") as poison:
        await poison.send_message(json.dumps(event))

    await lab.settled()

    [alert] = [each.event for each in lab.sink.alerts()[told:]]
    assert "Latch.Alert.GaveUp" == alert["type"]
    assert event["subject"] == alert["subject"]
    assert "latch-watch" in alert["data"]["headline"]


async def test_no_watched_change_makes_latch_write(lab: Lab) -> None:
    """Forged, and all at once: each is told, and costs some looks."""
    story = guarded(lab, "aoai-forged")
    text = json.dumps(SAMPLES).replace(LISTED["subject"], story.id)
    forged = [e | {"topic": f"/subscriptions/{SUBSCRIPTION}"} for e in json.loads(text)]

    lab.grid.deliver_raw(forged)
    await lab.settled()

    assert {"Noticed"} == set(story.told)
    assert sum(event["subject"].startswith(story.id) for event in forged) == len(story.told)
    assert [] == story.writes


async def test_where_events_are_pushed_what_is_watched_still_comes_by_its_queue(
    policy: Path,
) -> None:
    async with Lab(Plan(policy=policy, settings=NEVER, ingest="push")) as lab:
        story = guarded(lab, "aoai-pushed")

        await ask(lab.person("Robin Example"), "POST", f"{story.id}/listKeys")
        await lab.settled()

        assert ["Noticed"] == story.told
