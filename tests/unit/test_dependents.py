"""From a changed endpoint, zone, link or record to the accounts it serves."""

from collections.abc import Mapping

import pytest

from remediation import dependents
from remediation.dependents import Sources
from remediation.errors import Forbidden, RemediationError, Unavailable
from remediation.ids import ResourceId
from remediation.observed import Account
from tests.unit.fakes import MemoryCloud, MemoryFleet, MemoryLedger

WORK = "5a1e0001-7c20-4d0f-9b11-2f60c1d7a001"
NET = f"/subscriptions/{WORK}/resourceGroups/rg-net/providers/Microsoft.Network"
ENDPOINT = ResourceId.parse(f"{NET}/privateEndpoints/pe-chat")
GROUP = ENDPOINT.child("privateDnsZoneGroups", "default")
ZONE = ResourceId.parse(f"{NET}/privateDnsZones/privatelink.openai.azure.com")
LINK = ZONE.child("virtualNetworkLinks", "link-hub")
RECORD = ZONE.child("A", "Chat")


def account(name: str, subdomain: str | None = None, subscription: str = WORK) -> Account:
    id_ = ResourceId.parse(
        f"/subscriptions/{subscription}/resourceGroups/rg-ai"
        f"/providers/Microsoft.CognitiveServices/accounts/{name}"
    )
    return Account(
        id=id_,
        kind="OpenAI",
        location="swedencentral",
        subdomain=subdomain or name,
        public_network_access="Disabled",
        acls=None,
        state="Succeeded",
    )


CHAT, VISION, SPEECH = account("chat"), account("vision"), account("speech")
EVERYONE = (CHAT, VISION, SPEECH)


def sources(
    targets: Mapping[ResourceId, tuple[ResourceId, ...]] | None = None,
    index: Mapping[ResourceId, tuple[ResourceId, ...]] | None = None,
    accounts: tuple[Account, ...] = EVERYONE,
    broken: Mapping[ResourceId, RemediationError] | None = None,
) -> Sources:
    cloud = MemoryCloud(accounts=accounts, targets=targets or {}, broken=broken or {})
    return Sources(cloud, MemoryLedger(serves=dict(index or {})), MemoryFleet(accounts), (WORK,))


def everyone(_: Account) -> bool:
    return True


def nobody(_: Account) -> bool:
    return False


def only_speech(each: Account) -> bool:
    return each.id == SPEECH.id


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param(CHAT.id, id="an account"),
        pytest.param(CHAT.id.child("privateEndpointConnections", "pe.guid"), id="a connection"),
    ],
)
async def test_an_account_names_itself(resource: ResourceId) -> None:
    world = sources(accounts=())

    assert (CHAT.id,) == await dependents.accounts_for(resource, world, nobody)


@pytest.mark.parametrize("resource", [ENDPOINT, GROUP])
async def test_an_endpoint_that_is_there_says_whom_it_serves(resource: ResourceId) -> None:
    world = sources(targets={ENDPOINT: (CHAT.id,)}, index={VISION.id: (ENDPOINT,)})

    assert (CHAT.id,) == await dependents.accounts_for(resource, world, nobody)


@pytest.mark.parametrize("resource", [ENDPOINT, GROUP])
async def test_an_endpoint_that_is_gone_is_found_in_the_index(resource: ResourceId) -> None:
    world = sources(index={CHAT.id: (ENDPOINT, ZONE), VISION.id: (ZONE,)})

    assert (CHAT.id,) == await dependents.accounts_for(resource, world, nobody)


async def test_an_endpoint_that_may_not_be_read_is_found_in_the_index() -> None:
    world = sources(index={CHAT.id: (ENDPOINT,)}, broken={ENDPOINT: Forbidden("no read")})

    assert (CHAT.id,) == await dependents.accounts_for(ENDPOINT, world, nobody)


async def test_an_endpoint_that_cannot_be_read_now_is_asked_again_later() -> None:
    world = sources(index={CHAT.id: (ENDPOINT,)}, broken={ENDPOINT: Unavailable("busy")})

    with pytest.raises(Unavailable):
        await dependents.accounts_for(ENDPOINT, world, nobody)


@pytest.mark.parametrize("resource", [ZONE, LINK])
async def test_a_zone_and_its_links_serve_all_that_the_index_knows(resource: ResourceId) -> None:
    world = sources(index={CHAT.id: (ZONE,), VISION.id: (ZONE,), SPEECH.id: (ENDPOINT,)})

    assert (CHAT.id, VISION.id) == await dependents.accounts_for(resource, world, nobody)


ALL_IN_ZONE = {each.id: (ZONE,) for each in EVERYONE}


async def test_a_record_serves_the_account_whose_subdomain_it_is() -> None:
    assert (CHAT.id,) == await dependents.accounts_for(RECORD, sources(index=ALL_IN_ZONE), nobody)


@pytest.mark.parametrize(
    ("accounts", "broken"),
    [
        pytest.param(
            (account("chat", "talk"), account("vision", "chat"), SPEECH),
            {},
            id="another account has the name as its subdomain",
        ),
        pytest.param((VISION, SPEECH), {}, id="the account of that name is gone"),
        pytest.param(EVERYONE, {CHAT.id: Forbidden("no read")}, id="the account may not be read"),
    ],
)
async def test_a_record_serves_all_of_its_zone_when_one_account_cannot_be_proven(
    accounts: tuple[Account, ...], broken: dict[ResourceId, RemediationError]
) -> None:
    world = sources(index=ALL_IN_ZONE, accounts=accounts, broken=broken)

    expected = tuple(each.id for each in EVERYONE)

    assert expected == await dependents.accounts_for(RECORD, world, nobody)


@pytest.mark.parametrize("resource", [ENDPOINT, GROUP, ZONE, LINK, RECORD])
async def test_what_nobody_remembers_concerns_whom_the_policy_ties_to_it(
    resource: ResourceId,
) -> None:
    assert (SPEECH.id,) == await dependents.accounts_for(resource, sources(), only_speech)


async def test_a_record_that_nobody_remembers_concerns_the_account_of_that_subdomain() -> None:
    named = account("talk", "chat")
    world = sources(accounts=(VISION, named))

    assert (named.id,) == await dependents.accounts_for(RECORD, world, everyone)


async def test_a_record_of_no_subdomain_concerns_all_that_are_tied_to_its_zone() -> None:
    world = sources(accounts=(VISION, SPEECH))

    assert (VISION.id, SPEECH.id) == await dependents.accounts_for(RECORD, world, everyone)


async def test_what_concerns_nobody_yields_nobody() -> None:
    assert await dependents.accounts_for(ZONE, sources(), nobody) == ()


async def test_accounts_of_other_subscriptions_are_left_alone() -> None:
    elsewhere = account("chat", subscription="0ddba110-0000-4000-8000-00000000000b")
    world = sources(accounts=(elsewhere,))

    assert await dependents.accounts_for(ZONE, world, everyone) == ()


async def test_an_account_is_named_once() -> None:
    twice = ResourceId.parse(CHAT.id.text.upper())
    world = sources(targets={ENDPOINT: (CHAT.id, VISION.id, twice)})

    assert (CHAT.id, VISION.id) == await dependents.accounts_for(ENDPOINT, world, nobody)


async def test_the_fleet_is_not_asked_for_what_the_index_knows() -> None:
    fleet = MemoryFleet(EVERYONE)
    world = Sources(MemoryCloud(), MemoryLedger(serves={CHAT.id: (ZONE,)}), fleet, (WORK,))

    await dependents.accounts_for(ZONE, world, everyone)

    assert fleet.looks == 0
