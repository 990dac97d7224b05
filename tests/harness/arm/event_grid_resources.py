"""How does ARM speak of topics and event subscriptions, and when does Event Grid refuse one?"""

from tests.harness.arm import platform_bodies as bodies
from tests.harness.arm.errors import not_emulated
from tests.harness.arm.exchange import Exchange
from tests.harness.arm.plain import Family, require
from tests.harness.event_grid.filters import FilterError
from tests.harness.event_grid.outcomes import EndpointType
from tests.harness.event_grid.terms import Terms
from tests.harness.ids import same
from tests.harness.physics import platform_errors
from tests.harness.physics.errors import ArmError
from tests.harness.physics.marks import guid, region
from tests.harness.physics.platform_types import (
    CONTAINER,
    EVENT_SUBSCRIPTION,
    QUEUE,
    SITE_FUNCTION,
    STORAGE,
    SYSTEM_TOPIC,
    TOPIC,
)
from tests.harness.world import Json, Resource

# Source: built-in-roles/storage.md: either of them lets a message in.
_MESSAGES = "Microsoft.Storage/storageAccounts/queueServices/queues/messages"
PUT_MESSAGE = (f"{_MESSAGES}/add/action", f"{_MESSAGES}/write")
_BLOB = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
PUT_BLOB = (f"{_BLOB}/write", f"{_BLOB}/add/action")


def _topic(exchange: Exchange) -> Json:
    """Source: custom-topics documents: the host name holds the name and the region."""
    place = f"{exchange.target.names[0]}.{region(exchange.body['location'])}-1"
    return {"endpoint": f"https://{place}.eventgrid.azure.net/api/events"}


def _system_topic(exchange: Exchange) -> Json:
    del exchange
    return {"metricResourceId": guid()}


def _check_system_topic(exchange: Exchange) -> None:
    source: str = exchange.body["properties"]["source"]
    subscription = source.strip("/").split("/")
    known = {each.casefold() for each in exchange.world.subscriptions}
    if len(subscription) != 2 or subscription[1].casefold() not in known:
        raise platform_errors.linked_not_found(source, "subscription")
    # Source: infra facts: a topic of a subscription is global. In another subscription than its source: not verified.
    if exchange.body["location"] != "global" or not same(
        source, f"/subscriptions/{exchange.target.subscription}"
    ):
        raise platform_errors.invalid("A topic of a subscription is global, and inside of it.")
    for other in exchange.world.of_type(SYSTEM_TOPIC):
        if same(other.properties["source"], source) and not same(other.id, exchange.id):
            raise platform_errors.second_topic(source)


def _check_subscription(exchange: Exchange) -> None:
    try:
        terms = Terms.parse(exchange.body["properties"])
    except FilterError as error:
        raise ArmError(error.status, error.code, str(error)) from error
    _check_delivery(exchange, terms)
    _check_dead_letters(exchange, terms)


def _check_delivery(exchange: Exchange, terms: Terms) -> None:
    match terms.endpoint:
        case EndpointType.FUNCTION:
            _check_function(exchange, terms.place["resourceId"])
        case EndpointType.QUEUE:
            account_id: str = terms.place["resourceId"]
            queue_id = f"{account_id}/queueServices/default/queues/{terms.place['queueName']}"
            _check_store(exchange, account_id, QUEUE, queue_id)
            _check_right(exchange, terms.identity, PUT_MESSAGE, queue_id)
        case _:
            raise not_emulated(f"delivery to a {terms.endpoint}", "arm/event_grid_resources.py")


def _check_function(exchange: Exchange, function_id: str) -> None:
    function = exchange.world.get(function_id)
    if function is None or function.type != SITE_FUNCTION:
        raise platform_errors.function_not_found(function_id)
    bindings: list[Json] = function.properties["config"]["bindings"]
    if "eventGridTrigger" not in [binding["type"] for binding in bindings]:
        raise platform_errors.function_kind(function_id)


def _check_dead_letters(exchange: Exchange, terms: Terms) -> None:
    if terms.dead_letters is None:
        return
    account_id: str = terms.dead_letters["resourceId"]
    name: str = terms.dead_letters["blobContainerName"]
    container_id = f"{account_id}/blobServices/default/containers/{name}"
    _check_store(exchange, account_id, CONTAINER, container_id)
    _check_right(exchange, terms.dead_letter_identity, PUT_BLOB, container_id)


def _check_store(exchange: Exchange, account_id: str, type_: str, own_id: str) -> None:
    require(exchange, STORAGE, [account_id])
    require(exchange, type_, [own_id])
    account = exchange.world.get(account_id)
    assert account is not None
    if not lets_trusted_in(
        account, when_closed=exchange.world.switches.trusted_pass_closed_storage
    ):
        raise platform_errors.destination_closed(account_id)


def lets_trusted_in(account: Resource, *, when_closed: bool) -> bool:
    """Source: handler-storage-queues: behind a firewall it takes the exception for trusted services."""
    rules: Json = account.properties.get("networkAcls") or {"defaultAction": "Allow"}
    is_closed = account.properties.get("publicNetworkAccess", "Enabled") == "Disabled"
    is_trusted = "AzureServices" in str(rules.get("bypass", "AzureServices"))
    if is_closed:
        return is_trusted and when_closed
    return rules["defaultAction"] == "Allow" or is_trusted


def _check_right(exchange: Exchange, identity: Json, actions: tuple[str, ...], scope: str) -> None:
    """The topic's own identity must hold a role at the destination already."""
    topic = exchange.world.get(exchange.target.parent)
    assert topic is not None
    shown: Json = topic.body.get("identity") or {}
    # Source: handler-storage-queues: with a firewall, the system-assigned identity alone.
    if identity.get("type") != "SystemAssigned" or "principalId" not in shown:
        raise platform_errors.invalid("The topic has no system-assigned identity to deliver with.")
    principal: str = shown["principalId"]
    if not any(exchange.roles.may(principal, action, scope) for action in actions):
        raise platform_errors.delivery_forbidden(principal, actions[0], scope)


ROUTES = (
    *Family(TOPIC, bodies.TOPIC, _topic).routes(),
    *Family(SYSTEM_TOPIC, bodies.SYSTEM_TOPIC, _system_topic, _check_system_topic).routes(),
    *Family(EVENT_SUBSCRIPTION, bodies.EVENT_SUBSCRIPTION, check=_check_subscription).routes(),
)
