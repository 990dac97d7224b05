"""The lab as the shipped templates deploy it: roles, settings, queues and event subscriptions are theirs."""

from dataclasses import replace

from tests.harness import foundation
from tests.harness.bicep import Manager
from tests.harness.credentials import LabCredential
from tests.harness.deployment import Installation, Subscriber, Wishes, install
from tests.harness.event_grid.dead_letters import BlobContainer, DeadLetters
from tests.harness.event_grid.delivery import Destination
from tests.harness.event_grid.destinations import Queue, WebHook
from tests.harness.event_grid.outcomes import EndpointType
from tests.harness.event_grid.terms import Terms
from tests.harness.lab import LATCH, Lab, Plan, _shipped
from tests.harness.people import ARM, person
from tests.harness.world import Caller
from tests.harness.worlds import SUBSCRIPTION

DEPLOYER = person("platform-ci")
NAME = "lab"


class DeployedLab(Lab):
    """`rights` is a key of infra/shared/rights.json; in its plan, `roles` has no meaning."""

    def __init__(self, plan: Plan | None = None, rights: str = "restore") -> None:
        super().__init__(replace(plan or Plan(), roles=()))
        self._wishes = Wishes((SUBSCRIPTION,), name=NAME, rights=rights, ingest=self.plan.ingest)

    async def _open_azure(self) -> None:
        await super()._open_azure()
        self.physics.stored.reserved[f"id-{NAME}"] = (LATCH.object_id, LATCH.client_id)
        self.installation = await self._laid(self._wishes)
        self.world.journal.clear()

    async def _laid(self, wishes: Wishes) -> Installation:
        key = (wishes.watched, wishes.rights, wishes.ingest, wishes.code_is_deployed)

        async def deploy() -> Installation:
            return (await install(self.world, self._deployer(), SUBSCRIPTION, wishes))[0]

        return await foundation.laid(key, self.world, self.roles, deploy)

    def _deployer(self) -> Manager:
        self.world.principals[DEPLOYER.object_id] = "ServicePrincipal"
        self.roles.assign(DEPLOYER.object_id, "Owner", f"/subscriptions/{SUBSCRIPTION}")
        token = self.tokens.issue(DEPLOYER, ARM, seconds=86400)
        return Manager(self.http, self.arm.url, token, self.clock)

    def _settings(self) -> dict[str, str]:
        """The templates' settings, with the lab's addresses in the place of Azure's."""
        places = {
            "blob": self.azurite.blob_url,
            "queue": self.azurite.queue_url,
            "table": self.azurite.table_url,
        }
        return {**self.installation.settings_at(places), **super()._settings()}

    async def _subscribe(self) -> None:
        """The event subscriptions of the installation; a push has its second phase, now that the code is there."""
        if self.plan.ingest == "push":
            if self.host is None:
                return
            self.installation.publish({_PUSHED: "eventGridTrigger"})
            wishes = replace(self._wishes, code_is_deployed=True)
            await install(self.world, self._deployer(), SUBSCRIPTION, wishes)
            self.world.journal.clear()
        for subscriber in self.installation.subscribers():
            await self._connect(subscriber)

    async def _connect(self, subscriber: Subscriber) -> None:
        asked = {**subscriber.properties, "eventDeliverySchema": self.plan.schema}
        bearer = Caller("Azure Event Grid", subscriber.principal, subscriber.principal, "app")
        await self.grid.create(
            subscriber.watched,
            subscriber.name,
            asked,
            lambda terms: (self._destination(terms, bearer), self._letters(terms, bearer)),
        )
        if subscriber.properties["filter"] == _shipped("watch-filter"):
            self.grid.screen_raw(subscriber.name)

    def _destination(self, terms: Terms, bearer: Caller) -> Destination:
        if terms.endpoint is EndpointType.FUNCTION:
            assert self.host is not None
            function = terms.place["resourceId"].rpartition("/")[2]
            return WebHook.of_function(self.host.url, function, self.host.keys.system)
        url = f"{self.azurite.queue_url}/{terms.place['queueName']}"
        queue = Queue(url, LabCredential(self.tokens, bearer), self.authority.ca_file)
        self._stack.push_async_callback(queue.close)
        return queue

    def _letters(self, terms: Terms, bearer: Caller) -> DeadLetters | None:
        if terms.dead_letters is None:
            return None
        return BlobContainer(
            f"{self.azurite.blob_url}/{terms.dead_letters['blobContainerName']}",
            LabCredential(self.tokens, bearer),
            self.authority.client(),
            self.world.switches,
        )


_PUSHED = "on_event"
