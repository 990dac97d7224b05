"""Somebody deletes the private endpoint: it comes back as it was wanted, with its names."""

from tests.harness.lab import Lab
from tests.harness.people import Person
from tests.harness.worlds import NETWORK
from tests.scenarios import policies
from tests.scenarios.story import COGNITIVE_ZONE, FOUNDRY_ZONE, OPENAI_ZONE, Story


async def test_a_deleted_endpoint_is_rebuilt_with_its_name_zone_group_and_record(
    lab: Lab, robin: Person
) -> None:
    """As in the article: the account is in East US, its network (and so its endpoint) in Japan East."""
    story = Story.private(lab, "aoai-cut-off")

    await robin.delete(story.endpoint_id)
    await lab.settled()

    assert policies.SUBNET == story.endpoint.properties["subnet"]["id"]
    assert "japaneast" == story.endpoint.body["location"]
    assert {"default": [OPENAI_ZONE]} == story.zone_groups
    assert story.addresses == story.record()
    assert await story.is_private()

    assert ["PUT privateEndpoints", "PUT privateDnsZoneGroups"] == story.writes
    assert ["Restored"] == story.told
    assert "Robin Example" == story.alerts[0]["data"]["actor"]["name"]


async def test_an_endpoint_comes_back_with_addresses_groups_tags_and_interface_of_the_policy(
    lab: Lab, robin: Person
) -> None:
    group = lab.seeding.security_group("asg-endpoints", NETWORK, location="japaneast")
    story = Story.private(lab, "aoai-fixed")

    await robin.delete(story.endpoint_id)
    await lab.settled()

    properties = story.endpoint.properties
    assert ["10.20.100.10"] == story.addresses == story.record()
    assert [{"id": group.id}] == properties["applicationSecurityGroups"]
    assert {"owner": "platform"} == story.endpoint.body["tags"]
    assert "nic-aoai-fixed" == story.interface.name
    assert await story.is_private()


async def test_an_aiservices_account_gets_three_addresses_in_three_zones(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "ais-foundry", "AIServices")

    await robin.delete(story.endpoint_id)
    await lab.settled()

    zones = [COGNITIVE_ZONE, OPENAI_ZONE, FOUNDRY_ZONE]
    assert {"default": zones} == story.zone_groups
    assert [[address] for address in story.addresses] == [story.record(zone) for zone in zones]
    assert await story.is_private()


async def test_each_member_of_an_aiservices_account_gets_its_fixed_address(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "ais-three", "AIServices")

    await robin.delete(story.endpoint_id)
    await lab.settled()

    assert ["10.20.100.21", "10.20.100.22", "10.20.100.23"] == story.addresses
    assert ["10.20.100.22"] == story.record(OPENAI_ZONE)
    assert await story.is_private()


async def test_an_account_that_is_opened_and_cut_off_is_closed_first(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-both")

    await robin.delete(story.endpoint_id)
    await robin.opens(story.id)
    await lab.settled()

    done = [write for write in story.writes if ":" not in write]
    assert ["PATCH accounts", "PUT privateEndpoints"] == done[:2]
    assert await story.is_private()


async def test_a_rejected_connection_is_told_and_not_fought(lab: Lab, robin: Person) -> None:
    """Rejected is final; who rejected it may have meant it, and only a delete would cure it."""
    story = Story.private(lab, "aoai-rejected")
    [connection] = story.account["privateEndpointConnections"]
    state = {"status": "Rejected", "description": "no longer wanted"}

    await robin.put(
        connection["id"],
        {"properties": {"groupIds": ["account"], "privateLinkServiceConnectionState": state}},
    )
    await lab.settled()

    assert ["Stalled"] == story.told
    assert "Rejected" == story.connection
    assert "connection-state" in {d["rule"] for d in story.alerts[0]["data"]["drifts"]}


async def test_a_pending_connection_of_the_declared_endpoint_is_approved(
    lab: Lab, robin: Person
) -> None:
    story = Story.with_endpoint(lab, "aoai-pending", approved=False)

    await robin.patch(story.id, {"tags": {"team": "search"}})
    await lab.settled()

    assert "Approved" == story.connection
    assert ["PUT privateEndpointConnections"] == story.writes[:1]
    assert await story.is_private()


async def test_an_endpoint_that_does_the_work_under_another_name_is_adopted(
    lab: Lab, robin: Person
) -> None:
    account = lab.seeding.account("aoai-adopting", "rg-ai-prod")
    other = lab.seeding.private_endpoint(
        "pe-made-by-hand", NETWORK, account=account, subnet_id=lab.places.subnet_id
    )
    lab.seeding.zone_group(other, [lab.places.zones[OPENAI_ZONE]])
    story = Story(lab, account.name)

    await robin.patch(story.id, {"tags": {"team": "search"}})
    await lab.settled()

    assert [] == story.writes
    assert lab.world.get(story.endpoint_id) is None
