"""Can the shipped templates be deployed, in every order, twice, in each of their ways; and are they shut?"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from remediation.errors import SettingsError
from remediation.settings import Settings, declared
from tests.conformance.arm_fixtures import SUBSCRIPTION
from tests.conformance.platform_fixtures import DANA, TOPIC
from tests.harness.bicep import (
    BicepError,
    Deployment,
    Environment,
    RefusedError,
    Scope,
    deploy,
    shuffled,
)
from tests.harness.deployment import TEMPLATES, Installation, Wishes, differences
from tests.harness.world import Json
from tests.infra.conftest import OTHER, Site

type Installed = tuple[Site, Installation, Deployment]
PLAIN = Wishes((SUBSCRIPTION,))
HERE = f"/subscriptions/{SUBSCRIPTION}"
TEAM = "/providers/Microsoft.Management/managementGroups/team"


def shared(name: str) -> Json:
    document: Json = json.loads((TEMPLATES / "shared" / name).read_text("utf-8"))
    return document


def roles_of(site: Site, principal: str) -> set[str]:
    """What Latch holds, as `role @ scope`, without what is Latch's own and without the suffix of the name."""
    return {
        f"{a.role.name.partition(' (')[0]} @ {a.scope}"
        for a in site.azure.roles.assignments
        if a.object_id == principal and not a.role.data_actions
    }


async def test_deploying_twice_changes_nothing(installed: Installed) -> None:
    site, _, first = installed
    before = json.loads(json.dumps(site.azure.world.everything()))
    roles = list(site.azure.roles.assignments)

    _, second = await site.install()

    assert list(differences(before, site.azure.world.everything())) == []
    assert (roles, first.outputs) == (site.azure.roles.assignments, second.outputs)
    assert sorted(w.id for w in first.written) == sorted(w.id for w in second.written)


@pytest.mark.parametrize("seed", range(3))
async def test_it_deploys_in_any_order_that_its_dependencies_allow(site: Site, seed: int) -> None:
    _, deployment = await site.install(order=shuffled(seed))

    assert deployment.of_type("Microsoft.EventGrid/systemTopics/eventSubscriptions")


def without(folder: Path, file: str, lines: str) -> Path:
    """The templates, with some lines of one of them taken out."""
    copied = folder / "infra"
    shutil.copytree(TEMPLATES, copied)
    shutil.copy(TEMPLATES.parent / "policy.yaml", folder / "policy.yaml")
    text = (copied / file).read_text("utf-8")
    assert lines in text
    (copied / file).write_text(text.replace(lines, ""), "utf-8")
    return copied


async def test_event_subscriptions_before_the_role_are_refused_as_in_azure(
    site: Site, tmp_path: Path
) -> None:
    templates = without(tmp_path, "onboard.bicep", "  dependsOn: [\n    sender\n  ]\n")

    with pytest.raises(RefusedError, match=r"may not do .*messages/add/action"):
        await site.install(templates=templates)


async def test_a_forgotten_dependency_on_a_group_is_found(site: Site, tmp_path: Path) -> None:
    wait = "  dependsOn: [\n    groups\n  ]\n"
    templates = without(tmp_path, "onboard.bicep", wait)

    with pytest.raises(RefusedError, match="ResourceGroupNotFound"):
        await site.install(templates=templates)


async def test_whoever_may_not_give_roles_cannot_deploy(site: Site) -> None:
    site.azure.roles.remove(DANA.object_id, "Owner", HERE)
    site.azure.roles.assign(DANA.object_id, "Contributor", HERE)

    with pytest.raises(RefusedError, match=r"AuthorizationFailed.*Microsoft\.Authorization/"):
        await site.install()


async def test_contributor_and_user_access_administrator_are_enough(site: Site) -> None:
    site.azure.roles.remove(DANA.object_id, "Owner", HERE)
    for role in ("Contributor", "User Access Administrator"):
        site.azure.roles.assign(DANA.object_id, role, HERE)

    await site.install()


# --- what wakes Latch


def test_events_go_into_the_queues_that_the_code_listens_on(installed: Installed) -> None:
    _, installation, _ = installed
    names = shared("names.json")
    filters = {"events": "event-filter.json", "watch": "watch-filter.json"}

    found = {s.name: s for s in installation.subscribers()}

    assert {s.watched for s in found.values()} == {SUBSCRIPTION}
    for kind, file in filters.items():
        subscriber = found[f"{names['subscriptions'][kind]}-{PLAIN.name}"]
        delivery = subscriber.properties["deliveryWithResourceIdentity"]["destination"]
        assert delivery["properties"]["queueName"] == names["mailbox"][kind]
        assert subscriber.properties["filter"] == shared(file)
        assert subscriber.properties["deadLetterWithResourceIdentity"]
    assert set(installation.queues) >= {names["mailbox"]["events"], names["mailbox"]["watch"]}


