"""What does Latch make of an event? The app's own handler, on a cloud that applies nothing."""

import json
from dataclasses import dataclass

from remediation import intake
from remediation.ids import ResourceId
from remediation.terminal.noted_cloud import NotedCloud
from remediation.terminal.parts import Desk


@dataclass(frozen=True, slots=True)
class Replay:
    """What Latch makes of an event: dropped, or about these accounts, of which `closing` is what it does at once."""

    heard: str
    accounts: tuple[ResourceId, ...] = ()
    closing: tuple[str, ...] = ()


async def replayed(desk: Desk, text: str) -> tuple[Replay, ...]:
    """What each event of a text is taken for, and which accounts it concerns."""
    seen = intake.read_text(text, desk.clock.now())
    raw = _events(text)
    told = [await _replay(desk, each, raw[at]) for at, each in enumerate(seen)]
    return tuple(told)


async def _replay(desk: Desk, seen: intake.Sighting | intake.NotOurs, event: object) -> Replay:
    if isinstance(seen, intake.NotOurs):
        return Replay(f"dropped: {seen}")
    cloud, requests = NotedCloud(desk.cloud, applies=False), desk.requests()
    app = desk.assemble(
        desk.rules, cloud=cloud, ledger=desk.aside(), requests=requests, proves=False
    )
    await app.on_event(event)
    cause = seen.cause
    heard = f"{cause.operation} of {seen.resource} by {cause.actor}"
    if not requests.asked:
        return Replay(f"dropped: {heard}: it concerns no account of the policy")
    accounts = tuple(dict.fromkeys(request.account for request in requests.asked))
    return Replay(heard, accounts, tuple(map(str, cloud.actions)))


def _events(text: str) -> list[object]:
    try:
        body = json.loads(text)
    except ValueError:
        return [None]
    return body if isinstance(body, list) and body else [body]
