"""What do the providers of the platform refuse: storage, sites, topics, roles, monitoring?"""

from tests.harness.physics.errors import ArmError


def linked_not_found(resource_id: str, type_: str) -> ArmError:
    # That a reference is checked is common to all of them; code and text differ and are not verified.
    return ArmError(404, "LinkedResourceNotFound", f"The {type_} '{resource_id}' does not exist.")


def invalid(message: str) -> ArmError:
    # The rules stand beside each use; code and text are not verified.
    return ArmError(400, "InvalidRequest", message)


def storage_name_invalid(name: str) -> ArmError:
    # Source: learn.microsoft.com, storage-account-overview: 3 to 24 lower-case letters and digits.
    return ArmError(
        400,
        "AccountNameInvalid",
        f"{name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in "
        "length and use numbers and lower-case letters only.",
    )


def storage_name_taken(name: str) -> ArmError:
    # Source: the code of the storage provider for a name that another account has.
    return ArmError(
        409, "StorageAccountAlreadyTaken", f"The storage account named {name} is already taken."
    )


def second_topic(source: str) -> ArmError:
    # Source: azure.policy.monitor#12, word by word but for the id.
    return ArmError(
        400,
        "InvalidRequest",
        f"There is an existing tracked system topic for the given source {source}. Only one system topic is allowed "
        "per source.",
    )


def function_not_found(resource_id: str) -> ArmError:
    # Source: Azure/bicep#11656: code and text.
    del resource_id
    return ArmError(400, "Endpoint validation", "Destination endpoint not found.")


def function_kind(resource_id: str) -> ArmError:
    # Source: Azure/bicep#11656: code and text.
    del resource_id
    return ArmError(
        400,
        "Unsupported Azure Function Trigger",
        "Azure Event Grid supports EventGrid Trigger type only.",
    )


def delivery_forbidden(principal: str, action: str, scope: str) -> ArmError:
    # That Event Grid checks the right when the subscription is written: AVM's order; code and text are not verified.
    return ArmError(
        400,
        "InvalidRequest",
        f"The identity {principal} of the topic may not do {action} on {scope}.",
    )


def destination_closed(account_id: str) -> ArmError:
    # Source: handler-storage-queues: behind a firewall only trusted services and the system-assigned identity come in.
    return ArmError(
        400, "InvalidRequest", f"The storage account {account_id} lets no event of Event Grid in."
    )


def role_name_taken(name: str) -> ArmError:
    # The code that people report; that display names are unique in the tenant is not verified.
    return ArmError(
        409,
        "RoleDefinitionWithSameNameExists",
        f"A custom role with the same name '{name}' already exists in this directory.",
    )


def role_in_use(name: str) -> ArmError:
    # The code that people report; the text is not verified.
    return ArmError(
        400, "RoleDefinitionHasAssignments", f"There are existing role assignments of '{name}'."
    )


def role_not_assignable(name: str, scope: str) -> ArmError:
    # The code that people report; the text is not verified.
    return ArmError(
        400,
        "RoleAssignmentScopeNotAssignableToRoleDefinition",
        f"The role '{name}' cannot be assigned at '{scope}': it is not among its assignable scopes.",
    )


def principal_not_found(principal: str, tenant: str) -> ArmError:
    # Source: troubleshooting.md of Azure RBAC.
    return ArmError(
        400,
        "PrincipalNotFound",
        f"Principal {principal.replace('-', '')} does not exist in the directory {tenant}. Check that you have the "
        "correct principal ID.",
    )
