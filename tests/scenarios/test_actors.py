"""Who did it? People are told the name that the event's claims hold, unless the deployment drops personal data."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness.lab import Lab, Plan
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import Story


@pytest.fixture(scope="module")
async def discreet_lab(policy: Path) -> AsyncIterator[Lab]:
    settings = NEVER | {"LATCH_PERSONAL_DATA": "drop"}
    async with Lab(Plan(policy=policy, settings=settings)) as lab:
        yield lab


async def test_a_user_is_named(lab: Lab) -> None:
    story, robin = Story.private(lab, "aoai-by-user"), lab.person("Robin Example")

    await robin.opens(story.id)
    await lab.settled()

    [alert] = story.alerts
    assert ("user", "Robin Example") == (
        alert["data"]["actor"]["kind"],
        alert["data"]["actor"]["name"],
    )
    assert "Robin Example" in alert["data"]["headline"]


async def test_an_app_is_named_by_its_ids(lab: Lab) -> None:
    story, terraform = Story.private(lab, "aoai-by-app"), lab.person("terraform-ci")

    await terraform.opens(story.id)
    await lab.settled()

    [alert] = story.alerts
    actor = alert["data"]["actor"]
    assert "app" == actor["kind"]
    assert terraform.caller.client_id == actor["appId"]
    assert terraform.caller.object_id == actor["objectId"]


async def test_the_one_who_began_is_named_though_others_went_on(lab: Lab) -> None:
    story = Story.private(lab, "aoai-by-two")
    robin, kim = lab.person("Robin Example"), lab.person("Kim Example")

    await robin.delete(story.endpoint_id)
    await lab.clock.advance(lab.world.switches.endpoint_delete_seconds)
    await kim.patch(story.id, {"tags": {"team": "search"}})
    await lab.settled()

    assert "Robin Example" == story.alerts[-1]["data"]["actor"]["name"]


async def test_latchs_own_changes_are_looked_at_and_told_to_nobody(lab: Lab) -> None:
    story, robin = Story.private(lab, "aoai-own-echo"), lab.person("Robin Example")

    await robin.opens(story.id)
    await lab.settled()

    assert ["Closed"] == story.told
    assert story.calls.count("GET accounts") > 2


async def test_personal_data_is_dropped_where_the_deployment_says_so(discreet_lab: Lab) -> None:
    story = Story.private(discreet_lab, "aoai-discreet")
    robin = discreet_lab.person("Robin Example")

    await robin.opens(story.id)
    await robin.delete(story.record_id())
    await discreet_lab.settled()

    assert story.alerts
    assert robin.caller.object_id in str(story.alerts)
    assert "Robin" not in str(story.alerts)
    assert robin.caller.ip not in str(story.alerts)
