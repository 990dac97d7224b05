"""Who is answered, really? The genuine openai client, as it would run inside a virtual network or on the internet.

Names come from the lab's DNS server, connections go to where the world's addresses answer on loopback.
"""

import ssl
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

import dns.asyncresolver
import dns.exception
import dns.resolver
import httpcore2
import httpx2
from openai import APIConnectionError, APIStatusError, AsyncAzureOpenAI

from tests.harness.certificates import Authority
from tests.harness.data_plane import DataPlane
from tests.harness.names import Names, View

_PATIENCE = 10.0
_API_VERSION = "2024-10-21"


class Outcome(StrEnum):
    """How the attempt ended."""

    ANSWERED = "answered"
    FORBIDDEN = "forbidden"
    OTHER_STATUS = "other status"
    CERTIFICATE = "certificate error"
    NAME_NOT_FOUND = "name not found"
    REFUSED = "connection refused"


@dataclass(frozen=True, slots=True)
class Testimony:
    """What the witness saw. `code` and `message` are the service's own words, or the error's."""

    # pytest would take it for a class of tests.
    __test__: ClassVar[bool] = False

    outcome: Outcome
    status: int | None
    code: str
    message: str
    addresses: tuple[str, ...]
    milliseconds: float

    @property
    def ok(self) -> bool:
        return self.outcome is Outcome.ANSWERED

    @property
    def error_kind(self) -> str:
        return "" if self.ok else self.outcome


class Witness:
    """Asks an account one question, by its public name."""

    def __init__(self, names: Names, plane: DataPlane, authority: Authority) -> None:
        self._names = names
        self._plane = plane
        self._tls = authority.client()

    async def ask(self, host: str, view: View, api_key: str) -> Testimony:
        """One chat completion; never raises for what a network may do."""
        network = LabNetwork(self._names, self._plane, view)
        started = time.perf_counter()
        outcome = await self._attempt(host, api_key, network)
        elapsed = (time.perf_counter() - started) * 1000
        return Testimony(*outcome, tuple(network.addresses), round(elapsed, 1))

    async def ask_wrong_host(self, host: str, view: View, api_key: str) -> Testimony:
        """Asks by the privatelink name, for which no certificate is made out."""
        subdomain, _, domain = host.partition(".")
        return await self.ask(f"{subdomain}.privatelink.{domain}", view, api_key)

    async def _attempt(
        self, host: str, api_key: str, network: "LabNetwork"
    ) -> tuple[Outcome, int | None, str, str]:
        async with AsyncAzureOpenAI(
            azure_endpoint=f"https://{host}",
            api_key=api_key,
            api_version=_API_VERSION,
            max_retries=0,
            timeout=_PATIENCE,
            http_client=httpx2.AsyncClient(transport=_transport(self._tls, network)),
        ) as client:
            try:
                answer = await client.chat.completions.create(
                    model="gpt-4o", messages=[{"role": "user", "content": "Who are you?"}]
                )
            except APIStatusError as error:
                outcome = Outcome.FORBIDDEN if error.status_code == 403 else Outcome.OTHER_STATUS
                return outcome, error.status_code, error.code or "", _message_of(error)
            except APIConnectionError as error:
                kind, message = _why(error)
                return kind, None, "", message
        return Outcome.ANSWERED, 200, "", answer.choices[0].message.content or ""


@dataclass(slots=True)
class LabNetwork(httpcore2.AsyncNetworkBackend):
    """Names and routes of the lab, under the client's genuine HTTP and TLS."""

    names: Names
    plane: DataPlane
    view: View
    addresses: list[str] = field(default_factory=list)
    sockets: httpcore2.AsyncNetworkBackend = field(default_factory=httpcore2.AnyIOBackend)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        self.addresses[:] = await self._resolve(host)
        for address in self.addresses:
            place = await self.plane.locate(address, self.view)
            if place is not None:
                return await self.sockets.connect_tcp(
                    *place, timeout, local_address, socket_options
                )
        where = ", ".join(self.addresses)
        raise httpcore2.ConnectError(f"Connection refused: {where} port {port}")

    async def _resolve(self, host: str) -> list[str]:
        server, port = await self.names.view(self.view)
        resolver = dns.asyncresolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = [server], port
        resolver.lifetime = _PATIENCE
        try:
            found = await resolver.resolve(host, "A")
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.NoNameservers) as error:
            raise NameNotFoundError(str(error)) from error
        return [data.to_text() for data in found]


class NameNotFoundError(httpcore2.ConnectError):
    """The resolver knows no address."""


def _transport(tls: ssl.SSLContext, network: LabNetwork) -> httpx2.AsyncHTTPTransport:
    # httpx2 offers no parameter for the network backend of its pool.
    transport = httpx2.AsyncHTTPTransport(verify=tls)
    transport._pool = httpcore2.AsyncConnectionPool(ssl_context=tls, network_backend=network)
    return transport


def _message_of(error: APIStatusError) -> str:
    body = error.body
    return str(body.get("message", "")) if isinstance(body, dict) else error.message


def _why(error: BaseException) -> tuple[Outcome, str]:
    causes = tuple(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Outcome.CERTIFICATE, cause.verify_message
        if isinstance(cause, NameNotFoundError):
            return Outcome.NAME_NOT_FOUND, str(cause)
    return Outcome.REFUSED, str(causes[-1])


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
