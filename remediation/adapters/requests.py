"""Where do the passes to come wait? In a Storage queue, now or later."""

from azure.storage.queue.aio import QueueServiceClient

from remediation.adapters.names import REQUESTS_QUEUE
from remediation.adapters.queues import Queue
from remediation.report import REQUESTS, Request


class QueueRequests:
    """Requests on a queue: each message is one request as JSON."""

    def __init__(self, service: QueueServiceClient) -> None:
        """Takes a ready-made client; the queue is made when it is missing."""
        self._queue = Queue(service, REQUESTS_QUEUE)

    async def put(self, request: Request, delay: float = 0) -> None:
        await self._queue.send(REQUESTS.to_json(request), delay)
