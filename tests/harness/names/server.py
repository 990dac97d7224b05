"""Answers over UDP and TCP, on loopback, for one view."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from typing import Self

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from tests.harness.names.resolution import Answer, Authority

type Ask = Callable[[str], Answer]

_HOST = "127.0.0.1"
# Source: RFC 1035 4.2.1: without EDNS an answer over UDP has at most 512 bytes.
_PLAIN_UDP = 512
_TRIES = 20


class Server:
    """One address, both transports; the port is the kernel's choice."""

    def __init__(self, ask: Ask) -> None:
        self.port = 0
        self._ask = ask
        self._datagrams: asyncio.DatagramTransport | None = None
        self._streams: asyncio.Server | None = None

    @classmethod
    async def start(cls, ask: Ask) -> Self:
        server = cls(ask)
        await server._open()
        return server

    async def close(self) -> None:
        if self._datagrams is not None:
            self._datagrams.close()
        if self._streams is not None:
            self._streams.close()
            self._streams.close_clients()
            await self._streams.wait_closed()

    def reply(self, wire: bytes, limit: int) -> bytes | None:
        """The answer to a question on the wire; None for what is no question."""
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return None
        response = self._respond(query)
        return response.to_wire(
            max_size=limit or max(query.payload, _PLAIN_UDP), prefer_truncation=True
        )

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(_TRIES):
            listener = socket.create_server((_HOST, 0))
            port = listener.getsockname()[1]
            try:
                self._datagrams, _ = await loop.create_datagram_endpoint(
                    lambda: _Datagrams(self), local_addr=(_HOST, port)
                )
            except OSError:
                # The port is free for TCP alone: take another.
                listener.close()
                continue
            self._streams = await asyncio.start_server(self._serve, sock=listener)
            self.port = port
            return
        raise OSError("no port is free for both UDP and TCP")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                (length,) = struct.unpack("!H", await reader.readexactly(2))
                answer = self.reply(await reader.readexactly(length), 65535)
                if answer is None:
                    break
                writer.write(struct.pack("!H", len(answer)) + answer)
                await writer.drain()
        writer.close()

    def _respond(self, query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query, recursion_available=True)
        if query.opcode() != dns.opcode.QUERY or len(query.question) != 1:
            response.set_rcode(dns.rcode.NOTIMP)
            return response
        question = query.question[0]
        if question.rdclass != dns.rdataclass.IN:
            response.set_rcode(dns.rcode.REFUSED)
            return response
        try:
            answer = self._ask(question.name.to_text(omit_final_dot=True))
        except LookupError:
            # The network of this view is gone from the world.
            response.set_rcode(dns.rcode.SERVFAIL)
            return response
        response.set_rcode(dns.rcode.from_text(answer.rcode))
        _fill(response, answer, question.rdtype)
        return response


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: Server) -> None:
        self._server = server
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.DatagramTransport):
            self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = self._server.reply(data, 0)
        if answer is not None and self._transport is not None:
            self._transport.sendto(answer, addr)


def _fill(response: dns.message.Message, answer: Answer, wanted: dns.rdatatype.RdataType) -> None:
    """Aliases are always shown, addresses to those who ask for them."""
    for record in answer.records:
        if record.type == "CNAME" or wanted in {dns.rdatatype.A, dns.rdatatype.ANY}:
            value = f"{record.value}." if record.type == "CNAME" else record.value
            _add(response.answer, record.name, record.ttl, record.type, value)
    if answer.authority is not None:
        soa = _soa(answer.authority)
        _add(response.authority, answer.authority.zone, answer.authority.ttl, "SOA", soa)


def _add(section: list[dns.rrset.RRset], name: str, ttl: int, kind: str, value: str) -> None:
    absolute = dns.name.from_text(name)
    data = dns.rdata.from_text("IN", kind, value)
    for known in section:
        if known.name == absolute and known.rdtype == data.rdtype:
            known.add(data, ttl)
            return
    section.append(dns.rrset.from_rdata(absolute, ttl, data))


def _soa(authority: Authority) -> str:
    data = authority.data
    numbers = ("serialNumber", "refreshTime", "retryTime", "expireTime", "minimumTtl")
    host, email = (str(data[name]).rstrip(".") for name in ("host", "email"))
    return f"{host}. {email}. " + " ".join(str(data[name]) for name in numbers)
