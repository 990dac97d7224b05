"""Without any single action of a role something stays broken and a person is told; with it, nothing does.

Each action of each role has a story below, so that an action nobody needs cannot stay in a role.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

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
    story.lab.grid.trouble.outage = False
    await story.lab.swept()


@dataclass(frozen=True, slots=True)
class Need:
    """What breaks, at an account whose name chooses the profile."""

    breaking: Breaking
    profile: str = "plain"
    kind: str = "OpenAI"
    pending: bool = False
    # What people are told where it is not the name of the action.
    says: str = ""


NEEDS = {
    f"{COGNITIVE}/read": Need(opens),
    f"{COGNITIVE}/write": Need(opens),
    f"{COGNITIVE}/privateLinkResources/read": Need(touches, kind="FormRecognizer"),
    f"{COGNITIVE}/privateEndpointConnections/write": Need(touches, pending=True),
    f"{COGNITIVE}/networkSecurityPerimeterConfigurations/read": Need(touches),
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
        opens_unheard, says="no event subscription brings changes"
    ),
    "Microsoft.EventGrid/systemTopics/eventSubscriptions/read": Need(
        opens_unheard, says="may not read whether changes"
    ),
}

# The sweep restores without these two, so no story proves that they are needed. Strict: a proof ends the exception.
UNPROVEN = ("Microsoft.Resources/subscriptions/read", "Microsoft.ResourceGraph/resources/read")
STORIES = [
    pytest.param(
        action,
        id=action,
        marks=pytest.mark.xfail(strict=True, reason="the lab's sweep does without it")
        if action in UNPROVEN
        else (),
    )
    for action in NEEDS
]


@pytest.fixture(scope="module")
async def lab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    """With every right that the templates can give."""
    profiles = policies.PATH_PROFILES | {"fixed": policies.PROFILES["fixed"]}
    policy = policies.written(tmp_path_factory.mktemp("policy"), profiles=profiles)
    switches = Switches(connection_reject_seconds=0)
    settings = NEVER | IMPATIENT
    async with Lab(
        Plan(policy=policy, rights="rebuild", switches=switches, settings=settings)
    ) as lab:
        lab.seeding.security_group("asg-endpoints", "rg-network", location="japaneast")
        yield lab


def actions(role: Path) -> set[str]:
    return set(json.loads(role.read_text("utf-8"))["actions"])


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


def begun(lab: Lab, need: Need, number: int) -> Story:
    name = f"aoai-need-{number:02}-{need.profile}"
    if need.pending:
        return Story.with_endpoint(lab, name, approved=False)
    return Story.private(lab, name, need.kind)


@pytest.mark.parametrize("role", sorted(SHARED.glob("*-role.json")), ids=lambda file: file.stem)
def test_every_action_of_a_role_has_a_story(role: Path) -> None:
    assert actions(role) - set(NEEDS) == set()


@pytest.mark.parametrize("action", STORIES)
async def test_without_an_action_it_stays_broken_and_a_person_is_told_which(
    lab: Lab, robin: Person, action: str
) -> None:
    need = NEEDS[action]
    story = begun(lab, need, list(NEEDS).index(action))
    told = len(lab.sink.alerts())

    with without(lab, action):
        await need.breaking(robin, story)
        await lab.settled()
    heard = [json.dumps(each.event) for each in lab.sink.alerts()[told:]]
    named = any((need.says or action) in each for each in heard)
    await lab.swept()

    assert await story.is_private()
    assert named, heard
