"""Where does a lab get its roles, queues, settings and event subscriptions? From the shipped templates.

They are deployed into the lab's own world by somebody who owns its subscriptions. What storage and Event Grid keep
outside of Resource Manager is then opened as the templates name it.
"""

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp

from tests.harness import foundation
from tests.harness.arm import Roles
from tests.harness.azurite import Azurite
from tests.harness.bicep import Manager
from tests.harness.credentials import LabCredential
from tests.harness.deployment import Installation, Subscriber, Wishes, install
from tests.harness.event_grid.dead_letters import BlobContainer, DeadLetters
from tests.harness.event_grid.delivery import Destination
from tests.harness.event_grid.destinations import Queue
from tests.harness.event_grid.grid import EventGrid
from tests.harness.event_grid.outcomes import EndpointType
from tests.harness.event_grid.terms import Terms
from tests.harness.people import ARM, person
from tests.harness.tokens import Tokens
from tests.harness.world import Caller, World

DEPLOYER = person("platform-ci")
NAME = "lab"
IDENTITY = f"id-{NAME}"
CREATED = 201

type Call = Callable[[str], Destination]


@dataclass(frozen=True, slots=True)
class Ground:
    """What an installation is laid into."""

    world: World
    roles: Roles
    tokens: Tokens
    arm_url: str
    azurite: Azurite
    grid: EventGrid
    http: aiohttp.ClientSession
    tls: ssl.SSLContext
    ca_file: Path

    def credential(self, principal: str) -> LabCredential:
        """Of a system topic, or of somebody else whose name matters to nobody."""
        return LabCredential(self.tokens, Caller("Azure Event Grid", principal, principal, "app"))

    def deployer(self, subscriptions: tuple[str, ...]) -> Manager:
        self.world.principals[DEPLOYER.object_id] = "ServicePrincipal"
        for subscription in subscriptions:
            self.roles.assign(DEPLOYER.object_id, "Owner", f"/subscriptions/{subscription}")
        token = self.tokens.issue(DEPLOYER, ARM, seconds=86400)
        return Manager(self.http, self.arm_url, token, self.world.clock)


@dataclass(frozen=True, slots=True)
class Deployed:
    """The installation of one lab."""

    ground: Ground
    wishes: Wishes
    installation: Installation
    _queues: list[Queue] = field(default_factory=list)

    def settings(self, alert_topic: str) -> dict[str, str]:
        """The templates' app settings, with the lab's addresses in the place of Azure's."""
        azurite = self.ground.azurite
        places = {
            ".blob.core.windows.net": azurite.blob_url,
            ".queue.core.windows.net": azurite.queue_url,
            ".table.core.windows.net": azurite.table_url,
            ".eventgrid.azure.net": alert_topic,
        }
        return self.installation.settings_at(places)

    async def open_storage(self) -> None:
        """Every queue, table and container is there, as after the deployment."""
        azurite = self.ground.azurite
        for name in self.installation.queues:
            await self._create("PUT", f"{azurite.queue_url}/{name}")
        for name in self.installation.containers:
            await self._create("PUT", f"{azurite.blob_url}/{name}?restype=container")
        for name in self.installation.tables:
            await self._create("POST", f"{azurite.table_url}/Tables", {"TableName": name})

    async def publish(self) -> None:
        """The code is there, so a push has its second phase."""
        self.installation.publish({"on_event": "eventGridTrigger"})
        wishes = replace(self.wishes, code_is_deployed=True)
        manager = self.ground.deployer(wishes.watched)
        await install(self.ground.world, manager, wishes.watched[0], wishes)
        self.ground.world.journal.clear()

    async def onboard(self, subscription: str) -> None:
        """The templates are deployed again for one more subscription; its events reach nobody in this lab."""
        wishes = replace(self.wishes, watched=(*self.wishes.watched, subscription))
        manager = self.ground.deployer(wishes.watched)
        await install(self.ground.world, manager, wishes.watched[0], wishes)
        self.ground.world.journal.clear()

    async def connect(self, call: Call, schema: str) -> None:
        """Event Grid delivers as the event subscriptions say; `call` knows the way to a function."""
        for subscriber in self.installation.subscribers():
            asked = {**subscriber.properties, "eventDeliverySchema": schema}

            def reached(terms: Terms, to: Subscriber = subscriber) -> _Ways:
                return self._destination(terms, to, call), self._letters(terms, to)

            await self.ground.grid.create(subscriber.watched, subscriber.name, asked, reached)

    async def close(self) -> None:
        for queue in self._queues:
            await queue.close()

    def _destination(self, terms: Terms, subscriber: Subscriber, call: Call) -> Destination:
        if terms.endpoint is EndpointType.FUNCTION:
            return call(terms.place["resourceId"].rpartition("/")[2])
        url = f"{self.ground.azurite.queue_url}/{terms.place['queueName']}"
        queue = Queue(url, self.ground.credential(subscriber.principal), self.ground.ca_file)
        self._queues.append(queue)
        return queue

    def _letters(self, terms: Terms, subscriber: Subscriber) -> DeadLetters | None:
        if terms.dead_letters is None:
            return None
        return BlobContainer(
            f"{self.ground.azurite.blob_url}/{terms.dead_letters['blobContainerName']}",
            self.ground.credential(subscriber.principal),
            self.ground.tls,
            self.ground.world.switches,
        )

    async def _create(self, method: str, url: str, body: dict[str, str] | None = None) -> None:
        credential = self.ground.credential(DEPLOYER.object_id)
        token = await credential.get_token("https://storage.azure.com/.default")
        headers = {
            "Authorization": f"Bearer {token.token}",
            "x-ms-version": "2021-12-02",
            "Accept": "application/json;odata=nometadata",
        }
        async with self.ground.http.request(method, url, json=body, headers=headers) as answer:
            if answer.status != CREATED:
                raise RuntimeError(f"{method} {url}: {answer.status} {await answer.text()}")


type _Ways = tuple[Destination, DeadLetters | None]


@asynccontextmanager
async def deployed(ground: Ground, wishes: Wishes) -> AsyncIterator[Deployed]:
    """Deploys the templates, or copies what they made of the same wishes in an earlier lab."""
    key = (wishes.watched, wishes.rights, wishes.ingest, wishes.code_is_deployed)

    async def deploy() -> Installation:
        manager = ground.deployer(wishes.watched)
        return (await install(ground.world, manager, wishes.watched[0], wishes))[0]

    installation = await foundation.laid(key, ground.world, ground.roles, deploy)
    ground.world.journal.clear()
    made = Deployed(ground, wishes, installation)
    try:
        await made.open_storage()
        yield made
    finally:
        await made.close()