async def test_push_is_deployed_in_two_phases(site: Site) -> None:
    wishes = replace(PLAIN, ingest="push")
    installation, _ = await site.install(wishes)
    names = shared("names.json")
    events = f"{names['subscriptions']['events']}-{PLAIN.name}"

    first = {s.name: s.properties for s in installation.subscribers()}[events]
    with pytest.raises(RefusedError, match="Destination endpoint not found"):
        await site.install(replace(wishes, code_is_deployed=True))
    installation.publish({names["functions"]["pushedEvent"]: "eventGridTrigger"})
    installation, _ = await site.install(replace(wishes, code_is_deployed=True))
    second = {s.name: s.properties for s in installation.subscribers()}[events]

    assert "deliveryWithResourceIdentity" in first
    assert second["destination"]["endpointType"] == "AzureFunction"
    assert "deliveryWithResourceIdentity" not in second


async def test_several_subscriptions_each_have_topic_roles_and_alarms(site: Site) -> None:
    installation, _ = await site.install(replace(PLAIN, watched=(SUBSCRIPTION, OTHER)))

    assert {s.watched for s in installation.subscribers()} == {SUBSCRIPTION, OTHER}
    assert len({s.principal for s in installation.subscribers()}) == 2
    for role in ("Latch lockdown", "Latch network"):
        for subscription in (SUBSCRIPTION, OTHER):
            held = roles_of(site, installation.principal)
            assert f"{role} @ /subscriptions/{subscription}" in held


async def test_a_topic_that_is_there_is_adopted(site: Site) -> None:
    await site.dana.topic()
    with pytest.raises(RefusedError, match="Only one system topic is allowed per source"):
        await site.install()
    adopted = {SUBSCRIPTION: {"resourceGroup": "rg-ai", "name": "topic"}}

    installation, deployment = await site.install(replace(PLAIN, more={"existingTopics": adopted}))

    assert deployment.of_type("Microsoft.EventGrid/systemTopics") == []
    ids = [w.id for w in deployment.of_type("Microsoft.EventGrid/systemTopics/eventSubscriptions")]
    assert {i.rpartition("/eventSubscriptions")[0] for i in ids} == {TOPIC}
    assert len(list(installation.subscribers())) == 2


async def test_an_adopted_topic_without_an_identity_is_refused(site: Site) -> None:
    await site.dana.topic("None")
    adopted = {SUBSCRIPTION: {"resourceGroup": "rg-ai", "name": "topic"}}

    with pytest.raises(BicepError, match="principalId"):
        await site.install(replace(PLAIN, more={"existingTopics": adopted}))


def test_the_code_accepts_every_setting_that_the_templates_write(installed: Installed) -> None:
    written = {n: v for n, v in installed[1].settings.items() if n.startswith("LATCH_")}
    read = {setting.name for setting in declared(Settings).values()}
    of_the_host = set(shared("settings.json")["host"])

    assert Settings.from_environ(written).client_id
    assert set(installed[1].settings) - read == of_the_host


async def test_a_setting_that_the_code_does_not_read_is_refused(site: Site) -> None:
    wishes = replace(PLAIN, more={"extraSettings": {"LATCH_PROBE_RESOLVR": "10.0.0.4:53"}})
    installation, _ = await site.install(wishes)

    with pytest.raises(SettingsError, match="LATCH_PROBE_RESOLVR"):
        Settings.from_environ(installation.settings)


@pytest.mark.parametrize(
    ("ingest", "asked", "kept"), [("queue", 0, 0), ("queue", 2, 2), ("push", 0, 1)]
)
async def test_the_event_function_is_kept_warm_and_never_cold_with_push(
    site: Site, ingest: str, asked: int, kept: int
) -> None:
    wishes = replace(PLAIN, ingest=ingest, more={"alwaysReadyInstances": asked})
    _, deployment = await site.install(wishes)
    (app,) = properties(deployment, "Microsoft.Web/sites")
    function = {"queue": "queuedEvent", "push": "pushedEvent"}[ingest]
    name = f"function:{shared('names.json')['functions'][function]}"

    warm = app["functionAppConfig"]["scaleAndConcurrency"]["alwaysReady"]

    assert warm == ([{"name": name, "instanceCount": kept}] if kept else [])


# --- what Latch may do

RIGHTS = shared("rights.json")


@pytest.mark.parametrize("rights", RIGHTS)
async def test_rights_give_the_roles_that_they_name_and_no_others(site: Site, rights: str) -> None:
    installation, _ = await site.install(replace(PLAIN, rights=rights))
    names = {shared(f"{role}-role.json")["roleName"] for role in RIGHTS[rights]}

    assert roles_of(site, installation.principal) == {f"{name} @ {HERE}" for name in names}
    for name, actions in held_actions(site, installation.principal):
        assert "*" not in "".join(actions), name
        assert rights != "monitor" or all(a.endswith("/read") for a in actions), name


