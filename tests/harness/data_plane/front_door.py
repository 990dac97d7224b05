"""How do tools that cannot use the lab's DNS reach an account? A base URL per view that does the resolving for them."""

import re

from aiohttp import web

from tests.harness.certificates import Authority
from tests.harness.data_plane.listeners import call_of, response_to
from tests.harness.data_plane.refusals import Reply
from tests.harness.data_plane.service import Call, Service
from tests.harness.names import Names, View
from tests.harness.serving import Served, serve

_PREFIX = "/openai/v1"
_APPENDED = re.compile(r"/openai/.+")
_DEPLOYMENT = re.compile(r"/deployments/[^/]+/chat/completions")


class FrontDoor:
    """One account, seen from one view. A name that leads nowhere is a dropped connection."""

    def __init__(
        self, host: str, view: View, names: Names, service: Service, authority: Authority
    ) -> None:
        self._host = host
        self._view = view
        self._names = names
        self._service = service
        self._authority = authority
        self._served: Served | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._served = await serve(app, self._authority.context("127.0.0.1", "localhost"))

    async def close(self) -> None:
        if self._served is not None:
            await self._served.close()

    @property
    def base_url(self) -> str:
        if self._served is None:
            raise RuntimeError("the front door is not started")
        return f"{self._served.url}{_PREFIX}"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        call = await call_of(request, self._host, service_path(request.path))
        return response_to(request, self._reply(call))

    def _reply(self, call: Call) -> Reply | None:
        """As a client would: the first address at which somebody listens."""
        for address in self._names.resolve(self._host, self._view).addresses:
            if self._service.listens(address, self._view):
                return self._service.reply(call, address, self._view)
        return None


def service_path(path: str) -> str:
    """The account's own path for what a client appended to the base URL."""
    appended = path.removeprefix(_PREFIX)
    if _APPENDED.fullmatch(appended):
        return appended
    return f"/openai{appended}" if _DEPLOYMENT.fullmatch(appended) else path
