"""A person asks for a look, now: at one account, at a subscription, at everything the policy speaks of.

One account is looked at while the person waits. Many are a batch: an id at once, then a queue message that lists
them, a request for each, and their verdicts as they come. Whoever asks twice with one key gets one batch.
"""

import asyncio
import hashlib
import logging
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from remediation import recheck_form
from remediation.batch import Batch, Entry, Progress
from remediation.ids import ResourceId
from remediation.observed import Account
from remediation.ports import Batches, Clock, Fleet, Ledger, Requests
from remediation.recheck_form import Form
from remediation.reconciler import Reconciler, again
from remediation.report import REPORTS, Cause, Json, Lane, Report, Request, Trigger, Verdict

log = logging.getLogger(__name__)

PATH = "/api/recheck"
# Seconds: how often a waiting answer looks, and when who was told to come back should.
_LOOKS_EVERY = 1.0
_COME_BACK = 5
# Waiting accounts of a batch whose newest report is read again: more would be slow to answer.
_READ_AGAIN = 50


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: status, body as JSON or as text, and headers."""

    status: int
    body: Json | str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Speaks:
    """What the policy has to say about accounts."""

    of_id: Callable[[ResourceId], bool]
    of: Callable[[Account, datetime], bool]
    subscriptions: Sequence[str]


class Rechecks:
    """Takes requests of people, and answers them."""

    def __init__(  # noqa: PLR0913 - the ports by position, and the rest by name
        self,
        reconciler: Reconciler,
        ledger: Ledger,
        requests: Requests,
        batches: Batches,
        fleet: Fleet,
        clock: Clock,
        speaks: Speaks,
        *,
        keeps_personal_data: bool,
        on_audit: Callable[[Report], Awaitable[None]] | None = None,
    ) -> None:
        """`keeps_personal_data`: whether it is remembered who asked; `on_audit` shows what a mere look has proven."""
        self._on_audit = on_audit
        self._reconciler = reconciler
        self._ledger = ledger
        self._requests = requests
        self._batches = batches
        self._fleet = fleet
        self._clock = clock
        self._speaks = speaks
        self._keeps = keeps_personal_data

    async def ask(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """`POST /api/recheck`; see `recheck_form` for the body."""
        try:
            form = recheck_form.read(body, headers)
        except ValueError as error:
            return _error(400, "BadRequest", str(error))
        if not self._keeps:
            form = replace(form, by=replace(form.by, name="", ip=""))
        if not self._is_in_scope(form):
            return _not_found(form.scope)
        batch = Batch(_id(form), form.scope, form.enforce, self._clock.now(), form.by)
        known = await self._batches.begin(batch)
        if known is not None:
            return await self._asked_before(known, batch, form)
        if form.account is not None:
            return await self._one(form.account, batch, form)
        await self._batches.ask(batch.id)
        return await self._follow(Progress(batch), form)

    async def progress(self, id_: str, accept: str) -> Answer:
        """`GET /api/recheck/{id}`: how far it is, as JSON, or as CSV where that is asked for."""
        found = await self._progress(id_)
        if found is None:
            return _not_found(id_[:100])
        if "text/csv" in accept.casefold():
            return Answer(200, found.to_csv(), {"Content-Type": "text/csv; charset=utf-8"})
        return Answer(200, found.to_json(), {} if found.is_done else _later(id_))

    async def on_batch(self, id_: str) -> None:
        """Lists the accounts of a batch and asks for a pass of each. Doing it again adds nothing but passes."""
        progress = await self._batches.get(id_)
        if progress is None:
            log.warning("batch not known: %s", id_)
            return
        batch = progress.batch
        accounts = [account.id async for account in self._accounts(batch)]
        await self._batches.add(batch, accounts)
        for number, account in enumerate(accounts):
            await self._requests.put(self._request(account, batch, f"{batch.id}-{number}"))

    async def on_report(self, request: Request, report: Report | None) -> None:
        """Notes how a pass of a batch ended; without a report a later pass has answered it."""
        if request.audits and report is not None and self._on_audit is not None:
            await self._on_audit(report)
        if request.batch:
            newest = report or next(iter(await self._ledger.reports(request.account, 1)), None)
            entry = Entry(request.account, Verdict.GONE) if newest is None else Entry.of(newest)
            await self._batches.note(request.batch, entry)

    async def _one(self, account: ResourceId, batch: Batch, form: Form) -> Answer:
        request = self._request(account, batch, batch.id)
        await self._batches.add(batch, [account])
        if not batch.enforce:
            report: Report | None = await self._reconciler.audit(request)
        else:
            report = await self._reconciler.reconcile(request)
        await self.on_report(request, report)
        if report is None:  # pragma: no cover - a request made just now has no later pass
            return await self._follow(Progress(batch), form)
        later = again(request, report)
        if later is not None:
            await self._requests.put(later, report.retry_after or 0)
        if report.verdict is Verdict.WAITING and form.wait:
            report = await self._waited(account, batch, form) or report
        return _of(report, batch.id)

    async def _waited(self, account: ResourceId, batch: Batch, form: Form) -> Report | None:
        """The newest report of an account, as soon as nobody waits any more."""
        if await self._until_done(batch.id, form.wait):
            return next(iter(await self._ledger.reports(account, 1)), None)
        return None

    async def _follow(self, progress: Progress, form: Form) -> Answer:
        id_ = progress.batch.id
        if form.wait and await self._until_done(id_, form.wait):
            return await self.progress(id_, "")
        return Answer(202, progress.to_json(), _later(id_))

    async def _until_done(self, id_: str, seconds: float) -> bool:
        """False when it takes longer."""
        try:
            async with asyncio.timeout(seconds):
                while not await self._is_done(id_):  # noqa: ASYNC110 - storage tells nobody
                    await asyncio.sleep(_LOOKS_EVERY)
        except TimeoutError:
            return False
        return True

    async def _is_done(self, id_: str) -> bool:
        found = await self._progress(id_)
        return found is not None and found.is_done

    async def _asked_before(self, known: Batch, batch: Batch, form: Form) -> Answer:
        if not known.is_same(batch):
            message = "this Idempotency-Key was used to ask for something else"
            return _error(422, "IdempotencyKeyReused", message)
        found = await self._progress(known.id)
        return await self._follow(found or Progress(known), form)

    async def _progress(self, id_: str) -> Progress | None:
        """A pass that left the next look to another one is known by the account's newest report."""
        found = await self._batches.get(id_)
        if found is None:
            return None
        waiting = [each for each in found.entries if each.verdict is Verdict.WAITING]
        newer = {entry.account: entry async for entry in self._newest(waiting[:_READ_AGAIN])}
        entries = tuple(newer.get(entry.account, entry) for entry in found.entries)
        return replace(found, entries=entries)

    async def _newest(self, entries: Sequence[Entry]) -> AsyncIterator[Entry]:
        for entry in entries:
            for report in await self._ledger.reports(entry.account, 1):
                if entry.ended is not None and report.ended > entry.ended:
                    yield Entry.of(report)

    async def _accounts(self, batch: Batch) -> AsyncIterator[Account]:
        everywhere = batch.scope == "all"
        subscriptions = self._speaks.subscriptions if everywhere else [batch.scope]
        async for account in self._fleet.accounts(subscriptions):
            if self._speaks.of(account, batch.asked):
                yield account

    def _is_in_scope(self, form: Form) -> bool:
        if form.account is not None:
            return self._speaks.of_id(form.account)
        known = self._speaks.subscriptions
        return not form.subscription or not known or form.subscription in known

    def _request(self, account: ResourceId, batch: Batch, id_: str) -> Request:
        cause = Cause(Trigger.RECHECK, batch.asked, actor=batch.by)
        return Request(
            account,
            Lane.FULL,
            cause,
            self._clock.now(),
            id_,
            batch=batch.id,
            audits=not batch.enforce,
        )


def _id(form: Form) -> str:
    """With a key a pure function of it, so that storage itself refuses a second batch."""
    if not form.key:
        return uuid.uuid4().hex
    return hashlib.sha256(form.key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


_STATUS = {
    Verdict.CONVERGED: 200,
    Verdict.REMEDIED: 200,
    Verdict.WAITING: 202,
    Verdict.HELD: 409,
    Verdict.STALLED: 409,
}


def _of(report: Report, id_: str) -> Answer:
    status = _STATUS.get(report.verdict)
    if status is None:
        return _not_found(str(report.account))
    return Answer(status, REPORTS.to_json(report), _later(id_) if status == 202 else {})  # noqa: PLR2004 - as above


def _later(id_: str) -> dict[str, str]:
    return {"Location": f"{PATH}/{id_}", "Retry-After": str(_COME_BACK)}


def _not_found(what: str) -> Answer:
    return _error(
        404, "NotFound", f"the policy does not speak of {what}, or there is no such thing"
    )


def _error(status: int, code: str, message: str) -> Answer:
    return Answer(status, {"error": {"code": code, "message": message}}, {})
