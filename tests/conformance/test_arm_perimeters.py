"""Is a network security perimeter, and what an account tells of it, as Microsoft's own clients read it?"""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from tests.conformance.arm_fixtures import SUBSCRIPTION, Azure, authority, azure
from tests.harness.world import Caller, Json, Resource

__all__ = ["authority", "azure"]

OFFICE: Json = {"direction": "Inbound", "addressPrefixes": ["198.51.100.0/24"]}
KIM = Caller("Kim Example", "55555555-5555-4555-8555-555555555555", "kim", "user")


def configurations(azure: Azure) -> Any:
    return azure.robin.cognitive.network_security_perimeter_configurations


def perimeters(azure: Azure) -> Any:
    return azure.robin.network


def association_of(azure: Azure, account: Resource, **properties: Any) -> Json:
    base = azure.seed.id("rg-net", "Microsoft.Network/networkSecurityPerimeters", "nsp")
    return {
        "properties": {
            "privateLinkResource": {"id": account.id},
            "profile": {"id": f"{base}/profiles/default"},
            **properties,
        }
    }


async def test_an_account_outside_of_perimeters_has_no_configuration(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")

    found = [c async for c in configurations(azure).list("rg-ai", "aoai")]

    assert found == []


async def test_a_seeded_perimeter_shows_on_the_accounts_side(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    azure.seed.perimeter("nsp", "rg-net", account=account, rules={"office": OFFICE})

    (found,) = [c async for c in configurations(azure).list("rg-ai", "aoai")]
    again = await configurations(azure).get("rg-ai", "aoai", found.name)

    perimeter = found.properties.network_security_perimeter
    assert found.name == f"{perimeter.perimeter_guid}.aoai"
    assert perimeter.id.endswith("/networkSecurityPerimeters/nsp")
    assert found.properties.resource_association.access_mode == "Enforced"
    assert found.properties.profile.name == "default"
    assert found.properties.profile.access_rules_version == 1
    (rule,) = found.properties.profile.access_rules
    assert (rule.name, rule.properties.direction) == ("office", "Inbound")
    assert rule.properties.address_prefixes == ["198.51.100.0/24"]
    assert again.name == found.name


async def test_a_person_builds_a_perimeter_around_an_account(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    client = perimeters(azure)

    await client.network_security_perimeters.create_or_update(
        "rg-net", "nsp", {"location": "eastus"}
    )
    await client.network_security_perimeter_profiles.create_or_update(
        "rg-net", "nsp", "default", {}
    )
    await client.network_security_perimeter_access_rules.create_or_update(
        "rg-net", "nsp", "default", "office", {"properties": OFFICE}
    )
    made = await azure.finish(
        client.network_security_perimeter_associations.begin_create_or_update(
            "rg-net", "nsp", "assoc", association_of(azure, account)
        )
    )
    enforced = await azure.finish(
        client.network_security_perimeter_associations.begin_create_or_update(
            "rg-net", "nsp", "assoc", association_of(azure, account, accessMode="Enforced")
        )
    )

    assert made.properties.access_mode == "Learning"
    assert enforced.properties.access_mode == "Enforced"
    assert [change.operation for change in azure.changes] == [
        "Microsoft.Network/networkSecurityPerimeters/write",
        "Microsoft.Network/networkSecurityPerimeters/profiles/write",
        "Microsoft.Network/networkSecurityPerimeters/profiles/accessRules/write",
        "Microsoft.Network/networkSecurityPerimeters/resourceAssociations/write",
        "Microsoft.Network/networkSecurityPerimeters/resourceAssociations/write",
    ]
    listed = client.network_security_perimeter_associations.list("rg-net", "nsp")
    assert [a.name async for a in listed] == ["assoc"]


async def test_an_association_needs_the_right_on_the_account_and_its_own_profile(
    azure: Azure,
) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    other = azure.seed.account("other", "rg-ai")
    azure.seed.perimeter("nsp", "rg-net", account=account)
    scope = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-net"
    azure.roles.assign(KIM.object_id, "Network Contributor", scope)
    kim: Any = azure.as_(KIM).network.network_security_perimeter_associations
    robin: Any = azure.robin.network.network_security_perimeter_associations
    unknown = association_of(azure, other)
    unknown["properties"]["profile"]["id"] += "-gone"

    with pytest.raises(HttpResponseError, match="accounts/joinPerimeter/action"):
        await kim.begin_create_or_update("rg-net", "nsp", "more", association_of(azure, other))
    with pytest.raises(HttpResponseError, match="InvalidResourceReference"):
        await robin.begin_create_or_update("rg-net", "nsp", "more", unknown)
    with pytest.raises(HttpResponseError, match="is already in"):
        await robin.begin_create_or_update("rg-net", "nsp", "more", association_of(azure, account))


async def test_a_perimeter_with_associations_goes_only_by_force(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    azure.seed.perimeter("nsp", "rg-net", account=account)
    client = perimeters(azure).network_security_perimeters

    with pytest.raises(HttpResponseError, match="nested resources exist"):
        await client.begin_delete("rg-net", "nsp")
    await azure.finish(client.begin_delete("rg-net", "nsp", force_deletion=True))

    assert [c async for c in configurations(azure).list("rg-ai", "aoai")] == []


async def test_an_association_and_a_rule_can_be_taken_away(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    azure.seed.perimeter("nsp", "rg-net", account=account, rules={"office": OFFICE})
    client = perimeters(azure)

    await client.network_security_perimeter_access_rules.delete(
        "rg-net", "nsp", "default", "office"
    )
    (found,) = [c async for c in configurations(azure).list("rg-ai", "aoai")]
    await azure.finish(
        client.network_security_perimeter_associations.begin_delete("rg-net", "nsp", "aoai")
    )

    assert found.properties.profile.access_rules == []
    with pytest.raises(ResourceNotFoundError):
        await configurations(azure).get("rg-ai", "aoai", found.name)
