"""Does Latch guard an account when all it has was deployed by the templates? In both ways of ingest."""

from collections.abc import AsyncIterator

import pytest

from tests.harness.lab import LATCH, Lab, Plan
from tests.harness.world import Json
from tests.scenarios import policies

SUBSCRIPTION = "/subscriptions/11111111-1111-1111-1111-111111111111"
NEVER = {"LATCH_SWEEP_SCHEDULE": "0 0 0 29 feb *"}


@pytest.fixture(scope="module", params=["queue", "push"])
async def lab(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Lab]:
    policy = policies.written(tmp_path_factory.mktemp("policy"))
    plan = Plan(policy=policy, settings=NEVER, ingest=request.param)
    async with Lab(plan) as lab:
        yield lab


def account(lab: Lab) -> Json:
    found = lab.world.get(lab.account_id)
    assert found is not None
    return found.properties


async def test_an_opened_account_is_closed_again(lab: Lab) -> None:
    robin = lab.person("Robin Example")

    await robin.opens(lab.account_id)
    await lab.settled()

    assert account(lab)["publicNetworkAccess"] == "Disabled"
    assert lab.sink.alerts()


def test_latch_holds_the_roles_of_the_templates_and_no_others(lab: Lab) -> None:
    held = [a.role for a in lab.roles.assignments if a.object_id == LATCH.object_id]
    control = [role for role in held if not role.data_actions]

    assert all(role.id for role in control)
    assert {role.name.partition(" (")[0] for role in control} == {
        "Latch lockdown",
        "Latch network",
    }


async def test_without_its_roles_it_cannot_close(lab: Lab) -> None:
    robin = lab.person("Robin Example")
    lab.roles.remove(LATCH.object_id, "Latch lockdown", SUBSCRIPTION)

    await robin.opens(lab.account_id)
    await lab.settled()
    opened = account(lab)["publicNetworkAccess"]
    lab.roles.assign(LATCH.object_id, "Latch lockdown", SUBSCRIPTION)
    await robin.opens(lab.account_id)
    await lab.settled()

    assert (opened, account(lab)["publicNetworkAccess"]) == ("Enabled", "Disabled")
