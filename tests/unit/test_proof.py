"""What was seen of an account's names, and what it proves: nothing that was not seen is ever taken for proven."""

from dataclasses import replace

import pytest

from remediation.observed import Address, Endpoint, Network, Perimeter, Zone
from remediation.proof import Proof, Standing, Statement, prove
from remediation.proof_subject import Name, Subject, subject
from remediation.views import Call, Found, Lookup, Reached, Sighting, Views
from tests.builders import (
    AI_SERVICES,
    COGNITIVE_ZONE,
    COMPLIANT,
    IPS,
    OPENAI_ZONE,
    SERVICES_ZONE,
    VNET,
    account,
    endpoint,
    record,
    zone,
    zone_names,
)

HOST = "latch-demo.openai.azure.com"
ALIAS = "latch-demo.privatelink.openai.azure.com"
GATEWAY = "vnetproxyv1-eastus-prod.eastus.cloudapp.azure.com"
PRIVATE, ELSEWHERE, PUBLIC = "10.20.1.4", "10.20.1.99", "203.0.113.7"

DISABLED = "Public access is disabled. Please configure private endpoint."
BY_RULES = "Access denied due to Virtual Network/Firewall rules."
BY_HOST = "A Virtual Network is configured for this resource. Please use the correct endpoint."
NO_KEY = "Access denied due to invalid subscription key or wrong API endpoint."

NAME = Name(HOST, (PRIVATE,), is_registered=True)
NOWHERE = Name(HOST)

PROVEN, REFUTED, UNPROVABLE = Standing.PROVEN, Standing.REFUTED, Standing.UNPROVABLE

TO_THE_ENDPOINT = Lookup(Found.ADDRESSES, (HOST, ALIAS), (PRIVATE,))
TO_THE_INTERNET = Lookup(Found.ADDRESSES, (HOST, ALIAS, GATEWAY), (PUBLIC,))
MUTE = Lookup(Found.NO_ANSWER, (HOST,), detail="it timed out")


def at(address: str, *, status: int = 401, text: str = NO_KEY) -> Call:
    return Call(address, Reached.ANSWERED, status, text)


def stopped(address: str, reached: Reached = Reached.UNCONNECTED) -> Call:
    return Call(address, reached, text="it went wrong")


def leads(*addresses: str, through: tuple[str, ...] = (HOST, ALIAS)) -> Lookup:
    return Lookup(Found.ADDRESSES, through, addresses)


INSIDE = Sighting(HOST, TO_THE_ENDPOINT, (at(PRIVATE),))
OUTSIDE = Sighting(HOST, TO_THE_INTERNET, (at(PUBLIC, status=403, text=DISABLED),))


def proof(
    inside: Sighting | None = INSIDE,
    outside: Sighting | None = OUTSIDE,
    *,
    of: Subject | None = None,
    is_sure: bool = True,
) -> Proof:
    views = Views(
        () if inside is None else (inside,), None if outside is None else (outside,), is_sure
    )
    return prove(of or Subject((NAME,)), views)


def standings(proof: Proof) -> tuple[Standing, ...]:
    return tuple(statement.standing for statement in proof.statements)


def told(statements: tuple[Statement, ...]) -> str:
    return " ".join(statement.diagnosis for statement in statements)


def test_a_private_account_is_proven_inside_and_outside() -> None:
    found = proof()

    assert found.holds
    assert found == Proof(
        (
            Statement(
                f"{HOST} resolves inside to {PRIVATE}", PROVEN, f"{HOST} -> {ALIAS} -> {PRIVATE}"
            ),
            Statement(
                f"{HOST} accepts TCP and TLS inside, with its own certificate",
                PROVEN,
                f"{PRIVATE}:443",
            ),
            Statement(
                f"{HOST} lets clients inside in: without credentials they are told 401",
                PROVEN,
                f"at {PRIVATE} 401 {NO_KEY}",
            ),
            Statement(f"{HOST} refuses the internet", PROVEN, f"at {PUBLIC} 403 {DISABLED}"),
        )
    )
    assert found.summary == "All 4 claims that could be looked at are proven."


def test_an_answer_without_the_alias_is_proven_when_its_address_is_right() -> None:
    flat = replace(INSIDE, lookup=leads(PRIVATE, through=(HOST,)))

    assert proof(flat).holds


