"""What a function is told of a queue message: the content as text or bytes, and the trigger's metadata."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from azure.storage.queue import QueueMessage

from tests.harness.host.protos import TypedData


def decoded(message: QueueMessage, *, base64_: bool) -> TypedData | None:
    """The content, or None when it is not the base64 it should be."""
    try:
        raw = base64.b64decode(message.content, validate=True) if base64_ else None
    except binascii.Error:
        return None
    if raw is None:
        return TypedData(string=message.content)
    try:
        return TypedData(string=raw.decode())
    except UnicodeDecodeError:
        return TypedData(bytes=raw)


def metadata(message: QueueMessage, content: TypedData) -> dict[str, TypedData]:
    """Numbers and times travel as JSON. Source: QueueTriggerBinding.cs, CreateBindingData."""
    return {
        "QueueTrigger": content,
        "Id": TypedData(string=message.id),
        "PopReceipt": TypedData(string=message.pop_receipt),
        "DequeueCount": _json(message.dequeue_count),
        "InsertionTime": _time(message.inserted_on),
        "ExpirationTime": _time(message.expires_on),
        "NextVisibleTime": _time(message.next_visible_on),
    }


def _time(moment: datetime | None) -> TypedData:
    return _json(moment.isoformat() if moment else None)


def _json(value: Any) -> TypedData:
    return TypedData(json=json.dumps(value))
