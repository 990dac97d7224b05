"""What happens when something wakes Latch. The triggers in function_app.py call these, and nothing else.

What must not be lost is put into its queue before anything that may fail; what raises here is seen by the host,
which gives the message again and in the end to its poison queue.
"""

import asyncio
import json
import logging
import uuid
from collections import Counter
from dataclasses import replace

from remediation import dependents, incident, intake, looks
from remediation.app_ports import Ports, Scope
from remediation.errors import Misconfigured, RemediationError, Retryable, Terminal
from remediation.ids import ResourceId
from remediation.page_desk import PostureDesk
from remediation.rechecks import Rechecks
from remediation.reconciler import Reconciler, again
from remediation.report import REQUESTS, Lane, Report, Request, Verdict
from remediation.teller import Teller, about
from remediation.upkeep import Upkeep
from remediation.watch import Notice
from remediation.watcher import Watcher

log = logging.getLogger(__name__)

# Event Grid waits 30 s for an answer; what is not closed by then is closed by the FULL pass.
FAST_SECONDS = 20.0
# How many dead letters one sweep looks at, so that a backlog is no storm.
DEAD_LETTERS = 500
# How long an alert waits when its channel does not take it.
ALERT_RETRY_SECONDS = 60.0
_RECENT = 20


class App:
    """The handlers of all triggers."""

    def __init__(
        self,
        ports: Ports,
        reconciler: Reconciler,
        upkeep: Upkeep | None,
        watcher: Watcher,
        teller: Teller,
        rechecks: Rechecks,
        scope: Scope,
        *,
        keeps_personal_data: bool,
    ) -> None:
        """`keeps_personal_data`: whether names and addresses of people are remembered and told."""
        self._keeps_personal_data = keeps_personal_data
        self._ports = ports
        self._reconciler = reconciler
        self._upkeep = upkeep
        self._watcher = watcher
        self._teller = teller
        self.rechecks = rechecks
        self._scope = scope
        self._sources = dependents.Sources(
            ports.cloud, ports.ledger, ports.fleet, scope.subscriptions
        )
        self.dropped: Counter[str] = Counter()

    @property
    def desk(self) -> PostureDesk:
        """Who answers people that look; a terminal has none."""
        if self._ports.desk is None:
            raise Misconfigured("nothing is kept here that could be looked at")
        return self._ports.desk

    async def on_queued_event(self, text: str, *, given_before: bool = False) -> None:
        """An event that Event Grid put into the mailbox queue; the host gives it again when its worker died."""
        for each in intake.read_text(text, self._ports.clock.now()):
            await self._on(each, given_before=given_before)

    async def on_event(self, body: object) -> None:
        """An event that Event Grid pushed."""
        await self._on(intake.read(body, self._ports.clock.now()))

    async def on_watched_event(self, text: str) -> None:
        """An event of the watch list, which Event Grid put into a queue of its own."""
        for each in intake.read_watched(text, self._ports.clock.now()):
            dropped = each if isinstance(each, intake.NotOurs) else await self.on_notice(each)
            if dropped is not None:
                self._drop(dropped.drop, dropped.detail)

    async def on_request(self, text: str) -> None:
        """A FULL pass, and the request again when there is more to wait for."""
        asked = REQUESTS.from_json(json.loads(text))
        request = await self._tell_of_closing(asked)
        if request.audits:
            report: Report | None = await self._reconciler.audit(request)
        else:
            report = await self._reconciler.reconcile(request, asked.closed)
        if report is None:
            log.info("request answered by a later pass: %s", request.id)
        await self.rechecks.on_report(request, report)
        later = None if report is None else again(request, report)
        if later is not None and report is not None:
            await self._ports.requests.put(later, report.retry_after or 0)
        if request.closed is not None and (later is None or later.closed is None):
            await self._ports.requests.put(request, ALERT_RETRY_SECONDS)

    async def on_alert(self, text: str) -> None:
        """Delivery of one stored alert. What the channel does not take now is asked for again; nothing is lost."""
        message = json.loads(text)
        if "channel" in message:
            await self._turn(message["channel"])
            return
        alert_id = message["id"]
        alert = await self._ports.outbox.get(alert_id)
        if alert is None:
            return
        try:
            await self._ports.notifier.send(alert)
        except Retryable as error:
            delay = max(error.retry_after or 0, ALERT_RETRY_SECONDS)
            log.warning("alert not taken, tried again in %d s: %s", delay, error)
            await self._ports.outbox.ask(alert_id, delay)
        except Terminal as error:
            # The sweep asks again for what is overdue, so the alert arrives once a person has mended the channel.
            log.error("alert refused: %s", error)  # noqa: TRY400 - the error is the channel's word, not a bug
        else:
            await self._ports.outbox.delivered(alert_id)

    async def _turn(self, channel: str) -> None:
        """What waits for one channel. Should the storage fail, the host gives the message again."""
        if self._ports.courier is not None:
            await self._ports.courier.on_turn(channel)

    async def on_poison(self, queue: str, text: str) -> None:
        """Latch gave up on a message: a person gets everything needed to act."""
        now = self._ports.clock.now()
        log.error("message of %d characters given up: %s", len(text), queue)
        await self._teller.poison(queue, text, now, about(text, now))

    def on_poisoned_alert(self, text: str) -> None:
        """An alert about it would go the same way; the alert itself is kept, and asked for again by the sweep."""
        log.error("alert given up for now: %s", text[:1000])

    async def on_notice(self, notice: Notice) -> intake.NotOurs | None:
        """Why a watched change is dropped; None when people are told."""
        kept = notice if self._keeps_personal_data else intake.anonymous(notice)
        return await self._watcher.on_change(kept)

    async def on_sweep(self) -> None:
        """The whole fleet, and what would otherwise be left lying."""
        if self._upkeep is not None:
            await self._upkeep.run(self._read_dead_letters)

    async def on_batch(self, text: str) -> None:
        """The accounts of a look that a person asked for."""
        await self.rechecks.on_batch(json.loads(text)["id"])

    async def _on(
        self, woken: intake.Sighting | intake.NotOurs, *, given_before: bool = False
    ) -> None:
        if isinstance(woken, intake.NotOurs):
            self._drop(woken.drop, woken.detail)
            return
        if not self._keeps_personal_data:
            woken = intake.anonymous(woken)
        account = intake.account_of(woken.resource)
        if account is not None and not self._scope.speaks_of(account):
            self._drop(intake.Drop.FOREIGN, f"the policy does not speak of {account}")
        elif account is not None:
            await self._close(account, woken, given_before=given_before)
        else:
            await self._ask_for_dependents(woken)

    async def _read_dead_letters(self) -> None:
        """What Event Grid gave up on is some hours old: the FULL lane, and no hurry."""
        if self._ports.dead_letters is not None:
            await self._ports.dead_letters.drain(self._revive, self._give_up_letter, DEAD_LETTERS)

    async def _revive(self, text: str) -> bool:
        """One event, whichever subscription it was for; False when it is none."""
        now = self._ports.clock.now()
        seen, told = intake.read_text(text, now)[0], intake.read_watched(text, now)[0]
        if isinstance(seen, intake.Sighting):
            await self._ask_for(seen if self._keeps_personal_data else intake.anonymous(seen))
        if isinstance(told, Notice):
            await self.on_notice(told)
        return not (isinstance(seen, intake.NotOurs) and seen.drop is intake.Drop.MALFORMED)

    async def _ask_for(self, woken: intake.Sighting) -> None:
        account = intake.account_of(woken.resource)
        if account is None:
            await self._ask_for_dependents(woken)
        elif self._scope.speaks_of(account):
            now = self._ports.clock.now()
            await self._ports.requests.put(
                Request(account, Lane.FULL, woken.cause, now, uuid.uuid4().hex)
            )

    async def _give_up_letter(self, name: str, text: str) -> None:
        now = self._ports.clock.now()
        await self._teller.poison(f"dead letter {name}", text, now, about(text, now))

    async def _close(
        self, account: ResourceId, woken: intake.Sighting, *, given_before: bool
    ) -> None:
        """The FAST lane; the FULL pass is asked for whatever becomes of it.

        How the account looks answers an event of the account itself, and not one of what is below it.
        """
        now, report, seen = self._ports.clock.now(), None, None
        fast = Request(account, Lane.FAST, woken.cause, now, uuid.uuid4().hex)
        try:
            async with asyncio.timeout(FAST_SECONDS):
                report, seen = await self._reconciler.close_and_compare(fast)
        except TimeoutError:
            log.warning("not closed within %d s, left to the FULL pass: %s", FAST_SECONDS, account)
        finally:
            closed = report if report and report.verdict is Verdict.REMEDIED else None
            if given_before and report is not None:
                closed = closed or incident.interrupted(report)
            calm = seen is not None and closed is None
            compared = seen if calm and woken.resource == account else None
            full = replace(fast, lane=Lane.FULL, closed=closed, fingerprint=compared)
            await self._ports.requests.put(full, looks.unhurried(full) if calm else 0)

    async def _tell_of_closing(self, request: Request) -> Request:
        """The request without what the FAST lane did, once that is told and recorded; as it is while it cannot be."""
        if request.closed is None:
            return request
        try:
            if await self._is_told(request.closed):
                return replace(request, closed=None)
            await self._teller.report(request.closed)
            await self._ports.ledger.note(request.closed)
        except RemediationError as error:
            log.warning("closing not told yet, tried again: %s", error)
            return request
        return replace(request, closed=None)

    async def _is_told(self, closed: Report) -> bool:
        """Only of a pass that broke off is it unknown: what it did may have been told before the host gave up on it."""
        if closed.verdict is Verdict.REMEDIED:
            return False
        return incident.is_told(closed, await self._ports.ledger.reports(closed.account, _RECENT))

    async def _ask_for_dependents(self, woken: intake.Sighting) -> None:
        now = self._ports.clock.now()
        accounts = await dependents.accounts_for(
            woken.resource,
            self._sources,
            lambda account: self._scope.ties(account, woken.resource, now),
        )
        concerned = [account for account in accounts if self._scope.speaks_of(account)]
        for account in concerned:
            request = Request(account, Lane.FULL, woken.cause, now, uuid.uuid4().hex)
            await self._ports.requests.put(request)
        if not concerned:
            self._drop(intake.Drop.FOREIGN, f"{woken.resource} serves no account of the policy")

    def _drop(self, drop: intake.Drop, detail: str) -> None:
        """Counted, and logged once a message."""
        self.dropped[drop.value] += 1
        log.info(
            "event dropped: %s",
            json.dumps({"drop": drop, "detail": detail, "count": self.dropped[drop.value]}),
        )
