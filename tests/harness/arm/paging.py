"""Which part of a list does one answer hold, and where is the rest?"""

import base64
import binascii
from collections.abc import Sequence
from urllib.parse import quote

from tests.harness.arm.errors import not_json
from tests.harness.arm.exchange import Answer, Exchange
from tests.harness.world import Json, Resource


def listed(exchange: Exchange, resources: Sequence[Resource]) -> Answer:
    """One page, with an absolute nextLink while there is more. Source: RPC v1.0, server-side paging."""
    start = _start(exchange.query.get("$skiptoken") or exchange.query.get("$skipToken"))
    size = _size(exchange)
    page: Json = {"value": [r.body for r in resources[start : start + size]]}
    if start + size < len(resources):
        page["nextLink"] = _link(exchange, start + size)
    return Answer(200, page)


def _size(exchange: Exchange) -> int:
    asked = exchange.query.get("$top")
    if asked is None:
        return exchange.page_size
    if not asked.isdigit() or int(asked) < 1:
        raise not_json(f"$top must be a positive number, not '{asked}'")
    return min(int(asked), exchange.page_size)


def _start(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError):
        raise not_json("the $skiptoken is not one of ours") from None


def _link(exchange: Exchange, start: int) -> str:
    token = base64.urlsafe_b64encode(str(start).encode()).decode()
    query = {**exchange.query, "$skiptoken": token}
    query.pop("$skipToken", None)
    joined = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
    return f"{exchange.url}{quote(exchange.target.path)}?{joined}"
