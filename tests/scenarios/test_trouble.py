"""Resource Manager has a bad day: what Latch does takes longer, and is done and told all the same."""

from collections.abc import Iterator

import pytest

from tests.harness.lab import LATCH, Lab
from tests.harness.people import Person
from tests.harness.world import Json
from tests.scenarios.story import Story

# What may become of a request: refused at the door, lost on the way, or lost on the way back.
TROUBLES = [
    pytest.param({"status": 409, "code": "RequestConflict"}, id="another write runs"),
    pytest.param({"status": 429, "retry_after": 45}, id="too many requests"),
    pytest.param({"status": 500}, id="an internal error"),
    pytest.param({"status": 503}, id="not available"),
    pytest.param({"reset": True}, id="the connection breaks"),
    pytest.param({"reset": True, "after_write": True}, id="the connection breaks after the write"),
    pytest.param({"malformed": True}, id="the answer is cut off"),
    pytest.param({"malformed": True, "after_write": True}, id="the answer to the write is cut off"),
    pytest.param({"delay": 25.0}, id="the answer takes its time"),
]


@pytest.fixture(autouse=True)
def fair_weather(lab: Lab) -> Iterator[None]:
    yield
    lab.weather.clear()


def strike(lab: Lab, trouble: Json, method: str, type_: str, count: int = 2) -> None:
    lab.weather.add(
        {"principal": LATCH.name, "method": method, "type": type_, "count": count, **trouble}
    )


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_closing_is_delayed_and_not_lost(
    lab: Lab, robin: Person, trouble: Json, request: pytest.FixtureRequest
) -> None:
    story = Story.private(lab, f"aoai-closing-{abs(hash(request.node.name))}")
    strike(lab, trouble, "PATCH", "Microsoft.CognitiveServices/accounts")

    await robin.opens(story.id)
    await lab.settled()

    assert "Disabled" == story.account["publicNetworkAccess"]
    assert "Deny" == story.account["networkAcls"]["defaultAction"]
    assert {"Closed", "Restored"} & set(story.told)
    assert {"Robin Example"} == {alert["data"]["actor"]["name"] for alert in story.alerts}
    assert await story.is_private()
