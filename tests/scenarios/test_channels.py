"""People are told where they are: chat, and machines that check a signature. Each channel by itself."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.harness.lab import Lab, Plan
from tests.harness.people import Person
from tests.scenarios import policies
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import Story

SECRETS = (
    "LATCH_CHANNEL_TEAMS",
    "LATCH_CHANNEL_SLACK",
    "LATCH_CHANNEL_WEBHOOK",
    "LATCH_CHANNEL_WEBHOOK_KEY",
)
ALERTS = """
alerts:
  hosts: [localhost]
  channels:
    - {name: security-chat, kind: teams, url: {setting: LATCH_CHANNEL_TEAMS}}
    - {name: platform-chat, kind: slack, url: {setting: LATCH_CHANNEL_SLACK}, severity: critical}
    - {name: siem, kind: webhook, url: {setting: LATCH_CHANNEL_WEBHOOK}, key: {setting: LATCH_CHANNEL_WEBHOOK_KEY}}
"""


@pytest.fixture(scope="module")
async def lab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    policy = policies.written(tmp_path_factory.mktemp("channels"))
    policy.write_text(policy.read_text("utf-8") + ALERTS, "utf-8")
    async with Lab(Plan(policy=policy, settings=NEVER, channels=SECRETS)) as lab:
        yield lab


@pytest.fixture(autouse=True)
def fair_weather(lab: Lab) -> Iterator[None]:
    yield
    lab.weather.clear()


def heard(lab: Lab, vendor: str, name: str) -> list[str]:
    return [text for each in lab.channels.of(vendor) if name in (text := str(each))]


async def test_every_channel_hears_what_it_asked_for(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-told-everywhere")

    await robin.opens(story.id)
    await lab.settled()

    assert ["Closed"] == story.told
    assert [1, 0, 1] == [len(heard(lab, v, story.name)) for v in ("teams", "slack", "webhook")]
    assert "Robin Example" in heard(lab, "teams", story.name)[0]


async def test_what_a_person_must_do_reaches_the_people_on_call(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-told-critically-audited")

    await robin.opens(story.id)
    await lab.settled()

    assert ["Held"] == story.told
    assert 1 == len(heard(lab, "slack", story.name))


async def test_a_channel_that_is_down_holds_up_no_other_and_hears_it_later(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-told-later")
    lab.weather.add({"door": "channel", "principal": "teams", "status": 503, "count": 3})

    await robin.opens(story.id)
    await lab.settled()

    told = [each.channel for each in lab.channels.received if story.name in str(each.body)]
    assert ["webhook", "teams"] == told


async def test_no_secret_of_a_channel_reaches_the_log(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-told-discreetly")
    lab.weather.add({"door": "channel", "status": 400, "count": 4})

    await robin.opens(story.id)
    await lab.settled()

    for name in SECRETS:
        assert lab.channels.settings[name] not in lab.worker_log
