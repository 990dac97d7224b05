"""The main job, live: what a colleague breaks, Latch restores, and a genuine client proves it.

Exit code 0 only if every step was restored, proven from inside and outside, and told with the name of who did it.
"""

import asyncio
import re
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from tests.harness.data_plane import api_key
from tests.harness.lab import LATCH, Lab, host_of
from tests.harness.people import Person
from tests.harness.witness import Outcome, Testimony
from tests.harness.world import Json
from tests.harness.worlds import MAIN

NEWCOMER = "aoai-contoso-trial"
# Event Grid takes its time; long enough to look at the broken state, in seconds of the lab's clock.
DELIVERY_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody does to one account; `takes` is how long Azure works on it, in seconds."""

    title: str
    drift: str
    act: Callable[[Person], Awaitable[object]]
    account: str = MAIN
    takes: float = 0.0


@dataclass(frozen=True, slots=True)
class Look:
    """What an account looks like at one moment, from inside and from outside."""

    names: tuple[str, str]
    inside: Testimony
    outside: Testimony

    @property
    def is_private(self) -> bool:
        """Inside it answers, outside it refuses: a name that does not resolve is no proof of refusal."""
        return self.inside.ok and self.outside.outcome is Outcome.FORBIDDEN


@dataclass(frozen=True, slots=True)
class Ending:
    """How a step ended."""

    step: Step
    after: Look
    alerts: tuple[Json, ...]
    calls: int
    broke: bool

    @property
    def is_restored(self) -> bool:
        told = any(alert["data"]["actor"]["name"] == "Robin Example" for alert in self.alerts)
        return self.broke and self.after.is_private and told


def steps(lab: Lab) -> tuple[Step, ...]:
    """The article's story."""
    endpoint = lab.id("rg-network", "Microsoft.Network/privateEndpoints", f"pe-{MAIN}")
    zone = lab.id("rg-dns", "Microsoft.Network/privateDnsZones", "privatelink.openai.azure.com")
    newcomer = lab.id("rg-ai-prod", "Microsoft.CognitiveServices/accounts", NEWCOMER)
    link = f"{zone}/virtualNetworkLinks/link-vnet-japaneast"
    switches = lab.world.switches
    return (
        Step(
            "A colleague selects “All networks” in the portal",
            "public access",
            lambda p: p.opens(lab.account_id),
        ),
        Step(
            "The private endpoint is deleted",
            "endpoint",
            lambda p: p.delete(endpoint),
            takes=switches.endpoint_delete_seconds,
        ),
        Step(
            "The A record is pointed elsewhere",
            "record",
            lambda p: p.points(zone, MAIN, "10.99.0.4"),
        ),
        Step(
            "The virtual network link is removed",
            "link",
            lambda p: p.delete(link),
            takes=switches.zone_seconds,
        ),
        Step(
            "A brand-new public account appears",
            "new account",
            lambda p: p.creates_public_account(newcomer),
            NEWCOMER,
            switches.account_create_seconds,
        ),
    )


async def main() -> int:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    started = time.monotonic()
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Starting the lab", total=6)
        async with Lab() as lab:
            lab.grid.trouble.delay = DELIVERY_SECONDS
            progress.update(task, description="Looking at the private set-up", advance=0.5)
            first = await look(lab, MAIN)
            console.rule(
                "The set-up of the article: account in East US, network in Japan East", align="left"
            )
            show(console, "now", first)
            endings = []
            robin = lab.person("Robin Example")
            for number, step in enumerate(steps(lab), 1):
                progress.update(task, description=step.title, completed=number)
                console.rule(f"{number}. {step.title}", align="left")
                endings.append(await play(lab, robin, step, console))
            progress.update(task, completed=6)
    console.print(summary(endings))
    restored = first.is_private and all(ending.is_restored for ending in endings)
    verdict = (
        "every step was restored and proven"
        if restored
        else "NOT everything was restored and proven"
    )
    console.print(
        f"{verdict}, in {time.monotonic() - started:.0f} s",
        style="bold green" if restored else "bold red",
    )
    return 0 if restored else 1


