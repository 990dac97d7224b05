"""A watched change was seen: is it told, and is the account looked at again?

Nothing here changes Azure. A change to an account costs one GET, which tells whether the policy speaks of it; an
account that is gone, or cannot be read, is judged by its id.
"""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from remediation import intake, watch
from remediation.errors import RemediationError
from remediation.ids import ResourceId
from remediation.intake import Drop, NotOurs
from remediation.observed import Account
from remediation.ports import Clock, Cloud, Ledger, Requests
from remediation.report import Actor, Cause, Lane, Report, Request, Trigger
from remediation.watch import Notice, Place, Topic

type Topics = frozenset[Topic]
type Tell = Callable[[Notice, ResourceId | None], Awaitable[None]]

# A waiting pass leaves a report at each look, and tells at the first; the pass before it is not far behind.
_REPORTS = 10


@dataclass(frozen=True, slots=True)
class Watched:
    """What the policy watches: by profile, on an account, on what is only known by its id, and in a group."""

    of_profile: Callable[[str], Topics]
    of_account: Callable[[Account, datetime], Topics]
    of_id: Callable[[ResourceId], Topics]
    of_place: Callable[[Place], Topics]


class Watcher:
    """Tells of watched changes, and of what only two passes beside each other show."""

    def __init__(
        self,
        cloud: Cloud,
        ledger: Ledger,
        requests: Requests,
        clock: Clock,
        *,
        watched: Watched,
        tell: Tell,
    ) -> None:
        """Takes the ports, the policy as functions, and where alerts go."""
        self._cloud = cloud
        self._ledger = ledger
        self._requests = requests
        self._clock = clock
        self._watched = watched
        self._tell = tell

    async def on_change(self, notice: Notice) -> NotOurs | None:
        """Why a change is dropped; None when people are told."""
        resource = notice.place.resource
        account = None if resource is None else intake.account_of(resource)
        if account is None:
            topics = await self._topics_at(notice.place)
        else:
            topics = await self._topics_on(account, notice)
        if notice.operation.topic not in topics:
            return NotOurs(Drop.FOREIGN, f"the policy does not watch {notice.operation.name} there")
        await self._tell(notice, account)
        return None

    async def on_pass(self, report: Report) -> None:
        """An account that came back, or left the policy's scope: the pass before this one shows it."""
        if report.lane is Lane.FAST or report.cause.trigger is not Trigger.EVENT:
            return
        before = await self._before(report)
        turned = None if before is None else watch.turn(before, report)
        if turned is None:
            return
        operation, profile = turned
        if operation.topic in self._watched.of_profile(profile):
            place = Place.of(report.account.text)
            await self._tell(Notice(operation, place, report.cause), report.account)

    async def _before(self, report: Report) -> Report | None:
        """The last FULL pass of another request: all looks of one request are one story."""
        earlier = await self._ledger.reports(report.account, _REPORTS)
        others = (each for each in earlier if each.request_id != report.request_id)
        return next((each for each in others if each.lane is Lane.FULL), None)

    async def _topics_on(self, account: ResourceId, notice: Notice) -> Topics:
        """Looks again before it judges: an account that left the scope by this very change was in it before."""
        may_be = self._watched.of_id(account)
        if not may_be:
            return may_be
        if notice.operation.looks_again:
            await self._requests.put(self._look(account, notice))
        now_is = await self._account(account)
        return may_be if now_is is None else self._watched.of_account(now_is, self._clock.now())

    async def _topics_at(self, place: Place) -> Topics:
        """A single resource counts when it served an account, be it an endpoint, a zone or a network."""
        topics = self._watched.of_place(place)
        if topics or place.resource is None:
            return topics
        served = await self._ledger.served_by(intake.owner_of(place.resource))
        return frozenset(topic for account in served for topic in self._watched.of_id(account))

    async def _account(self, account: ResourceId) -> Account | None:
        try:
            return await self._cloud.account(account)
        except RemediationError:
            return None

    def _look(self, account: ResourceId, notice: Notice) -> Request:
        now = self._clock.now()
        return Request(account, Lane.FULL, _cause(notice), now, uuid.uuid4().hex)


def _cause(notice: Notice) -> Cause:
    """Tags decide what is wanted, so who wrote them caused what differs now.

    A lock or a role only decides what Latch can do: whatever it finds now, somebody else caused before.
    """
    if notice.operation.topic is Topic.TAGS:
        return notice.cause
    return replace(notice.cause, trigger=Trigger.SWEEP, actor=Actor())
