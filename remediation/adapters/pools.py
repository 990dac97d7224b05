"""How many connections at once? As few as keep the worker busy: each that was ever open costs memory for good.

Measured with the genuine worker, 20 accounts at once against one after the other: 31 MiB more with azure-core's 100
connections, 15 MiB more with 16.
"""

import aiohttp
from azure.core.pipeline.transport import AioHttpTransport

# A worker handles up to 24 messages at once (host.json), and most calls of a pass come one after the other. At 50 ms a
# call these are 320 calls a second.
_CONNECTIONS = 16


class Pool(AioHttpTransport):  # type: ignore[misc]  # azure-core loads it late, so mypy cannot see it
    """azure-core's transport, with fewer connections. Clients of different services share none."""

    async def open(self) -> None:
        """The session as azure-core makes it: no cookies, and bodies are decoded by its own policies."""
        if not self._has_been_opened:
            self.session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_CONNECTIONS),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=True,
                auto_decompress=False,
            )
        await super().open()
