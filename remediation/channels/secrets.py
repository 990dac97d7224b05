"""Where does each channel lead? Addresses and keys from app settings, checked all at once, never shown. Pure.

On Azure such a setting is a Key Vault reference, which the platform replaces by its value.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from remediation.channel import Channel, Vendor
from remediation.channels import signature
from remediation.errors import Fault, SettingsError
from remediation.settings import CHANNEL_PREFIX

# Where the vendors' webhooks live. Source: learn.microsoft.com, Workflows; docs.slack.dev; PagerDuty api-schema.
HOSTS: dict[Vendor, tuple[str, ...]] = {
    Vendor.TEAMS: ("*.logic.azure.com", "*.environment.api.powerplatform.com"),
    Vendor.SLACK: ("hooks.slack.com", "hooks.slack-gov.com"),
    Vendor.PAGERDUTY: ("events.pagerduty.com", "events.eu.pagerduty.com"),
}
PAGERDUTY = "https://events.pagerduty.com/v2/enqueue"

# Source: learn.microsoft.com, app-service-key-vault-references: what could not be resolved stays as it was written.
_UNRESOLVED = "@microsoft.keyvault("
_ROUTING_KEY = re.compile(r"[0-9A-Za-z]{32}")


class Secret:
    """A text that neither repr nor str shows."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Takes the text."""
        self._text = text

    def reveal(self) -> str:
        """The text, for the wire alone."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a channel leads, and with which key. `host` alone may be told."""

    url: Secret
    key: Secret
    host: str = ""

    def redacted(self, text: str) -> str:
        """Without anything that only its holder should know, should a vendor repeat it."""
        for part in sorted(_hidden(self), key=len, reverse=True):
            text = text.replace(part, "***")
        return text


@dataclass(slots=True)
class _Reading:
    environ: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)

    def text(self, name: str) -> str:
        """The setting, empty for none; a fault where one is needed and missing."""
        if not name:
            return ""
        text = self.environ.get(name, "").strip()
        if not text:
            self.faults.append(Fault(name, "is required: a channel of the policy names it"))
        elif text.casefold().startswith(_UNRESOLVED):
            self.faults.append(Fault(name, "is a Key Vault reference that was not resolved"))
            return ""
        return text


def resolve(channels: tuple[Channel, ...], environ: Mapping[str, str]) -> dict[str, Address]:
    """By name of the channel. Raises SettingsError with every fault, and no part of any secret."""
    reading = _Reading(environ)
    found = {channel.name: _address(channel, reading) for channel in channels}
    reading.faults.extend(_unused(channels, environ))
    if reading.faults:
        raise SettingsError(tuple(reading.faults))
    return found


def _address(channel: Channel, reading: _Reading) -> Address:
    usual = PAGERDUTY if channel.vendor is Vendor.PAGERDUTY else ""
    url = reading.text(channel.settings.url) or channel.endpoint or usual
    key = reading.text(channel.settings.key)
    before = len(reading.faults)
    where = channel.settings.url or channel.name
    if url and channel.vendor is not Vendor.APPRISE:
        reading.faults.extend(_wrong_url(channel, where, url))
    if key:
        reading.faults.extend(_wrong_key(channel, key))
    is_http = url and channel.vendor is not Vendor.APPRISE and len(reading.faults) == before
    return Address(Secret(url), Secret(key), (urlsplit(url).hostname or "") if is_http else "")


def _wrong_url(channel: Channel, where: str, url: str) -> Iterator[Fault]:
    try:
        parts = urlsplit(url)
        is_valid = parts.scheme == "https" and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        is_valid = False
    if not is_valid or not parts.hostname or not url.isascii() or not url.isprintable():
        yield Fault(where, "is no https address without a user")
    elif not _is_allowed(channel, parts.hostname):
        yield Fault(where, f"leads to {parts.hostname}, which alerts.hosts does not allow")


def _is_allowed(channel: Channel, host: str) -> bool:
    return any(fnmatchcase(host, each) for each in (*HOSTS.get(channel.vendor, ()), *channel.hosts))


def _wrong_key(channel: Channel, key: str) -> Iterator[Fault]:
    if channel.vendor is Vendor.PAGERDUTY and not _ROUTING_KEY.fullmatch(key):
        yield Fault(channel.settings.key, "is no integration key: 32 letters and digits")
    if channel.vendor is Vendor.WEBHOOK:
        try:
            signature.secret_bytes(key)
        except ValueError as error:
            yield Fault(channel.settings.key, str(error))


def _unused(channels: tuple[Channel, ...], environ: Mapping[str, str]) -> Iterator[Fault]:
    """A secret that nothing uses is a typing mistake, here or in the policy."""
    used = {name for c in channels for name in (c.settings.url, c.settings.key)}
    for name in sorted(environ):
        if name.startswith(CHANNEL_PREFIX) and name not in used:
            yield Fault(name, "is named by no channel of the policy")


_SHORTEST_HIDDEN = 6


def _hidden(address: Address) -> Iterator[str]:
    """The whole, and each part of the path and the query: a vendor may repeat any of them."""
    yield from (text for text in (address.url.reveal(), address.key.reveal()) if text)
    _, _, path = address.url.reveal().partition("://")[2].partition("/")
    for part in re.split(r"[/&=?]", path):
        if len(part) >= _SHORTEST_HIDDEN:
            yield part
