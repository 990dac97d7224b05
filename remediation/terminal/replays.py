"""What does Latch make of an event? The app's own handlers, on a cloud that applies nothing."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

from remediation import intake, wording
from remediation.app import App
from remediation.ids import ResourceId
from remediation.intake import Drop, NotOurs, Sighting
from remediation.terminal.noted_cloud import NotedCloud
from remediation.terminal.parts import Asked, Desk
from remediation.watch import Notice


@dataclass(frozen=True, slots=True)
class Replay:
    """What Latch makes of an event: dropped, told, or about these accounts, of which `closing` is what it does at once.

    `is_read`: False for what is no event at all.
    """

    heard: str
    accounts: tuple[ResourceId, ...] = ()
    closing: tuple[str, ...] = ()
    is_read: bool = True


async def replayed(desk: Desk, text: str) -> tuple[Replay, ...]:
    """What each event of a text is taken for, by either of the queues that it may come through."""
    now = desk.clock.now()
    both = zip(
        _events(text), intake.read_text(text, now), intake.read_watched(text, now), strict=True
    )
    return tuple([each for three in both async for each in _replays(desk, *three)])


async def _replays(
    desk: Desk, event: object, seen: Sighting | NotOurs, told: Notice | NotOurs
) -> AsyncIterator[Replay]:
    if isinstance(told, Notice):
        yield await _notice(desk, told)
    if isinstance(seen, Sighting):
        yield await _sighting(desk, seen, event)
    elif isinstance(told, NotOurs):
        yield Replay(f"dropped: {seen}", is_read=seen.drop is not Drop.MALFORMED)


async def _sighting(desk: Desk, seen: Sighting, event: object) -> Replay:
    cloud, requests = NotedCloud(desk.cloud, applies=False), desk.requests()
    await _app(desk, cloud, requests).on_event(event)
    cause = seen.cause
    heard = f"{cause.operation} of {seen.resource} by {cause.actor}"
    if not requests.asked:
        return Replay(f"dropped: {heard}: it concerns no account of the policy")
    return Replay(heard, _accounts(requests), tuple(map(str, cloud.actions)))


async def _notice(desk: Desk, told: Notice) -> Replay:
    """Nothing is done about it, but that people are told."""
    requests = desk.requests()
    dropped = await _app(desk, NotedCloud(desk.cloud, applies=False), requests).on_notice(told)
    heard = wording.noticed(told, str(told.place))
    if dropped is not None:
        return Replay(f"dropped: {heard}: {dropped.detail}")
    return Replay(f"people are told: {heard}", _accounts(requests))


def _app(desk: Desk, cloud: NotedCloud, requests: Asked) -> App:
    ledger = desk.aside()
    return desk.assemble(desk.rules, cloud=cloud, ledger=ledger, requests=requests, proves=False)


def _accounts(requests: Asked) -> tuple[ResourceId, ...]:
    return tuple(dict.fromkeys(request.account for request in requests.asked))


def _events(text: str) -> list[object]:
    try:
        body = json.loads(text)
    except ValueError:
        return [None]
    return body if isinstance(body, list) and body else [body]
