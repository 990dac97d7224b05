"""A look at the whole fleet: what no event told is found here."""

import logging
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from remediation.model import Account
from remediation.ports import Clock, Fleet, Outbox, Requests
from remediation.report import Cause, Lane, Request, Trigger

log = logging.getLogger(__name__)

# An alert that was stored this long ago and is still not delivered has lost its queue message.
_OVERDUE = timedelta(minutes=10)


class Sweep:
    """Asks for a FULL pass of every account in scope, and for alerts that got stuck."""

    def __init__(
        self,
        fleet: Fleet,
        requests: Requests,
        outbox: Outbox,
        clock: Clock,
        *,
        subscriptions: Sequence[str],
        in_scope: Callable[[Account, datetime], bool],
    ) -> None:
        """Takes the ports, and the policy as a predicate."""
        self._fleet = fleet
        self._requests = requests
        self._outbox = outbox
        self._clock = clock
        self._subscriptions = subscriptions
        self._in_scope = in_scope

    async def run(self) -> int:
        """How many accounts were asked for."""
        now = self._clock.now()
        asked = 0
        async for account in self._fleet.accounts(self._subscriptions):
            if self._in_scope(account, now):
                await self._requests.put(_request(account, now))
                asked += 1
        log.info("sweep ended: %d accounts in scope", asked)
        return asked

    async def deliver_overdue(self) -> int:
        """How many stuck alerts were asked for again."""
        overdue = await self._outbox.overdue(self._clock.now() - _OVERDUE)
        for alert_id in overdue:
            await self._outbox.ask(alert_id)
        return len(overdue)


def _request(account: Account, now: datetime) -> Request:
    return Request(account.id, Lane.FULL, Cause(Trigger.SWEEP, now), now, uuid.uuid4().hex)
