"""What does an account answer to a call that came in at one of its addresses?"""

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from tests.harness.clock import LabClock
from tests.harness.data_plane import refusals
from tests.harness.data_plane.admission import (
    Admission,
    Origin,
    account_behind,
    admit_public,
    is_public_side,
)
from tests.harness.data_plane.refusals import Reply
from tests.harness.ids import key
from tests.harness.names import View, account_of, region_at
from tests.harness.names.public import REGIONAL
from tests.harness.physics import keys
from tests.harness.physics.types import ACCOUNT
from tests.harness.tokens import TokenError, Tokens
from tests.harness.world import Json, Resource, World

# Source: authentication.md of Azure AI services.
AUDIENCE = "https://cognitiveservices.azure.com"

# Source: Azure OpenAI reference: dated versions on deployment paths, none needed on /openai/v1.
_VERSION = re.compile(r"20\d\d-\d\d-\d\d(-preview)?")
_DEPLOYMENT = re.compile(r"/openai/deployments/([^/]+)/chat/completions")
_PLAIN = "/openai/v1/chat/completions"
_MODELS = ("/openai/models", "/openai/v1/models")


@dataclass(frozen=True, slots=True)
class Call:
    """A request as the service reads it. Names of headers are in lower case."""

    method: str
    host: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


def api_key(account: Resource) -> str:
    """The first of the account's two keys, as it is now."""
    return keys.of(account)["key1"]


def _opens(account: Resource, given: str) -> bool:
    return any(_equal(given, known) for known in keys.of(account).values())


class Service:
    """Holds nothing: each call is judged by the world as it is."""

    def __init__(self, world: World, clock: LabClock, tokens: Tokens | None = None) -> None:
        self._world = world
        self._clock = clock
        self._tokens = tokens

    def listens(self, address: str, view: View) -> bool:
        """Whether a connection from `view` to this address would be accepted."""
        if is_public_side(address):
            return region_at(self._world, address) is not None
        return view is not None and account_behind(self._world, address, view) is not None

    def reply(self, call: Call, address: str, view: View) -> Reply | None:
        """The answer to a call that reached `address`; None when nobody listens there any more."""
        if not self.listens(address, view):
            return None
        account = account_of(self._world, call.host)
        if account is None and call.host.casefold().endswith(f".{REGIONAL}"):
            return self._reply_for_region(call, view)
        if account is None:
            return refusals.not_found()
        origin = Origin.of(view)
        admission = self._admit(account, address, origin)
        if admission is not Admission.ADMITTED:
            return refusals.refusal(account, admission, origin)
        return self._refuse_caller(call, account) or self._serve(call, account)

    def _admit(self, account: Resource, address: str, origin: Origin) -> Admission:
        if not is_public_side(address):
            behind = account_behind(self._world, address, origin.network)
            if behind is not None and key(behind) == key(account.id):
                return Admission.ADMITTED
        # Not verified: a call that comes in by another account's endpoint counts as a public one.
        return admit_public(self._world, account, origin)

    def _reply_for_region(self, call: Call, view: View) -> Reply:
        """A region's endpoint tells accounts apart by their keys."""
        given = _given_secret(call)
        accounts = self._world.of_type(ACCOUNT)
        account = next((a for a in accounts if _opens(a, given)), None)
        if account is None:
            return refusals.wrong_key()
        if admit_public(self._world, account, Origin.of(view)) is not Admission.ADMITTED:
            return refusals.wrong_host()
        return self._serve(call, account)

    def _refuse_caller(self, call: Call, account: Resource) -> Reply | None:
        given = _given_secret(call)
        if _opens(account, given):
            off = account.properties.get("disableLocalAuth") is True
            return refusals.key_not_allowed() if off else None
        if self._tokens is None or "api-key" in call.headers:
            return refusals.wrong_key()
        try:
            self._tokens.read(given, AUDIENCE)
        except TokenError:
            return refusals.wrong_key()
        return None

    def _serve(self, call: Call, account: Resource) -> Reply:
        deployment = _DEPLOYMENT.fullmatch(call.path)
        dated = _VERSION.fullmatch(call.query.get("api-version", "")) is not None
        if call.method == "POST" and call.path == _PLAIN:
            return self._complete(call, account, None)
        if call.method == "POST" and deployment is not None and dated:
            return self._complete(call, account, deployment.group(1))
        if call.method == "GET" and call.path in _MODELS and (dated or call.path == _MODELS[1]):
            return Reply(200, _models())
        return refusals.not_found()

    def _complete(self, call: Call, account: Resource, deployment: str | None) -> Reply:
        try:
            asked = json.loads(call.body)
        except ValueError:
            return refusals.bad_request("The body is no JSON.")
        model = deployment or (asked.get("model") if isinstance(asked, dict) else None)
        if not isinstance(asked, dict) or not asked.get("messages") or not model:
            return refusals.bad_request("'messages' and 'model' are required.")
        if asked.get("stream"):
            return refusals.bad_request("Streams: extend data_plane/service.py")
        return Reply(200, self._completion(model, account))

    def _completion(self, model: str, account: Resource) -> Json:
        message = {"role": "assistant", "content": f"This is {account.name}.", "refusal": None}
        choice = {"index": 0, "finish_reason": "stop", "logprobs": None, "message": message}
        return {
            "id": "chatcmpl-lab",
            "object": "chat.completion",
            "created": int(self._clock.time()),
            "model": model,
            "choices": [choice],
            "usage": {"prompt_tokens": 8, "completion_tokens": 4, "total_tokens": 12},
        }


def _given_secret(call: Call) -> str:
    """The key, or the bearer token; the v1 API takes keys as bearer tokens, too."""
    given = call.headers.get("api-key")
    if given is not None:
        return given
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    return token if scheme.casefold() == "bearer" else ""


def _equal(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())


def _models() -> Json:
    model = {"id": "gpt-4o", "object": "model", "created": 1715558400, "owned_by": "lab"}
    return {"object": "list", "data": [model]}
