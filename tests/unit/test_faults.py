"""Will looking again help? Each answer of Azure, as its clients raise it, and the error that becomes of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from json import dumps

import pytest
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    DecodeError,
    DeserializationError,
    HttpResponseError,
    IncompleteReadError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.data.tables import TableErrorCode, TableTransactionError
from azure.identity import CredentialUnavailableError
from azure.mgmt.core.exceptions import ARMErrorFormat

from remediation.adapters import faults
from remediation.adapters.faults import translated
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

SCOPE = (
    "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints/" + "p" * 80
)
ZONE = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/privateDnsZones/z"
DENIED = (
    "The client 'latch' with object id 'o' does not have authorization to perform action "
    f"'Microsoft.Network/privateEndpoints/write' over scope '{SCOPE}' or the scope is invalid. If access was "
    "recently granted, please refresh your credentials."
)
LINKED = (
    "The client 'latch' with object id 'o' has permission to perform action "
    f"'Microsoft.Network/privateEndpoints/privateDnsZoneGroups/write' on scope '{SCOPE}'; however, it does not have "
    f"permission to perform action(s) 'Microsoft.Network/privateDnsZones/join/action' on the linked scope(s) '{ZONE}' "
    "(respectively) or the linked scope(s) are invalid."
)
POLICY = (
    "Resource 'pe' was disallowed by policy. Policy identifiers: "
    '\'[{"policyAssignment":{"name":"No endpoints outside the hub","id":"/a"},"policyDefinition":{"name":"d"}}]\'.'
)


@dataclass(slots=True)
class Answer:
    """An HTTP answer as azure-core hands it to its exceptions."""

    status_code: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str = "Reason"
    request: object = None
    content_type: str = "application/json"

    def text(self) -> str:
        return self.body


def arm(
    status: int, code: str = "", message: str = "it went wrong", **headers: str
) -> HttpResponseError:
    """What a management client raises, by the table of azure-core."""
    kinds: dict[int, type[HttpResponseError]] = {
        401: ClientAuthenticationError,
        404: ResourceNotFoundError,
        409: ResourceExistsError,
    }
    body = dumps({"error": {"code": code, "message": message}}) if code else "<html>secret</html>"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = Answer(status, body, named)
    return kinds.get(status, HttpResponseError)(response=answer, error_format=ARMErrorFormat)


def stored(kind: type[HttpResponseError], status: int, code: object) -> HttpResponseError:
    """What a storage client raises: the code is an attribute of the exception."""
    error = kind(message="0:The row\nRequestId:1", response=Answer(status))
    vars(error)["error_code"] = code
    return error


def fault(error: Exception) -> RemediationError:
    """What leaves `translated` when `error` is raised inside."""
    with pytest.raises(RemediationError) as caught, translated("try it"):
        raise error
    assert caught.value.__cause__ is error
    return caught.value


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(
            arm(400, "AccountProvisioningStateInvalid"), Busy, id="an account in Accepted"
        ),
        pytest.param(
            arm(200, "AccountProvisioningStateInvalid"), Busy, id="the same, as an operation"
        ),
        pytest.param(arm(409, "RequestConflict"), Busy, id="another write runs"),
        pytest.param(arm(409, "AnotherOperationInProgress"), Busy, id="another operation runs"),
        pytest.param(arm(429, "RetryableErrorDueToAnotherOperation"), Busy, id="a busy target"),
        pytest.param(arm(409, "Whatever"), Busy, id="any other conflict"),
        pytest.param(arm(412, "PreconditionFailed"), Busy, id="an etag that has moved on"),
        pytest.param(arm(404, "ResourceNotFound"), Busy, id="gone since it was observed"),
        pytest.param(arm(409, "ScopeLocked"), Refused, id="a lock"),
        pytest.param(arm(403, "RequestDisallowedByPolicy"), Refused, id="a policy that denies"),
        pytest.param(arm(400, "InvalidTemplate"), Refused, id="a request that Azure does not take"),
        pytest.param(
            arm(200, "StaticIpNotInSubnet"), Refused, id="an operation that failed for good"
        ),
        pytest.param(
            arm(401, "InvalidAuthenticationToken"), Forbidden, id="a token ARM does not take"
        ),
        pytest.param(arm(403, "AuthorizationFailed"), Forbidden, id="a missing right"),
        pytest.param(arm(403, "LinkedAuthorizationFailed"), Forbidden, id="a missing linked right"),
        pytest.param(arm(403), Forbidden, id="forbidden without a word"),
        pytest.param(arm(404, "ParentResourceNotFound"), Misconfigured, id="no such zone"),
        pytest.param(arm(404, "ResourceGroupNotFound"), Misconfigured, id="no such group"),
        pytest.param(arm(404, "SubscriptionNotFound"), Misconfigured, id="no such subscription"),
        pytest.param(arm(400, "SubnetNotFound"), Misconfigured, id="no such subnet"),
        pytest.param(arm(400, "InvalidResourceReference"), Misconfigured, id="no such reference"),
        pytest.param(
            arm(409, "MissingSubscriptionRegistration"), Misconfigured, id="no such provider"
        ),
        pytest.param(arm(404), Unavailable, id="a 404 that Azure did not write"),
        pytest.param(arm(408, "Timeout"), Unavailable, id="too slow"),
        pytest.param(arm(502), Unavailable, id="a bad gateway"),
        pytest.param(arm(500, "InternalServerError"), Unavailable, id="Azure's own trouble"),
        pytest.param(arm(200, "InternalServerError"), Unavailable, id="the same, as an operation"),
        pytest.param(arm(429, "TooManyRequests"), Throttled, id="too many requests"),
        pytest.param(arm(429), Throttled, id="too many requests, without a word"),
        pytest.param(ServiceRequestError("no route"), Unavailable, id="never sent"),
        pytest.param(ServiceResponseError("reset"), Unavailable, id="never answered"),
        pytest.param(AzureError("odd"), Unavailable, id="whatever else the client raises"),
        pytest.param(TimeoutError(), Unavailable, id="our own patience is at an end"),
        pytest.param(IncompleteReadError("cut"), Unavailable, id="half an answer"),
        pytest.param(DecodeError("bad", response=Answer(200, "{")), Unavailable, id="broken JSON"),
        pytest.param(DeserializationError("shape"), Unavailable, id="JSON of another shape"),
        pytest.param(
            stored(ResourceModifiedError, 412, TableErrorCode.UPDATE_CONDITION_NOT_SATISFIED),
            Busy,
            id="a row that has changed",
        ),
        pytest.param(
            stored(TableTransactionError, 409, "EntityAlreadyExists"),
            Busy,
            id="a row that is there",
        ),
        pytest.param(
            stored(HttpResponseError, 403, "AuthorizationPermissionMismatch"),
            Forbidden,
            id="a missing role on the storage",
        ),
        pytest.param(
            stored(HttpResponseError, 503, "ServerBusy"), Unavailable, id="a busy storage"
        ),
        pytest.param(
            CredentialUnavailableError("no answer"), Unavailable, id="no identity endpoint"
        ),
        pytest.param(
            ClientAuthenticationError("refused", response=Answer(400)),
            Forbidden,
            id="an identity that is not there",
        ),
        pytest.param(
            ClientAuthenticationError("broken", response=Answer(500)),
            Unavailable,
            id="an identity endpoint in trouble",
        ),
        pytest.param(
            ClientAuthenticationError("slow down", response=Answer(429)),
            Throttled,
            id="an identity endpoint that throttles",
        ),
        pytest.param(
            ClientAuthenticationError("odd", response=Answer(200)),
            Unavailable,
            id="an identity endpoint that answers nonsense",
        ),
        pytest.param(ClientAuthenticationError("lost"), Unavailable, id="no answer about a token"),
    ],
)
def test_each_answer_becomes_one_of_our_errors(error: Exception, expected: type) -> None:
    assert type(fault(error)) is expected


@pytest.mark.parametrize(
    "error", [ValueError("a bug"), asyncio.CancelledError(), Busy("ours already")], ids=repr
)
def test_what_is_not_azures_stays_what_it_is(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, translated("try it"):
        raise error

    assert caught.value is error


def test_the_code_is_kept_as_azure_wrote_it() -> None:
    busy, terminal = fault(arm(409, "RequestConflict")), fault(arm(409, "ScopeLocked"))
    row = fault(stored(ResourceModifiedError, 412, TableErrorCode.UPDATE_CONDITION_NOT_SATISFIED))

    assert isinstance(busy, Retryable)
    assert isinstance(terminal, Terminal)
    assert isinstance(row, Retryable)
    assert (busy.code, terminal.code) == ("RequestConflict", "ScopeLocked")
    assert row.code == "UpdateConditionNotSatisfied"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry_After": "17"}, 17.0),
        (
            {
                "Retry_After": "Wed, 14 Oct 2026 09:01:30 GMT",
                "Date": "Wed, 14 Oct 2026 09:00:00 GMT",
            },
            90.0,
        ),
        (
            {
                "Retry_After": "Wed, 14 Oct 2026 08:00:00 GMT",
                "Date": "Wed, 14 Oct 2026 09:00:00 GMT",
            },
            0.0,
        ),
        ({"Retry_After": "Wed, 14 Oct 2026 09:01:30 GMT"}, None),
        ({"Retry_After": "soon", "Date": "Wed, 14 Oct 2026 09:00:00 GMT"}, None),
        ({"Retry_After": "-5"}, None),
        ({}, None),
    ],
    ids=["seconds", "a date", "a date gone by", "no Date beside", "a word", "negative", "absent"],
)
@pytest.mark.parametrize("status", [429, 409, 503])
def test_the_wait_that_azure_asks_for_is_kept(
    headers: dict[str, str], expected: float | None, status: int
) -> None:
    error = fault(arm(status, "Code", **headers))

    assert isinstance(error, Retryable)
    assert error.retry_after == expected


def test_a_missing_right_is_named_with_its_scope_however_long() -> None:
    assert str(fault(arm(403, "AuthorizationFailed", DENIED))) == (
        f"try it: no right to Microsoft.Network/privateEndpoints/write over {SCOPE}"
    )


def test_of_a_linked_check_the_right_that_is_missing_is_named() -> None:
    assert str(fault(arm(403, "LinkedAuthorizationFailed", LINKED))) == (
        f"try it: no right to Microsoft.Network/privateDnsZones/join/action over {ZONE}"
    )


def test_a_policy_that_denies_is_named() -> None:
    assert str(fault(arm(403, "RequestDisallowedByPolicy", POLICY))) == (
        "try it: denied by policy 'No endpoints outside the hub'"
    )


def test_a_long_message_is_cut_and_only_its_first_line_kept() -> None:
    long = fault(arm(400, "Code", "x" * 1000))
    lines = fault(arm(400, "Code", "first\nsecond"))

    assert len(str(long)) == faults.LONGEST_MESSAGE
    assert str(long).startswith("try it: xxx")
    assert str(lines) == "try it: first"


def test_a_body_that_azure_did_not_write_is_kept_out_of_the_message() -> None:
    assert str(fault(arm(502))) == "try it: HTTP 502 Reason"


def test_a_failed_operation_is_judged_by_its_code() -> None:
    busy = faults.failed_operation("create it", "AccountProvisioningStateInvalid", "in Accepted")
    refused = faults.failed_operation("create it", "SubnetFull", "no address left")

    assert (type(busy), str(busy)) == (Busy, "create it: in Accepted")
    assert (type(refused), str(refused)) == (Refused, "create it: no address left")


async def test_what_is_not_there_is_none() -> None:
    assert await faults.or_none(_raise(arm(404, "ResourceNotFound"))) is None
    assert await faults.or_none(_raise(arm(404, "ParentResourceNotFound"))) is None
    assert await faults.or_none(_found()) == "found"


@pytest.mark.parametrize(
    "error",
    [arm(404), arm(404, "SubscriptionNotFound"), arm(403, "AuthorizationFailed")],
    ids=["a 404 that Azure did not write", "a subscription that is hidden", "a missing right"],
)
async def test_what_cannot_be_seen_is_not_taken_for_absent(error: HttpResponseError) -> None:
    with pytest.raises(type(error)):
        await faults.or_none(_raise(error))


async def _raise(error: Exception) -> str:
    raise error


async def _found() -> str:
    return "found"
