"""A look at the whole fleet through an index of Azure: what no event told is found here.

One sweep at a time, whoever begins it. It asks for FULL passes of the accounts that drifted, that nobody has looked at
yet, whose turn it is, or that are not there any more; all others cost no call. Progress is stored page by page, so an
interrupted sweep goes on where it was, and what was asked for twice is answered by one pass.
"""

import asyncio
import json
import logging
import uuid
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from remediation import fleet
from remediation.desired import Baseline, Desired
from remediation.errors import Busy, RemediationError, Terminal
from remediation.fleet import Blindness, BlindSpot, Checkpoint, OpenSpot, Surroundings, Why
from remediation.ids import ResourceId
from remediation.observed import Account
from remediation.policy import OutOfScope
from remediation.ports import LEASE_TAKEN, Clock, Outbox, Requests
from remediation.reach import Reach
from remediation.report import Cause, Lane, Request, Trigger
from remediation.sweep_ports import Events, FleetIndex, SweepLease, Sweeps
from remediation.sweep_round import Round

log = logging.getLogger(__name__)

type DesiredFor = Callable[
    [Account, tuple[str, ...], Baseline | None, datetime], Desired | OutOfScope
]
type KnownZones = Callable[[str], tuple[str, ...] | None]
type Tell = Callable[[OpenSpot], Awaitable[None]]
type Count = Callable[[int], Awaitable[None]]

# An alert that was stored this long ago and is still not delivered has lost its queue message.
_OVERDUE = timedelta(minutes=10)
# What nobody waits for is read slowly: eight calls every half second are fewer than the 25 reads a second that ARM
# gives back (request-limits-and-throttling).
_APART = 0.5
# Seconds: an event that is on its way tells who did it, so its pass comes first.
_AFTER_EVENTS = 5.0
# An interrupted sweep goes on for so long; after that its first accounts were looked at too long ago.
_STALE = timedelta(hours=1)
# How many calls run at once: of a queue, or about a subscription each.
_ABREAST = 16
_INDEX = "Azure Resource Graph"
_EVERYWHERE = "all subscriptions"
# Source: learn.microsoft.com, azure-resource-manager/troubleshooting/error-not-found: the word for one that is not
# there.
_NO_SUBSCRIPTION = "SubscriptionNotFound"


@dataclass(frozen=True, slots=True)
class Wants:
    """What the policy says, as functions."""

    desired_for: DesiredFor
    known_zones: KnownZones
    reach: Reach


