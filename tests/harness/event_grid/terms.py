"""What does an event subscription ask for, in the words of ARM, and would Azure refuse it?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from tests.harness.event_grid.batches import Batching
from tests.harness.event_grid.events import Schema
from tests.harness.event_grid.filters import Filter, FilterError
from tests.harness.event_grid.outcomes import EndpointType, RetryPolicy
from tests.harness.world import Json

# Source: ARM swagger of Microsoft.EventGrid 2022-06-15, EventSubscriptionProperties.
_PROPERTIES = frozenset(
    {
        "destination",
        "deliveryWithResourceIdentity",
        "deadLetterDestination",
        "deadLetterWithResourceIdentity",
        "eventDeliverySchema",
        "filter",
        "labels",
        "retryPolicy",
    }
)
_RETRY = frozenset({"maxDeliveryAttempts", "eventTimeToLiveInMinutes"})
_BATCHING = frozenset({"maxEventsPerBatch", "preferredBatchSizeInKilobytes"})
# Source: the same, the destination of each endpoint type: which properties name the place, and which are options.
_DESTINATIONS: Mapping[EndpointType, tuple[frozenset[str], frozenset[str]]] = {
    EndpointType.FUNCTION: (frozenset({"resourceId"}), _BATCHING),
    EndpointType.WEB_HOOK: (frozenset({"endpointUrl"}), _BATCHING),
    EndpointType.QUEUE: (
        frozenset({"resourceId", "queueName"}),
        frozenset({"queueMessageTimeToLiveInSeconds"}),
    ),
}
_STORAGE_BLOB = frozenset({"resourceId", "blobContainerName"})


@dataclass(frozen=True, slots=True)
class Terms:
    """A body that Azure accepts. `identity` names the managed identity that delivers, `{}` when none does."""

    filter: Filter
    schema: Schema = Schema.EVENT_GRID
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    batching: Batching = field(default_factory=Batching)
    endpoint: EndpointType = EndpointType.QUEUE
    place: Json = field(default_factory=dict)
    identity: Json = field(default_factory=dict)
    dead_letters: Json | None = None
    dead_letter_identity: Json = field(default_factory=dict)

    @classmethod
    def parse(cls, properties: Json) -> Self:
        """Reads the `properties` of an event subscription. Raises FilterError."""
        _only(properties, _PROPERTIES, "properties")
        schema = _schema(properties.get("eventDeliverySchema", Schema.EVENT_GRID))
        destination, identity = _either(properties, "destination", "deliveryWithResourceIdentity")
        if destination is None:
            raise FilterError("an event subscription needs a destination")
        endpoint, place, options = _destination(destination)
        box, box_identity = _either(
            properties, "deadLetterDestination", "deadLetterWithResourceIdentity"
        )
        return cls(
            Filter.parse(properties.get("filter") or {}, schema),
            schema,
            _retry(properties.get("retryPolicy") or {}),
            _batching(options),
            endpoint,
            place,
            identity,
            None if box is None else _box(box),
            box_identity,
        )


def _either(properties: Json, plain: str, identified: str) -> tuple[Json | None, Json]:
    """What is given as it is, or together with the identity that goes there; both at once are one too many."""
    given: Json | None = properties.get(plain)
    wrapped = properties.get(identified)
    if wrapped is None:
        return given, {}
    if given is not None:
        raise FilterError(f"{plain} and {identified} exclude each other")
    _only(wrapped, frozenset({"identity", plain}), identified)
    if not wrapped.get("identity", {}).get("type") or not wrapped.get(plain):
        raise FilterError(f"{identified} needs identity.type and {plain}")
    return wrapped[plain], wrapped["identity"]


def _destination(given: Json) -> tuple[EndpointType, Json, Json]:
    """Its type, where it is, and its options."""
    _only(given, frozenset({"endpointType", "properties"}), "destination")
    name = given.get("endpointType")
    if name not in {kind.value for kind in EndpointType}:
        raise FilterError(f"endpointType {name!r}: extend event_grid/terms.py")
    endpoint = EndpointType(name)
    needed, optional = _DESTINATIONS[endpoint]
    members: Json = given.get("properties") or {}
    _only(members, needed | optional, f"the destination {endpoint}")
    _all_of(members, needed, f"the destination {endpoint}")
    place = {name: value for name, value in members.items() if name in needed}
    return endpoint, place, {name: members[name] for name in sorted(_BATCHING & set(members))}


def _box(given: Json) -> Json:
    if given.get("endpointType") != "StorageBlob":
        raise FilterError(f"dead letters go to a StorageBlob, not {given.get('endpointType')!r}")
    members: Json = given.get("properties") or {}
    _only(members, _STORAGE_BLOB, "deadLetterDestination")
    _all_of(members, _STORAGE_BLOB, "deadLetterDestination")
    return members


def _schema(name: Any) -> Schema:
    if name not in {schema.value for schema in Schema}:
        raise FilterError(f"eventDeliverySchema {name!r}: extend event_grid/events.py")
    return Schema(name)


def _retry(given: Json) -> RetryPolicy:
    _only(given, _RETRY, "retryPolicy")
    attempts = _whole(given, "maxDeliveryAttempts", 30)
    minutes = _whole(given, "eventTimeToLiveInMinutes", 1440)
    return _in_range(lambda: RetryPolicy(attempts, minutes))


def _batching(given: Json) -> Batching:
    events = _whole(given, "maxEventsPerBatch", 1)
    kilobytes = _whole(given, "preferredBatchSizeInKilobytes", 64)
    return _in_range(lambda: Batching(events, kilobytes))


def _in_range[T](make: Callable[[], T]) -> T:
    try:
        return make()
    except ValueError as error:
        raise FilterError(str(error)) from error


def _whole(given: Json, name: str, default: int) -> int:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise FilterError(f"{name} must be a whole number, not {value!r}")
    return value


def _only(given: Json, known: frozenset[str], where: str) -> None:
    unknown = sorted(set(given) - known)
    if unknown:
        raise FilterError(f"{where}: unknown property {unknown[0]!r}: extend event_grid/terms.py")


def _all_of(given: Json, needed: frozenset[str], where: str) -> None:
    for name in sorted(needed):
        if not isinstance(given.get(name), str) or not given[name]:
            raise FilterError(f"{where} needs {name}")
