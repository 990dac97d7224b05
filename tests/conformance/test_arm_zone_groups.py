"""Does a zone group write and take the records that Azure's would?"""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from tests.conformance.arm_fixtures import ZONE, Azure, authority, azure
from tests.harness.world import Json, Resource

__all__ = ["authority", "azure"]


def group_of(*zones: Resource) -> Json:
    return {
        "properties": {
            "privateDnsZoneConfigs": [
                {"name": f"config-{number}", "properties": {"privateDnsZoneId": zone.id}}
                for number, zone in enumerate(zones)
            ]
        }
    }


async def records(azure: Azure, zone: str = ZONE) -> dict[str, list[str]]:
    return {
        record.name: [a.ipv4_address for a in record.properties.a_records]
        async for record in azure.robin.records.list_by_type("rg-dns", zone, "A")
    }


def endpoint_for(azure: Azure, name: str, account: Resource) -> Resource:
    return azure.seed.private_endpoint(name, "rg-ai", account=account, subnet_id=azure.subnet_id)


async def test_a_group_writes_the_record_with_its_creator(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    endpoint = endpoint_for(azure, "pe", account)
    zone = azure.seed.zone(ZONE, "rg-dns")

    group = await azure.finish(
        azure.robin.zone_groups.begin_create_or_update("rg-ai", "pe", "default", group_of(zone))
    )
    record = await azure.robin.records.get("rg-dns", ZONE, "A", "aoai")
    shown = await azure.robin.endpoints.get("rg-ai", "pe")

    record_set = group.properties.private_dns_zone_configs[0].properties.record_sets[0]
    assert record_set.record_set_name == "aoai"
    assert record_set.ip_addresses == ["10.0.0.4"]
    assert record.properties.ttl == 10
    guid = endpoint.properties["resourceGuid"]
    creator = f"created by private endpoint pe with resource guid {guid}"
    assert record.properties.metadata == {"creator": creator}
    assert shown.properties.custom_dns_configs == []


async def test_a_zone_that_fits_no_name_gets_no_record_and_no_error(azure: Azure) -> None:
    endpoint_for(azure, "pe", azure.seed.account("aoai", "rg-ai"))
    zone = azure.seed.zone("privatelink.cognitiveservices.azure.com", "rg-dns")

    group = await azure.finish(
        azure.robin.zone_groups.begin_create_or_update("rg-ai", "pe", "default", group_of(zone))
    )

    assert group.properties.provisioning_state == "Succeeded"
    assert group.properties.private_dns_zone_configs[0].properties.record_sets == []
    assert await records(azure, zone.name) == {}


async def test_a_foundry_account_gets_one_record_per_zone(azure: Azure) -> None:
    endpoint = endpoint_for(azure, "pe", azure.seed.account("hub", "rg-ai", kind="AIServices"))
    domains = ("cognitiveservices", "openai", "services.ai")
    zones = [azure.seed.zone(f"privatelink.{domain}.azure.com", "rg-dns") for domain in domains]
    azure.seed.zone_group(endpoint, zones)

    found = [await records(azure, zone.name) for zone in zones]

    assert found == [{"hub": ["10.0.0.4"]}, {"hub": ["10.0.0.5"]}, {"hub": ["10.0.0.6"]}]


async def test_an_endpoint_has_one_group(azure: Azure) -> None:
    path = azure.private_account()

    with pytest.raises(HttpResponseError, match="Cannot create more than one private dns zone"):
        await azure.robin.zone_groups.begin_create_or_update(
            "rg-ai", "pe-aoai", "another", group_of(path.zone)
        )


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param(["a", "a"], "InvalidRequestFormat", id="two configs of one name"),
        pytest.param([None], "InvalidRequestFormat", id="a config without a name"),
        pytest.param(list("abcdef"), "PrivateDnsZoneGroupTooManyZones", id="six zones"),
    ],
)
async def test_which_groups_are_refused(
    azure: Azure, names: list[str | None], expected: str
) -> None:
    endpoint_for(azure, "pe", azure.seed.account("aoai", "rg-ai"))
    zone = azure.seed.zone(ZONE, "rg-dns")
    target = {"properties": {"privateDnsZoneId": zone.id}}
    configs = [target | ({"name": name} if name else {}) for name in names]

    with pytest.raises(HttpResponseError) as refused:
        await azure.robin.zone_groups.begin_create_or_update(
            "rg-ai", "pe", "default", {"properties": {"privateDnsZoneConfigs": configs}}
        )

    assert refused.value.error is not None
    assert refused.value.error.code == expected


