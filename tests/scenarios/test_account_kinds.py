"""Which kind of account is it? One that cannot be closed is told, not fought; one nobody allowed is told and closed."""

from tests.harness.lab import Lab
from tests.harness.people import Person
from tests.harness.world import Json
from tests.scenarios.neighbors import OtherTeam
from tests.scenarios.story import Story


def told(story: Story) -> list[tuple[str, str]]:
    """The kind of each alert, and who is named for it."""
    return [
        (event["type"].rsplit(".", 1)[-1], event["data"]["actor"]["name"]) for event in story.alerts
    ]


def drifts(story: Story) -> list[Json]:
    return [drift for alert in story.alerts for drift in alert["data"]["drifts"]]


async def test_a_kind_without_networks_is_told_and_not_fought(lab: Lab, robin: Person) -> None:
    story = Story(lab, "aoai-bing")
    others = OtherTeam.beside(story)
    body = {
        "location": "eastus",
        "kind": "Bing.Search.v7",
        "sku": {"name": "S1"},
        "properties": {"publicNetworkAccess": "Enabled"},
    }

    await robin.put(story.id, body)
    await lab.settled()
    await robin.patch(story.id, {"tags": {"team": "search"}})
    await lab.settled()

    assert [] == story.writes
    assert "Enabled" == story.account["publicNetworkAccess"]
    assert [("Stalled", "Robin Example")] == told(story)
    assert ["network-support"] == [drift["rule"] for drift in drifts(story)]
    assert "Bing.Search.v7" in story.alerts[0]["data"]["headline"]
    assert others.is_untouched


async def test_a_kind_that_the_profile_does_not_allow_is_told_and_closed_all_the_same(
    lab: Lab, robin: Person
) -> None:
    story = Story(lab, "ais-by-kind")
    others = OtherTeam.beside(story)

    await robin.creates_public_account(story.id, "AIServices")
    await lab.settled()

    assert await story.is_private()
    assert {("Closed", "Robin Example"), ("Stalled", "Robin Example")} == set(told(story))
    assert ["one of the allowed kinds: OpenAI"] == list(
        dict.fromkeys(d["expected"] for d in drifts(story) if d["rule"] == "network-support")
    )
    assert others.is_untouched


async def test_an_allowed_kind_is_not_spoken_of(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-by-kind")

    await robin.patch(story.id, {"tags": {"team": "search"}})
    await lab.settled()

    assert [] == story.told
