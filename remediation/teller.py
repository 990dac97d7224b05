"""What is put into the outbox, so that people hear of it?"""

from datetime import datetime

from remediation import alerts, intake
from remediation.alert import Alert, to_event
from remediation.fleet import OpenSpot
from remediation.ids import ResourceId
from remediation.ports import Outbox
from remediation.report import Report
from remediation.watch import Notice


class Teller:
    """Puts into the outbox what people should hear."""

    def __init__(self, outbox: Outbox, *, keep_personal_data: bool) -> None:
        """`keep_personal_data`: whether the text of a message that Latch gave up on, claims and all, is told."""
        self._outbox = outbox
        self._keep = keep_personal_data

    async def report(self, report: Report) -> None:
        """The alert that a report deserves, if any."""
        await self._put(alerts.for_report(report))

    async def notice(self, notice: Notice, account: ResourceId | None) -> None:
        """A watched change, and the account that it happened to."""
        await self._put(alerts.for_notice(notice, account))

    async def blind_spot(self, spot: OpenSpot) -> None:
        """Something that Latch cannot see, as soon as it cannot."""
        await self._put(alerts.for_blind_spot(spot))

    async def poison(self, queue: str, text: str, now: datetime, about: ResourceId | None) -> None:
        """That Latch gave up on a message."""
        alert = alerts.for_poison(queue, text, now, resource=about, keep_personal_data=self._keep)
        await self._put(alert)

    async def _put(self, alert: Alert | None) -> None:
        if alert is not None:
            await self._outbox.put(alert.id, to_event(alert))


def about(text: str, now: datetime) -> ResourceId | None:
    """The resource that an event is about, whichever queue it came from."""
    for seen in intake.read_text(text, now):
        if isinstance(seen, intake.Sighting):
            return seen.resource
    for told in intake.read_watched(text, now):
        if isinstance(told, Notice) and told.place.resource is not None:
            return told.place.resource
    return None
