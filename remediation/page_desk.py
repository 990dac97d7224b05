"""What do people see who ask how the fleet stands, and monitors who ask how Latch does? Answers to HTTP.

Nothing here changes anything, and nothing asks Azure Resource Manager.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from remediation.errors import RemediationError
from remediation.page import export, form, health, overview, timeline, view
from remediation.page.form import Ask, Format
from remediation.page.modes import Terms
from remediation.page.style import GUARDED, HEADERS
from remediation.page.view import DAYS, Fleet
from remediation.page_ports import Plumbing, Posture
from remediation.ports import Clock, Ledger
from remediation.rechecks import Answer
from remediation.report import Json
from remediation.sweep_ports import Sweeps

_REPORTS = 50
_CSV = {
    "Content-Type": "text/csv; charset=utf-8",
    "Content-Disposition": 'attachment; filename="latch-posture.csv"',
}
_SOON = {"Retry-After": "30"}


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the desk looks things up."""

    posture: Posture
    ledger: Ledger
    sweeps: Sweeps
    plumbing: Plumbing
    clock: Clock


class PostureDesk:
    """Answers; reads only."""

    def __init__(
        self, sources: Sources, *, schedule: str, paused: bool, terms: tuple[Terms, ...]
    ) -> None:
        """`schedule`: when the fleet is swept, to know when a sweep is late; `terms`: what the profiles say."""
        self._terms = terms
        self._of = sources
        self._schedule = schedule
        self._paused = paused

    async def fleet(self, query: Mapping[str, str], accept: str) -> Answer:
        """`GET /api/posture`: a page, JSON, or CSV."""
        try:
            ask = form.read(query, accept)
        except ValueError as error:
            return _error(400, "BadRequest", str(error))
        try:
            return _shown(await self._fleet(), ask)
        except RemediationError as error:
            return _unavailable(error)

    async def account(self, query: Mapping[str, str], accept: str) -> Answer:
        """`GET /api/posture/account?id=...`: how it stands, and its story."""
        try:
            ask = form.read_one(query, accept)
        except ValueError as error:
            return _error(400, "BadRequest", str(error))
        try:
            standing, reports = await asyncio.gather(
                self._of.posture.standing(ask.account),
                self._of.ledger.reports(ask.account, _REPORTS),
            )
        except RemediationError as error:
            return _unavailable(error)
        if standing is None and not reports:
            return _error(404, "NotFound", "no pass has seen such an account")
        if ask.format is Format.JSON:
            return _json(export.of_story(standing, reports))
        return _html(timeline.page(ask, standing, reports))

    async def check(self) -> Answer:
        """`GET /api/health`: 200, or 503 when something fails."""
        now = self._of.clock.now()
        try:
            found = health.checks(await self._vitals())
        except RemediationError as error:
            found = health.unreadable(str(error))
        fails = health.worst(found) is health.Standing.FAILING
        return Answer(503 if fails else 200, health.to_json(found, now), GUARDED)

    async def _fleet(self) -> Fleet:
        now = self._of.clock.now()
        standings, incidents, swept = await asyncio.gather(
            self._of.posture.fleet(),
            self._of.posture.incidents(now - timedelta(days=DAYS)),
            self._of.sweeps.checkpoint(),
        )
        return Fleet(now, standings, incidents, swept, self._paused, self._terms)

    async def _vitals(self) -> health.Vitals:
        swept, waiting, letters, pulse = await asyncio.gather(
            self._of.sweeps.checkpoint(),
            self._of.plumbing.waiting(),
            self._of.plumbing.dead_letters(health.MOST_LETTERS + 1),
            self._of.posture.pulse(),
        )
        return health.Vitals(
            self._of.clock.now(),
            self._schedule,
            swept,
            waiting,
            letters,
            pulse.passed,
            pulse.event,
            self._paused,
        )


def alive() -> Answer:
    """`GET /api/health/live`: that the process answers, and nothing else."""
    return Answer(200, {"status": "alive"}, GUARDED)


def _shown(fleet: Fleet, ask: Ask) -> Answer:
    if ask.format is Format.CSV:
        return Answer(200, export.to_csv(view.chosen(fleet, ask)), {**GUARDED, **_CSV})
    seen = view.view(fleet, ask)
    if ask.format is Format.JSON:
        return _json(export.to_json(seen))
    return _html(overview.page(seen))


def _html(text: str) -> Answer:
    return Answer(200, text, {**GUARDED, **HEADERS})


def _json(document: Json) -> Answer:
    return Answer(200, document, GUARDED)


def _unavailable(error: RemediationError) -> Answer:
    answer = _error(503, "Unavailable", f"what is remembered cannot be read now: {error}")
    return Answer(answer.status, answer.body, {**answer.headers, **_SOON})


def _error(status: int, code: str, message: str) -> Answer:
    return Answer(status, {"error": {"code": code, "message": message}}, GUARDED)
