"""Workers that share nothing but storage count as one."""

import asyncio
from datetime import timedelta

import pytest

from remediation.adapters.names import LEDGER_TABLE
from remediation.adapters.tallies import TableTallies
from remediation.brakes import BlastLimit, Claim
from remediation.errors import Unavailable
from remediation.ids import ResourceId
from tests.builders import ACCOUNT, OTHER_ACCOUNT
from tests.contract.cut import Wire
from tests.contract.storage import HandClock, Storage

AN_HOUR = timedelta(hours=1)
FIVE = BlastLimit(5, 100, AN_HOUR)
ONE = BlastLimit(1, 100, AN_HOUR)


async def tallies_of(storage: Storage, clock: HandClock, url: str = "") -> TableTallies:
    return TableTallies(await storage.tables(url), clock)


def numbered(number: int) -> ResourceId:
    return ResourceId.parse(f"{ACCOUNT.text}-{number}")


async def test_of_many_workers_at_once_only_as_many_go_on_as_are_allowed(
    storage: Storage, clock: HandClock
) -> None:
    workers = [await tallies_of(storage, clock) for _ in range(12)]

    claims = await asyncio.gather(
        *(worker.claim(numbered(n), FIVE) for n, worker in enumerate(workers))
    )

    assert [claim.granted for claim in claims].count(True) == 5


async def test_an_account_that_was_counted_goes_on(storage: Storage, clock: HandClock) -> None:
    tallies, other = await tallies_of(storage, clock), await tallies_of(storage, clock)
    await tallies.claim(ACCOUNT, ONE)
    shouted = ResourceId.parse(ACCOUNT.text.upper())

    assert (await other.claim(shouted, ONE)).granted
    assert not (await other.claim(OTHER_ACCOUNT, ONE)).granted


async def test_there_is_room_again_when_the_window_has_passed(
    storage: Storage, clock: HandClock
) -> None:
    tallies = await tallies_of(storage, clock)
    await tallies.claim(ACCOUNT, ONE)
    refused = await tallies.claim(OTHER_ACCOUNT, ONE)
    clock.advance(3600)

    assert refused.until == clock.now()
    assert (await tallies.claim(OTHER_ACCOUNT, ONE)).granted


async def test_a_share_is_one_of_the_fleet_that_was_counted_last(
    storage: Storage, clock: HandClock
) -> None:
    tallies = await tallies_of(storage, clock)
    await tallies.claim(ACCOUNT, FIVE)
    await tallies.count_fleet(80)

    claim = await tallies.claim(OTHER_ACCOUNT, BlastLimit(50, 10, AN_HOUR))

    assert claim == Claim(granted=True, counted=2, allowed=8)


async def test_as_many_accounts_are_counted_as_a_policy_may_allow(
    storage: Storage, clock: HandClock
) -> None:
    tallies, most = await tallies_of(storage, clock), BlastLimit(1000, 100, AN_HOUR)
    for number in range(60):
        claim = await tallies.claim(numbered(number), most)

    assert claim.counted == 60


async def test_a_tally_that_cannot_be_read_is_started_afresh(
    storage: Storage, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    tallies, tables = await tallies_of(storage, clock), await storage.tables()
    await tallies.claim(ACCOUNT, ONE)
    table = tables.get_table_client(LEDGER_TABLE)
    row = await table.get_entity("tally", "accounts")
    await table.update_entity({**row, "json0": "{"})

    assert (await tallies.claim(OTHER_ACCOUNT, ONE)).granted
    assert [line.message for line in caplog.records] == ["tally not readable"]


async def test_a_storage_that_does_not_answer_grants_nothing(
    storage: Storage, clock: HandClock
) -> None:
    async with Wire(storage.azurite.table_url, storage.authority) as wire:
        tallies = await tallies_of(storage, clock, wire.url)
        wire.broken = "/"
        with pytest.raises(Unavailable):
            await tallies.claim(ACCOUNT, ONE)
