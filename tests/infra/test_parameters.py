"""Can each value that a parameter allows be deployed: to a subscription, a further one, a management group?"""

import copy
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest

from tests.conformance.arm_fixtures import SUBSCRIPTION
from tests.conformance.platform_fixtures import DANA
from tests.harness.bicep import Deployment, Environment, Scope, deploy, load
from tests.harness.bicep.syntax import Literal, Text, walk
from tests.harness.certificates import Authority
from tests.harness.deployment import TEMPLATES, Installation, Wishes, differences
from tests.harness.world import Json
from tests.infra.conftest import OTHER, Site, opened

TEAM = "/providers/Microsoft.Management/managementGroups/team"
# A parameter of onboard.bicep, and the output of main.bicep that is its value.
HANDED_ON = {
    "principalId": "LATCH_PRINCIPAL_ID",
    "mailboxId": "LATCH_MAILBOX_ID",
    "appId": "LATCH_APP_ID",
    "workspaceId": "LATCH_WORKSPACE_ID",
    "actionGroupId": "LATCH_ACTION_GROUP_ID",
}


def allowed(template: str) -> Iterator[tuple[str, object]]:
    """Both values of each switch, too."""
    for name, parameter in load(TEMPLATES / template).params.items():
        if parameter.type == "bool":
            yield from ((name, True), (name, False))
        decorator = parameter.decorator("allowed")
        for node in walk(decorator) if decorator else ():
            match node:
                case Literal(value=value) | Text(parts=(str() as value,)):
                    yield name, value
                case _:
                    pass


def values(template: str) -> pytest.MarkDecorator:
    found = list(allowed(template))
    return pytest.mark.parametrize(("name", "value"), found, ids=[f"{n} {v}" for n, v in found])


@pytest.fixture(scope="module")
async def installed_here(authority: Authority) -> AsyncIterator[tuple[Site, Installation]]:
    """Latch in one subscription; what is deployed after it goes elsewhere."""
    async with AsyncExitStack() as stack:
        site = await opened(stack, authority, "Owner")
        roles = site.azure.roles
        roles.management_groups["team"] = (SUBSCRIPTION, OTHER)
        for scope in (f"/subscriptions/{OTHER}", TEAM):
            roles.assign(DANA.object_id, "Owner", scope)
        installation, _ = await site.install()
        yield site, installation


async def deployed(site: Site, template: str, scope: Scope, given: Json) -> Deployment:
    environment = Environment(site.azure.world.tenant)
    return await deploy(site.dana.manager, TEMPLATES / template, scope, given, environment)


async def onboarded(site: Site, installation: Installation, more: Json) -> Deployment:
    handed = {name: installation.outputs[output] for name, output in HANDED_ON.items()}
    given = {"installation": "lab", "location": "japaneast", **handed, **more}
    return await deployed(site, "onboard.bicep", Scope.of_subscription(OTHER), given)


@values("main.bicep")
async def test_every_allowed_value_can_be_deployed(site: Site, name: str, value: object) -> None:
    _, deployment = await site.install(Wishes((SUBSCRIPTION,), more={name: value}))

    assert deployment.written


@values("onboard.bicep")
async def test_every_allowed_value_can_be_deployed_to_a_further_subscription(
    installed_here: tuple[Site, Installation], name: str, value: object
) -> None:
    deployment = await onboarded(*installed_here, {name: value})

    assert deployment.of_type("Microsoft.EventGrid/systemTopics/eventSubscriptions")


@values("management-group.bicep")
async def test_every_allowed_value_can_be_deployed_to_a_management_group(
    installed_here: tuple[Site, Installation], name: str, value: object
) -> None:
    site, installation = installed_here
    given = {"installation": "lab", "principalId": installation.principal, name: value}

    deployment = await deployed(
        site, "management-group.bicep", Scope.of_management_group("team"), given
    )

    assert deployment.of_type("Microsoft.Authorization/roleAssignments")


async def test_onboarding_a_subscription_twice_changes_nothing(
    installed_here: tuple[Site, Installation],
) -> None:
    site, installation = installed_here
    await onboarded(site, installation, {})
    before = copy.deepcopy(site.azure.world.everything())
    roles = list(site.azure.roles.assignments)

    await onboarded(site, installation, {})

    assert list(differences(before, site.azure.world.everything())) == []
    assert roles == site.azure.roles.assignments
