"""Somebody puts an account into a network security perimeter: its rules decide from now on, and people are told."""

import pytest

from tests.harness.lab import Lab
from tests.harness.people import Person
from tests.harness.physics.types import PERIMETER
from tests.harness.world import Json
from tests.harness.worlds import NETWORK
from tests.scenarios.neighbors import OtherTeam
from tests.scenarios.story import Story

EVERYONE: Json = {"direction": "Inbound", "addressPrefixes": ["198.51.100.0/24"]}


def perimeter_of(story: Story) -> str:
    return story.lab.id(NETWORK, PERIMETER, f"nsp-{story.name}")


async def joins(person: Person, story: Story, mode: str) -> None:
    """A perimeter that lets the internet's witness in, and the account in it."""
    perimeter = perimeter_of(story)
    profile = f"{perimeter}/profiles/default"
    association = {
        "privateLinkResource": {"id": story.id},
        "profile": {"id": profile},
        "accessMode": mode,
    }
    await person.put(perimeter, {"location": "eastus"})
    await person.put(profile, {"properties": {}})
    await person.put(f"{profile}/accessRules/everyone", {"properties": EVERYONE})
    await person.put(f"{perimeter}/resourceAssociations/{story.name}", {"properties": association})


@pytest.mark.parametrize(
    ("name", "kind", "mode"),
    [
        pytest.param("aoai-perimeter-enforced", "OpenAI", "Enforced", id="OpenAI, enforced"),
        pytest.param("ais-learning", "AIServices", "Learning", id="AIServices, learning"),
    ],
)
async def test_a_perimeter_is_told_with_whom_it_lets_in_and_never_fought(
    lab: Lab, robin: Person, name: str, kind: str, mode: str
) -> None:
    """People hear of the association at once, and whom it lets in with the next look at the account."""
    story = Story.private(lab, name, kind)
    others = OtherTeam.beside(story)
    seen = len(lab.sink.alerts())

    await joins(robin, story, mode)
    await lab.settled()
    assert {True} == {each.ok for each in await story.outside()}
    told = [alert.event["data"]["headline"] for alert in lab.sink.alerts()[seen:]]
    assert f"Robin Example wrote association {name} of nsp-{name}" in told

    await robin.patch(story.id, {"tags": {"team": "search"}})
    await lab.settled()

    assert ["Stalled"] == story.told
    [drift] = story.alerts[0]["data"]["drifts"]
    assert "perimeter" == drift["rule"]
    assert f"perimeter nsp-{name} is {mode} and lets in everyone" == drift["actual"]
    assert [] == story.writes
    assert others.is_untouched


async def test_an_account_that_its_perimeter_secures_is_left_to_it(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-secured")
    await joins(robin, story, "Enforced")
    await lab.settled()
    story.begins()

    await robin.patch(
        story.id,
        {
            "properties": {
                "publicNetworkAccess": "SecuredByPerimeter",
                "networkAcls": {"defaultAction": "Allow"},
            }
        },
    )
    await lab.settled()

    assert "SecuredByPerimeter" == story.account["publicNetworkAccess"]
    assert [] == story.writes
    assert ["Stalled"] == story.told
    assert {"perimeter", "public-access"} == {d["rule"] for d in story.alerts[0]["data"]["drifts"]}
    assert "Robin Example" == story.alerts[0]["data"]["actor"]["name"]


async def test_an_account_in_a_perimeter_that_is_opened_by_itself_is_closed(
    lab: Lab, robin: Person
) -> None:
    """A perimeter that only learns lets the account's own rules speak too."""
    story = Story.private(lab, "aoai-learning-opened")
    await joins(robin, story, "Learning")
    await lab.settled()
    story.begins()

    await robin.opens(story.id)
    await lab.settled()

    assert "Disabled" == story.account["publicNetworkAccess"]
    assert ["PATCH accounts"] == story.writes
    assert ["Closed", "Stalled"] == story.told