INSIDE_TABLE = [
    pytest.param(
        NAME,
        Sighting(HOST, leads(ELSEWHERE), (stopped(ELSEWHERE),)),
        (REFUTED, REFUTED, UNPROVABLE),
        "The A record points elsewhere. A connection error: the record points elsewhere",
        id="the record points where nobody is",
    ),
    pytest.param(
        NAME,
        Sighting(HOST, leads(ELSEWHERE), (stopped(ELSEWHERE, Reached.OTHER_CERTIFICATE),)),
        (REFUTED, REFUTED, UNPROVABLE),
        "A certificate error: something else answers",
        id="the record points at something else",
    ),
    pytest.param(
        NAME,
        Sighting(HOST, leads(ELSEWHERE), (at(ELSEWHERE, status=403, text=DISABLED),)),
        (REFUTED, PROVEN, REFUTED),
        "Public access is disabled, and the name leads to another endpoint.",
        id="the record points at another account's endpoint",
    ),
    pytest.param(
        NAME,
        Sighting(HOST, leads(PRIVATE, ELSEWHERE), (at(PRIVATE), stopped(ELSEWHERE))),
        (REFUTED, REFUTED, UNPROVABLE),
        "The A record points elsewhere.",
        id="the record has a second address",
    ),
    pytest.param(
        NOWHERE,
        Sighting(HOST, leads(PRIVATE), (stopped(PRIVATE),)),
        (REFUTED, REFUTED, UNPROVABLE),
        "is left over: no endpoint has this address",
        id="the endpoint is gone and the record is left",
    ),
    pytest.param(
        NOWHERE,
        Sighting(HOST, TO_THE_INTERNET, (at(PUBLIC, status=403, text=DISABLED),)),
        (REFUTED, PROVEN, REFUTED),
        "There is no private endpoint for this name.",
        id="the endpoint is gone with its record",
    ),
    pytest.param(
        NAME,
        Sighting(HOST, TO_THE_ENDPOINT, (stopped(PRIVATE),)),
        (PROVEN, REFUTED, UNPROVABLE),
        "the endpoint is gone or not approved",
        id="nobody listens at the endpoint's address",
    ),
    pytest.param(
        NAME,
        Sighting(HOST, Lookup(Found.NO_NAME, (HOST, ALIAS))),
        (REFUTED, UNPROVABLE, UNPROVABLE),
        "The A record is missing from privatelink.openai.azure.com, or under the resolution policy Default",
        id="the record is missing",
    ),
    pytest.param(
        NAME,
        Sighting(HOST, Lookup(Found.NO_ADDRESS, (HOST, ALIAS))),
        (REFUTED, UNPROVABLE, UNPROVABLE),
        "The A record is missing",
        id="the record is empty",
    ),
    pytest.param(
        NAME,
        Sighting(HOST, Lookup(Found.NO_NAME, (HOST,))),
        (REFUTED, UNPROVABLE, UNPROVABLE),
        "The resolver does not know openai.azure.com: it must ask 168.63.129.16 for it",
        id="only the privatelink zone is forwarded",
    ),
    pytest.param(
        replace(NAME, is_registered=False),
        Sighting(HOST, TO_THE_INTERNET, (at(PUBLIC, status=403, text=DISABLED),)),
        (REFUTED, PROVEN, REFUTED),
        "The zone is not linked to the network of this resolver",
        id="the link is missing",
    ),
    pytest.param(
        NAME,
        Sighting(HOST, TO_THE_INTERNET, (at(PUBLIC, status=403, text=DISABLED),)),
        (REFUTED, PROVEN, REFUTED),
        "This resolver does not forward openai.azure.com",
        id="the resolver does not ask the linked zone",
    ),
    pytest.param(
        NAME,
        Sighting(HOST, TO_THE_INTERNET, (at(PUBLIC, status=403, text=BY_RULES),)),
        (REFUTED, PROVEN, REFUTED),
        "Only selected networks are let in, and DNS gives the public address inside.",
        id="the public way, where this network is not selected",
    ),
    pytest.param(
        NAME,
        Sighting(HOST, TO_THE_INTERNET, (at(PUBLIC),)),
        (REFUTED, PROVEN, REFUTED),
        "Clients inside are let in, but not by the private endpoint.",
        id="the public way, and it is open",
    ),
    pytest.param(
        NAME,
        Sighting(HOST, TO_THE_ENDPOINT, (at(PRIVATE, status=403, text=BY_HOST),)),
        (PROVEN, PROVEN, REFUTED),
        "The call came in by the name of a region, although DNS gives the endpoint's address",
        id="the region's name",
    ),
    pytest.param(
        NAME,
        Sighting(HOST, TO_THE_ENDPOINT, (at(PRIVATE, status=404, text="Resource not found"),)),
        (PROVEN, PROVEN, UNPROVABLE),
        "",
        id="a path that this kind does not know",
    ),
    pytest.param(
        NAME,
        Sighting(HOST, TO_THE_ENDPOINT, (at(PRIVATE, status=401, text=DISABLED),)),
        (PROVEN, PROVEN, PROVEN),
        "",
        id="the words of a refusal under another status",
    ),
    pytest.param(
        NAME,
        Sighting(HOST, TO_THE_ENDPOINT, (stopped(PRIVATE, Reached.UNTRIED),)),
        (PROVEN, UNPROVABLE, UNPROVABLE),
        "",
        id="the proxy lets nobody through",
    ),
    pytest.param(
        NAME, Sighting(HOST, MUTE), (UNPROVABLE, UNPROVABLE, UNPROVABLE), "", id="no resolver"
    ),
]


