"""Whoever can write to the mailbox can lie: nothing is written for it, nothing is lost, and all of it is counted."""

import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.harness.lab import LATCH, Lab, Plan
from tests.harness.world import Json
from tests.harness.worlds import SUBSCRIPTION
from tests.scenarios import events
from tests.scenarios.conftest import NEVER
from tests.scenarios.story import writes_in

_PARENT = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-ai-prod/providers/"
    "Microsoft.CognitiveServices/accounts"
)
_ELSEWHERE = "22222222-2222-2222-2222-222222222222"

_names = st.one_of(
    st.text(max_size=80),
    st.sampled_from(["..", ".", "%2e%2e", "a/../b", "aoai-x?y=z", "aoai-x#y", "aoai-x\u0000"]),
    st.from_regex(r"aoai-nobody-[a-z0-9]{1,12}", fullmatch=True),
)
_ids = st.one_of(
    _names.map(lambda name: f"{_PARENT}/{name}"),
    _names.map(lambda name: f"{_PARENT}/{name}/../../x"),
    st.just(f"{_PARENT}/aoai-contoso-prod"),
    st.just(f"{_PARENT}/aoai-contoso-prod".replace(SUBSCRIPTION, _ELSEWHERE)),
    st.just(f"{_PARENT}/aoai-contoso-prod".replace("rg-ai-prod", "rg-ai-prod/../rg-finance")),
    st.text(max_size=200),
)
_claims = st.dictionaries(
    st.text(max_size=20), st.one_of(st.text(max_size=50), st.just("x" * 20_000)), max_size=2
)
_forged = st.builds(
    lambda resource_id, operation, claims, tenant, time: events.written(
        resource_id,
        eventTime=time,
        data={
            "operationName": operation,
            "resourceUri": resource_id,
            "status": "Succeeded",
            "tenantId": tenant,
            "claims": claims,
            "httpRequest": json.dumps({"method": "DELETE", "clientIpAddress": "203.0.113.9"}),
            "properties": {"publicNetworkAccess": "Enabled"},
        },
    ),
    _ids,
    st.sampled_from([events.WRITE, f"{_PARENT}/delete", "Microsoft.Network/x/write", ""]),
    _claims,
    st.sampled_from(["99999999-9999-4999-8999-999999999999", "another-tenant", ""]),
    st.sampled_from(["2026-08-24T10:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "x"]),
)


@pytest.fixture(scope="module")
async def lab(policy: Path) -> AsyncIterator[Lab]:
    async with Lab(Plan(policy=policy, settings=NEVER)) as lab:
        yield lab


def told_of(lab: Lab, since: int) -> int:
    """How many events the worker accounted for: each is dropped and said so, or costs a FAST pass."""
    lines = lab.worker_log[since:].splitlines()
    dropped = sum("event dropped: " in line for line in lines)
    fast = sum("pass ended: " in line and '"lane": "fast"' in line for line in lines)
    return dropped + fast


def poisoned(lab: Lab) -> int:
    assert lab.host is not None
    return sum(counts.poisoned for counts in lab.host.stats.values())


def read_by_latch(lab: Lab, since: int) -> Sequence[str]:
    return [e.id for e in lab.world.journal[since:] if e.principal == LATCH.name]


# Deadlines are off, because an example is a day in a lab; there are few, because each holds many events.
@settings(max_examples=4, suppress_health_check=list(HealthCheck))
@given(forged=st.lists(_forged, min_size=25, max_size=25))
async def test_forged_events_write_nothing_and_are_all_accounted_for(
    lab: Lab, forged: list[Json]
) -> None:
    logged, read, given_up = len(lab.worker_log), len(lab.world.journal), poisoned(lab)

    started = lab.grid.deliver_raw(forged)
    await lab.settled()

    assert [] == writes_in(lab)
    assert started == told_of(lab, logged)
    assert given_up == poisoned(lab)
    assert all(each.casefold().startswith(_READABLE) for each in read_by_latch(lab, read))


# What an honest look at the account and its private path reads, and no more.
_READABLE = tuple(
    f"/subscriptions/{SUBSCRIPTION}/resourcegroups/{group}/".casefold()
    for group in ("rg-ai-prod", "rg-network", "rg-dns")
)


async def test_an_event_that_is_replayed_for_days_changes_nothing(lab: Lab) -> None:
    genuine = events.written(f"{_PARENT}/aoai-contoso-prod")
    for _ in range(5):
        lab.grid.deliver_raw([genuine] * 4)
        await lab.settled()
        await lab.clock.advance(43_200)

    assert [] == writes_in(lab)
    assert 0 == poisoned(lab)
