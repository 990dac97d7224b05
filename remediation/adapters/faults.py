"""Will looking again help? Exceptions of the Azure clients become our errors, here and nowhere else.

Azure's error code speaks first and the HTTP status second: ARM uses one status for what passes and for what stays
(a 409 may be a lock or a neighbor's write), and a failed operation arrives with status 200.
"""

import json
import re
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from enum import Enum
from http import HTTPStatus

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    DecodeError,
    DeserializationError,
    HttpResponseError,
    ResourceNotFoundError,
)
from azure.identity import CredentialUnavailableError

from remediation.adapters.patience import asked_for
from remediation.errors import (
    Busy,
    Forbidden,
    Misconfigured,
    Refused,
    RemediationError,
    Retryable,
    Terminal,
    Throttled,
    Unavailable,
)

# Bodies may hold anything, and logs are read by many: only so much of a message is kept.
LONGEST_MESSAGE = 256

_BY_CODE: dict[str, type[Retryable | Terminal]] = {
    # Source: azurerm#31712: a 400, or a failed operation, as long as the account is in state Accepted.
    "accountprovisioningstateinvalid": Busy,
    # Source: azurerm#22607: another write runs on the account.
    "requestconflict": Busy,
    "anotheroperationinprogress": Busy,
    # Source: learn.microsoft.com, request-limits-and-throttling: a 429 of Network, another operation holds the target.
    "retryableerrorduetoanotheroperation": Busy,
    # What was observed a moment ago is gone: the next pass sees that, and need not trouble anybody.
    "resourcenotfound": Busy,
    # Source: Azure/azure-sdk-for-java#2560: a 409 that stays until somebody removes the lock.
    "scopelocked": Refused,
    # Source: azure-docs error-policy-requestdisallowedbypolicy.md.
    "requestdisallowedbypolicy": Refused,
    # Source: azure-docs#76885, azurerm#12134.
    "authorizationfailed": Forbidden,
    "linkedauthorizationfailed": Forbidden,
    # A target that the policy names is not there.
    "parentresourcenotfound": Misconfigured,
    "resourcegroupnotfound": Misconfigured,
    "subnetnotfound": Misconfigured,
    "invalidresourcereference": Misconfigured,
    "subscriptionnotfound": Misconfigured,
    "missingsubscriptionregistration": Misconfigured,
    # A failed operation has no status that could tell: these are Azure's own trouble.
    "internalservererror": Unavailable,
    "internalerror": Unavailable,
    "retryableerror": Unavailable,
    "serverbusy": Unavailable,
    "operationtimedout": Unavailable,
    "toomanyrequests": Throttled,
}

_BY_STATUS: dict[int, type[Retryable | Terminal]] = {
    HTTPStatus.UNAUTHORIZED: Forbidden,
    HTTPStatus.FORBIDDEN: Forbidden,
    HTTPStatus.NOT_FOUND: Misconfigured,
    HTTPStatus.REQUEST_TIMEOUT: Unavailable,
    HTTPStatus.CONFLICT: Busy,
    HTTPStatus.PRECONDITION_FAILED: Busy,
    HTTPStatus.TOO_MANY_REQUESTS: Throttled,
}

_NO_ANSWER = (AzureError, DeserializationError, json.JSONDecodeError, TimeoutError)

# "... to perform action 'a' over scope 's'"; a linked check names what is granted first and what is missing last.
_RIGHT = re.compile(
    r"action(?:\(s\))? '([^']{1,300})' (?:over|on) (?:the )?(?:linked )?scope(?:\(s\))? '([^']{1,600})'"
)
_POLICY = re.compile(r'"policyAssignment"\s*:\s*\{\s*"name"\s*:\s*"([^"]{1,200})"')


@contextmanager
def translated(action: str) -> Iterator[None]:
    """Whatever an Azure client raises inside leaves as one of our errors; `action` says what was tried."""
    try:
        yield
    except _NO_ANSWER as error:
        raise fault(error, action) from error


