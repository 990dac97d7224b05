"""The data plane and its witness: who is answered, who is refused, and in which words, by the genuine openai client."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import openai
import pytest

from tests.conformance.view_fixtures import HOST, Views, view_authority, views
from tests.harness.data_plane import AUDIENCE, INSIDE_EGRESS, OUTSIDE_ADDRESS, FrontDoor, api_key
from tests.harness.names import View
from tests.harness.witness import Outcome
from tests.harness.world import Caller, Json

__all__ = ["view_authority", "views"]

DISABLED = "Public access is disabled. Please configure private endpoint."
FIREWALL = "Access denied due to Virtual Network/Firewall rules."
KIM = Caller("Kim Sample", "5b1f0a3e-0000-4000-8000-00000000d001", "portal", "user")


async def test_a_private_account_answers_inside_and_is_forbidden_outside(views: Views) -> None:
    account = views.account()
    views.private_path(account)

    inside, outside = await views.ask(account, views.inside), await views.ask(account, None)

    assert (inside.outcome, inside.addresses) == (Outcome.ANSWERED, ("10.0.0.4",))
    assert inside.message == "This is aoai."
    assert (outside.status, outside.code, outside.message) == (403, "403", DISABLED)
    assert not outside.ok
    assert outside.milliseconds > 0


async def test_a_public_account_answers_outside(views: Views) -> None:
    account = views.account(public=True)

    assert (await views.ask(account, None)).ok


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        pytest.param({"publicNetworkAccess": None}, "", id="null is open"),
        pytest.param({"publicNetworkAccess": "enabled"}, "", id="case does not matter"),
        pytest.param(
            {"networkAcls": {"defaultAction": "Allow", "ipRules": [{"value": "192.0.2.1"}]}},
            "",
            id="rules have no effect under Allow",
        ),
        pytest.param({"networkAcls": {"defaultAction": None}}, "", id="a null default is Allow"),
        pytest.param({"networkAcls": {"defaultAction": "Deny"}}, FIREWALL, id="Deny without rules"),
        pytest.param(
            {"networkAcls": {"defaultAction": "Deny", "ipRules": [{"value": "192.0.2.0/24"}]}},
            FIREWALL,
            id="a range of others",
        ),
        pytest.param(
            {
                "networkAcls": {
                    "defaultAction": "Deny",
                    "ipRules": [{"value": OUTSIDE_ADDRESS}],
                }
            },
            "",
            id="the caller's address",
        ),
        pytest.param(
            {"publicNetworkAccess": "Disabled", "networkAcls": {"defaultAction": "Allow"}},
            DISABLED,
            id="Disabled wins over Allow",
        ),
        pytest.param(
            {"publicNetworkAccess": "SecuredByPerimeter"}, FIREWALL, id="a perimeter without us"
        ),
    ],
)
async def test_the_outside_is_let_in_by_the_accounts_switches(
    views: Views, properties: Json, message: str
) -> None:
    account = views.account(public=True)
    account.properties.update(properties)

    seen = await views.ask(account, None)

    assert seen.ok == (message == "")
    assert message == ("" if seen.ok else seen.message)


async def test_selected_networks_admit_a_subnet_and_refuse_its_neighbor(views: Views) -> None:
    rule = {"id": f"{views.network.id.upper()}/subnets/endpoints"}
    acls = {"defaultAction": "Deny", "virtualNetworkRules": [rule]}
    account = views.account(public=True)
    account.properties["networkAcls"] = acls

    assert (await views.ask(account, views.inside)).ok
    assert (await views.ask(account, views.other.id)).message == FIREWALL


async def test_the_firewalls_refusal_carries_its_headers(views: Views) -> None:
    account = views.account(public=True)
    account.properties["networkAcls"] = {"defaultAction": "Deny"}

    async with front(views, None) as door:
        error = await refused(views, door, openai.PermissionDeniedError, key=api_key(account))

    assert error.response.headers["policy-id"] == "ThrowExceptionDueToTrafficDenied"
    assert "apim-request-id" in error.response.headers


async def test_translator_names_the_callers_address(views: Views) -> None:
    account = views.account("words", public=True, kind="TextTranslation")
    account.properties["networkAcls"] = {"defaultAction": "Deny"}

    seen = await views.ask(account, views.other.id, "words.cognitiveservices.azure.com")

    assert seen.code == "AccessDenied"
    assert seen.message == f"{FIREWALL} Your IP address is {INSIDE_EGRESS}."


async def test_the_regions_endpoint_sends_a_restricted_account_away(views: Views) -> None:
    account = views.account()

    seen = await views.ask(account, None, "eastus.api.cognitive.microsoft.com")

    assert seen.outcome is Outcome.FORBIDDEN
    assert "Please use the correct endpoint" in seen.message


async def test_the_privatelink_name_is_a_certificate_error(views: Views) -> None:
    account = views.account()
    views.private_path(account)

    seen = await views.witness.ask_wrong_host(HOST, views.inside, api_key(account))

    assert seen.error_kind == "certificate error"
    assert seen.addresses == ("10.0.0.4",)
    assert seen.status is None


async def test_a_missing_record_is_a_name_that_is_not_found(views: Views) -> None:
    account = views.account()
    views.private_path(account)
    views.physics.records.remove(views.zone.id, "aoai")

    seen = await views.ask(account, views.inside)

    assert (seen.outcome, seen.addresses) == (Outcome.NAME_NOT_FOUND, ())


async def test_a_record_that_points_nowhere_is_a_refused_connection(views: Views) -> None:
    account = views.account()
    views.private_path(account)
    views.physics.records.write(views.zone.id, "aoai", ["10.0.0.99"], "somebody")

    seen = await views.ask(account, views.inside)

    assert (seen.outcome, seen.addresses) == (Outcome.REFUSED, ("10.0.0.99",))


async def test_a_lost_link_leads_inside_callers_to_the_public_refusal(views: Views) -> None:
    account = views.account()
    views.private_path(account)
    views.world.remove(f"{views.zone.id}/virtualNetworkLinks/link-hub")

    assert (await views.ask(account, views.inside)).message == DISABLED


async def test_only_an_approved_connection_carries_traffic(views: Views) -> None:
    account = views.account()
    endpoint = views.endpoint(account, approved=False)
    views.seed.link(views.zone, views.network)
    views.seed.record(views.zone, "aoai", ["10.0.0.4"])
    pending = await views.ask(account, views.inside)

    views.physics.connections.change(views.connection(account), "Approved", "ok")
    approved = await views.ask(account, views.inside)
    views.physics.connections.change(views.connection(account), "Rejected", "no")
    views.physics.records.write(views.zone.id, "aoai", ["10.0.0.4"], endpoint.id)
    rejected = await views.ask(account, views.inside)

    outcomes = [each.outcome for each in (pending, approved, rejected)]
    assert outcomes == [Outcome.REFUSED, Outcome.ANSWERED, Outcome.REFUSED]


async def test_another_accounts_endpoint_is_no_way_in(views: Views) -> None:
    account, other = views.account(), views.account("other")
    views.private_path(account)
    views.endpoint(other)
    views.physics.records.write(views.zone.id, "aoai", ["10.0.0.5"], "somebody")

    seen = await views.ask(account, views.inside)

    assert (seen.addresses, seen.message) == (("10.0.0.5",), DISABLED)


async def test_private_addresses_are_not_reached_from_outside(views: Views) -> None:
    views.endpoint(views.account())

    assert await views.plane.locate("10.0.0.4", None) is None
    assert await views.plane.locate("10.0.0.4", views.inside) is not None
    assert await views.plane.locate("10.0.0.77", views.inside) is None


async def test_a_wrong_key_is_a_401_and_the_network_comes_before_the_key(views: Views) -> None:
    opened = views.account(public=True)
    wrong = await views.witness.ask(HOST, None, "wrong")
    opened.properties["publicNetworkAccess"] = "Disabled"
    closed = await views.witness.ask(HOST, None, "wrong")

    assert (wrong.outcome, wrong.status, wrong.code) == (Outcome.OTHER_STATUS, 401, "401")
    assert closed.message == DISABLED


async def test_a_key_is_useless_when_local_auth_is_off(views: Views) -> None:
    account = views.account(public=True)
    account.properties["disableLocalAuth"] = True

    assert (await views.ask(account, None)).code == "AuthenticationTypeDisabled"


def front(views: Views, view: View) -> "Door":
    return Door(views, view)


class Door:
    """A front door for the length of a test."""

    def __init__(self, views: Views, view: View) -> None:
        self._door = FrontDoor(HOST, view, views.names, views.service, views.authority)

    async def __aenter__(self) -> FrontDoor:
        await self._door.start()
        return self._door

    async def __aexit__(self, *_: object) -> None:
        await self._door.close()


async def complete(views: Views, client: type[Any], **options: Any) -> str:
    """One chat completion by a genuine client that trusts the lab's authority."""
    http = httpx2.AsyncClient(verify=views.authority.client())
    async with client(max_retries=0, http_client=http, **options) as opened:
        answer = await opened.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": "hello"}]
        )
    text: str = answer.choices[0].message.content
    return text


