"""Settings to App: the only place that knows the concrete classes.

`configured` checks everything that can be checked without Azure, at the start; `connect` makes the clients, inside
the running loop, because asynchronous clients bind to it.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from azure.data.tables.aio import TableServiceClient
from azure.identity.aio import ManagedIdentityCredential
from azure.storage.queue.aio import QueueServiceClient

from remediation import policy, policy_alerts, policy_file, policy_limits, policy_watch
from remediation.adapters import channels as wires
from remediation.adapters.batches import TableBatches
from remediation.adapters.clients import Clients
from remediation.adapters.clock import SystemClock
from remediation.adapters.cloud import ArmCloud, ArmFleet
from remediation.adapters.dead_letters import IN_PIECES, BlobDeadLetters
from remediation.adapters.deliveries import TableDeliveries
from remediation.adapters.fleet import GraphFleet
from remediation.adapters.graph_checkpoints import TableSweeps
from remediation.adapters.graph_client import GraphClient
from remediation.adapters.ledger import TableLedger
from remediation.adapters.mailbox_blobs import MailboxBlobs
from remediation.adapters.names import DEAD_LETTERS
from remediation.adapters.notifiers import LogNotifier, TopicNotifier
from remediation.adapters.outbox import TableOutbox
from remediation.adapters.patience import BRIEF
from remediation.adapters.plumbing import StoragePlumbing
from remediation.adapters.pools import Pool
from remediation.adapters.prober import NetworkProber, Vantage
from remediation.adapters.requests import QueueRequests
from remediation.adapters.retention import TableRetention
from remediation.adapters.standings import TablePosture
from remediation.adapters.tallies import TableTallies
from remediation.adapters.webhook import Webhook
from remediation.app import App
from remediation.app_ports import Ports, Scope
from remediation.caution import Caution
from remediation.channel import Channels
from remediation.channels import secrets
from remediation.channels.secrets import Address
from remediation.courier import Courier
from remediation.errors import Fault, SettingsError
from remediation.page import modes
from remediation.page_desk import PostureDesk, Sources
from remediation.page_keeper import KeptLedger, KeptProofs, KeptRetention
from remediation.policy_document import Policy
from remediation.ports import Clock
from remediation.prover import Prover
from remediation.reach import reach_of
from remediation.rechecks import Rechecks, Speaks
from remediation.reconciler import Reconciler
from remediation.report import Report
from remediation.settings import Settings
from remediation.sweep import Sweep, Wants
from remediation.teller import Teller
from remediation.upkeep import Upkeep
from remediation.watcher import Watched, Watcher

# The queue client would wait 15 s before its first retry, and Event Grid gives 30 s in all.
_TIMEOUTS: dict[str, Any] = {"connection_timeout": 5, "read_timeout": 15}
# A queue hides a message for seven days at most; one day is for clocks and slow workers.
_FARTHEST = timedelta(days=6)
_TABLE_PATIENCE = {**_TIMEOUTS, **BRIEF}
_QUEUE_PATIENCE = {
    **_TIMEOUTS,
    "retry_total": 2,
    "initial_backoff": 1,
    "increment_base": 1,
    "random_jitter_range": 1,
}


@dataclass(frozen=True, slots=True)
class Configured:
    """Checked settings and the policy that they name."""

    settings: Settings
    policy: Policy
    channels: Channels = field(default_factory=Channels)
    addresses: Mapping[str, Address] = field(default_factory=dict)


def configured(environ: Mapping[str, str], folder: Path) -> Configured:
    """Raises SettingsError with every mistake; `folder` is where a relative policy path begins."""
    settings = Settings.from_environ(environ)
    file = folder / settings.policy
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            (Fault(str(settings.policy), f"the policy cannot be read: {error}"),)
        ) from error
    rules = policy_file.load(text, file.name)
    has_topic = bool(settings.alert_topic)
    ways = policy_alerts.channels(rules.alerts, has_topic=has_topic)
    wires.check(ways.each, policy_file.channel_places(text, file.name), has_topic=has_topic)
    return Configured(settings, rules, ways, secrets.resolve(ways.each, environ))


def connect(configuration: Configured) -> App:
    """The app, with genuine clients and the managed identity."""
    # A line for every request and one for every answer would drown the one line that a pass is worth.
    for chatty in ("azure.core", "azure.identity"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    settings, rules, clock = configuration.settings, configuration.policy, SystemClock()
    credential = ManagedIdentityCredential(client_id=settings.client_id, **BRIEF)
    clients = Clients(credential, settings.arm_endpoint, settings.arm_scope)
    tables = TableServiceClient(
        settings.state_tables, credential=credential, transport=Pool(), **_TABLE_PATIENCE
    )
    queues = QueueServiceClient(
        settings.state_queues, credential=credential, transport=Pool(), **_QUEUE_PATIENCE
    )
    blobs = _mailbox_blobs(settings, credential)
    index = GraphFleet(GraphClient(credential, settings.arm_endpoint, settings.arm_scope))
    courier = _courier(configuration, credential, tables, queues, clock)
    posture, sweeps = TablePosture(tables), TableSweeps(tables, clock)
    ledger = KeptLedger(
        TableLedger(tables, clock),
        posture,
        lambda profile: policy_limits.of_profile(rules, profile).fight,
    )
    plumbing = _plumbing(settings, credential, queues, blobs)
    ports = Ports(
        cloud=ArmCloud(clients),
        fleet=ArmFleet(clients, index),
        ledger=ledger,
        requests=QueueRequests(queues),
        outbox=TableOutbox(tables, queues, clock),
        batches=TableBatches(tables, queues),
        tallies=TableTallies(tables, clock),
        notifier=courier or LogNotifier(),
        courier=courier,
        clock=clock,
        prober=prober(settings) if settings.probes else None,
        dead_letters=None if blobs is None else BlobDeadLetters(blobs, DEAD_LETTERS),
        index=index,
        sweeps=sweeps,
        retention=KeptRetention(TableRetention(tables), posture),
        desk=PostureDesk(
            Sources(posture, ledger, sweeps, plumbing, clock),
            schedule=settings.sweep_schedule,
            paused=settings.paused,
            terms=modes.terms(rules),
        ),
        proofs=KeptProofs(posture),
    )
    return assemble(ports, rules, settings)


def _courier(
    configuration: Configured,
    credential: ManagedIdentityCredential,
    tables: TableServiceClient,
    queues: QueueServiceClient,
    clock: Clock,
) -> Courier | None:
    """None where nobody is told but the log."""
    ways, address = configuration.channels, configuration.settings.alert_topic
    if not ways.each:
        return None
    topic = TopicNotifier(address, credential) if address else None
    senders = wires.senders(ways, configuration.addresses, Webhook(), clock, topic)
    return Courier(ways.each, senders, TableDeliveries(tables, queues, clock), clock)


def _plumbing(
    settings: Settings,
    credential: ManagedIdentityCredential,
    queues: QueueServiceClient,
    blobs: MailboxBlobs | None,
) -> StoragePlumbing:
    mailbox = QueueServiceClient(settings.mailbox_queues, credential=credential, **_QUEUE_PATIENCE)
    return StoragePlumbing(queues, mailbox, blobs, DEAD_LETTERS)


def _mailbox_blobs(
    settings: Settings, credential: ManagedIdentityCredential
) -> MailboxBlobs | None:
    """None where the mailbox has no blobs: then Event Grid drops what it cannot deliver."""
    if settings.mailbox_blobs is None:
        return None
    return MailboxBlobs(settings.mailbox_blobs, credential, **IN_PIECES, **_QUEUE_PATIENCE)


def prober(settings: Settings) -> NetworkProber:
    """The eyes of a proof, where the settings say that they look from."""
    inside = Vantage(settings.probe_resolver, settings.probe_proxy)
    public = settings.probe_public_resolver
    return NetworkProber(inside, Vantage(public, settings.probe_public_proxy) if public else None)


def _upkeep(ports: Ports, rules: Policy, settings: Settings, teller: Teller) -> Upkeep | None:
    """None where nothing outlives the process: a terminal has no timer."""
    if ports.index is None or ports.sweeps is None or ports.retention is None:
        return None
    wants = Wants(
        partial(policy.desired_for, rules),
        partial(policy.known_zones, cloud=settings.cloud),
        reach_of(rules),
    )
    sweep = Sweep(
        ports.index,
        ports.sweeps,
        ports.requests,
        ports.outbox,
        ports.clock,
        wants=wants,
        tell=teller.blind_spot,
        count=ports.tallies.count_fleet,
    )
    return Upkeep(sweep, ports.retention, ports.courier, ports.clock, keeps_for=settings.keeps_for)


def assemble(ports: Ports, rules: Policy, settings: Settings) -> App:
    """The loops and handlers on given ports."""
    known_zones = partial(policy.known_zones, cloud=settings.cloud)
    teller = Teller(ports.outbox, keep_personal_data=settings.keeps_personal_data)
    watcher = Watcher(
        ports.cloud,
        ports.ledger,
        ports.requests,
        ports.clock,
        watched=Watched(
            partial(policy_watch.of_profile, rules),
            partial(policy_watch.of_account, rules),
            partial(policy_watch.of_id, rules),
            partial(policy_watch.of_place, rules),
        ),
        tell=teller.notice,
    )

    async def tell(report: Report) -> None:
        await teller.report(report)
        await watcher.on_pass(report)

    reconciler = Reconciler(
        ports.cloud,
        ports.ledger,
        ports.clock,
        desired_for=partial(policy.desired_for, rules),
        known_zones=known_zones,
        tell=tell,
        prove=Prover(ports.prober).prove if ports.prober else None,
        patience=settings.retry_for,
        caution=Caution(
            ports.clock,
            limits_for=partial(policy_limits.of_profile, rules),
            tallies=ports.tallies,
            farthest=_FARTHEST,
            paused=settings.paused,
        ),
    )
    rechecks = Rechecks(
        reconciler,
        ports.ledger,
        ports.requests,
        ports.batches,
        ports.fleet,
        ports.clock,
        Speaks(
            partial(policy.speaks_of, rules),
            partial(policy.is_in_scope, rules),
            rules.scope.subscriptions,
        ),
        keeps_personal_data=settings.keeps_personal_data,
        on_audit=ports.proofs.on_audit if ports.proofs else None,
    )
    return App(
        ports,
        reconciler,
        _upkeep(ports, rules, settings, teller),
        watcher,
        teller,
        rechecks,
        Scope(
            partial(policy.speaks_of, rules),
            partial(policy.ties, rules, known_zones),
            rules.scope.subscriptions,
        ),
        keeps_personal_data=settings.keeps_personal_data,
    )
