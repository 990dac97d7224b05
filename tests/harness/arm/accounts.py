"""How does ARM speak of Cognitive Services accounts?"""

from tests.harness.arm import account_bodies
from tests.harness.arm.exchange import Answer, Exchange, Route, success
from tests.harness.arm.operations import cognitive_headers
from tests.harness.arm.paging import listed
from tests.harness.ids import key
from tests.harness.physics import keys
from tests.harness.physics.kinds import kind_of
from tests.harness.physics.operations import Effect
from tests.harness.physics.types import ACCOUNT, DELETED_ACCOUNT
from tests.harness.world import Json

CHECK_DOMAIN = "Microsoft.CognitiveServices/checkDomainAvailability"
DELETED = "Microsoft.CognitiveServices/deletedAccounts"
LINK_RESOURCES = f"{ACCOUNT}/privateLinkResources"
LIST_KEYS = f"{ACCOUNT}/listKeys"
REGENERATE_KEY = f"{ACCOUNT}/regenerateKey"
# Source: permissions/networking.md; whether a network rule asks for it is a switch.
JOIN_BY_SERVICE = "Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action"


def get(exchange: Exchange) -> Answer:
    return success(exchange.resource())


def list_(exchange: Exchange) -> Answer:
    return listed(exchange, list(exchange.world.children(exchange.target.scope, ACCOUNT)))


def put(exchange: Exchange) -> Answer:
    present = exchange.find()
    account_id = present.id if present else exchange.id
    body = {"kind": present.body["kind"] if present else "", **exchange.body}
    _check_joins(exchange)
    effect = exchange.physics.accounts.put(account_id, body, exchange.caller)
    return _accepted(exchange, effect, 201 if effect.created else 200)


def patch(exchange: Exchange) -> Answer:
    """Recorded: 202 with the whole account."""
    account = exchange.resource()
    _check_joins(exchange)
    before = _subnets_of(account.properties)
    effect = exchange.physics.accounts.patch(account, exchange.body, exchange.caller)
    added = _subnets_of(account.properties) - before
    after = exchange.world.switches.vnet_rule_answer_seconds if added else 0.0
    return _accepted(exchange, effect, 202, after)


def _subnets_of(properties: Json) -> set[str]:
    acls: Json = properties.get("networkAcls") or {}
    return {key(rule["id"]) for rule in acls.get("virtualNetworkRules") or ()}


def _check_joins(exchange: Exchange) -> None:
    if exchange.world.switches.vnet_rules_need_join:
        for subnet_id in sorted(_subnets_of(exchange.body.get("properties") or {})):
            exchange.require_linked(JOIN_BY_SERVICE, subnet_id)


def _accepted(exchange: Exchange, effect: Effect, status: int, after: float = 0.0) -> Answer:
    assert effect.operation is not None
    body = effect.resource.body
    headers = cognitive_headers(exchange, effect.operation, body["location"])
    if status != 202:
        del headers["Location"]
    return Answer(status, body, headers | {"ETag": body["etag"]}, effect.operation, after)


def delete(exchange: Exchange) -> Answer:
    account = exchange.find()
    if account is None:
        return Answer(204)
    exchange.physics.accounts.delete(account)
    return Answer(200)


def list_deleted(exchange: Exchange) -> Answer:
    return listed(exchange, list(exchange.physics.accounts.deleted.all()))


def get_deleted(exchange: Exchange) -> Answer:
    list(exchange.physics.accounts.deleted.all())
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
    free = exchange.physics.accounts.subdomains.is_free(name)
    reason = {} if free else {"reason": f"Sub domain name '{name}' is not available."}
    return Answer(200, {"isSubdomainAvailable": free, **reason, **exchange.body})


def list_keys(exchange: Exchange) -> Answer:
    return Answer(200, dict(keys.listed(exchange.parent())))


def regenerate_key(exchange: Exchange) -> Answer:
    """Source: RegenerateKey.json of cognitiveservices 2025-06-01. That the old key fails at once is not verified."""
    name = str(exchange.body["keyName"]).casefold()
    return Answer(200, dict(keys.regenerate(exchange.parent(), name)))


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
    Route("PUT", ACCOUNT, put, shape=account_bodies.ACCOUNT),
    Route("PATCH", ACCOUNT, patch, shape=account_bodies.ACCOUNT_UPDATE),
    Route("DELETE", ACCOUNT, delete),
    Route("GET", LINK_RESOURCES, link_resources, collection=True),
    Route("POST", LIST_KEYS, list_keys, collection=True),
    Route(
        "POST",
        REGENERATE_KEY,
        regenerate_key,
        collection=True,
        shape=account_bodies.REGENERATE,
    ),
    Route("GET", DELETED, list_deleted, collection=True),
    Route("GET", DELETED_ACCOUNT, get_deleted, at_subscription=True),
    Route("DELETE", DELETED_ACCOUNT, purge, at_subscription=True),
    Route(
        "POST",
        CHECK_DOMAIN,
        check_domain,
        collection=True,
        shape=account_bodies.DOMAIN,
        announced=False,
    ),
)
