"""What may a person at a terminal ask of Latch? Scans, plans, proofs, and passes that restore."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial

from remediation import intake
from remediation.errors import Misconfigured
from remediation.ids import ResourceId
from remediation.observed import Account
from remediation.policy_document import Policy
from remediation.reach import reach_of
from remediation.report import Report
from remediation.terminal import replays
from remediation.terminal.glance import FleetView, Glance
from remediation.terminal.look import Look
from remediation.terminal.parts import Desk, Done
from remediation.terminal.passes import Passes
from remediation.terminal.replays import Replay
from remediation.texts import did_you_mean

# A person waits for all of them, and Resource Manager counts reads by the hour: more at once gain little.
AT_ONCE = 8


class Operator:
    """Answers one person."""

    def __init__(self, desk: Desk) -> None:
        """Takes the desk."""
        self._desk = desk
        self._passes = Passes(desk)
        self._view = FleetView(
            *(desk.rules, desk.index, desk.fleet, desk.clock, desk.known_zones),
            remembers=desk.remembers,
        )

    @property
    def rules(self) -> Policy:
        """The policy that is asked about."""
        return self._desk.rules

    # Which accounts ------------------------------------------------------------------------------------------------

    async def subscriptions(self, only: Iterable[str]) -> tuple[str, ...]:
        """Those of the policy (all that can be seen, if it says so), or the named ones among them.

        Raises Misconfigured for any other.
        """
        reach, named = reach_of(self._desk.rules), tuple(each.casefold() for each in only)
        is_closed = not reach.everything
        for each in named:
            if is_closed and each not in reach.subscriptions:
                message = f"the policy does not speak of subscription {each}"
                raise Misconfigured(f"{message}; it names {', '.join(reach.subscriptions)}")
        if named or is_closed:
            return named or reach.subscriptions
        return reach.accounts_in(await self._desk.index.subscriptions())

    async def fleet(self, only: Iterable[str], done: Done, *, full: bool) -> Glance:
        """Which accounts must be read: all of them with `full`, else those that the index cannot vouch for."""
        look = self._view.by_lists if full else self._view.by_index
        return await look(await self.subscriptions(only), done)

    async def visible(self) -> tuple[Account, ...]:
        """Every account in the policy's subscriptions, whether a profile speaks of it or not."""
        return tuple([account async for account in self._accounts()])

    async def named(self, text: str) -> ResourceId:
        """The account with this id, or the only one with this name; raises Misconfigured."""
        if "/" in text:
            return _account_id(text)
        known = [account.id async for account in self._accounts()]
        match [id_ for id_ in known if id_.name.casefold() == text.casefold()]:
            case [id_]:
                return id_
            case []:
                near = did_you_mean(text, (id_.name for id_ in known))
                raise Misconfigured(f"{text}: there is no such account{near}")
            case several:
                ids = ", ".join(map(str, several))
                raise Misconfigured(f"{text}: write the id of one of them: {ids}")

    # Looks ---------------------------------------------------------------------------------------------------------

    async def rehearsed(
        self, accounts: Sequence[ResourceId], done: Done, only: str = ""
    ) -> tuple[Look, ...]:
        """What a pass of each account would find and do. Nothing is changed, and nothing is remembered."""
        return await _each(accounts, partial(self._passes.rehearse, only=only), done)

    async def proven(self, account: ResourceId) -> Look:
        """What clients see of the account, beside what Azure says of it."""
        return await self._passes.prove(account)

    async def applied(
        self, accounts: Sequence[ResourceId], patience: timedelta, done: Done, only: str = ""
    ) -> tuple[Look, ...]:
        """Restores each account; what Azure still works on is looked at again until the patience ends."""
        restore = partial(self._passes.restore, patience=patience, only=only)
        return await _each(accounts, restore, done)

    async def history(self, account: ResourceId, limit: int) -> tuple[Report, ...]:
        """The newest reports first."""
        return await self._desk.ledger.reports(account, limit)

    async def replayed(self, text: str) -> tuple[Replay, ...]:
        """What each event of a text is taken for, and which accounts it concerns."""
        return await replays.replayed(self._desk, text)

    async def _accounts(self) -> AsyncIterator[Account]:
        async for account in self._desk.fleet.accounts(await self.subscriptions(())):
            yield account


async def _each(
    accounts: Sequence[ResourceId], look: Callable[[ResourceId], Awaitable[Look]], done: Done
) -> tuple[Look, ...]:
    """All of them, so many at once."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(account: ResourceId) -> Look:
        async with room:
            found = await look(account)
        done()
        return found

    return tuple(await asyncio.gather(*map(one, accounts)))


def _account_id(text: str) -> ResourceId:
    try:
        id_ = ResourceId.parse(text)
    except ValueError as error:
        raise Misconfigured(str(error)) from error
    if intake.account_of(id_) != id_:
        raise Misconfigured(f"not the id of a Cognitive Services account: {id_}")
    return id_
