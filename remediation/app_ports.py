"""What does the app need of the world and of the policy?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from remediation.courier import Courier
from remediation.ids import ResourceId
from remediation.observed import Account
from remediation.page_desk import PostureDesk
from remediation.page_keeper import KeptProofs
from remediation.ports import (
    Batches,
    Clock,
    Cloud,
    DeadLetters,
    Fleet,
    Ledger,
    Notifier,
    Outbox,
    Prober,
    Requests,
    Retention,
    Tallies,
)
from remediation.sweep_ports import FleetIndex, Sweeps


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything of the world that the app needs."""

    cloud: Cloud
    fleet: Fleet
    ledger: Ledger
    requests: Requests
    outbox: Outbox
    batches: Batches
    tallies: Tallies
    notifier: Notifier
    clock: Clock
    prober: Prober | None = None
    courier: Courier | None = None
    index: FleetIndex | None = None
    sweeps: Sweeps | None = None
    retention: Retention | None = None
    dead_letters: DeadLetters | None = None
    desk: PostureDesk | None = None
    proofs: KeptProofs | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What the policy speaks of: by id alone, by what it ties to an account, and where accounts may be."""

    speaks_of: Callable[[ResourceId], bool]
    ties: Callable[[Account, ResourceId, datetime], bool]
    subscriptions: Sequence[str]
