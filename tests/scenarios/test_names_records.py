"""Who writes the records: Latch itself, or somebody else, whose zones are never written to."""

from collections.abc import AsyncIterator

import pytest

from tests.harness.lab import Lab, Plan
from tests.harness.people import Person
from tests.harness.world import Json
from tests.harness.worlds import NETWORK, ZONES, zones_of
from tests.scenarios import connections, policies
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import OPENAI_ZONE, Story, recheck

KINDS = [("aoai", "OpenAI"), ("ais", "AIServices")]


@pytest.fixture(scope="module")
async def lab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    policy = policies.written(tmp_path_factory.mktemp("policy"), profiles=policies.PATH_PROFILES)
    async with Lab(Plan(policy=policy, rights="rebuild", settings=NEVER)) as lab:
        lab.world.switches.connection_delete_seconds = 0
        yield lab


def unregistered(lab: Lab, name: str, kind: str) -> Story:
    """An account with an endpoint that has no zone group."""
    account = lab.seeding.account(name, "rg-ai-prod", kind=kind)
    lab.seeding.private_endpoint(
        f"pe-{name}", NETWORK, account=account, subnet_id=lab.places.subnet_id
    )
    return Story(lab, name)


def kept_by_others(lab: Lab, name: str, kind: str) -> Story:
    """The same, with records that another tool wrote."""
    story = unregistered(lab, name, kind)
    for zone, address in zip(zones_of(kind), story.addresses, strict=True):
        lab.seeding.record(lab.places.zones[zone], name, [address])
    story.begins()
    return story


async def proven(story: Story) -> list[Json]:
    """What a recheck says of the way in that the names lead to."""
    _, report = await recheck(story.lab, {"account": story.id})
    statements: list[Json] = report["proof"]["statements"]
    return [each for each in statements if "resolves inside to" in each["claim"]]


def standings(statements: list[Json]) -> list[str]:
    return [each["standing"] for each in statements]


# Latch writes them ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("prefix", "kind"), KINDS)
async def test_latch_writes_every_record_and_no_zone_group(
    lab: Lab, robin: Person, prefix: str, kind: str
) -> None:
    story = unregistered(lab, f"{prefix}-nameless-writing", kind)

    await robin.patch(story.id, {"tags": {"team": "search"}})
    await lab.settled()

    zones = zones_of(kind)
    assert ["PUT A"] * len(zones) == story.writes
    assert [[address] for address in story.addresses] == [story.record(zone) for zone in zones]
    assert {} == story.zone_groups
    assert ["Restored"] == story.told
    assert [] == story.strays()
    assert await story.is_private()


async def test_a_record_of_latch_that_is_deleted_or_misled_comes_back(
    lab: Lab, robin: Person
) -> None:
    story = unregistered(lab, "ais-misled-writing", "AIServices")
    await story.rechecked()

    await robin.delete(story.record_id(ZONES[0]))
    await robin.points(story.zone_id(), story.name, "10.99.0.4")
    await lab.settled()

    assert [[address] for address in story.addresses] == [story.record(zone) for zone in ZONES]
    assert ["PUT A", "PUT A"] == story.writes
    assert {"record"} == story.rules
    assert {"Robin Example"} == story.actors
    assert await story.is_private()


async def test_a_rebuilt_endpoint_gets_its_record_from_latch(lab: Lab, robin: Person) -> None:
    """The platform deletes no record of a zone group that is not there: the name leads to the old address till then."""
    story = unregistered(lab, "aoai-removed-writing", "OpenAI")
    await story.rechecked()

    await robin.delete(connections.of(story)["id"])
    await lab.settled()

    assert ["DELETE privateEndpoints", "PUT privateEndpoints"] == story.writes[:2]
    assert story.addresses == story.record()
    assert {} == story.zone_groups
    assert [] == story.strays()
    assert await story.is_private()


# Somebody else writes them --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("prefix", "kind"), KINDS)
async def test_records_that_others_keep_are_proven_through_a_resolver(
    lab: Lab, prefix: str, kind: str
) -> None:
    story = kept_by_others(lab, f"{prefix}-kept-external", kind)

    statements = await proven(story)

    assert ["proven"] * len(zones_of(kind)) == standings(statements)
    assert [] == story.writes
    assert await story.is_private()


@pytest.mark.parametrize(("prefix", "kind"), KINDS)
async def test_a_record_of_others_that_misleads_is_never_written_and_the_proof_tells(
    lab: Lab, robin: Person, prefix: str, kind: str
) -> None:
    story = kept_by_others(lab, f"{prefix}-misled-external", kind)

    await robin.points(story.zone_id(), story.name, "10.99.0.4")
    await lab.settled()
    statements = await proven(story)

    assert ["10.99.0.4"] == story.record()
    assert 1 == standings(statements).count("refuted")
    assert "The A record points elsewhere." in {each["diagnosis"] for each in statements}
    assert [] == story.writes
    assert [] == story.strays()


async def test_a_missing_record_of_others_is_never_written_and_the_proof_tells(
    lab: Lab, robin: Person
) -> None:
    story = kept_by_others(lab, "aoai-nameless-external", "OpenAI")

    await robin.delete(story.record_id())
    await lab.settled()
    statements = await proven(story)

    assert [] == story.record()
    assert ["refuted"] == standings(statements)
    assert [] == story.strays()


async def test_a_deleted_endpoint_comes_back_and_its_names_are_left_to_others(
    lab: Lab, robin: Person
) -> None:
    story = kept_by_others(lab, "aoai-cut-off-external", "OpenAI")
    before = lab.world.everything()[story.record_id()]["etag"]

    await robin.delete(story.endpoint_id)
    await lab.settled()

    assert ["PUT privateEndpoints"] == story.writes
    assert {} == story.zone_groups
    assert before == lab.world.everything()[story.record_id(OPENAI_ZONE)]["etag"]
    assert ["Restored"] == story.told
    assert "proof" in story.alerts[0]["data"]
    assert [] == story.strays()


async def test_names_of_others_that_go_on_misleading_are_told_to_a_person(
    lab: Lab, robin: Person
) -> None:
    """Resolvers keep an old answer for a while, so people hear of it when the patience ends."""
    story = kept_by_others(lab, "aoai-misled-on-external", "OpenAI")
    await robin.points(story.zone_id(), story.name, "10.99.0.4")
    await lab.settled()

    status, report = await recheck(lab, {"account": story.id, "mode": "enforce"})
    await lab.settled()

    assert (202, "waiting", ["proof"]) == (
        status,
        report["verdict"],
        [drift["rule"] for drift in report["drifts"]],
    )
    assert ["Stalled"] == story.told
    assert "Not so: " in story.alerts[0]["data"]["headline"]
    assert [] == story.strays()
