"""Without any single action of a role something stays broken and a person is told; with it, nothing does.

Each action of each role has a story below, so that an action nobody needs cannot stay in a role. docs/permissions.md
names the stories.
"""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest

from tests.harness.lab import LATCH, SHARED, Lab, Plan
from tests.harness.people import Person
from tests.harness.physics.types import LINK
from tests.harness.world import Switches
from tests.scenarios import connections, policies
from tests.scenarios.conftest import IMPATIENT, NEVER
from tests.scenarios.story import Story

COGNITIVE = "Microsoft.CognitiveServices/accounts"
NETWORK = "Microsoft.Network"

PAGE = SHARED.parents[1] / "docs" / "permissions.md"
ROLES = {
    file.stem.removesuffix("-role"): json.loads(file.read_text("utf-8"))
    for file in SHARED.glob("*-role.json")
}

type Breaking = Callable[[Person, Story], Awaitable[None]]


async def opens(robin: Person, story: Story) -> None:
    await robin.opens(story.id)


async def touches(robin: Person, story: Story) -> None:
    await robin.patch(story.id, {"tags": {"team": "search"}})


async def deletes_endpoint(robin: Person, story: Story) -> None:
    await robin.delete(story.endpoint_id)


async def deletes_zone_group(robin: Person, story: Story) -> None:
    await robin.delete(f"{story.endpoint_id}/privateDnsZoneGroups/default")


async def deletes_record(robin: Person, story: Story) -> None:
    await robin.delete(story.record_id())


async def deletes_link(robin: Person, story: Story) -> None:
    for link in list(story.lab.world.children(story.zone_id(), LINK)):
        await robin.delete(link.id)


async def deletes_zone(robin: Person, story: Story) -> None:
    """Azure deletes no zone that has links."""
    story.lab.grid.trouble.delay = 5
    await deletes_link(robin, story)
    await story.lab.clock.advance(story.lab.world.switches.zone_seconds)
    await robin.delete(story.zone_id())
    await story.lab.settled()
    story.lab.grid.trouble.delay = 0


async def rejects(robin: Person, story: Story) -> None:
    await connections.answer(robin, connections.of(story), "Rejected")


async def opens_unheard(robin: Person, story: Story) -> None:
    """Only the sweep can find it."""
    story.lab.grid.trouble.outage = True
    await robin.opens(story.id)
    await story.lab.settled()
    story.lab.grid.trouble.outage = False
    await story.lab.swept()


@dataclass(frozen=True, slots=True)
class Need:
    """What breaks, at an account whose name chooses the profile.

    `blinds`: nothing stays broken, and Latch says what it could not look at.
    """

    breaking: Breaking
    profile: str = "plain"
    kind: str = "OpenAI"
    pending: bool = False
    # What people are told where it is not the name of the action.
    says: str = ""
    blinds: bool = False


NEEDS = {
    f"{COGNITIVE}/read": Need(opens),
    f"{COGNITIVE}/write": Need(opens),
    f"{COGNITIVE}/privateLinkResources/read": Need(touches, kind="FormRecognizer", blinds=True),
    f"{COGNITIVE}/privateEndpointConnections/write": Need(touches, pending=True),
    f"{COGNITIVE}/networkSecurityPerimeterConfigurations/read": Need(touches, blinds=True),
    f"{NETWORK}/privateEndpoints/read": Need(deletes_endpoint),
    f"{NETWORK}/privateEndpoints/write": Need(deletes_endpoint),
    f"{NETWORK}/privateEndpoints/delete": Need(rejects, "rebuilt"),
    f"{NETWORK}/privateEndpoints/privateDnsZoneGroups/read": Need(deletes_zone_group),
    f"{NETWORK}/privateEndpoints/privateDnsZoneGroups/write": Need(deletes_zone_group),
    f"{NETWORK}/networkInterfaces/read": Need(deletes_record),
    f"{NETWORK}/virtualNetworks/read": Need(deletes_endpoint),
    f"{NETWORK}/virtualNetworks/join/action": Need(deletes_link),
    f"{NETWORK}/virtualNetworks/subnets/join/action": Need(deletes_endpoint),
    f"{NETWORK}/applicationSecurityGroups/joinIpConfiguration/action": Need(
        deletes_endpoint, "fixed"
    ),
    f"{NETWORK}/privateDnsZones/read": Need(deletes_zone),
    f"{NETWORK}/privateDnsZones/write": Need(deletes_zone),
    f"{NETWORK}/privateDnsZones/join/action": Need(deletes_zone_group),
    f"{NETWORK}/privateDnsZones/A/read": Need(deletes_record),
    f"{NETWORK}/privateDnsZones/A/write": Need(deletes_record),
    f"{NETWORK}/privateDnsZones/virtualNetworkLinks/read": Need(deletes_link),
    f"{NETWORK}/privateDnsZones/virtualNetworkLinks/write": Need(deletes_link),
    "Microsoft.Resources/subscriptions/read": Need(opens_unheard),
    "Microsoft.ResourceGraph/resources/read": Need(opens_unheard),
    "Microsoft.EventGrid/systemTopics/read": Need(
        opens_unheard, says="no event subscription brings changes", blinds=True
    ),
    "Microsoft.EventGrid/systemTopics/eventSubscriptions/read": Need(
        opens_unheard, says="may not read whether changes", blinds=True
    ),
}


