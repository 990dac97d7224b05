"""How is this deployment set up? Reads a mapping of app settings, whole. Pure: it never looks at the environment.

Every fault is collected before one `SettingsError` is raised. There are no secrets among the settings: Latch signs in
with its managed identity. `docs/settings.md` is generated from the text under each field.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from ipaddress import ip_address
from typing import Annotated, Any, Self, get_type_hints
from urllib.parse import urlsplit

from remediation.errors import Fault, SettingsError

PREFIX = "LATCH_"
# What is secret about a channel of the policy; `channels.secrets` reads these.
CHANNEL_PREFIX = "LATCH_CHANNEL_"

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cloud:
    """One of Azure's clouds: where its Resource Manager is, and the suffixes of its names."""

    name: str
    arm_endpoint: str
    arm_scope: str
    dns_suffix: str
    storage_suffix: str


# Endpoints and scopes: azure-mgmt-core 1.6 `get_arm_endpoints`; for US Government the two differ.
PUBLIC = Cloud(
    "public",
    "https://management.azure.com",
    "https://management.azure.com/.default",
    "azure.com",
    "core.windows.net",
)
US_GOVERNMENT = Cloud(
    "usgov",
    "https://management.usgovcloudapi.net",
    "https://management.core.usgovcloudapi.net/.default",
    "azure.us",
    "core.usgovcloudapi.net",
)
CHINA = Cloud(
    "china",
    "https://management.chinacloudapi.cn",
    "https://management.chinacloudapi.cn/.default",
    "azure.cn",
    "core.chinacloudapi.cn",
)
CLOUDS = {cloud.name: cloud for cloud in (PUBLIC, US_GOVERNMENT, CHINA)}


@dataclass(frozen=True, slots=True)
class Setting:
    """The name of an app setting and how its text is read; a default of None means that it must be given."""

    name: str
    read: Callable[[str], Any]
    default: str | None = None

    def value(self, environ: Mapping[str, str]) -> Any:
        """Raises ValueError when the text is wrong or missing."""
        text = environ.get(self.name, "").strip() or self.default
        if text is None:
            raise ValueError("is required")
        return self.read(text) if text else None


def _cloud(text: str) -> Cloud:
    return CLOUDS[_one_of(*CLOUDS)(text)]


def _one_of(*known: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in known:
            raise ValueError(
                f"is {text!r}: it must be one of {', '.join(known)}{did_you_mean(text, known)}"
            )
        return text

    return read


def _https(text: str) -> str:
    """The message shows no part of the address: whoever pastes a key into one should not find it in the log."""
    try:
        parts = urlsplit(text)
        is_valid = parts.scheme == "https" and parts.port != 0
    except ValueError:
        is_valid = False
    if not is_valid or not re.fullmatch(r"[\w.:-]+", parts.hostname or ""):
        raise ValueError("is no https address")
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("must have no user, query or fragment: Latch needs no key in an address")
    return text.rstrip("/")


def _scope(text: str) -> str:
    if not _https(text).endswith("/.default"):
        raise ValueError("must be an https address that ends in /.default")
    return text


def _guid(text: str) -> str:
    if not GUID.fullmatch(text):
        raise ValueError("is no client id: 32 hexadecimal digits in groups of 8-4-4-4-12")
    return text.lower()


def _minutes(least: int, most: int) -> Callable[[str], timedelta]:
    def read(text: str) -> timedelta:
        # The length bounds what int() has to read.
        if not text.isdecimal() or len(text) > len(str(most)) or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number of minutes from {least} to {most}")
        return timedelta(minutes=int(text))

    return read


def _days(least: int, most: int) -> Callable[[str], timedelta]:
    def read(text: str) -> timedelta:
        if not text.isdecimal() or len(text) > len(str(most)) or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number of days from {least} to {most}")
        return timedelta(days=int(text))

    return read


_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

# NCRONTAB: name, least, most, and the words that stand for numbers (azure-functions timer documentation).
_CRON: tuple[tuple[str, int, int, list[str]], ...] = (
    ("second", 0, 59, []),
    ("minute", 0, 59, []),
    ("hour", 0, 23, []),
    ("day", 1, 31, []),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 6, _DAYS),
)


def _schedule(text: str) -> str:
    parts = text.split()
    if len(parts) != len(_CRON):
        raise ValueError(
            f"has {len(parts)} fields instead of six: second minute hour day month day-of-week"
        )
    for part, (name, least, most, words) in zip(parts, _CRON, strict=True):
        if not all(_is_cron(item, least, most, words) for item in part.split(",")):
            raise ValueError(f"has {part!r} for the {name}, which goes from {least} to {most}")
    return " ".join(parts)


