"""What may a person at a terminal ask of Latch? Scans, plans, proofs, and passes that restore.

Each look is the app's own recheck of one account; a rehearsal is that recheck on a cloud that applies nothing.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Protocol

from remediation import intake, policy
from remediation.app import App
from remediation.catalog import RULES
from remediation.errors import Misconfigured
from remediation.ids import ResourceId
from remediation.observed import Account
from remediation.policy_document import Policy, Profile
from remediation.policy_sections import Mode
from remediation.ports import Clock, Cloud, Fleet, Ledger
from remediation.report import REPORTS, Cause, Lane, Report, Request, Trigger, Verdict
from remediation.terminal.look import Look
from remediation.terminal.noted_cloud import NotedCloud

# A person waits for all of them, and Resource Manager counts reads by the hour: more at once gain little.
AT_ONCE = 8
_LOOKS_AGAIN = 5.0

type Done = Callable[[], None]


class Asked(Protocol):
    """Where passes are asked for; `asked` holds them in order."""

    asked: list[Request]

    async def put(self, request: Request, delay: float = 0) -> None:
        """As the port `Requests`."""
        ...


class Assemble(Protocol):
    """Makes the app on the parts that differ from look to look."""

    def __call__(
        self, rules: Policy, *, cloud: Cloud, ledger: Ledger, requests: Asked, proves: bool
    ) -> App:
        """`proves`: whether names are asked for and called."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What an operator works with.

    `aside` makes a ledger that writes nothing to the real one; `who` are the headers that name whoever asks.
    """

    rules: Policy
    cloud: Cloud
    fleet: Fleet
    ledger: Ledger
    aside: Callable[[], Ledger]
    requests: Callable[[], Asked]
    clock: Clock
    assemble: Assemble
    who: Mapping[str, str]
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class Replay:
    """What Latch makes of an event: dropped, or about these accounts, of which `closing` is what it does at once."""

    heard: str
    accounts: tuple[ResourceId, ...] = ()
    closing: tuple[str, ...] = ()


class Operator:
    """Answers one person."""

    def __init__(self, desk: Desk) -> None:
        """Takes the desk."""
        self._desk = desk

    @property
    def rules(self) -> Policy:
        """The policy that is asked about."""
        return self._desk.rules

    # Which accounts ------------------------------------------------------------------------------------------------

    async def subscriptions(self, only: Iterable[str]) -> tuple[str, ...]:
        """Those of the policy (all that can be seen, if it says so), or the named ones among them.

        Raises Misconfigured for any other.
        """
        known = self._desk.rules.scope.subscriptions
        named = tuple(each.casefold() for each in only)
        for each in named:
            if known and each not in known:
                message = f"the policy does not speak of subscription {each}"
                raise Misconfigured(f"{message}; it names {', '.join(known)}")
        return named or known or await self._desk.fleet.subscriptions()

    async def in_scope(self, subscription: str) -> tuple[ResourceId, ...]:
        """The accounts of a subscription that a profile speaks of, in the order of their ids."""
        now = self._desk.clock.now()
        speaks = partial(policy.is_in_scope, self._desk.rules, now=now)
        found = [a.id async for a in self._accounts([subscription]) if speaks(a)]
        return tuple(sorted(found))

    async def visible(self) -> tuple[Account, ...]:
        """Every account in the policy's subscriptions, whether a profile speaks of it or not."""
        return tuple([a async for a in self._accounts(self._desk.rules.scope.subscriptions)])

    async def named(self, text: str) -> ResourceId:
        """The account with this id, or the only one with this name; raises Misconfigured."""
        if "/" in text:
            return _account_id(text)
        found = [
            account.id
            async for account in self._accounts(self._desk.rules.scope.subscriptions)
            if account.id.name.casefold() == text.casefold()
        ]
        if len(found) != 1:
            ids = ", ".join(map(str, found))
            why = f"write the id of one of them: {ids}" if found else "there is no such account"
            raise Misconfigured(f"{text}: {why}")
        return found[0]

    # Looks ---------------------------------------------------------------------------------------------------------

    async def rehearsed(
        self, accounts: Sequence[ResourceId], done: Done, only: str = ""
    ) -> tuple[Look, ...]:
        """What a pass of each account would find and do. Nothing is changed, and nothing is remembered."""
        return await self._each(accounts, partial(self._rehearse, only=only), done)

    async def proven(self, account: ResourceId) -> Look:
        """What clients see of the account, beside what Azure says of it."""
        cloud = NotedCloud(self._desk.cloud, applies=False)
        return await self._look(account, cloud, self._desk.aside(), proves=True)

    async def applied(
        self, accounts: Sequence[ResourceId], patience: timedelta, done: Done, only: str = ""
    ) -> tuple[Look, ...]:
        """Restores each account; what Azure still works on is looked at again until the patience ends."""
        return await self._each(
            accounts, partial(self._restore, patience=patience, only=only), done
        )

    async def history(self, account: ResourceId, limit: int) -> tuple[Report, ...]:
        """The newest reports first."""
        return await self._desk.ledger.reports(account, limit)

    async def replayed(self, text: str) -> tuple[Replay, ...]:
        """What each event of a text is taken for, and which accounts it concerns."""
        now = self._desk.clock.now()
        seen = intake.read_text(text, now)
        raw = _events(text)
        told = [await self._replay(each, raw[at]) for at, each in enumerate(seen)]
        return tuple(told)

    # How ------------------------------------------------------------------------------------------------------------

    def _accounts(self, subscriptions: Sequence[str]) -> AsyncIterator[Account]:
        return self._desk.fleet.accounts(subscriptions)

    async def _each(
        self,
        accounts: Sequence[ResourceId],
        look: Callable[[ResourceId], Awaitable[Look]],
        done: Done,
    ) -> tuple[Look, ...]:
        """All of them, so many at once."""
        room = asyncio.Semaphore(AT_ONCE)

        async def one(account: ResourceId) -> Look:
            async with room:
                found = await look(account)
            done()
            return found

        return tuple(await asyncio.gather(*map(one, accounts)))

    async def _rehearse(self, account: ResourceId, only: str) -> Look:
        cloud = NotedCloud(self._desk.cloud, applies=False)
        return await self._look(account, cloud, self._desk.aside(), only=only)

    async def _restore(self, account: ResourceId, patience: timedelta, only: str) -> Look:
        """The actions are those of all looks, each once."""
        cloud = NotedCloud(self._desk.cloud, applies=True)
        until = self._desk.clock.now() + patience
        while True:
            look = await self._look(account, cloud, self._desk.ledger, only=only)
            pause = look.report.retry_after or _LOOKS_AGAIN
            late = self._desk.clock.now() + timedelta(seconds=pause) > until
            if look.report.verdict is not Verdict.WAITING or late:
                return look
            await self._desk.wait(pause)

    async def _look(
        self,
        account: ResourceId,
        cloud: NotedCloud,
        ledger: Ledger,
        *,
        only: str = "",
        proves: bool = False,
    ) -> Look:
        rules = only_rule(self._desk.rules, only) if only else self._desk.rules
        app = self._desk.assemble(
            rules, cloud=cloud, ledger=ledger, requests=self._desk.requests(), proves=proves
        )
        body = json.dumps({"account": str(account), "mode": "enforce"}).encode()
        answer = await app.rechecks.ask(body, self._desk.who)
        if isinstance(answer.body, dict) and "error" not in answer.body:
            report = _about(REPORTS.from_json(answer.body), only)
            actions = tuple(dict.fromkeys(cloud.actions))
            return Look(
                report, cloud.seen, cloud.desired, cloud.path, actions, rehearsed=not cloud.applies
            )
        return self._unseen(account, cloud)

    def _unseen(self, account: ResourceId, cloud: NotedCloud) -> Look:
        """The recheck has nothing to say of the account: why?"""
        now = self._desk.clock.now()
        verdict, note = Verdict.OUT_OF_SCOPE, "the policy does not speak of it"
        if cloud.seen is not None:
            wanted = policy.desired_for(self._desk.rules, cloud.seen, (), None, now)
            note = wanted.reason if isinstance(wanted, policy.OutOfScope) else note
        elif policy.speaks_of(self._desk.rules, account):
            verdict, note = Verdict.GONE, "there is no such account"
        cause = Cause(Trigger.RECHECK, now)
        report = Report("", "", account, Lane.FULL, verdict, cause, now, now)
        return Look(report, cloud.seen, note=note)

    async def _replay(self, seen: intake.Sighting | intake.NotOurs, event: object) -> Replay:
        if isinstance(seen, intake.NotOurs):
            return Replay(f"dropped: {seen}")
        cloud, requests = NotedCloud(self._desk.cloud, applies=False), self._desk.requests()
        app = self._desk.assemble(
            self._desk.rules,
            cloud=cloud,
            ledger=self._desk.aside(),
            requests=requests,
            proves=False,
        )
        await app.on_event(event)
        cause = seen.cause
        heard = f"{cause.operation} of {seen.resource} by {cause.actor}"
        if not requests.asked:
            return Replay(f"dropped: {heard}: it concerns no account of the policy")
        accounts = tuple(dict.fromkeys(request.account for request in requests.asked))
        return Replay(heard, accounts, tuple(map(str, cloud.actions)))


def only_rule(rules: Policy, name: str) -> Policy:
    """The policy with every other rule audited: what is found is the same, what is done is less."""
    return rules.model_copy(
        update={"profiles": tuple(_only(profile, name) for profile in rules.profiles)}
    )


def _about(report: Report, rule: str) -> Report:
    """Only what was asked about, where a single rule was."""
    if not rule:
        return report
    return replace(report, drifts=tuple(drift for drift in report.drifts if drift.rule == rule))


def _only(profile: Profile, name: str) -> Profile:
    others = {rule: Mode.AUDIT for rule in RULES if rule != name}
    own = {rule: mode for rule, mode in profile.rules.items() if rule == name}
    return profile.model_copy(update={"rules": {**others, **own}})


def _account_id(text: str) -> ResourceId:
    try:
        id_ = ResourceId.parse(text)
    except ValueError as error:
        raise Misconfigured(str(error)) from error
    if intake.account_of(id_) != id_:
        raise Misconfigured(f"not the id of a Cognitive Services account: {id_}")
    return id_


def _events(text: str) -> list[object]:
    try:
        body = json.loads(text)
    except ValueError:
        return [None]
    return body if isinstance(body, list) and body else [body]
