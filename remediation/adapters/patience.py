"""How long does a client wait before it tries again by itself? A moment, whatever Azure asks for.

azure-core waits out any Retry-After in full, inside the call, and ten minutes of it are all the time that a function
has. So what Azure asked for is put aside where the client does not look; it leaves with the error, for whoever looks
again later.
"""

from collections.abc import Mapping
from typing import Any

from azure.core.pipeline import PipelineResponse

_HEADER = "Retry-After"
_ASIDE = "x-latch-retry-after"


def put_aside(response: PipelineResponse[Any, Any]) -> None:
    """For `raw_response_hook`: the client sees each answer after it."""
    headers = response.http_response.headers
    wait = headers.pop(_HEADER, None)
    if wait is not None:
        headers[_ASIDE] = wait


def asked_for(headers: Mapping[str, str]) -> str:
    """The Retry-After of an answer, wherever it is; empty when there is none."""
    return str(headers.get(_ASIDE) or headers.get(_HEADER) or "").strip()


# Options of clients whose own patience stands, but for that: three tries, a few tenths of a second apart.
BRIEF: dict[str, Any] = {
    "retry_total": 2,
    "retry_backoff_factor": 0.2,
    "raw_response_hook": put_aside,
}
