"""How does an answer look on a terminal? Made of rich; names from Azure are shown as they are, never as markup."""

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from remediation.plan import Severity
from remediation.proof import Standing, Statement
from remediation.report import Drift, Report, Verdict
from remediation.terminal import legs
from remediation.terminal.changes import changes
from remediation.terminal.legs import State
from remediation.terminal.look import Exit, Look, Survey
from remediation.terminal.replays import Replay

_SEVERITIES = {Severity.CRITICAL: "bold red", Severity.WARNING: "yellow", Severity.NOTICE: "cyan"}
_LEGS = {State.WHOLE: ("ok", "green"), State.BROKEN: ("!!", "bold red"), State.MOOT: ("--", "dim")}
_SIGNS = {"+": "green", "~": "yellow", "-": "red"}
_STANDINGS = {Standing.PROVEN: "green", Standing.REFUTED: "bold red", Standing.UNPROVABLE: "yellow"}


def scan(survey: Survey) -> RenderableType:
    """The findings of all accounts; clean ones are only counted."""
    table = _table("account", "rule", "resource", "wanted", "found", "what becomes of it")
    for look in survey.looks:
        for drift in look.report.drifts:
            style = _SEVERITIES[Severity(drift.severity)]
            cells = (look.id.name, drift.rule, _name(drift), drift.expected, drift.actual)
            table.add_row(*map(Text, cells), Text(_fate(look, drift)), style=style)
    parts: list[RenderableType] = [table] if table.row_count else []
    return Group(*parts, *_unseen(survey), _summary(survey))


def plan(survey: Survey) -> RenderableType:
    """For each account what would be changed, what is held back, and what a person must do."""
    shown = [
        part for look in survey.looks if look.exit is not Exit.CLEAN for part in _planned(look)
    ]
    return Group(*shown, *_unseen(survey), _plan_summary(survey))


def applied(survey: Survey) -> RenderableType:
    """How each account stands after its passes."""
    table = _table("account", "verdict", "what was done", "what is left")
    for look in survey.looks:
        done = "\n".join(f"{r.action}: {r.outcome}" for r in look.report.results)
        left = "\n".join(f"{d.rule}: {_rest(look, d)}" for d in look.open_drifts)
        failed = "\n".join(each.message for each in look.failures if each.message)
        cells = (look.id.name, look.note or look.report.verdict.value, done or "-", left + failed)
        style = "green" if look.exit is Exit.CLEAN else "yellow"
        table.add_row(*map(Text, cells), style=style)
    return Group(table, *_unseen(survey), _summary(survey))


def explained(look: Look, why: Iterable[str]) -> RenderableType:
    """Profile, what is wanted, each leg of the private path, findings and what is held back."""
    parts: list[RenderableType] = [Text(look.id.text, style="bold"), *map(Text, why), Text()]
    if look.note:
        return Group(*parts)
    path = _table("", "leg", "what is there")
    for leg in legs.legs(look):
        mark, style = _LEGS[leg.state]
        path.add_row(Text(mark, style=style), Text(leg.name), Text(leg.says))
    if path.row_count:
        parts.append(path)
    parts += _planned(look) if look.exit is not Exit.CLEAN else [Text("Nothing differs.")]
    return Group(*parts)


def proven(look: Look) -> RenderableType:
    """What clients see, claim by claim."""
    if look.report.proof is None:
        return Group(Text("There is nothing to prove."), *_planned(look))
    table = _table("", "claim", "evidence", "what that means")
    for each in look.report.proof.statements:
        table.add_row(*map(Text, _cells(each)), style=_STANDINGS[each.standing])
    return Group(table, Text(look.report.proof.summary), *_planned(look))


