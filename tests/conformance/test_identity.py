"""Does azure-identity get its tokens from the lab as it gets them on App Service?"""

from collections.abc import AsyncIterator

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CredentialUnavailableError
from azure.identity.aio import ManagedIdentityCredential

from tests.harness.clock import LabClock
from tests.harness.identity import IdentityDoor
from tests.harness.tokens import Tokens
from tests.harness.weather import Weather
from tests.harness.world import Caller

SYSTEM = Caller("latch", "system-oid", "system-app", "app")
NAMED = Caller("latch-network", "named-oid", "named-app", "app")
AUDIENCE = "https://management.azure.com"
SCOPE = f"{AUDIENCE}/.default"


class Identity:
    """The door, what reads its tokens, and what troubles it."""

    def __init__(self) -> None:
        self.clock = LabClock()
        self.tokens = Tokens(self.clock)
        self.weather = Weather()
        self.door = IdentityDoor(self.tokens, {"": SYSTEM, "named-app": NAMED}, self.weather)


@pytest.fixture
async def identity(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Identity]:
    identity = Identity()
    await identity.door.start()
    monkeypatch.setenv("IDENTITY_ENDPOINT", identity.door.endpoint)
    monkeypatch.setenv("IDENTITY_HEADER", identity.door.header)
    yield identity
    await identity.door.close()
    identity.clock.close()


async def test_the_system_assigned_identity_gets_a_token(identity: Identity) -> None:
    async with ManagedIdentityCredential() as credential:
        token = await credential.get_token(SCOPE)

    assert identity.tokens.read(token.token, AUDIENCE) == SYSTEM
    assert 86000 < token.expires_on - identity.clock.time() <= 86400


async def test_a_client_id_chooses_a_user_assigned_identity(identity: Identity) -> None:
    async with ManagedIdentityCredential(client_id="NAMED-app") as credential:
        token = await credential.get_token("https://storage.azure.com/.default")

    assert identity.tokens.read(token.token, "https://storage.azure.com/") == NAMED


async def test_one_token_serves_many_calls(identity: Identity) -> None:
    async with ManagedIdentityCredential() as credential:
        tokens = {(await credential.get_token(SCOPE)).token for _ in range(3)}

    assert len(tokens) == identity.door.issued == 1


async def test_an_unknown_identity_is_refused(identity: Identity) -> None:
    async with ManagedIdentityCredential(client_id="nobody") as credential:
        with pytest.raises(ClientAuthenticationError, match="No User Assigned"):
            await credential.get_token(SCOPE)

    assert identity.door.issued == 0


async def test_a_wrong_header_is_refused(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_HEADER", "guessed")

    async with ManagedIdentityCredential() as credential:
        with pytest.raises((ClientAuthenticationError, CredentialUnavailableError)):
            await credential.get_token(SCOPE)

    assert identity.door.issued == 0


async def test_the_weather_reaches_the_identity_endpoint(identity: Identity) -> None:
    identity.weather.add({"door": "identity", "status": 400, "count": 1})

    async with ManagedIdentityCredential() as credential:
        with pytest.raises(ClientAuthenticationError):
            await credential.get_token(SCOPE)
        token = await credential.get_token(SCOPE)

    assert identity.tokens.read(token.token, AUDIENCE) == SYSTEM


async def test_a_broken_answer_is_no_token(identity: Identity) -> None:
    identity.weather.add({"door": "identity", "malformed": True, "count": 1})

    async with ManagedIdentityCredential() as credential:
        with pytest.raises(ClientAuthenticationError):
            await credential.get_token(SCOPE)
