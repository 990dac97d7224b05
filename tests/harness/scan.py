"""A first look, in one command: a fleet in the lab, four of its accounts broken by a person, and what `scan` says.

Exit code 0 only if the scan saw that something differs.
"""

import asyncio
import os
import sys
from collections.abc import Mapping

from tests.harness.lab import REPOSITORY, Lab, Plan
from tests.harness.people import Person
from tests.harness.physics.types import ACCOUNT, ENDPOINT, ZONE
from tests.harness.worlds import ACCOUNTS, DNS, NETWORK, ZONES

DRIFT = 2


def environment(lab: Lab) -> dict[str, str]:
    """What a person at a terminal of the lab has set: the app's settings but for its policy, and its identity."""
    mine = {k: v for k, v in os.environ.items() if not k.startswith(("LATCH_", "AZURE_"))}
    settings = lab._settings()
    del settings["LATCH_POLICY"]
    return {**mine, **settings}


async def run(lab: Lab, *arguments: str, more: Mapping[str, str] | None = None) -> int:
    """One command of the terminal; what it writes goes where ours goes."""
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "remediation", *arguments),
        cwd=REPOSITORY,
        env=environment(lab) | dict(more or {}),
        stdin=asyncio.subprocess.DEVNULL,
    )
    return await program.wait()


async def break_some(lab: Lab, person: Person) -> None:
    """Four accounts, each in a way of its own."""
    zone = lab.id(DNS, ZONE, ZONES[1])
    await person.opens(lab.id(ACCOUNTS, ACCOUNT, "aoai-00001"))
    await person.points(zone, "aoai-00004", "10.99.0.4")
    await person.delete(lab.id(NETWORK, ENDPOINT, "pe-aoai-00007"))
    await person.delete(f"{zone}/A/aoai-00010")
    await lab.settled()


async def main() -> int:
    """Shows the lab's fleet, broken."""
    async with Lab(Plan(world="fleet:12", functions=False)) as lab:
        await break_some(lab, lab.person("Robin Example"))
        said = await run(lab, "scan")
    return 0 if said == DRIFT else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
