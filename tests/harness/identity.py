"""How does the app get its tokens? The managed identity endpoint of App Service."""

import secrets
import uuid
from collections.abc import Mapping

from aiohttp import web

from tests.harness.serving import Served, serve
from tests.harness.tokens import Tokens
from tests.harness.weather import Rule, Sighting, Weather
from tests.harness.world import Caller, Json

# Source: azure-identity 1.27.0 azure/identity/_credentials/app_service.py.
API_VERSION = "2019-08-01"
LIFETIME = 86400


class IdentityDoor:
    """Plain HTTP on loopback, as on Azure. `identities` maps client ids to callers; "" is the system-assigned one."""

    def __init__(
        self,
        tokens: Tokens,
        identities: Mapping[str, Caller],
        weather: Weather | None = None,
    ) -> None:
        self._tokens = tokens
        self._identities = {name.casefold(): caller for name, caller in identities.items()}
        self._clock = tokens.clock
        self._weather = weather or Weather()
        self._served: Served | None = None
        self.header = secrets.token_hex(16)
        self.issued = 0

    @property
    def endpoint(self) -> str:
        """The value of IDENTITY_ENDPOINT."""
        if self._served is None:
            raise RuntimeError("the identity door is not open")
        return f"{self._served.url}/msi/token"

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._served = await serve(app)

    async def close(self) -> None:
        if self._served is not None:
            await self._served.close()
            self._served = None

    async def _answer(self, request: web.Request) -> web.Response:
        client_id = request.query.get("client_id", "").casefold()
        caller = self._identities.get(client_id)
        principal = caller.name if caller else ""
        rule = self._weather.strike(Sighting("identity", request.method, principal=principal))
        if rule is not None:
            struck = await self._suffer(request, rule)
            if struck is not None:
                return struck
        if request.path != "/msi/token" or request.method != "GET":
            return _error(404, "Not found: the lab's identity endpoint is GET /msi/token.")
        if request.headers.get("X-IDENTITY-HEADER") != self.header:
            return _error(401, "The X-IDENTITY-HEADER is missing or wrong.")
        return self._token(request, caller)

    def _token(self, request: web.Request, caller: Caller | None) -> web.Response:
        unknown = set(request.query) - {"api-version", "resource", "client_id"}
        if unknown:
            return _error(
                400, f"Not emulated: {sorted(unknown)}; extend tests/harness/identity.py."
            )
        if request.query.get("api-version") != API_VERSION:
            return _error(400, f"The api-version is not supported; expected {API_VERSION}.")
        resource = request.query.get("resource", "")
        if not resource:
            return _error(400, "The parameter 'resource' is required.")
        if caller is None:
            # Source: learn.microsoft.com, overview-managed-identity: 400 when there is no such identity.
            return _error(
                400,
                "No User Assigned or Delegated Managed Identity found for specified "
                "ClientId/ResourceId/PrincipalId.",
            )
        self.issued += 1
        answer: Json = {
            "access_token": self._tokens.issue(caller, resource, LIFETIME),
            "client_id": caller.client_id,
            "expires_on": str(int(self._clock.time()) + LIFETIME),
            "not_before": str(int(self._clock.time())),
            "resource": resource,
            "token_type": "Bearer",
        }
        return web.json_response(answer)

    async def _suffer(self, request: web.Request, rule: Rule) -> web.Response | None:
        await self._clock.sleep(rule.delay)
        if rule.reset:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if rule.malformed:
            return web.Response(text='{"access_token":', content_type="application/json")
        if rule.status is None:
            return None
        headers = {} if rule.retry_after is None else {"Retry-After": str(rule.retry_after)}
        return _error(rule.status, rule.code or "Scripted by the weather.", headers)


def _error(status: int, message: str, headers: Mapping[str, str] | None = None) -> web.Response:
    body = {"statusCode": status, "message": message, "correlationId": str(uuid.uuid4())}
    return web.json_response(body, status=status, headers=headers)
