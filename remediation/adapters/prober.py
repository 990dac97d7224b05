"""What does a client find behind the account's names? Looks, from inside and from the internet; `proof` judges.

The address that is called is the one that was resolved, by whichever resolver and proxy the operator named. No key or
token is ever sent, nothing but port 443 is called, no redirect is followed, and whatever a network may do is a value.
"""

import asyncio
import json
import ssl
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from ipaddress import ip_address

import aiohttp
import dns.asyncresolver
import dns.exception
import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.resolver
from yarl import URL

from remediation.views import Call, Found, Lookup, Reached, Sighting, Views

_LARGEST_ANSWER = 64 * 1024
_LONGEST_TEXT = 256
_MOST_ADDRESSES = 4
_LONGEST_CHAIN = 16

# A path that asks for credentials (Azure OpenAI reference, list models). What it answers on kinds that serve no OpenAI
# models is not verified; `proof` takes a 404 for no proof.
_PATH = "/openai/models"
_QUERY = {"api-version": "2024-10-21"}

# What a proxy says when it tried and found nobody (RFC 9110, 15.6).
_NOBODY_THERE = frozenset({502, 503, 504})


@dataclass(frozen=True, slots=True)
class Vantage:
    """A place to look from: the resolver asked there, and a CONNECT proxy there. None: what the machine itself has."""

    resolver: tuple[str, int] | None = None
    proxy: str | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds for one question or call, and for everything about one name.

    The way to an address, or to the proxy, has less than the call: so a proxy that is mute is told from one that tries.
    """

    each: float = 5.0
    on_the_way: float = 4.0
    in_all: float = 15.0


class NetworkProber:
    """Opens its connections anew for each look, so that it sees the network as it is."""

    def __init__(
        self,
        inside: Vantage,
        outside: Vantage | None,
        *,
        tls: ssl.SSLContext | None = None,
        patience: Patience | None = None,
    ) -> None:
        """Without `outside` there is no view from the internet; `tls` replaces the system's certificate authorities."""
        self._inside = inside
        self._outside = outside
        self._tls = tls
        self._patience = patience or Patience()

    async def look(self, hosts: Sequence[str]) -> Views:
        """Everything at once."""
        if self._tls is None:
            # Not in the constructor: reading the authorities takes a while, and the FAST lane needs none.
            self._tls = ssl.create_default_context()
        async with _session(self._tls, self._patience) as session:
            places = [self._inside] if self._outside is None else [self._inside, self._outside]
            looks = [_Look(session, place, self._patience) for place in places]
            inside, *outside = await asyncio.gather(*(look.at_all(hosts) for look in looks))
        is_sure = self._inside.resolver is not None
        return Views(inside, outside[0] if outside else None, is_sure)


def _session(
    tls: ssl.SSLContext, patience: Patience
) -> AbstractAsyncContextManager[aiohttp.ClientSession]:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=tls, force_close=True),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=patience.each, sock_connect=patience.on_the_way),
        auto_decompress=False,
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """One look from one place."""

    session: aiohttp.ClientSession
    vantage: Vantage
    patience: Patience

    async def at_all(self, hosts: Sequence[str]) -> tuple[Sighting, ...]:
        return tuple(await asyncio.gather(*map(self._at, hosts)))

    async def _at(self, host: str) -> Sighting:
        lookup = Lookup(Found.NO_ANSWER, (host,), detail="there was no time left")
        try:
            async with asyncio.timeout(self.patience.in_all):
                lookup = await _resolve(self.vantage, host, self.patience.each)
                addresses = lookup.addresses[:_MOST_ADDRESSES]
                calls = await asyncio.gather(*(self._call(host, each) for each in addresses))
        except TimeoutError:
            return Sighting(host, lookup)
        return Sighting(host, lookup, tuple(calls))

    async def _call(self, host: str, address: str) -> Call:
        if not _may_be_called(address):
            return Call(address, Reached.UNTRIED, text="no endpoint can have this address")
        try:
            status, text = await self._get(host, address)
        except (aiohttp.ClientError, OSError) as error:
            told = str(error) or type(error).__name__
            return Call(address, _how_far(self.vantage, error), text=told[:_LONGEST_TEXT])
        return Call(address, Reached.ANSWERED, status, text)

    async def _get(self, host: str, address: str) -> tuple[int, str]:
        async with self.session.get(
            URL.build(scheme="https", host=address, path=_PATH, query=_QUERY),
            headers={"Host": host, "Accept-Encoding": "identity"},
            server_hostname=host,
            proxy=self.vantage.proxy,
            allow_redirects=False,
        ) as answer:
            return answer.status, _message(await _beginning(answer.content))