@pytest.mark.parametrize(("name", "seen", "expected", "diagnosis"), INSIDE_TABLE)
def test_what_is_seen_inside_is_judged(
    name: Name, seen: Sighting, expected: tuple[Standing, ...], diagnosis: str
) -> None:
    inside = proof(seen, of=Subject((name,))).statements[:3]

    assert expected == tuple(statement.standing for statement in inside)
    assert diagnosis in told(inside)


def test_a_networks_own_servers_are_named_when_they_do_not_forward() -> None:
    seen = Sighting(HOST, TO_THE_INTERNET, (at(PUBLIC, status=403, text=DISABLED),))

    resolves = proof(seen, of=Subject((NAME,), dns_servers=("10.9.0.4",))).statements[0]

    assert resolves.diagnosis == (
        "The network's own DNS servers (10.9.0.4) do not forward openai.azure.com to 168.63.129.16, although zone and "
        "record are right."
    )


UNSURE_TABLE = [
    pytest.param(
        Sighting(HOST, TO_THE_INTERNET, (at(PUBLIC, status=403, text=DISABLED),)),
        (UNPROVABLE, UNPROVABLE, UNPROVABLE),
        "Latch may be outside the network itself",
        id="a public answer may be right where Latch is",
    ),
    pytest.param(
        Sighting(HOST, TO_THE_ENDPOINT, (stopped(PRIVATE),)),
        (PROVEN, UNPROVABLE, UNPROVABLE),
        "There may be no route from where Latch runs.",
        id="the right address and no route to it",
    ),
    pytest.param(
        Sighting(HOST, leads(ELSEWHERE), (stopped(ELSEWHERE),)),
        (REFUTED, REFUTED, UNPROVABLE),
        "The A record points elsewhere.",
        id="a wrong record is wrong from everywhere",
    ),
    pytest.param(INSIDE, (PROVEN, PROVEN, PROVEN), "", id="what is seen is seen"),
]


@pytest.mark.parametrize(("seen", "expected", "diagnosis"), UNSURE_TABLE)
def test_without_a_resolver_named_inside_nothing_public_is_held_against_the_account(
    seen: Sighting, expected: tuple[Standing, ...], diagnosis: str
) -> None:
    inside = proof(seen, is_sure=False).statements[:3]

    assert expected == tuple(statement.standing for statement in inside)
    assert diagnosis in told(inside)


