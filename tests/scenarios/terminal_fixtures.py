"""Latch at a terminal of the lab: a program of its own, signed in as the lab's identity."""

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.harness.lab import REPOSITORY, Lab
from tests.harness.scan import environment

CLEAN, ERROR, DRIFT = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    errors: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def rules(self) -> dict[str, list[str]]:
        """What differs, by the name of the account."""
        told = {each["account"]: each["findings"] for each in self.document["accounts"]}
        return {
            account.rsplit("/", 1)[-1]: [finding["rule"] for finding in findings]
            for account, findings in told.items()
            if findings
        }


class Terminal:
    """Commands of one lab, all with the same options."""

    def __init__(self, lab: Lab, *options: str) -> None:
        self._lab = lab
        self._options = options

    async def __call__(
        self, *arguments: str, more: Mapping[str, str] | None = None, keeps_time: bool = False
    ) -> Ended:
        """`keeps_time`: the lab's clock moves on while the command waits for Azure."""
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "remediation", *arguments, *self._options),
            cwd=REPOSITORY,
            env=environment(self._lab) | dict(more or {}),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        ending = asyncio.create_task(child.communicate())
        while keeps_time and not ending.done():
            await asyncio.wait({ending}, timeout=0.2)
            await self._lab.settled()
        out, errors = await ending
        return Ended(child.returncode or 0, out.decode(), errors.decode())
