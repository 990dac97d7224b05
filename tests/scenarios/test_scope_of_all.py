"""The policy speaks of every subscription in which Latch was given its roles: a new one is picked up by itself."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness.lab import LATCH, Lab, Plan
from tests.harness.physics.seeding import Seeding
from tests.harness.worlds import HUB
from tests.scenarios import policies
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import ask


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return policies.everywhere(tmp_path_factory.mktemp("everywhere"))


@pytest.fixture(scope="module")
async def lab(policy: Path) -> AsyncIterator[Lab]:
    async with Lab(Plan(policy=policy, settings=NEVER)) as lab:
        yield lab


async def test_a_new_subscription_is_looked_after_once_latch_has_its_roles_and_missed_without_them(
    lab: Lab,
) -> None:
    new = Seeding(lab.physics, HUB)
    new.resource_group("rg-ai-new", "eastus")
    account = new.account("aoai-in-a-new-subscription", "rg-ai-new", public=True)
    await lab.swept()
    assert "Enabled" == account.properties["publicNetworkAccess"]

    await lab.deployed.onboard(HUB)
    await lab.swept()
    assert "Disabled" == account.properties["publicNetworkAccess"]

    for role in ("Latch lockdown", "Latch network"):
        lab.roles.remove(LATCH.object_id, role, f"/subscriptions/{HUB}")
    told = len(lab.sink.alerts())
    await lab.swept()
    heard = [each.event["data"]["headline"] for each in lab.sink.alerts()[told:]]
    assert [f"Blind spot: Latch may not read the accounts of subscription {HUB}"] == heard


async def test_a_look_at_everything_goes_wherever_latch_can_see(lab: Lab) -> None:
    status, begun, _ = await ask(lab, "POST", "recheck", {"all": True})
    assert isinstance(begun, dict)
    await lab.settled()
    _, progress, _ = await ask(lab, "GET", f"recheck/{begun['id']}")

    assert status == 202
    assert isinstance(progress, dict)
    assert lab.account_id in {each["account"] for each in progress["accounts"]}
