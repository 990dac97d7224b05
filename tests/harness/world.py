"""The world: every resource as plain data, who asked for what, and what happened. No HTTP, no waiting.

Doors translate to and from it and hold no state of their own; `physics` is what happens by itself. Whatever a
door shows (names, the data plane, events) is derived from here, so nothing is set twice.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from tests.harness.clock import LabClock
from tests.harness.ids import ArmId, key

type Json = dict[str, Any]


@dataclass(slots=True)
class Resource:
    """One resource: `body` is what a GET answers, `hidden` what Azure knows and does not tell."""

    id: str
    type: str
    body: Json
    hidden: Json = field(default_factory=dict)

    @property
    def name(self) -> str:
        return ArmId.parse(self.id).name

    @property
    def properties(self) -> Json:
        properties: Json = self.body.setdefault("properties", {})
        return properties


@dataclass(frozen=True, slots=True)
class Caller:
    """Who speaks to ARM. `claims` are the token's, as Event Grid passes them on."""

    name: str
    object_id: str
    client_id: str
    kind: Literal["user", "app", "platform"]
    roles: tuple[str, ...] = ()
    ip: str = "192.0.2.10"


# Source: private-endpoint-dns-integration.md names this caller for the platform's own DNS writes.
PLATFORM = Caller("Azure Traffic Manager and DNS", "", "", "platform")


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One ARM request, as answered."""

    time: datetime
    principal: str
    method: str
    id: str
    status: int
    code: str = ""

    def to_json(self) -> Json:
        return {
            "time": self.time.isoformat(),
            "principal": self.principal,
            "method": self.method,
            "id": self.id,
            "status": self.status,
            "code": self.code,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """A write, delete or action that ARM carried out for a caller: what a system topic publishes."""

    kind: Literal["Write", "Delete", "Action"]
    outcome: Literal["Success", "Failure", "Cancel"]
    resource_id: str
    operation: str
    method: str
    url: str
    caller: Caller
    time: datetime
    correlation_id: str


@dataclass(slots=True)
class Switches:
    """What nobody has verified about Azure, or what differs from case to case. Seconds are of the lab's clock."""

    # Does a hand-deleted A record of a zone group come back by itself? Reported as no: azurerm#7726.
    records_heal: bool = False
    # Does an identical PUT of a zone group write its records again? Not verified.
    zone_group_put_restores: bool = True
    # Does a PATCH with part of networkAcls keep the rest (True) or reset it (False)? Not verified.
    acls_merge: bool = False
    # Is a PATCH of an account in state Accepted refused with 409 RequestConflict? bicep-types-az#2419; not verified.
    busy_account_conflicts: bool = True
    # When does a system topic publish a long write: when it ends, or when it is accepted? Docs: when it succeeds.
    publish: Literal["succeeded", "accepted"] = "succeeded"
    # Is AccountProvisioningStateInvalid an answer (azurerm#31712) or a failed operation (AVM cognitiveservices#148)?
    busy_account_fails_endpoint: Literal["answer", "operation"] = "answer"
    # How long the network provider still sees Accepted after GET says Succeeded: azurerm#31712 (419 ms were too few).
    account_lag_seconds: float = 1.0
    # Recorded: 31 s from startTime to endTime, azure-cli test_cognitiveservices_network_rules.yaml.
    account_seconds: float = 31.0
    # Recorded: InProgress, then Succeeded at the poll 20 s later, azure-cli recordings.
    endpoint_seconds: float = 20.0
    # Recorded: 10 s, azure-cli test_network_private_endpoint_private_dns_zone_group.yaml.
    zone_group_seconds: float = 10.0
    # Recorded: at most 31 s, azure-cli privatedns recordings.
    zone_seconds: float = 10.0
    # Recorded: 1 s (FormRecognizer, Face) to 32 s (TextAnalytics), azure-cli cognitiveservices recordings.
    account_create_seconds: float = 1.0
    # Recorded: 202, then Succeeded in 11 s, azure-cli private endpoint recordings.
    endpoint_delete_seconds: float = 11.0
    # Recorded: a reject answered 200 after 21.9 s, azure-cli test_cognitiveservices_private_endpoint_connection.yaml.
    connection_reject_seconds: float = 21.9
    # Recorded: a connection's delete answered 200 after 12.1 s, the same recording.
    connection_delete_seconds: float = 12.1
    # Which right on the account approves its endpoints at once? Not verified: private-endpoint-overview.md names
    # privateEndpointConnectionsApproval/action, which Cognitive Services does not publish.
    approval_action: str = "Microsoft.CognitiveServices/accounts/privateEndpointConnections/write"
    # Whether a rejected connection can be approved after all. Said no by manage-private-endpoint.md; not verified here.
    rejected_can_be_approved: bool = False
    # How long until records_heal brings a record back. Invented: nobody has seen it happen.
    heal_seconds: float = 30.0
    # How long a write of a network, subnet, security group or route table takes. Recorded for networks and subnets:
    # 3 to 4 s, azure-cli recordings.
    network_seconds: float = 3.0
    # Does a PUT of a network that says nothing of subnets keep those there are? Not verified.
    network_put_keeps_subnets: bool = True
    # How long a deployment or a project keeps its account in Accepted: bicep-registry-modules PR 7205 says that it
    # does; people wait 30 to 60 s.
    account_child_seconds: float = 30.0
    # Is the IP rule 0.0.0.0/0 accepted? Not verified.
    everywhere_rule_accepted: bool = True
    # Does a virtual network rule need subnets/joinViaServiceEndpoint/action on its subnet? Not verified.
    vnet_rules_need_join: bool = False
    # Recorded: a PATCH that adds a virtual network rule was answered after 11.6 s, azure-cli
    # test_cognitiveservices_network_rules.yaml.
    vnet_rule_answer_seconds: float = 11.6
    # Does an account come back from its deletion with the network settings it had? Not verified.
    restore_keeps_network: bool = True
    # Does an endpoint gain the members that an upgrade of its account to AIServices brings? Not verified.
    upgrade_grows_endpoints: bool = False
    # How long the deletion of a resource group takes. Invented.
    group_delete_seconds: float = 60.0
    # Does the deletion of a resource group send an event for each resource in it? Not verified.
    group_delete_announces: bool = False
    # After how many failures in a row does Event Grid leave an endpoint alone? delivery-and-retry.md has an example
    # with ten, and no number otherwise.
    probation_after: int = 10
    # For how long at most? delivery-and-retry.md: "up to several hours".
    probation_longest_seconds: float = 14_400.0
    # Is an event that comes due meanwhile given up without an attempt (True) or postponed? Docs: either may happen.
    probation_sheds: bool = False
    # Is a 404 of a web hook final, as 400, 401, 403 and 413 are? Not verified.
    webhook_404_final: bool = False
    # How old is the index of Resource Graph? "Typically a few seconds": azure-resource-graph-get-list-api.md.
    graph_lag_seconds: float = 5.0
    # Does a question to it need Microsoft.ResourceGraph/resources/read? The overview of Resource Graph speaks of the
    # right to read what is asked for alone; the action is in the list of operations (azure-docs#91863). Not verified.
    graph_needs_right: bool = True
    # Are A records in its table dnsresources? Said so by supported-tables-resources.md; not verified for every zone.
    graph_knows_records: bool = True
    # Does a blob of dead letters hold an array (True) or one event? Implied by the documents, not verified.
    dead_letter_arrays: bool = True
    # Does the exception for trusted services let Event Grid into an account with publicNetworkAccess Disabled? Not
    # verified.
    trusted_pass_closed_storage: bool = False