async def or_none[T](asked: Awaitable[T]) -> T | None:
    """What was asked for, None when Azure says that there is no such thing.

    Only a 404 with a code is Azure's word: a proxy or a wrong address answers 404 too, and then an account would look
    deleted that is not. A subscription that cannot be seen hides its accounts, it does not delete them.
    """
    try:
        return await asked
    except ResourceNotFoundError as error:
        if code_of(error).casefold() in ("", "subscriptionnotfound"):
            raise
        return None


def fault(error: Exception, action: str) -> RemediationError:
    """Our error for an exception of an Azure client."""
    if isinstance(error, CredentialUnavailableError | DecodeError):
        return Unavailable(_worded(action, _text(error)), retry_after=_retry_after(error))
    if isinstance(error, ClientAuthenticationError) and not code_of(error):
        return _no_token(error, action)
    if not isinstance(error, HttpResponseError):
        return Unavailable(_worded(action, _text(error)))
    return _classified(
        action, code_of(error), _text(error), error.status_code or 200, _retry_after(error)
    )


def failed_operation(action: str, code: str, message: str) -> RemediationError:
    """Our error for a long-running operation that ended badly: only its code can tell."""
    return _classified(action, code, _first_line(message), 200, None)


def code_of(error: Exception) -> str:
    """Azure's error code, empty when the answer has none: in `error.code` from ARM, in `error_code` from storage."""
    body = getattr(error, "error", None)
    code = getattr(body, "code", None) or getattr(error, "error_code", None) or ""
    return str(code.value if isinstance(code, Enum) else code)


def _classified(
    action: str, code: str, text: str, status: int, retry_after: float | None
) -> RemediationError:
    kind = _BY_CODE.get(code.casefold()) or _by_status(status, code)
    if issubclass(kind, Retryable):
        return kind(_worded(action, text), code=code, retry_after=retry_after)
    return kind(_evident(kind, action, text), code=code)


def _by_status(status: int, code: str) -> type[Retryable | Terminal]:
    if status == HTTPStatus.NOT_FOUND and not code:  # not Azure's own answer, see `or_none`
        return Unavailable
    return _BY_STATUS.get(status) or (Unavailable if _is_server_error(status) else Refused)


def _no_token(error: ClientAuthenticationError, action: str) -> RemediationError:
    """The identity endpoint gave no token: it refused (4xx), or it could not answer."""
    text, status = _text(error), error.status_code or 0
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Throttled(_worded(action, text), retry_after=_retry_after(error))
    if status < HTTPStatus.BAD_REQUEST or _is_server_error(status):
        return Unavailable(_worded(action, text))
    return Forbidden(_worded(action, text))


def _is_server_error(status: int) -> bool:
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _evident(kind: type[Terminal], action: str, text: str) -> str:
    """A person will act on it: the missing right, or the policy that denies, must survive the cut."""
    rights = _RIGHT.findall(text) if kind is Forbidden else []
    if rights:
        right, scope = rights[-1]
        return f"{action}: no right to {right} over {scope}"
    policy = _POLICY.search(text)
    return _worded(action, f"denied by policy {policy[1]!r}" if policy else text)


def _worded(action: str, text: str) -> str:
    message = f"{action}: {text}"
    return message if len(message) <= LONGEST_MESSAGE else message[: LONGEST_MESSAGE - 1] + "…"


def _text(error: Exception) -> str:
    """What Azure says. A body without a code is nobody's message: its status is all that is kept."""
    if isinstance(error, DecodeError):
        return "the answer is not the JSON that it claims to be"
    body = getattr(error, "error", None)
    message = getattr(body, "message", None)
    if isinstance(message, str):
        return _first_line(message)
    if isinstance(error, HttpResponseError) and error.response is not None and not code_of(error):
        return f"HTTP {error.status_code} {error.reason or ''}".strip()
    return _first_line(str(getattr(error, "message", "") or error)) or type(error).__name__


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def _retry_after(error: Exception) -> float | None:
    """Seconds; a date is measured against the answer's own Date header, so that no clock of ours matters."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    value = asked_for(headers)
    if not value or value.isdecimal():
        return float(value) if value else None
    try:
        moment = parsedate_to_datetime(value)
        return max((moment - parsedate_to_datetime(headers.get("Date") or "")).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return None
