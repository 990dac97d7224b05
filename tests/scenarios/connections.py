"""What people do to an account's endpoints and their connections, and a lab in which Latch may build them anew."""

from pathlib import Path

from tests.harness.lab import Plan
from tests.harness.people import Person
from tests.harness.world import Json, Resource, Switches
from tests.scenarios import policies
from tests.scenarios.conftest import IMPATIENT, NEVER
from tests.scenarios.story import Story

REBUILT = ["DELETE privateEndpoints", "PUT privateEndpoints", "PUT privateDnsZoneGroups"]


def plan(folder: Path) -> Plan:
    """Latch has the role. Nobody waits for an answer, and work on an endpoint fails while its account is busy."""
    switches = Switches(
        connection_reject_seconds=0,
        connection_delete_seconds=0,
        account_lag_seconds=0,
        busy_account_fails_endpoint="operation",
    )
    policy = policies.written(folder, profiles=policies.PATH_PROFILES)
    return Plan(policy=policy, rights="rebuild", switches=switches, settings=NEVER | IMPATIENT)


def of(story: Story, endpoint_id: str = "") -> Json:
    """The account's side of the connection of an endpoint; of its own, unless another is named."""
    wanted = endpoint_id or story.endpoint_id
    connections: list[Json] = story.account["privateEndpointConnections"]
    [found] = (
        each for each in connections if each["properties"]["privateEndpoint"]["id"] == wanted
    )
    return found


def status(story: Story, endpoint_id: str) -> str:
    found: str = of(story, endpoint_id)["properties"]["privateLinkServiceConnectionState"]["status"]
    return found


async def answer(person: Person, connection: Json, status: str) -> None:
    """Approves or rejects, as the portal does."""
    state = {"status": status, "description": "by hand"}
    body = {"properties": {"groupIds": ["account"], "privateLinkServiceConnectionState": state}}
    await person.put(connection["id"], body)


async def fail(person: Person, story: Story) -> None:
    """Work on an endpoint fails while Azure is busy with its account (AVM cognitiveservices#148)."""
    await person.patch(story.id, {"tags": {"team": "search"}})
    properties = story.endpoint.properties
    [link] = properties["privateLinkServiceConnections"]
    target = {name: link["properties"][name] for name in ("privateLinkServiceId", "groupIds")}
    wanted = {
        "subnet": {"id": properties["subnet"]["id"]},
        "privateLinkServiceConnections": [{"name": link["name"], "properties": target}],
    }
    body = {"location": story.endpoint.body["location"], "properties": wanted}
    await person.put(story.endpoint_id, body)
    await story.lab.clock.advance(story.lab.world.switches.endpoint_seconds)
    assert "Failed" == story.endpoint.properties["provisioningState"]


def endpoint_writes(story: Story) -> list[str]:
    return [write for write in story.writes if "privateEndpoints" in write]


def resource(story: Story, resource_id: str) -> Resource:
    found = story.lab.world.get(resource_id)
    assert found is not None
    return found
