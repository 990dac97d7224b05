"""The storage of the lab: genuine Azurite in a child process, on the lab's clock, over TLS, with tokens."""

import asyncio
import os
import re
import struct
import tempfile
from asyncio.subprocess import PIPE, STDOUT, Process
from pathlib import Path
from typing import Self

from tests.harness.certificates import Authority
from tests.harness.clock import LabClock

# Source: learn.microsoft.com "Use the Azurite emulator", the well-known development account.
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

_FOLDER = Path(__file__).parent
_PROGRAM = _FOLDER / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
_LISTENING = re.compile(
    r"Azurite (\w+) service is successfully listening at https://127\.0\.0\.1:(\d+)"
)
# Observed with azurite 3.35.0: without the telemetry flag it calls out, without the version flag it
# refuses today's clients. Port 0 lets the kernel choose, so ports never clash.
_FLAGS = (
    "--silent",
    "--disableTelemetry",
    "--inMemoryPersistence",
    "--skipApiVersionCheck",
    "--disableProductStyleUrl",
    *("--blobHost", "127.0.0.1", "--blobPort", "0"),
    *("--queueHost", "127.0.0.1", "--queuePort", "0"),
    *("--tableHost", "127.0.0.1", "--tablePort", "0"),
    *("--oauth", "basic"),
)


class AzuriteError(Exception):
    """Azurite did not start; the message holds what it printed."""


class Azurite:
    """Blob, queue and table service on loopback; gone when the lab is gone."""

    def __init__(
        self, authority: Authority, clock: LabClock, *, start_seconds: float = 30.0
    ) -> None:
        self._authority = authority
        self._clock = clock
        self._start_seconds = start_seconds
        self._folder = tempfile.TemporaryDirectory(prefix="latch-azurite-")
        self.log_file = Path(self._folder.name) / "azurite.log"
        self._clock_file = Path(self._folder.name) / "clock"
        self._process: Process | None = None
        self.blob_url = self.queue_url = self.table_url = ""

    @property
    def connection_string(self) -> str:
        return (
            f"DefaultEndpointsProtocol=https;AccountName={ACCOUNT};AccountKey={KEY};"
            f"BlobEndpoint={self.blob_url};QueueEndpoint={self.queue_url};TableEndpoint={self.table_url};"
        )

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    async def start(self) -> None:
        self._clock.follow(self.set_offset)
        try:
            self._process = await self._spawn()
            async with asyncio.timeout(self._start_seconds):
                ports = await self._ports(self._process)
        except (OSError, TimeoutError, AzuriteError) as error:
            printed = self._printed()
            await self.close()
            raise AzuriteError(f"Azurite did not start: {error!r}\n{printed}") from error
        self.blob_url, self.queue_url, self.table_url = (
            f"https://127.0.0.1:{ports[service]}/{ACCOUNT}"
            for service in ("Blob", "Queue", "Table")
        )

    async def close(self) -> None:
        """Ends the child by its handle; what it stored is gone."""
        self._clock.unfollow(self.set_offset)
        if self._process is not None:
            if self._process.returncode is None:
                self._process.kill()
            await self._process.wait()
            if self._process.stdin is not None:
                self._process.stdin.close()
            self._process = None
        self._folder.cleanup()

    def set_offset(self, offset: float) -> None:
        """Moves Azurite's clock; the next request it answers already knows."""
        descriptor = os.open(self._clock_file, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(descriptor, struct.pack("<d", offset), 0)
        finally:
            os.close(descriptor)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _spawn(self) -> Process:
        certificate, secret = self._authority.files("127.0.0.1", "localhost")
        with self.log_file.open("wb") as log:
            return await asyncio.create_subprocess_exec(
                *("node", "--require", os.fspath(_FOLDER / "clock.cjs"), os.fspath(_PROGRAM)),
                *(*_FLAGS, "--cert", os.fspath(certificate), "--key", os.fspath(secret)),
                cwd=self._folder.name,
                env={"PATH": os.environ.get("PATH", ""), "LAB_CLOCK_FILE": str(self._clock_file)},
                stdin=PIPE,
                stdout=log,
                stderr=STDOUT,
            )

    async def _ports(self, process: Process) -> dict[str, str]:
        """What each service says about its port, once all three listen."""
        while len(ports := dict(_LISTENING.findall(self._printed()))) < 3:
            if process.returncode is not None:
                raise AzuriteError(f"it ended with {process.returncode}")
            await asyncio.sleep(0.02)
        return ports

    def _printed(self) -> str:
        return self.log_file.read_text("utf-8", "replace") if self.log_file.exists() else ""
