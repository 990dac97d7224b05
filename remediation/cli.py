"""Latch at a terminal: the app of the Function, asked by a person with their own sign-in.

Exit codes: 0 everything is as the policy wants it, 2 something differs, 1 something could not be seen or done.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from remediation import cli_policy, desk
from remediation.adapters.clock import SystemClock
from remediation.catalog import RULES
from remediation.errors import Misconfigured, RemediationError
from remediation.ids import ResourceId
from remediation.proof import Standing
from remediation.report import REPORTS
from remediation.settings import did_you_mean
from remediation.terminal import document, options, reasons, tables
from remediation.terminal.desk_console import Outlet, complain, sentence
from remediation.terminal.look import Exit, Look, Survey
from remediation.terminal.operator import Operator
from remediation.terminal.writing import Format, as_json

app = typer.Typer(
    name="latch",
    help="Keeps Azure OpenAI and Cognitive Services accounts reachable only through a private network.",
    epilog="Exit codes: 0 clean, 2 something differs, 1 something could not be seen or done.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(cli_policy.app, name="policy")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command, that of the program unless one is given; mistakes are told in a sentence, not in a traceback."""
    try:
        return int(app(arguments, standalone_mode=False) or Exit.CLEAN)
    except typer.TyperException as error:
        complain(f"{error.format_message() or 'what shall be done?'} (--help says more)")
    except typer.Abort:
        complain("nothing was changed")
    except RemediationError as error:
        complain(sentence(error))
    except OSError as error:
        complain(f"{error.filename or ''}: {error.strerror or error}".lstrip(": "))
    return Exit.ERROR


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command works: which policy, which memory, which subscriptions, and where its answer goes."""

    policy: Path | None
    outlet: Outlet
    subscriptions: Sequence[str] = ()
    state: str = ""

    @asynccontextmanager
    async def operator(self) -> AsyncIterator[Operator]:
        """Somebody to ask, signed in."""
        prepared = desk.prepared(os.environ, self.policy, self.state)
        async with desk.at_desk(prepared) as operator:
            yield operator

    async def accounts(self, operator: Operator) -> tuple[list[ResourceId], tuple[str, ...]]:
        """Every account in scope, and what could not be listed."""
        found: list[ResourceId] = []
        blind: list[str] = []
        for subscription in await operator.subscriptions(self.subscriptions):
            try:
                found += await operator.in_scope(subscription)
            except RemediationError as error:
                blind.append(sentence(error))
        return found, tuple(blind)

    async def rehearse(self, command: str, only: str = "") -> Survey:
        """What passes of all accounts would find and do."""
        async with self.operator() as operator:
            found, blind = await self.accounts(operator)
            with self.outlet.progress("Looking at accounts", len(found)) as done:
                looks = await operator.rehearsed(found, done, only)
        return Survey(command, SystemClock().now(), looks, blind)


def _place(
    policy: Path | None,
    format_: Format,
    output: Path | None,
    subscriptions: list[str] | None,
    state: str,
    *,
    no_color: bool,
    verbose: bool,
) -> Place:
    outlet = Outlet(format_, output, no_color=no_color, verbose=verbose)
    return Place(policy, outlet, tuple(subscriptions or ()), state)


@app.command()
def scan(
    policy: options.PolicyFile = None,
    format_: options.OutputFormat = Format.TABLE,
    output: options.Output = None,
    subscription: options.Subscriptions = None,
    state: options.State = "",
    *,
    no_color: options.NoColor = False,
    verbose: options.Verbose = False,
) -> int:
    """Look at every account of the policy, and change nothing."""
    place = _place(policy, format_, output, subscription, state, no_color=no_color, verbose=verbose)
    return asyncio.run(_surveyed(place, "scan", tables.scan))


@app.command()
def plan(
    policy: options.PolicyFile = None,
    format_: options.OutputFormat = Format.TABLE,
    output: options.Output = None,
    subscription: options.Subscriptions = None,
    state: options.State = "",
    *,
    no_color: options.NoColor = False,
    verbose: options.Verbose = False,
) -> int:
    """Show what Latch would change, and what it would hold back. Nothing is changed."""
    place = _place(policy, format_, output, subscription, state, no_color=no_color, verbose=verbose)
    return asyncio.run(_surveyed(place, "plan", tables.plan))


async def _surveyed(place: Place, command: str, table: Callable[[Survey], Any]) -> Exit:
    survey = await place.rehearse(command)
    place.outlet.survey(survey, table(survey))
    return survey.exit


@app.command()
def apply(  # noqa: PLR0913 - a command's parameters are its options
    only: Annotated[
        str, typer.Option(metavar="RULE|ACCOUNT", help="Only this rule, or only this account.")
    ] = "",
    max_: Annotated[
        int | None, typer.Option("--max", min=1, help="At most so many accounts.")
    ] = None,
    wait: Annotated[int, typer.Option(min=0, help="Minutes to wait for what Azure works on.")] = 10,
    policy: options.PolicyFile = None,
    format_: options.OutputFormat = Format.TABLE,
    output: options.Output = None,
    subscription: options.Subscriptions = None,
    state: options.State = "",
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    no_color: options.NoColor = False,
    verbose: options.Verbose = False,
) -> int:
    """Restore what differs, after showing the plan and asking."""
    if not yes and not sys.stdin.isatty():
        raise Misconfigured("apply asks before it changes anything: without a terminal, say --yes")
    place = _place(policy, format_, output, subscription, state, no_color=no_color, verbose=verbose)
    return asyncio.run(_applied(place, only, max_, timedelta(minutes=wait), asks=not yes))


async def _applied(
    place: Place, only: str, most: int | None, patience: timedelta, *, asks: bool
) -> Exit:
    rule = only if only in RULES else ""
    survey = await place.rehearse("plan", rule)
    looks = survey.looks if rule or not only else _of_account(survey.looks, only)
    touched = sorted((look for look in looks if look.actions), key=_urgency)[:most]
    narrowed = Survey("plan", survey.at, tuple(touched), survey.blind)
    if not touched:
        result = Survey("apply", survey.at, tuple(looks), survey.blind)
        place.outlet.survey(result, Text("There is nothing to apply."))
        return result.exit
    place.outlet.errors.print(tables.plan(narrowed))
    if asks:
        typer.confirm(f"Apply this to {len(touched)} accounts?", abort=True, err=True)
    async with place.operator() as operator:
        with place.outlet.progress("Restoring accounts", len(touched)) as done:
            ids = [look.id for look in touched]
            restored = await operator.applied(ids, patience, done, rule)
    result = Survey("apply", SystemClock().now(), restored, survey.blind)
    place.outlet.survey(result, tables.applied(result))
    return result.exit


def _of_account(looks: Sequence[Look], text: str) -> tuple[Look, ...]:
    """Those of the account that was named; raises Misconfigured when it is none of them, and no rule either."""
    wanted = text.casefold().rstrip("/")
    found = tuple(look for look in looks if wanted in (look.id.key, look.id.name.casefold()))
    if not found:
        known = (*RULES, *(look.id.name for look in looks))
        raise Misconfigured(
            f"--only {text}: neither a rule nor an account of the policy{did_you_mean(text, known)}"
        )
    return found


def _urgency(look: Look) -> tuple[bool, ResourceId]:
    """What is exposed comes first."""
    return all(drift.severity != "critical" for drift in look.report.drifts), look.id


@app.command()
def explain(
    account: options.AccountName,
    policy: options.PolicyFile = None,
    format_: options.OutputFormat = Format.TABLE,
    output: options.Output = None,
    state: options.State = "",
    *,
    no_color: options.NoColor = False,
    verbose: options.Verbose = False,
) -> int:
    """Say which profile an account has and why, where its private path breaks, and what is held back."""
    place = _place(policy, format_, output, None, state, no_color=no_color, verbose=verbose)
    return asyncio.run(_explained(place, account))


async def _explained(place: Place, account: str) -> Exit:
    async with place.operator() as operator:
        [look] = await operator.rehearsed([await operator.named(account)], lambda: None)
        why = reasons.why(operator.rules, look)
    place.outlet.survey(
        Survey("explain", SystemClock().now(), (look,)), tables.explained(look, why)
    )
    return Exit.ERROR if look.note else look.exit


@app.command()
def verify(
    account: options.AccountName,
    policy: options.PolicyFile = None,
    format_: options.OutputFormat = Format.TABLE,
    output: options.Output = None,
    *,
    no_color: options.NoColor = False,
    verbose: options.Verbose = False,
) -> int:
    """Prove it: ask for the account's names and call them, from inside and from the internet."""
    place = _place(policy, format_, output, None, "", no_color=no_color, verbose=verbose)
    return asyncio.run(_verified(place, account))


