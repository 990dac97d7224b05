"""Hub and spokes: endpoints and zones are the hub's, and clients of every network reach each account by them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.harness.lab import LATCH, Lab, Plan
from tests.harness.people import Person
from tests.harness.physics.seeding import Seeding
from tests.harness.physics.types import LINK
from tests.harness.witness import Outcome
from tests.harness.world import Resource
from tests.harness.worlds import ACCOUNTS, HUB, SUBSCRIPTION, Hub, hub_and_spokes, zones_of
from tests.scenarios import policies
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import OPENAI_ZONE, Story

KINDS = [("aoai-spoken", "OpenAI"), ("ais-spoken", "AIServices")]


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the stories take place: accounts in one subscription, what they share in another."""

    lab: Lab
    shared: Seeding
    hub: Hub


@pytest.fixture(scope="module")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    """Links are shared by all accounts: each story ends with all as it was. Latch hears of both subscriptions."""
    policy = policies.written(tmp_path_factory.mktemp("policy"), profiles=policies.HUB_PROFILES)
    plan = Plan(world="empty", policy=policy, settings=NEVER, watched=(SUBSCRIPTION, HUB))
    async with Lab(plan) as lab:
        shared = Seeding(lab.physics, HUB)
        hub = hub_and_spokes(shared, lab.seeding)
        yield Ground(lab, shared, hub)


@pytest.fixture(scope="module")
def lab(ground: Ground) -> Lab:
    return ground.lab


class HubStory(Story):
    """One account whose endpoint and names are the hub's, and whose clients are in three networks."""

    def __init__(self, ground: Ground, name: str) -> None:
        super().__init__(ground.lab, name)
        self.zones = ground.hub.zones
        self.endpoint_id = ground.shared.id(
            "rg-hub", "Microsoft.Network/privateEndpoints", f"pe-{name}"
        )
        self.networks = (ground.hub.network.id, *(spoke.id for spoke in ground.hub.spokes))

    def zone_id(self, zone: str = OPENAI_ZONE) -> str:
        return self.zones[zone].id


def built(ground: Ground, name: str, kind: str = "OpenAI") -> HubStory:
    """An account with its whole private path."""
    account = ground.lab.seeding.account(name, ACCOUNTS, kind=kind)
    subnet = f"{ground.hub.network.id}/subnets/snet-endpoints"
    endpoint = ground.shared.private_endpoint(
        f"pe-{name}", "rg-hub", account=account, subnet_id=subnet
    )
    ground.shared.zone_group(endpoint, [ground.hub.zones[zone] for zone in zones_of(kind)])
    return HubStory(ground, name)


@pytest.fixture(scope="module")
async def known(ground: Ground) -> Ground:
    """The same, with an account of either kind that Latch knows."""
    for name, kind in KINDS:
        await built(ground, name, kind).rechecked()
    return ground


@pytest.fixture
def openai(known: Ground) -> HubStory:
    return HubStory(known, "aoai-spoken")


@pytest.fixture
def foundry(known: Ground) -> HubStory:
    return HubStory(known, "ais-spoken")


@pytest.fixture(params=[name for name, _ in KINDS])
def story(known: Ground, request: pytest.FixtureRequest) -> HubStory:
    """Each of the two."""
    return HubStory(known, request.param)


def link_of(ground: Ground, network: Resource, zone: str = OPENAI_ZONE) -> str:
    links = ground.lab.world.children(ground.hub.zones[zone].id, LINK)
    [found] = (each.id for each in links if each.properties["virtualNetwork"]["id"] == network.id)
    return found


@contextmanager
def held_back(lab: Lab) -> Iterator[None]:
    """Events wait for the clock, so there is time to see what clients see before Latch is told."""
    lab.grid.trouble.delay = 5
    yield
    lab.grid.trouble.delay = 0


def linked(ground: Ground, zone: str = OPENAI_ZONE) -> set[str]:
    """The networks that are linked to a zone."""
    links = ground.lab.world.children(ground.hub.zones[zone].id, LINK)
    return {each.properties["virtualNetwork"]["id"] for each in links}


async def test_a_removed_link_of_one_spoke_comes_back_and_the_others_never_notice(
    ground: Ground, robin: Person, openai: HubStory, foundry: HubStory
) -> None:
    lab, (east, west) = ground.lab, ground.hub.spokes
    kept = {link_of(ground, each) for each in (ground.hub.network, west)}

    with held_back(lab):
        await robin.delete(link_of(ground, east))
        await lab.clock.advance(lab.world.switches.zone_seconds)
        assert [True, False, True] == [each.ok for each in await openai.inside()]
        assert 8 == [each.ok for each in await foundry.inside()].count(True)
    await lab.settled()

    assert set(openai.networks) == linked(ground)
    assert kept < {each.id for each in lab.world.children(openai.zone_id(), LINK)}
    for story in (openai, foundry):
        assert ["Restored"] == story.told
        assert {"zone-link"} == story.rules
        assert {"Robin Example"} == story.actors
        assert [] == story.writes
        assert [] == story.strays(link_of(ground, east))
        assert await story.is_private()


