"""How host and worker process talk: a four-byte big-endian length, then JSON; bytes travel as base64."""

import base64
import json
from asyncio import IncompleteReadError, StreamReader
from typing import Any

type Json = dict[str, Any]

_BYTES = "$bytes"


def encode(frame: Json) -> bytes:
    body = json.dumps(frame, default=_wrap, separators=(",", ":")).encode()
    return len(body).to_bytes(4, "big") + body


async def read(reader: StreamReader) -> Json | None:
    """The next frame, or None when the other side is gone."""
    try:
        length = int.from_bytes(await reader.readexactly(4), "big")
        body = await reader.readexactly(length)
    except (IncompleteReadError, ConnectionError):
        return None
    frame: Json = json.loads(body, object_hook=_unwrap)
    return frame


def _wrap(value: object) -> Json:
    if isinstance(value, bytes | bytearray):
        return {_BYTES: base64.b64encode(value).decode()}
    raise TypeError(f"a frame cannot carry {type(value).__name__}")


def _unwrap(found: Json) -> Any:
    return base64.b64decode(found[_BYTES]) if found.keys() == {_BYTES} else found
