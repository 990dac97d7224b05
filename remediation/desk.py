"""What a person at a terminal works with: the app of the Function, signed in as that person. Wiring, as in bootstrap.

Alerts, queues and the channels of a deployment are left out: who asks sees the answer.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from azure.data.tables.aio import TableServiceClient
from azure.identity.aio import DefaultAzureCredential

from remediation import bootstrap, policy, policy_file
from remediation.adapters.clients import Clients
from remediation.adapters.clock import SystemClock
from remediation.adapters.cloud import ArmCloud, ArmFleet
from remediation.adapters.fleet import GraphFleet
from remediation.adapters.graph_client import GraphClient
from remediation.adapters.ledger import TableLedger
from remediation.adapters.notifiers import LogNotifier
from remediation.adapters.scratch import (
    ScratchBatches,
    ScratchLedger,
    ScratchOutbox,
    ScratchRequests,
    ScratchTallies,
)
from remediation.adapters.sign_in import signed_in
from remediation.app import App
from remediation.app_ports import Ports
from remediation.errors import Misconfigured
from remediation.policy_document import Policy
from remediation.ports import Cloud, Ledger
from remediation.settings import Settings
from remediation.terminal.operator import Operator
from remediation.terminal.parts import Asked, Desk

# What settings ask of a deployment and a terminal has no use for.
_UNUSED = dict.fromkeys(
    (
        "LATCH_STATE__queueServiceUri",
        "LATCH_STATE__tableServiceUri",
        "LATCH_MAILBOX__queueServiceUri",
    ),
    "https://unused.invalid",
)
_PATIENCE: dict[str, Any] = {"retry_total": 2, "connection_timeout": 5, "read_timeout": 15}


@dataclass(frozen=True, slots=True)
class Prepared:
    """Checked settings and the policy. `state` is the tables of a deployment's ledger, empty for none."""

    settings: Settings
    policy: Policy
    state: str = ""


def prepared(environ: Mapping[str, str], file: Path | None, state: str) -> Prepared:
    """Raises RemediationError; without a file the policy is the one that the settings name."""
    settings = Settings.from_environ({**_UNUSED, **environ})
    chosen = file or Path(settings.policy)
    if state and not state.startswith("https://"):
        raise Misconfigured(
            "--state is no https address, such as https://NAME.table.core.windows.net"
        )
    return Prepared(settings, policy_file.load(text_of(chosen), str(chosen)), state)


def text_of(file: Path) -> str:
    """Raises Misconfigured for what is no text, OSError for what cannot be read."""
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        message = f"{file}: not UTF-8 text: {error.reason} at byte {error.start}"
        raise Misconfigured(message) from error


@asynccontextmanager
async def at_desk(prepared: Prepared) -> AsyncIterator[Operator]:
    """Somebody to ask. Without `state` what a pass remembers is forgotten, and a lease keeps nobody else away."""
    settings, clock = prepared.settings, SystemClock()
    async with AsyncExitStack() as stack:
        credential = await stack.enter_async_context(
            DefaultAzureCredential(managed_identity_client_id=settings.client_id)
        )
        who = await signed_in(credential, settings.arm_scope)
        clients = Clients(credential, settings.arm_endpoint, settings.arm_scope)
        stack.push_async_callback(clients.close)
        shared: Ledger | None = None
        if prepared.state:
            tables = TableServiceClient(prepared.state, credential=credential, **_PATIENCE)
            shared = TableLedger(await stack.enter_async_context(tables), clock)
        graph = GraphClient(credential, settings.arm_endpoint, settings.arm_scope)
        stack.push_async_callback(graph.close)
        index = GraphFleet(graph)
        fleet, tallies = ArmFleet(clients, index), ScratchTallies(clock)

        def app(
            rules: Policy, *, cloud: Cloud, ledger: Ledger, requests: Asked, proves: bool
        ) -> App:
            ports = Ports(
                cloud=cloud,
                fleet=fleet,
                ledger=ledger,
                requests=requests,
                outbox=ScratchOutbox(),
                batches=ScratchBatches(),
                tallies=tallies,
                notifier=LogNotifier(),
                clock=clock,
                prober=bootstrap.prober(settings) if proves else None,
            )
            return bootstrap.assemble(ports, rules, settings)

        yield Operator(
            Desk(
                rules=prepared.policy,
                cloud=ArmCloud(clients),
                fleet=fleet,
                index=index,
                ledger=shared or ScratchLedger(),
                aside=lambda: ScratchLedger(shared),
                requests=ScratchRequests,
                clock=clock,
                assemble=app,
                known_zones=partial(policy.known_zones, cloud=settings.cloud),
                who=who,
                remembers=shared is not None,
            )
        )
