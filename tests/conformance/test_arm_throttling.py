"""Does ARM slow callers down as its documentation says?"""

from typing import Any

from tests.conformance.arm_fixtures import ROBIN, SUBSCRIPTION, ZONE, Azure, authority, azure
from tests.harness.arm.throttling import AZURE

__all__ = ["authority", "azure"]

ACCOUNTS = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/accounts"


def code_of(answer: tuple[int, Any, Any]) -> tuple[int, str]:
    return answer[0], answer[1]["error"]["code"]


async def test_by_azures_limits_a_burst_of_reads_ends_in_429_with_retry_after(azure: Azure) -> None:
    azure.door.throttling.limits = AZURE
    azure.seed.account("aoai", "rg-ai")
    for _ in range(250):
        azure.door.throttling.take(SUBSCRIPTION, ROBIN.object_id, "GET", "")
    seen: list[Any] = []

    path = f"{ACCOUNTS}?api-version=2025-09-01"
    while not seen or seen[-1][0] == 200:
        seen.append(await azure.raw("GET", path))
    refused = seen[-1]
    await azure.clock.advance(int(refused[2]["Retry-After"]))
    again = await azure.raw("GET", path)

    assert code_of(refused) == (429, "SubscriptionRequestsThrottled")
    assert again[0] == 200


async def test_writes_have_a_bucket_of_their_own_and_other_callers_too(azure: Azure) -> None:
    throttling = azure.door.throttling
    throttling.limits = AZURE
    for _ in range(200):
        left = throttling.take("s", "one", "PATCH", "")

    assert int(left["x-ms-ratelimit-remaining-subscription-writes"]) < 20
    assert throttling.take("s", "one", "GET", "") == {
        "x-ms-ratelimit-remaining-subscription-reads": "249"
    }
    assert throttling.take("s", "two", "PATCH", "") == {
        "x-ms-ratelimit-remaining-subscription-writes": "199"
    }


async def test_private_dns_counts_its_reads_itself(azure: Azure) -> None:
    zone = azure.seed.zone(ZONE, "rg-dns")
    azure.door.throttling.limits = AZURE

    _, _, headers = await azure.raw("GET", f"{zone.id}?api-version=2024-06-01")

    assert headers["x-ms-ratelimit-remaining-subscription-resource-requests"] == "499"
    assert "x-ms-ratelimit-remaining-subscription-reads" not in headers


async def test_unless_asked_the_lab_does_not_throttle(azure: Azure) -> None:
    for _ in range(1000):
        azure.door.throttling.take(SUBSCRIPTION, ROBIN.object_id, "PATCH", "")

    assert (await azure.raw("GET", f"{ACCOUNTS}?api-version=2025-09-01"))[0] == 200