def held_actions(site: Site, principal: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for assignment in site.azure.roles.assignments:
        if assignment.object_id == principal and not assignment.role.data_actions:
            yield assignment.role.name, assignment.role.actions


async def test_roles_can_be_given_at_a_management_group_instead(site: Site) -> None:
    installation, _ = await site.install(replace(PLAIN, more={"assignRoles": False}))
    before = roles_of(site, installation.principal)
    site.azure.roles.management_groups["team"] = (SUBSCRIPTION, OTHER)
    site.azure.roles.assign(DANA.object_id, "Owner", TEAM)

    await deploy(
        site.dana.manager,
        TEMPLATES / "management-group.bicep",
        Scope.of_management_group("team"),
        {"installation": "lab", "principalId": installation.principal},
        Environment(site.azure.world.tenant),
    )

    assert before == set()
    assert roles_of(site, installation.principal) == {
        f"Latch lockdown @ {TEAM}",
        f"Latch network @ {TEAM}",
    }


async def test_policies_stand_in_front_when_they_are_asked_for(site: Site) -> None:
    _, deployment = await site.install(replace(PLAIN, more={"prevention": "Deny"}))

    effects = [
        w.body["properties"]["parameters"]["effect"]["value"]
        for w in deployment.of_type("Microsoft.Authorization/policyAssignments")
    ]
    assert sorted(effects) == ["Audit", "Audit", "Deny"]


# --- how shut it is


def properties(deployment: Deployment, type_: str) -> list[Json]:
    return [w.body["properties"] for w in deployment.of_type(type_)]


def test_nothing_is_reachable_from_outside_but_the_mailbox_for_event_grid(
    installed: Installed,
) -> None:
    deployment = installed[2]
    public = {
        w.id
        for w in deployment.written
        for name, value in w.body.get("properties", {}).items()
        if name.startswith("publicNetworkAccess") and value != "Disabled"
    }

    assert public == {deployment.outputs["LATCH_MAILBOX_ID"]}
    for account in properties(deployment, "Microsoft.Storage/storageAccounts"):
        assert account["networkAcls"]["defaultAction"] == "Deny"
        assert account["networkAcls"].get("ipRules", []) == []


async def test_with_push_only_event_grid_is_let_in(site: Site) -> None:
    _, deployment = await site.install(replace(PLAIN, ingest="push"))
    (app,) = properties(deployment, "Microsoft.Web/sites")
    config = app["siteConfig"]

    assert app["publicNetworkAccess"] == "Enabled"
    assert config["ipSecurityRestrictionsDefaultAction"] == "Deny"
    assert [r["ipAddress"] for r in config["ipSecurityRestrictions"]] == ["AzureEventGrid"]
    assert config["scmIpSecurityRestrictionsDefaultAction"] == "Deny"
    assert config["scmIpSecurityRestrictions"] == []


def test_nothing_takes_a_key(installed: Installed) -> None:
    deployment = installed[2]
    stores = properties(deployment, "Microsoft.Storage/storageAccounts")
    topics = properties(deployment, "Microsoft.EventGrid/topics")
    logs = properties(deployment, "Microsoft.OperationalInsights/workspaces")
    insights = properties(deployment, "Microsoft.Insights/components")
    doors = properties(deployment, "Microsoft.Web/sites/basicPublishingCredentialsPolicies")

    assert [s["allowSharedKeyAccess"] for s in stores] == [False, False]
    assert [s["allowBlobPublicAccess"] for s in stores] == [False, False]
    assert [s["minimumTlsVersion"] for s in stores] == ["TLS1_2", "TLS1_2"]
    assert [t["disableLocalAuth"] for t in topics] == [True]
    assert [w["features"]["disableLocalAuth"] for w in logs] == [True]
    assert [i["DisableLocalAuth"] for i in insights] == [True]
    assert [d["allow"] for d in doors] == [False, False]


SECRETS = ("accountkey=", "sharedaccesskey=", "sig=", "password", "?code=")


def test_neither_settings_nor_outputs_hold_a_secret(installed: Installed) -> None:
    _, installation, deployment = installed
    said: dict[str, Any] = {**installation.settings, **deployment.outputs}

    assert not [name for name, v in said.items() if any(s in str(v).casefold() for s in SECRETS)]


def test_every_private_endpoint_is_connected_and_has_its_record(installed: Installed) -> None:
    world = installed[0].azure.world
    endpoints = list(world.of_type("Microsoft.Network/privateEndpoints"))

    assert len(endpoints) == 8
    for endpoint in endpoints:
        (connection,) = endpoint.properties["privateLinkServiceConnections"]
        state = connection["properties"]["privateLinkServiceConnectionState"]["status"]
        assert state == "Approved", endpoint.id


async def test_an_existing_network_and_existing_zones_are_used(site: Site) -> None:
    first, _ = await site.install()
    group = first.outputs["AZURE_RESOURCE_GROUP"]
    network = f"{HERE}/resourceGroups/{group}/providers/Microsoft.Network/virtualNetworks/vnet-lab"
    more = {
        "appSubnetId": f"{network}/subnets/app",
        "endpointSubnetId": f"{network}/subnets/endpoints",
        "zoneGroupId": f"{HERE}/resourceGroups/{group}",
    }

    _, deployment = await site.install(replace(PLAIN, more=more))

    assert deployment.of_type("Microsoft.Network/virtualNetworks") == []
    assert deployment.of_type("Microsoft.Network/privateDnsZones") == []
