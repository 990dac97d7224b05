"""Somebody breaks the names that lead to a private endpoint: they lead there again, and what is foreign stays."""

from tests.harness.lab import Lab
from tests.harness.people import Person
from tests.harness.witness import Outcome
from tests.harness.worlds import NETWORK
from tests.scenarios.story import FOUNDRY_ZONE, OPENAI_ZONE, Story


async def test_a_deleted_record_comes_back(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-nameless")

    await robin.delete(story.record_id())
    assert [False] == [each.ok for each in await story.inside()]
    await lab.settled()

    assert story.addresses == story.record()
    assert ["PUT A"] == story.writes
    assert ["Restored"] == story.told
    assert await story.is_private()


async def test_a_record_that_was_pointed_elsewhere_points_to_the_endpoint_again(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-misled")

    await robin.points(story.zone_id(), story.name, "10.99.0.4")
    assert [Outcome.REFUSED] == [each.outcome for each in await story.inside()]
    await lab.settled()

    assert story.addresses == story.record()
    assert ["PUT A"] == story.writes
    assert "Robin Example" == story.alerts[0]["data"]["actor"]["name"]
    assert await story.is_private()


async def test_a_record_with_a_second_address_loses_it(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-twofold")

    await robin.points(story.zone_id(), story.name, *story.addresses, "10.99.0.4")
    await lab.settled()

    assert story.addresses == story.record()


async def test_each_record_of_an_aiservices_account_is_put_right(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "ais-misled", "AIServices")

    await robin.points(story.zone_id(OPENAI_ZONE), story.name, "10.99.0.4")
    await robin.delete(story.record_id(FOUNDRY_ZONE))
    await lab.settled()

    assert ["PUT A", "PUT A"] == story.writes
    assert await story.is_private()


async def test_the_record_of_another_live_endpoint_is_reported_and_not_fought(
    lab: Lab, robin: Person
) -> None:
    """Two endpoints of one account share its name, and the last writer has it (azure-docs#58044)."""
    story = Story.private(lab, "aoai-shared")
    account = lab.world.get(story.id)
    assert account is not None
    second = lab.seeding.private_endpoint(
        "pe-second-of-shared", NETWORK, account=account, subnet_id=lab.places.subnet_id
    )
    lab.seeding.zone_group(second, [lab.places.zones[OPENAI_ZONE]])
    of_the_second = story.record()

    await robin.patch(story.id, {"tags": {"team": "search"}})
    await lab.settled()

    assert story.addresses != of_the_second
    assert of_the_second == story.record()
    assert [] == story.writes
    assert ["Stalled"] == story.told


async def test_a_deleted_zone_group_comes_back_with_its_record(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-ungrouped")

    await robin.delete(f"{story.endpoint_id}/privateDnsZoneGroups/default")
    await lab.settled()

    assert {"default": [OPENAI_ZONE]} == story.zone_groups
    assert story.addresses == story.record()
    assert await story.is_private()


async def test_a_zone_group_with_the_wrong_zone_gets_the_right_one_beside_it(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-misgrouped")
    config = {
        "name": "wrong",
        "properties": {"privateDnsZoneId": story.zone_id(FOUNDRY_ZONE)},
    }

    await robin.put(
        f"{story.endpoint_id}/privateDnsZoneGroups/default",
        {"properties": {"privateDnsZoneConfigs": [config]}},
    )
    await lab.settled()

    assert {"default": [FOUNDRY_ZONE, OPENAI_ZONE]} == story.zone_groups
    assert await story.is_private()


async def test_a_zone_group_that_leads_to_a_zone_of_the_same_name_elsewhere_is_led_home(
    lab: Lab, robin: Person
) -> None:
    lab.seeding.resource_group("rg-dns-of-others")
    foreign = lab.seeding.zone(OPENAI_ZONE, "rg-dns-of-others")
    story = Story.private(lab, "aoai-led-away")
    config = {"name": "elsewhere", "properties": {"privateDnsZoneId": foreign.id}}

    await robin.put(
        f"{story.endpoint_id}/privateDnsZoneGroups/default",
        {"properties": {"privateDnsZoneConfigs": [config]}},
    )
    await lab.settled()

    assert {"default": [OPENAI_ZONE]} == story.zone_groups
    assert await story.is_private()


async def test_a_zone_group_of_another_name_is_adopted(lab: Lab, robin: Person) -> None:
    """The built-in policy names its group so, and an endpoint has at most one (private-endpoint-dns-integration.md)."""
    story = Story.with_endpoint(lab, "aoai-by-policy", "deployedByPolicy")

    await robin.put(
        f"{story.endpoint_id}/privateDnsZoneGroups/deployedByPolicy",
        {"properties": {"privateDnsZoneConfigs": []}},
    )
    await lab.settled()

    assert {"deployedByPolicy": [OPENAI_ZONE]} == story.zone_groups
    assert await story.is_private()
