"""What became of one account: its resources, what Latch asked of ARM for it, what people were told, who is answered."""

import asyncio
import json
import os
from collections.abc import Mapping
from typing import Self, Unpack

from azure.storage.queue import TextBase64EncodePolicy
from azure.storage.queue.aio import QueueClient
from yarl import URL

from tests.harness.data_plane import api_key
from tests.harness.lab import LATCH, Lab
from tests.harness.names import hosts_of
from tests.harness.physics.seeding import EndpointOptions
from tests.harness.physics.types import ACCOUNT, ENDPOINT, ZONE, ZONE_GROUP
from tests.harness.weather import Rule
from tests.harness.witness import Outcome, Testimony
from tests.harness.world import JournalEntry, Json, Resource
from tests.harness.worlds import ACCOUNTS, DNS, NETWORK, ZONES, private_account

COGNITIVE_ZONE, OPENAI_ZONE, FOUNDRY_ZONE = ZONES


class Story:
    """One account in a lab, from the moment at which the story begins."""

    def __init__(self, lab: Lab, name: str) -> None:
        self.lab = lab
        self.name = name
        self.id = lab.id(ACCOUNTS, ACCOUNT, name)
        self.endpoint_id = lab.id(NETWORK, ENDPOINT, f"pe-{name}")
        self.networks: tuple[str, ...] = (lab.places.network.id,)
        self._written = self._told = 0
        self.begins()

    @classmethod
    def private(cls, lab: Lab, name: str, kind: str = "OpenAI") -> Self:
        """An account with its whole private path."""
        private_account(lab.seeding, lab.places, name, kind)
        return cls(lab, name)

    @classmethod
    def with_endpoint(
        cls, lab: Lab, name: str, group: str = "default", **options: Unpack[EndpointOptions]
    ) -> Self:
        """The same, with endpoint and zone group to order."""
        account = lab.seeding.account(name, ACCOUNTS)
        endpoint = lab.seeding.private_endpoint(
            f"pe-{name}", NETWORK, account=account, subnet_id=lab.places.subnet_id, **options
        )
        lab.seeding.zone_group(endpoint, [lab.places.zones[OPENAI_ZONE]], group)
        return cls(lab, name)

    def begins(self) -> None:
        """What happened until now is no part of the story."""
        self._written, self._told = len(self.lab.world.journal), len(self.lab.sink.alerts())

    async def rechecked(self) -> None:
        """A person asked for a FULL pass: Latch knows the account. The story begins after it."""
        status, _ = await recheck(self.lab, {"account": self.id, "mode": "enforce"})
        assert status in {200, 202}
        await self.lab.settled()
        self.begins()

    # The world --------------------------------------------------------------------------------------------------

    @property
    def account(self) -> Json:
        """The account's properties."""
        return self._resource(self.id).properties

    @property
    def endpoint(self) -> Resource:
        return self._resource(self.endpoint_id)

    @property
    def connection(self) -> str:
        """The status of the connection as the endpoint sees it."""
        [link] = self.endpoint.properties["privateLinkServiceConnections"]
        status: str = link["properties"]["privateLinkServiceConnectionState"]["status"]
        return status

    @property
    def interface(self) -> Resource:
        return self._resource(self.endpoint.properties["networkInterfaces"][0]["id"])

    @property
    def addresses(self) -> list[str]:
        """What the network interface holds, in the order of its members."""
        configurations = self.interface.properties["ipConfigurations"]
        return [each["properties"]["privateIPAddress"] for each in configurations]

    @property
    def zone_groups(self) -> dict[str, list[str]]:
        """Each group of the endpoint, with the names of its zones."""
        return {
            group.name: [
                config["properties"]["privateDnsZoneId"].rsplit("/", 1)[-1]
                for config in group.properties["privateDnsZoneConfigs"]
            ]
            for group in self.lab.world.children(self.endpoint_id, ZONE_GROUP)
        }

    def zone_id(self, zone: str = OPENAI_ZONE) -> str:
        return self.lab.id(DNS, ZONE, zone)

    def record_id(self, zone: str = OPENAI_ZONE) -> str:
        return f"{self.zone_id(zone)}/A/{self.name}"

    def record(self, zone: str = OPENAI_ZONE) -> list[str]:
        """Where the zone leads the account's name; nowhere when there is no record."""
        found = self.lab.world.get(self.record_id(zone))
        records = [] if found is None else found.properties["aRecords"]
        return [record["ipv4Address"] for record in records]

    def _resource(self, resource_id: str) -> Resource:
        found = self.lab.world.get(resource_id)
        assert found is not None, f"there is no {resource_id}"
        return found

    # What Latch did ---------------------------------------------------------------------------------------------

    @property
    def entries(self) -> list[JournalEntry]:
        """What Latch asked of ARM about this account's own resources."""
        own = {self.name.casefold(), f"pe-{self.name}".casefold()}
        return [
            entry
            for entry in self.lab.world.journal[self._written :]
            if entry.principal == LATCH.name and own & _words(entry.id)
        ]

    @property
    def calls(self) -> list[str]:
        """The same as `METHOD type`, with the code where ARM refused."""
        return [_call(entry) for entry in self.entries]

    @property
    def writes(self) -> list[str]:
        return [call for call in self.calls if not call.startswith("GET")]

    def strays(self, *allowed: str) -> list[str]:
        """Where Latch wrote beside the account, its endpoint and its records: whatever else is other people's.

        `allowed` are ids that the story lets it write to; what is below an id belongs to it.
        """
        records = (self.record_id(zone) for zone in ZONES)
        own = (self.id, self.endpoint_id, *records, *allowed)
        roots = tuple(f"{each}/".casefold() for each in own)
        return [
            f"{_call(entry)} at {entry.id}"
            for entry in self.lab.world.journal[self._written :]
            if entry.principal == LATCH.name and not is_read(entry)
            if not f"{entry.id}/".casefold().startswith(roots)
        ]

    @property
    def alerts(self) -> list[Json]:
        """What people were told about this account."""
        events = (alert.event for alert in self.lab.sink.alerts()[self._told :])
        return [event for event in events if event["subject"].casefold() == self.id.casefold()]

    @property
    def told(self) -> list[str]:
        """The kinds of those alerts, sorted: a hiccup of storage may delay one."""
        return sorted(event["type"].removeprefix("Latch.Alert.") for event in self.alerts)

    @property
    def rules(self) -> set[str]:
        """The rules whose findings people were told."""
        return {drift["rule"] for alert in self.alerts for drift in alert["data"]["drifts"]}

    @property
    def evidence(self) -> str:
        """What people were told of those findings, line by line."""
        told = (drift for alert in self.alerts for drift in alert["data"]["drifts"])
        return "\n".join(f"{drift['rule']}: {drift['actual']}" for drift in told)

    @property
    def actors(self) -> set[str]:
        """Whom the alerts name as the one who did it."""
        return {alert["data"]["actor"]["name"] for alert in self.alerts}

    # Who is answered ----------------------------------------------------------------------------------------------

    async def inside(self) -> list[Testimony]:
        """What the clients of each network see, for each name of the account."""
        return [each for network in self.networks for each in await self._ask(network)]

    async def outside(self) -> list[Testimony]:
        return await self._ask(None)

    async def is_private(self) -> bool:
        """Inside it answers by the private way; outside it refuses, which a name that fails would not prove."""
        inside, outside = await self.inside(), await self.outside()
        reached = {address for each in inside for address in each.addresses}
        return (
            all(each.ok for each in inside)
            and reached == set(self.addresses)
            and all(each.outcome is Outcome.FORBIDDEN for each in outside)
        )

    async def _ask(self, view: str | None) -> list[Testimony]:
        account = self._resource(self.id)
        ask = self.lab.witness.ask
        return [await ask(host, view, api_key(account)) for host in hosts_of(account)]