async def test_the_later_endpoint_overwrites_the_record_and_the_first_takes_it_along(
    azure: Azure,
) -> None:
    path = azure.private_account()
    azure.seed.zone_group(endpoint_for(azure, "pe-late", path.account), [path.zone])
    overwritten = await records(azure)

    await azure.finish(azure.robin.endpoints.begin_delete("rg-ai", "pe-aoai"))

    assert overwritten == {"aoai": ["10.0.0.5"]}
    assert await records(azure) == {}


async def test_deleting_the_group_takes_the_record_and_fills_the_custom_dns(azure: Azure) -> None:
    azure.private_account()

    await azure.finish(azure.robin.zone_groups.begin_delete("rg-ai", "pe-aoai", "default"))
    endpoint = await azure.robin.endpoints.get("rg-ai", "pe-aoai")
    groups = [g async for g in azure.robin.zone_groups.list("pe-aoai", "rg-ai")]

    assert groups == []
    assert await records(azure) == {}
    assert endpoint.properties.custom_dns_configs[0].fqdn == "aoai.openai.azure.com"


async def test_an_update_replaces_the_list_of_zones(azure: Azure) -> None:
    path = azure.private_account()
    other = azure.seed.zone("privatelink.cognitiveservices.azure.com", "rg-dns")

    await azure.finish(
        azure.robin.zone_groups.begin_create_or_update(
            "rg-ai", "pe-aoai", "default", group_of(other)
        )
    )
    group = await azure.robin.zone_groups.get("rg-ai", "pe-aoai", "default")

    zones = [c.properties.private_dns_zone_id for c in group.properties.private_dns_zone_configs]
    assert zones == [other.id]
    assert await records(azure, path.zone.name) == {}


@pytest.mark.parametrize(
    ("restores", "expected"),
    [
        pytest.param(True, {"aoai": ["10.0.0.4"]}, id="an identical PUT writes the record again"),
        pytest.param(False, {}, id="an identical PUT does nothing"),
    ],
)
async def test_what_an_identical_put_does_is_a_switch(
    azure: Azure, *, restores: bool, expected: dict[str, list[str]]
) -> None:
    path = azure.private_account()
    azure.world.switches.zone_group_put_restores = restores
    await azure.robin.records.delete("rg-dns", ZONE, "A", "aoai")
    body: Any = group_of(path.zone)
    body["properties"]["privateDnsZoneConfigs"][0]["name"] = ZONE.replace(".", "-")

    await azure.finish(
        azure.robin.zone_groups.begin_create_or_update("rg-ai", "pe-aoai", "default", body)
    )

    assert await records(azure) == expected


@pytest.mark.parametrize(
    ("heals", "expected"),
    [
        pytest.param(False, {}, id="a deleted record stays deleted"),
        pytest.param(True, {"aoai": ["10.0.0.4"]}, id="a deleted record comes back"),
    ],
)
async def test_whether_a_record_heals_is_a_switch(
    azure: Azure, *, heals: bool, expected: dict[str, list[str]]
) -> None:
    azure.private_account()
    azure.world.switches.records_heal = heals

    await azure.robin.records.delete("rg-dns", ZONE, "A", "aoai")
    await azure.clock.advance(60)

    assert await records(azure) == expected
    assert azure.physics.in_flight() == 0


async def test_the_group_of_a_vanished_zone_dangles(azure: Azure) -> None:
    path = azure.private_account()
    await azure.finish(azure.robin.links.begin_delete("rg-dns", ZONE, path.link.name))
    await azure.finish(azure.robin.zones.begin_delete("rg-dns", ZONE))

    group = await azure.robin.zone_groups.get("rg-ai", "pe-aoai", "default")

    config = group.properties.private_dns_zone_configs[0].properties
    assert config.private_dns_zone_id == path.zone.id
    assert config.record_sets[0].ip_addresses == ["10.0.0.4"]


async def test_a_group_with_a_zone_that_is_not_there_is_refused(azure: Azure) -> None:
    endpoint_for(azure, "pe", azure.seed.account("aoai", "rg-ai"))
    zone = azure.seed.zone(ZONE, "rg-dns")
    body = group_of(zone)
    azure.world.remove(zone.id)

    with pytest.raises(HttpResponseError) as refused:
        await azure.robin.zone_groups.begin_create_or_update("rg-ai", "pe", "default", body)

    assert refused.value.error is not None
    assert refused.value.error.code == "InvalidResourceReference"
