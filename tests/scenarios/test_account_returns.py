"""An account is deleted and comes back, or becomes one of another kind: its path is not what it was, and is made so.

Whether an account keeps its network settings when it is restored is not verified: here it comes back open to all. That
an endpoint does not gain the members of an upgraded account is not verified either.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness.lab import Lab, Plan
from tests.harness.people import Person
from tests.harness.world import Json, Switches
from tests.harness.worlds import ACCOUNTS, SUBSCRIPTION
from tests.scenarios.conftest import IMPATIENT, NEVER
from tests.scenarios.neighbors import OtherTeam
from tests.scenarios.story import COGNITIVE_ZONE, FOUNDRY_ZONE, OPENAI_ZONE, Story

ALL_ZONES = [COGNITIVE_ZONE, OPENAI_ZONE, FOUNDRY_ZONE]
REBUILT = ["DELETE privateEndpoints", "PUT privateEndpoints", "PUT privateDnsZoneGroups"]
RESTORED: Json = {"location": "eastus", "properties": {"restore": True}}


@pytest.fixture(scope="module")
async def module_lab(policy: Path) -> AsyncIterator[Lab]:
    switches = Switches(restore_keeps_network=False)
    plan = Plan(policy=policy, rights="rebuild", switches=switches, settings=NEVER | IMPATIENT)
    async with Lab(plan) as lab:
        yield lab


@pytest.fixture
def lab(module_lab: Lab) -> Lab:
    return module_lab


@pytest.fixture
async def growing(policy: Path) -> AsyncIterator[Lab]:
    switches = Switches(upgrade_grows_endpoints=True)
    async with Lab(Plan(policy=policy, switches=switches, settings=NEVER)) as lab:
        yield lab


async def is_deleted(person: Person, story: Story) -> None:
    await person.delete(story.id)
    await story.lab.settled()
    assert "Disconnected" == story.connection
    story.begins()


def done(story: Story) -> list[str]:
    """What Azure let Latch write, but for records: those of an endpoint that is on its way are written early."""
    return [call for call in story.writes if ":" not in call and call != "PUT A"]


def actors(story: Story) -> set[str]:
    return {alert["data"]["actor"]["name"] for alert in story.alerts}


KINDS = pytest.mark.parametrize(
    ("prefix", "kind"),
    [
        pytest.param("aoai", "OpenAI", id="OpenAI"),
        pytest.param("ais", "AIServices", id="AIServices"),
    ],
)


# It comes back --------------------------------------------------------------------------------------------------------


@KINDS
async def test_a_restored_account_is_closed_and_its_endpoint_built_anew(
    lab: Lab, robin: Person, prefix: str, kind: str
) -> None:
    story = Story.private(lab, f"{prefix}-restored-renewed", kind)
    others = OtherTeam.beside(story)
    await story.rechecked()
    await is_deleted(robin, story)

    await robin.put(story.id, RESTORED)
    assert {True} == {each.ok for each in await story.outside()}
    await lab.settled()

    assert "Disabled" == story.account["publicNetworkAccess"]
    assert ["PATCH accounts", *REBUILT] == done(story)
    assert await story.is_private()
    assert ["Closed", "Noticed", "Restored"] == story.told
    assert {"Robin Example"} == actors(story)
    assert others.is_untouched


async def test_a_restored_account_is_closed_and_a_person_told_where_nothing_may_be_deleted(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-restored")
    others = OtherTeam.beside(story)
    await is_deleted(robin, story)

    await robin.put(story.id, RESTORED)
    await lab.settled()

    assert "Disabled" == story.account["publicNetworkAccess"]
    assert ["PATCH accounts"] == done(story)
    assert "Disconnected" == story.connection
    assert {"Closed", "Stalled"} <= set(story.told)
    [stalled] = [each for each in story.alerts if each["type"].endswith("Stalled")]
    assert "connection-state" in {drift["rule"] for drift in stalled["data"]["drifts"]}
    assert {"Robin Example"} == actors(story)
    assert others.is_untouched


async def test_an_account_made_again_after_its_purge_gets_a_whole_path_of_its_own(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-again-renewed")
    await is_deleted(robin, story)
    await purges(robin, story)
    await lab.settled()
    assert ["Noticed"] == story.told
    story.begins()

    await robin.creates_public_account(story.id)
    await lab.settled()

    assert ["PATCH accounts", *REBUILT] == done(story)
    assert await story.is_private()
    assert {"Closed", "Restored"} <= set(story.told)


async def purges(person: Person, story: Story) -> None:
    """What `Person` has no word for."""
    location = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/locations"
    deleted = f"{location}/eastus/resourceGroups/{ACCOUNTS}/deletedAccounts/{story.name}"
    url = f"{person.arm_url}{deleted}?api-version=2025-09-01"
    headers = {"Authorization": f"Bearer {person.token}"}
    async with person.http.delete(url, headers=headers) as answer:
        assert answer.status < 400, await answer.text()


# It becomes another kind ----------------------------------------------------------------------------------------------


async def test_an_upgraded_account_gets_its_zones_and_an_endpoint_with_all_members(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-upgraded-renewed")
    others = OtherTeam.beside(story)

    await robin.patch(story.id, {"kind": "AIServices"})
    await lab.settled()

    assert {"default": ALL_ZONES} == story.zone_groups
    assert 3 == len(story.addresses)
    assert await story.is_private()
    assert REBUILT == done(story)[-3:]
    assert ["Restored"] == story.told
    assert {"Robin Example"} == actors(story)
    assert others.is_untouched


async def test_an_upgraded_account_gets_its_zones_and_a_person_is_told_of_the_missing_members(
    lab: Lab, robin: Person
) -> None:
    """Until the endpoint is built anew, the name that it was made for works on."""
    story = Story.private(lab, "aoai-upgraded")
    others = OtherTeam.beside(story)

    await robin.patch(story.id, {"kind": "AIServices"})
    await lab.settled()

    assert {"default": ALL_ZONES} == {
        name: sorted(zones, key=ALL_ZONES.index) for name, zones in story.zone_groups.items()
    }
    assert ["PUT privateDnsZoneGroups"] == done(story)
    assert [False, True, False] == [each.ok for each in await story.inside()]
    [stalled] = [each for each in story.alerts if each["type"].endswith("Stalled")]
    assert "endpoint-members" in {drift["rule"] for drift in stalled["data"]["drifts"]}
    assert all(zone in str(stalled["data"]["drifts"]) for zone in (COGNITIVE_ZONE, FOUNDRY_ZONE))
    assert {"Robin Example"} == actors(story)
    assert others.is_untouched


async def test_where_azure_gives_the_endpoint_its_members_the_zones_are_enough(
    growing: Lab,
) -> None:
    story = Story.private(growing, "aoai-grown")

    await growing.person("Robin Example").patch(story.id, {"kind": "AIServices"})
    await growing.settled()

    assert ["PUT privateDnsZoneGroups"] == done(story)
    assert await story.is_private()
    assert ["Restored"] == story.told
