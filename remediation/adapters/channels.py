"""Which wire belongs to which channel? One sender for each, made from the policy's channel and its address."""

import asyncio
import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from typing import Any

from remediation.adapters.notifiers import TopicNotifier
from remediation.adapters.webhook import Webhook
from remediation.channel import Channel, Channels, Links, Vendor
from remediation.channels import answers, pagerduty, plain, signature, slack, teams
from remediation.channels.letter import Letter
from remediation.channels.ports import Sender
from remediation.channels.secrets import Address
from remediation.channels.text import encoded
from remediation.errors import Fault, Misconfigured, SettingsError, Unavailable
from remediation.ports import Clock
from remediation.report import Json

_CLOUD_EVENT = {"Content-Type": "application/cloudevents+json"}


class TopicSender:
    """The Event Grid topic: the CloudEvent as it is."""

    def __init__(self, topic: TopicNotifier) -> None:
        """Takes the notifier of `LATCH_ALERT_TOPIC`."""
        self._topic = topic

    async def send(self, letter: Letter) -> None:
        for each in letter.words:
            await self._topic.send(each.event)


class WebSender:
    """Teams, Slack, PagerDuty, and generic webhooks: one or two POSTs."""

    def __init__(
        self, channel: Channel, address: Address, links: Links, webhook: Webhook, clock: Clock
    ) -> None:
        """Takes the address that was checked at the start."""
        self._channel = channel
        self._address = address
        self._links = links
        self._webhook = webhook
        self._clock = clock

    async def send(self, letter: Letter) -> None:
        match self._channel.vendor:
            case Vendor.TEAMS:
                await self._post(encoded(teams.message(letter, self._links)))
            case Vendor.SLACK:
                await self._post(encoded(slack.message(letter, self._links)))
            case Vendor.PAGERDUTY:
                key = self._address.key.reveal()
                for event in pagerduty.events(letter, self._links, key):
                    await self._post(encoded(event))
            case _:
                for each in letter.words:
                    await self._sign(each.id, each.event)

    async def _sign(self, message_id: str, event: Json) -> None:
        body = encoded(event)
        secret = signature.secret_bytes(self._address.key.reveal())
        headers = signature.headers(secret, message_id, self._clock.now(), body)
        await self._post(body, _CLOUD_EVENT | headers)

    async def _post(self, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        answer = await self._webhook.post(self._address, body, headers or {})
        error = answers.error(
            self._channel.vendor,
            self._address.host,
            answer.status,
            answer.text,
            answer.retry_after,
        )
        if error is not None:
            raise error


class AppriseSender:
    """Everything that apprise knows. It tells nothing but yes or no, so no is taken for later."""

    def __init__(self, channel: Channel, address: Address, links: Links) -> None:
        """Raises Misconfigured for an address that apprise does not know, or that is not encrypted."""
        self._apprise: Any = importlib.import_module("apprise")
        self._name = channel.name
        self._links = links
        # apprise tries again after any failure and at once, shows pictures of a third party, and follows redirects.
        mark = "&" if "?" in address.url.reveal() else "?"
        self._url = f"{address.url.reveal()}{mark}retry=0&image=no&redirect=no"
        plugin = self._plugin()
        schemas = _strings(getattr(plugin, "secure_protocol", None))
        if plugin is None or self._url.partition("://")[0].casefold() not in schemas:
            raise Misconfigured(f"channel {channel.name}: no encrypted address that apprise knows")

    async def send(self, letter: Letter) -> None:
        """A plugin keeps its own pauses between two sends of one object, so each message gets a new one."""
        sent = await asyncio.to_thread(
            self._notify, plain.title(letter), plain.body(letter, self._links)
        )
        if not sent:
            raise Unavailable(f"channel {self._name}: apprise could not deliver")

    def _notify(self, title: str, body: str) -> bool:
        plugin = self._plugin()
        return plugin is not None and bool(
            plugin.notify(body=body, title=title, body_format=self._apprise.NotifyFormat.TEXT)
        )

    def _plugin(self) -> Any:
        return self._apprise.Apprise.instantiate(self._url, suppress_exceptions=True)


def senders(
    channels: Channels,
    addresses: Mapping[str, Address],
    webhook: Webhook,
    clock: Clock,
    topic: TopicNotifier | None,
) -> dict[str, Sender]:
    """By name of the channel. Raises SettingsError where a part is missing that was not asked for before."""
    check(channels.each, {}, has_topic=topic is not None)
    found: dict[str, Sender] = {}
    for channel in channels.each:
        address = addresses[channel.name]
        if channel.vendor is Vendor.EVENT_GRID and topic is not None:
            found[channel.name] = TopicSender(topic)
        elif channel.vendor is Vendor.APPRISE:
            found[channel.name] = AppriseSender(channel, address, channels.links)
        else:
            found[channel.name] = WebSender(channel, address, channels.links, webhook, clock)
    return found


def check(channels: Sequence[Channel], places: Mapping[str, str], *, has_topic: bool) -> None:
    """Raises SettingsError for what a channel needs and this deployment lacks; `places` is where the policy says so."""
    faults = []
    for channel in channels:
        if channel.vendor is Vendor.EVENT_GRID and not has_topic:
            place = places.get(channel.name, "the policy")
            needs = f"is required: channel {channel.name} is a topic ({place})"
            faults.append(Fault("LATCH_ALERT_TOPIC", needs))
        if channel.vendor is Vendor.APPRISE and importlib.util.find_spec("apprise") is None:
            lacks = (
                f"channel {channel.name} needs the package apprise, which is not installed: "
                "deploy with the extra `channels`"
            )
            faults.append(Fault(places.get(channel.name, "the policy"), lacks))
    if faults:
        raise SettingsError(tuple(faults))


def _strings(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, tuple) else ()