class World:
    """Every resource by id, the journal, and the subscribers to changes."""

    def __init__(self, clock: LabClock, switches: Switches | None = None) -> None:
        self.clock = clock
        self.switches = switches or Switches()
        self.subscriptions: list[str] = []
        self.journal: list[JournalEntry] = []
        self.tenant = "99999999-9999-4999-8999-999999999999"
        # The directory: object ids, and what each is.
        self.principals: dict[str, str] = {}
        self._resources: dict[str, Resource] = {}
        self._types: dict[str, dict[str, Resource]] = {}
        self._watchers: list[Callable[[Change], None]] = []
        self._touched: list[Callable[[], None]] = []

    def get(self, resource_id: str) -> Resource | None:
        return self._resources.get(key(resource_id))

    def put(self, resource: Resource) -> None:
        self._resources[key(resource.id)] = resource
        self._types.setdefault(resource.type.casefold(), {})[key(resource.id)] = resource
        self.touch()

    def remove(self, resource_id: str) -> Resource | None:
        removed = self._resources.pop(key(resource_id), None)
        if removed is not None:
            del self._types[removed.type.casefold()][key(resource_id)]
        self.touch()
        return removed

    def of_type(self, type_: str) -> Iterator[Resource]:
        """Every resource of one type, in the order of creation."""
        return iter(tuple(self._types.get(type_.casefold(), {}).values()))

    def children(self, parent_id: str, type_: str) -> Iterator[Resource]:
        """The resources of one type directly or indirectly under `parent_id`."""
        prefix = key(parent_id) + "/"
        return (r for r in self.of_type(type_) if key(r.id).startswith(prefix))

    def everything(self) -> dict[str, Json]:
        return {r.id: r.body for r in self._resources.values()}

    def watch(self, watcher: Callable[[Change], None]) -> None:
        """Tells `watcher` of each change that ARM carried out."""
        self._watchers.append(watcher)

    def announce(self, change: Change) -> None:
        for watcher in self._watchers:
            watcher(change)

    def on_touch(self, callback: Callable[[], None]) -> None:
        """Calls `callback` after any resource came, went or was marked as changed."""
        self._touched.append(callback)

    def touch(self) -> None:
        """Says that something was changed in place."""
        for callback in self._touched:
            callback()
