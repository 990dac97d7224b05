"""Do storage, sites, private endpoints to them and monitoring keep to Azure's rules?"""

import pytest

from tests.conformance.arm_fixtures import Azure, authority, azure
from tests.conformance.platform_fixtures import GROUP, STORE, Dana, dana, http
from tests.harness.bicep import RefusedError
from tests.harness.world import Json

__all__ = ["authority", "azure", "dana", "http"]

PROVIDERS = f"{GROUP}/providers"
PLAN = f"{PROVIDERS}/Microsoft.Web/serverfarms/plan"
SITE = f"{PROVIDERS}/Microsoft.Web/sites/func-latch"
ACTIONS = f"{PROVIDERS}/Microsoft.Insights/actionGroups/ag"
LOGS = f"{PROVIDERS}/Microsoft.OperationalInsights/workspaces/log"
ACCOUNT: Json = {
    "location": "japaneast",
    "kind": "StorageV2",
    "sku": {"name": "Standard_LRS"},
    "properties": {},
}


async def test_an_account_has_services_and_addresses_of_its_own(dana: Dana, azure: Azure) -> None:
    made = await dana.put(STORE, ACCOUNT)
    once = azure.world.everything()
    again = await dana.put(STORE, ACCOUNT)

    queue = made["properties"]["primaryEndpoints"]["queue"]
    assert queue == "https://stmailbox.queue.core.windows.net/"
    assert (again, azure.world.everything()) == (made, once)
    assert azure.world.get(f"{STORE}/queueServices/default") is not None


NAMES = [
    ("Microsoft.Storage/storageAccounts/st-mailbox", ACCOUNT, "AccountNameInvalid"),
    ("Microsoft.Storage/storageAccounts/x", ACCOUNT, "AccountNameInvalid"),
    (
        "Microsoft.Storage/storageAccounts/stmailbox/queueServices/default/queues/Events",
        {},
        "is no name",
    ),
    (
        "Microsoft.Storage/storageAccounts/stmailbox/tableServices/default/tables/a-b",
        {},
        "is no name",
    ),
    (
        "Microsoft.Storage/storageAccounts/stmailbox/queueServices/other",
        {},
        "is named 'default'",
    ),
    (
        "Microsoft.Storage/storageAccounts/absent/queueServices/default",
        {},
        "ParentResourceNotFound",
    ),
]


@pytest.mark.parametrize(("path", "body", "message"), NAMES, ids=[n[0] for n in NAMES])
async def test_names_in_storage_keep_to_their_rules(
    dana: Dana, path: str, body: Json, message: str
) -> None:
    await dana.put(STORE, ACCOUNT)

    with pytest.raises(RefusedError, match=message):
        await dana.put(f"{PROVIDERS}/{path}", body)


async def test_a_name_of_storage_is_taken_everywhere(dana: Dana) -> None:
    await dana.put(STORE, ACCOUNT)

    with pytest.raises(RefusedError, match="StorageAccountAlreadyTaken"):
        await dana.put(STORE.replace("rg-ai", "rg-net"), ACCOUNT)


async def test_a_property_that_the_lab_does_not_know_is_refused_by_name(dana: Dana) -> None:
    with pytest.raises(RefusedError, match=r"properties\.isHnsEnabled"):
        await dana.put(STORE, {**ACCOUNT, "properties": {"isHnsEnabled": True}})


def site(subnet: str, **flex: object) -> Json:
    storage = {
        "type": "blobContainer",
        "value": "https://stmailbox.blob.core.windows.net/package",
        "authentication": {"type": "SystemAssignedIdentity"},
    }
    scale = {"instanceMemoryMB": 2048, "maximumInstanceCount": 40, **flex}
    return {
        "location": "japaneast",
        "kind": "functionapp,linux",
        "properties": {
            "serverFarmId": PLAN,
            "virtualNetworkSubnetId": subnet,
            "functionAppConfig": {
                "deployment": {"storage": storage},
                "runtime": {"name": "python", "version": "3.13"},
                "scaleAndConcurrency": scale,
            },
        },
    }


async def planned(dana: Dana, service: str = "Microsoft.App/environments") -> str:
    """A plan, and a subnet that is delegated to a service."""
    sku = {"name": "FC1", "tier": "FlexConsumption"}
    await dana.put(PLAN, {"location": "japaneast", "sku": sku, "properties": {"reserved": True}})
    network = f"{PROVIDERS}/Microsoft.Network/virtualNetworks/vnet-latch"
    delegation = {"name": "x", "properties": {"serviceName": service}}
    subnet = {"addressPrefix": "10.9.0.0/24", "delegations": [delegation]}
    subnets = [
        {"name": "app", "properties": subnet},
        {"name": "pe", "properties": {"addressPrefix": "10.9.1.0/24"}},
    ]
    space = {"addressPrefixes": ["10.9.0.0/16"]}
    body = {"location": "japaneast", "properties": {"addressSpace": space, "subnets": subnets}}
    await dana.put(network, body)
    return f"{network}/subnets/app"


async def test_an_app_stands_on_its_plan_in_a_delegated_subnet(dana: Dana) -> None:
    subnet = await planned(dana)

    made = await dana.put(SITE, site(subnet))

    assert made["properties"]["defaultHostName"] == "func-latch.azurewebsites.net"


