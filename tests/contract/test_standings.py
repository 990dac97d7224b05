"""What the posture page shows survives storage, and never stands in a pass's way."""

from dataclasses import replace
from datetime import timedelta

import pytest

from remediation.adapters.ledger import TableLedger
from remediation.adapters.names import EVENTS_QUEUE, POSTURE_TABLE, REQUESTS_QUEUE
from remediation.adapters.plumbing import StoragePlumbing
from remediation.adapters.retention import TableRetention
from remediation.adapters.standings import TablePosture
from remediation.adapters.tables import safe_key
from remediation.desired import Baseline
from remediation.errors import Busy
from remediation.page.legs import legs
from remediation.page.parts import Part, State
from remediation.page.standing import Incident, Proven, Standing
from remediation.page_keeper import KeptLedger, KeptProofs, KeptRetention
from remediation.page_ports import Pulse
from remediation.ports import History
from remediation.proof import Proof, Statement
from remediation.proof import Standing as Claim
from remediation.report import Actor, ActorKind, Drift, Lane, Report, Verdict
from tests.builders import ACCOUNT, NOW, OTHER_ACCOUNT, report
from tests.contract.cut import Wire
from tests.contract.storage import HandClock, Storage

ROBIN = Actor(ActorKind.USER, "Robin Example", "object-1")
OPENED = Drift("public-access", ACCOUNT.text, "it is Disabled", "it is Enabled", "critical")


def held() -> Report:
    drift = replace(OPENED, withheld="AUDIT", message="only audited")
    told = report(verdict=Verdict.HELD, drifts=(drift,))
    return replace(told, cause=replace(told.cause, actor=ROBIN))


async def posture_of(storage: Storage) -> TablePosture:
    return TablePosture(await storage.tables())


async def kept(storage: Storage, clock: HandClock) -> tuple[KeptLedger, TablePosture]:
    posture = await posture_of(storage)
    return KeptLedger(TableLedger(await storage.tables(), clock), posture, lambda _: None), posture


async def recorded(ledger: KeptLedger, told: Report, history: History | None = None) -> None:
    async with ledger.lease(told.account, told.id) as lease:
        await lease.record(told, history or History(), ())


async def test_how_an_account_stands_survives_storage(storage: Storage) -> None:
    posture = await posture_of(storage)
    standing = Standing(ACCOUNT, Verdict.HELD, NOW, "production", (OPENED,), NOW, ROBIN, 12.5)

    await posture.keep(standing, NOW)
    await posture.keep(Standing(OTHER_ACCOUNT, Verdict.CONVERGED, NOW), None)

    assert await posture.standing(ACCOUNT) == standing
    assert [each.account for each in await posture.fleet()] == [ACCOUNT, OTHER_ACCOUNT]
    assert await posture.pulse() == Pulse(NOW, NOW)


async def test_a_posture_that_nobody_has_written_yet_is_empty(storage: Storage) -> None:
    posture = await posture_of(storage)

    assert await posture.standing(ACCOUNT) is None
    assert (await posture.fleet(), await posture.incidents(NOW)) == ((), ())
    assert await posture.pulse() == Pulse()
    await posture.drop(ACCOUNT)


async def test_incidents_are_told_the_newest_first_and_once(storage: Storage) -> None:
    posture = await posture_of(storage)
    days = [Incident(f"r{n}", ACCOUNT, f"e{n}", NOW - timedelta(days=n)) for n in range(4)]
    for each in (*days, days[0]):
        await posture.end(each)

    assert list(await posture.incidents(NOW - timedelta(days=2))) == days[:3]


async def test_a_recorded_pass_is_shown_and_a_deleted_account_is_not(
    storage: Storage, clock: HandClock
) -> None:
    ledger, posture = await kept(storage, clock)

    await recorded(ledger, held())
    [shown] = await posture.fleet()
    assert (shown.verdict, shown.actor, legs(shown)[0].state) == (Verdict.HELD, ROBIN, State.HELD)

    await recorded(ledger, report(verdict=Verdict.GONE, id="gone"))
    assert await posture.fleet() == ()


async def test_what_the_fast_lane_closed_is_an_incident(storage: Storage, clock: HandClock) -> None:
    ledger, posture = await kept(storage, clock)

    await ledger.note(
        replace(
            report(verdict=Verdict.REMEDIED), lane=Lane.FAST, drifts=(OPENED,), exposed_seconds=3.0
        )
    )

    [incident] = await posture.incidents(NOW - timedelta(days=30))
    assert (incident.rules, incident.exposed_seconds) == (("public-access",), 3.0)
    assert await posture.fleet() == ()


async def test_what_the_last_converged_state_had_is_asked_for(
    storage: Storage, clock: HandClock
) -> None:
    ledger, posture = await kept(storage, clock)

    await recorded(ledger, report(verdict=Verdict.CONVERGED), History(baseline=Baseline()))

    [shown] = await posture.fleet()
    states = {leg.part: leg.state for leg in legs(shown)}
    assert (states[Part.ACCESS], states[Part.ENDPOINT]) == (State.OK, State.NOT_ASKED)


