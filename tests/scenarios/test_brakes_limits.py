"""Somebody undoes what Latch does, or much breaks at once: closing goes on, the rest stops, and people are told."""

from collections.abc import AsyncIterator

import pytest

from tests.harness.lab import Lab, Plan
from tests.harness.people import Person
from tests.harness.world import Json
from tests.harness.worlds import SUBSCRIPTION
from tests.scenarios import policies
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import Story

THE_WINDOW = 150 * 60.0
POLICY = f"""\
version: 1
scope:
  subscriptions: ['{SUBSCRIPTION}']
profiles:
  - name: one-at-a-time
    match: {{names: ['*-crowd']}}
    mode: enforce
    limits: {{blast_radius: {{accounts: 1, within: 150m}}}}
  - name: production
    mode: enforce
    limits: {{fight: {{reverts: 2, within: 150m}}, blast_radius: {{accounts: 1000, percent: 100}}}}
"""


@pytest.fixture(scope="module")
async def lab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    policy = tmp_path_factory.mktemp("limits") / "policy.yaml"
    path = policies.ENDPOINT + policies.DNS
    indented = "".join(f"    {line}\n" for line in path.splitlines())
    text = POLICY.replace("    mode: enforce\n", f"    mode: enforce\n{indented}")
    policy.write_text(text, "utf-8")
    async with Lab(Plan(policy=policy, settings=NEVER)) as lab:
        yield lab


def held(alert: Json) -> set[str]:
    return {drift["withheld"] for drift in alert["data"]["drifts"] if drift["withheld"]}


def of_kind(story: Story, kind: str) -> list[Json]:
    return [alert for alert in story.alerts if alert["type"].endswith(kind)]


async def test_a_fight_over_the_endpoint_ends_in_a_word_to_people_and_by_itself(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-fought-over")
    for _ in range(3):
        await robin.delete(story.endpoint_id)
        await lab.settled()

    assert 2 == story.writes.count("PUT privateEndpoints")
    [alert] = of_kind(story, "Held")
    assert {"FLAPPING"} == held(alert)
    assert "undone each time by Robin Example" in alert["data"]["drifts"][-1]["message"]

    await robin.opens(story.id)
    await lab.settled()
    assert "Disabled" == story.account["publicNetworkAccess"]
    assert 2 == story.writes.count("PUT privateEndpoints")

    await lab.clock.advance(THE_WINDOW)
    await lab.settled()
    assert await story.is_private()
    assert 3 == len(of_kind(story, "Restored"))


async def test_a_fight_over_closing_is_told_and_closing_goes_on(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-opened-again")
    for _ in range(4):
        await robin.opens(story.id)
        await lab.settled()

    assert "Disabled" == story.account["publicNetworkAccess"]
    assert 4 == story.writes.count("PATCH accounts")
    [alert] = of_kind(story, "Held")
    assert {"FLAPPING"} == held(alert)
    assert "Robin Example" in alert["data"]["drifts"][-1]["message"]

    await lab.clock.advance(THE_WINDOW)
    await lab.settled()
    assert 1 == len(of_kind(story, "Resolved"))


async def test_too_many_accounts_are_closed_and_rebuilt_one_after_the_other(
    lab: Lab, robin: Person
) -> None:
    # What the other stories of this lab put back counts too, until the window has passed.
    await lab.clock.advance(THE_WINDOW)
    stories = [Story.private(lab, f"aoai-{n}-crowd") for n in range(3)]
    for story in stories:
        await robin.delete(story.endpoint_id)
        await robin.opens(story.id)
    await lab.settled()

    assert ["Disabled"] * 3 == [story.account["publicNetworkAccess"] for story in stories]
    assert 1 == sum(story.writes.count("PUT privateEndpoints") for story in stories)
    told = [alert for story in stories for alert in of_kind(story, "Held")]
    assert [{"TOO_MANY"}] == [held(alert) for alert in told]

    for _ in range(2):
        await lab.clock.advance(THE_WINDOW)
        await lab.settled()
    assert [True] * 3 == [await story.is_private() for story in stories]
