"""The proof, looked for with genuine DNS, TCP, TLS and HTTP in a world whose every break is a real one."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Self

import pytest
from aiohttp import web

from remediation.adapters.prober import NetworkProber, Patience, Vantage
from remediation.proof import Proof, Standing, prove
from remediation.proof_subject import Name, Subject
from remediation.settings import Settings
from remediation.views import Call, Found, Reached, Sighting
from tests.harness.certificates import Authority
from tests.harness.clock import LabClock
from tests.harness.data_plane import DataPlane, Service
from tests.harness.gateway import Gateway
from tests.harness.lab import Lab, Plan
from tests.harness.names import Answer, Names, Rcode, View, address_of, hosts_of
from tests.harness.names.public import Record as DnsRecord
from tests.harness.names.server import Server
from tests.harness.physics import Physics
from tests.harness.physics.seeding import Seeding
from tests.harness.physics.types import CONNECTION, ENDPOINT, INTERFACE
from tests.harness.serving import Served, serve
from tests.harness.world import Resource, World
from tests.harness.worlds import (
    ACCOUNTS,
    MAIN,
    NETWORK,
    SUBSCRIPTION,
    ZONES,
    empty,
    private_account,
)

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HOST = f"{MAIN}.openai.azure.com"
ALIAS = f"{MAIN}.privatelink.openai.azure.com"
PUBLIC = address_of("eastus")
OPENAI_ZONE = ZONES[1]
PATIENT = Patience()
QUICK = Patience(each=0.5, on_the_way=0.3, in_all=2.0)

PROVEN, REFUTED, UNPROVABLE = Standing.PROVEN, Standing.REFUTED, Standing.UNPROVABLE


class Place:
    """The article's account, an operator's resolvers and proxies inside and outside, and what breaks it."""

    def __init__(self, authority: Authority, kind: str = "OpenAI") -> None:
        self.authority = authority
        self.clock = LabClock()
        self.world = World(self.clock)
        self.physics = Physics(self.world)
        self.seed = Seeding(self.physics, SUBSCRIPTION)
        self.places = empty(self.seed)
        self.account = private_account(self.seed, self.places, MAIN, kind)
        self.names = Names(self.world)
        self.plane = DataPlane(Service(self.world, self.clock), authority)
        self.inside = Gateway(self.plane.locate, self.network.id)
        self.outside = Gateway(self.plane.locate, None)
        self.subject = Subject(
            tuple(
                Name(host, (address,), is_registered=True)
                for host, address in zip(hosts_of(self.account), self.addresses, strict=True)
            )
        )

    @property
    def network(self) -> Resource:
        return self.places.network

    @property
    def addresses(self) -> list[str]:
        (interface,) = self.world.of_type(INTERFACE)
        return [
            each["properties"]["privateIPAddress"]
            for each in interface.properties["ipConfigurations"]
        ]

    async def __aenter__(self) -> Self:
        await self.inside.__aenter__()
        await self.outside.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.inside.__aexit__()
        await self.outside.__aexit__()
        await self.plane.close()
        await self.names.close()
        self.clock.close()

    async def proof(self, of: Subject | None = None) -> Proof:
        """With everything that an operator can set."""
        prober = NetworkProber(
            await self.vantage(self.network.id, self.inside),
            await self.vantage(None, self.outside),
            tls=self.authority.client(),
        )
        subject = of or self.subject
        return prove(subject, await prober.look(subject.hosts))

    async def vantage(self, view: View, gateway: Gateway) -> Vantage:
        return Vantage(await self.names.view(view), gateway.url)

    # What people do to it --------------------------------------------------------------------------------------------

    def opens(self) -> None:
        self.account.properties.update({"publicNetworkAccess": "Enabled", "networkAcls": {}})

    def selects_networks(self) -> None:
        rules = {"defaultAction": "Deny", "ipRules": [{"value": "192.0.2.1"}]}
        self.account.properties.update({"publicNetworkAccess": "Enabled", "networkAcls": rules})

    def deletes_the_endpoint(self) -> None:
        (endpoint,) = self.world.of_type(ENDPOINT)
        self.physics.endpoints.vanish(endpoint)

    def rejects_the_connection(self) -> None:
        (connection,) = self.world.of_type(CONNECTION)
        connection.properties["privateLinkServiceConnectionState"]["status"] = "Rejected"

    def points_the_record_at(self, *addresses: str) -> None:
        self.deletes_the_record()
        self.seed.record(self._zone, MAIN, addresses)

    def points_the_record_at_another_account(self) -> None:
        self.seed.private_endpoint(
            "pe-other",
            NETWORK,
            account=self.seed.account("other", ACCOUNTS),
            subnet_id=self.places.subnet_id,
            static={"default": "10.20.0.50"},
        )
        self.points_the_record_at("10.20.0.50")

    def deletes_the_record(self) -> None:
        self.physics.records.remove(self._zone.id, MAIN)

    def removes_the_link(self) -> None:
        assert self.world.remove(f"{self._zone.id}/virtualNetworkLinks/link-{self.network.name}")

    def sets_servers(self) -> None:
        self.network.properties["dhcpOptions"] = {"dnsServers": ["10.9.0.4"]}

    @property
    def _zone(self) -> Resource:
        return self.places.zones[OPENAI_ZONE]


@pytest.fixture
async def place(authority: Authority) -> AsyncIterator[Place]:
    async with Place(authority) as place:
        yield place


def standings(proof: Proof) -> tuple[Standing, ...]:
    return tuple(statement.standing for statement in proof.statements)


def told(proof: Proof) -> str:
    return " ".join(statement.diagnosis for statement in proof.statements if statement.diagnosis)


async def test_a_private_account_is_proven_inside_and_outside(place: Place) -> None:
    proof = await place.proof()

    assert proof.holds
    assert [statement.evidence.split(" Access denied")[0] for statement in proof.statements] == [
        f"{HOST} -> {ALIAS} -> 10.20.0.4",
        "10.20.0.4:443",
        "at 10.20.0.4 401",
        f"at {PUBLIC} 403 Public access is disabled. Please configure private endpoint.",
    ]


async def test_only_the_addresses_of_the_accounts_own_name_are_called(place: Place) -> None:
    await place.proof()

    assert place.inside.asked == ["10.20.0.4"]
    assert place.outside.asked == [PUBLIC]


async def test_all_three_names_of_a_foundry_account_are_proven(authority: Authority) -> None:
    async with Place(authority, "AIServices") as place:
        proof = await place.proof()

        assert standings(proof) == (PROVEN,) * 12
        assert sorted(place.inside.asked) == ["10.20.0.4", "10.20.0.5", "10.20.0.6"]


LOOKED_FOR = Subject((Name(HOST, ("10.20.0.4",), is_registered=True),))
UNREGISTERED = Subject((Name(HOST, ("10.20.0.4",)),))
WITHOUT_ENDPOINT = Subject((Name(HOST),))
OWN_SERVERS = Subject(LOOKED_FOR.names, dns_servers=("10.9.0.4",))
SELECTED = Subject(LOOKED_FOR.names, rules_refuse=True)

BROKEN = [
    pytest.param(
        lambda place: place.points_the_record_at("10.20.0.99"),
        UNREGISTERED,
        (REFUTED, REFUTED, UNPROVABLE, PROVEN),
        "The A record points elsewhere. A connection error: the record points elsewhere",
        id="the record points where nobody is",
    ),
    pytest.param(
        Place.points_the_record_at_another_account,
        UNREGISTERED,
        (REFUTED, PROVEN, REFUTED, PROVEN),
        "The A record points elsewhere. Public access is disabled, and the name leads to another endpoint.",
        id="the record points at another account's endpoint",
    ),
    pytest.param(
        lambda place: place.points_the_record_at("10.20.0.4", "10.20.0.99"),
        UNREGISTERED,
        (REFUTED, REFUTED, UNPROVABLE, PROVEN),
        "The A record points elsewhere.",
        id="the record has a second address",
    ),
    pytest.param(
        Place.deletes_the_record,
        UNREGISTERED,
        (REFUTED, UNPROVABLE, UNPROVABLE, PROVEN),
        "The A record is missing from privatelink.openai.azure.com",
        id="the record is missing",
    ),
    pytest.param(
        Place.removes_the_link,
        UNREGISTERED,
        (REFUTED, PROVEN, REFUTED, PROVEN),
        "The zone is not linked to the network of this resolver",
        id="the link is missing",
    ),
    pytest.param(
        Place.deletes_the_endpoint,
        WITHOUT_ENDPOINT,
        (REFUTED, PROVEN, REFUTED, PROVEN),
        "There is no private endpoint for this name. Public access is disabled, and DNS gives the public",
        id="the endpoint is deleted",
    ),
    pytest.param(
        Place.rejects_the_connection,
        LOOKED_FOR,
        (PROVEN, REFUTED, UNPROVABLE, PROVEN),
        "the endpoint is gone or not approved",
        id="the connection is rejected",
    ),
    pytest.param(
        Place.opens,
        LOOKED_FOR,
        (PROVEN, PROVEN, PROVEN, REFUTED),
        "The account is open",
        id="the account is opened",
    ),
    pytest.param(
        Place.selects_networks,
        LOOKED_FOR,
        (PROVEN, PROVEN, PROVEN, REFUTED),
        "Public access is not disabled: selected networks may be let in",
        id="selected networks that nobody asked for",
    ),
    pytest.param(
        Place.sets_servers,
        OWN_SERVERS,
        (REFUTED, PROVEN, REFUTED, PROVEN),
        "The network's own DNS servers (10.9.0.4) do not forward openai.azure.com to 168.63.129.16",
        id="custom DNS does not forward",
    ),
]


@pytest.mark.parametrize(("breaks", "of", "expected", "diagnosis"), BROKEN)
async def test_what_is_broken_is_refuted_and_diagnosed(
    place: Place,
    breaks: Callable[[Place], None],
    of: Subject,
    expected: tuple[Standing, ...],
    diagnosis: str,
) -> None:
    breaks(place)
    proof = await place.proof(of)

    assert standings(proof) == expected
    assert diagnosis in told(proof)
    assert not proof.holds


async def test_selected_networks_that_the_policy_wants_are_a_refusal_too(place: Place) -> None:
    place.selects_networks()

    assert (await place.proof(SELECTED)).holds


async def test_a_record_at_latchs_own_machine_is_refuted_and_not_called(place: Place) -> None:
    place.points_the_record_at("127.0.0.1")
    proof = await place.proof(UNREGISTERED)

    assert standings(proof) == (REFUTED, UNPROVABLE, UNPROVABLE, PROVEN)
    assert place.inside.asked == []


async def test_at_most_four_addresses_are_called(place: Place) -> None:
    place.points_the_record_at(*(f"10.20.0.{last}" for last in range(101, 121)))
    await place.proof(UNREGISTERED)

    assert len(place.inside.asked) == 4


async def test_without_a_view_from_outside_the_refusal_is_unprovable(place: Place) -> None:
    inside = await place.vantage(place.network.id, place.inside)
    prober = NetworkProber(inside, None, tls=place.authority.client())
    proof = prove(LOOKED_FOR, await prober.look(LOOKED_FOR.hosts))

    assert standings(proof) == (PROVEN, PROVEN, PROVEN, UNPROVABLE)
    assert proof.holds


# A network in trouble: whatever it does is a value -------------------------------------------------------------------


@pytest.fixture
async def stranger(place: Place) -> AsyncIterator["Stranger"]:
    async with Stranger(place) as stranger:
        yield stranger


class Stranger:
    """Who answers at the endpoint's address instead of the service."""

    def __init__(self, place: Place) -> None:
        self.requests: list[web.Request] = []
        self._place = place
        self._answer: Handler = refuses
        self._served: Served | None = None
        self._gateway = Gateway(self._locate, None)

    async def __aenter__(self) -> Self:
        await self._gateway.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._gateway.__aexit__()
        if self._served is not None:
            await self._served.close()

    async def answers(
        self, answer: Handler, certificate: str = HOST, patience: Patience = PATIENT
    ) -> Call:
        """What the prober makes of it."""
        self._answer = answer
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._take)
        self._served = await serve(app, self._place.authority.context(certificate))
        return await called(self._place, self._gateway.url, patience)

    async def _take(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        return await self._answer(request)

    async def _locate(self, address: str, view: View) -> tuple[str, int]:
        assert (address, view) == ("10.20.0.4", None)
        assert self._served is not None
        return "127.0.0.1", self._served.port


async def seen(place: Place, vantage: Vantage, patience: Patience = PATIENT) -> Sighting:
    prober = NetworkProber(vantage, None, tls=place.authority.client(), patience=patience)
    (sighting,) = (await prober.look([HOST])).inside
    return sighting


async def called(place: Place, proxy: str, patience: Patience = PATIENT) -> Call:
    resolver = await place.names.view(place.network.id)
    (call,) = (await seen(place, Vantage(resolver, proxy), patience)).calls
    return call


async def refuses(request: web.Request) -> web.StreamResponse:
    del request
    return web.json_response({"error": {"code": "401", "message": "No."}}, status=401)


async def redirects(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound(f"https://{request.host}/elsewhere")


async def never_ends(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):
        while True:
            await response.write(b" " * 8192)
    return response


async def never_begins(request: web.Request) -> web.StreamResponse:
    await request.content.wait_eof()
    await asyncio.Event().wait()
    return web.Response()


async def hangs_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def says(body: bytes) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        del request
        return web.Response(body=body, status=401)

    return answer


async def test_the_service_is_asked_by_its_name_and_without_any_key(stranger: Stranger) -> None:
    call = await stranger.answers(refuses)
    (request,) = stranger.requests

    assert call == Call("10.20.0.4", Reached.ANSWERED, 401, "No.")
    assert (request.method, request.host) == ("GET", HOST)
    assert not {"authorization", "api-key", "cookie"} & {
        name.casefold() for name in request.headers
    }


async def test_a_redirect_is_not_followed(stranger: Stranger) -> None:
    call = await stranger.answers(redirects)

    assert (call.status, len(stranger.requests)) == (302, 1)


async def test_an_answer_without_end_is_read_in_part(stranger: Stranger) -> None:
    call = await stranger.answers(never_ends)

    assert call == Call("10.20.0.4", Reached.ANSWERED, 200)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param(b'{"message": "without an envelope"}', "without an envelope", id="bare"),
        pytest.param(b'{"error": {"message": "%s"}}' % (b"x" * 9999), "x" * 256, id="long"),
        pytest.param(b'{"error": "unauthorized"}', "", id="an error that is a word"),
        pytest.param(b'{"error": {"message": 401}}', "", id="a message that is a number"),
        pytest.param(b"[]", "", id="a list"),
        pytest.param(b"<html>", "", id="a page"),
        pytest.param(b"\xff\xfe\x00", "", id="no text"),
        pytest.param(b"[" * 60_000, "", id="too deep"),
    ],
)
async def test_only_the_services_own_words_are_kept(
    stranger: Stranger, body: bytes, text: str
) -> None:
    assert await stranger.answers(says(body)) == Call("10.20.0.4", Reached.ANSWERED, 401, text)


