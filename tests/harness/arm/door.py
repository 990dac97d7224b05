"""Azure Resource Manager on loopback: what happens to a request between the socket and its handler?

In order: path, token, row, api-version, weather, throttling, rights, existence of subscription, group and parent,
locks, body, conditions, handler. Each step may refuse; whatever happens is written into the journal.
"""

import json
from collections.abc import Mapping

from aiohttp import web

from tests.harness.arm import conditions, errors, paths, routing
from tests.harness.arm.exchange import Answer, Exchange, Route
from tests.harness.arm.journal import Visit, announce, tell
from tests.harness.arm.paths import Target
from tests.harness.arm.rbac import Roles
from tests.harness.arm.throttling import Throttling
from tests.harness.certificates import Authority
from tests.harness.physics import Physics
from tests.harness.physics.errors import ArmError
from tests.harness.physics.marks import guid
from tests.harness.physics.types import GROUP, LINK, ZONE
from tests.harness.resource_graph import ResourceGraph
from tests.harness.serving import Served, serve
from tests.harness.tokens import ARM, TokenError, Tokens
from tests.harness.weather import Rule, Sighting, Weather
from tests.harness.world import Caller, Json, World

PAGE = 100


class ArmDoor:
    """The ARM emulator: TLS, tokens, rights, api-versions, and a table of handlers."""

    def __init__(
        self,
        world: World,
        physics: Physics,
        tokens: Tokens,
        roles: Roles,
        weather: Weather,
        authority: Authority,
    ) -> None:
        self._world = world
        self._physics = physics
        self._tokens = tokens
        self._roles = roles
        self._weather = weather
        self._authority = authority
        self._table = routing.Table()
        self._served: Served | None = None
        self._inside = 0
        self.throttling = Throttling(world.clock)
        self.graph = ResourceGraph(world, roles, weather)
        self.page_size = PAGE

    @property
    def url(self) -> str:
        """`https://127.0.0.1:PORT`."""
        if self._served is None:
            raise RuntimeError("the ARM door is not open")
        return self._served.url

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._enter)
        self._served = await serve(app, self._authority.context("127.0.0.1", "localhost"))

    async def close(self) -> None:
        if self._served is not None:
            await self._served.close()
            self._served = None

    def in_flight(self) -> int:
        """Requests that are not answered yet."""
        return self._inside

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        self._inside += 1
        try:
            return await self._visit(request)
        finally:
            self._inside -= 1

    async def _visit(self, request: web.Request) -> web.Response:
        visit = Visit(request.method, request.path.rstrip("/"), request.path_qs)
        headers = {
            "x-ms-request-id": guid(),
            "x-ms-correlation-request-id": visit.correlation,
            "x-ms-routing-request-id": f"LAB:{visit.correlation}",
        }
        try:
            response = await self._admit(request, visit, headers)
        except ArmError as error:
            visit.code = error.code
            response = _refusal(error, request.path)
        response.headers.update(headers)
        visit.enter(self._world, response.status)
        return response

    # --- the gateway

    async def _admit(
        self, request: web.Request, visit: Visit, headers: dict[str, str]
    ) -> web.Response:
        target = paths.parse(request.path)
        caller = self._authenticate(request.headers.get("Authorization", ""))
        visit.principal = caller.name
        route = self._table.find(request.method, target)
        routing.check_query(route, request.query)
        rule = self._weather.strike(
            Sighting("arm", request.method, route.type, visit.id, caller.name, route.action)
        )
        if rule is not None:
            await self._world.clock.sleep(rule.delay)
            served = None
            if rule.after_write:
                served = await self._serve(request, target, route, caller, visit)
            struck = _struck(request, rule, visit) or served
            if struck is not None:
                return struck
        headers |= self.throttling.take(
            target.subscription, caller.object_id, request.method, route.type
        )
        return await self._serve(request, target, route, caller, visit)

    def _authenticate(self, header: str) -> Caller:
        scheme, _, token = header.partition(" ")
        if scheme.casefold() != "bearer" or not token:
            raise errors.token_missing()
        try:
            return self._tokens.read(token.strip(), ARM)
        except TokenError as error:
            raise errors.token_refused(error) from error

    async def _serve(
        self, request: web.Request, target: Target, route: Route, caller: Caller, visit: Visit
    ) -> web.Response:
        self._authorize(target, route, caller)
        self._check_place(target, route, request.method)
        self._physics.locks.check(_scope(target, route), route.type, request.method)
        exchange = Exchange(
            target,
            route,
            request.method,
            request.query,
            request.headers,
            _body(await request.text(), route),
            caller,
            self.url,
            self.page_size,
            self._physics,
            self._roles,
            self.graph,
        )
        self._check_conditions(exchange)
        answer = self._handle(exchange, visit)
        if answer.after:
            await self._world.clock.sleep(answer.after)
        announce(exchange, visit, answer)
        return _response(answer.status, answer.text(), answer.headers)

    @staticmethod
    def _handle(exchange: Exchange, visit: Visit) -> Answer:
        try:
            return exchange.route.handler(exchange)
        except ArmError as error:
            if exchange.method != "GET" and error.status < 500:
                tell(exchange, visit, succeeded=False)
            raise

    def _authorize(self, target: Target, route: Route, caller: Caller) -> None:
        if route.free:
            return
        scope = _scope(target, route)
        if not self._roles.allowed(caller, route.action, scope):
            raise errors.authorization_failed(caller, route.action, scope)

    def _check_place(self, target: Target, route: Route, method: str) -> None:
        """Subscription, group and parent must be there."""
        if route.type == paths.QUESTIONS:
            return
        if not target.subscription:
            if target.extended.rpartition("/")[2] not in self._roles.management_groups:
                raise errors.extended_not_found(target.extended, "")
            return
        known = (s.casefold() for s in self._world.subscriptions)
        if target.subscription.casefold() not in known:
            raise errors.subscription_not_found(target.subscription)
        if target.group and route.type != GROUP and self._world.get(target.scope) is None:
            raise errors.group_not_found(target.group)
        if target.extended and self._world.get(target.extended) is None:
            raise errors.extended_not_found(target.extended, target.group)
        nested = method == "PUT" and len(target.names) > 1
        if nested and self._world.get(target.parent) is None:
            raise errors.parent_not_found(route.type, target.parent)

    @staticmethod
    def _check_conditions(exchange: Exchange) -> None:
        asked = {"If-Match", "If-None-Match"} & set(exchange.headers)
        if not asked:
            return
        if not exchange.route.conditional:
            raise errors.not_emulated(
                f"{sorted(asked)} on {exchange.route.type}", "its row (conditional=True)"
            )
        noun = _NOUNS.get(exchange.route.type, "Record set")
        name = exchange.target.names[-1]
        conditions.check(exchange.headers, exchange.method, exchange.find(), noun, name)


