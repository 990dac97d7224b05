"""What do Azure's resource providers refuse, and in which words?

What is said of accounts stands in `account_errors.py`; the refusals of ARM itself in `arm/errors.py`.
"""

from collections.abc import Iterable

from tests.harness.world import Json


class ArmError(Exception):
    """An answer other than success, before it has an envelope."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        details: Iterable[Json] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.details = tuple(details)
        self.headers = headers or {}

    def body(self) -> Json:
        """The inner error object."""
        error: Json = {"code": self.code, "message": self.message}
        return error | ({"details": list(self.details)} if self.details else {})


class ImpossibleError(Exception):
    """The lab was asked for what Azure could never be in, or for what it does not emulate."""


def invalid_property(name: str, reason: str) -> ArmError:
    # The rules: cognitive-services-virtual-networks.md; the code is not verified.
    return ArmError(400, "InvalidRequestContent", f"The value of '{name}' is not valid: {reason}")


def put_of_absent_connection() -> ArmError:
    # Source: pulumi-azure-native#2754; 405 follows from the code.
    return ArmError(405, "MethodNotAllowed", "The request method 'PUT' is not allowed.")


def connection_final(status: str) -> ArmError:
    # That denied connections cannot be approved: manage-private-endpoint.md; code and text are not verified.
    return ArmError(
        400,
        "PrivateEndpointConnectionStateInvalid",
        f"A connection in state {status} cannot change. Remove the private endpoint and create it again.",
    )


def another_connection(endpoint_id: str, connection_id: str) -> ArmError:
    # Source: bicep-registry-modules#7285.
    return ArmError(
        400,
        "CannotChangePrivateLinkConnectionOnPrivateEndpoint",
        f"Cannot change the private link connection on private endpoint {endpoint_id}. Please ensure you are not "
        f"updating the details of existing private link connection: '{connection_id}'. That is not allowed.",
    )


def fixed_at_creation(endpoint_id: str, name: str) -> ArmError:
    # That addresses and NIC name are set at creation only: manage-private-endpoint.md; the code is not verified.
    return ArmError(
        400,
        "PrivateEndpointPropertyCannotBeChanged",
        f"Property '{name}' of private endpoint {endpoint_id} can be set only when it is created.",
    )


def members_missing(endpoint_id: str, given: Iterable[str], missing: Iterable[str]) -> ArmError:
    # Source: azurerm#13061, azurerm#21781 (the text is Key Vault's).
    return ArmError(
        400,
        "PrivateEndpointIpConfigurationMissingMemberNamesRequiredByFps",
        f"Private Endpoint {endpoint_id} contains static ipconfigurations: {_listed(given)} and its missing these "
        f"membernames/groupids requested by Private Link service {_listed(missing)}. Private Endpoint needs to be "
        "reconfigured with missing memberNames.",
    )


def _listed(items: Iterable[str]) -> str:
    return "[" + "], [".join(items) + "]"


def address_taken(address: str, subnet_id: str) -> ArmError:
    # The code is the Network provider's for interfaces; that endpoints answer with it is not verified.
    return ArmError(
        400,
        "PrivateIPAddressInUse",
        f"Private IP address {address} in subnet {subnet_id} is already allocated to another resource.",
    )


def address_outside(address: str, subnet_id: str) -> ArmError:
    # The code is the Network provider's for interfaces; that endpoints answer with it is not verified.
    return ArmError(
        400,
        "PrivateIPAddressNotInSubnet",
        f"Private static IP address {address} does not belong to the range of subnet {subnet_id}.",
    )


def subnet_full(subnet_id: str) -> ArmError:
    # The code is the Network provider's for interfaces; that endpoints answer with it is not verified.
    return ArmError(
        400, "SubnetIsFull", f"Subnet {subnet_id} does not have enough capacity for the addresses."
    )


def missing_reference(missing_id: str, resource_id: str) -> ArmError:
    # Source: azure-cli#13614; the status from RDS-Templates#349.
    return ArmError(
        400,
        "InvalidResourceReference",
        f"Resource {missing_id} referenced by resource {resource_id} was not found. Please make sure that the "
        "referenced resource exists, and that both resources are in the same region.",
    )


def not_private_linkable(target_id: str, reason: str) -> ArmError:
    # Code and text are not verified.
    return ArmError(
        400,
        "PrivateLinkResourceNotSupported",
        f"Call to Microsoft.CognitiveServices/accounts failed. Error message: {target_id}: {reason}",
    )


def another_operation(resource_id: str) -> ArmError:
    # Source: AzureTRE#3193, pulumi-azure-native#1024; the status is not shown there.
    return ArmError(
        409,
        "AnotherOperationInProgress",
        f"Another operation on this or dependent resource is in progress: {resource_id}.",
    )


def second_zone_group() -> ArmError:
    # Source: pulumi-azure-native#2179 for the text; the code is not shown there.
    return ArmError(
        400,
        "PrivateEndpointCannotHaveMoreThanOnePrivateDnsZoneGroup",
        "Cannot create more than one private dns zone groups in the private endpoint.",
    )


def too_many_zones() -> ArmError:
    # The limit of five: private-endpoint-dns-integration.md; code and text are not verified.
    return ArmError(
        400, "PrivateDnsZoneGroupTooManyZones", "A private dns zone group holds at most five zones."
    )


def duplicate_config(name: str) -> ArmError:
    # Source: azurerm#28966.
    detail = {"code": "DuplicateResourceName", "message": f"Resource has duplicate name {name}."}
    return ArmError(400, "InvalidRequestFormat", "Cannot parse the request.", [detail])


def unnamed_config() -> ArmError:
    # Source: azure-rest-api-specs#23831.
    return ArmError(400, "InvalidRequestFormat", "Cannot parse the request.")


def overlapping_zones(zone: str, other: str) -> ArmError:
    # Source: azure-aks-docs#212, foundry-samples PR 214.
    return ArmError(
        400,
        "BadRequest",
        "A virtual network cannot be linked to multiple zones with overlapping namespaces. "
        f"You tried to link virtual network with '{zone}' and '{other}' zones.",
    )


def link_target_fixed(link_id: str) -> ArmError:
    # Code and text are not verified.
    return ArmError(400, "BadRequest", f"The virtual network of link {link_id} cannot be changed.")


def nested_resources(nested_ids: Iterable[str]) -> ArmError:
    # Source: learntocloud/networking-lab#8 (409 and text).
    listed = ", ".join(f"'{nested}'" for nested in nested_ids)
    return ArmError(
        409,
        "CannotDeleteResource",
        "Cannot delete resource while nested resources exist. Some existing nested resource IDs include: "
        f"{listed}. Please delete all nested resources before deleting this resource.",
    )


def already_exists(noun: str, name: str) -> ArmError:
    # Recorded for record sets: azure-cli test_PutRecordSet_IfNoneMatchFailure_ExpectError.yaml.
    return ArmError(
        412,
        "PreconditionFailed",
        f"The {noun} {name} exists already and hence cannot be created again.",
    )


def precondition_failed(name: str) -> ArmError:
    # Source: RPC Addendum for the status; the text is not verified.
    return ArmError(
        412,
        "PreconditionFailed",
        f"The condition on {name} was not met: its etag is not the one that was given.",
    )


def subnet_outside(subnet: str, prefix: str, prefixes: Iterable[str]) -> ArmError:
    # The code is the Network provider's; the text is not verified.
    return ArmError(
        400,
        "NetcfgInvalidSubnet",
        f"Subnet '{subnet}' ({prefix}) is not inside the address space {', '.join(prefixes)}.",
    )


def subnet_overlaps(subnet: str, prefix: str) -> ArmError:
    # The code is the Network provider's; the text is not verified.
    return ArmError(
        400,
        "NetcfgSubnetRangesOverlap",
        f"Subnet '{subnet}' ({prefix}) overlaps with another subnet.",
    )


def subnet_in_use(subnet: str, interface_id: str) -> ArmError:
    # Source: bicep#13267 for code and text; the status is not shown there.
    return ArmError(
        400,
        "InUseSubnetCannotBeDeleted",
        f"Subnet {subnet} is in use by {interface_id} and cannot be deleted. In order to delete the subnet, delete "
        "all the resources within the subnet. See aka.ms/deletesubnet.",
    )


def rules_in_use(noun: str, code: str, own_id: str, users: Iterable[str]) -> ArmError:
    # The codes are the Network provider's; texts are not verified.
    return ArmError(
        400,
        code,
        f"{noun} {own_id} cannot be deleted because it is in use by the following resources: {', '.join(users)}.",
    )


def group_deletion_blocked(group: str, blocked: Iterable[str], details: Iterable[Json]) -> ArmError:
    # Source: azure-dev#4210, azure-docs#52282.
    return ArmError(
        409,
        "ResourceGroupDeletionBlocked",
        f"Deletion of resource group '{group}' failed as resources with identifiers '{','.join(blocked)}' could not "
        "be deleted. The provisioning state of the resource group will be rolled back. Please check audit logs for "
        "more details.",
        details,
    )


def scope_locked(resource_id: str, verb: str, scopes: Iterable[str]) -> ArmError:
    # Source: azure-sdk-for-java#2560, apiops#606.
    return ArmError(
        409,
        "ScopeLocked",
        f"The scope '{resource_id}' cannot perform {verb} operation because following scope(s) are locked: "
        f"'{','.join(scopes)}'. Please remove the lock and try again.",
    )


def target_locked(proxy_id: str, scopes: Iterable[str]) -> ArmError:
    # Source: azurerm#17478 (for a storage account); that the code is ScopeLocked is not verified.
    inner = scope_locked(proxy_id, "delete", scopes)
    return ArmError(
        409,
        "ScopeLocked",
        f"Call to Microsoft.CognitiveServices/accounts failed. Error message: {inner.message}",
    )
