"""How does ARM speak of logs, alerts and workbooks? The lab keeps them and checks what they refer to."""

import json
import uuid
from collections.abc import Callable

from tests.harness.arm import monitoring_bodies as bodies
from tests.harness.arm.exchange import Exchange
from tests.harness.arm.plain import Family, require
from tests.harness.physics import platform_errors
from tests.harness.physics.marks import guid
from tests.harness.physics.platform_types import (
    ACTION_GROUP,
    ACTIVITY_ALERT,
    DIAGNOSTICS,
    INSIGHTS,
    METRIC_ALERT,
    MONITOR_SCOPE,
    QUERY_ALERT,
    SCOPED,
    WORKBOOK,
    WORKSPACE,
)
from tests.harness.world import Json

# Source: Microsoft.Insights/actionGroups, groupShortName: at most 12 characters (not verified).
_SHORT = 12
# Source: terraform-provider-azurerm#18960: stricter than ISO 8601. That PT12H is not among them is not verified.
_PERIODS = {
    "PT1M": 1,
    "PT5M": 5,
    "PT10M": 10,
    "PT15M": 15,
    "PT30M": 30,
    "PT45M": 45,
    "PT1H": 60,
    "PT2H": 120,
    "PT3H": 180,
    "PT4H": 240,
    "PT5H": 300,
    "PT6H": 360,
    "P1D": 1440,
    "P2D": 2880,
}


def _workspace(exchange: Exchange) -> Json:
    del exchange
    return {"customerId": guid()}


def _insights(exchange: Exchange) -> Json:
    """A connection string without local authentication names the component; it opens nothing."""
    present = exchange.find()
    if present is not None:
        names = ("AppId", "InstrumentationKey", "ConnectionString")
        return {name: present.properties[name] for name in names}
    key = guid()
    return {
        "AppId": guid(),
        "InstrumentationKey": key,
        "ConnectionString": f"InstrumentationKey={key};IngestionEndpoint=https://"
        f"{exchange.body['location']}-0.in.applicationinsights.azure.com/",
    }


def _check_insights(exchange: Exchange) -> None:
    require(exchange, WORKSPACE, _given(exchange, "WorkspaceResourceId"))


def _check_workbook(exchange: Exchange) -> None:
    try:
        uuid.UUID(exchange.target.names[0])
        json.loads(exchange.body["properties"]["serializedData"])
    except ValueError as error:
        # Source: workbooks documents: the name is a GUID, the data JSON in a string.
        raise platform_errors.invalid(f"The workbook is not valid: {error}.") from error


def _check_action_group(exchange: Exchange) -> None:
    if len(exchange.body["properties"]["groupShortName"]) > _SHORT:
        raise platform_errors.invalid(f"groupShortName has more than {_SHORT} characters.")
    _check_global(exchange)


def _check_global(exchange: Exchange) -> None:
    if exchange.body["location"] != "global":
        raise platform_errors.invalid(f"The location of {exchange.route.type} is 'global'.")


def _check_activity_alert(exchange: Exchange) -> None:
    _check_global(exchange)
    given: Json = exchange.body["properties"]
    conditions: list[Json] = given["condition"]["allOf"]
    # Source: activityLogAlerts documents: exactly one category; an empty anyOf says nothing.
    categories = [c for c in conditions if c.get("field") == "category"]
    if len(categories) != 1 or any(c.get("anyOf") == [] for c in conditions):
        raise platform_errors.invalid("An activity log alert has one category and no empty anyOf.")
    require(exchange, ACTION_GROUP, [a["actionGroupId"] for a in given["actions"]["actionGroups"]])


def _check_metric_alert(exchange: Exchange) -> None:
    _check_global(exchange)
    given: Json = exchange.body["properties"]
    _check_scopes(exchange, given["scopes"])
    _check_window(given)
    require(exchange, ACTION_GROUP, [a["actionGroupId"] for a in given.get("actions") or ()])


def _check_query_alert(exchange: Exchange) -> None:
    given: Json = exchange.body["properties"]
    _check_scopes(exchange, given["scopes"])
    _check_window(given)
    actions: Json = given.get("actions") or {}
    require(exchange, ACTION_GROUP, actions.get("actionGroups") or ())


def _check_window(given: Json) -> None:
    window, every = (_minutes(given[name]) for name in ("windowSize", "evaluationFrequency"))
    if window < every:
        raise platform_errors.invalid("windowSize is shorter than evaluationFrequency.")


def _minutes(period: str) -> int:
    """A day may be written in hours."""
    known = _PERIODS | {"PT24H": 1440, "PT48H": 2880}
    if period not in known:
        raise platform_errors.invalid(f"'{period}' is no period of an alert.")
    return known[period]


def _check_scopes(exchange: Exchange, scopes: list[str]) -> None:
    for scope in scopes:
        if exchange.world.get(scope) is None:
            raise platform_errors.linked_not_found(scope, "scope")


def _given(exchange: Exchange, name: str) -> list[str]:
    value = exchange.body["properties"].get(name)
    return [value] if value else []


def _refers(type_: str, name: str) -> Callable[[Exchange], None]:
    return lambda exchange: require(exchange, type_, _given(exchange, name))


def _check_scoped(exchange: Exchange) -> None:
    _check_scopes(exchange, _given(exchange, "linkedResourceId"))


ROUTES = (
    *Family(WORKSPACE, bodies.WORKSPACE, _workspace).routes(),
    *Family(INSIGHTS, bodies.INSIGHTS, _insights, _check_insights).routes(),
    *Family(WORKBOOK, bodies.WORKBOOK, check=_check_workbook).routes(),
    *Family(ACTION_GROUP, bodies.ACTION_GROUP, check=_check_action_group).routes(),
    *Family(ACTIVITY_ALERT, bodies.ACTIVITY_ALERT, check=_check_activity_alert).routes(),
    *Family(METRIC_ALERT, bodies.METRIC_ALERT, check=_check_metric_alert).routes(),
    *Family(QUERY_ALERT, bodies.QUERY_ALERT, check=_check_query_alert).routes(),
    *Family(DIAGNOSTICS, bodies.DIAGNOSTICS, check=_refers(WORKSPACE, "workspaceId")).routes(),
    *Family(MONITOR_SCOPE, bodies.MONITOR_SCOPE, check=_check_global).routes(),
    *Family(SCOPED, bodies.SCOPED, check=_check_scoped).routes(),
)