async def test_a_deleted_endpoint_is_rebuilt_in_the_hub(
    ground: Ground, robin: Person, story: HubStory
) -> None:
    zones = story.zone_groups

    await robin.delete(story.endpoint_id)
    await ground.lab.settled()

    assert ["PUT privateEndpoints", "PUT privateDnsZoneGroups"] == story.writes
    assert zones == story.zone_groups
    assert ["Restored"] == story.told
    assert {"Robin Example"} == story.actors
    assert [] == story.strays()
    assert await story.is_private()


async def test_a_record_in_the_shared_zone_comes_back_and_that_of_a_neighbor_is_not_touched(
    ground: Ground, robin: Person, openai: HubStory, foundry: HubStory
) -> None:
    before = ground.lab.world.everything()[foundry.record_id()]["etag"]

    await robin.delete(openai.record_id())
    await ground.lab.settled()

    assert ["PUT A"] == openai.writes
    assert openai.addresses == openai.record()
    assert before == ground.lab.world.everything()[foundry.record_id()]["etag"]
    assert [] == openai.strays()
    assert await openai.is_private()
    assert await foundry.is_private()


async def test_a_deleted_zone_of_the_hub_comes_back_with_every_link_and_record(
    ground: Ground, robin: Person, openai: HubStory, foundry: HubStory
) -> None:
    """Azure deletes no zone that has links, so they go first; the events come when all is gone."""
    lab, zone = ground.lab, ground.hub.zones[OPENAI_ZONE]

    with held_back(lab):
        for link in tuple(lab.world.children(zone.id, LINK)):
            await robin.delete(link.id)
        await lab.clock.advance(lab.world.switches.zone_seconds)
        await robin.delete(zone.id)
    await lab.settled()

    assert set(openai.networks) == linked(ground)
    assert [True, True] == [await story.is_private() for story in (openai, foundry)]


async def test_a_spoke_that_a_zone_of_its_own_took_is_told_and_the_others_are_answered(
    ground: Ground, robin: Person, openai: HubStory
) -> None:
    lab, (east, west) = ground.lab, ground.hub.spokes
    lab.seeding.resource_group("rg-east-team")
    rival = lab.seeding.zone(OPENAI_ZONE, "rg-east-team")

    lab.grid.trouble.drop = 1
    await robin.delete(link_of(ground, east))
    await lab.clock.advance(lab.world.switches.zone_seconds)
    theirs = lab.seeding.link(rival, east)
    await lab.swept()

    assert ["Stalled"] == openai.told
    assert f"linked to {rival.id} instead" in openai.evidence
    assert {ground.hub.network.id, west.id} == linked(ground)
    assert [True, False, True] == [each.ok for each in await openai.inside()]
    assert [] == openai.strays()

    await robin.delete(theirs.id)
    await lab.clock.advance(lab.world.switches.zone_seconds)
    await lab.swept()
    assert await openai.is_private()


async def test_a_spoke_without_a_link_is_led_by_the_resolver_of_the_hub(
    ground: Ground, robin: Person
) -> None:
    """The spoke asks the hub's inbound endpoint: it is the hub's link that counts for its clients."""
    lab, hub = ground.lab, ground.hub.network
    ground.shared.dns_resolver(
        "resolver", "rg-hub", subnet_id=f"{hub.id}/subnets/snet-apps", address="10.30.128.4"
    )
    spoke = lab.seeding.virtual_network(
        "vnet-forwarding",
        "rg-spokes",
        location="japaneast",
        prefix="10.33.0.0/16",
        subnets={"snet-apps": "10.33.0.0/24"},
        dns_servers=["10.30.128.4"],
    )
    story = built(ground, "ais-forwarded", "AIServices")
    story.networks = (hub.id, spoke.id)
    await story.rechecked()
    assert await story.is_private()

    with held_back(lab):
        await robin.delete(link_of(ground, hub))
        await lab.clock.advance(lab.world.switches.zone_seconds)
        outcomes = [each.outcome for each in await story.inside()]
        assert 2 == outcomes.count(Outcome.FORBIDDEN)
    await lab.settled()

    assert ["Restored"] == story.told
    assert [] == story.strays(link_of(ground, hub))
    assert await story.is_private()


async def test_without_rights_in_the_hub_a_person_is_told_what_is_missing(
    ground: Ground, robin: Person, story: HubStory
) -> None:
    ground.lab.roles.remove(LATCH.object_id, "Latch network", f"/subscriptions/{HUB}")

    await robin.opens(story.id)
    await robin.delete(story.endpoint_id)
    await ground.lab.settled()

    assert "Disabled" == story.account["publicNetworkAccess"]
    assert 1 == story.told.count("Stalled")
    stalled = next(a for a in story.alerts if a["type"].endswith("Stalled"))
    assert "Microsoft.Network/" in stalled["data"]["headline"]
    assert [] == story.strays()

    ground.lab.roles.assign(LATCH.object_id, "Latch network", f"/subscriptions/{HUB}")
    for name, _ in KINDS:
        await HubStory(ground, name).rechecked()
    assert await story.is_private()