async def refused[E: Exception](
    views: Views, door: FrontDoor, error: type[E], key: str = "wrong"
) -> E:
    with pytest.raises(error) as caught:
        await complete(views, openai.AsyncOpenAI, base_url=door.base_url, api_key=key)
    return caught.value


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(lambda url: (openai.AsyncOpenAI, {"base_url": url}), id="openai"),
        pytest.param(
            lambda url: (
                openai.AsyncAzureOpenAI,
                {"base_url": f"{url}/deployments/gpt-4o", "api_version": "2024-10-21"},
            ),
            id="deployment in the base url",
        ),
        pytest.param(
            lambda url: (
                openai.AsyncAzureOpenAI,
                {"azure_endpoint": url, "api_version": "2024-10-21"},
            ),
            id="azure endpoint",
        ),
    ],
)
async def test_a_front_door_takes_whatever_a_client_appends(
    views: Views, options: Callable[[str], tuple[type[Any], Json]]
) -> None:
    account = views.account()
    views.private_path(account)

    async with front(views, views.inside) as door:
        client, arguments = options(door.base_url)
        text = await complete(views, client, api_key=api_key(account), **arguments)

    assert text == "This is aoai."


async def test_a_front_door_looks_from_its_own_view(views: Views) -> None:
    account = views.account()
    views.private_path(account)

    async with front(views, None) as door:
        error = await refused(views, door, openai.PermissionDeniedError, api_key(account))

    assert error.code == "403"
    assert error.body == {"code": "403", "message": DISABLED}