# Names ---------------------------------------------------------------------------------------------------------------


async def _resolve(vantage: Vantage, host: str, seconds: float) -> Lookup:
    name = dns.name.from_text(host)
    try:
        answer = await _resolver(vantage).resolve(
            name, raise_on_no_answer=False, search=False, lifetime=seconds
        )
    except dns.resolver.NXDOMAIN as error:
        return Lookup(Found.NO_NAME, _chain(error.kwargs["responses"][name], name))
    except (dns.exception.DNSException, OSError) as error:
        return Lookup(Found.NO_ANSWER, (host,), detail=str(error)[:_LONGEST_TEXT])
    chain = _chain(answer.response, name)
    addresses = _addresses(answer.response, chain[-1])
    return Lookup(Found.ADDRESSES if addresses else Found.NO_ADDRESS, chain, addresses)


def _resolver(vantage: Vantage) -> dns.asyncresolver.Resolver:
    """A new one each time: nothing is remembered, and the system's configuration may have changed."""
    resolver = dns.asyncresolver.Resolver(configure=vantage.resolver is None)
    if vantage.resolver is not None:
        address, resolver.port = vantage.resolver
        resolver.nameservers = [address]
    return resolver


def _chain(response: dns.message.Message, name: dns.name.Name) -> tuple[str, ...]:
    """The names passed, however the answer is ordered; one that goes in a circle is cut."""
    chain = [name]
    while len(chain) < _LONGEST_CHAIN:
        alias = response.get_rrset(
            response.answer, chain[-1], dns.rdataclass.IN, dns.rdatatype.CNAME
        )
        if alias is None:
            break
        chain.append(alias[0].target)
    return tuple(each.to_text(omit_final_dot=True).casefold() for each in chain)


def _addresses(response: dns.message.Message, owner: str) -> tuple[str, ...]:
    name = dns.name.from_text(owner)
    found = response.get_rrset(response.answer, name, dns.rdataclass.IN, dns.rdatatype.A)
    return tuple(sorted(data.to_text() for data in found or ()))


# Calls ---------------------------------------------------------------------------------------------------------------


def _may_be_called(address: str) -> bool:
    """A record that anybody with rights on the zone can write must not lead Latch to itself or its host."""
    ip = ip_address(address)
    return not (ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_unspecified)


async def _beginning(content: aiohttp.StreamReader) -> bytes:
    body = b""
    while len(body) < _LARGEST_ANSWER and (part := await content.read(_LARGEST_ANSWER - len(body))):
        body += part
    return body


def _message(body: bytes) -> str:
    """The service's own words, with or without the envelope; nothing when they are not in its form."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    error = told.get("error", told) if isinstance(told, dict) else None
    text = error.get("message") if isinstance(error, dict) else None
    return text[:_LONGEST_TEXT] if isinstance(text, str) else ""


def _how_far(vantage: Vantage, error: aiohttp.ClientError | OSError) -> Reached:
    """What concerns the proxy itself says nothing about the address behind it."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return Reached.OTHER_CERTIFICATE
        case aiohttp.ClientHttpProxyError():
            tried = error.status in _NOBODY_THERE
            return Reached.UNCONNECTED if tried else Reached.UNTRIED
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientConnectorDNSError():
            return Reached.UNTRIED
        case aiohttp.ConnectionTimeoutError() if vantage.proxy is not None:
            return Reached.UNTRIED
        case _:
            return Reached.UNCONNECTED
