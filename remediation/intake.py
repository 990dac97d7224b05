"""Whatever woke us: which resource, which operation, by whom? Pure, and it never raises.

Three envelopes are read: EventGridSchema, CloudEvents 1.0, and Resource Notifications, which come in either of the two.
An event is a hint. Only its type and the id of the resource are trusted, and a forged one costs one GET; everything
else is for the record, and optional: it may be missing, null, `{}`, in another case, or JSON inside a string.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from remediation.actors import actor_of
from remediation.event_fields import Fields, clean, fields, moment, resource_id, word
from remediation.ids import ResourceId
from remediation.report import Cause, Trigger
from remediation.watch import OPERATIONS, Notice, Operation, Place

ACCOUNT = "microsoft.cognitiveservices/accounts"
ENDPOINT = "microsoft.network/privateendpoints"
ZONE = "microsoft.network/privatednszones"
RECORD = f"{ZONE}/a"

# The types whose writes and deletes matter, in Azure's own spelling (event-schema-subscriptions.md; role definitions).
WATCHED = {
    name.casefold(): name
    for name in (
        "Microsoft.CognitiveServices/accounts",
        "Microsoft.CognitiveServices/accounts/privateEndpointConnections",
        "Microsoft.Network/privateEndpoints",
        "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
        "Microsoft.Network/privateDnsZones",
        "Microsoft.Network/privateDnsZones/A",
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    )
}

# event-schema-subscriptions.md and event-schema-resources.md; "Success" is said by the type, never by data.status.
_VERBS = {
    "microsoft.resources.resourcewritesuccess": "write",
    "microsoft.resources.resourcedeletesuccess": "delete",
    "microsoft.resourcenotifications.resources.createdorupdated": "write",
    "microsoft.resourcenotifications.resources.deleted": "delete",
}
_ENDED_BADLY = re.compile(r"microsoft\.resources\.resource(write|delete|action)(failure|cancel)")
_ACTION = "microsoft.resources.resourceactionsuccess"
_HANDSHAKES = (
    "microsoft.eventgrid.subscriptionvalidationevent",
    "microsoft.eventgrid.subscriptiondeletedevent",
)

_LONGEST_DETAIL = 200
# "/subscriptions/{s}/resourceGroups/{g}/providers/{namespace}/{type}/{name}" split at its slashes.
_PARTS_OF_OWNER = 9


class Drop(StrEnum):
    """Why an event is not acted on."""

    MALFORMED = "malformed"
    FOREIGN = "foreign"
    UNKNOWN_OPERATION = "unknown-operation"
    FAILED = "failed"
    HANDSHAKE = "handshake"

    @property
    def sentence(self) -> str:
        """The reason, for people."""
        return _SENTENCES[self]


_SENTENCES = {
    Drop.MALFORMED: "This is not an event that Latch can read.",
    Drop.FOREIGN: "This is about something that Latch does not watch.",
    Drop.UNKNOWN_OPERATION: "This operation changes nothing that Latch watches.",
    Drop.FAILED: "This operation failed or was canceled.",
    Drop.HANDSHAKE: "This is Event Grid speaking of the subscription itself.",
}


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something happened to a resource that Latch watches."""

    resource: ResourceId
    cause: Cause


@dataclass(frozen=True, slots=True)
class NotOurs:
    """An event that is counted, logged and dropped; `detail` holds no personal data."""

    drop: Drop
    detail: str

    def __str__(self) -> str:
        return f"{self.drop.sentence} ({self.detail})"


def read_text(text: str, now: datetime, *, tenant: str = "") -> tuple[Sighting | NotOurs, ...]:
    """Reads a queue message: one event, or an array of events."""
    return _each(text, lambda event: read(event, now, tenant=tenant))


def read(body: object, now: datetime, *, tenant: str = "") -> Sighting | NotOurs:
    """Reads one event. `now` stands in for a missing time; `tenant`, where it is known, refuses those of others."""
    event = fields(body)
    type_ = word(event.get("eventtype")) or word(event.get("type"))
    if not type_:
        return _not_ours(Drop.MALFORMED, f"a JSON {_json_type(body)} without the type of an event")
    verb = _VERBS.get(type_.casefold())
    if verb is None:
        return _not_ours(_why_not(type_.casefold()), f"event type {type_}")
    data = fields(event.get("data"))
    resource = _resource(event, data)
    if resource is None:
        return _not_ours(Drop.MALFORMED, f"{type_} without the well-formed id of a resource")
    dropped = _foreign(resource, data, tenant) or _other_operation(data, verb)
    if dropped is not None:
        return dropped
    operation = f"{WATCHED[resource.type]}/{verb}"
    return Sighting(resource, _cause(event, data, resource.text, operation, now))


def read_watched(text: str, now: datetime) -> tuple[Notice | NotOurs, ...]:
    """Reads a message of the watch queue: there the operation says what happened, since no id tells an action."""
    return _each(text, lambda event: _watched(event, now))


