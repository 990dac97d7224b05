"""Which changes beside the private path are worth a word, and what do they mean? Pure.

Closing an account's network closes its data plane only: whoever holds a role still deploys models, lists keys and
deletes the account from anywhere. Such a change is told, by whom and where, and never undone.

Latch does none of these things itself, and its roles do not allow them: so the events that carry them cannot be answers
to its own writes, and what is told here starts no loop.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from remediation.ids import ResourceId
from remediation.plan import Severity
from remediation.report import Cause, Report, Verdict


class Topic(StrEnum):
    """What a profile may watch."""

    DEPLOYMENTS = "deployments"
    KEYS = "keys"
    ACCOUNT_DELETE = "account-delete"
    RESTORE = "restore"
    PROJECTS = "projects"
    LOCKS = "locks"
    ROLES = "roles"
    PERIMETER = "perimeter"
    TAGS = "tags"


@dataclass(frozen=True, slots=True)
class Operation:
    """One watched change. `phrase` follows the actor; `{name}` is what was changed, `{where}` what it is part of.

    `published`: Microsoft documents the action. That an event bears its name is the documented pattern, and seen for
    none of them. `looks_again`: the account is looked at afterward, because the change may decide what Latch can do.
    """

    name: str
    topic: Topic
    phrase: str
    published: bool = True
    looks_again: bool = False
    severity: Severity = Severity.NOTICE


_COGNITIVE = "Microsoft.CognitiveServices"
_PERIMETERS = "Microsoft.Network/networkSecurityPerimeters"
_AUTHORIZATION = "Microsoft.Authorization"

_TABLE = (
    # Built-in role Cognitive Services OpenAI Contributor.
    Operation(
        f"{_COGNITIVE}/accounts/deployments/write",
        Topic.DEPLOYMENTS,
        "wrote model deployment {name} of {where}",
    ),
    Operation(
        f"{_COGNITIVE}/accounts/deployments/delete",
        Topic.DEPLOYMENTS,
        "deleted model deployment {name} of {where}",
    ),
    # permissions/ai-machine-learning.md.
    Operation(f"{_COGNITIVE}/accounts/listKeys/action", Topic.KEYS, "listed the keys of {where}"),
    Operation(
        f"{_COGNITIVE}/accounts/regenerateKey/action", Topic.KEYS, "regenerated a key of {where}"
    ),
    Operation(f"{_COGNITIVE}/accounts/delete", Topic.ACCOUNT_DELETE, "deleted {where}"),
    # recover-purge-resources.md names the right; an account that is purged cannot be restored.
    Operation(
        f"{_COGNITIVE}/locations/resourceGroups/deletedAccounts/delete",
        Topic.ACCOUNT_DELETE,
        "purged {where} for good",
    ),
    # Whether each resource in a deleted group raises an event of its own is not known.
    Operation(
        "Microsoft.Resources/subscriptions/resourceGroups/delete",
        Topic.ACCOUNT_DELETE,
        "deleted {where} with all that was in it",
    ),
    # rbac-foundry.md.
    Operation(
        f"{_COGNITIVE}/accounts/projects/write", Topic.PROJECTS, "wrote project {name} of {where}"
    ),
    Operation(
        f"{_COGNITIVE}/accounts/projects/delete",
        Topic.PROJECTS,
        "deleted project {name} of {where}",
    ),
    # permissions/management-and-governance.md. A ReadOnly lock stops Latch: without it, it may go on.
    Operation(f"{_AUTHORIZATION}/locks/write", Topic.LOCKS, "set lock {name} on {where}"),
    Operation(
        f"{_AUTHORIZATION}/locks/delete",
        Topic.LOCKS,
        "removed lock {name} from {where}",
        looks_again=True,
    ),
    Operation(
        f"{_AUTHORIZATION}/policyExemptions/write",
        Topic.LOCKS,
        "exempted {where} from an Azure Policy ({name})",
    ),
    # The same page. The role may be Latch's own: given, it goes on; taken, a person hears of it before it is needed.
    Operation(
        f"{_AUTHORIZATION}/roleAssignments/write",
        Topic.ROLES,
        "gave somebody a role on {where}",
        looks_again=True,
    ),
    Operation(
        f"{_AUTHORIZATION}/roleAssignments/delete",
        Topic.ROLES,
        "took a role on {where} from somebody",
        looks_again=True,
    ),
    # permissions/networking.md; joinPerimeter is a right on the account that the association needs, and may raise none.
    Operation(
        f"{_COGNITIVE}/accounts/joinPerimeter/action",
        Topic.PERIMETER,
        "joined {where} to a network security perimeter",
    ),
    Operation(
        f"{_PERIMETERS}/resourceAssociations/write",
        Topic.PERIMETER,
        "wrote association {name} of {where}",
    ),
    Operation(
        f"{_PERIMETERS}/resourceAssociations/delete",
        Topic.PERIMETER,
        "deleted association {name} of {where}",
    ),
    Operation(
        f"{_PERIMETERS}/profiles/accessRules/write",
        Topic.PERIMETER,
        "wrote access rule {name} of {where}",
    ),
    Operation(
        f"{_PERIMETERS}/profiles/accessRules/delete",
        Topic.PERIMETER,
        "deleted access rule {name} of {where}",
    ),
    # Built-in role Tag Contributor. Tags choose the profile, and whether the policy speaks of an account at all.
    Operation(
        "Microsoft.Resources/tags/write", Topic.TAGS, "wrote tags of {where}", looks_again=True
    ),
    Operation(
        "Microsoft.Resources/tags/delete",
        Topic.TAGS,
        "removed the tags of {where}",
        published=False,
        looks_again=True,
    ),
    # move-resource-group-and-subscription.md.
    Operation(
        "Microsoft.Resources/subscriptions/resourceGroups/moveResources/action",
        Topic.TAGS,
        "moved resources out of {where}",
    ),
)

OPERATIONS = {operation.name.casefold(): operation for operation in _TABLE}

# These two no event tells by itself: an account is restored by the same write that changes it, and leaves the scope of
# the policy by a tag or by whatever else the selectors ask for. Two passes beside each other tell.
CAME_BACK = Operation(
    f"{_COGNITIVE}/accounts/write", Topic.RESTORE, "restored {where}, or created it again"
)
LEFT_SCOPE = Operation(
    f"{_COGNITIVE}/accounts/write",
    Topic.TAGS,
    "changed {where}, of which the policy does not speak any more",
    severity=Severity.WARNING,
)


def turn(before: Report, after: Report) -> tuple[Operation, str] | None:
    """What became of an account between two passes, and the profile that may watch it.

    Only a pass that names a profile has seen the account, and in scope.
    """
    if before.verdict is Verdict.GONE and after.profile:
        return CAME_BACK, after.profile
    if before.profile and after.verdict is Verdict.OUT_OF_SCOPE:
        return LEFT_SCOPE, before.profile
    return None


_SUBSCRIPTION = re.compile(r"/subscriptions/([^/]+)", re.IGNORECASE)
_GROUP = re.compile(r"/subscriptions/([^/]+)/resourceGroups/([^/]+)", re.IGNORECASE)
# locks-rest, role-assignments-rest, tag-resources.md: these lie on the thing that they are about.
_EXTENSION = re.compile(
    r"(/.+?)/providers/Microsoft\.(?:Authorization/[^/]+|Resources/tags)/[^/]+", re.IGNORECASE
)
# deleted_accounts.begin_purge of azure-mgmt-cognitiveservices 14.1.0.
_DELETED = re.compile(
    r"(/subscriptions/[^/]+)/providers/Microsoft\.CognitiveServices/locations/[^/]+"
    r"(/resourceGroups/[^/]+)/deletedAccounts/([^/]+)",
    re.IGNORECASE,
)

# "/subscriptions/{s}/resourceGroups/{g}/providers/{namespace}/{type}/{name}" split at its slashes.
_OWNERS_NAME = 8


@dataclass(frozen=True, slots=True)
class Place:
    """What a change is about: one resource, a whole resource group, or (without a group) a whole subscription."""

    text: str
    subscription: str
    group: str = ""
    resource: ResourceId | None = None

    @classmethod
    def of(cls, changed: str) -> Self:
        """From the id of what was changed. Raises ValueError when that is in no subscription."""
        if deleted := _DELETED.fullmatch(changed):
            subscription, group, name = deleted.groups()
            return cls.of(f"{subscription}{group}/providers/{_COGNITIVE}/accounts/{name}")
        if extension := _EXTENSION.fullmatch(changed):
            return cls.of(extension[1])
        if whole := _SUBSCRIPTION.fullmatch(changed):
            return cls(changed, whole[1].casefold())
        if group := _GROUP.fullmatch(changed):
            return cls(changed, group[1].casefold(), group[2].casefold())
        resource = ResourceId.parse(changed)
        return cls(resource.text, resource.subscription, resource.group, resource)

    def __str__(self) -> str:
        """A resource below another goes by the name of the topmost."""
        parts = self.text.split("/")
        if self.resource is not None:
            return parts[_OWNERS_NAME]
        return f"resource group {parts[-1]}" if self.group else f"subscription {parts[-1]}"


@dataclass(frozen=True, slots=True)
class Notice:
    """A watched change that happened: which, where, and by whom."""

    operation: Operation
    place: Place
    cause: Cause
