"""A lab with a large, clean fleet, quickly: one private account is built by physics, the others are copies of it.

Run: python -m tests.benchmarks.large_lab ACCOUNTS READY_FILE; it ends with SIGTERM.
"""

import asyncio
import json
import signal
import sys
from ipaddress import IPv4Address
from pathlib import Path

from tests.harness.__main__ import ready
from tests.harness.control import Control
from tests.harness.lab import Lab, Plan
from tests.harness.physics.marks import guid
from tests.harness.physics.types import ACCOUNT, ENDPOINT, INTERFACE, RECORD_A, ZONE_GROUP
from tests.harness.world import Resource, World

_FIRST = "aoai-00000"
_TYPES = (ACCOUNT, ENDPOINT, INTERFACE, ZONE_GROUP, RECORD_A)


def enlarge(world: World, accounts: int) -> None:
    """Adds copies until there are so many; each has names, address and guid of its own."""
    patterns = [resource for type_ in _TYPES for resource in _of_first(world, type_)]
    [endpoint] = _of_first(world, ENDPOINT)
    [interface] = _of_first(world, INTERFACE)
    [configuration] = interface.properties["ipConfigurations"]
    first = IPv4Address(configuration["properties"]["privateIPAddress"])
    own_guid = endpoint.properties["resourceGuid"]
    for number in range(1, accounts):
        own = {
            _FIRST: f"aoai-{number:05}",
            f'"{first}"': f'"{first + number}"',
            own_guid: guid(),
        }
        for pattern in patterns:
            world.put(_copy(pattern, own))


def _of_first(world: World, type_: str) -> list[Resource]:
    """The deployment of Latch has endpoints too, which are not copied."""
    return [resource for resource in world.of_type(type_) if _FIRST in resource.id]


def _copy(pattern: Resource, own: dict[str, str]) -> Resource:
    text = json.dumps([pattern.id, pattern.body, pattern.hidden], default=str)
    for before, after in own.items():
        text = text.replace(before, after)
    id_, body, hidden = json.loads(text)
    return Resource(id_, pattern.type, body, hidden)


async def serve(accounts: int, file: Path) -> None:
    """Until it is told to end."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with Lab(Plan(world="fleet:1", functions=False)) as lab:
        enlarge(lab.world, accounts)
        for zone in lab.places.zones.values():
            lab.physics.records.recount(zone.id)
        lab.arm.graph.index.catch_up()
        control = Control(lab)
        part = file.with_suffix(".part")
        part.write_text(json.dumps(await ready(lab, await control.start())), "utf-8")
        part.replace(file)
        await ended.wait()
        await control.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
