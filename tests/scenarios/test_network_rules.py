"""Network rules survive the closing, whatever Azure makes of a PATCH of `networkAcls`: nobody has verified that."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness.lab import Lab, Plan
from tests.harness.people import Person
from tests.harness.world import Json, Switches
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import Story


@pytest.fixture(scope="module", params=[True, False], ids=["acls merge", "acls are replaced"])
async def lab(request: pytest.FixtureRequest, policy: Path) -> AsyncIterator[Lab]:
    # A person's wait for such an answer is real here: nobody moves the clock meanwhile.
    switches = Switches(acls_merge=request.param, vnet_rule_answer_seconds=0)
    async with Lab(Plan(policy=policy, switches=switches, settings=NEVER)) as lab:
        yield lab


async def test_what_the_network_rules_hold_is_kept(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-kept")
    subnet = {"id": lab.places.subnet_id, "ignoreMissingVnetServiceEndpoint": True}
    opened: Json = {
        "defaultAction": "Allow",
        "bypass": "AzureServices",
        "ipRules": [{"value": "198.51.100.0/24"}],
        "virtualNetworkRules": [subnet],
    }

    await robin.patch(
        story.id, {"properties": {"publicNetworkAccess": "Enabled", "networkAcls": opened}}
    )
    await lab.settled()

    assert {**opened, "defaultAction": "Deny"} == story.account["networkAcls"]
    assert await story.is_private()