def history(reports: Iterable[Report]) -> RenderableType:
    """One line a pass, the newest first."""
    table = _table(
        "ended (UTC)", "lane", "verdict", "asked for by", "what differed", "what was done"
    )
    for each in reports:
        cells = (
            f"{each.ended:%Y-%m-%d %H:%M:%S}",
            each.lane.value,
            each.verdict.value,
            f"{each.cause.trigger}: {each.cause.actor}",
            ", ".join(dict.fromkeys(drift.rule for drift in each.drifts)) or "-",
            "\n".join(f"{r.action}: {r.outcome}" for r in each.results) or "-",
        )
        table.add_row(*map(Text, cells))
    return table


def concerned(survey: Survey) -> RenderableType:
    """The accounts that events are about, as a plan."""
    return plan(survey) if survey.looks else Text("No account would be looked at.")


def replayed(replay: Replay) -> RenderableType:
    """What an event was taken for, and what Latch would do before anything else."""
    closing = [Text(f"  at once: {action}", style="yellow") for action in replay.closing]
    return Group(Text(replay.heard, style="bold"), *closing)


def _planned(look: Look) -> Iterator[RenderableType]:
    profile = f"  (profile {look.report.profile})" if look.report.profile else ""
    yield Text(f"\n{look.id.name}{profile}", style="bold")
    if look.note:
        yield Text(f"  {look.note}")
    for change in changes(look):
        yield Text(f"  {change}", style=_SIGNS[change.sign])
    for drift in look.report.drifts:
        said = f"{drift.rule}: {_name(drift)}: {drift.expected} is wanted, but {drift.actual}"
        if drift.withheld:
            why = f"{drift.withheld}: {drift.message}" if drift.message else drift.withheld
            yield Text(f"  = held back ({why}): {said}", style="cyan")
        elif look.needs_a_person(drift):
            yield Text(f"  ! a person must act: {said}", style="bold red")
        elif drift.awaits:
            yield Text(f"  . Azure works on it: {said}", style="cyan")
    for each in look.failures:
        yield Text(f"  ! {each.action}: {each.message}", style="bold red")


def _fate(look: Look, drift: Drift) -> str:
    """What becomes of it, while nothing has been done."""
    if drift.withheld:
        return f"held back: {drift.withheld}"
    if drift.awaits:
        return "Azure works on it"
    return "a person must act" if look.needs_a_person(drift) else "Latch restores it"


def _rest(look: Look, drift: Drift) -> str:
    """What becomes of it, after something has been done."""
    works = look.report.verdict is Verdict.WAITING and not drift.withheld
    return "in work: look again" if works else _fate(look, drift)


def _unseen(survey: Survey) -> Iterator[RenderableType]:
    for text in survey.notes:
        yield Text(text, style="dim")
    for text in survey.blind:
        yield Text(f"! {text}", style="bold red")
    if survey.command == "scan":
        for look in survey.looks:
            for each in look.failures:
                yield Text(f"! {look.id.name}: {each.message}", style="bold red")


def _summary(survey: Survey) -> Text:
    drifted = sum(look.exit is Exit.DRIFT for look in survey.looks)
    failed = sum(look.exit is Exit.ERROR for look in survey.looks)
    told = f"{len(survey.looks)} accounts: {survey.clean} clean, {drifted} with drift"
    return Text(told + (f", {failed} with errors" if failed else "") + ".", style="bold")


def _plan_summary(survey: Survey) -> Text:
    touched = [look for look in survey.looks if look.actions]
    lines = sum(len(changes(look)) for look in touched)
    drifts = [(look, drift) for look in survey.looks for drift in look.report.drifts]
    held = sum(bool(drift.withheld) for _, drift in drifts)
    people = sum(look.needs_a_person(drift) for look, drift in drifts)
    what = (
        f"Plan: {lines} changes of {len(touched)} accounts, {held} held back, {people} for a person"
    )
    return Text(
        f"\n{what}; {survey.clean} of {len(survey.looks)} accounts are clean.", style="bold"
    )


def _cells(statement: Statement) -> tuple[str, ...]:
    evidence, meaning = statement.evidence, statement.diagnosis
    return (statement.standing.value, statement.claim, evidence, meaning)


def _name(drift: Drift) -> str:
    return drift.resource.rsplit("/", 1)[-1]


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
