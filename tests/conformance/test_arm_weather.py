"""Does the weather strike whom it should, as often as it should, and with what it should?"""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ServiceRequestError, ServiceResponseError

from tests.conformance.arm_fixtures import ROBIN, Azure, authority, azure
from tests.harness.weather import WeatherError
from tests.harness.world import Caller

__all__ = ["authority", "azure"]

CLOSE: Any = {"properties": {"publicNetworkAccess": "Disabled"}}


async def test_a_rule_strikes_as_often_as_it_says(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")
    azure.weather.add({"method": "GET", "status": 503, "count": 2})

    statuses = []
    for _ in range(3):
        try:
            await azure.robin.accounts.get("rg-ai", "aoai")
        except HttpResponseError as error:
            statuses.append(error.status_code)

    assert statuses == [503, 503]


async def test_the_sdk_sleeps_as_long_as_retry_after_says_and_tries_again(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai", public=True)
    azure.weather.add({"method": "PATCH", "status": 429, "retry_after": 0, "count": 1})
    patient = azure.as_(ROBIN, retry_total=3)

    account = await patient.accounts.begin_update("rg-ai", "aoai", CLOSE, polling=False)

    assert (await account.result()).properties.public_network_access == "Disabled"
    assert [(entry.status, entry.code) for entry in azure.requests()] == [
        (429, "TooManyRequests"),
        (202, ""),
    ]


@pytest.mark.parametrize(
    ("rule", "struck"),
    [
        pytest.param({"type": "microsoft.cognitiveservices/ACCOUNTS"}, True, id="by type"),
        pytest.param({"type": "Microsoft.Network/privateEndpoints"}, False, id="by another type"),
        pytest.param({"principal": "Robin Example"}, True, id="by principal"),
        pytest.param({"principal": "Somebody"}, False, id="by another principal"),
        pytest.param(
            {"operation": "Microsoft.CognitiveServices/accounts/read"}, True, id="by operation"
        ),
        pytest.param({"door": "identity"}, False, id="by another door"),
        pytest.param({"method": "PATCH"}, False, id="by another method"),
    ],
)
async def test_a_rule_chooses_its_requests(azure: Azure, rule: Any, *, struck: bool) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    azure.weather.add({"status": 500, **rule})

    status, _, _ = await azure.raw("GET", f"{account.id}?api-version=2025-09-01")

    assert status == (500 if struck else 200)


async def test_a_rule_may_name_one_resource(azure: Azure) -> None:
    one, two = (azure.seed.account(name, "rg-ai") for name in ("one", "two"))
    azure.weather.add({"id": one.id.upper(), "status": 403, "code": "RequestDisallowedByPolicy"})

    answers = [await azure.raw("GET", f"{a.id}?api-version=2025-09-01") for a in (one, two)]

    assert [answer[0] for answer in answers] == [403, 200]
    assert answers[0][1]["error"]["code"] == "RequestDisallowedByPolicy"


async def test_a_write_may_take_effect_before_the_fault_is_answered(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai", public=True)
    azure.weather.add({"method": "PATCH", "status": 502, "after_write": True, "count": 1})

    with pytest.raises(HttpResponseError) as struck:
        await azure.robin.accounts.begin_update("rg-ai", "aoai", CLOSE, polling=False)

    assert struck.value.status_code == 502
    assert account.properties["publicNetworkAccess"] == "Disabled"


async def test_a_connection_can_be_dropped(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")
    azure.weather.add({"reset": True, "count": 1})

    with pytest.raises((ServiceRequestError, ServiceResponseError)):
        await azure.robin.accounts.begin_update("rg-ai", "aoai", CLOSE, polling=False)

    assert [entry.code for entry in azure.requests()] == ["ConnectionReset"]


async def test_one_dropped_connection_is_not_noticed_by_a_read(azure: Azure) -> None:
    """aiohttp tries an idempotent request once more by itself."""
    azure.seed.account("aoai", "rg-ai")
    azure.weather.add({"reset": True, "count": 1})

    account = await azure.robin.accounts.get("rg-ai", "aoai")

    assert account.name == "aoai"
    assert [entry.code for entry in azure.requests()] == ["ConnectionReset", ""]


async def test_a_body_can_be_broken(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")
    azure.weather.add({"malformed": True, "count": 1})

    with pytest.raises(HttpResponseError):
        await azure.robin.accounts.get("rg-ai", "aoai")


async def test_an_answer_can_be_late_by_the_labs_clock(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")
    azure.weather.add({"delay": 45, "count": 1})
    before = azure.clock.time()

    account = await azure.until_done(azure.robin.accounts.get("rg-ai", "aoai"))

    assert account.name == "aoai"
    assert azure.clock.time() - before >= 45


async def test_the_sky_clears(azure: Azure) -> None:
    account = azure.seed.account("aoai", "rg-ai")
    azure.weather.add({"status": 500})

    azure.weather.clear()

    assert (await azure.raw("GET", f"{account.id}?api-version=2025-09-01"))[0] == 200


async def test_trouble_for_one_is_none_for_another(azure: Azure) -> None:
    azure.seed.account("aoai", "rg-ai")
    azure.weather.add({"principal": "latch", "status": 503})
    latch = azure.as_(Caller("latch", "latch-oid", "latch-app", "app"), "Reader")

    await azure.robin.accounts.get("rg-ai", "aoai")
    with pytest.raises(HttpResponseError):
        await latch.accounts.get("rg-ai", "aoai")


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        pytest.param({"status": 500, "colour": "grey"}, "unknown key", id="an unknown key"),
        pytest.param({"status": "500"}, "wrong value", id="a status that is no number"),
        pytest.param({"status": 500, "count": True}, "wrong value", id="a count that is no number"),
        pytest.param({"method": "GET"}, "needs a status", id="a rule that does nothing"),
        pytest.param({"status": 500, "door": "back"}, "unknown door", id="an unknown door"),
    ],
)
def test_a_rule_is_read_strictly(azure: Azure, rule: Any, complaint: str) -> None:
    with pytest.raises(WeatherError, match=complaint):
        azure.weather.add(rule)