def _is_cron(item: str, least: int, most: int, words: list[str]) -> bool:
    """`*`, a value or a range, with or without a step."""
    span, slash, step = item.partition("/")
    if slash and not (re.fullmatch(r"[0-9]{1,2}", step) and 1 <= int(step) <= most):
        return False
    if span == "*":
        return True
    ends = [_cron_number(end, least, words) for end in span.split("-", 1)]
    return ends == sorted(ends) and least <= ends[0] and ends[-1] <= most


def _cron_number(text: str, least: int, words: list[str]) -> int:
    """A number of at most two digits or one of the words; -1, which no field allows, for anything else."""
    if text.casefold() in words:
        return least + words.index(text.casefold())
    return int(text) if re.fullmatch(r"[0-9]{1,2}", text) else -1


def _keeps(text: str) -> bool:
    return _one_of("keep", "drop")(text) == "keep"


def _is_on(text: str) -> bool:
    return _one_of("on", "off")(text) == "on"


# An address, because a name would need a resolver first; IPv6 in brackets, as in a URL.
_RESOLVER = re.compile(r"([0-9.]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?", re.IGNORECASE)
_DNS_PORT = 53
_PORTS = range(1, 65536)


def _resolver(text: str) -> tuple[str, int]:
    match = _RESOLVER.fullmatch(text)
    try:
        address = str(ip_address(match[1].strip("[]"))) if match else ""
    except ValueError:
        address = ""
    port = int(match[2] or _DNS_PORT) if match else 0
    if not address or port not in _PORTS:
        raise ValueError("is no address of a DNS server, such as 10.0.0.4:53 or [fd00::4]:53")
    return address, port


