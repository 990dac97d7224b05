"""Somebody makes a new account: it is closed at once, and gets its whole private path."""

import pytest

from tests.harness.lab import Lab
from tests.harness.people import Person
from tests.scenarios.story import COGNITIVE_ZONE, FOUNDRY_ZONE, OPENAI_ZONE, Story


async def test_a_new_public_account_is_closed_and_connected(lab: Lab, robin: Person) -> None:
    story = Story(lab, "aoai-brand-new")

    await robin.creates_public_account(story.id)
    await lab.settled()

    assert ["GET accounts", "PATCH accounts"] == story.calls[:2]
    assert "Disabled" == story.account["publicNetworkAccess"]
    assert {"default": [OPENAI_ZONE]} == story.zone_groups
    assert story.addresses == story.record()
    assert ["Closed", "Restored"] == story.told
    assert await story.is_private()


@pytest.mark.parametrize(
    ("name", "kind", "zones"),
    [
        pytest.param(
            "ais-brand-new",
            "AIServices",
            [COGNITIVE_ZONE, OPENAI_ZONE, FOUNDRY_ZONE],
            id="three members",
        ),
        pytest.param(
            "form-brand-new",
            "FormRecognizer",
            [COGNITIVE_ZONE],
            id="a kind outside the table: its privateLinkResources tell",
        ),
    ],
)
async def test_each_kind_gets_the_zones_that_its_names_need(
    lab: Lab, robin: Person, name: str, kind: str, zones: list[str]
) -> None:
    story = Story(lab, name)

    await robin.creates_public_account(story.id, kind)
    await lab.settled()

    assert {"default": zones} == story.zone_groups
    assert await story.is_private()


async def test_a_new_account_without_a_subdomain_is_closed_and_a_person_is_told(
    lab: Lab, robin: Person
) -> None:
    """A subdomain is for ever, so Latch never gives one; without it there is no endpoint (azurerm#7338)."""
    story = Story(lab, "aoai-without-subdomain")
    body = {
        "location": "eastus",
        "kind": "OpenAI",
        "sku": {"name": "S0"},
        "properties": {"publicNetworkAccess": "Enabled"},
    }

    await robin.put(story.id, body)
    await lab.settled()

    assert "Disabled" == story.account["publicNetworkAccess"]
    assert "networkAcls" not in story.account
    assert ["PATCH accounts"] == story.writes
    assert ["Closed", "Stalled"] == story.told


async def test_a_deleted_account_is_noticed_and_let_go(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-deleted")
    await story.rechecked()

    await robin.delete(story.id)
    await lab.settled()

    assert [] == story.writes
    assert ["Noticed"] == story.told
    assert "Disconnected" == story.connection
