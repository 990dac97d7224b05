"""Where does a command work: which policy, which memory, which subscriptions, and where does its answer go?

`command` gives a command the options that say so, and the place that they come to.
"""

import asyncio
import inspect
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import typer

from remediation import desk
from remediation.adapters.clock import SystemClock
from remediation.catalog import RULES
from remediation.errors import Misconfigured
from remediation.ids import ResourceId
from remediation.terminal import options
from remediation.terminal.desk_console import Outlet, sentence
from remediation.terminal.glance import Glance
from remediation.terminal.look import Exit, Look, Survey
from remediation.terminal.operator import Operator
from remediation.terminal.writing import Format
from remediation.texts import did_you_mean

# Name, type and default, as the signature of a command would have them.
_OPTIONS: dict[str, tuple[Any, Any]] = {
    "policy": (options.PolicyFile, None),
    "format_": (options.OutputFormat, Format.TABLE),
    "output": (options.Output, None),
    "subscription": (options.Subscriptions, None),
    "state": (options.State, ""),
    "full": (options.Full, False),
    "no_color": (options.NoColor, False),
    "verbose": (options.Verbose, False),
}
_SOMETIMES = ("subscription", "state", "full")


@dataclass(frozen=True, slots=True)
class Place:
    """What the options of a command come to. `full`: every account is read."""

    policy: Path | None
    outlet: Outlet
    subscriptions: Sequence[str] = ()
    state: str = ""
    full: bool = False

    @asynccontextmanager
    async def operator(self) -> AsyncIterator[Operator]:
        """Somebody to ask, signed in."""
        prepared = desk.prepared(os.environ, self.policy, self.state)
        async with desk.at_desk(prepared) as operator:
            yield operator

    async def fleet(self, operator: Operator) -> Glance:
        """All accounts of the policy, before any of them is read."""
        with self.outlet.progress("Looking at the fleet", None) as done:
            return await operator.fleet(self.subscriptions, done, full=self.full)

    async def rehearse(self, command: str, only: str = "") -> Survey:
        """What passes of all accounts would find and do; `only` is a rule."""
        async with self.operator() as operator:
            seen = await self.fleet(operator)
            with self.outlet.progress("Looking at accounts", len(seen.to_read)) as done:
                looks = await operator.rehearsed(seen.to_read, done, only)
        return survey(command, *seen.clean, *looks, seen=seen)

    async def rehearse_one(self, command: str, text: str) -> Survey:
        """What a pass of the account of this name or id would; it is read, whatever the index shows of it.

        Raises Misconfigured when the policy has none.
        """
        async with self.operator() as operator:
            seen = await self.fleet(operator)
            wanted = _named((*seen.to_read, *(look.id for look in seen.clean)), text)
            return survey(command, *await operator.rehearsed(wanted, lambda: None))

    def answer(self, survey: Survey, table: Callable[[Survey], Any]) -> Exit:
        """Writes it in the format that was asked for."""
        self.outlet.survey(survey, table(survey))
        return survey.exit


def survey(command: str, *looks: Look, seen: Glance | None = None) -> Survey:
    """What was found just now, in the order of ids."""
    blind = () if seen is None else tuple(map(sentence, seen.blind))
    notes = () if seen is None else seen.notes
    ordered = tuple(sorted(looks, key=lambda look: look.id))
    return Survey(command, SystemClock().now(), ordered, blind, notes)


def _named(accounts: Sequence[ResourceId], text: str) -> tuple[ResourceId, ...]:
    wanted = text.casefold().rstrip("/")
    found = tuple(id_ for id_ in accounts if wanted in (id_.key, id_.name.casefold()))
    if not found:
        near = did_you_mean(text, (*RULES, *(id_.name for id_ in accounts)))
        raise Misconfigured(f"--only {text}: neither a rule nor an account of the policy{near}")
    return found


# What a command does at a place, with the options of its own.
type Work = Callable[..., Coroutine[Any, Any, Exit]]


def command(app: typer.Typer, *more: str) -> Callable[[Work], Work]:
    """Adds a command with the options of a place, `more` of those that only some have."""

    def added(work: Work) -> Work:
        _, *own = inspect.signature(work).parameters.values()
        names = [name for name in _OPTIONS if name in more or name not in _SOMETIMES]
        shared = [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=type_
            )
            for name in names
            for type_, default in [_OPTIONS[name]]
        ]

        @wraps(work)
        def run(**given: Any) -> Exit:
            place = _place(**{name: given.pop(name) for name in names})
            return asyncio.run(work(place, **given))

        named = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own]
        vars(run)["__signature__"] = inspect.Signature([*named, *shared])
        app.command()(run)
        return work

    return added


def _place(
    policy: Path | None,
    format_: Format,
    output: Path | None,
    subscription: Sequence[str] | None = None,
    state: str = "",
    *,
    full: bool = False,
    no_color: bool,
    verbose: bool,
) -> Place:
    outlet = Outlet(format_, output, no_color=no_color, verbose=verbose)
    return Place(policy, outlet, tuple(subscription or ()), state, full)
