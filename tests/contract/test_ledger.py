"""What the ledger remembers of an account: its reports, its last converged state, and what served it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from azure.data.tables.aio import TableServiceClient

from remediation.adapters.ledger import TableLedger
from remediation.adapters.names import INDEX_TABLE, LEDGER_TABLE
from remediation.adapters.tables import safe_key
from remediation.brakes import Revert
from remediation.desired import Baseline
from remediation.errors import Unavailable
from remediation.ids import ResourceId
from remediation.ports import History, NextLook
from remediation.report import (
    Actor,
    ActorKind,
    Cause,
    Drift,
    Outcome,
    Report,
    Result,
    Trigger,
    Verdict,
)
from tests.builders import (
    ACCOUNT,
    ENDPOINT,
    NOW,
    OTHER_ACCOUNT,
    OTHER_ENDPOINT,
    dns_spec,
    endpoint_spec,
    report,
    zone_id,
)
from tests.contract.cut import Wire
from tests.contract.storage import HandClock, Storage

DRIFT = Drift("public-access", ACCOUNT.text, "private", "open to the internet", "critical")
EVERYTHING = report(
    verdict=Verdict.REMEDIED,
    cause=Cause(
        Trigger.EVENT,
        NOW,
        "Microsoft.CognitiveServices/accounts/write",
        ACCOUNT.text,
        "event-1",
        "correlation-1",
        Actor(ActorKind.USER, "Robin Éxample 日本", "object-1", "app-1", "192.0.2.1"),
    ),
    drifts=(DRIFT, replace(DRIFT, withheld="AUDIT", message="only audited")),
    results=(Result("Close it", Outcome.WAITING, "later", "RequestConflict", 7.5),),
    drifted_at=NOW - timedelta(seconds=3, microseconds=1),
    exposed_seconds=3.25,
    retry_after=5.0,
    attempt=2,
)
REMEMBERED = History(
    answered_at=NOW,
    baseline=Baseline(
        endpoint_spec(static_ips=(("default", "10.20.1.4"),), tags=(("team", "ai"),)),
        dns_spec(),
    ),
    incident=EVERYTHING,
    next_look=NextLook("request-1", NOW + timedelta(days=1), lapse=True),
    reverts=(Revert("Close it", NOW, NOW, EVERYTHING.cause.actor, closed=True),),
)


@pytest.fixture
async def tables(storage: Storage) -> TableServiceClient:
    return await storage.tables()


@pytest.fixture
def ledger(tables: TableServiceClient, clock: HandClock) -> TableLedger:
    return TableLedger(tables, clock)


async def record(
    ledger: TableLedger,
    serves: Sequence[ResourceId] = (),
    *,
    history: History = REMEMBERED,
    **changes: Any,
) -> None:
    found = report(**changes)
    async with ledger.lease(found.account, "holder") as lease:
        await lease.record(found, history, serves)


def long_report(drifts: int, letters: int) -> Report:
    return report(
        drifts=tuple(replace(DRIFT, rule=f"rule-{n}", actual="é" * letters) for n in range(drifts))
    )


async def test_an_account_never_seen_has_no_past(ledger: TableLedger) -> None:
    assert await ledger.history(ACCOUNT) == History()
    assert await ledger.reports(ACCOUNT, 10) == ()
    assert await ledger.served_by(ENDPOINT) == ()


async def test_everything_that_was_recorded_is_read_again(ledger: TableLedger) -> None:
    async with ledger.lease(ACCOUNT, "holder") as lease:
        await lease.record(EVERYTHING, REMEMBERED, (ENDPOINT,))

    assert await ledger.reports(ACCOUNT, 10) == (EVERYTHING,)
    assert await ledger.history(ACCOUNT) == REMEMBERED


async def test_a_pass_without_a_lease_is_noted_beside_one_that_has_it(ledger: TableLedger) -> None:
    async with ledger.lease(ACCOUNT, "holder") as lease:
        await ledger.note(report(id="fast"))
        await lease.record(report(id="full", ended=NOW + timedelta(seconds=1)), REMEMBERED, ())

    assert [each.id for each in await ledger.reports(ACCOUNT, 10)] == ["full", "fast"]


async def test_noting_a_report_twice_keeps_it_once(ledger: TableLedger) -> None:
    await ledger.note(EVERYTHING)
    await ledger.note(EVERYTHING)

    assert await ledger.reports(ACCOUNT, 10) == (EVERYTHING,)


async def test_the_newest_reports_come_first_and_only_as_many_as_asked_for(
    ledger: TableLedger,
) -> None:
    for microseconds in (3, 1, 2, 1_000_000, 0):
        ended = NOW + timedelta(microseconds=microseconds)
        await ledger.note(report(id=str(microseconds), ended=ended))

    assert [each.id for each in await ledger.reports(ACCOUNT, 4)] == ["1000000", "3", "2", "1"]
    assert await ledger.reports(ACCOUNT, 0) == ()


async def test_the_case_of_an_id_does_not_matter(ledger: TableLedger) -> None:
    await record(ledger, (ENDPOINT,))
    shouted = ResourceId.parse(ACCOUNT.text.upper())

    assert await ledger.history(shouted) == REMEMBERED
    assert await ledger.served_by(ResourceId.parse(ENDPOINT.text.upper())) == (ACCOUNT,)


@pytest.mark.parametrize(
    "name",
    ["a+b", "a|b", "it's", "日本", "x" * 1000],
    ids=["plus", "bar", "quote", "foreign", "long"],
)
async def test_a_strange_name_is_kept_like_any_other(ledger: TableLedger, name: str) -> None:
    strange = ResourceId.parse(ACCOUNT.text.replace(ACCOUNT.name, name))
    await record(ledger, (ENDPOINT,), account=strange)

    assert await ledger.history(strange) == REMEMBERED
    assert [each.account for each in await ledger.reports(strange, 10)] == [strange]
    assert await ledger.served_by(ENDPOINT) == (strange,)
    assert await ledger.history(ACCOUNT) == History()


async def test_a_report_of_many_findings_is_kept_whole(ledger: TableLedger) -> None:
    long = long_report(drifts=200, letters=150)
    await record(ledger, drifts=long.drifts, history=replace(REMEMBERED, incident=long))

    assert (await ledger.reports(ACCOUNT, 1))[0].drifts == long.drifts
    assert await ledger.history(ACCOUNT) == replace(REMEMBERED, incident=long)


async def test_a_report_too_long_for_a_row_is_shortened_and_says_so(ledger: TableLedger) -> None:
    endless = long_report(drifts=5_000, letters=2_000)
    await record(ledger, drifts=endless.drifts, history=replace(REMEMBERED, incident=endless))
    (kept,) = await ledger.reports(ACCOUNT, 10)
    remembered = await ledger.history(ACCOUNT)

    assert kept.drifts[0].rule == "rule-0"
    assert kept.drifts[-1].rule == "report-shortened"
    assert kept.drifts[-1].expected == "5000 findings and 0 results"
    assert remembered.baseline == REMEMBERED.baseline
    assert remembered.incident is not None
    assert remembered.incident.drifts == kept.drifts


async def test_rows_that_cannot_be_read_are_forgotten(
    ledger: TableLedger, tables: TableServiceClient, caplog: pytest.LogCaptureFixture
) -> None:
    await record(ledger)
    table = tables.get_table_client(LEDGER_TABLE)
    rows = table.query_entities("RowKey ne 'lease'")
    for row in [each async for each in rows]:
        await table.update_entity({**row, "json0": '{"history": {'})
    await ledger.note(report(id="readable"))

    assert await ledger.history(ACCOUNT) == History()
    assert [each.id for each in await ledger.reports(ACCOUNT, 10)] == ["readable"]
    assert {line.message for line in caplog.records} >= {
        "history not readable",
        "report not readable",
    }


async def test_the_index_leads_from_a_resource_to_each_account_it_served(
    ledger: TableLedger,
) -> None:
    await record(ledger, (ENDPOINT, zone_id()))
    await record(ledger, (OTHER_ENDPOINT, zone_id()), account=OTHER_ACCOUNT)

    assert await ledger.served_by(ENDPOINT) == (ACCOUNT,)
    assert await ledger.served_by(OTHER_ENDPOINT) == (OTHER_ACCOUNT,)
    assert await ledger.served_by(zone_id()) == (ACCOUNT, OTHER_ACCOUNT)


async def test_what_no_longer_serves_a_converged_account_leaves_the_index(
    ledger: TableLedger,
) -> None:
    await record(ledger, (ENDPOINT, zone_id()))
    await record(ledger, (OTHER_ENDPOINT, zone_id()))

    assert await ledger.served_by(ENDPOINT) == ()
    assert await ledger.served_by(OTHER_ENDPOINT) == (ACCOUNT,)
    assert await ledger.served_by(zone_id()) == (ACCOUNT,)


@pytest.mark.parametrize("verdict", [Verdict.WAITING, Verdict.STALLED, Verdict.HELD])
async def test_what_served_an_account_is_remembered_while_it_is_broken(
    ledger: TableLedger, verdict: Verdict
) -> None:
    await record(ledger, (ENDPOINT,))
    await record(ledger, (), verdict=verdict)
    assert await ledger.served_by(ENDPOINT) == (ACCOUNT,)

    await record(ledger, (OTHER_ENDPOINT,))
    assert await ledger.served_by(ENDPOINT) == ()


async def test_an_account_that_is_gone_leaves_the_index(ledger: TableLedger) -> None:
    await record(ledger, (ENDPOINT,))
    await record(ledger, (), verdict=Verdict.GONE)

    assert await ledger.served_by(ENDPOINT) == ()


async def test_an_index_that_was_lost_is_written_again_by_the_next_pass(
    ledger: TableLedger, tables: TableServiceClient
) -> None:
    await record(ledger, (ENDPOINT,))
    await tables.delete_table(INDEX_TABLE)
    assert await ledger.served_by(ENDPOINT) == ()
    await record(ledger, (ENDPOINT,))

    assert await ledger.served_by(ENDPOINT) == (ACCOUNT,)


async def test_a_pass_is_recorded_although_the_index_does_not_answer(
    storage: Storage, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with Wire(storage.azurite.table_url, storage.authority) as wire:
        ledger = TableLedger(await storage.tables(wire.url), clock)
        await record(ledger, (ENDPOINT,))
        wire.broken = INDEX_TABLE
        await record(ledger, (OTHER_ENDPOINT,), history=History())
        wire.broken = ""

        assert await ledger.history(ACCOUNT) == History()
        assert await ledger.served_by(ENDPOINT) == (ACCOUNT,)
    assert {line.message for line in caplog.records} >= {
        "index row not written",
        "index row not removed",
    }


async def test_a_storage_that_does_not_answer_is_no_empty_memory(
    storage: Storage, clock: HandClock
) -> None:
    async with Wire(storage.azurite.table_url, storage.authority) as wire:
        ledger = TableLedger(await storage.tables(wire.url), clock)
        wire.broken = "/"
        with pytest.raises(Unavailable):
            await ledger.history(ACCOUNT)
        with pytest.raises(Unavailable):
            await ledger.reports(ACCOUNT, 1)
        with pytest.raises(Unavailable):
            await ledger.lease(ACCOUNT, "holder").__aenter__()


def test_two_names_never_share_a_key() -> None:
    names = ["/a/b", "|a|b", "/a|b", "a b", "a%20b", "A/b", "x" * 513, "x" * 514]

    assert len({safe_key(name) for name in names}) == len(names)
