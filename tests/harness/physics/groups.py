"""How do resource groups come, and what goes with them?"""

import json
from collections.abc import Callable, Iterator

from tests.harness.ids import ArmId, key
from tests.harness.physics import errors
from tests.harness.physics.accounts import Accounts
from tests.harness.physics.endpoints import Endpoints
from tests.harness.physics.marks import region
from tests.harness.physics.networks import Networks
from tests.harness.physics.operations import Operation, Operations
from tests.harness.physics.types import ACCOUNT, ENDPOINT, GROUP, NETWORK, ZONE
from tests.harness.physics.zones import Zones
from tests.harness.world import Json, Resource, World


class Groups:
    """A group that is deleted takes along what is in it, as far as that can go."""

    def __init__(
        self,
        world: World,
        operations: Operations,
        accounts: Accounts,
        endpoints: Endpoints,
        zones: Zones,
        networks: Networks,
    ) -> None:
        self._world = world
        self._operations = operations
        self._accounts = accounts
        self._endpoints = endpoints
        self._zones = zones
        self._networks = networks

    def put(self, group_id: str, location: str, tags: Json | None = None) -> Resource:
        body = {
            "id": group_id,
            "name": ArmId.parse(group_id).name,
            "type": GROUP,
            "location": region(location),
            "tags": tags or {},
            "properties": {"provisioningState": "Succeeded"},
        }
        group = Resource(group_id, GROUP, body)
        self._world.put(group)
        return group

    def inside(self, group: Resource) -> Iterator[Resource]:
        """Everything in the group, of every type."""
        prefix = key(group.id) + "/"
        found = [r for r in map(self._world.get, self._world.everything()) if r is not None]
        return (resource for resource in found if key(resource.id).startswith(prefix))

    def delete(self, group: Resource) -> Operation:
        group.properties["provisioningState"] = "Deleting"
        self._world.touch()

        def roll_back() -> None:
            group.properties["provisioningState"] = "Succeeded"
            self._world.touch()

        seconds = self._world.switches.group_delete_seconds
        return self._operations.start(group.id, seconds, lambda: self._empty(group), roll_back)

    def _empty(self, group: Resource) -> None:
        """Deletes what can go; raises when something cannot (azure-docs#52282)."""
        blocked = dict(self._blocked(group))
        for resource in self.inside(group):
            if self._world.get(resource.id) is not None and resource.id not in blocked:
                self._remove(resource)
        if blocked:
            raise errors.group_deletion_blocked(
                group.name,
                (each.rpartition("/providers/")[2] for each in blocked),
                (
                    {"target": each, "message": json.dumps({"error": error.body()})}
                    for each, error in blocked.items()
                ),
            )
        self._world.remove(group.id)

    def _remove(self, resource: Resource) -> None:
        ways: dict[str, Callable[[Resource], None]] = {
            ACCOUNT: self._accounts.bury,
            ENDPOINT: self._endpoints.vanish,
            ZONE: self._zones.vanish,
        }
        way = ways.get(resource.type)
        if way is None:
            self._world.remove(resource.id)
        else:
            way(resource)

    def _blocked(self, group: Resource) -> Iterator[tuple[str, errors.ArmError]]:
        """Networks in which interfaces of other groups stand."""
        for network in self._world.children(group.id, NETWORK):
            user = self._networks.blocked(network, group.name)
            if user is not None:
                subnet = ArmId.parse(
                    user.properties["ipConfigurations"][0]["properties"]["subnet"]["id"]
                )
                yield network.id, errors.subnet_in_use(subnet.name, user.id)