def _proxy(text: str) -> str:
    """The message shows no part of the address, as for https addresses."""
    try:
        parts = urlsplit(text)
        is_valid = parts.scheme == "http" and parts.port != 0
    except ValueError:
        is_valid = False
    if not is_valid or not re.fullmatch(r"[\w.:-]+", parts.hostname or ""):
        raise ValueError("is no http address of a proxy")
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("must have no user, path, query or fragment: only host and port")
    return text.rstrip("/")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that an operator sets, checked."""

    policy: Annotated[str, Setting("LATCH_POLICY", str, "policy.yaml")]
    """Path of the policy file, relative to the app's folder. It lies beside the code, so that what is enforced changes
    only by a deployment that somebody reviewed."""

    cloud: Annotated[Cloud, Setting("LATCH_CLOUD", _cloud, PUBLIC.name)]
    """The Azure cloud: `public`, `usgov` or `china`. It decides where Azure Resource Manager is, for whom tokens are
    asked, and which suffixes names have."""

    arm_endpoint: Annotated[str, Setting("LATCH_ARM_ENDPOINT", _https, "")]
    """https address of Azure Resource Manager. Not set: that of the cloud. Set it when ARM is reached through a private
    link of its own, or to work against an emulator."""

    arm_scope: Annotated[str, Setting("LATCH_ARM_SCOPE", _scope, "")]
    """Scope of the tokens for Azure Resource Manager, ending in `/.default`. Not set: that of the cloud, also for
    another endpoint."""

    client_id: Annotated[str | None, Setting("LATCH_CLIENT_ID", _guid, "")]
    """Client id of the user-assigned managed identity. Not set: the system-assigned one. With several identities on
    the app there is no other way to say which one holds the roles."""

    state_queues: Annotated[str, Setting("LATCH_STATE__queueServiceUri", _https)]
    """https address of the queue service for Latch's own queues. Written as a connection of the Functions host, because
    its triggers listen on the same queues."""

    state_tables: Annotated[str, Setting("LATCH_STATE__tableServiceUri", _https)]
    """https address of the table service for the ledger: reports, baselines, leases, and alerts on their way."""

    mailbox_queues: Annotated[str, Setting("LATCH_MAILBOX__queueServiceUri", _https)]
    """https address of the queue service where Event Grid puts events. It may be the same account as Latch's own state;
    a separate one lets Event Grid in without opening the state to it."""

    mailbox_blobs: Annotated[str | None, Setting("LATCH_MAILBOX__blobServiceUri", _https, "")]
    """https address of the blob service where Event Grid puts the events that nobody took. Not set: they are not read
    back, and only the sweep finds what they told of."""

    alert_topic: Annotated[str | None, Setting("LATCH_ALERT_TOPIC", _https, "")]
    """https address of the Event Grid custom topic that alerts go to. Not set: alerts are stored and logged, and nobody
    is told."""

    sweep_schedule: Annotated[str, Setting("LATCH_SWEEP_SCHEDULE", _schedule, "0 */15 * * * *")]
    """When the whole fleet is looked at: NCRONTAB with six fields, seconds first, in UTC. It bounds how long a drift
    lasts whose event was lost, or for which Azure sends none."""

    retry_for: Annotated[timedelta, Setting("LATCH_RETRY_MINUTES", _minutes(10, 1440), "30")]
    """Minutes for which a waiting pass is tried again before a person is told, 10 to 1440. An account that Azure works
    on can refuse endpoint work for up to ten minutes, so less would cry wolf."""

    paused: Annotated[bool, Setting("LATCH_PAUSE", _is_on, "off")]
    """`on` or `off`: paused, Latch looks and tells as always and changes nothing, not even to close an account. For the
    hour in which Latch itself is the trouble; every alert of that hour says PAUSED."""

    keeps_for: Annotated[timedelta, Setting("LATCH_KEEP_DAYS", _days(7, 730), "90")]
    """Days for which reports, and marks of delivered alerts, are kept, 7 to 730. The last state of an account, its
    baseline and what is open are kept for as long as it takes."""

    keeps_personal_data: Annotated[bool, Setting("LATCH_PERSONAL_DATA", _keeps, "keep")]
    """`keep` or `drop`: whether reports and alerts hold the name and the IP address of the person who made a change.
    With `drop` the object id remains, which only your own directory can turn into a person."""

    probes: Annotated[bool, Setting("LATCH_PROBE", _is_on, "on")]
    """`on` or `off`: whether a FULL pass proves what it restored, by asking for the account's own names and calling
    them on port 443 without any key. Only HTTPS to those names, and DNS, leave the app for it."""

    probe_resolver: Annotated[
        tuple[str, int] | None, Setting("LATCH_PROBE_RESOLVER", _resolver, "")
    ]
    """`address:port` of the DNS server that clients inside the network ask: `168.63.129.16:53` when the app is
    integrated with a linked network, or the network's own server. Not set: that of the app, and a public answer then
    counts as unprovable, because Latch cannot know whether it is inside itself."""

    probe_proxy: Annotated[str | None, Setting("LATCH_PROBE_PROXY", _proxy, "")]
    """http address of a CONNECT proxy inside the network, for an app that has no route to the endpoints. Not set: the
    endpoints are called directly."""

    probe_public_resolver: Annotated[
        tuple[str, int] | None, Setting("LATCH_PROBE_PUBLIC_RESOLVER", _resolver, "")
    ]
    """`address:port` of a DNS server on the internet, such as `1.1.1.1:53`. Not set: that strangers are refused is
    read from Azure Resource Manager, but not proven."""

    probe_public_proxy: Annotated[str | None, Setting("LATCH_PROBE_PUBLIC_PROXY", _proxy, "")]
    """http address of a CONNECT proxy on the internet, for an app that may not call public addresses. Not set: they are
    called directly. It needs `LATCH_PROBE_PUBLIC_RESOLVER`."""

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """An empty setting counts as not set; raises SettingsError with every fault."""
        named = declared(cls)
        faults = list(_unknown(environ, [setting.name for setting in named.values()]))
        values: dict[str, Any] = {}
        for field, setting in named.items():
            try:
                values[field] = setting.value(environ)
            except ValueError as error:
                faults.append(Fault(setting.name, str(error)))
        if values.get("probe_public_proxy") and not values.get("probe_public_resolver", True):
            needs = f"needs {named['probe_public_resolver'].name}"
            faults.append(Fault(named["probe_public_proxy"].name, needs))
        if faults:
            raise SettingsError(tuple(faults))
        cloud = values["cloud"]
        values["arm_endpoint"] = values["arm_endpoint"] or cloud.arm_endpoint
        values["arm_scope"] = values["arm_scope"] or cloud.arm_scope
        return cls(**values)


def declared(settings: type[Settings]) -> dict[str, Setting]:
    """Each field with its app setting, in the order of the class."""
    hints = get_type_hints(settings, include_extras=True)
    return {field: hint.__metadata__[0] for field, hint in hints.items()}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a message: the nearest known word, nothing when none is near."""
    near = get_close_matches(word, tuple(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _unknown(environ: Mapping[str, str], known: list[str]) -> Iterator[Fault]:
    """Names with two underscores are connections of the Functions host, which reads more of them than we do."""
    for name in sorted(environ):
        if name.startswith(CHANNEL_PREFIX):
            continue
        if name.startswith(PREFIX) and "__" not in name and name not in known:
            yield Fault(name, f"is no setting of Latch{did_you_mean(name, known)}")
