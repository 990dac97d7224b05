"""The lab: one world with all its doors open, as a context manager.

`async with Lab() as lab:` starts everything on free loopback ports and ends it by handle. What an operator would set
on Azure is set here too, and nothing else: the app runs unchanged.
"""

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import aiohttp

from tests.harness.arm import ArmDoor, Roles
from tests.harness.azurite import Azurite
from tests.harness.certificates import Authority
from tests.harness.channels import ChannelsDoor
from tests.harness.clock import LabClock
from tests.harness.credentials import LabCredential
from tests.harness.data_plane import DataPlane, FrontDoor, Service, api_key
from tests.harness.deployed import IDENTITY, NAME, Deployed, Ground, deployed
from tests.harness.deployment import Wishes
from tests.harness.event_grid.custom_topic import CustomTopic, RefusedError
from tests.harness.event_grid.destinations import WebHook
from tests.harness.event_grid.grid import EventGrid
from tests.harness.gateway import Gateway
from tests.harness.host.functions import FunctionsHost
from tests.harness.identity import IdentityDoor
from tests.harness.names import Names, View
from tests.harness.people import ARM, Person, person
from tests.harness.physics import Physics
from tests.harness.physics.seeding import Seeding
from tests.harness.settling import Gauges, settle
from tests.harness.sinks import AlertSink
from tests.harness.tokens import TokenError, Tokens
from tests.harness.weather import Weather
from tests.harness.witness import Witness
from tests.harness.world import Caller, Json, Switches, World
from tests.harness.worlds import MAIN, SUBSCRIPTION, Places, named

