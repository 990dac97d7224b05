"""Who is told, of what, and how? The section `alerts` of the policy. Pure: no clock, no network, no logging.

What is secret about a channel stands in no policy: `setting` names an app setting, which on Azure is a Key Vault
reference.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, model_validator

from remediation.channel import (
    TOPIC_CHANNEL,
    Channel,
    Channels,
    Every,
    Kind,
    Links,
    Rate,
    Route,
    Settings,
    Vendor,
)
from remediation.plan import Severity
from remediation.policy_sections import FILLED, Section
from remediation.policy_words import Duration, Text, refuse

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
_SETTING = re.compile(r"LATCH_CHANNEL_[A-Z0-9]+(_[A-Z0-9]+)*")
_HOST = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_LONGEST_WINDOW = timedelta(hours=1)
_MOST = 1_000
# "*.example.org" has two.
_FEWEST_DOTS = 2


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("up to 40 lower-case letters, digits and hyphens name a channel")
    return text


def _setting(text: str) -> str:
    if not _SETTING.fullmatch(text):
        raise ValueError(
            "not an app setting of a channel: write LATCH_CHANNEL_ and a name in capitals"
        )
    return text


def _host(text: str) -> str:
    host = text.casefold()
    if not _HOST.fullmatch(host):
        raise ValueError(
            "not a host: write alerts.example.org or *.example.org, without scheme and path"
        )
    if host.startswith("*.") and host.count(".") < _FEWEST_DOTS:
        raise ValueError("allows too much: name at least two parts behind the asterisk")
    return host


def _https(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_valid = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        is_valid = False
    if not is_valid:
        raise ValueError("not an https address")
    return text


def _count(text: object) -> object:
    if not re.fullmatch(r"[0-9]{1,4}", str(text)) or not 1 <= int(str(text)) <= _MOST:
        raise ValueError(f"must be a whole number from 1 to {_MOST}")
    return int(str(text))


def _window(window: timedelta) -> timedelta:
    if window > _LONGEST_WINDOW:
        raise ValueError("longer than 1h: people would hear of it too late")
    return window


ChannelName = Annotated[Text, AfterValidator(_name)]
SettingName = Annotated[Text, AfterValidator(_setting)]
AllowedHost = Annotated[Text, AfterValidator(_host)]
Https = Annotated[Text, AfterValidator(_https)]
Count = Annotated[int, BeforeValidator(_count, json_schema_input_type=int)]
Window = Annotated[Duration, AfterValidator(_window)]


class SettingSection(Section):
    """What is secret, by reference."""

    setting: SettingName
    """Name of the app setting that holds it, `LATCH_CHANNEL_` and more. On Azure it is a Key Vault reference."""


class RateSection(Section):
    """How many messages a channel gets. What is above it comes together in one digest."""

    burst: Count
    """Messages that may come at once."""

    per_minute: Count
    """Messages per minute in the long run."""


class ChannelSection(Section):
    """One way to people."""

    name: ChannelName
    """Name of the channel, unique."""

    kind: Vendor
    """Who takes the messages: `teams`, `slack`, `pagerduty`, `webhook` (signed, for machines), `event-grid` (the topic
    of `LATCH_ALERT_TOPIC`), or `apprise` for everything else."""

    url: SettingSection | None = None
    """The secret address: of the Workflows webhook, of the Slack or generic webhook, or the URL of apprise."""

    endpoint: Https | None = None
    """An address that is no secret: of a generic webhook, or of PagerDuty's service region other than the US."""

    key: SettingSection | None = None
    """The integration key of PagerDuty, or the secret that signs a generic webhook: `whsec_` and base64."""

    severity: Severity = Severity.NOTICE
    """The least severe alert that it wants: `notice`, `warning` or `critical`."""

    kinds: Annotated[tuple[Kind, ...], FILLED] = ()
    """The kinds of alert that it wants. Default: all; for PagerDuty those that a person must act on. Whoever hears of
    a drift that waits for a person hears of its end, too."""

    profiles: Annotated[tuple[Text, ...], FILLED] = ()
    """Names of the profiles whose accounts it wants to hear of. Default: all."""

    rate: RateSection | None = None
    """How many messages it gets. Default: a burst of 4 and 6 per minute for people, 10 and 10 for PagerDuty. Machines
    get every alert by itself."""

    window: Window | None = None
    """How long an alert that is not critical waits for others of the same actor, so that they come as one message.
    Default: `1m` for people; PagerDuty and machines are told at once."""

    heartbeat: Every = Every.NEVER
    """How often it is told that Latch is alive: `daily`, `weekly` or `never`."""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        given = {name for name in ("url", "endpoint", "key") if getattr(self, name) is not None}
        refuse(dict(_missing(self.kind, given)) | dict(_idle(self.kind, self.model_fields_set)))
        return self