@pytest.mark.parametrize("answer", [never_begins, hangs_up])
async def test_who_does_not_answer_was_not_reached(stranger: Stranger, answer: Handler) -> None:
    call = await stranger.answers(answer, patience=QUICK)

    assert call.reached is Reached.UNCONNECTED


async def test_a_certificate_for_another_name_is_told(stranger: Stranger) -> None:
    call = await stranger.answers(refuses, certificate=ALIAS)

    assert call.reached is Reached.OTHER_CERTIFICATE
    assert stranger.requests == []


@contextlib.asynccontextmanager
async def proxy_that_says(answer: bytes | None) -> AsyncIterator[str]:
    """None: it takes the connection and says nothing."""
    hold = asyncio.Event()

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if answer is None:
            await hold.wait()
        else:
            writer.write(answer)
        writer.close()

    async with await asyncio.start_server(serve_one, "127.0.0.1", 0) as server:
        yield "http://127.0.0.1:{1}".format(*server.sockets[0].getsockname())
        hold.set()


@pytest.mark.parametrize(
    ("answer", "reached"),
    [
        pytest.param(b"HTTP/1.1 502 Nobody\r\n\r\n", Reached.UNCONNECTED, id="it tried"),
        pytest.param(b"HTTP/1.1 504 Too late\r\n\r\n", Reached.UNCONNECTED, id="it waited"),
        pytest.param(b"HTTP/1.1 407 Who are you\r\n\r\n", Reached.UNTRIED, id="it wants a name"),
        pytest.param(b"HTTP/1.1 403 Never\r\n\r\n", Reached.UNTRIED, id="it forbids the way"),
    ],
)
async def test_a_proxy_that_does_not_try_proves_nothing(
    place: Place, answer: bytes, reached: Reached
) -> None:
    async with proxy_that_says(answer) as proxy:
        call = await called(place, proxy)

    assert call.reached is reached


