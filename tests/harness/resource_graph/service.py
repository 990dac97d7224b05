"""Who asks what of the index, and what may he see?"""

import base64
import binascii
import json
from collections.abc import Iterable
from typing import Protocol

from tests.harness.physics.errors import ArmError
from tests.harness.resource_graph.index import COLUMNS, Index
from tests.harness.resource_graph.language import KqlError, Query, parse, sorting
from tests.harness.resource_graph.quota import Quota, headers
from tests.harness.weather import Sighting, Weather
from tests.harness.world import Caller, Json, World

# Source: paging-results.md.
LARGEST_PAGE = 1000
LARGEST_ANSWER = 16 * 1024 * 1024
QUESTION = "Microsoft.ResourceGraph/resources/read"
# Not verified: how many subscriptions one question may name.
MOST_SUBSCRIPTIONS = 1000


class Rights(Protocol):
    """Who may do what, where, and which subscriptions a management group holds."""

    management_groups: dict[str, tuple[str, ...]]

    def allowed(self, caller: Caller, action: str, scope: str) -> bool: ...

    def holds(self, caller: Caller, action: str) -> bool: ...


class ResourceGraph:
    """The index, its rights and its quota."""

    def __init__(self, world: World, rights: Rights, weather: Weather) -> None:
        self._world = world
        self._rights = rights
        self._weather = weather
        self.index = Index(world, lambda: rights.management_groups)
        self.quota = Quota(world.clock)
        self.largest_answer = LARGEST_ANSWER
        # An answer of so many rows is cut without a way to the rest, as some questions are (paging-results.md).
        self.cuts_at: int | None = None

    def ask(self, asked: Json, caller: Caller) -> tuple[Json, dict[str, str]]:
        """Answer and headers. Raises ArmError."""
        left, seconds = self.quota.spend(caller.object_id)
        told = headers(left, seconds)
        if left < 0:
            raise _too_many(told, seconds)
        needs_right = self._world.switches.graph_needs_right
        if needs_right and not self._rights.holds(caller, QUESTION):
            raise _denied()
        query = self._parsed(asked["query"])
        options: Json = asked.get("options", {})
        lag = self._world.switches.graph_lag_seconds + self._weather_lag(caller)
        seen = self._seen(query, asked.get("subscriptions"), caller, lag)
        return self._page(query, seen, options), told

    @staticmethod
    def _parsed(text: str) -> Query:
        try:
            return parse(text, COLUMNS)
        except KqlError as error:
            extend = "tests/harness/resource_graph/language.py"
            raise _not_emulated(f"{error} in a question to Resource Graph", extend) from None

    def _weather_lag(self, caller: Caller) -> float:
        rule = self._weather.strike(Sighting("graph", "POST", principal=caller.name))
        return 0.0 if rule is None else rule.delay

    def _seen(
        self, query: Query, subscriptions: list[str] | None, caller: Caller, lag: float
    ) -> list[Json]:
        """Rows that the caller may not read are silently absent. Source: overview of Resource Graph, permissions."""
        if subscriptions is not None and len(subscriptions) > MOST_SUBSCRIPTIONS:
            raise _refused(f"at most {MOST_SUBSCRIPTIONS} subscriptions may be named")
        wanted = None if subscriptions is None else {each.casefold() for each in subscriptions}
        rows = query.rows(self.index.table(query.table, lag))
        if wanted is not None:
            rows = [row for row in rows if row["subscriptionId"].casefold() in wanted]
        return list(self._readable(rows, caller))

    def _readable(self, rows: Iterable[Json], caller: Caller) -> Iterable[Json]:
        everywhere: dict[tuple[str, str], bool] = {}
        for row in rows:
            action, place = f"{row['type']}/read", row["subscriptionId"].casefold()
            if (action, place) not in everywhere:
                scope = f"/subscriptions/{place}"
                everywhere[action, place] = self._rights.allowed(caller, action, scope)
            if everywhere[action, place] or self._rights.allowed(caller, action, row["id"]):
                yield row

    def _page(self, query: Query, rows: list[Json], options: Json) -> Json:
        size = min(options.get("$top", LARGEST_PAGE), LARGEST_PAGE)
        after = _read(options["$skipToken"]) if "$skipToken" in options else ""
        rest = [row for row in rows if sorting(row["id"]) > after] if after else rows
        data = [query.shown(row) for row in rest[:size]]
        page = {"totalRecords": len(rows), "count": len(data), "facets": [], "data": data}
        if self.cuts_at is not None and len(data) > self.cuts_at:
            return page | {"data": data[: self.cuts_at], "resultTruncated": "true"}
        if len(json.dumps(page)) > self.largest_answer:
            raise _too_large()
        if len(rest) <= size:
            return page | {"resultTruncated": "false"}
        if query.order != "id":
            # Source: paging-results.md: without a unique order pages repeat and miss rows.
            extend = "the question by `order by id asc`"
            raise _not_emulated("a second page of what is in no unique order", extend)
        return page | {"resultTruncated": "true", "$skipToken": _token(rest[size - 1]["id"])}


def _token(last_id: str) -> str:
    return base64.urlsafe_b64encode(sorting(last_id).encode()).decode()


def _read(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise _refused("the $skipToken is not one of ours") from None


def _not_emulated(what: str, extend: str) -> ArmError:
    return ArmError(501, "NotEmulated", f"The lab does not emulate {what}. Extend {extend}.")


def _denied() -> ArmError:
    # Recorded in Azure/aztfexport#442, without the time and the id that the message ends with.
    detail = (
        "Access is denied to the requested resource. The user might not have enough permission."
    )
    return ArmError(
        403,
        "AccessDenied",
        "Please provide below info when asking for support:",
        [{"code": "AccessDenied", "message": detail}],
    )


def _refused(why: str) -> ArmError:
    # Source: "code": "BadRequest" of azure-cli issues about `az graph query`; the text is not verified.
    return ArmError(400, "BadRequest", f"Please provide a valid request: {why}.")


def _too_many(told: dict[str, str], seconds: int) -> ArmError:
    # Source: guidance-for-throttled-requests for status and headers; code and text are not verified.
    message = (
        "Client application has been throttled and should not attempt to repeat the request until an amount of time "
        "has elapsed. Please see https://aka.ms/resourcegraph-throttling for help."
    )
    return ArmError(429, "RateLimiting", message, headers=told | {"Retry-After": str(seconds)})


def _too_large() -> ArmError:
    # Source: paging-results.md for the limit; status, code and text are not verified.
    return ArmError(
        400, "ResponsePayloadTooLarge", "The response is larger than 16777216 bytes; ask for less."
    )