_NEEDS: dict[Vendor, tuple[frozenset[str], frozenset[str]]] = {
    Vendor.EVENT_GRID: (frozenset(), frozenset()),
    Vendor.TEAMS: (frozenset({"url"}), frozenset()),
    Vendor.SLACK: (frozenset({"url"}), frozenset()),
    Vendor.APPRISE: (frozenset({"url"}), frozenset()),
    Vendor.PAGERDUTY: (frozenset({"key"}), frozenset({"endpoint"})),
    Vendor.WEBHOOK: (frozenset({"key"}), frozenset({"url", "endpoint"})),
}


def _missing(kind: Vendor, given: set[str]) -> Iterator[tuple[tuple[int | str, ...], str]]:
    needed, _ = _NEEDS[kind]
    for name in sorted(needed - given):
        yield (name,), f"is required for {kind}"
    if kind is Vendor.WEBHOOK and len(given & {"url", "endpoint"}) != 1:
        yield ("kind",), "a webhook needs either url or endpoint"


def _idle(kind: Vendor, written: set[str]) -> Iterator[tuple[tuple[int | str, ...], str]]:
    needed, possible = _NEEDS[kind]
    for name in sorted(({"url", "endpoint", "key"} & written) - needed - possible):
        yield (name,), f"means nothing for {kind}"
    if not kind.is_read_by_people:
        shaping = {"window"} if kind is Vendor.PAGERDUTY else {"window", "rate"}
        for name in sorted(shaping & written):
            yield (name,), f"means nothing for {kind}: it gets every alert by itself"


def _named_once(channels: tuple[ChannelSection, ...]) -> tuple[ChannelSection, ...]:
    names = [channel.name for channel in channels]
    refuse({(at, "name"): f"{n!r} is there twice" for at, n in enumerate(names) if n in names[:at]})
    return channels


class AlertsSection(Section):
    """Who is told, of what, and how."""

    channels: Annotated[tuple[ChannelSection, ...], FILLED, AfterValidator(_named_once)]
    """The ways to people. A topic in `LATCH_ALERT_TOPIC` gets every alert, whether it is named here or not."""

    hosts: Annotated[tuple[AllowedHost, ...], FILLED] = ()
    """Hosts that channels may lead to beside those of Teams, Slack and PagerDuty: names, or `*.` and at least two
    parts. An address in a setting that leads elsewhere stops the start. What apprise calls is not looked at."""

    portal: Https = "https://portal.azure.com"
    """The Azure portal that buttons lead to."""

    runbook: Https | None = None
    """Where your copy of the runbook is, for the button *What to do*. Default: no such button."""


_PEOPLE = Rate(burst=4, per_minute=6)
_ON_CALL = Rate(burst=10, per_minute=10)
_TOGETHER = timedelta(minutes=1)


def channels(section: AlertsSection | None, *, has_topic: bool) -> Channels:
    """What the section says, and the topic that there is in any case."""
    written = () if section is None else tuple(_channel(c, section) for c in section.channels)
    named = any(channel.vendor is Vendor.EVENT_GRID for channel in written)
    topic = (Channel(TOPIC_CHANNEL, Vendor.EVENT_GRID),) if has_topic and not named else ()
    if section is None:
        return Channels(topic)
    return Channels(written + topic, Links(section.portal, section.runbook or ""))


def _channel(section: ChannelSection, alerts: AlertsSection) -> Channel:
    return Channel(
        name=section.name,
        vendor=section.kind,
        route=Route(section.severity, frozenset(section.kinds), frozenset(section.profiles)),
        rate=_rate(section),
        window=_usual_window(section.kind) if section.window is None else section.window,
        heartbeat=section.heartbeat,
        endpoint=section.endpoint or "",
        settings=Settings(
            section.url.setting if section.url else "", section.key.setting if section.key else ""
        ),
        hosts=alerts.hosts,
    )


def _rate(section: ChannelSection) -> Rate | None:
    if section.rate is not None:
        return Rate(section.rate.burst, section.rate.per_minute)
    if section.kind.is_read_by_people:
        return _PEOPLE
    return _ON_CALL if section.kind is Vendor.PAGERDUTY else None


def _usual_window(kind: Vendor) -> timedelta:
    return _TOGETHER if kind.is_read_by_people else timedelta()
