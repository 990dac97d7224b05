"""What does each channel get? The payloads of docs/alerts.md, as the lab's fakes of the vendors received them.

Run `python -m scripts.generate_channel_docs` from the root; a test compares the file with what this would write.
"""

import asyncio
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import aiohttp
from azure.core.pipeline.transport import AioHttpTransport

from remediation.adapters.channels import senders
from remediation.adapters.webhook import Webhook
from remediation.channel import Channel, Channels, Links, Settings, Vendor
from remediation.channels import letter, plain, secrets, word
from remediation.report import Json
from tests.harness.certificates import Authority
from tests.harness.channels import ChannelsDoor
from tests.harness.clock import LabClock
from tests.harness.weather import Weather
from tests.told import alert

PAGE = Path(__file__).parent.parent / "docs" / "alerts.md"
LINKS = Links(runbook="https://git.example.org/latch/docs/runbook.md")

_SETTINGS = {
    Vendor.TEAMS: Settings("LATCH_CHANNEL_TEAMS"),
    Vendor.SLACK: Settings("LATCH_CHANNEL_SLACK"),
    Vendor.PAGERDUTY: Settings(key="LATCH_CHANNEL_PAGERDUTY_KEY"),
    Vendor.WEBHOOK: Settings("LATCH_CHANNEL_WEBHOOK", "LATCH_CHANNEL_WEBHOOK_KEY"),
}
_BLOCK = re.compile(r"(<!-- received: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)


def page() -> str:
    """The page with fresh payloads; what stands between them is written by hand."""
    found = asyncio.run(payloads())
    return _BLOCK.sub(lambda m: f"{m[1]}{found[m[2]]}{m[3]}", PAGE.read_text("utf-8"))


async def payloads() -> dict[str, str]:
    """By the name that the page gives them."""
    with tempfile.TemporaryDirectory() as folder:
        clock = LabClock()
        door = ChannelsDoor(clock, Authority(Path(folder)), Weather())
        await door.start()
        try:
            await _send(door, clock)
        finally:
            await door.close()
            clock.close()
    shown = {each.value: _shown(_last(door, each)) for each in _SETTINGS}
    shown["group"] = _shown(door.of("teams")[-1])
    shown["teams"] = _shown(door.of("teams")[0])
    shown["pagerduty-resolve"] = _shown(_without_key(door.of("pagerduty")[1]))
    shown["pagerduty"] = _shown(_without_key(door.of("pagerduty")[0]))
    shown["plain"] = f"```text\n{plain.body(letter.single([_stalled()]), LINKS)}\n```\n"
    return shown


async def _send(door: ChannelsDoor, clock: LabClock) -> None:
    connector = aiohttp.TCPConnector(ssl=door.authority.client())
    webhook = Webhook(AioHttpTransport(session=aiohttp.ClientSession(connector=connector)))
    channels = tuple(
        Channel(
            each.value,
            each,
            endpoint=door.url("pagerduty") if each is Vendor.PAGERDUTY else "",
            settings=settings,
            hosts=("localhost",),
        )
        for each, settings in _SETTINGS.items()
    )
    wires = senders(
        Channels(channels, LINKS), secrets.resolve(channels, door.settings), webhook, clock, None
    )
    for wire in wires.values():
        await wire.send(letter.single([_stalled()]))
    over = letter.single([_restored(1)], begins=False)
    await wires["pagerduty"].send(over)
    await wires["teams"].send(letter.group([_restored(number) for number in range(1, 15)]))
    await webhook.close()


def _stalled() -> word.Word:
    """What a person must act on."""
    headline = (
        "A person must act: Latch cannot restore latch-demo-1: Close public network access of latch-demo-1: "
        "no right to Microsoft.CognitiveServices/accounts/write, changed by app terraform-ci. "
        "It is open to the internet now, for 14 s so far"
    )
    advice = "Remove the obstacle that the results name, then ask for a recheck."
    failed = {
        "action": "Close public network access of latch-demo-1",
        "outcome": "failed",
        "message": "no right to Microsoft.CognitiveServices/accounts/write",
        "code": "AuthorizationFailed",
    }
    return word.read(
        alert(1, "Stalled", headline=headline, advice=advice, results=[failed], exposedSeconds=None)
    )


def _restored(number: int) -> word.Word:
    headline = (
        f"latch-demo-{number} had drifted from its policy for 14 s and was open to the internet for 14 s, "
        f"changed by app terraform-ci: Latch restored latch-demo-{number} (public-access)"
    )
    return word.read(alert(number, "Restored", headline=headline))


def _last(door: ChannelsDoor, vendor: Vendor) -> Any:
    return door.of(vendor)[-1]


def _without_key(event: Json) -> Json:
    return {**event, "routing_key": "(the integration key)"}


def _shown(payload: Any) -> str:
    return f"```json\n{json.dumps(payload, indent=2, ensure_ascii=False)}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