SELECTED = Subject((NAME,), rules_refuse=True)
PRIVATE_ONLY = Subject((NAME,))
OUTSIDE_TABLE = [
    pytest.param(PRIVATE_ONLY, (at(PUBLIC, status=403, text=DISABLED),), PROVEN, id="disabled"),
    pytest.param(SELECTED, (at(PUBLIC, status=403, text=DISABLED),), PROVEN, id="stricter"),
    pytest.param(SELECTED, (at(PUBLIC, status=403, text=BY_RULES),), PROVEN, id="not selected"),
    pytest.param(
        PRIVATE_ONLY, (at(PUBLIC, status=403, text=BY_RULES),), REFUTED, id="selected by somebody"
    ),
    pytest.param(PRIVATE_ONLY, (at(PUBLIC),), REFUTED, id="a stranger is asked for a key"),
    pytest.param(PRIVATE_ONLY, (at(PUBLIC, status=200, text=""),), REFUTED, id="or needs none"),
    pytest.param(SELECTED, (at(PUBLIC),), REFUTED, id="selected networks that are everybody"),
    pytest.param(
        PRIVATE_ONLY,
        (at(PUBLIC, status=403, text=DISABLED), at("203.0.113.8")),
        REFUTED,
        id="one of two addresses is open",
    ),
    pytest.param(
        PRIVATE_ONLY, (at(PUBLIC, status=403, text="Forbidden"),), UNPROVABLE, id="another 403"
    ),
    pytest.param(
        PRIVATE_ONLY, (at(PUBLIC, status=404, text=DISABLED),), UNPROVABLE, id="another status"
    ),
    pytest.param(PRIVATE_ONLY, (stopped(PUBLIC),), UNPROVABLE, id="a connection that fails"),
    pytest.param(
        PRIVATE_ONLY,
        (at(PUBLIC, status=403, text=DISABLED), stopped("203.0.113.8")),
        UNPROVABLE,
        id="one of two addresses is mute",
    ),
    pytest.param(PRIVATE_ONLY, (), UNPROVABLE, id="no call was made"),
]


@pytest.mark.parametrize(("of", "calls", "expected"), OUTSIDE_TABLE)
def test_only_the_documented_refusal_proves_that_the_internet_is_refused(
    of: Subject, calls: tuple[Call, ...], expected: Standing
) -> None:
    refuses = proof(outside=Sighting(HOST, TO_THE_INTERNET, calls), of=of).statements[3]

    assert refuses.standing is expected


@pytest.mark.parametrize(
    ("outside", "why"),
    [
        pytest.param(None, "LATCH_PROBE_PUBLIC_RESOLVER is not set", id="no view"),
        pytest.param(Sighting(HOST, MUTE), "it timed out", id="no resolver"),
        pytest.param(Sighting(HOST, Lookup(Found.NO_NAME, (HOST,))), "no such name", id="no name"),
        pytest.param(Sighting("other.openai.azure.com", MUTE), "no answer", id="not looked at"),
        pytest.param(INSIDE, f"{ALIAS} -> {PRIVATE}", id="a resolver that is inside"),
        pytest.param(
            Sighting(HOST, leads(PUBLIC), (at(PUBLIC, status=403, text=DISABLED),)),
            PUBLIC,
            id="a resolver with a zone of its own",
        ),
    ],
)
def test_what_cannot_be_seen_from_outside_is_unprovable(outside: Sighting | None, why: str) -> None:
    refuses = proof(outside=outside).statements[3]

    assert refuses.standing is UNPROVABLE
    assert why in refuses.evidence


def test_a_name_that_was_not_looked_at_is_unprovable() -> None:
    assert standings(proof(None)) == (UNPROVABLE, PROVEN)


def test_without_an_endpoint_wanted_only_the_refusal_is_looked_for() -> None:
    seen = Sighting(HOST, TO_THE_INTERNET, (at(PUBLIC, status=403, text=DISABLED),))
    found = proof(seen, of=Subject((NOWHERE,), has_path=False))

    assert found.holds
    assert found.statements[0].evidence == "no private endpoint is wanted"


def test_an_account_without_names_of_its_own_is_not_proven() -> None:
    found = prove(Subject(()), Views(()))

    assert standings(found) == (UNPROVABLE,)
    assert not found.holds
    assert found.summary.startswith("Nothing could be proven: the account has no custom subdomain")


def test_a_proof_does_not_hold_when_nothing_could_be_seen() -> None:
    found = proof(Sighting(HOST, MUTE), None)

    assert not found.holds
    assert "it timed out" in found.summary


