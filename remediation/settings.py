"""How is this deployment set up? Reads a mapping of app settings, whole. Pure: it never looks at the environment.

Every fault is collected before one `SettingsError` is raised. There are no secrets among the settings: Latch signs in
with its managed identity. `docs/settings.md` is generated from the text under each field.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Self, get_type_hints

from remediation import cron, texts
from remediation.clouds import CLOUDS, PUBLIC, Cloud
from remediation.errors import Fault, SettingsError
from remediation.texts import did_you_mean

PREFIX = "LATCH_"
# What is secret about a channel of the policy; `channels.secrets` reads these.
CHANNEL_PREFIX = "LATCH_CHANNEL_"


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
    return CLOUDS[texts.one_of(*CLOUDS)(text)]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that an operator sets, checked."""

    policy: Annotated[str, Setting("LATCH_POLICY", str, "policy.yaml")]
    """Path of the policy file, relative to the app's folder. It lies beside the code, so that what is enforced changes
    only by a deployment that somebody reviewed."""

    cloud: Annotated[Cloud, Setting("LATCH_CLOUD", _cloud, PUBLIC.name)]
    """The Azure cloud: `public`, `usgov` or `china`. It decides where Azure Resource Manager is, for whom tokens are
    asked, and which suffixes names have."""

    arm_endpoint: Annotated[str, Setting("LATCH_ARM_ENDPOINT", texts.https, "")]
    """https address of Azure Resource Manager. Not set: that of the cloud. Set it when ARM is reached through a private
    link of its own, or to work against an emulator."""

    arm_scope: Annotated[str, Setting("LATCH_ARM_SCOPE", texts.scope, "")]
    """Scope of the tokens for Azure Resource Manager, ending in `/.default`. Not set: that of the cloud, also for
    another endpoint."""

    client_id: Annotated[str | None, Setting("LATCH_CLIENT_ID", texts.guid, "")]
    """Client id of the user-assigned managed identity. Not set: the system-assigned one. With several identities on
    the app there is no other way to say which one holds the roles."""

    state_queues: Annotated[str, Setting("LATCH_STATE__queueServiceUri", texts.https)]
    """https address of the queue service for Latch's own queues. Written as a connection of the Functions host, because
    its triggers listen on the same queues."""

    state_tables: Annotated[str, Setting("LATCH_STATE__tableServiceUri", texts.https)]
    """https address of the table service for the ledger: reports, baselines, leases, and alerts on their way."""

    mailbox_queues: Annotated[str, Setting("LATCH_MAILBOX__queueServiceUri", texts.https)]
    """https address of the queue service where Event Grid puts events. It may be the same account as Latch's own state;
    a separate one lets Event Grid in without opening the state to it."""

    mailbox_blobs: Annotated[str | None, Setting("LATCH_MAILBOX__blobServiceUri", texts.https, "")]
    """https address of the blob service where Event Grid puts the events that nobody took. Not set: they are not read
    back, and only the sweep finds what they told of."""

    alert_topic: Annotated[str | None, Setting("LATCH_ALERT_TOPIC", texts.https, "")]
    """https address of the Event Grid custom topic that alerts go to. Not set: alerts are stored and logged, and nobody
    is told."""

    sweep_schedule: Annotated[str, Setting("LATCH_SWEEP_SCHEDULE", cron.schedule, "0 */15 * * * *")]
    """When the whole fleet is looked at: NCRONTAB with six fields, seconds first, in UTC. It bounds how long a drift
    lasts whose event was lost, or for which Azure sends none."""

    retry_for: Annotated[timedelta, Setting("LATCH_RETRY_MINUTES", texts.minutes(10, 1440), "30")]
    """Minutes for which a waiting pass is tried again before a person is told, 10 to 1440. An account that Azure works
    on can refuse endpoint work for up to ten minutes, so less would cry wolf."""

    paused: Annotated[bool, Setting("LATCH_PAUSE", texts.is_on, "off")]
    """`on` or `off`: paused, Latch looks and tells as always and changes nothing, not even to close an account. For the
    hour in which Latch itself is the trouble; every alert of that hour says PAUSED."""

    keeps_for: Annotated[timedelta, Setting("LATCH_KEEP_DAYS", texts.days(7, 730), "90")]
    """Days for which reports, and marks of delivered alerts, are kept, 7 to 730. The last state of an account, its
    baseline and what is open are kept for as long as it takes."""

    keeps_personal_data: Annotated[bool, Setting("LATCH_PERSONAL_DATA", texts.keeps, "keep")]
    """`keep` or `drop`: whether reports and alerts hold the name and the IP address of the person who made a change.
    `drop` keeps object ids and app ids, which only your own directory can turn into a person: who did it can be asked
    there. The log line of a pass never holds more than these ids, whatever is set here."""

    probes: Annotated[bool, Setting("LATCH_PROBE", texts.is_on, "on")]
    """`on` or `off`: whether a FULL pass proves what it restored, by asking for the account's own names and calling
    them on port 443 without any key. Only HTTPS to those names, and DNS, leave the app for it."""

    probe_resolver: Annotated[
        tuple[str, int] | None, Setting("LATCH_PROBE_RESOLVER", texts.resolver, "")
    ]
    """`address:port` of the DNS server that clients inside the network ask: `168.63.129.16:53` when the app is
    integrated with a linked network, or the network's own server. Not set: that of the app, and a public answer then
    counts as unprovable, because Latch cannot know whether it is inside itself."""

    probe_proxy: Annotated[str | None, Setting("LATCH_PROBE_PROXY", texts.proxy, "")]
    """http address of a CONNECT proxy inside the network, for an app that has no route to the endpoints. Not set: the
    endpoints are called directly."""

    probe_public_resolver: Annotated[
        tuple[str, int] | None, Setting("LATCH_PROBE_PUBLIC_RESOLVER", texts.resolver, "")
    ]
    """`address:port` of a DNS server on the internet, such as `1.1.1.1:53`. Not set: that strangers are refused is
    read from Azure Resource Manager, but not proven."""

    probe_public_proxy: Annotated[str | None, Setting("LATCH_PROBE_PUBLIC_PROXY", texts.proxy, "")]
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


def _unknown(environ: Mapping[str, str], known: list[str]) -> Iterator[Fault]:
    """Names with two underscores are connections of the Functions host, which reads more of them than we do."""
    for name in sorted(environ):
        if name.startswith(CHANNEL_PREFIX):
            continue
        if name.startswith(PREFIX) and "__" not in name and name not in known:
            yield Fault(name, f"is no setting of Latch{did_you_mean(name, known)}")
