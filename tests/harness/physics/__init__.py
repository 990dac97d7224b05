"""What does Azure do by itself? Provisioning takes time, endpoints get addresses, zone groups write records.

Doors translate the wire into these calls; nothing here knows HTTP, tokens or rights.
"""

from tests.harness.ids import ArmId
from tests.harness.physics.accounts import Accounts
from tests.harness.physics.connections import Connections
from tests.harness.physics.endpoints import Endpoints
from tests.harness.physics.interfaces import Interfaces
from tests.harness.physics.marks import region
from tests.harness.physics.networks import Networks
from tests.harness.physics.operations import Operations
from tests.harness.physics.records import Records
from tests.harness.physics.types import GROUP
from tests.harness.physics.zone_groups import ZoneGroups
from tests.harness.physics.zones import Zones
from tests.harness.world import Json, Resource, World


class Physics:
    """Every family of resources, and the operations that run."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.operations = Operations(world.clock)
        self.records = Records(world)
        self.zones = Zones(world, self.operations, self.records)
        self.networks = Networks(world)
        self.interfaces = Interfaces(world, self.networks)
        self.zone_groups = ZoneGroups(world, self.operations, self.records, self.interfaces)
        self.connections = Connections(world, self.zone_groups)
        self.accounts = Accounts(world, self.operations, self.connections)
        self.endpoints = Endpoints(
            world,
            self.operations,
            self.accounts,
            self.connections,
            self.networks,
            self.interfaces,
            self.zone_groups,
        )

    def in_flight(self) -> int:
        """Operations running and records on their way back."""
        return self.operations.running() + self.records.healing()

    def put_group(self, group_id: str, location: str, tags: Json | None = None) -> Resource:
        """Writes a resource group."""
        body = {
            "id": group_id,
            "name": ArmId.parse(group_id).name,
            "type": GROUP,
            "location": region(location),
            "tags": tags or {},
            "properties": {"provisioningState": "Succeeded"},
        }
        group = Resource(group_id, GROUP, body)
        self.world.put(group)
        return group