async def test_a_posture_that_cannot_be_written_costs_no_pass(
    storage: Storage, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with Wire(storage.azurite.table_url, storage.authority) as wire:
        ledger = TableLedger(await storage.tables(), clock)
        watched = KeptLedger(ledger, TablePosture(await storage.tables(wire.url)), lambda _: None)
        wire.broken = "/"

        await recorded(watched, held())

    assert [each.verdict for each in await ledger.reports(ACCOUNT, 5)] == [Verdict.HELD]
    assert any("posture not written" in line.message for line in caplog.records)


async def test_a_row_that_cannot_be_read_is_left_out(
    storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    posture, tables = await posture_of(storage), await storage.tables()
    for account in (ACCOUNT, OTHER_ACCOUNT):
        await posture.keep(Standing(account, Verdict.CONVERGED, NOW), None)
    table = tables.get_table_client(POSTURE_TABLE)
    row = await table.get_entity("fleet", f"account|{safe_key(ACCOUNT.key)}")
    await table.update_entity({**row, "json0": "{"})

    assert [each.account for each in await posture.fleet()] == [OTHER_ACCOUNT]
    assert "posture not readable" in caplog.text


PROVEN = Proven(NOW, State.OK, "All 4 claims are proven.")


async def test_what_a_mere_look_proved_is_shown_beside_how_the_account_stands(
    storage: Storage, clock: HandClock
) -> None:
    ledger, posture = await kept(storage, clock)
    await recorded(ledger, held())
    proof = Proof((Statement("resolves inside", Claim.PROVEN, "10.0.0.4"),))

    await KeptProofs(posture).on_audit(replace(report(verdict=Verdict.CONVERGED), proof=proof))
    await KeptProofs(posture).on_audit(replace(report(), account=OTHER_ACCOUNT, proof=proof))

    [shown] = await posture.fleet()
    assert (shown.verdict, shown.drifts[0].rule) == (Verdict.HELD, OPENED.rule)
    assert legs(shown)[-1].state is State.OK
    assert await ledger.reports(ACCOUNT, 5) == (held(),)


async def test_a_proof_never_overwrites_what_a_pass_has_stored_meanwhile(
    storage: Storage,
) -> None:
    posture, newer = await posture_of(storage), Standing(ACCOUNT, Verdict.HELD, NOW)
    await posture.keep(Standing(ACCOUNT, Verdict.CONVERGED, NOW), None)

    async with Wire(storage.azurite.table_url, storage.authority) as wire:
        slow = TablePosture(await storage.tables(wire.url))
        wire.meanwhile = lambda: posture.keep(newer, None)
        with pytest.raises(Busy):
            await slow.prove(ACCOUNT, PROVEN)

    assert await posture.standing(ACCOUNT) == newer


async def test_an_account_that_latch_lost_sight_of_is_forgotten_with_its_reports(
    storage: Storage,
) -> None:
    posture, tables = await posture_of(storage), await storage.tables()
    lost, seen = NOW - timedelta(days=91), NOW - timedelta(days=1)
    await posture.keep(Standing(ACCOUNT, Verdict.HELD, lost, actor=ROBIN), lost)
    await posture.keep(Standing(OTHER_ACCOUNT, Verdict.CONVERGED, seen), None)

    gone = await KeptRetention(TableRetention(tables), posture).forget(NOW - timedelta(days=90))

    assert gone == 1
    assert [each.account for each in await posture.fleet()] == [OTHER_ACCOUNT]
    assert await posture.pulse() == Pulse(seen, lost)


async def test_names_are_kept_no_longer_than_reports(storage: Storage) -> None:
    posture, tables = await posture_of(storage), await storage.tables()
    old, new = NOW - timedelta(days=91), NOW - timedelta(days=1)
    for name, at in (("old", old), ("new", new)):
        await posture.end(Incident(name, ACCOUNT, name, at, actor=ROBIN))

    gone = await KeptRetention(TableRetention(tables), posture).forget(NOW - timedelta(days=90))

    assert gone == 1
    left = await posture.incidents(NOW - timedelta(days=365))
    assert [each.report for each in left] == ["new"]


async def test_the_depth_of_every_queue_is_known_whether_it_exists_or_not(
    storage: Storage,
) -> None:
    queues = await storage.queues()
    client = queues.get_queue_client(f"{EVENTS_QUEUE}-poison")
    await client.create_queue()
    await client.send_message("lost")

    waiting = await StoragePlumbing(queues, queues, None, "none").waiting()

    assert (waiting[f"{EVENTS_QUEUE}-poison"], waiting[REQUESTS_QUEUE]) == (1, 0)


async def test_where_no_letters_are_kept_none_are_counted(storage: Storage) -> None:
    queues = await storage.queues()

    assert await StoragePlumbing(queues, queues, None, "none").dead_letters(10) is None
