"""Do zones, links and records answer Microsoft's own client as Private DNS does?"""

from typing import Any

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)

from tests.conformance.arm_fixtures import ZONE, Azure, authority, azure
from tests.harness.world import Json

__all__ = ["authority", "azure"]

GLOBAL: Json = {"location": "global"}
RECORD: Json = {"properties": {"ttl": 10, "aRecords": [{"ipv4Address": "10.0.0.10"}]}}


def link_to(network_id: str, **properties: Any) -> Json:
    return {
        "location": "global",
        "properties": {"virtualNetwork": {"id": network_id}, **properties},
    }


async def test_a_zone_is_started_with_an_empty_body_and_polled_with_202(azure: Azure) -> None:
    path = f"/subscriptions/{azure.network.id.split('/')[2]}/resourceGroups/rg-dns/providers"
    path += f"/Microsoft.Network/privateDnsZones/{ZONE}?api-version=2024-06-01"

    status, body, headers = await azure.raw("PUT", path, json=GLOBAL)
    poll = headers["Azure-AsyncOperation"].removeprefix(azure.door.url)
    running = await azure.raw("GET", poll)
    await azure.clock.advance(11)
    done = await azure.raw("GET", poll)

    assert (status, body) == (202, {})
    assert "Retry-After" not in headers
    assert "/resourceGroups/rg-dns/providers/Microsoft.Network/privateDnsOperationStatuses/" in poll
    assert running[:2] == (202, {"status": "InProgress"})
    assert done[:2] == (200, {"status": "Succeeded"})


async def test_a_zone_comes_with_its_start_of_authority_and_its_limits(azure: Azure) -> None:
    zone = await azure.finish(
        azure.robin.zones.begin_create_or_update("rg-dns", ZONE, {**GLOBAL, "tags": {"a": "b"}})
    )
    records = [(r.name, r.type) async for r in azure.robin.records.list("rg-dns", ZONE)]

    assert zone.tags == {"a": "b"}
    assert zone.properties.provisioning_state == "Succeeded"
    assert zone.properties.max_number_of_record_sets == 25000
    assert zone.properties.number_of_record_sets == 1
    assert records == [("@", "Microsoft.Network/privateDnsZones/SOA")]


async def test_a_zone_that_exists_is_not_created_again(azure: Azure) -> None:
    azure.seed.zone(ZONE, "rg-dns")

    with pytest.raises(ResourceExistsError) as exists:
        await azure.robin.zones.begin_create_or_update(
            "rg-dns", ZONE, GLOBAL, etag="*", match_condition=MatchConditions.IfMissing
        )

    assert exists.value.status_code == 412


async def test_a_zone_with_links_cannot_be_deleted(azure: Azure) -> None:
    zone = azure.seed.zone(ZONE, "rg-dns")
    azure.seed.link(zone, azure.network)

    with pytest.raises(ResourceExistsError) as refused:
        await azure.robin.zones.begin_delete("rg-dns", ZONE)
    await azure.finish(azure.robin.links.begin_delete("rg-dns", ZONE, "link-vnet"))
    await azure.finish(azure.robin.zones.begin_delete("rg-dns", ZONE))

    assert refused.value.error is not None
    assert refused.value.error.code == "CannotDeleteResource"
    with pytest.raises(ResourceNotFoundError):
        await azure.robin.zones.get("rg-dns", ZONE)


async def test_zones_are_listed_in_pages(azure: Azure) -> None:
    names = [f"zone-{number}.example" for number in range(5)]
    for name in names:
        azure.seed.zone(name, "rg-dns")

    paged = [z.name async for z in azure.robin.zones.list_by_resource_group("rg-dns", top=2)]
    everywhere = [z.name async for z in azure.robin.zones.list()]

    assert paged == everywhere == names
    assert len(azure.requests()) == 4


async def test_a_link_is_in_progress_until_it_is_completed(azure: Azure) -> None:
    azure.seed.zone(ZONE, "rg-dns")

    await azure.robin.links.begin_create_or_update(
        "rg-dns", ZONE, "link", link_to(azure.network.id), polling=False
    )
    before = await azure.robin.links.get("rg-dns", ZONE, "link")
    await azure.clock.advance(11)
    after = await azure.robin.links.get("rg-dns", ZONE, "link")

    assert before.properties.virtual_network_link_state == "InProgress"
    assert after.properties.virtual_network_link_state == "Completed"
    assert after.properties.registration_enabled is False
    assert after.properties.resolution_policy == "Default"


async def test_a_links_resolution_policy_can_change(azure: Azure) -> None:
    azure.seed.link(azure.seed.zone(ZONE, "rg-dns"), azure.network, "link")

    link = await azure.finish(
        azure.robin.links.begin_create_or_update(
            "rg-dns", ZONE, "link", link_to(azure.network.id, resolutionPolicy="NxDomainRedirect")
        )
    )
    zone = await azure.robin.zones.get("rg-dns", ZONE)

    assert link.properties.resolution_policy == "NxDomainRedirect"
    assert zone.properties.number_of_virtual_network_links == 1


async def test_a_network_is_linked_to_one_zone_of_a_name(azure: Azure) -> None:
    azure.seed.link(azure.seed.zone(ZONE, "rg-dns"), azure.network)
    azure.seed.zone(ZONE, "rg-net")

    with pytest.raises(HttpResponseError, match="overlapping namespaces") as refused:
        await azure.robin.links.begin_create_or_update(
            "rg-net", ZONE, "hijack", link_to(azure.network.id)
        )

    assert refused.value.error is not None
    assert refused.value.error.code == "BadRequest"