async def test_a_proxy_that_still_tries_has_not_reached_anybody(place: Place) -> None:
    async with proxy_that_says(None) as proxy:
        call = await called(place, proxy, QUICK)

    assert call.reached is Reached.UNCONNECTED


@contextlib.contextmanager
def closed_port() -> Iterator[tuple[str, int]]:
    """Taken, so that nobody else gets it, and nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()


async def test_a_proxy_that_is_not_there_proves_nothing(place: Place) -> None:
    with closed_port() as (host, port):
        call = await called(place, f"http://{host}:{port}")

    assert call.reached is Reached.UNTRIED


@contextlib.contextmanager
def mute_resolver() -> Iterator[tuple[str, int]]:
    """Takes every question, answers none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()


async def test_a_resolver_that_is_mute_proves_nothing(place: Place) -> None:
    with mute_resolver() as resolver:
        sighting = await seen(place, Vantage(resolver), QUICK)

    assert sighting.lookup.found is Found.NO_ANSWER
    assert "timed out" in sighting.lookup.detail
    assert sighting.calls == ()


async def test_a_resolver_that_is_not_there_proves_nothing(place: Place) -> None:
    with closed_port() as resolver:
        sighting = await seen(place, Vantage(resolver), QUICK)

    assert sighting.lookup.found is Found.NO_ANSWER