class Sweep:
    """Finds whom to look at, and what cannot be seen."""

    def __init__(  # noqa: PLR0913 - the ports by position, and the rest by name
        self,
        index: FleetIndex,
        sweeps: Sweeps,
        requests: Requests,
        outbox: Outbox,
        clock: Clock,
        *,
        wants: Wants,
        tell: Tell,
        count: Count,
        rotation: int = fleet.ROTATION,
    ) -> None:
        """Takes the ports, whom to tell of a new blind spot, and whom how many accounts the policy speaks of."""
        self._index = index
        self._sweeps = sweeps
        self._requests = requests
        self._outbox = outbox
        self._clock = clock
        self._wants = wants
        self._tell = tell
        self._count = count
        self._rotation = rotation

    async def run(self) -> Checkpoint | None:
        """How far the sweep came; None while another one runs."""
        try:
            async with self._sweeps.lease(uuid.uuid4().hex) as lease:
                return await self._run(lease)
        except Busy as error:
            if error.code != LEASE_TAKEN:
                raise
            log.info("sweep left to the one that runs")
            return None

    async def deliver_overdue(self) -> int:
        """How many stuck alerts were asked for again."""
        overdue = await self._outbox.overdue(self._clock.now() - _OVERDUE)
        for alert_id in overdue:
            await self._outbox.ask(alert_id)
        return len(overdue)

    async def _run(self, lease: SweepLease) -> Checkpoint:
        """What passes is left to the next sweep; where the index stays dark, what is known is looked at in turn."""
        round_ = Round(lease, self._begun(lease.checkpoint))
        try:
            await self._look(round_)
        except RemediationError as error:
            log.warning("sweep interrupted after %d accounts: %s", round_.far.looked, error)
            if not self._stays_dark(lease.checkpoint, error):
                return round_.far
            others = (
                each.spot for each in round_.far.spots if each.spot.kind is not Blindness.INDEX
            )
            round_.spots = [BlindSpot(Blindness.INDEX, _INDEX, _word(error)), *others]
            await self._ask_in_turn(round_)
        return await self._end(round_)

    def _stays_dark(self, before: Checkpoint, error: RemediationError) -> bool:
        """Busy is a lease that was lost; what else passes has an hour to pass."""
        if isinstance(error, Busy):
            return False
        is_known = any(each.spot.kind is Blindness.INDEX for each in before.spots)
        is_late = before.ended is not None and self._clock.now() - before.ended >= _STALE
        return isinstance(error, Terminal) or is_known or is_late

    def _begun(self, before: Checkpoint) -> Checkpoint:
        """Where it was interrupted, or from the start; the number moves on only with a sweep that ended."""
        now = self._clock.now()
        if before.is_interrupted and before.began is not None and now - before.began < _STALE:
            return before
        return replace(before, began=now, after="", looked=0, asked=0)

    async def _look(self, round_: Round) -> None:
        reach = self._wants.reach
        visible = await self._index.subscriptions()
        scope = reach.accounts_in(visible)
        if not scope:
            round_.spots.append(BlindSpot(Blindness.EVERYWHERE, _EVERYWHERE))
            await self._ask_in_turn(round_)
            return
        everywhere = tuple(dict.fromkeys((*scope, *reach.networks)))
        around = await self._index.surroundings(everywhere, reach.vnets)
        async for page in self._index.accounts(scope):
            await self._judge(round_, page, around)
        holding = {account.subscription for account in round_.present}
        unseen = set(reach.unseen(visible)) - holding
        round_.spots += [BlindSpot(Blindness.SUBSCRIPTION, each) for each in sorted(unseen)]
        seen = [each for each in scope if each not in unseen]
        await self._look_into_the_dark(round_, seen, everywhere)
        lost = self._lost(round_, scope)
        await _abreast(self._confirm_empty(round_, each) for each in lost)
        await self._ask_for_vanished(round_, {*seen, *lost} - round_.dark)

    def _lost(self, round_: Round, scope: Sequence[str]) -> Sequence[str]:
        """Where everything is in reach, nobody names a subscription that can be seen no longer; its accounts do."""
        if not self._wants.reach.everything:
            return ()
        return sorted({account.subscription for account in round_.known} - set(scope))

    # Accounts ----------------------------------------------------------------------------------------------------

    async def _judge(self, round_: Round, page: Sequence[Account], around: Surroundings) -> None:
        found: list[tuple[ResourceId, Why]] = []
        for account in page:
            round_.note(account, around)
            desired = self._desired(account)
            if not isinstance(desired, Desired):
                continue
            round_.inside += 1
            why = self._why(round_, account, desired, around)
            if why is not None and not round_.is_done(account.id):
                found.append((account.id, why))
        await self._ask(round_, found)
        new = [account for account, _ in found if account not in round_.known]
        await round_.turn_page(page, new)

    def _desired(self, account: Account) -> Desired | OutOfScope:
        zones = self._wants.known_zones(account.kind) or ()
        return self._wants.desired_for(account, zones, None, self._clock.now())

    def _why(
        self, round_: Round, account: Account, desired: Desired, around: Surroundings
    ) -> Why | None:
        if fleet.drifts(desired, account, around):
            return Why.DRIFTED
        if account.id not in round_.known:
            return Why.UNSEEN
        is_due = fleet.is_due(account.id, round_.far.number, self._rotation)
        return Why.DUE if is_due else None

    async def _ask(self, round_: Round, found: Iterable[tuple[ResourceId, Why]]) -> None:
        """What drifted is asked for first, to be looked at now; all else one after the other."""
        now = self._clock.now()
        puts = []
        for account, why in sorted(found, key=lambda each: each[1] is not Why.DRIFTED):
            request = Request(account, Lane.FULL, Cause(Trigger.SWEEP, now), now, uuid.uuid4().hex)
            puts.append((request, _AFTER_EVENTS + round_.delay(why) * _APART))
        await _abreast(self._requests.put(*each) for each in puts)

    async def _ask_for_vanished(self, round_: Round, seen: set[str]) -> None:
        """Deleted, or hidden by a right that is missing: a FULL pass tells which."""
        round_.gone = [
            account
            for account in round_.known
            if account.subscription in seen and account not in round_.present
        ]
        await self._ask(round_, [(account, Why.VANISHED) for account in round_.gone])

    async def _ask_in_turn(self, round_: Round) -> None:
        number = round_.far.number
        due = [each for each in round_.known if fleet.is_due(each, number, self._rotation)]
        await self._ask(round_, [(account, Why.DUE) for account in due])

    # Blind spots -------------------------------------------------------------------------------------------------

    async def _look_into_the_dark(
        self, round_: Round, seen: Sequence[str], everywhere: Sequence[str]
    ) -> None:
        """What the index leaves out without a word: endpoints, accounts, and the way that events take."""
        for place, is_seen in sorted(round_.endpoints.items()):
            if place in everywhere and not is_seen:
                round_.spots.append(BlindSpot(Blindness.ENDPOINTS, place))
        events = await self._index.events(seen)
        for each in seen:
            if events[each] is Events.NOT_SENT:
                round_.spots.append(BlindSpot(Blindness.EVENTS, each))
            elif events[each] is Events.FORBIDDEN:
                round_.spots.append(BlindSpot(Blindness.EVENTS_UNKNOWN, each))
            elif events[each] is Events.UNSURE:
                round_.keep(Blindness.EVENTS, each)
        holding = {account.subscription for account in round_.present}
        await _abreast(self._confirm_empty(round_, each) for each in seen if each not in holding)

    async def _confirm_empty(self, round_: Round, subscription: str) -> None:
        """No account in the index may mean that there is none, that none may be read, or that it is late."""
        try:
            accounts = await self._index.listed(subscription)
        except Terminal as error:
            if error.code == _NO_SUBSCRIPTION:
                return
            round_.dark.add(subscription)
            round_.spots.append(BlindSpot(Blindness.ACCOUNTS, subscription))
        except RemediationError:
            round_.dark.add(subscription)
            round_.keep(Blindness.ACCOUNTS, subscription)
        else:
            round_.present.update(accounts)
            await self._ask(round_, [(account, Why.UNSEEN) for account in accounts])

    # The end -----------------------------------------------------------------------------------------------------

    async def _end(self, round_: Round) -> Checkpoint:
        """People are told before it is stored: a crash in between tells them twice, under the same name."""
        far = round_.far
        began = far.began or self._clock.now()
        spots = fleet.opened(far.spots, round_.spots, began)
        for spot in spots:
            if spot not in far.spots:
                await self._tell(spot)
        if round_.inside:
            await self._count(round_.inside)
        ended = replace(far, number=far.number + 1, after="", ended=self._clock.now(), spots=spots)
        await round_.lease.save(ended, gone=round_.gone)
        fields = {
            "sweep": far.number,
            "looked": far.looked,
            **{why.value: round_.reasons[why] for why in Why},
            "blind_spots": [str(each.spot) for each in spots],
            "seconds": (self._clock.now() - began).total_seconds(),
        }
        log.info("sweep ended: %s", json.dumps(fields))
        return ended


async def _abreast(calls: Iterable[Awaitable[None]]) -> None:
    """Some at a time; the first error of any is raised when all have ended."""
    limit = asyncio.Semaphore(_ABREAST)

    async def one(call: Awaitable[None]) -> None:
        async with limit:
            await call

    ended = await asyncio.gather(*map(one, calls), return_exceptions=True)
    for each in ended:
        if isinstance(each, BaseException):
            raise each


def _word(error: RemediationError) -> str:
    """The same for the same trouble: texts bear times and ids, and would be told again and again."""
    return getattr(error, "code", "") or type(error).__name__