async def test_an_app_without_a_plan_or_in_another_subnet_is_refused(dana: Dana) -> None:
    with pytest.raises(RefusedError, match=r"serverfarms/plan' does not exist"):
        await dana.put(SITE, site("x"))
    subnet = await planned(dana, "Microsoft.Web/serverFarms")
    with pytest.raises(RefusedError, match="is not delegated to"):
        await dana.put(SITE, site(subnet))
    with pytest.raises(RefusedError, match="out of range"):
        await dana.put(SITE, site(await planned(dana), instanceMemoryMB=1024))


async def test_app_settings_are_replaced_whole_and_read_with_post(dana: Dana, azure: Azure) -> None:
    await dana.put(SITE, site(await planned(dana)))
    settings = f"{SITE}/config/appsettings"
    await dana.put(settings, {"properties": {"A": "1", "B": "2"}})
    await dana.put(settings, {"properties": {"A": "3"}})

    got = await azure.raw("GET", f"{settings}?api-version=2024-04-01")
    listed = await azure.raw("POST", f"{settings}/list?api-version=2024-04-01")

    assert got[0] == 501
    assert listed[1]["properties"] == {"A": "3"}


LINKS = [
    (STORE, "queue", "privatelink.queue.core.windows.net", "stmailbox"),
    (STORE, "blob", "privatelink.blob.core.windows.net", "stmailbox"),
    (SITE, "sites", "privatelink.azurewebsites.net", "func-latch"),
    (
        f"{PROVIDERS}/Microsoft.EventGrid/topics/alerts",
        "topic",
        "privatelink.eventgrid.azure.net",
        "alerts.japaneast-1",
    ),
]


@pytest.mark.parametrize(("target", "group", "zone", "record"), LINKS, ids=[x[1] for x in LINKS])
async def test_an_endpoint_leads_to_a_platform_resource_and_writes_its_record(
    dana: Dana, azure: Azure, target: str, group: str, zone: str, record: str
) -> None:
    subnet = await planned(dana)
    await dana.put(STORE, ACCOUNT)
    await dana.put(SITE, site(subnet))
    await dana.put(LINKS[-1][0], {"location": "japaneast", "properties": {}})
    zone_id = azure.seed.zone(zone, "rg-dns").id
    endpoint = f"{PROVIDERS}/Microsoft.Network/privateEndpoints/pe"

    made = await dana.put(endpoint, link(subnet.replace("/app", "/pe"), target, group))
    config = {"name": "z", "properties": {"privateDnsZoneId": zone_id}}
    await dana.put(
        f"{endpoint}/privateDnsZoneGroups/default",
        {"properties": {"privateDnsZoneConfigs": [config]}},
    )

    state = made["properties"]["privateLinkServiceConnections"][0]["properties"]
    assert state["privateLinkServiceConnectionState"]["status"] == "Approved"
    written = azure.world.get(f"{zone_id}/A/{record}")
    assert written is not None
    assert written.properties["aRecords"] == [{"ipv4Address": "10.9.1.4"}]


def link(subnet: str, target: str, group: str) -> Json:
    properties = {"privateLinkServiceId": target, "groupIds": [group]}
    connections = [{"name": "c", "properties": properties}]
    return {
        "location": "japaneast",
        "properties": {"subnet": {"id": subnet}, "privateLinkServiceConnections": connections},
    }


async def test_an_endpoint_to_a_part_that_a_resource_has_not_is_refused(dana: Dana) -> None:
    subnet = (await planned(dana)).replace("/app", "/pe")
    await dana.put(STORE, ACCOUNT)
    endpoint = f"{PROVIDERS}/Microsoft.Network/privateEndpoints/pe"

    with pytest.raises(RefusedError, match=r"known \['blob', 'file', 'queue', 'table'\]"):
        await dana.put(endpoint, link(subnet, STORE, "sites"))


def alert(**more: object) -> Json:
    return {
        "location": "japaneast",
        "properties": {
            "severity": 1,
            "enabled": True,
            "scopes": [LOGS],
            "evaluationFrequency": "PT5M",
            "windowSize": "PT15M",
            "criteria": {"allOf": []},
            "actions": {"actionGroups": [ACTIONS]},
            **more,
        },
    }


ALERTS = [
    ({}, ""),
    ({"windowSize": "PT12H"}, "is no period of an alert"),
    ({"windowSize": "PT1M"}, "shorter than evaluationFrequency"),
    ({"scopes": [f"{LOGS}x"]}, "logx' does not exist"),
    ({"actions": {"actionGroups": [f"{ACTIONS}x"]}}, "agx' does not exist"),
]


@pytest.mark.parametrize(("more", "message"), ALERTS, ids=[a[1] or "right" for a in ALERTS])
async def test_an_alert_looks_at_what_is_there_and_tells_who_is_there(
    dana: Dana, more: Json, message: str
) -> None:
    await dana.put(LOGS, {"location": "japaneast", "properties": {}})
    group: Json = {"location": "global", "properties": {"enabled": True, "groupShortName": "latch"}}
    await dana.put(ACTIONS, group, "2023-01-01")
    rule = f"{PROVIDERS}/Microsoft.Insights/scheduledQueryRules/rule"

    if not message:
        await dana.put(rule, alert(**more), "2022-06-15")
        return
    with pytest.raises(RefusedError, match=message):
        await dana.put(rule, alert(**more), "2022-06-15")


async def test_what_hangs_below_a_resource_goes_with_it(dana: Dana, azure: Azure) -> None:
    before = azure.world.everything()
    await dana.store()

    await azure.raw("DELETE", f"{STORE}?api-version=2024-01-01")

    assert azure.world.everything() == before
