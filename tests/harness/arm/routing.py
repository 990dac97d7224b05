"""Which handler answers a method on a type, and which api-versions does it accept?"""

import re
from collections.abc import Iterable, Mapping

from tests.harness.arm import (
    account_children,
    accounts,
    assignments,
    connections,
    endpoints,
    event_grid_resources,
    groups,
    identities,
    links,
    locks,
    monitoring,
    networks,
    operations,
    perimeters,
    questions,
    records,
    role_definitions,
    storage_accounts,
    tags,
    traffic_rules,
    web,
    zone_groups,
    zones,
)
from tests.harness.arm.errors import (
    not_emulated,
    version_malformed,
    version_missing,
    version_unknown,
)
from tests.harness.arm.exchange import Route
from tests.harness.arm.paths import Target
from tests.harness.physics.platform_types import (
    ACTION_GROUP,
    ACTIVITY_ALERT,
    DIAGNOSTICS,
    INSIGHTS,
    METRIC_ALERT,
    MONITOR_SCOPE,
    POLICY_ASSIGNMENT,
    QUERY_ALERT,
    SCOPED,
    WORKBOOK,
)
from tests.harness.physics.types import LOCK, ZONE

_FAMILIES = (
    account_children,
    accounts,
    assignments,
    connections,
    endpoints,
    event_grid_resources,
    groups,
    identities,
    links,
    locks,
    monitoring,
    networks,
    operations,
    perimeters,
    questions,
    records,
    role_definitions,
    storage_accounts,
    tags,
    traffic_rules,
    web,
    zone_groups,
    zones,
)
ROUTES: tuple[Route, ...] = tuple(route for family in _FAMILIES for route in family.ROUTES)

# The first of each is what the SDK sends (azure-mgmt-* of uv.lock); the others are versions people still send.
COGNITIVE = ("2025-09-01", "2025-06-01", "2024-10-01", "2023-05-01")
NETWORK = ("2026-03-01", "2025-05-01", "2024-05-01", "2023-11-01")
PRIVATE_DNS = ("2024-06-01", "2020-06-01", "2018-09-01")
RESOURCES = ("2025-04-01", "2024-11-01", "2022-09-01", "2021-04-01")
LOCKS = ("2020-05-01", "2016-09-01")
RESOURCE_GRAPH = ("2021-03-01", "2022-10-01")
ROLE_ASSIGNMENTS = ("2022-04-01", "2020-04-01-preview", "2015-07-01")
# Recorded: operation results of Cognitive Services carry this version.
COGNITIVE_RESULTS = ("2017-04-18",)

# What the platform's templates send, behind what the SDK sends.
STORAGE = ("2025-06-01", "2024-01-01", "2023-05-01")
WEB = ("2025-05-01", "2024-11-01", "2024-04-01")
EVENT_GRID = ("2025-02-15", "2024-06-01-preview", "2022-06-15")
IDENTITIES = ("2024-11-30", "2023-01-31")
WORKSPACES = ("2025-07-01", "2023-09-01", "2022-10-01")

_OWN = {
    role_definitions.DEFINITION: ("2022-04-01", "2022-05-01-preview"),
    POLICY_ASSIGNMENT: ("2025-03-01", "2022-06-01"),
    INSIGHTS: ("2020-02-02",),
    WORKBOOK: ("2023-06-01", "2022-04-01"),
    ACTION_GROUP: ("2024-10-01-preview", "2023-01-01"),
    ACTIVITY_ALERT: ("2020-10-01",),
    METRIC_ALERT: ("2018-03-01",),
    QUERY_ALERT: ("2025-01-01-preview", "2023-12-01", "2022-06-15"),
    DIAGNOSTICS: ("2021-05-01-preview",),
    MONITOR_SCOPE: ("2021-09-01", "2021-07-01-preview"),
    SCOPED: ("2021-09-01", "2021-07-01-preview"),
    operations.CS_RESULTS: COGNITIVE_RESULTS,
    LOCK: LOCKS,
    assignments.ASSIGNMENT: ROLE_ASSIGNMENTS,
}

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")


def versions(type_: str) -> tuple[str, ...]:
    """The api-versions that a type has in the lab."""
    own = _OWN.get(type_)
    if own is not None:
        return own
    if type_.startswith((ZONE, operations.DNS_STATUS, operations.DNS_RESULTS)):
        return PRIVATE_DNS
    namespace = type_.partition("/")[0]
    return {
        "Microsoft.CognitiveServices": COGNITIVE,
        "Microsoft.Network": NETWORK,
        "Microsoft.ResourceGraph": RESOURCE_GRAPH,
        "Microsoft.Resources": RESOURCES,
        "Microsoft.EventGrid": EVENT_GRID,
        "Microsoft.ManagedIdentity": IDENTITIES,
        "Microsoft.OperationalInsights": WORKSPACES,
        "Microsoft.Storage": STORAGE,
        "Microsoft.Web": WEB,
    }[namespace]


class Table:
    """The rows, found without regard to case."""

    def __init__(self, routes: Iterable[Route] = ROUTES) -> None:
        self._routes: dict[tuple[str, str, bool], Route] = {
            (route.method, route.type.casefold(), route.collection): route for route in routes
        }

    def find(self, method: str, target: Target) -> Route:
        """Raises NotEmulated."""
        route = self._routes.get((method, target.type.casefold(), target.collection))
        if route is None:
            what = "the list of " if target.collection else ""
            raise not_emulated(f"{method} of {what}{target.type}", "tests/harness/arm/routing.py")
        return route


def check_query(route: Route, query: Mapping[str, str]) -> None:
    """Raises for a missing or unknown api-version, and for a parameter that the row does not list."""
    version = query.get("api-version")
    if not version:
        raise version_missing()
    known = versions(route.type)
    if not _VERSION.fullmatch(version):
        raise version_malformed(version, known)
    if version not in known:
        raise version_unknown(version, route.type.partition("/")[2], known)
    unknown = set(query) - route.query - {"api-version", "$skiptoken", "$skipToken"}
    if unknown:
        raise not_emulated(
            f"the query parameters {sorted(unknown)} of {route.type}",
            "its row (see tests/harness/arm/routing.py)",
        )
