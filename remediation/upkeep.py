"""What does the timer do? A look at the whole fleet, and what would otherwise be left lying.

The parts are independent: one that fails is logged and left to the next time, and holds up no other.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from remediation.courier import Courier
from remediation.errors import RemediationError
from remediation.ports import Clock, Retention
from remediation.sweep import Sweep

log = logging.getLogger(__name__)


class Upkeep:
    """Runs every few minutes, for as long as Latch is deployed."""

    def __init__(
        self,
        sweep: Sweep,
        retention: Retention,
        courier: Courier | None,
        clock: Clock,
        *,
        keeps_for: timedelta,
    ) -> None:
        """`keeps_for`: how long reports and marks of delivered alerts are kept."""
        self._sweep = sweep
        self._retention = retention
        self._courier = courier
        self._clock = clock
        self._keeps_for = keeps_for

    async def run(self, read_dead_letters: Callable[[], Awaitable[None]]) -> None:
        """Dead letters first: what they are about is looked at before the fleet is."""
        for part in (read_dead_letters, self._look, self._deliver_overdue, self._forget):
            try:
                await part()
            except RemediationError as error:
                log.error("%s not done, left to the next time: %s", part.__name__.strip("_"), error)  # noqa: TRY400 - Azure's word, not a bug

    async def _look(self) -> None:
        checkpoint = await self._sweep.run()
        if checkpoint is not None and self._courier is not None:
            await self._courier.tend(checkpoint.looked)

    async def _deliver_overdue(self) -> None:
        await self._sweep.deliver_overdue()

    async def _forget(self) -> None:
        gone = await self._retention.forget(self._clock.now() - self._keeps_for)
        if gone:
            log.info("forgotten: %d reports and marks of delivered alerts", gone)
