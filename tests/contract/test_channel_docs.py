"""What docs/alerts.md shows is what the lab received, and what it tells receivers to do works."""

import asyncio
import json
import re
from typing import Any

import pytest

from remediation.adapters.channels import AppriseSender
from remediation.channel import Channel, Settings, Vendor
from remediation.channels import letter, secrets, signature, word
from scripts import generate_channel_docs
from tests.builders import NOW
from tests.contract.topic_fixtures import Grid
from tests.harness.certificates import Authority
from tests.harness.channels import ChannelsDoor
from tests.harness.clock import LabClock
from tests.harness.weather import Weather

PAGE = generate_channel_docs.PAGE.read_text("utf-8")
VERIFY, EXAMPLE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MOMENT = 1614265330


async def test_the_page_shows_what_the_lab_received() -> None:
    assert await asyncio.to_thread(generate_channel_docs.page) == PAGE


def test_the_published_check_takes_the_published_example() -> None:
    page = read(VERIFY + EXAMPLE)
    page["verify"](SECRET, page["headers"], page["body"], MOMENT)


def test_the_published_check_takes_what_latch_signs_and_nothing_else() -> None:
    verify = read(VERIFY)["verify"]
    made = signature.headers(signature.secret_bytes(SECRET), "alert-1", NOW, b"{}")
    verify(SECRET, made, b"{}", NOW.timestamp())

    with pytest.raises(ValueError, match="not signed"):
        verify(SECRET, made, b"{ }", NOW.timestamp())
    with pytest.raises(ValueError, match="too old"):
        verify(SECRET, made, b"{}", NOW.timestamp() + 301)


async def test_a_topic_gets_the_event_that_the_page_shows(authority: Authority) -> None:
    grid = Grid(authority)
    await grid.topic.start()
    shown = json.loads(shown_as("webhook", "json"))
    notifier = grid.notifier()
    await notifier.send(shown)
    await notifier.close()
    await grid.topic.close()
    grid.clock.close()

    shown["time"] = "2026-10-14T09:00:00.000Z"
    assert [shown] == [alert.event for alert in grid.sink.alerts()]


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
async def test_apprise_brings_the_text_that_the_page_shows(authority: Authority) -> None:
    clock = LabClock()
    door = ChannelsDoor(clock, authority, Weather())
    await door.start()
    address = f"{door.url('plain').replace('https://', 'jsons://')}?verify=no"
    channel = Channel("mail", Vendor.APPRISE, settings=Settings("LATCH_CHANNEL_MAIL"))
    found = secrets.resolve((channel,), {"LATCH_CHANNEL_MAIL": address})
    sender = AppriseSender(channel, found["mail"], generate_channel_docs.LINKS)
    await sender.send(letter.single([word.read(json.loads(shown_as("webhook", "json")))]))
    [received] = door.of("plain")
    await door.close()
    clock.close()

    assert shown_as("plain", "text") == received["message"]


def shown_as(name: str, language: str) -> str:
    """A block of the page."""
    found = re.search(rf"<!-- received: {name} -->\n```{language}\n(.*?)\n```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def read(code: str) -> dict[str, Any]:
    """What the page's code defines."""
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - the page's own example, run as a reader would run it
    return names