REPOSITORY = Path(__file__).parents[2]
SHARED = REPOSITORY / "infra" / "shared"
LATCH = replace(person("latch"), kind="app")
SYSTEM = Caller("Azure Event Grid", "eventgrid", "eventgrid", "app")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to start. The templates take `rights`, `watched` and `ingest`; Latch lives in the first that is watched."""

    world: str = "article"
    ingest: str = "queue"
    policy: Path = REPOSITORY / "policy.yaml"
    functions: bool = True
    app: Path = REPOSITORY
    switches: Switches = field(default_factory=Switches)
    settings: Mapping[str, str] = field(default_factory=dict)
    schema: str = "EventGridSchema"
    rights: str = "restore"
    watched: tuple[str, ...] = (SUBSCRIPTION,)
    processes_per_function: bool = False
    channels: tuple[str, ...] = ()


class Lab:
    """One small Azure. Its parts are attributes, in the words of the harness."""

    def __init__(self, plan: Plan | None = None) -> None:
        self.plan = plan or Plan()
        self._stack = contextlib.AsyncExitStack()
        self.host: FunctionsHost | None = None
        self.subscription = SUBSCRIPTION

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    # What stories do ---------------------------------------------------------------------------------------------

    def person(self, name: str, *roles: str) -> Person:
        """Somebody with a token for ARM; Contributor unless roles are named."""
        caller = person(name, roles or ("Contributor",))
        self.world.principals[caller.object_id] = "User"
        for role in caller.roles:
            for subscription in self.world.subscriptions:
                self.roles.assign(caller.object_id, role, f"/subscriptions/{subscription}")
        token = self.tokens.issue(caller, ARM, seconds=30 * 86400)
        return Person(caller, self.arm.url, token, self.http)

    async def settled(self, within: float = 60.0, at_most: float | None = None) -> float:
        """Waits until nothing is in flight, or `at_most` has passed; returns how far the clock was moved."""
        gauges = Gauges(self._running, self._waiting, self._poll)
        return await settle(self.clock, gauges, within, at_most)

    async def swept(self) -> None:
        """Starts a sweep by hand, as an operator would in the portal, and settles."""
        if self.host is None:
            raise ValueError("the lab runs without functions")
        # The index of Resource Graph has caught up with what happened until now.
        await self.clock.advance(self.world.switches.graph_lag_seconds)
        url = f"{self.host.url}/admin/functions/on_sweep"
        headers = {"x-functions-key": self.host.keys.master}
        async with self.http.post(url, json={}, headers=headers) as answer:
            answer.raise_for_status()
        await self.settled()

    def id(self, group: str, type_: str, name: str) -> str:
        return self.seeding.id(group, type_, name)

    @property
    def account_id(self) -> str:
        """The article's account."""
        return self.id("rg-ai-prod", "Microsoft.CognitiveServices/accounts", MAIN)

    @property
    def worker_log(self) -> str:
        return self._worker_log.read_text("utf-8", "replace") if self._worker_log.exists() else ""

    @property
    def api_key(self) -> str:
        """The key of the article's account; none while there is no such account."""
        account = self.world.get(self.account_id)
        return "" if account is None else api_key(account)

    def stats(self) -> Json:
        functions = {} if self.host is None else {n: _plain(c) for n, c in self.host.stats.items()}
        return {
            "arm": {"requests": len(self.world.journal)},
            "eventGrid": self.grid.stats,
            "functions": functions,
            "alerts": {"received": self.topic.received},
            "clock": {"offset": self.clock.offset, "now": self.clock.now().isoformat()},
        }

    # How it starts -----------------------------------------------------------------------------------------------

    async def _start(self) -> None:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="latch-lab-")))
        self._worker_log = folder / "worker.log"
        self.clock = LabClock()
        self._stack.callback(self.clock.close)
        self.authority = Authority(folder)
        self.world = World(self.clock, self.plan.switches)
        self.physics = Physics(self.world)
        self.weather = Weather()
        self.tokens = Tokens(self.clock, self.world.tenant)
        self.seeding = Seeding(self.physics, SUBSCRIPTION)
        self.places: Places = named(self.plan.world)(self.seeding)
        self.http = await self._stack.enter_async_context(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=self.authority.client()))
        )
        await self._open_azure()
        await self._open_network()
        if self.plan.functions:
            await self._start_functions()
        await self._subscribe()

    async def _open_azure(self) -> None:
        self.roles = Roles()
        self.arm = ArmDoor(
            self.world, self.physics, self.tokens, self.roles, self.weather, self.authority
        )
        self.identity = IdentityDoor(self.tokens, {LATCH.client_id: LATCH}, self.weather)
        self.grid = EventGrid(self.world, self.clock, self.tokens.event_claims, self.weather)
        self.sink = AlertSink()
        self.topic = CustomTopic(
            self.clock, self.sink, self._may_send, self.authority, self.weather
        )
        self.azurite = await self._stack.enter_async_context(Azurite(self.authority, self.clock))
        self.channels = ChannelsDoor(self.clock, self.authority, self.weather)
        for door in (self.arm, self.identity, self.topic, self.channels):
            await door.start()
            self._stack.push_async_callback(door.close)
        self.deployed = await self._stack.enter_async_context(self._installed())
        self._stack.push_async_callback(self.grid.close)

    def _installed(self) -> AbstractAsyncContextManager[Deployed]:
        for subscription in self.plan.watched:
            if subscription not in self.world.subscriptions:
                self.world.subscriptions.append(subscription)
        self.physics.stored.reserved[IDENTITY] = (LATCH.object_id, LATCH.client_id)
        ground = Ground(
            *(self.world, self.roles, self.tokens, self.arm.url, self.azurite, self.grid),
            *(self.http, self.authority.client(), self.authority.ca_file),
        )
        plan = self.plan
        return deployed(
            ground, Wishes(plan.watched, name=NAME, rights=plan.rights, ingest=plan.ingest)
        )

    async def _open_network(self) -> None:
        self.names = await self._stack.enter_async_context(Names(self.world))
        service = Service(self.world, self.clock, self.tokens)
        plane = await self._stack.enter_async_context(DataPlane(service, self.authority))
        self.witness = Witness(self.names, plane, self.authority)
        inside: str = self.places.network.id
        self._vantages = {
            **await self._vantage("LATCH_PROBE", inside, plane),
            **await self._vantage("LATCH_PROBE_PUBLIC", None, plane),
        }
        self.inside_door, self.outside_door = (
            FrontDoor(host_of(MAIN), view, self.names, service, self.authority)
            for view in (inside, None)
        )
        for door in (self.inside_door, self.outside_door):
            await door.start()
            self._stack.push_async_callback(door.close)

    async def _vantage(self, prefix: str, view: View, plane: DataPlane) -> dict[str, str]:
        """A resolver and a proxy of an operator, for the proof to look from."""
        gateway = await self._stack.enter_async_context(Gateway(plane.locate, view))
        host, port = await self.names.view(view)
        return {f"{prefix}_RESOLVER": f"{host}:{port}", f"{prefix}_PROXY": gateway.url}

    async def _start_functions(self) -> None:
        self.host = FunctionsHost(
            self.plan.app,
            self._settings(),
            self.clock,
            queue_credential=LabCredential(self.tokens, SYSTEM),
            log_file=self._worker_log,
            told_otherwise=self._told_otherwise(),
            processes_per_function=self.plan.processes_per_function,
        )
        await self.host.start()
        self._stack.push_async_callback(self.host.close)

    def _settings(self) -> dict[str, str]:
        """App settings: the templates', and what an operator of this machine adds."""
        return {
            **self.deployed.settings(self.topic.endpoint),
            "LATCH_POLICY": os.fspath(self.plan.policy),
            "LATCH_ARM_ENDPOINT": self.arm.url,
            "IDENTITY_ENDPOINT": self.identity.endpoint,
            "IDENTITY_HEADER": self.identity.header,
            "SSL_CERT_FILE": os.fspath(self.authority.ca_file),
            **self._vantages,
            **{name: self.channels.settings[name] for name in self.plan.channels},
            **self.plan.settings,
        }

    def _told_otherwise(self) -> dict[str, str]:
        """Settings of the workers alone."""
        return {}

    async def _subscribe(self) -> None:
        """The event subscriptions of the templates; those of a push need functions to call."""
        if self.plan.ingest == "push":
            if self.host is None:
                return
            await self.deployed.publish()
        await self.deployed.connect(self._function, self.plan.schema)
        watch = _shipped("names")["subscriptions"]["watch"]
        for subscriber in self.deployed.installation.subscribers():
            if subscriber.name.startswith(f"{watch}-"):
                self.grid.screen_raw(subscriber.name)

    def _function(self, name: str) -> WebHook:
        if self.host is None:
            raise ValueError("the lab runs without functions")
        return WebHook.of_function(self.host.url, name, self.host.keys.system)

    def _may_send(self, token: str) -> Caller:
        """Only the app holds the role EventGrid Data Sender."""
        try:
            caller = self.tokens.read(token, "https://eventgrid.azure.net")
        except TokenError as error:
            raise RefusedError(401, "Unauthorized", error.message) from error
        if caller.object_id != LATCH.object_id:
            raise RefusedError(
                401, "Unauthorized", "The caller lacks the role EventGrid Data Sender."
            )
        return caller

    # What settling asks --------------------------------------------------------------------------------------------

    def _running(self) -> dict[str, int]:
        return {
            "arm": self.arm.in_flight(),
            "deliveries": self.grid.in_flight(),
            "functions": 0 if self.host is None else self.host.busy(),
        }

    async def _poll(self) -> int:
        return 0 if self.host is None else await self.host.poll_queues()

    async def _waiting(self) -> int:
        if self.host is None:
            return 0
        return max(sum((await self.host.queue_depths()).values()) - self._hidden(), 0)

    def _hidden(self) -> int:
        """Messages of which the lab knows when they appear: its clock has a timer for each."""
        return 0 if self.host is None else self.host.hidden()


def host_of(account: str) -> str:
    """The public name of an Azure OpenAI account."""
    return f"{account}.openai.azure.com"


def _shipped(name: str) -> Json:
    document: Json = json.loads((SHARED / f"{name}.json").read_text("utf-8"))
    return document


def _plain(counts: Any) -> Json:
    return {name: getattr(counts, name) for name in ("invoked", "succeeded", "failed", "poisoned")}
