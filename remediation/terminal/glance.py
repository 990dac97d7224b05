"""Which accounts of a fleet must be read, and which are clean as the index of Azure shows them?

| an account                                                                       | is    |
|----------------------------------------------------------------------------------|-------|
| differs, as the index shows it                                                   | read  |
| is listed by Resource Manager in a subscription that is empty in the index       | read  |
| is of a kind whose zones have to be asked for                                    | read  |
| has a profile that leaves its path to what a deployment remembers, which is there | read  |
| is as the policy wants it, as far as the index shows it                          | clean |

Where the index does not answer every account is read. Planner and comparison are those of the sweep.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from remediation import fleet, policy
from remediation.desired import Desired
from remediation.errors import RemediationError
from remediation.fleet import Surroundings
from remediation.ids import ResourceId
from remediation.observed import Account
from remediation.policy_document import Policy
from remediation.ports import Clock, Fleet
from remediation.reach import reach_of
from remediation.report import Cause, Lane, Report, Trigger, Verdict
from remediation.sweep_ports import FleetIndex
from remediation.terminal.look import Look
from remediation.terminal.parts import Done, KnownZones

# As many subscriptions are listed at once as the sweep asks about.
_ABREAST = 8


@dataclass(slots=True)
class Glance:
    """What is known of a fleet before any account is read."""

    to_read: list[ResourceId] = field(default_factory=list)
    clean: list[Look] = field(default_factory=list)
    blind: list[RemediationError] = field(default_factory=list)
    # Of those that are clean, how many were not compared in full, and in what.
    lacking_records: int = 0
    lacking_path: int = 0
    # Why the index was not asked, where it was to be.
    dark: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know to take the answer for what it is."""
        told = []
        if self.dark:
            told.append(f"Resource Graph was not of use ({self.dark}): every account was read.")
        if self.clean:
            told.append(
                f"{len(self.clean)} clean accounts were not read: they are so as Resource Graph shows them, "
                "some seconds old and without zone groups and perimeters. --full reads every account."
            )
        if self.lacking_records:
            told.append(f"Resource Graph shows no A records of {self.lacking_records} of them.")
        if self.lacking_path:
            told.append(
                f"Of {self.lacking_path} of them the profile leaves the endpoint or the zones to what there was: "
                "only access was compared in full."
            )
        return tuple(told)


class FleetView:
    """Looks at all accounts of a policy. `remembers`: a deployment's ledger says what there was when all was well."""

    def __init__(
        self,
        rules: Policy,
        index: FleetIndex,
        fleet: Fleet,
        clock: Clock,
        known_zones: KnownZones,
        *,
        remembers: bool,
    ) -> None:
        """Takes the policy, the index, and the lists of Resource Manager."""
        self._rules = rules
        self._index = index
        self._fleet = fleet
        self._clock = clock
        self._known_zones = known_zones
        self._remembers = remembers

    async def by_index(self, subscriptions: Sequence[str], done: Done) -> Glance:
        """As the index shows the fleet, if it answers; `done` is called with each page."""
        try:
            return await self._shown(subscriptions, done)
        except RemediationError as error:
            found = await self.by_lists(subscriptions, done)
            found.dark = " ".join(str(error).split())
            return found

    async def by_lists(self, subscriptions: Sequence[str], done: Done) -> Glance:
        """Every account in scope, as Resource Manager lists them."""
        limit, found = asyncio.Semaphore(_ABREAST), Glance()

        async def one(subscription: str) -> Glance:
            async with limit:
                listed = await self._listed(subscription)
            done()
            return listed

        for each in await asyncio.gather(*map(one, subscriptions)):
            found.to_read += each.to_read
            found.blind += each.blind
        return found

    async def _listed(self, subscription: str) -> Glance:
        speaks = partial(policy.is_in_scope, self._rules, now=self._clock.now())
        try:
            accounts = [a.id async for a in self._fleet.accounts([subscription]) if speaks(a)]
        except RemediationError as error:
            return Glance(blind=[error])
        return Glance(sorted(accounts))

    async def _shown(self, subscriptions: Sequence[str], done: Done) -> Glance:
        """No account in the index may mean that there is none, that none may be read, or that it is late."""
        reach, found, holding = reach_of(self._rules), Glance(), set[str]()
        everywhere = tuple(dict.fromkeys((*subscriptions, *reach.networks)))
        around = await self._index.surroundings(everywhere, reach.vnets)
        done()
        async for page in self._index.accounts(subscriptions):
            for account in page:
                holding.add(account.id.subscription)
                self._judge(account, around, found)
            done()
        unseen = await self.by_lists([s for s in subscriptions if s not in holding], done)
        found.to_read += unseen.to_read
        found.blind += unseen.blind
        return found

    def _judge(self, account: Account, around: Surroundings, found: Glance) -> None:
        zones, now = self._known_zones(account.kind), self._clock.now()
        wanted = policy.desired_for(self._rules, account, zones or (), None, now)
        if not isinstance(wanted, Desired):
            return
        is_whole = wanted.endpoint is not None and wanted.dns is not None
        is_remembered = self._remembers and not is_whole
        if zones is None or is_remembered or fleet.drifts(wanted, account, around):
            found.to_read.append(account.id)
            return
        found.clean.append(_clean(account, wanted, now))
        found.lacking_path += not is_whole
        found.lacking_records += not _shows_records(wanted, around)


def _clean(account: Account, wanted: Desired, now: datetime) -> Look:
    cause = Cause(Trigger.RECHECK, now)
    report = Report(
        "", "", account.id, Lane.FULL, Verdict.CONVERGED, cause, now, now, wanted.profile
    )
    return Look(report, account, rehearsed=True, indexed=True)


def _shows_records(wanted: Desired, around: Surroundings) -> bool:
    specs = () if wanted.dns is None else wanted.dns.zones
    return all(
        (names := around.zones.get(spec.id)) is None or names.records is not None for spec in specs
    )
