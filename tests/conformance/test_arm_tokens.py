"""Does ARM believe the tokens that it should, and no others?"""

from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError

from tests.conformance.arm_fixtures import (
    ROBIN,
    SUBSCRIPTION,
    Azure,
    LabCredential,
    authority,
    azure,
)
from tests.harness.tokens import TokenError
from tests.harness.world import Caller

__all__ = ["authority", "azure"]

LATCH = Caller("latch", "88888888-8888-4888-8888-888888888888", "latch-app", "app")
ACCOUNTS = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/accounts"


def code_of(answer: tuple[int, Any, Any]) -> tuple[int, str]:
    return answer[0], answer[1]["error"]["code"]


async def test_nobody_enters_without_a_token(azure: Azure) -> None:
    answer = await azure.raw(
        "GET", f"{ACCOUNTS}?api-version=2025-09-01", headers={"Authorization": ""}
    )

    assert code_of(answer) == (401, "AuthenticationFailed")
    assert "WWW-Authenticate" in answer[2]


@pytest.mark.parametrize(
    ("token", "code"),
    [
        pytest.param("not-a-token", "InvalidAuthenticationToken", id="no token at all"),
        pytest.param("e30.e30.e30", "InvalidAuthenticationToken", id="a signature not ours"),
        pytest.param("a.b.c", "InvalidAuthenticationToken", id="no base64"),
    ],
)
async def test_a_malformed_token_is_refused(azure: Azure, token: str, code: str) -> None:
    answer = await azure.raw("GET", f"{ACCOUNTS}?api-version=2025-09-01", token=token)

    assert code_of(answer) == (401, code)


async def test_a_token_for_another_audience_is_refused(azure: Azure) -> None:
    token = azure.tokens.issue(ROBIN, "https://storage.azure.com")

    answer = await azure.raw("GET", f"{ACCOUNTS}?api-version=2025-09-01", token=token)

    assert code_of(answer) == (401, "InvalidAuthenticationTokenAudience")


async def test_a_token_expires_by_the_labs_clock(azure: Azure) -> None:
    token = azure.tokens.issue(ROBIN, "https://management.core.windows.net/", seconds=3600)
    await azure.raw("GET", f"{ACCOUNTS}?api-version=2025-09-01", token=token)

    await azure.clock.advance(3601)
    answer = await azure.raw("GET", f"{ACCOUNTS}?api-version=2025-09-01", token=token)

    assert [entry.status for entry in azure.requests()] == [200, 401]
    assert code_of(answer) == (401, "ExpiredAuthenticationToken")


def test_a_token_names_its_caller(azure: Azure) -> None:
    somebody = Caller("Kim", "oid", "appid", "user", ("Contributor",), "192.0.2.77")

    token = azure.tokens.issue(somebody, "https://eventgrid.azure.net")

    assert azure.tokens.read(token, "https://eventgrid.azure.net/") == somebody
    with pytest.raises(TokenError):
        azure.tokens.read(token, "https://management.azure.com")


def test_a_persons_claims_name_the_person_and_an_apps_claims_the_app(azure: Azure) -> None:
    oid = "http://schemas.microsoft.com/identity/claims/objectidentifier"
    upn = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"

    person = azure.tokens.event_claims(ROBIN)
    app = azure.tokens.event_claims(LATCH)

    assert (person["name"], person[upn]) == ("Robin Example", "robin@contoso.example")
    assert (person["ipaddr"], person[oid]) == ("192.0.2.10", ROBIN.object_id)
    assert (app["idtyp"], app["appid"], app[oid]) == ("app", "latch-app", LATCH.object_id)
    assert "name" not in app
    assert upn not in app


async def test_a_client_whose_token_is_refused_says_so(azure: Azure) -> None:
    class Stale(LabCredential):
        async def get_token(self, *scopes: str, **options: Any) -> Any:
            token = await super().get_token(*scopes, **options)
            return token._replace(token="stale")

    client = azure.as_(ROBIN, credential=Stale(azure.tokens, ROBIN))

    with pytest.raises(ClientAuthenticationError):
        await client.accounts.get("rg-ai", "aoai")
