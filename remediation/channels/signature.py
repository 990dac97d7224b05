"""How does a receiver know that a webhook is genuine? Standard Webhooks: HMAC over id, moment and body. Pure.

Source: standard-webhooks, spec/standard-webhooks.md: `webhook-signature: v1,<base64 of HMAC-SHA256>` over
`<webhook-id>.<webhook-timestamp>.<body>`; the secret is 24 to 64 bytes, written as `whsec_<base64>`.
"""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime

_PREFIX = "whsec_"
_SHORTEST = 24
_LONGEST = 64


def secret_bytes(text: str) -> bytes:
    """Raises ValueError for what is no secret, without showing it."""
    try:
        secret = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("is no base64 text behind whsec_") from error
    if not text.startswith(_PREFIX) or not _SHORTEST <= len(secret) <= _LONGEST:
        raise ValueError(f"must be whsec_ and the base64 of {_SHORTEST} to {_LONGEST} bytes")
    return secret


def headers(secret: bytes, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The id stays the same however often the message is sent; receivers drop what they have seen."""
    moment = str(int(at.timestamp()))
    signed = f"{message_id}.{moment}.".encode() + body
    mark = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{mark}",
    }
