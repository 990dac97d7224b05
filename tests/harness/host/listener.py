"""Which messages of a queue are handled, when, and what becomes of those that fail.

Source of all rules: azure-webjobs-sdk QueueListener.cs, QueueProcessor.cs, QueuePollingIntervals.cs.
Leases run on the lab's clock, the pause between two polls on real time.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Iterator

from azure.core.exceptions import AzureError, HttpResponseError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from tests.harness.clock import LabClock
from tests.harness.host.bindings import Function
from tests.harness.host.config import QueueOptions
from tests.harness.host.connections import create_if_missing, send
from tests.harness.host.invoking import Invoker
from tests.harness.host.messages import decoded, metadata

logger = logging.getLogger(__name__)

LEASE_SECONDS = 600
MINIMUM_PAUSE = 0.1
STOP_SECONDS = 5.0
# Source: learn.microsoft.com, Update Message and Delete Message: the receipt is stale, or the message is gone.
_NO_LONGER_OURS = frozenset({"PopReceiptMismatch", "MessageNotFound"})


class Handling:
    """One message that is being handled, and until when it is ours."""

    def __init__(self, message: QueueMessage, leased_at: float) -> None:
        self.message = message
        self.receipt = message.pop_receipt
        self.leased_at = leased_at
        # A renewal changes the receipt that deleting needs.
        self.receipt_lock = asyncio.Lock()


class QueueListener:
    """Polls one queue for one function."""

    def __init__(
        self,
        function: Function,
        queues: tuple[QueueClient, QueueClient],
        options: QueueOptions,
        invoker: Invoker,
        clock: LabClock,
    ) -> None:
        self.function = function
        self.received = 0
        # Messages that failed, until the moment at which they are given again.
        self.hidden = 0
        self._queue, self._poison = queues
        self._options = options
        self._invoker = invoker
        self._clock = clock
        self._handling: dict[asyncio.Task[None], Handling] = {}
        self._polling = asyncio.Lock()
        self._woken = asyncio.Event()
        self._pause = MINIMUM_PAUSE
        self._stopping = False
        self._loop: asyncio.Task[None] | None = None

    @property
    def handling(self) -> int:
        return len(self._handling)

    async def start(self) -> None:
        await create_if_missing(self._queue)
        await create_if_missing(self._poison)
        self._loop = asyncio.create_task(self._listen())

    def nudge(self) -> None:
        """Says that there may be something to receive: the loop wakes at once."""
        self._woken.set()

    async def poll(self) -> int:
        """Receives now, unless enough is being handled, and says how many messages came."""
        async with self._polling:
            await self._renew_leases()
            if self.handling > self._options.new_batch_threshold:
                return 0
            return await self._receive()

    async def stop(self) -> None:
        """Receives no more; a look that is under way ends first, or its messages would be leased to nobody."""
        self._stopping = True
        self.nudge()
        if self._loop is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await self._loop

    async def drain(self) -> None:
        """Waits until what was received has been handled."""
        if self._handling:
            await asyncio.wait(tuple(self._handling))

    def abandon(self) -> None:
        """Leaves what is still being handled to its leases, as a host does that is ended."""
        for task in tuple(self._handling):
            task.cancel()

    async def _listen(self) -> None:
        while not self._stopping:
            self._woken.clear()
            try:
                received = await self.poll()
            except (AzureError, OSError) as error:
                logger.warning("polling for %s failed: %s", self.function.name, error)
                received = 0
            if not self._stopping:
                await self._wait(received)

    async def _wait(self, received: int) -> None:
        """Not at all after a batch; else a random pause that grows with every empty poll."""
        if received:
            self._pause = MINIMUM_PAUSE
            if self.handling <= self._options.new_batch_threshold:
                return
        else:
            grown = self._pause * random.uniform(1.6, 2.4)  # noqa: S311 (spreads polls, guards nothing)
            self._pause = min(grown, self._options.max_polling_interval)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._pause):
                await self._woken.wait()
                self._pause = MINIMUM_PAUSE

    async def _receive(self) -> int:
        pages = self._queue.receive_messages(
            messages_per_page=self._options.batch_size, visibility_timeout=LEASE_SECONDS
        ).by_page()
        page = await anext(pages, None)
        messages = [] if page is None else [m async for m in page]
        self.received += len(messages)
        for message in messages:
            handling = Handling(message, self._clock.time())
            task = asyncio.create_task(self._handle(handling))
            self._handling[task] = handling
            task.add_done_callback(self._done)
        return len(messages)

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._handling[task]
        self.nudge()
        if not task.cancelled() and (error := task.exception()):
            logger.warning("a message of %s stays leased: %s", self.function.name, error)

    async def _handle(self, handling: Handling) -> None:
        message = handling.message
        content = decoded(message, base64_=self._options.base64)
        failed = True
        if content is not None:
            outcome = await self._invoker.run(self.function, content, metadata(message, content))
            failed = not outcome.ok
        async with handling.receipt_lock:
            await self._settle(handling, failed=failed)

    async def _settle(self, handling: Handling, *, failed: bool) -> None:
        message = handling.message
        if failed and (message.dequeue_count or 0) < self._options.max_dequeue_count:
            seconds = int(self._options.visibility_timeout)
            await self._set_visibility(handling, seconds)
            self.hidden += 1
            self._clock.call_later(seconds, self._appears)
            return
        if failed:
            await send(self._poison, message.content)
            self._invoker.counts(self.function.name).poisoned += 1
        with _if_still_ours():
            await self._queue.delete_message(message.id, handling.receipt)

    def _appears(self) -> None:
        self.hidden -= 1
        self.nudge()

    async def _renew_leases(self) -> None:
        """Renewed at half time; looked at on every poll, and every move of the lab's clock causes one."""
        now = self._clock.time()
        for handling in tuple(self._handling.values()):
            if now - handling.leased_at < LEASE_SECONDS / 2 or handling.receipt_lock.locked():
                continue
            async with handling.receipt_lock:
                handling.leased_at = now
                await self._set_visibility(handling, LEASE_SECONDS)

    async def _set_visibility(self, handling: Handling, seconds: int) -> None:
        with _if_still_ours():
            updated = await self._queue.update_message(
                handling.message.id, handling.receipt, visibility_timeout=seconds
            )
            handling.receipt = updated.pop_receipt


@contextlib.contextmanager
def _if_still_ours() -> Iterator[None]:
    """Whoever has the message now decides about it."""
    try:
        yield
    except HttpResponseError as error:
        if getattr(error, "error_code", None) not in _NO_LONGER_OURS:
            raise