async def recheck(lab: Lab, body: Json | str, key: str | None = None) -> tuple[int, Json]:
    """`POST /api/recheck`, with the host key unless another is given: status and answer."""
    assert lab.host is not None
    url = f"{lab.host.url}/api/recheck"
    headers = {"x-functions-key": lab.host.keys.host if key is None else key}
    text = body if isinstance(body, str) else json.dumps(body)
    async with lab.http.post(url, data=text, headers=headers) as answer:
        found = await answer.text()
        return answer.status, json.loads(found) if found else {}


async def ask(
    lab: Lab,
    method: str,
    path: str,
    body: Json | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, Json | str, Mapping[str, str]]:
    """Any call of the app's HTTP interface, with the host key: status, body, headers."""
    assert lab.host is not None
    url = URL(f"{lab.host.url}/api/{path}", encoded=True)
    sent = {"x-functions-key": lab.host.keys.host, **(headers or {})}
    async with lab.http.request(method, url, json=body, headers=sent) as answer:
        text = await answer.text()
        is_json = "json" in answer.headers.get("Content-Type", "")
        return answer.status, json.loads(text) if is_json else text, answer.headers


def queue(lab: Lab, name: str) -> QueueClient:
    """One of the app's queues, as an operator with the account key has it."""
    return QueueClient.from_connection_string(
        lab.azurite.connection_string,
        name,
        connection_verify=os.fspath(lab.authority.ca_file),
        message_encode_policy=TextBase64EncodePolicy(),
    )


async def spent(rule: Rule) -> None:
    """Waits, in real time, until the weather has struck as often as it should."""
    async with asyncio.timeout(30):
        while rule.count:  # noqa: ASYNC110 - a rule of the weather is plain data, and tells nobody
            await asyncio.sleep(0.001)


def writes_in(lab: Lab) -> list[str]:
    """Every write of Latch in a lab."""
    entries = (entry for entry in lab.world.journal if entry.principal == LATCH.name)
    return [_call(entry) for entry in entries if not is_read(entry)]


def is_read(entry: JournalEntry) -> bool:
    """A question to Resource Graph is a POST, and changes nothing."""
    return entry.method == "GET" or entry.id == "/providers/Microsoft.ResourceGraph/resources"


def _words(resource_id: str) -> set[str]:
    """The names in an id; that of a network interface begins with its endpoint's."""
    return {part.partition(".nic.")[0] for part in resource_id.casefold().split("/")}


def _call(entry: JournalEntry) -> str:
    refused = f": {entry.code or entry.status}" if entry.status >= 400 else ""
    return f"{entry.method} {_type(entry.id)}{refused}"


def _type(resource_id: str) -> str:
    """The last type in the id of a resource or a collection."""
    parts = resource_id.rsplit("/providers/", 1)[-1].split("/")[1:]
    return parts[-1] if len(parts) % 2 else parts[-2]