async def test_a_resolver_in_trouble_proves_nothing(place: Place) -> None:
    resolver = await place.names.view(place.network.id)
    place.world.remove(place.network.id)

    assert "SERVFAIL" in (await seen(place, Vantage(resolver))).lookup.detail


async def test_names_that_go_in_a_circle_prove_nothing(place: Place) -> None:
    circle = Answer(
        Rcode.NOERROR,
        (DnsRecord(HOST, 10, "CNAME", ALIAS), DnsRecord(ALIAS, 10, "CNAME", HOST)),
    )
    server = await Server.start(lambda _: circle)
    sighting = await seen(place, Vantage(("127.0.0.1", server.port)))
    await server.close()

    assert sighting.lookup.found is Found.NO_ANSWER


async def test_an_empty_record_is_no_address(place: Place) -> None:
    place.points_the_record_at()
    resolver = await place.names.view(place.network.id)

    assert (await seen(place, Vantage(resolver))).lookup.found is Found.NO_ADDRESS


async def test_everything_together_has_a_limit(place: Place) -> None:
    with mute_resolver() as resolver:
        sighting = await seen(place, Vantage(resolver), Patience(each=30.0, in_all=0.1))

    assert sighting.lookup.detail == "there was no time left"


async def test_what_the_lab_sets_is_enough_for_the_proof() -> None:
    async with Lab(Plan(functions=False)) as lab:
        settings = Settings.from_environ(lab._settings())
        prober = NetworkProber(
            Vantage(settings.probe_resolver, settings.probe_proxy),
            Vantage(settings.probe_public_resolver, settings.probe_public_proxy),
            tls=lab.authority.client(),
        )
        proof = prove(LOOKED_FOR, await prober.look(LOOKED_FOR.hosts))

    assert standings(proof) == (PROVEN,) * 4