@pytest.fixture(scope="module")
async def lab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    """With every right that the templates can give, and a policy that speaks of whatever Latch can see."""
    profiles = policies.PATH_PROFILES | {"fixed": policies.PROFILES["fixed"]}
    policy = policies.everywhere(tmp_path_factory.mktemp("policy"), profiles)
    switches = Switches(connection_reject_seconds=0)
    settings = NEVER | IMPATIENT
    async with Lab(
        Plan(policy=policy, rights="rebuild", switches=switches, settings=settings)
    ) as lab:
        lab.seeding.security_group("asg-endpoints", "rg-network", location="japaneast")
        yield lab


@contextmanager
def without(lab: Lab, action: str) -> Iterator[None]:
    """No role that Latch holds has it."""
    held = [a.role for a in lab.roles.assignments if a.object_id == LATCH.object_id]
    changed = [role for role in held if action in role.actions]
    assert changed
    for role in changed:
        left = tuple(each for each in role.actions if each != action)
        lab.roles.define(replace(role, actions=left))
    try:
        yield
    finally:
        for role in changed:
            lab.roles.define(role)


async def begun(lab: Lab, need: Need, number: int) -> Story:
    """An event of a zone tells of an account that Latch has seen in it."""
    name = f"aoai-need-{number:02}-{need.profile}"
    if need.pending:
        return Story.with_endpoint(lab, name, approved=False)
    story = Story.private(lab, name, need.kind)
    if need.breaking in {deletes_record, deletes_link, deletes_zone}:
        await story.rechecked()
    return story


async def forgotten(robin: Person, story: Story) -> None:
    """The next story has the zones to itself, and a fleet in which nothing was rebuilt within the hour."""
    story.lab.grid.trouble.outage = True
    for each in (story.endpoint_id, story.id):
        await robin.delete(each)
        await story.lab.clock.advance(1800)
    story.lab.grid.trouble.outage = False


def test_every_action_of_every_role_has_a_story_and_every_story_an_action() -> None:
    held = [action for role in ROLES.values() for action in role["actions"]]

    assert set(NEEDS) == set(held)


def test_roles_that_change_something_share_no_action_so_that_one_taken_away_is_gone() -> None:
    held = [a for name, role in ROLES.items() if name != "audit" for a in role["actions"]]

    assert len(held) == len(set(held))


@pytest.mark.parametrize("name", sorted(ROLES))
def test_the_page_on_permissions_names_the_story_of_every_action(name: str) -> None:
    role = ROLES[name]
    section = PAGE.read_text("utf-8").split(f"\n## {role['roleName']}\n")[1].split("\n## ")[0]
    named = dict(re.findall(r"^\| `([^`]+)` \| .+ \| `(\w+)` \|$", section, re.MULTILINE))

    assert named == {action: NEEDS[action].breaking.__name__ for action in role["actions"]}


@pytest.mark.parametrize("action", NEEDS)
async def test_without_an_action_it_stays_broken_and_a_person_is_told_which(
    lab: Lab, robin: Person, action: str
) -> None:
    need = NEEDS[action]
    story = await begun(lab, need, list(NEEDS).index(action))
    told = len(lab.sink.alerts())

    with without(lab, action):
        await need.breaking(robin, story)
        await lab.settled()
        is_mended = await story.is_private()
    heard = [json.dumps(each.event) for each in lab.sink.alerts()[told:]]
    is_named = any((need.says or action) in each for each in heard)
    await lab.swept()
    is_private = await story.is_private()
    await forgotten(robin, story)

    assert (is_mended, is_named, is_private) == (need.blinds, True, True), heard
