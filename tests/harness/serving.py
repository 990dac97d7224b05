"""Doors on loopback: an aiohttp application behind a port that the kernel chose."""

import ssl
from dataclasses import dataclass

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Served:
    """A running server."""

    url: str
    port: int
    runner: web.AppRunner

    async def close(self) -> None:
        await self.runner.cleanup()


async def serve(app: web.Application, tls: ssl.SSLContext | None = None) -> Served:
    """Starts `app` on 127.0.0.1 and says where."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    port: int = runner.addresses[0][1]
    scheme = "https" if tls else "http"
    return Served(f"{scheme}://127.0.0.1:{port}", port, runner)
