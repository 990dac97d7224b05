"""What does Azure do by itself? Provisioning takes time, endpoints get addresses, zone groups write records.

Doors translate the wire into these calls; nothing here knows HTTP, tokens or rights.
"""

from tests.harness.physics.account_children import AccountChildren
from tests.harness.physics.accounts import Accounts
from tests.harness.physics.addresses import Addresses
from tests.harness.physics.connections import Connections
from tests.harness.physics.endpoints import Endpoints
from tests.harness.physics.groups import Groups
from tests.harness.physics.interfaces import Interfaces
from tests.harness.physics.locks import Locks
from tests.harness.physics.network_rules import NetworkRules
from tests.harness.physics.networks import Networks
from tests.harness.physics.operations import Operations
from tests.harness.physics.perimeters import Perimeters
from tests.harness.physics.records import Records
from tests.harness.physics.stored import Stored
from tests.harness.physics.traffic_rules import TrafficRules
from tests.harness.physics.zone_groups import ZoneGroups
from tests.harness.physics.zones import Zones
from tests.harness.world import World


class Physics:
    """Every family of resources, and the operations that run."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.operations = Operations(world.clock)
        self.locks = Locks(world)
        self.stored = Stored(world)
        self.records = Records(world)
        self.zones = Zones(world, self.operations, self.records)
        self.networks = Networks(world, self.operations)
        self.traffic_rules = TrafficRules(world, self.operations)
        self.addresses = Addresses(world, self.networks)
        self.interfaces = Interfaces(world, self.addresses)
        self.zone_groups = ZoneGroups(world, self.operations, self.records, self.interfaces)
        self.connections = Connections(world, self.zone_groups, self.locks)
        self.accounts = Accounts(
            world, self.operations, self.connections, NetworkRules(world, self.networks)
        )
        self.children = AccountChildren(world, self.operations, self.accounts)
        self.perimeters = Perimeters(world)
        self.endpoints = Endpoints(
            world,
            self.operations,
            self.accounts,
            self.connections,
            self.addresses,
            self.interfaces,
            self.zone_groups,
        )
        self.groups = Groups(
            world, self.operations, self.accounts, self.endpoints, self.zones, self.networks
        )

    def in_flight(self) -> int:
        """Operations running and records on their way back."""
        return self.operations.running() + self.records.healing()