async def test_a_front_door_drops_the_connection_when_the_name_leads_nowhere(views: Views) -> None:
    account = views.account()
    views.private_path(account)
    views.physics.records.remove(views.zone.id, "aoai")

    async with front(views, views.inside) as door:
        await refused(views, door, openai.APIConnectionError, api_key(account))


async def test_a_token_opens_the_account_as_well(views: Views) -> None:
    views.account(public=True)
    token = views.tokens.issue(KIM, AUDIENCE)
    foreign = views.tokens.issue(KIM, "https://management.azure.com")

    async with front(views, None) as door:
        text = await complete(
            views,
            openai.AsyncAzureOpenAI,
            azure_endpoint=door.base_url,
            azure_ad_token=token,
            api_version="2024-10-21",
        )
        await refused(views, door, openai.AuthenticationError, foreign)

    assert text == "This is aoai."


@pytest.fixture
async def raw(views: Views) -> AsyncIterator[httpx2.AsyncClient]:
    """A plain HTTP client in front of a public account, with its key."""
    account = views.account(public=True)
    async with (
        front(views, None) as door,
        httpx2.AsyncClient(
            base_url=door.base_url.removesuffix("/v1"),
            headers={"api-key": api_key(account)},
            verify=views.authority.client(),
        ) as client,
    ):
        yield client


async def test_models_are_listed_by_the_genuine_client(views: Views) -> None:
    account = views.account(public=True)

    async with (
        front(views, None) as door,
        openai.AsyncOpenAI(
            base_url=door.base_url,
            api_key=api_key(account),
            max_retries=0,
            http_client=httpx2.AsyncClient(verify=views.authority.client()),
        ) as client,
    ):
        models = [model.id async for model in client.models.list()]

    assert models == ["gpt-4o"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/embeddings", {"model": "m", "messages": ["x"]}, 404),
        ("/v1/openai/deployments/d/chat/completions", {"messages": ["x"]}, 404),
        ("/v1/chat/completions", {"model": "m"}, 400),
        ("/v1/chat/completions", ["x"], 400),
        ("/v1/chat/completions", {"model": "m", "messages": ["x"], "stream": True}, 400),
    ],
    ids=["unknown path", "no api-version", "no messages", "no object", "a stream"],
)
async def test_what_the_service_does_not_know_is_an_error_in_its_own_shape(
    raw: httpx2.AsyncClient, path: str, body: Any, status: int
) -> None:
    answer = await raw.post(path, json=body)

    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"code", "message"}
