"""Where can a caller ask how a long operation is doing, and what is it told? Three providers, three manners."""

import base64
import binascii

from tests.harness.arm.errors import resource_not_found
from tests.harness.arm.exchange import Answer, Exchange, Route
from tests.harness.physics.marks import plain_stamp
from tests.harness.physics.operations import Operation
from tests.harness.world import Json

CS_RESULTS = "Microsoft.CognitiveServices/locations/operationResults"
NETWORK_STATUS = "Microsoft.Network/locations/operations"
NETWORK_RESULTS = "Microsoft.Network/locations/operationResults"
DNS_STATUS = "Microsoft.Network/privateDnsOperationStatuses"
DNS_RESULTS = "Microsoft.Network/privateDnsOperationResults"


def cognitive_headers(exchange: Exchange, operation: Operation, location: str) -> dict[str, str]:
    """Recorded: the location in capitals, an old api-version, extra parameters, no Retry-After."""
    url = (
        f"{exchange.url}/subscriptions/{exchange.target.subscription}/providers/"
        f"Microsoft.CognitiveServices/locations/{location.upper()}/operationResults/{operation.id}"
        "?api-version=2017-04-18"
    )
    signature = "&t=1&c=1&s=1&h=1"
    return {
        "Azure-AsyncOperation": url + signature,
        "Location": f"{url}&operationResultResponseType=Location{signature}",
    }


def network_headers(
    exchange: Exchange, operation: Operation, location: str, *, result: bool = False
) -> dict[str, str]:
    """Recorded for PUT: AAO alone. A DELETE has Location too (the swagger's final state)."""
    base = (
        f"{exchange.url}/subscriptions/{exchange.target.subscription}/providers/"
        f"Microsoft.Network/locations/{location}"
    )
    tail = f"{operation.id}?api-version={exchange.query['api-version']}"
    headers = {
        "Azure-AsyncOperation": f"{base}/operations/{tail}",
        "azure-asyncnotification": "Enabled",
    }
    return headers | ({"Location": f"{base}/operationResults/{tail}"} if result else {})


def dns_headers(exchange: Exchange, operation: Operation) -> dict[str, str]:
    """Recorded: below the resource group, the id in base64, no Retry-After."""
    base = f"{exchange.url}{exchange.target.scope}/providers/Microsoft.Network"
    name = base64.b64encode(operation.id.encode()).decode()
    tail = f"{name}?api-version=2018-09-01"
    return {
        "Azure-AsyncOperation": f"{base}/privateDnsOperationStatuses/{tail}",
        "Location": f"{base}/privateDnsOperationResults/{tail}",
        "Cache-Control": "private",
    }


def _cognitive(exchange: Exchange) -> Answer:
    operation = _find(exchange, exchange.target.names[-1])
    if exchange.query.get("operationResultResponseType") == "Location":
        return _result(exchange, operation)
    path = exchange.target.path
    return Answer(200, {"id": path, "name": operation.id} | _report(exchange, operation))


def _report(exchange: Exchange, operation: Operation) -> Json:
    report: Json = {"status": _word(exchange, operation)}
    report["startTime"] = plain_stamp(operation.started)
    if operation.ended is not None:
        report["endTime"] = plain_stamp(operation.ended)
    return report | _failure(operation)


def _word(exchange: Exchange, operation: Operation) -> str:
    """Recorded: Updating for a PATCH. That a PUT says Creating is not verified."""
    if operation.status != "Running":
        return operation.status
    resource = exchange.world.get(operation.resource_id)
    state = resource.properties.get("provisioningState") if resource else None
    return "Creating" if state == "Creating" else "Updating"


def _network(exchange: Exchange) -> Answer:
    operation = _find(exchange, exchange.target.names[-1])
    status = "InProgress" if operation.status == "Running" else operation.status
    return Answer(200, {"status": status} | _failure(operation))


def _network_result(exchange: Exchange) -> Answer:
    return _result(exchange, _find(exchange, exchange.target.names[-1]))


def _dns(exchange: Exchange) -> Answer:
    """Recorded: 202 while running, then 200."""
    operation = _find(exchange, _decoded(exchange))
    if operation.status == "Running":
        return Answer(202, {"status": "InProgress"})
    return Answer(200, {"status": operation.status} | _failure(operation))


def _dns_result(exchange: Exchange) -> Answer:
    return _result(exchange, _find(exchange, _decoded(exchange)))


def _decoded(exchange: Exchange) -> str:
    try:
        return base64.b64decode(exchange.target.names[-1]).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _result(exchange: Exchange, operation: Operation) -> Answer:
    """The Location manner: 202 while running, then the resource, or nothing when it is gone."""
    if operation.status == "Running":
        return Answer(202)
    if operation.error is not None:
        raise operation.error
    resource = exchange.world.get(operation.resource_id)
    return Answer(200, resource.body) if resource else Answer(204)


def _failure(operation: Operation) -> Json:
    return {"error": operation.error.body()} if operation.error else {}


def _find(exchange: Exchange, operation_id: str) -> Operation:
    operation = exchange.physics.operations.find(operation_id)
    if operation is None:
        raise resource_not_found(exchange.route.type, exchange.target.group)
    return operation


_SIGNATURE = frozenset({"t", "c", "s", "h"})
ROUTES = (
    Route(
        "GET",
        CS_RESULTS,
        _cognitive,
        query=_SIGNATURE | {"operationResultResponseType"},
        free=True,
    ),
    Route("GET", NETWORK_STATUS, _network, query=_SIGNATURE, free=True),
    Route("GET", NETWORK_RESULTS, _network_result, query=_SIGNATURE, free=True),
    Route("GET", DNS_STATUS, _dns, query=_SIGNATURE, free=True),
    Route("GET", DNS_RESULTS, _dns_result, query=_SIGNATURE, free=True),
)
