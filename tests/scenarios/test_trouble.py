"""Resource Manager has a bad day: what Latch does takes longer, and is done and told all the same.

Each trouble strikes an account of its own; all of them happen at once, and each is looked at by a test.
"""

from collections.abc import AsyncIterator

import pytest

from tests.harness.lab import LATCH, Lab
from tests.harness.world import Json
from tests.scenarios.story import Story

# What may become of a request: refused at the door, lost on the way, lost on the way back, or late.
TROUBLES: dict[str, Json] = {
    "another-write-runs": {"status": 409, "code": "RequestConflict"},
    "too-many-requests": {"status": 429, "retry_after": 45},
    "internal-error": {"status": 500},
    "not-available": {"status": 503},
    "connection-breaks": {"reset": True},
    "connection-breaks-after-the-write": {"reset": True, "after_write": True},
    "answer-cut-off": {"malformed": True},
    "answer-cut-off-after-the-write": {"malformed": True, "after_write": True},
    "answer-takes-its-time": {"delay": 25.0},
}
REFUSALS: dict[str, Json] = {
    "account-busy": {"status": 400, "code": "AccountProvisioningStateInvalid"},
    "endpoint-busy": {"status": 409, "code": "AnotherOperationInProgress"},
    "neighbor-busy": {"status": 429, "code": "RetryableErrorDueToAnotherOperation"},
}
# What becomes of a PUT is Latch's to find out where the answer is lost, and Azure's to say where it is not.
WORST = (
    "too-many-requests",
    "not-available",
    "connection-breaks-after-the-write",
    "answer-cut-off-after-the-write",
    "answer-takes-its-time",
)
type Stories = dict[str, Story]


@pytest.fixture(scope="module")
async def closings(shared_lab: Lab) -> AsyncIterator[Stories]:
    """Every account is opened; every first PATCH goes wrong."""
    robin = shared_lab.person("Robin Example")
    stories = {name: Story.private(shared_lab, f"aoai-close-{name}") for name in TROUBLES}
    for name, story in stories.items():
        strike(shared_lab, "PATCH", story.id, TROUBLES[name])
        await robin.opens(story.id)
    await shared_lab.settled()
    yield stories
    shared_lab.weather.clear()


@pytest.fixture(scope="module")
async def rebuildings(shared_lab: Lab) -> AsyncIterator[Stories]:
    """Every endpoint is deleted; the first PUT of each endpoint and of each zone group goes wrong."""
    robin = shared_lab.person("Robin Example")
    troubles = {name: TROUBLES[name] for name in WORST} | REFUSALS
    stories = {name: Story.private(shared_lab, f"aoai-build-{name}") for name in troubles}
    for name, story in stories.items():
        strike(shared_lab, "PUT", story.endpoint_id, troubles[name])
        group = f"{story.endpoint_id}/privateDnsZoneGroups/default"
        strike(shared_lab, "PUT", group, troubles[name])
        await robin.delete(story.endpoint_id)
    await shared_lab.settled()
    yield stories
    shared_lab.weather.clear()


@pytest.fixture(scope="module")
async def renamings(shared_lab: Lab) -> AsyncIterator[Stories]:
    """Every record is deleted; the first PUT of each goes wrong."""
    robin = shared_lab.person("Robin Example")
    stories = {name: Story.private(shared_lab, f"aoai-name-{name}") for name in WORST}
    for name, story in stories.items():
        strike(shared_lab, "PUT", story.record_id(), TROUBLES[name])
        await robin.delete(story.record_id())
    await shared_lab.settled()
    yield stories
    shared_lab.weather.clear()


def strike(lab: Lab, method: str, resource_id: str, trouble: Json, count: int = 1) -> None:
    lab.weather.add(
        {"principal": LATCH.name, "method": method, "id": resource_id, "count": count, **trouble}
    )


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_closing_is_delayed_and_not_lost(closings: Stories, trouble: str) -> None:
    story = closings[trouble]

    assert "Disabled" == story.account["publicNetworkAccess"]
    assert "Deny" == story.account["networkAcls"]["defaultAction"]
    assert await story.is_private()


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_closing_in_trouble_is_told_with_the_name_of_who_opened(
    closings: Stories, trouble: str
) -> None:
    story = closings[trouble]

    assert story.told in (["Closed"], ["Restored"], ["Closed", "Restored"])
    assert {"Robin Example"} == {alert["data"]["actor"]["name"] for alert in story.alerts}


@pytest.mark.parametrize("trouble", [*WORST, *REFUSALS])
async def test_rebuilding_is_delayed_and_not_lost(rebuildings: Stories, trouble: str) -> None:
    story = rebuildings[trouble]

    assert await story.is_private()
    assert ["Restored"] == story.told
    assert "Robin Example" == story.alerts[0]["data"]["actor"]["name"]


@pytest.mark.parametrize("trouble", WORST)
async def test_a_record_is_put_right_later_and_told(renamings: Stories, trouble: str) -> None:
    story = renamings[trouble]

    assert await story.is_private()
    assert ["Restored"] == story.told
    assert "Robin Example" == story.alerts[0]["data"]["actor"]["name"]


async def test_what_cannot_be_read_now_is_read_later(lab: Lab) -> None:
    robin, story = lab.person("Robin Example"), Story.private(lab, "aoai-unreadable")
    for resource_id in (story.id, story.endpoint_id, story.record_id()):
        strike(lab, "GET", resource_id, {"status": 503}, count=2)

    await robin.opens(story.id)
    await robin.delete(story.record_id())
    await lab.settled()

    assert ["Closed", "Restored"] == story.told
    assert await story.is_private()


async def test_a_wait_that_does_not_end_is_told_to_a_person_once(lab: Lab) -> None:
    robin, story = lab.person("Robin Example"), Story.private(lab, "aoai-never-again")
    strike(lab, "PUT", story.endpoint_id, {"status": 503}, count=1000)

    await robin.delete(story.endpoint_id)
    await lab.settled()
    lab.weather.clear()

    assert ["Stalled"] == story.told
    assert "GaveUp" in {result["code"] for result in story.alerts[0]["data"]["results"]}


async def test_what_azure_refuses_for_good_is_told_once_and_not_tried_again(lab: Lab) -> None:
    robin, story = lab.person("Robin Example"), Story.private(lab, "aoai-locked")
    strike(lab, "PATCH", story.id, {"status": 409, "code": "ScopeLocked"}, count=1000)

    await robin.opens(story.id)
    await lab.settled()
    lab.weather.clear()

    assert ["Stalled"] == story.told
    assert "critical" == story.alerts[0]["data"]["severity"]
    assert ["PATCH accounts: ScopeLocked"] * 2 == story.writes
