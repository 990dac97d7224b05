"""Latch at a terminal: the app of the Function, asked by a person with their own sign-in.

Exit codes: 0 everything is as the policy wants it, 2 something differs, 1 something could not be seen or done.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from remediation import cli_policy
from remediation.catalog import RULES
from remediation.cli_place import Place, command, survey
from remediation.errors import Misconfigured, RemediationError
from remediation.ids import ResourceId
from remediation.proof import Standing
from remediation.report import REPORTS
from remediation.terminal import document, options, reasons, tables
from remediation.terminal.desk_console import complain, complain_of
from remediation.terminal.look import Exit, Look
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
        complain_of(error)
    except OSError as error:
        complain(f"{error.filename or ''}: {error.strerror or error}".lstrip(": "))
    return Exit.ERROR


# The fleet -------------------------------------------------------------------------------------------------------


@command(app, "subscription", "state", "full")
async def scan(place: Place) -> Exit:
    """Look at every account of the policy, and change nothing."""
    return place.answer(await place.rehearse("scan"), tables.scan)


@command(app, "subscription", "state", "full")
async def plan(place: Place) -> Exit:
    """Show what Latch would change, and what it would hold back. Nothing is changed."""
    return place.answer(await place.rehearse("plan"), tables.plan)


@command(app, "subscription", "state", "full")
async def apply(
    place: Place,
    only: Annotated[
        str, typer.Option(metavar="RULE|ACCOUNT", help="Only this rule, or only this account.")
    ] = "",
    max_: Annotated[
        int | None, typer.Option("--max", min=1, help="At most so many accounts.")
    ] = None,
    wait: Annotated[int, typer.Option(min=0, help="Minutes to wait for what Azure works on.")] = 10,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> Exit:
    """Restore what differs, after showing the plan and asking."""
    if not yes and not sys.stdin.isatty():
        raise Misconfigured("apply asks before it changes anything: without a terminal, say --yes")
    rule = only if only in RULES else ""
    of_all = rule or not only
    seen = await (place.rehearse("plan", rule) if of_all else place.rehearse_one("plan", only))
    touched = tuple(sorted((look for look in seen.looks if look.actions), key=_urgency)[:max_])
    if not touched:
        left = replace(seen, command="apply")
        return place.answer(left, lambda _: Text("There is nothing to apply."))
    place.outlet.errors.print(tables.plan(replace(seen, looks=touched)))
    if not yes:
        typer.confirm(f"Apply this to {len(touched)} accounts?", abort=True, err=True)
    restored = await _restored(place, touched, timedelta(minutes=wait), rule)
    told = replace(survey("apply", *restored), blind=seen.blind)
    return place.answer(told, tables.applied)


async def _restored(
    place: Place, touched: Sequence[Look], patience: timedelta, rule: str
) -> tuple[Look, ...]:
    async with place.operator() as operator:
        with place.outlet.progress("Restoring accounts", len(touched)) as done:
            return await operator.applied([look.id for look in touched], patience, done, rule)


def _urgency(look: Look) -> tuple[bool, ResourceId]:
    """What is exposed comes first."""
    return all(drift.severity != "critical" for drift in look.report.drifts), look.id


# One account -----------------------------------------------------------------------------------------------------


@command(app, "state")
async def explain(place: Place, account: options.AccountName) -> Exit:
    """Say which profile an account has and why, where its private path breaks, and what is held back."""
    async with place.operator() as operator:
        [look] = await operator.rehearsed([await operator.named(account)], lambda: None)
        why = reasons.why(operator.rules, look)
    place.answer(survey("explain", look), lambda _: tables.explained(look, why))
    return Exit.ERROR if look.note else look.exit


@command(app)
async def verify(place: Place, account: options.AccountName) -> Exit:
    """Prove it: ask for the account's names and call them, from inside and from the internet."""
    async with place.operator() as operator:
        look = await operator.proven(await operator.named(account))
    place.answer(survey("verify", look), lambda _: tables.proven(look))
    if look.note:
        return Exit.ERROR
    statements = () if look.report.proof is None else look.report.proof.statements
    refuted = any(each.standing is Standing.REFUTED for each in statements)
    return Exit.DRIFT if refuted and look.exit is Exit.CLEAN else look.exit


@command(app, "state")
async def history(
    place: Place,
    account: options.AccountName,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many passes.")] = 20,
) -> Exit:
    """Show the passes that a deployment remembers of an account, the newest first."""
    format_ = place.outlet.format
    if not place.state:
        raise Misconfigured("history is in the tables of a deployment: say where, with --state")
    if format_ not in (Format.TABLE, Format.JSON, Format.CSV):
        raise Misconfigured(f"history is written as table, json or csv, not as {format_}")
    async with place.operator() as operator:
        reports = await operator.history(await operator.named(account), limit)
    if format_ is Format.JSON:
        place.outlet.text(as_json([REPORTS.to_json(report) for report in reports]))
    elif format_ is Format.CSV:
        place.outlet.text(document.history_csv(reports))
    else:
        place.outlet.table(tables.history(reports))
    return Exit.CLEAN


@command(app, "state")
async def replay(
    place: Place,
    event: Annotated[Path, typer.Argument(help="A file with one event, or an array of them.")],
) -> Exit:
    """Show what Latch makes of an event: why it is dropped, or which accounts it concerns and what is found there."""
    text = event.read_text("utf-8", "replace")
    async with place.operator() as operator:
        replays = await operator.replayed(text)
        accounts = list(dict.fromkeys(id_ for each in replays for id_ in each.accounts))
        looks = await operator.rehearsed(accounts, lambda: None)
    for each in replays:
        place.outlet.errors.print(tables.replayed(each))
    ended = place.answer(survey("replay", *looks), tables.concerned)
    return ended if all(each.is_read for each in replays) else Exit.ERROR