def test_the_summary_tells_the_first_refutation_with_its_diagnosis() -> None:
    found = proof(Sighting(HOST, leads(ELSEWHERE), (stopped(ELSEWHERE),)))

    assert not found.holds
    assert found.summary == (
        f"Not so: {HOST} resolves inside to {PRIVATE} (1 more). The A record points elsewhere."
    )


def test_the_summary_counts_what_could_not_be_looked_at() -> None:
    assert proof(outside=None).summary == (
        "All 3 claims that could be looked at are proven; 1 could not be looked at."
    )


def the_subject(
    kind: str = "OpenAI",
    *,
    of: Endpoint | None = None,
    zones: tuple[Zone, ...] = (zone(),),
    subdomain: str | None = "latch-demo",
) -> Subject:
    return subject(
        account(kind, subdomain=subdomain),
        Network((), zones, VNET),
        of,
        zone_names(kind),
        wants_endpoint=True,
        wants_selected=False,
    )


def test_each_zone_of_an_account_is_a_name_that_must_lead_to_its_own_address() -> None:
    three = the_subject(AI_SERVICES, of=endpoint(AI_SERVICES), zones=(zone(COGNITIVE_ZONE),))

    assert three == Subject(
        (
            Name(
                "latch-demo.cognitiveservices.azure.com", (IPS[COGNITIVE_ZONE],), is_registered=True
            ),
            Name("latch-demo.openai.azure.com", (IPS[OPENAI_ZONE],)),
            Name("latch-demo.services.ai.azure.com", (IPS[SERVICES_ZONE],)),
        )
    )
    assert three.hosts[1] == HOST
    assert three.names[1].alias == ALIAS


def test_names_have_no_case() -> None:
    told = Address(PRIVATE, "default", ("Latch-Demo.OpenAI.azure.com",))
    shouted = the_subject(of=endpoint(addresses=(told,)), subdomain="LATCH-demo")

    assert shouted.names == (NAME,)


@pytest.mark.parametrize(
    ("zones", "is_registered"),
    [
        pytest.param((zone(),), True, id="zone, record and link"),
        pytest.param((), False, id="no zone"),
        pytest.param((zone(record=None),), False, id="no record"),
        pytest.param((zone(record=record(addresses=(ELSEWHERE,))),), False, id="another record"),
        pytest.param((zone(links=()),), False, id="no link"),
        pytest.param((zone(COGNITIVE_ZONE),), False, id="another zone"),
    ],
)
def test_a_name_is_registered_when_zone_record_and_link_are_right(
    zones: tuple[Zone, ...], *, is_registered: bool
) -> None:
    assert the_subject(of=endpoint(), zones=zones).names[0].is_registered is is_registered


def test_without_an_endpoint_a_name_has_no_address_to_lead_to() -> None:
    assert the_subject(zones=(zone(record=record(addresses=())),)).names == (NOWHERE,)


def test_without_a_subdomain_there_is_no_name() -> None:
    assert the_subject(subdomain=None).hosts == ()


@pytest.mark.parametrize(
    ("access", "perimeters", "wants_selected", "rules_refuse"),
    [
        pytest.param("Disabled", (), False, False, id="private only"),
        pytest.param("Enabled", (), True, True, id="a profile of selected networks"),
        pytest.param("SecuredByPerimeter", (), False, True, id="in the hands of a perimeter"),
        pytest.param("Disabled", (Perimeter("p", "Enforced"),), False, True, id="in a perimeter"),
    ],
)
def test_rules_may_refuse_where_they_are_in_charge(
    access: str, perimeters: tuple[Perimeter, ...], *, wants_selected: bool, rules_refuse: bool
) -> None:
    found = subject(
        account(public_network_access=access),
        Network(perimeters=perimeters),
        None,
        (),
        wants_endpoint=False,
        wants_selected=wants_selected,
    )

    assert found == Subject((), has_path=False, rules_refuse=rules_refuse)


def test_an_endpoint_that_nobody_asked_for_is_a_path_too() -> None:
    found = subject(
        COMPLIANT, Network(), endpoint(), (), wants_endpoint=False, wants_selected=False
    )

    assert found.has_path
