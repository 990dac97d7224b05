"""What stands around the private path: DNS servers of the network, filters of the subnet. Told, never mended.

The shipped event filter carries no writes of networks and subnets: the sweep finds these.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness.lab import Lab, Plan
from tests.harness.people import Person
from tests.harness.witness import Outcome
from tests.harness.world import Json
from tests.harness.worlds import NETWORK
from tests.scenarios import policies
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import Story

ROOT = policies.VNET.rsplit("/", 2)[0]
SECURITY_GROUP = f"{ROOT}/networkSecurityGroups/nsg-endpoints"
ROUTES = f"{ROOT}/routeTables/rt-endpoints"
KINDS = [("aoai", "OpenAI"), ("ais", "AIServices")]


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return policies.written(tmp_path_factory.mktemp("policy"), profiles=policies.PATH_PROFILES)


@pytest.fixture(scope="module")
async def module_lab(policy: Path) -> AsyncIterator[Lab]:
    """Two machines answer names in the network: only the first asks Azure's resolver for what it does not know."""
    async with Lab(Plan(policy=policy, settings=NEVER)) as lab:
        subnet = f"{lab.places.network.id}/subnets/snet-apps"
        for name, address, forwards in (
            ("nic-forwarding", policies.RESOLVER, True),
            ("nic-deaf", "10.20.128.11", False),
        ):
            lab.seeding.dns_server(
                name, NETWORK, subnet_id=subnet, address=address, forwards=forwards
            )
        yield lab


@pytest.fixture
async def lab(module_lab: Lab, robin: Person) -> AsyncIterator[Lab]:
    """The network is as it was when a story is over."""
    before = written(module_lab)
    yield module_lab
    await robin.put(policies.VNET, before)
    await module_lab.settled()


@pytest.fixture
def robin(module_lab: Lab) -> Person:
    return module_lab.person("Robin Example")


def written(lab: Lab) -> Json:
    """What a person would send to write the network as it is."""
    properties = lab.places.network.properties
    kept = ("addressSpace", "dhcpOptions")
    subnets = [
        {
            "name": subnet["name"],
            "properties": {"addressPrefix": subnet["properties"]["addressPrefix"]},
        }
        for subnet in properties["subnets"]
    ]
    body = {name: properties[name] for name in kept} | {"subnets": subnets}
    return {"location": lab.places.network.body["location"], "properties": body}


async def serves(robin: Person, lab: Lab, *servers: str) -> None:
    """Has the network ask these servers."""
    body = written(lab)
    body["properties"]["dhcpOptions"] = {"dnsServers": list(servers)}
    await robin.put(policies.VNET, body)
    await lab.settled()


async def filters(robin: Person, lab: Lab, **properties: object) -> None:
    """Writes the subnet of the endpoints."""
    subnet = {"addressPrefix": "10.20.0.0/17", **properties}
    await robin.put(policies.SUBNET, {"properties": subnet})
    await lab.settled()


# DNS servers of the network -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("prefix", "kind"), KINDS)
async def test_dns_servers_that_nobody_declared_are_told_and_stay(
    lab: Lab, robin: Person, prefix: str, kind: str
) -> None:
    """These do not forward: clients inside are led to the public address, and refused there."""
    story = Story.private(lab, f"{prefix}-misled-plain", kind)
    await serves(robin, lab, "10.20.128.11")
    assert {Outcome.FORBIDDEN} == {each.outcome for each in await story.inside()}

    await lab.swept()

    assert ["Stalled"] == story.told
    assert {"custom-dns"} == story.rules
    assert "10.20.128.11 are asked" in story.evidence
    assert ["10.20.128.11"] == lab.places.network.properties["dhcpOptions"]["dnsServers"]
    assert [] == story.strays()


async def test_declared_dns_servers_that_forward_are_nobodys_business(
    lab: Lab, robin: Person
) -> None:
    story = Story.private(lab, "aoai-resolving")
    await serves(robin, lab, policies.RESOLVER)

    await lab.swept()

    assert [] == story.told
    assert [] == story.strays()
    assert await story.is_private()


async def test_one_undeclared_server_beside_a_declared_one_is_told(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-second-server-resolving")
    await serves(robin, lab, policies.RESOLVER, "10.20.128.11")

    await lab.swept()

    assert ["Stalled"] == story.told
    assert "10.20.128.11 are asked" in story.evidence
    assert policies.RESOLVER not in story.evidence


async def test_azures_own_resolver_needs_no_declaration(lab: Lab, robin: Person) -> None:
    story = Story.private(lab, "aoai-azure-resolver-plain")
    await serves(robin, lab, "168.63.129.16")

    await lab.swept()

    assert [] == story.told
    assert await story.is_private()


# Filters of the subnet ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("prefix", "kind"), KINDS)
async def test_filters_before_the_endpoint_are_told_and_stay(
    lab: Lab, robin: Person, prefix: str, kind: str
) -> None:
    story = Story.private(lab, f"{prefix}-filtered-plain", kind)
    await robin.put(SECURITY_GROUP, {"location": "japaneast", "properties": {}})
    await robin.put(ROUTES, {"location": "japaneast", "properties": {}})
    await filters(
        robin,
        lab,
        privateEndpointNetworkPolicies="Enabled",
        networkSecurityGroup={"id": SECURITY_GROUP},
        routeTable={"id": ROUTES},
    )

    await lab.swept()

    assert ["Stalled"] == story.told
    assert {"subnet-policies"} == story.rules
    assert "Enabled, with nsg-endpoints and rt-endpoints" in story.evidence
    assert [] == story.strays()
    assert await story.is_private()


async def test_filters_that_do_not_apply_to_endpoints_are_nobodys_business(
    lab: Lab, robin: Person
) -> None:
    """Network policies are off by default (disable-private-endpoint-network-policy.md)."""
    story = Story.private(lab, "aoai-unfiltered-plain")
    await robin.put(SECURITY_GROUP, {"location": "japaneast", "properties": {}})
    await filters(robin, lab, networkSecurityGroup={"id": SECURITY_GROUP})

    await lab.swept()

    assert [] == story.told
