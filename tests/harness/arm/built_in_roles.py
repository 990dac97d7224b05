"""Which roles does Azure come with? Those that the lab's people, its app and its topics hold."""

from tests.harness.arm.role import Role

_GROUPS_READ = "Microsoft.Resources/subscriptions/resourceGroups/read"
_STORAGE = "Microsoft.Storage/storageAccounts"
_CONTAINERS = f"{_STORAGE}/blobServices/containers"
_QUEUES = f"{_STORAGE}/queueServices/queues"
_TABLES = f"{_STORAGE}/tableServices/tables"


def _role(id_: str, name: str, *actions: str, data: tuple[str, ...] = ()) -> Role:
    return Role(name, actions, data_actions=data, built_in=id_)


def _all(place: str, *verbs: str) -> tuple[str, ...]:
    return tuple(f"{place}/{verb}" for verb in verbs)


# Source: learn.microsoft.com, Azure built-in roles. That c6a89b2d is the sender's id is not verified.
BUILT_IN = (
    _role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", "*"),
    Role(
        "Contributor",
        ("*",),
        (
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
        ),
        built_in="b24988ac-6180-42a0-ab88-20f7382dd24c",
    ),
    _role("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader", "*/read"),
    _role(
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
        "User Access Administrator",
        "*/read",
        "Microsoft.Authorization/*",
    ),
    _role(
        "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
        "Role Based Access Control Administrator",
        "*/read",
        "Microsoft.Authorization/roleAssignments/write",
        "Microsoft.Authorization/roleAssignments/delete",
    ),
    _role(
        "25fbc0a9-bd7c-42a3-aa1a-3b75d497ee68",
        "Cognitive Services Contributor",
        "Microsoft.CognitiveServices/*",
        _GROUPS_READ,
    ),
    _role(
        "4d97b98b-1d4f-4787-a291-c67834d212e7",
        "Network Contributor",
        "Microsoft.Network/*",
        _GROUPS_READ,
    ),
    _role(
        "b12aa53e-6015-4669-85d0-8515ebb3ae7f",
        "Private DNS Zone Contributor",
        "Microsoft.Network/privateDnsZones/*",
        "Microsoft.Network/privateDnsOperationResults/*",
        "Microsoft.Network/privateDnsOperationStatuses/*",
        "Microsoft.Network/virtualNetworks/read",
        "Microsoft.Network/virtualNetworks/join/action",
        _GROUPS_READ,
    ),
    _role(
        "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
        "Storage Blob Data Owner",
        f"{_CONTAINERS}/*",
        f"{_STORAGE}/blobServices/generateUserDelegationKey/action",
        data=_all(f"{_CONTAINERS}/blobs", "*"),
    ),
    _role(
        "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        "Storage Blob Data Contributor",
        *_all(_CONTAINERS, "delete", "read", "write"),
        f"{_STORAGE}/blobServices/generateUserDelegationKey/action",
        data=_all(f"{_CONTAINERS}/blobs", "delete", "read", "write", "move/action", "add/action"),
    ),
    _role(
        "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
        "Storage Queue Data Contributor",
        *_all(_QUEUES, "delete", "read", "write"),
        data=_all(f"{_QUEUES}/messages", "delete", "read", "write", "process/action"),
    ),
    _role(
        "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a",
        "Storage Queue Data Message Sender",
        data=_all(f"{_QUEUES}/messages", "add/action"),
    ),
    _role(
        "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
        "Storage Table Data Contributor",
        *_all(_TABLES, "read", "write", "delete"),
        data=_all(f"{_TABLES}/entities", "read", "write", "delete", "add/action", "update/action"),
    ),
    _role(
        "3913510d-42f4-4e42-8a64-420c390055eb",
        "Monitoring Metrics Publisher",
        "Microsoft.Insights/Register/Action",
        data=("Microsoft.Insights/Metrics/Write", "Microsoft.Insights/Telemetry/Write"),
    ),
    _role(
        "d5a91429-5739-47e2-a06b-3470a27159e7",
        "EventGrid Data Sender",
        "Microsoft.EventGrid/topics/read",
        data=("Microsoft.EventGrid/events/send/action",),
    ),
)
