"""Alerts reach the channels that want them: once, bounded, and also after trouble."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from remediation.adapters.channels import senders
from remediation.adapters.deliveries import TableDeliveries
from remediation.adapters.names import ALERTS_QUEUE
from remediation.channel import Channel, Channels, Every, Kind, Rate, Route, Settings, Vendor
from remediation.channels import secrets
from remediation.courier import Courier
from remediation.errors import Misconfigured, Refused, Unavailable
from remediation.plan import Severity
from tests.contract.channel_fixtures import Town, addresses, channel, webhook
from tests.contract.storage import Storage
from tests.harness.certificates import Authority
from tests.harness.channels import ChannelsDoor
from tests.harness.clock import LabClock
from tests.harness.weather import Rule, Weather
from tests.told import alert

VENDORS = (Vendor.TEAMS, Vendor.SLACK, Vendor.PAGERDUTY, Vendor.WEBHOOK)
# What waits for a person, so that every vendor wants it.
STALLED = alert(kind="Stalled", exposedSeconds=None)


@pytest.fixture
async def door(authority: Authority) -> AsyncIterator[ChannelsDoor]:
    clock = LabClock()
    door = ChannelsDoor(clock, authority, Weather())
    await door.start()
    yield door
    await door.close()
    clock.close()


@pytest.fixture
async def town(storage: Storage, door: ChannelsDoor) -> AsyncIterator[Town]:
    town = Town(storage, door, door._clock)
    yield town
    await town.webhook.close()


def strikes(door: ChannelsDoor, vendor: Vendor, **trouble: Any) -> None:
    door._weather.rules.append(Rule(door="channel", principal=vendor.value, **trouble))


async def asked(town: Town) -> list[Any]:
    """The messages that the host would read now, and delete."""
    queue = await town.storage.queue(ALERTS_QUEUE)
    found = []
    async for message in queue.receive_messages(messages_per_page=32):
        found.append(json.loads(message.content))
        await queue.delete_message(message)
    return found


# What arrives ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(
    "kind", ["Closed", "Restored", "Resolved", "Held", "Stalled", "GaveUp", "Noticed"]
)
async def test_every_kind_of_alert_is_taken_by_every_vendor(
    town: Town, vendor: Vendor, kind: str
) -> None:
    wanting = channel(vendor, town.door, route=Route(kinds=frozenset({Kind(kind)})))
    courier = await town.courier(wanting)
    await courier.send(alert(kind=kind))

    assert town.door.refused == []
    assert len(town.door.of(vendor)) in (1, 2)
    assert "was open to the internet for 14 s" in json.dumps(town.door.of(vendor)[0])


@pytest.mark.parametrize("vendor", VENDORS)
async def test_what_somebody_wrote_in_bad_faith_or_at_length_is_taken_and_stays_a_text(
    town: Town, vendor: Vendor
) -> None:
    hostile = (
        "<!channel> <https://evil.example|x> [x](https://evil.example) & \u0000\n"
        + "é\ud800" * 3000
    )
    drift = {**STALLED["data"]["drifts"][0], "actual": hostile, "rule": hostile}
    told = alert(
        kind="Stalled", headline=hostile, advice=hostile, drifts=[drift] * 40, profile=hostile
    )
    courier = await town.courier(channel(vendor, town.door))
    await courier.send(told)

    assert town.door.refused == []
    assert len(town.door.of(vendor)) == 1


async def test_a_webhook_gets_the_cloud_event_as_it_was_stored(town: Town) -> None:
    courier = await town.courier(channel(Vendor.WEBHOOK, town.door))
    await courier.send(STALLED)
    (received,) = town.door.received

    assert received.body == STALLED
    assert received.headers["webhook-id"] == STALLED["id"]


async def test_an_incident_is_triggered_once_and_resolved_when_it_is_over(town: Town) -> None:
    courier = await town.courier(channel(Vendor.PAGERDUTY, town.door))
    await courier.send(alert(kind="Held"))
    await courier.send(alert(kind="Stalled"))
    still_open = set(town.door.incidents.open)
    await courier.send(alert(kind="Resolved"))

    assert still_open == {"incident-1"}
    assert [e["event_action"] for e in town.door.of("pagerduty")] == [
        "trigger",
        "trigger",
        "resolve",
    ]
    assert {} == town.door.incidents.open


async def test_a_channel_hears_the_end_of_what_it_heard_the_beginning_of_and_of_nothing_else(
    town: Town,
) -> None:
    critical = channel(Vendor.SLACK, town.door, route=Route(least=Severity.CRITICAL))
    courier = await town.courier(critical)
    await courier.send(alert(1, kind="Stalled"))
    await courier.send(alert(1, kind="Restored"))
    await courier.send(alert(2, kind="Restored"))

    assert ["latch-demo-1", "latch-demo-1"] == [
        message["text"].partition(" ")[0] for message in town.door.of("slack")
    ]


async def test_an_alert_that_no_channel_wants_is_logged(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    courier = await town.courier(channel(Vendor.PAGERDUTY, town.door))
    await courier.send(alert(kind="Closed"))

    assert town.door.attempts == 0
    assert "alert that no channel wants: latch-demo-1 was open" in caplog.text


async def test_what_is_no_alert_of_latch_is_refused(town: Town) -> None:
    courier = await town.courier(channel(Vendor.SLACK, town.door))
    with pytest.raises(Refused, match="not an alert of Latch"):
        await courier.send({"id": "1", "type": "Other"})


# Few messages ------------------------------------------------------------------------------------------------------


async def test_what_one_actor_did_in_a_window_comes_as_one_message(town: Town) -> None:
    courier = await town.courier(channel(Vendor.TEAMS, town.door, window=timedelta(minutes=1)))
    for number in range(14):
        await courier.send(alert(number, kind="Closed", at=town.clock.now()))
        await courier.send(
            alert(number, kind="Restored", at=town.clock.now() + timedelta(seconds=1))
        )
    early = town.door.attempts
    await town.clock.advance(61)
    await courier.on_turn("teams")
    (message,) = town.door.of("teams")
    card = message["attachments"][0]["content"]

    assert early == 0
    assert card["body"][0]["inlines"][0]["text"] == (
        "terraform-ci changed 14 accounts: 14 restored; open to the internet for 14 s at most"
    )


async def test_what_is_critical_waits_for_nobody(town: Town) -> None:
    courier = await town.courier(channel(Vendor.TEAMS, town.door, window=timedelta(minutes=1)))
    await courier.send(STALLED)

    assert len(town.door.of("teams")) == 1


async def test_a_waiting_window_asks_for_one_turn_at_its_end(town: Town) -> None:
    courier = await town.courier(channel(Vendor.SLACK, town.door, window=timedelta(minutes=1)))
    for number in range(5):
        await courier.send(alert(number))
    early = await asked(town)
    await town.storage.clock.advance(61)

    assert early == []
    assert await asked(town) == [{"channel": "slack"}]


async def test_more_than_a_channel_should_get_comes_in_one_digest_that_names_the_worst_first(
    town: Town,
) -> None:
    slack = channel(Vendor.SLACK, town.door, rate=Rate(2, 1))
    courier = await town.courier(slack)
    await courier.send(alert(1, kind="Stalled"))
    await courier.send(alert(2, kind="Stalled"))
    for number in range(3, 9):
        actor = {"name": f"somebody {number}", "objectId": str(number)}
        await courier.send(alert(number, kind="Stalled" if number == 8 else "Closed", actor=actor))
    before = len(town.door.of("slack"))
    await town.clock.advance(61)
    await courier.on_turn("slack")
    digest = town.door.of("slack")[-1]

    assert before == 2
    assert len(town.door.of("slack")) == 3
    assert digest["text"].startswith(
        "A person must act: 6 alerts about 6 accounts: 1 stalled, 5 closed"
    )
    assert "latch-demo-8" in digest["blocks"][-1]["text"]["text"].splitlines()[0]


# Trouble -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_channel_that_is_down_for_an_hour_loses_nothing_and_floods_nobody(
    town: Town, vendor: Vendor
) -> None:
    courier = await town.courier(channel(vendor, town.door))
    told = await _told_after_an_hour(town, courier, vendor.value, vendor.value)

    assert len(told) == 30 if vendor is Vendor.WEBHOOK else len(told) <= 11


async def _told_after_an_hour(town: Town, courier: Courier, name: str, receiver: str) -> list[Any]:
    """Thirty alerts come while nothing is taken; every one of them is told when the channel is back."""
    down = Rule(door="channel", principal=receiver, status=503)
    town.door._weather.rules.append(down)
    for number in range(30):
        actor = {"name": f"somebody {number}", "objectId": str(number)}
        await courier.send(alert(number, kind="Stalled", actor=actor))
        await town.clock.advance(120)
        await courier.on_turn(name)
    tried = town.door.attempts
    town.door._weather.clear()
    await town.clock.advance(900)
    for _ in range(3):
        await courier.on_turn(name)
    told = town.door.of(receiver)

    assert tried <= 40
    assert [] == [n for n in range(30) if f"latch-demo-{n}" not in json.dumps(told)]
    return told


async def test_a_channel_in_trouble_holds_up_no_other(town: Town) -> None:
    courier = await town.courier(*(channel(each, town.door) for each in VENDORS))
    strikes(town.door, Vendor.TEAMS, status=404)
    await courier.send(STALLED)

    assert [len(town.door.of(each)) for each in VENDORS] == [0, 1, 1, 1]


async def test_a_short_trouble_is_over_before_anybody_has_to_wait(town: Town) -> None:
    courier = await town.courier(channel(Vendor.SLACK, town.door))
    strikes(town.door, Vendor.SLACK, status=503, count=1)
    strikes(town.door, Vendor.SLACK, reset=True, count=1)
    await courier.send(STALLED)

    assert len(town.door.of("slack")) == 1


async def test_a_channel_that_asks_for_patience_gets_it(town: Town) -> None:
    courier = await town.courier(channel(Vendor.SLACK, town.door))
    strikes(town.door, Vendor.SLACK, status=429, retry_after=300)
    await courier.send(STALLED)
    for _ in range(4):
        await town.clock.advance(60)
        await courier.send(alert(2, kind="Stalled"))
    tried = town.door.attempts
    town.door._weather.clear()
    await town.clock.advance(61)
    await courier.on_turn("slack")

    assert tried == 1
    assert len(town.door.of("slack")) == 1


async def test_a_message_that_a_channel_refuses_holds_up_no_other_and_is_tried_again(
    town: Town,
) -> None:
    courier = await town.courier(channel(Vendor.WEBHOOK, town.door))
    strikes(town.door, Vendor.WEBHOOK, status=400, count=1)
    await courier.send(alert(1))
    await courier.send(alert(2))
    before = [each["id"] for each in town.door.of("webhook")]
    await town.clock.advance(3601)
    await courier.on_turn("webhook")

    assert before == ["closed-2"]
    assert [each["id"] for each in town.door.of("webhook")] == ["closed-2", "closed-1"]


async def test_two_processes_send_one_message(town: Town) -> None:
    slack = channel(Vendor.SLACK, town.door)
    one, other = await town.courier(slack), await town.courier(slack)
    await asyncio.gather(one.send(STALLED), other.send(STALLED))
    await one.send(STALLED)
    await other.tend(1)

    assert len(town.door.of("slack")) == 1


async def test_a_turn_whose_message_is_lost_is_taken_up_by_the_sweep(town: Town) -> None:
    courier = await town.courier(channel(Vendor.SLACK, town.door))
    strikes(town.door, Vendor.SLACK, status=503, count=4)
    await courier.send(STALLED)
    await asked(town)
    await town.clock.advance(900)
    await courier.tend(3)

    assert len(town.door.of("slack")) == 1


async def test_a_redirect_is_not_followed(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    courier = await town.courier(channel(Vendor.SLACK, town.door))
    strikes(town.door, Vendor.SLACK, status=302)
    await courier.send(STALLED)

    assert town.door.attempts == 1
    assert "localhost answered 302" in caplog.text


@pytest.mark.parametrize("vendor", VENDORS)
async def test_no_log_and_no_error_shows_an_address_or_a_key(
    town: Town, vendor: Vendor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    keys = {Vendor.PAGERDUTY: town.door.routing_key, Vendor.WEBHOOK: town.door.webhook_secret}
    mentioned = f"no access to {town.door.url(vendor)} with {keys.get(vendor)}"
    strikes(
        town.door,
        vendor,
        status=403,
        code=mentioned,
        count=1,
    )
    strikes(town.door, vendor, reset=True)
    courier = await town.courier(channel(vendor, town.door))
    await courier.send(STALLED)
    await town.clock.advance(61)
    await courier.on_turn(vendor.value)

    assert f"channel {vendor} takes nothing" in caplog.text
    hidden = (town.door._signature, town.door.routing_key, town.door.webhook_secret)
    assert not [each for each in hidden if each in caplog.text]


async def test_a_channel_that_does_not_answer_is_left_after_a_while(
    town: Town, authority: Authority
) -> None:
    impatient = webhook(authority, budget=0.2)
    teams = channel(Vendor.TEAMS, town.door)
    strikes(town.door, Vendor.TEAMS, delay=3600.0)
    with pytest.raises(Unavailable, match="did not answer within"):
        await impatient.post(addresses(town.door, teams)["teams"], b"{}", {})
    await impatient.close()
    await town.clock.advance(3600)


# Signs of life -----------------------------------------------------------------------------------------------------


async def test_a_sign_of_life_comes_once_a_day_however_often_anybody_looks(town: Town) -> None:
    slack = channel(Vendor.SLACK, town.door, heartbeat=Every.DAILY)
    quiet = channel(Vendor.TEAMS, town.door)
    one, other = await town.courier(slack, quiet), await town.courier(slack, quiet)
    midnight = town.clock.now().replace(hour=1) + timedelta(days=1)
    await town.clock.advance((midnight - town.clock.now()).total_seconds())
    for _ in range(3):
        await one.tend(7)
        await other.tend(7)
        await town.clock.advance(3600)
    first = len(town.door.of("slack"))
    await town.clock.advance(86_400)
    await one.tend(7)

    assert first == 1
    assert len(town.door.of("slack")) == 2
    assert town.door.of("slack")[0]["text"].startswith("Latch is alive: it watches 7 accounts")
    assert town.door.of("teams") == []


# Everything else ---------------------------------------------------------------------------------------------------


# apprise asks certifi whom to trust; the lab's authority is none of those.
untrusting = pytest.mark.filterwarnings("ignore:Unverified HTTPS request")


def apprise_channel(
    url: str, rate: Rate | None = None
) -> tuple[Channel, dict[str, secrets.Address]]:
    other = Channel("mail", Vendor.APPRISE, rate=rate, settings=Settings("LATCH_CHANNEL_MAIL"))
    return other, secrets.resolve((other,), {"LATCH_CHANNEL_MAIL": url})


def apprise_url(door: ChannelsDoor) -> str:
    return door.url("plain").replace("https://", "jsons://") + "?verify=no"


@untrusting
async def test_apprise_delivers_to_everything_else(town: Town) -> None:
    courier = await _with_apprise(town, apprise_url(town.door))
    await courier.send(STALLED)
    (body,) = town.door.of("plain")

    assert body["title"] == STALLED["data"]["headline"]
    assert "What to do: Nothing to do." in body["message"]


@untrusting
async def test_what_apprise_cannot_deliver_waits(town: Town) -> None:
    courier = await _with_apprise(town, apprise_url(town.door))
    town.door._weather.rules.append(Rule(door="channel", principal="plain", status=500, count=1))
    await courier.send(STALLED)
    before = len(town.door.of("plain"))
    await town.clock.advance(61)
    await courier.on_turn("mail")

    assert before == 0
    assert len(town.door.of("plain")) == 1


@untrusting
async def test_what_apprise_reaches_may_be_down_for_an_hour_too(town: Town) -> None:
    courier = await _with_apprise(town, apprise_url(town.door), rate=Rate(4, 6))

    assert len(await _told_after_an_hour(town, courier, "mail", "plain")) <= 5


@untrusting
async def test_apprise_follows_no_redirect(town: Town) -> None:
    courier = await _with_apprise(town, apprise_url(town.door))
    town.door._weather.rules.append(Rule(door="channel", principal="plain", status=302, count=1))
    await courier.send(STALLED)

    assert town.door.attempts == 1
    assert town.door.of("plain") == []


@pytest.mark.parametrize("url", ["json://localhost/x", "nothing://x", "not an address"])
async def test_apprise_takes_no_address_that_is_not_encrypted(town: Town, url: str) -> None:
    with pytest.raises(Misconfigured, match="no encrypted address"):
        await _with_apprise(town, url)


async def _with_apprise(town: Town, url: str, rate: Rate | None = None) -> Courier:
    other, found = apprise_channel(url, rate)
    wires = senders(Channels((other,)), found, town.webhook, town.clock, None)
    deliveries = TableDeliveries(
        await town.storage.tables(), await town.storage.queues(), town.clock
    )
    return Courier((other,), wires, deliveries, town.clock)
