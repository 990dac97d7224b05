"""A connection that was rejected or removed never carries traffic again: where the policy says so, it is built anew.

The endpoint comes back under its name, with the same addresses and settings. Only the declared endpoint of the account
itself is ever deleted, and only with the role that allows it.
"""

from collections.abc import AsyncIterator

import pytest

from tests.harness.lab import LATCH, Lab
from tests.harness.people import Person
from tests.harness.world import Json
from tests.harness.worlds import NETWORK, SUBSCRIPTION, ZONES
from tests.scenarios import connections
from tests.scenarios.story import Story


@pytest.fixture(scope="module")
async def lab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    async with Lab(connections.plan(tmp_path_factory.mktemp("policy"))) as lab:
        yield lab


async def test_a_rejected_connection_is_built_anew(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-rejected-rebuilt")
    before = story.endpoint.properties["resourceGuid"]

    await connections.answer(robin, connections.of(story), "Rejected")
    assert [False] == [each.ok for each in await story.inside()]
    await lab.settled()

    assert connections.REBUILT == story.writes
    assert before != story.endpoint.properties["resourceGuid"]
    assert "Approved" == story.connection
    assert ["Restored"] == story.told
    assert {"Robin Example"} == story.actors
    assert "connection-state" in story.rules
    assert [] == story.strays()
    assert await story.is_private()


async def test_a_removed_connection_is_built_anew_with_each_member_and_zone(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "ais-removed-rebuilt", "AIServices")

    await robin.delete(connections.of(story)["id"])
    assert "Disconnected" == story.connection
    await lab.settled()

    assert connections.REBUILT == story.writes
    assert {"default": list(ZONES)} == story.zone_groups
    assert ["Restored"] == story.told
    assert {"Robin Example"} == story.actors
    assert [] == story.strays()
    assert await story.is_private()


async def test_an_endpoint_comes_back_with_the_same_address_groups_tags_and_interface(
    lab: Lab, robin: Person
) -> None:
    group = lab.seeding.security_group("asg-endpoints", NETWORK, location="japaneast")
    story = Story.with_endpoint(
        lab,
        "aoai-rejected-refixed",
        static={"default": "10.20.100.30"},
        interface_name="nic-aoai-rejected-refixed",
        security_groups=[group],
        tags={"owner": "platform"},
    )
    before = settings_of(story)

    await connections.answer(robin, connections.of(story), "Rejected")
    await lab.settled()

    assert connections.REBUILT == story.writes
    assert before == settings_of(story)
    assert ["10.20.100.30"] == story.addresses == story.record()
    assert "nic-aoai-rejected-refixed" == story.interface.name
    assert await story.is_private()


async def test_each_member_of_an_aiservices_account_gets_its_own_address_back(
    lab: Lab, robin: Person
) -> None:
    members = ("default", "secondary", "third")
    addresses = [f"10.20.100.3{number}" for number in (1, 2, 3)]
    account = lab.seeding.account("ais-removed-rethree", "rg-ai-prod", kind="AIServices")
    endpoint = lab.seeding.private_endpoint(
        "pe-ais-removed-rethree",
        NETWORK,
        account=account,
        subnet_id=lab.places.subnet_id,
        static=dict(zip(members, addresses, strict=True)),
    )
    lab.seeding.zone_group(endpoint, [lab.places.zones[zone] for zone in ZONES])
    story = Story(lab, account.name)

    await robin.delete(connections.of(story)["id"])
    await lab.settled()

    assert connections.REBUILT == story.writes
    assert addresses == story.addresses
    assert [[address] for address in addresses] == [story.record(zone) for zone in ZONES]
    assert await story.is_private()


@pytest.mark.parametrize(
    ("name", "kind"), [("aoai-removed-plain", "OpenAI"), ("ais-removed-plain", "AIServices")]
)
async def test_without_the_opt_in_a_removed_connection_is_told_and_the_endpoint_left_alone(
    lab: Lab, robin: Person, name: str, kind: str
) -> None:
    story = Story.private(lab, name, kind)

    await robin.delete(connections.of(story)["id"])
    await lab.settled()

    assert "Disconnected" == story.connection
    assert [] == story.writes
    assert ["Stalled"] == story.told
    assert {"Robin Example"} == story.actors
    assert "the account knows no connection from it" in story.evidence


async def test_without_the_role_nothing_is_deleted_and_a_person_is_told(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-without-role-rebuilt")
    scope = f"/subscriptions/{SUBSCRIPTION}"
    lab.roles.remove(LATCH.object_id, "Latch rebuild", scope)

    await connections.answer(robin, connections.of(story), "Rejected")
    await lab.settled()

    assert ["DELETE privateEndpoints: AuthorizationFailed"] == story.writes
    assert ["Stalled"] == story.told
    assert "privateEndpoints/delete" in story.alerts[0]["data"]["headline"]

    lab.roles.assign(LATCH.object_id, "Latch rebuild", scope)
    await lab.swept()
    assert await story.is_private()


async def test_an_endpoint_of_the_declared_name_that_leads_to_another_account_is_left_alone(
    lab: Lab, robin: Person
) -> None:
    others = lab.seeding.account("of-others", "rg-ai-prod")
    account = lab.seeding.account("aoai-misnamed-rebuilt", "rg-ai-prod")
    lab.seeding.private_endpoint(
        "pe-aoai-misnamed-rebuilt", NETWORK, account=others, subnet_id=lab.places.subnet_id
    )
    story = Story(lab, account.name)

    [connection] = others.properties["privateEndpointConnections"]
    await connections.answer(robin, connection, "Rejected")
    await robin.patch(story.id, {"tags": {"team": "search"}})
    await lab.settled()

    assert "Rejected" == story.connection
    assert [] == story.writes
    assert ["Stalled"] == story.told
    assert "endpoint-state" in story.rules
    assert [] == story.strays()


def settings_of(story: Story) -> Json:
    """What the policy spells out of an endpoint."""
    properties = story.endpoint.properties
    return {
        "groups": properties["applicationSecurityGroups"],
        "tags": story.endpoint.body["tags"],
        "interface": properties["customNetworkInterfaceName"],
        "addresses": story.addresses,
    }