async def test_a_link_to_no_network_is_refused(azure: Azure) -> None:
    azure.seed.zone(ZONE, "rg-dns")

    with pytest.raises(HttpResponseError) as refused:
        await azure.robin.links.begin_create_or_update(
            "rg-dns", ZONE, "link", link_to(f"{azure.network.id}-gone")
        )

    assert refused.value.status_code == 400


async def test_a_record_is_written_at_once(azure: Azure) -> None:
    azure.seed.zone(ZONE, "rg-dns")

    created = await azure.robin.records.create_or_update("rg-dns", ZONE, "A", "aoai", RECORD)
    again = await azure.robin.records.create_or_update("rg-dns", ZONE, "A", "aoai", RECORD)

    assert created.properties.fqdn == f"aoai.{ZONE}."
    assert created.properties.is_auto_registered is False
    assert created.etag != again.etag
    assert [entry.status for entry in azure.requests()] == [201, 200]


async def test_a_put_replaces_the_set_and_a_patch_keeps_what_it_does_not_name(azure: Azure) -> None:
    azure.seed.zone(ZONE, "rg-dns")
    owned = {"properties": {**RECORD["properties"], "metadata": {"creator": "somebody"}}}
    await azure.robin.records.create_or_update("rg-dns", ZONE, "A", "aoai", owned)

    patched = await azure.robin.records.update(
        "rg-dns", ZONE, "A", "aoai", {"properties": {"ttl": 20}}
    )
    replaced = await azure.robin.records.create_or_update("rg-dns", ZONE, "A", "aoai", RECORD)

    assert (patched.properties.ttl, patched.properties.metadata) == (20, {"creator": "somebody"})
    assert (replaced.properties.ttl, replaced.properties.metadata) == (10, None)


async def test_a_record_changes_only_while_its_etag_holds(azure: Azure) -> None:
    zone = azure.seed.zone(ZONE, "rg-dns")
    old = azure.seed.record(zone, "aoai", ["10.0.0.4"]).body["etag"]
    arguments = ("rg-dns", ZONE, "A", "aoai", RECORD)
    held = MatchConditions.IfNotModified

    changed = await azure.robin.records.create_or_update(*arguments, etag=old, match_condition=held)
    with pytest.raises(ResourceModifiedError):
        await azure.robin.records.create_or_update(*arguments, etag=old, match_condition=held)
    with pytest.raises(ResourceModifiedError):
        await azure.robin.records.delete(
            "rg-dns", ZONE, "A", "aoai", etag=old, match_condition=held
        )
    await azure.robin.records.delete(
        "rg-dns", ZONE, "A", "aoai", etag=changed.etag, match_condition=held
    )

    assert [entry.status for entry in azure.requests()] == [200, 412, 412, 200]


async def test_the_412_of_private_dns_has_no_envelope(azure: Azure) -> None:
    zone = azure.seed.zone(ZONE, "rg-dns")
    azure.seed.record(zone, "aoai", ["10.0.0.4"])

    status, body, _ = await azure.raw(
        "PUT",
        f"{zone.id}/A/aoai?api-version=2024-06-01",
        json=RECORD,
        headers={"If-None-Match": "*"},
    )

    assert status == 412
    assert body == {
        "code": "PreconditionFailed",
        "message": "The Record set aoai exists already and hence cannot be created again.",
    }


async def test_a_condition_on_an_absent_record(azure: Azure) -> None:
    zone = azure.seed.zone(ZONE, "rg-dns")
    url = f"{zone.id}/A/gone?api-version=2024-06-01"
    condition = {"If-Match": "*"}

    put = await azure.raw("PUT", url, json=RECORD, headers=condition)
    patch = await azure.raw("PATCH", url, json=RECORD, headers=condition)
    delete = await azure.raw("DELETE", url, headers=condition)

    assert [answer[0] for answer in (put, patch, delete)] == [412, 404, 204]


async def test_a_record_of_an_absent_zone_has_no_parent(azure: Azure) -> None:
    with pytest.raises(ResourceNotFoundError) as refused:
        await azure.robin.records.create_or_update("rg-dns", ZONE, "A", "aoai", RECORD)

    assert refused.value.error is not None
    assert refused.value.error.code == "ParentResourceNotFound"
    assert "'privateDnsZones/A'" in refused.value.message


async def test_records_are_listed_by_suffix(azure: Azure) -> None:
    zone = azure.seed.zone(ZONE, "rg-dns")
    for name in ("one-aoai", "two-aoai", "other"):
        azure.seed.record(zone, name, ["10.0.0.4"])

    found = [
        record.name
        async for record in azure.robin.records.list_by_type(
            "rg-dns", ZONE, "A", recordsetnamesuffix="aoai", top=1
        )
    ]
    every = [record.name async for record in azure.robin.records.list("rg-dns", ZONE)]

    assert found == ["one-aoai", "two-aoai"]
    assert every == ["@", "one-aoai", "two-aoai", "other"]


async def test_a_record_without_an_address_or_with_a_wrong_one(azure: Azure) -> None:
    azure.seed.zone(ZONE, "rg-dns")
    wrong = {"properties": {"aRecords": [{"ipv4Address": "nowhere"}]}}

    empty = await azure.robin.records.create_or_update(
        "rg-dns", ZONE, "A", "empty", {"properties": {"ttl": 10}}
    )
    with pytest.raises(HttpResponseError):
        await azure.robin.records.create_or_update("rg-dns", ZONE, "A", "wrong", wrong)

    assert empty.properties.a_records == []