async def _verified(place: Place, account: str) -> Exit:
    async with place.operator() as operator:
        look = await operator.proven(await operator.named(account))
    place.outlet.survey(Survey("verify", SystemClock().now(), (look,)), tables.proven(look))
    if look.note:
        return Exit.ERROR
    statements = () if look.report.proof is None else look.report.proof.statements
    refuted = any(each.standing is Standing.REFUTED for each in statements)
    return Exit.DRIFT if refuted and look.exit is Exit.CLEAN else look.exit


@app.command()
def history(
    account: options.AccountName,
    state: options.State = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many passes.")] = 20,
    policy: options.PolicyFile = None,
    format_: options.OutputFormat = Format.TABLE,
    output: options.Output = None,
    *,
    no_color: options.NoColor = False,
    verbose: options.Verbose = False,
) -> int:
    """Show the passes that a deployment remembers of an account, the newest first."""
    if not state:
        raise Misconfigured("history is in the tables of a deployment: say where, with --state")
    if format_ not in (Format.TABLE, Format.JSON, Format.CSV):
        raise Misconfigured(f"history is written as table, json or csv, not as {format_}")
    place = _place(policy, format_, output, None, state, no_color=no_color, verbose=verbose)
    return asyncio.run(_remembered(place, account, limit))


async def _remembered(place: Place, account: str, limit: int) -> Exit:
    async with place.operator() as operator:
        reports = await operator.history(await operator.named(account), limit)
    if place.outlet.format is Format.JSON:
        place.outlet.text(as_json([REPORTS.to_json(report) for report in reports]))
    elif place.outlet.format is Format.CSV:
        place.outlet.text(document.history_csv(reports))
    else:
        place.outlet.table(tables.history(reports))
    return Exit.CLEAN


@app.command()
def replay(
    event: Annotated[Path, typer.Argument(help="A file with one event, or an array of them.")],
    policy: options.PolicyFile = None,
    format_: options.OutputFormat = Format.TABLE,
    output: options.Output = None,
    state: options.State = "",
    *,
    no_color: options.NoColor = False,
    verbose: options.Verbose = False,
) -> int:
    """Show what Latch makes of an event: why it is dropped, or which accounts it concerns and what is found there."""
    text = event.read_text("utf-8", "replace")
    place = _place(policy, format_, output, None, state, no_color=no_color, verbose=verbose)
    return asyncio.run(_replayed(place, text))


async def _replayed(place: Place, text: str) -> Exit:
    async with place.operator() as operator:
        replays = await operator.replayed(text)
        accounts = list(dict.fromkeys(id_ for each in replays for id_ in each.accounts))
        looks = await operator.rehearsed(accounts, lambda: None)
    survey = Survey("replay", SystemClock().now(), looks)
    for each in replays:
        place.outlet.errors.print(tables.replayed(each))
    place.outlet.survey(survey, tables.plan(survey))
    return survey.exit
