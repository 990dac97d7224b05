"""What does Resource Graph know, and how old is it? A copy of the world, taken a while after each change."""

import json
from collections.abc import Callable, Mapping, Sequence

from tests.harness.ids import ArmId
from tests.harness.physics.platform_types import SYSTEM_TOPIC
from tests.harness.physics.types import (
    ACCOUNT,
    ENDPOINT,
    GROUP,
    INTERFACE,
    LINK,
    NETWORK,
    NETWORK_SECURITY_GROUP,
    RECORD_A,
    ROUTE_TABLE,
    SECURITY_GROUP,
    ZONE,
)
from tests.harness.world import Json, Resource, World

SUBSCRIPTION = "Microsoft.Resources/subscriptions"
# What changed without a word of the world shows after this long at the latest.
_OLDEST_SECONDS = 60.0

_COLUMNS = frozenset(
    {
        "id",
        "name",
        "type",
        "tenantId",
        "kind",
        "location",
        "resourceGroup",
        "subscriptionId",
        "sku",
        "identity",
        "tags",
        "properties",
    }
)
# Source: supported-tables-resources.md. Zone groups and subnets are in no table (cloud-adoption-framework#1020).
_TABLES = {
    **dict.fromkeys(
        (
            ACCOUNT,
            ENDPOINT,
            INTERFACE,
            LINK,
            NETWORK,
            NETWORK_SECURITY_GROUP,
            ROUTE_TABLE,
            SECURITY_GROUP,
            SYSTEM_TOPIC,
            ZONE,
        ),
        "resources",
    ),
    RECORD_A: "dnsresources",
    GROUP: "resourcecontainers",
}
COLUMNS: Mapping[str, frozenset[str]] = dict.fromkeys(
    ("resources", "dnsresources", "resourcecontainers"), _COLUMNS
)


type Groups = Callable[[], Mapping[str, Sequence[str]]]


class Index:
    """Every table as rows, copied from the world when the change before is old enough."""

    def __init__(self, world: World, management_groups: Groups) -> None:
        self._world = world
        self._groups = management_groups
        self._tables: dict[str, list[Json]] = {}
        self._taken = 0.0
        self._changed_at: float | None = None
        world.on_touch(self._note)

    def table(self, name: str, lag: float) -> list[Json]:
        """The rows of a table, at most as old as the lag says."""
        now = self._world.clock.time()
        changed = self._changed_at is not None and now >= self._changed_at + lag
        if not self._tables or changed or now >= self._taken + lag + _OLDEST_SECONDS:
            self.catch_up()
        return self._tables[name]

    def catch_up(self) -> None:
        """Nothing is older than now; what a story starts with has always been there."""
        self._tables = {name: [] for name in COLUMNS}
        for type_, table in _TABLES.items():
            if type_ == RECORD_A and not self._world.switches.graph_knows_records:
                continue
            rows = (self._row(each) for each in self._world.of_type(type_))
            self._tables[table] += json.loads(json.dumps(list(rows)))
        self._tables["resourcecontainers"] += map(self._subscription, self._world.subscriptions)
        self._taken, self._changed_at = self._world.clock.time(), None

    def _note(self) -> None:
        if self._changed_at is None:
            self._changed_at = self._world.clock.time()

    def _row(self, resource: Resource) -> Json:
        """Types and resource groups are in lower case, ids as they were written. Not verified for every type."""
        parsed, body = ArmId.parse(resource.id), resource.body
        return {
            "id": resource.id,
            "name": parsed.name,
            "type": resource.type.lower(),
            "tenantId": self._world.tenant,
            "kind": body.get("kind", ""),
            "location": str(body.get("location", "")).lower(),
            "resourceGroup": parsed.group.lower(),
            "subscriptionId": parsed.subscription,
            "sku": body.get("sku"),
            "identity": body.get("identity"),
            "tags": body.get("tags"),
            "properties": body.get("properties", {}),
        }

    def _subscription(self, subscription: str) -> Json:
        """Source: a row of `resourcecontainers` as people publish it; not verified."""
        holding = (name for name, inside in self._groups().items() if subscription in inside)
        chain = [{"name": name, "displayName": name} for name in holding]
        return {
            **dict.fromkeys(_COLUMNS),
            "id": f"/subscriptions/{subscription}",
            "name": f"Subscription {subscription[:8]}",
            "type": SUBSCRIPTION.lower(),
            "tenantId": self._world.tenant,
            "subscriptionId": subscription,
            "properties": {"state": "Enabled", "managementGroupAncestorsChain": chain},
        }
