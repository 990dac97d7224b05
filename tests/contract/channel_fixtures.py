"""Everything that brings stored alerts to the fakes of the vendors."""

from typing import Any

import aiohttp
from azure.core.pipeline.transport import AioHttpTransport

from remediation.adapters.channels import senders
from remediation.adapters.deliveries import TableDeliveries
from remediation.adapters.webhook import Webhook
from remediation.channel import Channel, Channels, Rate, Settings, Vendor
from remediation.channels import secrets
from remediation.courier import Courier
from tests.contract.storage import Storage
from tests.harness.certificates import Authority
from tests.harness.channels import ChannelsDoor
from tests.harness.clock import LabClock
from tests.told import LINKS

HOSTS = ("localhost",)
_SETTINGS = {
    Vendor.TEAMS: Settings("LATCH_CHANNEL_TEAMS"),
    Vendor.SLACK: Settings("LATCH_CHANNEL_SLACK"),
    Vendor.PAGERDUTY: Settings(key="LATCH_CHANNEL_PAGERDUTY_KEY"),
    Vendor.WEBHOOK: Settings("LATCH_CHANNEL_WEBHOOK", "LATCH_CHANNEL_WEBHOOK_KEY"),
}
_RATES = {Vendor.PAGERDUTY: Rate(10, 10), Vendor.TEAMS: Rate(4, 6), Vendor.SLACK: Rate(4, 6)}


def channel(vendor: Vendor, door: ChannelsDoor, **changes: Any) -> Channel:
    """As the policy's defaults make it, but that nothing waits for others."""
    usual: dict[str, Any] = {
        "name": vendor.value,
        "vendor": vendor,
        "rate": _RATES.get(vendor),
        "settings": _SETTINGS[vendor],
        "hosts": HOSTS,
        "endpoint": door.url("pagerduty") if vendor is Vendor.PAGERDUTY else "",
    }
    return Channel(**{**usual, **changes})


def webhook(authority: Authority, budget: float = 20.0) -> Webhook:
    connector = aiohttp.TCPConnector(ssl=authority.client())
    return Webhook(
        AioHttpTransport(session=aiohttp.ClientSession(connector=connector)), budget, 0.0
    )


def addresses(door: ChannelsDoor, *channels: Channel) -> dict[str, secrets.Address]:
    used = {name for c in channels for name in (c.settings.url, c.settings.key)}
    given = {name: text for name, text in door.settings.items() if name in used}
    return secrets.resolve(channels, given)


class Town:
    """A deployment's way to people. Sender and receivers have one clock."""

    def __init__(self, storage: Storage, door: ChannelsDoor, clock: LabClock) -> None:
        self.storage = storage
        self.door = door
        self.clock = clock
        self.webhook = webhook(storage.authority)

    async def courier(self, *channels: Channel) -> Courier:
        """Each is as strange to the others as another process."""
        deliveries = TableDeliveries(
            await self.storage.tables(), await self.storage.queues(), self.clock
        )
        found = senders(
            Channels(channels, LINKS),
            addresses(self.door, *channels),
            self.webhook,
            self.clock,
            None,
        )
        return Courier(channels, found, deliveries, self.clock)
