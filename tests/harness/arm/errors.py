"""What does ARM itself refuse, and in which envelope does any refusal travel?

The words of the resource providers stand in `physics/errors.py`.
"""

from tests.harness.physics.errors import ArmError
from tests.harness.physics.types import ZONE
from tests.harness.tokens import TokenError
from tests.harness.world import Caller, Json

GATEWAY = {"x-ms-failure-cause": "gateway"}


def envelope(error: ArmError, type_: str) -> Json:
    """Recorded: Private DNS answers 412 unwrapped, everything else is wrapped."""
    bare = error.status == 412 and type_.casefold().startswith(ZONE.casefold())
    return error.body() if bare else {"error": error.body()}


def not_emulated(what: str, extend: str) -> ArmError:
    """The lab's own refusal; 501 is never retried by the SDK."""
    return ArmError(501, "NotEmulated", f"The lab does not emulate {what}. Extend {extend}.")


def token_missing() -> ArmError:
    return ArmError(
        401,
        "AuthenticationFailed",
        "Authentication failed. The 'Authorization' header is missing.",
        headers={
            "WWW-Authenticate": 'Bearer authorization_uri="https://login.microsoftonline.com/"'
        },
    )


def token_refused(error: TokenError) -> ArmError:
    challenge = (
        f'Bearer authorization_uri="https://login.microsoftonline.com/", error="invalid_token", '
        f'error_description="{error.message}"'
    )
    return ArmError(401, error.code, error.message, headers={"WWW-Authenticate": challenge})


def version_missing() -> ArmError:
    # Source: cloudquery#6626.
    return ArmError(
        400,
        "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required for all requests.",
        headers=GATEWAY,
    )


def version_malformed(version: str, known: tuple[str, ...]) -> ArmError:
    # Source: azure-cli#28038; the status is not shown there.
    return ArmError(
        400,
        "InvalidApiVersionParameter",
        f"The api-version '{version}' is invalid. The supported versions are '{','.join(known)}'.",
        headers=GATEWAY,
    )


def version_unknown(version: str, type_: str, known: tuple[str, ...]) -> ArmError:
    # Source: azure-powershell#14845 for the status, azure-cli#28496 for the code.
    return ArmError(
        400,
        "NoRegisteredProviderFound",
        f"No registered resource provider found for location '' and API version '{version}' for type '{type_}'. "
        f"The supported api-versions are '{', '.join(known)}'. The supported locations are ''.",
        headers=GATEWAY,
    )


def authorization_failed(caller: Caller, action: str, scope: str) -> ArmError:
    # Source: azure-docs#76885; the status is not verified.
    return ArmError(
        403,
        "AuthorizationFailed",
        f"The client '{caller.client_id}' with object id '{caller.object_id}' does not have authorization to "
        f"perform action '{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, "
        "please refresh your credentials.",
        headers=GATEWAY,
    )


def linked_authorization_failed(
    caller: Caller, action: str, scope: str, linked_action: str, linked_scope: str
) -> ArmError:
    # Source: data-landing-zone#203 (text), azurerm#12134 (status).
    return ArmError(
        403,
        "LinkedAuthorizationFailed",
        f"The client '{caller.client_id}' with object id '{caller.object_id}' has permission to perform action "
        f"'{action}' on scope '{scope}'; however, it does not have permission to perform action '{linked_action}' "
        f"on the linked scope(s) '{linked_scope}' or the linked scope(s) are invalid.",
        headers=GATEWAY,
    )


def subscription_not_found(subscription: str) -> ArmError:
    # Source: learn.microsoft.com, error-not-found; the text is not verified.
    return ArmError(
        404,
        "SubscriptionNotFound",
        f"The subscription '{subscription}' could not be found.",
        headers=GATEWAY,
    )


def group_not_found(group: str) -> ArmError:
    # Source: RPC v1.0 for the status.
    return ArmError(
        404,
        "ResourceGroupNotFound",
        f"Resource group '{group}' could not be found.",
        headers=GATEWAY,
    )


def resource_not_found(name: str, group: str) -> ArmError:
    # Recorded: azure-cli test_GetZone_ZoneNotExists_ExpectError.yaml.
    return ArmError(
        404,
        "ResourceNotFound",
        f"The Resource '{name}' under resource group '{group}' was not found. For more details please go to "
        "https://aka.ms/ARMResourceNotFoundFix",
        headers=GATEWAY,
    )


def extended_not_found(resource_id: str, group: str) -> ArmError:
    """What an extension (a lock, tags, a role assignment) belongs to is not there."""
    namespace, *pairs = resource_id.rpartition("/providers/")[2].split("/")
    return resource_not_found("/".join((namespace, *pairs)), group)


def parent_not_found(type_: str, parent_id: str) -> ArmError:
    # Recorded: azure-cli test_PutRecordSet_ZoneNotExists_ExpectError.yaml.
    short = type_.partition("/")[2]
    return ArmError(
        404,
        "ParentResourceNotFound",
        f"Failed to perform 'write' on resource(s) of type '{short}', because the parent resource '{parent_id}' "
        "could not be found.",
        headers=GATEWAY,
    )


def role_not_found(definition_id: str) -> ArmError:
    # Source: the code that people report; the text is not verified.
    return ArmError(
        404,
        "RoleDefinitionDoesNotExist",
        f"The specified role definition with ID '{definition_id}' does not exist.",
    )


def assignment_exists(name: str) -> ArmError:
    # Source: a deployment log in a public repository (code and text); the status is not shown there.
    return ArmError(
        409,
        "RoleAssignmentExists",
        f"The role assignment already exists. The ID of the existing role assignment is {name.replace('-', '')}.",
    )


def assignment_fixed() -> ArmError:
    # Source: troubleshooting.md of Azure RBAC for the code; the text is not verified.
    return ArmError(
        400,
        "RoleAssignmentUpdateNotPermitted",
        "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
    )


def not_json(reason: str) -> ArmError:
    # Source: learn.microsoft.com, common deployment errors: InvalidRequestContent.
    return ArmError(
        400,
        "InvalidRequestContent",
        f"The request content was invalid and could not be deserialized: '{reason}'.",
        headers=GATEWAY,
    )


def member_unknown(path: str) -> ArmError:
    """Strict: what the lab does not know is refused, and says where to teach it."""
    return not_json(
        f"Could not find member on object. Path '{path}'. (A new property belongs in tests/harness/arm/*bodies.py.)"
    )


def throttled(code: str, message: str, seconds: int) -> ArmError:
    return ArmError(429, code, message, headers={"Retry-After": str(seconds)})
