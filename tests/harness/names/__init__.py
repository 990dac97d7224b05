"""What is the address of a name, from inside a virtual network and from the internet? A real DNS server."""

import asyncio
from typing import Self

import dns.asyncquery
import dns.message
import dns.rcode
import dns.rdatatype

from tests.harness.names.public import account_of, address_of, hosts_of, region_at
from tests.harness.names.resolution import Answer, Rcode, View, resolve
from tests.harness.names.server import Server
from tests.harness.world import World

__all__ = [
    "Answer",
    "Names",
    "Rcode",
    "View",
    "account_of",
    "address_of",
    "hosts_of",
    "region_at",
    "resolve",
]

type Address = tuple[str, int]

_PATIENCE = 5.0


class Names:
    """One server per view, opened when it is first asked for. Nothing is stored: the world answers."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._servers: dict[str | None, Server] = {}
        self._opening = asyncio.Lock()

    async def start(self) -> None:
        await self.view(None)

    async def close(self) -> None:
        for server in self._servers.values():
            await server.close()
        self._servers.clear()

    async def view(self, network_id: View) -> Address:
        """Where a client in this network (None: on the internet) finds its resolver."""
        key = None if network_id is None else network_id.casefold()
        async with self._opening:
            if key not in self._servers:
                self._servers[key] = await Server.start(lambda name: self.resolve(name, network_id))
        return "127.0.0.1", self._servers[key].port

    def resolve(self, name: str, view: View) -> Answer:
        """What the servers answer, without the wire."""
        return resolve(self._world, name, view)

    async def nslookup(self, name: str, view: View) -> str:
        """A genuine question to the server, told as nslookup tells it."""
        host, port = await self.view(view)
        query = dns.message.make_query(name, dns.rdatatype.A)
        response = await dns.asyncquery.udp(query, host, timeout=_PATIENCE, port=port)
        place = "the internet" if view is None else view.rsplit("/", 1)[-1]
        return "\n".join([f"Server:   {host}#{port} ({place})", *_told(name, response)])

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _told(name: str, response: dns.message.Message) -> list[str]:
    if response.rcode() != dns.rcode.NOERROR:
        return [f"** server can't find {name}: {dns.rcode.to_text(response.rcode())}"]
    lines = []
    for entry in response.answer:
        owner = entry.name.to_text(omit_final_dot=True)
        for data in entry:
            value = data.to_text().rstrip(".")
            if entry.rdtype == dns.rdatatype.CNAME:
                lines.append(f"{owner} is an alias for {value}")
            else:
                lines += [f"Name:     {owner}", f"Address:  {value}"]
    return lines or [f"** {name} has no address"]