def _scope(target: Target, route: Route) -> str:
    """What rights and locks are looked up for: the resource, or what holds the list or takes the action."""
    if route.at_subscription:
        return f"/subscriptions/{target.subscription}"
    path = target.path.rstrip("/")
    if not target.collection:
        return path
    return path.rpartition("/")[0] if target.names else target.holder


_NOUNS = {ZONE: "Zone", LINK: "Virtual network link"}


def _body(text: str, route: Route) -> Json:
    if route.shape is None:
        if text:
            raise errors.not_json("No content is expected")
        return {}
    try:
        value = json.loads(text)
    except ValueError as error:
        raise errors.not_json(str(error)) from None
    read: Json = route.shape(value, "")
    return read


def _struck(request: web.Request, rule: Rule, visit: Visit) -> web.Response | None:
    """The scripted answer, or None when the rule only delays."""
    if rule.reset:
        visit.code = "ConnectionReset"
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=rule.status or 503)
    if rule.malformed:
        visit.code = "Malformed"
        return _response(rule.status or 200, '{"id": "/subscriptions/', {})
    if rule.status is None:
        return None
    code = rule.code or _CODES.get(rule.status, "InternalServerError")
    headers = {} if rule.retry_after is None else {"Retry-After": str(rule.retry_after)}
    raise ArmError(rule.status, code, "Scripted by the weather.", headers=headers)


# What ARM calls these statuses when the script does not say.
_CODES = {
    401: "InvalidAuthenticationToken",
    403: "AuthorizationFailed",
    404: "ResourceNotFound",
    409: "Conflict",
    412: "PreconditionFailed",
    429: "TooManyRequests",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}


def _refusal(error: ArmError, path: str) -> web.Response:
    try:
        type_ = paths.parse(path).type
    except ArmError:
        type_ = ""
    return _response(error.status, json.dumps(errors.envelope(error, type_)), error.headers)


def _response(status: int, text: str, headers: Mapping[str, str]) -> web.Response:
    content_type = "application/json" if text else None
    return web.Response(
        status=status, text=text or None, headers=headers, content_type=content_type
    )
