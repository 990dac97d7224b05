"""Who else is there: networks beside the private path, and another team, of whose things Latch never writes any."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Self

from tests.harness.data_plane import api_key
from tests.harness.lab import LATCH, Lab
from tests.harness.names import hosts_of
from tests.harness.physics.types import NETWORK as NETWORK_TYPE
from tests.harness.witness import Outcome
from tests.harness.world import Json, Resource
from tests.harness.worlds import NETWORK
from tests.scenarios.story import OPENAI_ZONE, Story, is_read

_SERVICE = "Microsoft.CognitiveServices"


def network(lab: Lab, name: str, prefix: str) -> Resource:
    """`vnet-{name}` with one subnet, that has the service endpoint; no zone is linked, so names are public there."""
    there = lab.world.get(lab.id(NETWORK, NETWORK_TYPE, f"vnet-{name}"))
    subnet = f"snet-{name}"
    return there or lab.seeding.virtual_network(
        f"vnet-{name}",
        NETWORK,
        prefix=prefix,
        subnets={subnet: prefix},
        services={subnet: [_SERVICE]},
    )


async def seen_from(story: Story, network: Resource) -> set[Outcome]:
    """How the account answers the clients of a network, on its public side."""
    account = story.lab.world.get(story.id)
    assert account is not None
    ask = story.lab.witness.ask
    asked = [await ask(host, network.id, api_key(account)) for host in hosts_of(account)]
    return {each.outcome for each in asked}


@dataclass(frozen=True, slots=True)
class OtherTeam:
    """An account with its endpoint in our network and its record in our zone, and a zone of the same name elsewhere."""

    lab: Lab
    own: dict[str, Json]
    journaled: int

    @classmethod
    def beside(cls, story: Story) -> Self:
        """Its own zone holds a record by the name of the story's account."""
        lab, name = story.lab, f"{story.name}-others"
        seeding, group = lab.seeding, f"rg-{name}"
        before = set(lab.world.everything())
        seeding.resource_group(group)
        account = seeding.account(name, group, public=True)
        endpoint = seeding.private_endpoint(
            f"pe-{name}", group, account=account, subnet_id=lab.places.subnet_id
        )
        seeding.zone_group(endpoint, [lab.places.zones[OPENAI_ZONE]])
        zone = seeding.zone(OPENAI_ZONE, group)
        vnet = seeding.virtual_network(f"vnet-{name}", group, subnets={"snet": "10.0.0.0/24"})
        seeding.link(zone, vnet)
        seeding.record(zone, story.name, ["10.0.0.9"])
        everything = lab.world.everything()
        own = {id_: deepcopy(body) for id_, body in everything.items() if id_ not in before}
        return cls(lab, own, len(lab.world.journal))

    @property
    def is_untouched(self) -> bool:
        """As it was, and not even tried."""
        now = self.lab.world.everything()
        return not self.writes and all(now.get(id_) == body for id_, body in self.own.items())

    @property
    def writes(self) -> list[str]:
        """What Latch wrote of theirs, or below it."""
        own = tuple(id_.casefold() for id_ in self.own)
        return [
            f"{entry.method} {entry.id}"
            for entry in self.lab.world.journal[self.journaled :]
            if entry.principal == LATCH.name
            and not is_read(entry)
            and entry.id.casefold().startswith(own)
        ]
