"""An endpoint that failed is written again, and one that lacks members is told; or the policy has both built anew.

Until it is deleted, what it leads to is reached; the names are away for as long as Azure needs, and no longer.
"""

from collections.abc import AsyncIterator

import pytest

from tests.harness.lab import Lab
from tests.harness.people import Person
from tests.harness.world import Json
from tests.harness.worlds import NETWORK, ZONES
from tests.scenarios import connections, policies
from tests.scenarios.story import OPENAI_ZONE, Story

UPGRADE: Json = {"kind": "AIServices", "properties": {"allowProjectManagement": True}}


@pytest.fixture(scope="module")
async def lab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    async with Lab(connections.plan(tmp_path_factory.mktemp("policy"))) as lab:
        yield lab


class Diary:
    """When the names led inside, by the lab's clock, and what Latch had written when they ceased to."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.written_before_loss: list[str] = []
        self.seconds = 0.0
        self._lost_at: float | None = None
        story.lab.world.on_touch(self._look)

    def _look(self) -> None:
        clock, (network,) = self.story.lab.clock, self.story.networks
        found = self.story.lab.names.resolve(f"{self.story.name}.openai.azure.com", network)
        leads_inside = [*found.addresses] == self.story.record() != []
        if self._lost_at is None and not leads_inside:
            self._lost_at = clock.time()
            self.written_before_loss = self.story.writes
        elif self._lost_at is not None and leads_inside:
            self.seconds += clock.time() - self._lost_at
            self._lost_at = None


# Failed ---------------------------------------------------------------------------------------------------------------


async def test_a_failed_endpoint_is_written_again(lab: Lab, robin: Person) -> None:
    """It works as it is: nothing is deleted without the opt-in. Latch itself made this one."""
    story = Story.private(lab, "aoai-failed-plain")
    await robin.delete(story.endpoint_id)
    await lab.settled()
    story.begins()
    await connections.fail(robin, story)

    await lab.settled()

    assert "Succeeded" == story.endpoint.properties["provisioningState"]
    assert ["PUT privateEndpoints"] == story.writes
    assert ["Restored"] == story.told
    assert {"Robin Example"} == story.actors
    assert [] == story.strays()
    assert await story.is_private()


async def test_a_failed_endpoint_that_a_person_made_is_written_again(
    lab: Lab, robin: Person
) -> None:
    """With the connection that it has: Azure refuses another name for it."""
    story = Story.private(lab, "aoai-failed-by-hand-plain")
    await connections.fail(robin, story)

    await lab.settled()

    assert "Succeeded" == story.endpoint.properties["provisioningState"]
    assert ["PUT privateEndpoints"] == story.writes
    assert await story.is_private()


async def test_a_failed_endpoint_is_deleted_first_where_the_policy_says_so(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-failed-rebuilt")
    await connections.fail(robin, story)
    diary = Diary(story)
    assert [True] == [each.ok for each in await story.inside()]

    await lab.settled()

    assert connections.REBUILT == story.writes
    assert ["DELETE privateEndpoints"] == diary.written_before_loss
    assert 0 < diary.seconds < 60
    assert ["Restored"] == story.told
    assert await story.is_private()


# Half of its members --------------------------------------------------------------------------------------------------


async def test_an_endpoint_that_lacks_the_members_of_an_upgraded_account_is_built_anew(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-upgraded-rebuilt")
    diary = Diary(story)

    await robin.patch(story.id, UPGRADE)
    await lab.settled()

    assert "DELETE privateEndpoints" in diary.written_before_loss
    assert 0 < diary.seconds < 60
    assert 3 == len(story.addresses)
    assert {"default": list(ZONES)} == story.zone_groups
    assert "endpoint-members" in story.rules
    assert {"Robin Example"} == story.actors
    assert [] == story.strays()
    assert await story.is_private()


async def test_without_the_opt_in_missing_members_are_told_and_the_names_there_are_keep_working(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-upgraded-plain")

    await robin.patch(story.id, UPGRADE)
    await lab.settled()

    assert "DELETE privateEndpoints" not in story.writes
    assert "Stalled" in story.told
    assert "endpoint-members" in story.rules
    assert [False, True, False] == [each.ok for each in await story.inside()]


# What is somebody else's ----------------------------------------------------------------------------------------------


async def test_an_adopted_endpoint_that_failed_is_told_and_not_deleted(
    lab: Lab, robin: Person
) -> None:
    """It has another name than the policy gives: somebody else made it, and may be about to mend it."""
    account = lab.seeding.account("aoai-adopting-rebuilt", "rg-ai-prod")
    made = lab.seeding.private_endpoint(
        "pe-made-by-others", NETWORK, account=account, subnet_id=lab.places.subnet_id
    )
    lab.seeding.zone_group(made, [lab.places.zones[OPENAI_ZONE]])
    story = Story(lab, account.name)
    story.endpoint_id = made.id
    await connections.fail(robin, story)

    await lab.settled()

    assert ["Stalled"] == story.told
    assert "endpoint-state" in story.rules
    assert [] == story.strays()
    assert "Failed" == made.properties["provisioningState"]
    assert [] == connections.endpoint_writes(story)


async def test_a_broken_endpoint_stays_while_the_name_is_that_of_another_live_one(
    lab: Lab, robin: Person
) -> None:
    """Its deletion would take the other's record along (azure-docs#58044)."""
    story = Story.private(lab, "aoai-doubled-rebuilt")
    second = lab.seeding.private_endpoint(
        "pe-second-of-doubled",
        NETWORK,
        account=connections.resource(story, story.id),
        subnet_id=policies.SUBNET,
    )
    lab.seeding.zone_group(second, [lab.places.zones[OPENAI_ZONE]])
    await connections.fail(robin, story)

    await lab.settled()

    assert "Succeeded" == story.endpoint.properties["provisioningState"]
    assert [] == [write for write in story.writes if write.startswith("DELETE")]
    assert [True] == [each.ok for each in await story.inside()]
    assert "Stalled" in story.told