async def play(lab: Lab, robin: Person, step: Step, console: Console) -> Ending:
    """Somebody acts; the damage is looked at before the event arrives, and the cure when all is quiet."""
    calls, told = len(_calls(lab)), len(lab.sink.alerts())
    await step.act(robin)
    await lab.clock.advance(step.takes)
    before = await look(lab, step.account)
    show(console, "before", before)
    await lab.settled()
    after = await look(lab, step.account)
    show(console, "after", after)
    alerts = tuple(alert.event for alert in lab.sink.alerts()[told:])
    for alert in alerts:
        console.print(f"  [bold]told[/]    {alert['data']['headline']}")
    return Ending(
        step,
        after,
        alerts,
        len(_calls(lab)) - calls,
        broke=before != after and _differs(before, after),
    )


def _differs(before: Look, after: Look) -> bool:
    """The link is no part of what a name leads to at once: resolvers inside may still know it."""
    seen = [
        (b.names, b.inside.outcome, b.inside.message, b.outside.outcome) for b in (before, after)
    ]
    return seen[0] != seen[1]


def _calls(lab: Lab) -> list[str]:
    return [entry.id for entry in lab.world.journal if entry.principal == LATCH.name]


async def look(lab: Lab, account: str) -> Look:
    """Both names and one chat completion, from the network and from the internet."""
    resource = lab.world.get(lab.id("rg-ai-prod", "Microsoft.CognitiveServices/accounts", account))
    key = "" if resource is None else api_key(resource)
    inside: str = lab.places.network.id
    names = [await _names(lab, account, view) for view in (inside, None)]
    return Look(
        (names[0], names[1]),
        await lab.witness.ask(host_of(account), inside, key),
        await lab.witness.ask(host_of(account), None, key),
    )


async def _names(lab: Lab, account: str, view: str | None) -> str:
    public = host_of(account)
    private = public.replace(account, f"{account}.privatelink", 1)
    led = [f"{name} → {_end(await lab.names.nslookup(name, view))}" for name in (public, private)]
    return "\n          ".join(led)


def _end(told: str) -> str:
    """The last word of an nslookup: an address, or why there is none."""
    found = re.findall(r"Address:  (\S+)", told)
    return ", ".join(found) if found else told.rsplit(": ", 1)[-1].rsplit("** ", 1)[-1]


def show(console: Console, moment: str, seen: Look) -> None:
    for place, names, testimony in zip(
        ("inside", "outside"), seen.names, (seen.inside, seen.outside), strict=True
    ):
        console.print(f"  [bold]{moment:<7}[/] {place:<8}{names}", soft_wrap=True)
        console.print(f"          openai  {_word(testimony)}", soft_wrap=True)


def _word(testimony: Testimony) -> str:
    if testimony.ok:
        return f"[green]answered[/] in {testimony.milliseconds:.0f} ms"
    color = "yellow" if testimony.outcome is Outcome.FORBIDDEN else "red"
    status = f" {testimony.status}" if testimony.status else ""
    return f"[{color}]{testimony.outcome}[/]{status}  {testimony.message[:100]}"


def summary(endings: list[Ending]) -> Table:
    table = Table(title="What happened", title_justify="left", title_style="bold")
    for name in ("step", "drift", "by whom", "for", "ARM calls", "restored", "proof"):
        table.add_column(name, justify="right" if name == "ARM calls" else "left")
    for number, ending in enumerate(endings, 1):
        actors = dict.fromkeys(alert["data"]["actor"]["name"] for alert in ending.alerts)
        after = ending.after
        table.add_row(
            str(number),
            ending.step.drift,
            ", ".join(actors),
            _lasted(ending),
            str(ending.calls),
            "[green]yes[/]" if ending.is_restored else "[red]NO[/]",
            f"inside {after.inside.outcome}, outside {after.outside.status or after.outside.outcome}",
        )
    return table


def _lasted(ending: Ending) -> str:
    """How long people were exposed, or cut off, as the alerts tell it."""
    return "; ".join(_duration(alert["data"]) for alert in ending.alerts)


def _duration(data: Json) -> str:
    if data["exposedSeconds"] is not None:
        return f"open {data['exposedSeconds']:.1f} s"
    found = re.search(r"for (.+?),", data["headline"])
    return f"broken {found.group(1)}" if found else ""


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
