"""How does a stored alert reach every channel that wants it? Stored for each first, then sent in the channel's turn.

A channel that is down keeps its alerts and holds up no other. Its turns are one chain: whoever comes while it is down
finds a look under way already. When the alert is stored for all its channels, the outbox has done its part.
"""

import asyncio
import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from remediation.channel import Channel
from remediation.channels import heartbeat, routing, turn, word
from remediation.channels.letter import Letter
from remediation.channels.ports import Deliveries, Sender, Turn
from remediation.channels.turn import State, Waiting
from remediation.channels.word import Word
from remediation.errors import Busy, Refused, RemediationError, Retryable, Terminal
from remediation.ports import Clock
from remediation.report import Json

log = logging.getLogger(__name__)

# Another process has the channel's turn: it may have looked before what was stored last.
_AFTER_BUSY = 5.0
# A turn ends well before its lease: what is left goes in the next one.
_LONGEST_TURN = timedelta(seconds=60)


class Courier:
    """The Notifier of a deployment with channels."""

    def __init__(
        self,
        channels: Sequence[Channel],
        senders: Mapping[str, Sender],
        deliveries: Deliveries,
        clock: Clock,
    ) -> None:
        """Takes the channels, and the sender of each by its name."""
        self._channels = {channel.name: channel for channel in channels}
        self._senders = senders
        self._deliveries = deliveries
        self._clock = clock

    async def send(self, alert: Json) -> None:
        """Returns when the alert is safe with every channel that wants it; raises when the storage does not answer."""
        told = _read(alert)
        chosen = [c for c in self._channels.values() if await self._store(c, told)]
        if not chosen:
            log.warning("alert that no channel wants: %s", told.headline)
        await self._turns(chosen)

    async def on_turn(self, channel: str) -> None:
        """What waits for this channel; a channel that the policy no longer names keeps it."""
        if channel not in self._channels:
            log.error("the policy names no channel %s: what waits for it stays", channel)
            return
        await self._turn(self._channels[channel])

    async def tend(self, accounts: int) -> None:
        """Signs of life that are due, and turns whose queue message was lost; `accounts` is how many are watched."""
        now = self._clock.now()
        for channel in self._channels.values():
            alive = heartbeat.event(channel, accounts, now)
            if alive is not None:
                await self._deliveries.put(channel.name, word.read(alive), ends=False)
        await self._turns(list(self._channels.values()))

    async def _store(self, channel: Channel, told: Word) -> bool:
        ends = routing.ends(told) and await self._deliveries.is_open(channel.name, told.incident)
        if not ends and not routing.takes(channel, told):
            return False
        await self._deliveries.put(channel.name, told, ends=ends)
        return True

    async def _turns(self, channels: Sequence[Channel]) -> None:
        """All at once: a slow channel delays no other, and a broken turn breaks no other."""
        ends = await asyncio.gather(*map(self._turn, channels), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    async def _turn(self, channel: Channel) -> None:
        if not await self._deliveries.waiting(channel.name):
            return
        try:
            async with self._deliveries.turn(channel.name, uuid.uuid4().hex) as held:
                await self._send_due(channel, held)
        except Busy:
            await self._deliveries.ask(channel.name, _AFTER_BUSY)

    async def _send_due(self, channel: Channel, held: Turn) -> None:
        """Recorded last: a crash in between sends a message again, with the same id."""
        waiting = await self._deliveries.waiting(channel.name)
        started = self._clock.now()
        state = held.state
        for letter in turn.decide(channel, waiting, state, started):
            state = await self._send(channel, letter, waiting, state, held)
            if state.down_until is not None or self._clock.now() - started > _LONGEST_TURN:
                break
        left = await self._deliveries.waiting(channel.name)
        await held.record(await self._asked(channel, left, state))

    async def _send(
        self,
        channel: Channel,
        letter: Letter,
        waiting: Sequence[Waiting],
        state: State,
        held: Turn,
    ) -> State:
        ids = {each.id for each in letter.words}
        inside = [each for each in waiting if each.word.id in ids]
        try:
            await self._senders[channel.name].send(letter)
        except Refused as error:
            log.error("channel %s refused a message: %s", channel.name, error)  # noqa: TRY400 - the channel's word
            await held.aside(inside, self._clock.now() + turn.ASIDE)
            return replace(state, problem=str(error))
        except (Retryable, Terminal) as error:
            return self._down(channel, state, error)
        await held.delivered(inside)
        return turn.succeeded(state, channel, letter, self._clock.now())

    def _down(self, channel: Channel, state: State, error: RemediationError) -> State:
        """A channel that needs a person is tried again like any other: so it works as soon as it is mended."""
        level = logging.WARNING if isinstance(error, Retryable) else logging.ERROR
        log.log(level, "channel %s takes nothing: %s", channel.name, error)
        retry_after = getattr(error, "retry_after", None)
        return turn.failed(state, str(error), retry_after, self._clock.now())

    async def _asked(self, channel: Channel, left: Sequence[Waiting], state: State) -> State:
        now: datetime = self._clock.now()
        at = turn.look_again(channel, left, state, now)
        if at is None or turn.is_asked(state, at, now):
            return state
        await self._deliveries.ask(channel.name, max((at - now).total_seconds(), 0.0))
        return replace(state, next_look=at)


def _read(alert: Json) -> Word:
    try:
        return word.read(alert)
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(f"the alert cannot be read: {error}") from error
