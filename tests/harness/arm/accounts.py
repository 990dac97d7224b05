"""How does ARM speak of Cognitive Services accounts?"""

from tests.harness.arm import bodies
from tests.harness.arm.exchange import Answer, Exchange, Route, success
from tests.harness.arm.operations import cognitive_headers
from tests.harness.arm.paging import listed
from tests.harness.physics.kinds import kind_of
from tests.harness.physics.operations import Effect
from tests.harness.physics.types import ACCOUNT, DELETED_ACCOUNT

CHECK_DOMAIN = "Microsoft.CognitiveServices/checkDomainAvailability"
DELETED = "Microsoft.CognitiveServices/deletedAccounts"
LINK_RESOURCES = f"{ACCOUNT}/privateLinkResources"


def get(exchange: Exchange) -> Answer:
    return success(exchange.resource())


def list_(exchange: Exchange) -> Answer:
    return listed(exchange, list(exchange.world.children(exchange.target.scope, ACCOUNT)))


def put(exchange: Exchange) -> Answer:
    present = exchange.find()
    account_id = present.id if present else exchange.id
    body = {"kind": present.body["kind"] if present else "", **exchange.body}
    effect = exchange.physics.accounts.put(account_id, body, exchange.caller)
    return _accepted(exchange, effect, 201 if effect.created else 200)


def patch(exchange: Exchange) -> Answer:
    """Recorded: 202 with the whole account."""
    account = exchange.resource()
    effect = exchange.physics.accounts.patch(account, exchange.body, exchange.caller)
    return _accepted(exchange, effect, 202)


def _accepted(exchange: Exchange, effect: Effect, status: int) -> Answer:
    assert effect.operation is not None
    body = effect.resource.body
    headers = cognitive_headers(exchange, effect.operation, body["location"])
    if status != 202:
        del headers["Location"]
    return Answer(status, body, headers | {"ETag": body["etag"]}, effect.operation)


def delete(exchange: Exchange) -> Answer:
    account = exchange.find()
    if account is None:
        return Answer(204)
    exchange.physics.accounts.delete(account)
    return Answer(200)


def list_deleted(exchange: Exchange) -> Answer:
    return listed(exchange, list(exchange.physics.accounts.deleted()))


def get_deleted(exchange: Exchange) -> Answer:
    list(exchange.physics.accounts.deleted())
    return success(exchange.resource())


def purge(exchange: Exchange) -> Answer:
    deleted = exchange.find()
    if deleted is None:
        return Answer(204)
    exchange.world.remove(deleted.id)
    return Answer(200)


def check_domain(exchange: Exchange) -> Answer:
    """Source: cognitiveservices.json, CheckDomainAvailability."""
    name = exchange.body["subdomainName"]
    free = exchange.physics.accounts.is_free(name)
    reason = {} if free else {"reason": f"Sub domain name '{name}' is not available."}
    return Answer(200, {"isSubdomainAvailable": free, **reason, **exchange.body})


def link_resources(exchange: Exchange) -> Answer:
    """Recorded for FormRecognizer; the zones of OpenAI and AIServices are not verified."""
    account = exchange.parent()
    kind = kind_of(account.body["kind"])
    if kind is None or not kind.private_link:
        return Answer(200, {"value": []})
    item = {
        "id": f"{account.id}/privateLinkResources/account",
        "name": "account",
        "type": LINK_RESOURCES,
        "properties": {
            "groupId": "account",
            "requiredMembers": [member.name for member in kind.members],
            "requiredZoneNames": [member.zone for member in kind.members],
        },
    }
    return Answer(200, {"value": [item]})


ROUTES = (
    Route("GET", ACCOUNT, get),
    Route("GET", ACCOUNT, list_, collection=True),
    Route("PUT", ACCOUNT, put, shape=bodies.ACCOUNT),
    Route("PATCH", ACCOUNT, patch, shape=bodies.ACCOUNT_UPDATE),
    Route("DELETE", ACCOUNT, delete),
    Route("GET", LINK_RESOURCES, link_resources, collection=True),
    Route("GET", DELETED, list_deleted, collection=True),
    Route("GET", DELETED_ACCOUNT, get_deleted, at_subscription=True),
    Route("DELETE", DELETED_ACCOUNT, purge, at_subscription=True),
    Route(
        "POST", CHECK_DOMAIN, check_domain, collection=True, shape=bodies.DOMAIN, announced=False
    ),
)
