"""What does the provider of Cognitive Services accounts refuse, and in which words?"""

from collections.abc import Iterable

from tests.harness.physics.errors import ArmError, nested_resources
from tests.harness.world import Resource


def account_in_state(account_id: str, state: str) -> ArmError:
    # Source: azurerm#31712; bicep-registry-modules#5957 for the text.
    return ArmError(
        400,
        "AccountProvisioningStateInvalid",
        "Call to Microsoft.CognitiveServices/accounts failed. "
        f"Error message: Account {account_id} in state {state}",
    )


def account_busy(account_id: str) -> ArmError:
    # Source: the title of bicep-types-az#2419; the text from AZ-140 labs#112.
    return ArmError(
        409,
        "RequestConflict",
        f"Cannot modify resource with id '{account_id}' because the resource entity provisioning state is not "
        "terminal. Please wait for the provisioning state to become terminal and then retry the request.",
    )


def parent_busy(account_id: str) -> ArmError:
    # Source: azurerm#22607, azure-dev#9398.
    return ArmError(
        409,
        "RequestConflict",
        f"Another operation is being performed on the parent resource '{account_id}'. Please try again later.",
    )


def subdomain_fixed() -> ArmError:
    # Source: pulumi-azure-native#2754; the status is not shown there.
    return ArmError(
        400,
        "UpdatingCustomDomainNotAllowed",
        "Updating or disabling sub domain is not supported.",
    )


def subdomain_taken(name: str) -> ArmError:
    # Source: microsoft-foundry-for-vscode#107.
    return ArmError(
        409,
        "CustomDomainInUse",
        f"Please pick a different name. The subdomain name '{name}' is not available as it's already used by a "
        "resource. If the resource using the name was deleted in the last 48 hours, you may need to purge the "
        "deleted resource.",
    )


def subdomain_invalid(name: str) -> ArmError:
    # Source: microsoft-foundry-for-vscode#121.
    return ArmError(400, "CustomDomainInvalid", f"Sub domain name '{name}' is not valid.")


def subdomain_missing(account_id: str, purpose: str) -> ArmError:
    # That it is required: azurerm PR 24239, azurerm#7338; code and text are not verified.
    return ArmError(
        400,
        "CustomDomainRequired",
        f"Account {account_id} needs a custom subdomain for {purpose}.",
    )


def must_restore(account_id: str) -> ArmError:
    # Source: azure-cli#18146.
    return ArmError(
        409,
        "FlagMustBeSetForRestore",
        f"An existing resource with ID '{account_id}' has been soft-deleted. To restore the resource, you must "
        "specify 'restore' to be 'true' in the property. If you don't want to restore existing resource, please "
        "purge it first.",
    )


def nothing_to_restore(account_id: str) -> ArmError:
    # Source: OpenAIWorkshop#50 for code and text; the status is not shown there.
    return ArmError(
        400,
        "CanNotRestoreANonExistingResource",
        f"Could not locate a resource to restore. The resource with ID '{account_id}' doesn't exist or it is already "
        "purged.",
    )


def kind_unknown(kind: str) -> ArmError:
    return ArmError(
        400,
        "InvalidApiSetId",
        f"The account type '{kind}' is either invalid or unavailable in given region. "
        "(The lab's kinds stand in tests/harness/physics/kinds.py.)",
    )


def kind_fixed(present: str, wanted: str) -> ArmError:
    # That only some kinds can become others: upgrade-azure-openai.md; code and text are not verified.
    return ArmError(
        400, "AccountKindCannotBeChanged", f"An account of kind {present} cannot become {wanted}."
    )


def keys_are_off(verb: str) -> ArmError:
    # Source for list: terraform-azurerm-avm-res-cognitiveservices-account#130. For regenerate it is not verified.
    return ArmError(400, "BadRequest", f"Failed to {verb} key. disableLocalAuth is set to be true")


def projects_need_foundry(account_id: str) -> ArmError:
    # That a project needs kind AIServices and allowProjectManagement: azure-ai-docs, create-projects.md; code and text
    # are not verified.
    return ArmError(
        400,
        "ProjectManagementNotAllowed",
        f"Account {account_id} does not allow projects: kind AIServices and allowProjectManagement are needed.",
    )


def no_service_endpoint(subnets: Iterable[str]) -> ArmError:
    # That the service endpoint is needed: cognitive-services-virtual-networks.md. The code is that of Storage and Key
    # Vault; for accounts it is not verified.
    return ArmError(
        400,
        "SubnetsHaveNoServiceEndpointsConfigured",
        f"Subnets {', '.join(subnets)} do not have ServiceEndpoints for Microsoft.CognitiveServices resources "
        "configured. Add Microsoft.CognitiveServices to subnet's ServiceEndpoints collection before trying to ACL "
        "Microsoft.CognitiveServices resources to these subnets.",
    )


def nested(children: Iterable[Resource]) -> ArmError:
    return nested_resources(child.id.rpartition("/providers/")[2] for child in children)
