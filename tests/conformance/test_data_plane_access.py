"""Who is let in by a perimeter, by a key and by a probe without any key?"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import openai
import pytest

from tests.conformance.view_fixtures import HOST, Views, view_authority, views
from tests.harness.data_plane import FrontDoor, api_key
from tests.harness.names import View
from tests.harness.physics import keys
from tests.harness.witness import Outcome
from tests.harness.world import Json

__all__ = ["view_authority", "views"]

DISABLED = "Public access is disabled. Please configure private endpoint."
HOME: Json = {"direction": "Inbound", "addressPrefixes": ["198.51.100.0/24"]}
AWAY: Json = {"direction": "Inbound", "addressPrefixes": ["192.0.2.0/24"]}
OUT: Json = {"direction": "Outbound", "addressPrefixes": ["198.51.100.0/24"]}
DENY: Json = {"networkAcls": {"defaultAction": "Deny"}}


@asynccontextmanager
async def door(views: Views, view: View) -> AsyncIterator[httpx2.AsyncClient]:
    """A plain HTTP client in front of the account, without any key."""
    front = FrontDoor(HOST, view, views.names, views.service, views.authority)
    await front.start()
    base = front.base_url.removesuffix("/openai/v1")
    try:
        async with httpx2.AsyncClient(base_url=base, verify=views.authority.client()) as client:
            yield client
    finally:
        await front.close()


# Source of the table: network-security-perimeter-transition.md.
@pytest.mark.parametrize(
    ("access", "mode", "rule", "admitted"),
    [
        pytest.param("Enabled", "Enforced", AWAY, False, id="enforced: open, but no rule fits"),
        pytest.param("Disabled", "Enforced", HOME, True, id="enforced: closed, but a rule fits"),
        pytest.param("Enabled", "Learning", AWAY, True, id="learning: falls back to open"),
        pytest.param("Disabled", "Learning", HOME, True, id="learning: closed, but a rule fits"),
        pytest.param("Disabled", "Learning", AWAY, False, id="learning: falls back to closed"),
        pytest.param("Enabled", "Enforced", OUT, False, id="a rule for the way out lets nobody in"),
        pytest.param("SecuredByPerimeter", "Learning", HOME, True, id="secured: a rule fits"),
        pytest.param("SecuredByPerimeter", "Learning", AWAY, False, id="secured: no rule fits"),
        pytest.param("Disabled", "Audit", HOME, False, id="audit: closed all the same"),
        pytest.param("Enabled", "Audit", AWAY, True, id="audit: open all the same"),
    ],
)
async def test_a_perimeter_decides_by_its_mode(
    views: Views, access: str, mode: str, rule: Json, *, admitted: bool
) -> None:
    account = views.account(properties={"publicNetworkAccess": access, "networkAcls": None})
    views.seed.perimeter("nsp", "rg", account=account, mode=mode, rules={"rule": rule})

    seen = await views.ask(account, None)

    assert seen.ok is admitted
    assert admitted or seen.outcome is Outcome.FORBIDDEN


async def test_secured_by_perimeter_without_one_lets_nobody_in_but_by_private_link(
    views: Views,
) -> None:
    account = views.account(properties={"publicNetworkAccess": "SecuredByPerimeter"})
    views.private_path(account)

    assert (await views.ask(account, None)).outcome is Outcome.FORBIDDEN
    assert (await views.ask(account, views.inside)).ok


async def test_an_enforced_perimeter_does_not_close_the_private_way(views: Views) -> None:
    account = views.account()
    views.private_path(account)
    views.seed.perimeter("nsp", "rg", account=account, rules={})

    assert (await views.ask(account, views.inside)).ok


async def test_a_key_that_was_made_anew_opens_and_the_old_one_does_not(views: Views) -> None:
    account = views.account(public=True)
    old = keys.of(account)
    keys.regenerate(account, "key1")

    stale = await views.witness.ask(HOST, None, old["key1"])
    fresh = await views.witness.ask(HOST, None, api_key(account))
    second = await views.witness.ask(HOST, None, old["key2"])

    assert (stale.status, fresh.ok, second.ok) == (401, True, True)


async def test_a_probe_without_a_key_learns_that_it_reached_the_account(views: Views) -> None:
    views.private_path(views.account())

    async with door(views, views.inside) as client:
        reached = await client.get("/openai/models", params={"api-version": "2024-10-21"})

    assert reached.status_code == 401
    assert reached.json()["error"]["code"] == "401"


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        pytest.param({"publicNetworkAccess": "Disabled"}, DISABLED, id="public access disabled"),
        pytest.param(
            {"publicNetworkAccess": "Enabled", **DENY},
            "Access denied due to Virtual Network/Firewall rules.",
            id="selected networks",
        ),
    ],
)
async def test_a_probe_without_a_key_is_refused_from_outside_in_the_documented_words(
    views: Views, properties: Json, message: str
) -> None:
    views.private_path(views.account(properties=properties))

    async with door(views, None) as client:
        refused = await client.get("/openai/models", params={"api-version": "2024-10-21"})

    assert refused.status_code == 403
    assert refused.json()["error"] == {"code": "403", "message": message}


async def test_the_genuine_client_without_a_valid_key_learns_the_same(views: Views) -> None:
    views.account(public=True)
    front = FrontDoor(HOST, None, views.names, views.service, views.authority)
    await front.start()

    async with openai.AsyncOpenAI(
        base_url=front.base_url,
        api_key="none",
        max_retries=0,
        http_client=httpx2.AsyncClient(verify=views.authority.client()),
    ) as client:
        with pytest.raises(openai.AuthenticationError) as reached:
            await client.models.list()
    await front.close()

    assert reached.value.status_code == 401
