"""What the policy leaves alone stays as people made it, and they are told that it is held."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.harness.lab import Lab, Plan
from tests.harness.people import Person
from tests.harness.physics.types import ACCOUNT
from tests.scenarios import events, policies
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import Story


@pytest.fixture(scope="module")
async def lab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    """A policy with an exemption that ends in half a day."""
    end = datetime.now(UTC) + timedelta(hours=12)  # noqa: TID251 - a policy is written by the wall clock
    exemptions = (
        "[{accounts: ['aoai-exempt*'], rules: [public-access, network-acls], "
        f"until: '{end:%Y-%m-%dT%H:%M:%SZ}', reason: Trade fair, owner: Robin Example}}]"
    )
    policy = policies.written(tmp_path_factory.mktemp("exempt"), exemptions)
    async with Lab(Plan(policy=policy, settings=NEVER)) as lab:
        yield lab


def reasons(story: Story) -> set[str]:
    return {drift["withheld"] for alert in story.alerts for drift in alert["data"]["drifts"]}


async def test_an_audited_account_is_reported_and_not_changed(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-audited")

    await robin.opens(story.id)
    await lab.settled()
    await robin.delete(story.endpoint_id)
    await lab.settled()

    assert [] == story.writes
    assert {"Held"} == set(story.told)
    assert {"AUDIT"} <= reasons(story)
    assert "Enabled" == story.account["publicNetworkAccess"]
    assert "Robin Example" == story.alerts[0]["data"]["actor"]["name"]


async def test_a_profile_may_close_and_only_watch_the_path(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-watched")

    await robin.opens(story.id)
    await lab.settled()
    await robin.delete(story.record_id())
    await lab.settled()

    assert ["PATCH accounts"] == story.writes
    assert [] == story.record()
    assert ["Closed", "Held"] == story.told


async def test_an_account_outside_the_scope_is_not_even_read(lab: Lab, robin: Person) -> None:
    lab.seeding.resource_group("rg-sandbox")
    account = lab.seeding.account("aoai-elsewhere", "rg-sandbox")
    story = Story(lab, "aoai-elsewhere")

    await robin.opens(account.id)
    await lab.settled()

    assert [] == story.calls
    assert "Enabled" == account.properties["publicNetworkAccess"]


async def test_an_account_that_no_profile_matches_is_read_and_left_alone(
    lab: Lab, robin: Person
) -> None:
    account = lab.seeding.account("unspoken-of", "rg-ai-prod")
    story = Story(lab, "unspoken-of")

    await robin.opens(account.id)
    await lab.settled()

    assert {"GET accounts"} == set(story.calls)
    assert [] == story.told


async def test_an_exemption_holds_and_lapses_by_itself(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-exempt")

    await robin.opens(story.id)
    await lab.settled()

    assert [] == story.writes
    assert ["Held"] == story.told
    assert {"EXEMPT"} == reasons(story)

    await lab.clock.advance(12 * 3600)
    await lab.settled()

    assert "Disabled" == story.account["publicNetworkAccess"]
    assert await story.is_private()


async def test_an_exemption_from_closing_is_none_from_the_private_path(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-exempt-and-broken")

    await robin.delete(story.record_id())
    await lab.settled()

    assert story.addresses == story.record()


async def test_a_new_account_has_its_grace_and_is_closed_after_it(lab: Lab, robin: Person) -> None:
    story = Story(lab, "aoai-graced")

    await robin.creates_public_account(story.id)
    await lab.settled()

    assert [] == story.writes
    assert ["Held"] == story.told
    assert {"GRACE"} <= reasons(story)

    await lab.clock.advance(2 * 3600)
    await lab.settled()

    assert ["Held", "Restored"] == story.told
    assert await story.is_private()


async def test_accounts_of_other_subscriptions_are_not_even_read(lab: Lab) -> None:
    elsewhere = lab.id("rg-ai-prod", ACCOUNT, "aoai-contoso-prod").replace("1111", "2222")
    read = len(lab.world.journal)

    lab.grid.deliver_raw([events.written(elsewhere)])
    await lab.settled()

    assert read == len(lab.world.journal)
