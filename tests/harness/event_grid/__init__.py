"""Event Grid: who hears of a change, when, how often, and in which words."""

from tests.harness.event_grid.batches import Batching
from tests.harness.event_grid.custom_topic import CustomTopic, RefusedError
from tests.harness.event_grid.dead_letters import BlobContainer, DeadLetter, DeadLetters
from tests.harness.event_grid.delivery import Destination, UnreachableError
from tests.harness.event_grid.destinations import HandshakeError, Queue, WebHook
from tests.harness.event_grid.events import Claims, Schema, event_of
from tests.harness.event_grid.filters import Filter, FilterError
from tests.harness.event_grid.grid import EventGrid, EventSubscription
from tests.harness.event_grid.outcomes import EndpointType, RetryPolicy
from tests.harness.event_grid.parcels import Parcel
from tests.harness.event_grid.terms import Terms
from tests.harness.event_grid.trouble import Trouble, TroubleError

__all__ = [
    "Batching",
    "BlobContainer",
    "Claims",
    "CustomTopic",
    "DeadLetter",
    "DeadLetters",
    "Destination",
    "EndpointType",
    "EventGrid",
    "EventSubscription",
    "Filter",
    "FilterError",
    "HandshakeError",
    "Parcel",
    "Queue",
    "RefusedError",
    "RetryPolicy",
    "Schema",
    "Terms",
    "Trouble",
    "TroubleError",
    "UnreachableError",
    "WebHook",
    "event_of",
]