def anonymous[T: (Sighting, Notice)](seen: T) -> T:
    """Without the name and the address of a person; object id and app id stay."""
    actor = replace(seen.cause.actor, name="", ip="")
    return replace(seen, cause=replace(seen.cause, actor=actor))


def account_of(resource: ResourceId) -> ResourceId | None:
    """The account, for an account or anything below one; None for everything else."""
    owner = owner_of(resource)
    return owner if owner.type == ACCOUNT else None


def owner_of(resource: ResourceId) -> ResourceId:
    """The resource itself, or the topmost one that it is a child of: an account, an endpoint, a zone."""
    return ResourceId.parse("/".join(resource.text.split("/")[:_PARTS_OF_OWNER]))


def _each[T](text: str, read_one: Callable[[object], T]) -> tuple[T | NotOurs, ...]:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return (_not_ours(Drop.MALFORMED, f"{len(text)} characters that are not JSON"),)
    if body == []:
        return (_not_ours(Drop.MALFORMED, "an empty array"),)
    return tuple(map(read_one, body if isinstance(body, list) else [body]))


def _watched(body: object, now: datetime) -> Notice | NotOurs:
    event = fields(body)
    data = fields(event.get("data"))
    type_ = word(event.get("eventtype")) or word(event.get("type"))
    told = word(data.get("operationname"))
    operation = OPERATIONS.get(told.casefold())
    if operation is None or not _is_success(type_.casefold(), operation):
        return _not_ours(Drop.UNKNOWN_OPERATION, f"event type {type_}, operation {told}")
    candidates = (data.get("resourceuri"), event.get("subject"))
    place, changed = next(filter(None, map(_place, candidates)), (None, ""))
    if place is None:
        return _not_ours(Drop.MALFORMED, f"{told} without the well-formed id of a place")
    return Notice(operation, place, _cause(event, data, changed, operation.name, now))


def _is_success(type_: str, operation: Operation) -> bool:
    verb = operation.name.rsplit("/", 1)[1]
    return type_ == f"microsoft.resources.resource{verb}success"


def _place(value: object) -> tuple[Place, str] | None:
    """Where it happened, and the id of what was changed."""
    text = clean(value)
    try:
        return (Place.of(text), text) if text else None
    except ValueError:
        return None


def _why_not(type_: str) -> Drop:
    if type_ in _HANDSHAKES:
        return Drop.HANDSHAKE
    if type_ == _ACTION:
        return Drop.UNKNOWN_OPERATION
    return Drop.FAILED if _ENDED_BADLY.fullmatch(type_) else Drop.FOREIGN


def _resource(event: Fields, data: Fields) -> ResourceId | None:
    """`resourceUri` or else the subject: they are equal in every published sample (event-schema-subscriptions.md)."""
    info = fields(data.get("resourceinfo"))
    candidates = (data.get("resourceuri"), info.get("id"), event.get("subject"))
    return next(filter(None, map(resource_id, candidates)), None)


def _foreign(resource: ResourceId, data: Fields, tenant: str) -> NotOurs | None:
    theirs = word(data.get("tenantid"))
    if tenant and theirs and theirs.casefold() != tenant.casefold():
        return _not_ours(Drop.FOREIGN, "an event of another tenant")
    if resource.type not in WATCHED:
        return _not_ours(Drop.FOREIGN, f"resource type {resource.type}")
    return None


def _other_operation(data: Fields, verb: str) -> NotOurs | None:
    """The operation is not believed, but one that contradicts the type of its event is no write or delete."""
    operation = word(data.get("operationname"))
    if not operation or operation.casefold().endswith(f"/{verb}"):
        return None
    return _not_ours(Drop.UNKNOWN_OPERATION, f"operation {operation}")


def _cause(event: Fields, data: Fields, resource: str, operation: str, now: datetime) -> Cause:
    return Cause(
        trigger=Trigger.EVENT,
        at=_moment(event, data, now),
        operation=operation,
        resource=resource,
        event_id=word(event.get("id")),
        correlation_id=word(data.get("correlationid")),
        actor=actor_of(fields(data.get("claims")), fields(data.get("httprequest"))),
    )


def _moment(event: Fields, data: Fields, now: datetime) -> datetime:
    """When it happened; never later than now, so that a clock that runs ahead yields no negative exposure."""
    told = (
        event.get("eventtime"),
        event.get("time"),
        fields(data.get("operationalinfo")).get("resourceeventtime"),
        # A dead letter in CloudEvents keeps no time of its own (manage-event-delivery.md).
        event.get("publishtime"),
    )
    return min(next(filter(None, map(moment, told)), now), now)


def _json_type(value: object) -> str:
    kinds = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return kinds.get(type(value), "number")


def _not_ours(drop: Drop, detail: str) -> NotOurs:
    return NotOurs(drop, detail[:_LONGEST_DETAIL])
